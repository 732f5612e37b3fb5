//! An assistant in the terminal, with signed capabilities.

fn main() {}
