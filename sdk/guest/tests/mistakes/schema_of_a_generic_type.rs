use engraft_guest::Schema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
struct Page<T> {
    items: Vec<T>,
}

fn main() {}
