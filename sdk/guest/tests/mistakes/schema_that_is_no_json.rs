use engraft_guest::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
struct Dated {
    #[schema(json = r#"{"type": 'string'}"#)]
    day: u32,
    #[schema(json = "true")]
    hour: u8,
}

fn main() {}
