use engraft_guest::Schema;
use serde::{Deserialize, Serialize};

mod day {
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(_: &u32, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str("")
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(_: D) -> Result<u32, D::Error> {
        Ok(0)
    }
}

#[derive(Serialize, Deserialize, Schema)]
struct Dated {
    #[serde(with = "day")]
    day: u32,
}

fn main() {}
