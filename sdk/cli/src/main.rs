//! The engraft command: a face of the host crate.

fn main() {}
