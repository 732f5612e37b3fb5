//! Benchmarks are run by `cargo bench`; this task is filled in together with them.
//!
//! *Never:* a figure is made up here.
