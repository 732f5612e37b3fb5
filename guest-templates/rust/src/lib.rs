//! Greets people, and remembers how often.

use engraft_guest::capability;

/// Greets people by their names.
#[capability(name = "example.greet", permissions(kv(bytes = 65_536, keys = 1000)))]
pub mod greet {
    use engraft_guest::{Failure, Schema, kv};
    use serde::{Deserialize, Serialize};

    /// Names longer than this are no names, and would fill the store.
    const NAME_BYTES_MAX: usize = 100;

    #[derive(Deserialize, Schema)]
    #[serde(deny_unknown_fields)]
    pub struct Input {
        /// Whom to greet.
        name: String,
    }

    #[derive(Serialize, Schema)]
    pub struct Greeting {
        /// What to say.
        text: String,
        /// How often this name was greeted, this time included.
        times: i64,
    }

    /// Greets a person and counts it.
    #[operation(
        intents("say hello to {name}", "greet {name}"),
        example(r#"{"name": "Ada"}"#, r#"{"text": "Hello, Ada!", "times": 1}"#)
    )]
    pub fn greet(input: Input) -> Result<Greeting, Failure> {
        let name = input.name.trim();
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            return Err(Failure::invalid_input("a name has 1 to 100 bytes"));
        }
        let mut key = "greeted/".to_owned();
        key.push_str(name);
        let times = kv::increment(&key, 1)?;
        let mut text = "Hello, ".to_owned();
        text.push_str(name);
        text.push('!');
        Ok(Greeting { text, times })
    }
}

#[cfg(test)]
mod tests {
    use engraft_guest::mock::{Host, Interface};
    use engraft_guest::{FailureKind, Permission};

    use super::greet::Capability;

    fn greet(host: &Host, input: &str) -> Result<(String, i64), FailureKind> {
        let output = host.invoke::<Capability>("greet", input).map_err(|failure| failure.kind())?;
        Ok((output["text"].as_str().unwrap().to_owned(), output["times"].as_i64().unwrap()))
    }

    #[test]
    fn the_examples_hold() {
        Host::granting::<Capability>().check_examples::<Capability>();
    }

    #[test]
    fn it_counts_each_name() {
        let host = Host::granting::<Capability>();
        let hello = |name: &str| format!("Hello, {name}!");
        assert_eq!(greet(&host, r#"{"name": "Ada"}"#), Ok((hello("Ada"), 1)));
        assert_eq!(greet(&host, r#"{"name": " Ada "}"#), Ok((hello("Ada"), 2)));
        assert_eq!(greet(&host, r#"{"name": "Bob"}"#), Ok((hello("Bob"), 1)));
        assert_eq!(host.stored("greeted/Ada").as_deref(), Some(b"2".as_slice()));
    }

    #[test]
    fn no_name_is_the_callers_mistake() {
        let host = Host::granting::<Capability>();
        for input in [r#"{"name": " "}"#, r#"{"nam": "Ada"}"#, "{}"] {
            assert_eq!(greet(&host, input), Err(FailureKind::InvalidInput), "{input}");
        }
    }

    #[test]
    fn without_a_store_it_says_so() {
        let host = Host::granting::<Capability>().deny(Interface::Kv);
        assert_eq!(greet(&host, r#"{"name": "Ada"}"#), Err(FailureKind::Denied));
        let host = host.grant(Permission::Log);
        assert_eq!(greet(&host, r#"{"name": "Ada"}"#), Err(FailureKind::Denied));
    }
}
