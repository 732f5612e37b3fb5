//! An assistant that calls one signed capability.

fn main() {}
