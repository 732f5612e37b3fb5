use engraft_guest::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
struct Inner {
    a: u8,
}

#[derive(Serialize, Deserialize, Schema)]
struct Outer {
    #[serde(flatten)]
    inner: Inner,
}

fn main() {}
