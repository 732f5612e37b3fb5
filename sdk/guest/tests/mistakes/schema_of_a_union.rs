use engraft_guest::Schema;

#[derive(Schema)]
union Both {
    a: u8,
    b: i8,
}

fn main() {}
