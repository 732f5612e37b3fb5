//! A worker as a program of its own, for embedding programs that are not their own worker: see
//! `engraft::worker`.
//!
//! *Never:* it does anything where nobody has asked it to be a worker.

use std::process::ExitCode;

#[expect(clippy::print_stderr, reason = "it has no other face than this sentence")]
fn main() -> ExitCode {
    let program = engraft::worker::serve_if_asked();
    drop(program);
    eprintln!("this is started by a host of capabilities, over pipes; by itself it does nothing");
    ExitCode::from(2)
}
