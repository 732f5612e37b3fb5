use engraft_guest::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
struct Dated {
    #[schema(jsn = "{}")]
    day: u32,
}

fn main() {}
