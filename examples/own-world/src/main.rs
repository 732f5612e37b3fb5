//! A program with a WIT world of its own.

fn main() {}
