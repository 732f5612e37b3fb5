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
        secret(name = "token", hosts("api.example.org")),
    )
)]
mod sdk {
    use engraft_guest::log::{Level, line};
    use engraft_guest::{Failure, Schema, clock, config, kv, progress, random, secrets};
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

    /// Fails with what it is given.
    #[operation]
    fn refuse(input: Text) -> Result<(), Failure> {
        Err(Failure::unavailable(input.text).after_effect())
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
