use engraft_guest::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
struct Move {
    by: u8,
}

#[derive(Serialize, Deserialize, Schema)]
#[serde(tag = "kind")]
enum Command {
    Move(Move),
}

fn main() {}
