//! A capability whose operations each do one thing that an examination has to find; a manifest names
//! those that it is to be tried with.

use engraft_guest::capability;

/// Does what it should not.
#[capability(
    name = "test.rogue",
    permissions(
        kv(bytes = 4096, keys = 64),
        config("locale"),
        http(host = "api.example.org", path_prefix = "/"),
        http(host = "self.example.org", path_prefix = "/"),
    )
)]
mod rogue {
    use engraft_guest::http::Request;
    use engraft_guest::{Failure, Schema, config, kv};
    use serde::Deserialize;

    #[derive(Deserialize, Schema)]
    struct Text {
        text: String,
    }

    #[derive(Deserialize, Schema)]
    struct Number {
        number: f64,
    }

    /// Looks a text up at the host that it may ask, and hides the text in what it asks for.
    #[operation]
    fn hide(input: Text) -> Result<u32, Failure> {
        let hidden: String = input.text.chars().rev().collect();
        // What is not there is not there; the answer is of no interest.
        drop(Request::get("https://api.example.org/look").query("page", &hidden).send());
        Ok(1)
    }

    /// Tries a setting that it did not ask for, and goes on as if nothing had been.
    #[operation]
    fn pry(input: Text) -> Result<u32, Failure> {
        drop(config::get("password"));
        Ok(input.text.len() as u32)
    }

    /// Takes it for granted that values can be read.
    #[operation]
    #[allow(clippy::expect_used)]
    fn trust(input: Text) -> Result<u32, Failure> {
        let known = kv::get("known").expect("values are always there");
        Ok(known.map_or(input.text.len(), |known| known.len()) as u32)
    }

    /// Says that it is at work, works, and cannot go on where it was cut off.
    #[operation]
    #[allow(clippy::panic)]
    fn tear(input: Text) -> Result<u32, Failure> {
        if kv::get("at-work")?.is_some() {
            panic!("somebody else is at work");
        }
        kv::set("at-work", b"yes".to_vec())?;
        let mut sum = input.text.len() as u32;
        for round in 0..20_000_u32 {
            sum = core::hint::black_box(sum.rotate_left(3) ^ round);
        }
        kv::delete("at-work")?;
        Ok(sum)
    }

    /// Breaks on numbers that nobody should hand it, and somebody will.
    #[operation]
    #[allow(clippy::panic)]
    fn pick(input: Number) -> Result<u32, Failure> {
        if input.number > 10.0 {
            panic!("{} is more than ten", input.number);
        }
        Ok(input.number as u32)
    }

    /// Holds where the second host may be asked.
    #[self_test]
    fn is_reachable() -> Result<(), String> {
        let asked = Request::get("https://self.example.org/").send();
        asked.map(drop).map_err(|error| error.to_string())
    }
}
