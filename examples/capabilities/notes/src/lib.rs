//! Remembers notes between calls.

use engraft_guest::capability;

/// Keeps a list of notes.
#[capability(name = "note.list", permissions(clock, kv(bytes = 65_536, keys = 200)))]
pub mod list {
    use engraft_guest::{Failure, Schema, clock, kv};
    use serde::{Deserialize, Serialize};

    #[derive(Deserialize, Schema)]
    #[serde(deny_unknown_fields)]
    pub struct Note {
        /// What to remember.
        text: String,
    }

    #[derive(Deserialize, Schema)]
    #[serde(deny_unknown_fields)]
    pub struct Nothing {}

    #[derive(Serialize, Schema)]
    pub struct Added {
        /// Its place in the list.
        number: i64,
        /// When, in UTC.
        at: String,
    }

    #[derive(Serialize, Schema)]
    pub struct Notes {
        notes: Vec<String>,
    }

    #[derive(Serialize, Schema)]
    pub struct Cleared {
        removed: usize,
    }

    /// Adds a note.
    #[operation(intents("remember {text}", "note {text}"))]
    pub fn add(input: Note) -> Result<Added, Failure> {
        let at = clock::now()?.to_string();
        let number = kv::increment("count", 1)?;
        kv::set(&format!("note/{number:05}"), input.text.as_bytes())?;
        Ok(Added { number, at })
    }

    /// Tells all notes, the oldest first.
    #[operation(intents("list notes", "what did I note"), example("{}", r#"{"notes": []}"#))]
    pub fn list(_: Nothing) -> Result<Notes, Failure> {
        let mut notes = Vec::new();
        for key in kv::keys("note/")? {
            if let Some(text) = kv::get(&key)? {
                notes.push(String::from_utf8_lossy(&text).into_owned());
            }
        }
        Ok(Notes { notes })
    }

    /// Forgets all notes.
    #[operation(intents("forget all notes", "clear notes"))]
    pub fn clear(_: Nothing) -> Result<Cleared, Failure> {
        let keys = kv::keys("note/")?;
        for key in &keys {
            kv::delete(key)?;
        }
        kv::delete("count")?;
        Ok(Cleared { removed: keys.len() })
    }
}

#[cfg(test)]
mod tests {
    use engraft_guest::mock::Host;

    use super::list::Capability;

    #[test]
    fn the_examples_hold() {
        Host::granting::<Capability>().check_examples::<Capability>();
    }

    #[test]
    fn what_is_noted_is_told_until_it_is_forgotten() {
        let host = Host::granting::<Capability>();
        host.invoke::<Capability>("add", r#"{"text": "milk"}"#).unwrap();
        host.invoke::<Capability>("add", r#"{"text": "bread"}"#).unwrap();
        let notes = host.invoke::<Capability>("list", "{}").unwrap();
        assert_eq!(notes["notes"].as_array().unwrap().len(), 2);
        host.invoke::<Capability>("clear", "{}").unwrap();
        let notes = host.invoke::<Capability>("list", "{}").unwrap();
        assert!(notes["notes"].as_array().unwrap().is_empty());
    }
}
