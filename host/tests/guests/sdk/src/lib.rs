//! A capability that uses everything of the Rust guest crate, for tests against a real host.

use engraft_guest::capability;

/// Tries everything.
#[capability(
    name = "test.sdk",
    permissions(
        log,
        clock,
        random,
        progress,
        kv(bytes = 4096, keys = 64),
        config("locale"),
        http(host = "api.example.org", path_prefix = "/"),
        call("text.*"),
        secret(name = "token", hosts("api.example.org")),
    )
)]
mod sdk {
    use engraft_guest::http::{Request, send_all};
    use engraft_guest::log::{Level, line};
    use engraft_guest::{Failure, FailureKind, HostError, Schema, call};
    use engraft_guest::{clock, config, kv, progress, random, secrets};
    use serde::{Deserialize, Serialize};

    #[derive(Deserialize, Schema)]
    struct Text {
        text: String,
    }

    #[derive(Serialize, Schema)]
    struct Seen {
        now: String,
        random: usize,
        count: i64,
        list: Vec<u32>,
        locale: Option<String>,
        has_token: bool,
    }

    /// Asks everything of the host.
    #[operation(intents("look around"))]
    fn look() -> Result<Seen, Failure> {
        line(Level::Info, "looking").field("where", "around").write()?;
        progress::report(0.5, "half");
        kv::update_json("list", |list: Option<Vec<u32>>| {
            let mut list = list.unwrap_or_default();
            list.push(7);
            list
        })?;
        Ok(Seen {
            now: clock::now()?.to_string(),
            random: random::bytes(100)?.len(),
            count: kv::increment("count", 2)?,
            list: kv::json("list")?.unwrap_or_default(),
            locale: config::get("locale")?,
            has_token: secrets::exists("token")?,
        })
    }

    #[derive(Deserialize, Schema)]
    struct Fetch {
        url: String,
        also: Vec<String>,
    }

    #[derive(Serialize, Schema)]
    struct Fetched {
        status: u16,
        length: Option<String>,
        n: u8,
        /// The status of each of the others, or why there is none.
        also: Vec<Answer>,
    }

    #[derive(Serialize, Schema)]
    #[serde(rename_all = "kebab-case")]
    enum Answer {
        Status(u16),
        Text(String),
        Denied,
        Unavailable,
        Other(String),
    }

    /// Sends a request with a secret, and others side by side.
    #[operation]
    fn fetch(input: Fetch) -> Result<Fetched, Failure> {
        #[derive(Deserialize)]
        struct Body {
            n: u8,
        }
        let get = |url: &str| Request::get(url).header("x-from", "sdk").query("q", "a b");
        let response = get(&input.url).bearer("token").send()?.success()?;
        let Body { n } = response.json()?;
        let also = send_all(input.also.iter().map(|url| get(url)))?;
        Ok(Fetched {
            status: response.status(),
            length: response.header("Content-Length").map(str::to_owned),
            n,
            also: also
                .into_iter()
                .map(|answer| match answer {
                    Ok(response) => Answer::Status(response.status()),
                    Err(HostError::Denied(_)) => Answer::Denied,
                    Err(HostError::Unavailable(_)) => Answer::Unavailable,
                    Err(error) => Answer::Other(error.to_string()),
                })
                .collect(),
        })
    }

    #[derive(Deserialize, Schema)]
    struct Ask {
        text: String,
        /// Whom to ask as well.
        also: Vec<String>,
    }

    #[derive(Serialize, Schema)]
    struct Asked {
        text: String,
        also: Vec<Answer>,
    }

    #[derive(Serialize)]
    struct Shout<'a> {
        text: &'a str,
    }

    /// Calls another capability, and others side by side.
    #[operation]
    fn ask(input: Ask) -> Result<Asked, Failure> {
        let shout = Shout { text: &input.text };
        let text = call::invoke("text.shout", "shout", &shout)?;
        let requests = input.also.iter().map(|name| call::Request::new(name, "shout", &shout));
        let answers = call::invoke_all(requests.collect::<Result<Vec<_>, _>>()?);
        let also = answers.into_iter().map(|answer: Result<String, Failure>| match answer {
            Ok(text) => Answer::Text(text),
            Err(failure) => match failure.kind() {
                FailureKind::Denied => Answer::Denied,
                FailureKind::Unavailable => Answer::Unavailable,
                FailureKind::InvalidInput | FailureKind::Failed => {
                    Answer::Other(failure.to_string())
                }
            },
        });
        Ok(Asked { text, also: also.collect() })
    }

    /// Says it louder.
    #[operation(example(r#"{"text": "hey"}"#, r#""HEY""#))]
    fn shout(input: Text) -> String {
        input.text.to_uppercase()
    }

    /// Its schema is made by `schemars`: a flattened field is beyond what is derived.
    #[derive(Deserialize, schemars::JsonSchema)]
    struct Refused {
        #[serde(flatten)]
        inner: Inner,
    }

    #[derive(Deserialize, schemars::JsonSchema)]
    struct Inner {
        text: String,
    }

    /// Fails with what it is given.
    #[operation(schemars)]
    fn refuse(input: Refused) -> Result<(), Failure> {
        Err(Failure::unavailable(input.inner.text).after_effect())
    }

    /// Panics with what it is given.
    #[operation]
    #[allow(clippy::panic)]
    fn panic(input: Text) -> String {
        panic!("it went wrong with {}", input.text)
    }

    #[save_state]
    fn save() -> Result<Vec<u8>, Failure> {
        Ok(kv::get("count")?.unwrap_or_default())
    }

    #[restore_state]
    fn restore(version: &str, saved: Vec<u8>) -> Result<(), Failure> {
        if version.starts_with("0.") {
            return Err(Failure::invalid_input("too old"));
        }
        Ok(kv::set("count", saved)?)
    }

    #[self_test]
    fn holds() -> Result<(), String> {
        Ok(())
    }

    #[self_test]
    fn does_not_hold() -> Result<(), String> {
        Err("on purpose".to_owned())
    }
}
