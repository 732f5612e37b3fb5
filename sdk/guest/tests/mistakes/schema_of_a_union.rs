use engraft_guest::Schema;
use serde::{Deserialize, Serialize};

#[derive(Schema)]
union Both {
    a: u8,
    b: i8,
}

fn main() {}
