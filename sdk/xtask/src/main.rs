//! What a developer of this repository runs: set-up, tests, benchmarks, golden files.

fn main() {}
