//! Workers and their walls, tried from the inside and judged from the outside.
//!
//! This binary is three things: the tests; the worker that they start, because it calls
//! `serve_if_asked` first; and, by its first argument or by the name that it is started under, whoever
//! tries to get through a wall or lies to its parent. So what is tried is what ships.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    reason = "a test that meets what it did not expect must fail at once, and says so"
)]

#[cfg(target_os = "linux")]
mod attempt;
#[cfg(target_os = "linux")]
mod disguise;
#[cfg(target_os = "linux")]
#[path = "../it/engine_lab.rs"]
#[allow(dead_code, reason = "shared with tests that need more of it")]
mod engine_lab;
#[cfg(target_os = "linux")]
mod examination;
#[cfg(target_os = "linux")]
#[path = "../it/support/guests.rs"]
#[allow(dead_code, reason = "shared with tests that need more of it")]
mod guests;
#[cfg(target_os = "linux")]
mod outcomes;
#[cfg(target_os = "linux")]
mod processes;
#[cfg(target_os = "linux")]
#[path = "../it/screen.rs"]
mod screen;
#[cfg(target_os = "linux")]
#[path = "../it/effects/stage.rs"]
#[allow(dead_code, reason = "shared with tests that need more of it")]
mod stage;
/// Guests under the name that the shared files know them by.
#[cfg(target_os = "linux")]
mod support {
    pub(crate) use super::guests::guest;
}
#[cfg(target_os = "linux")]
mod traffic;
#[cfg(target_os = "linux")]
mod walls;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
use engraft::worker::WorkerProgram;

/// A test, and what it is called.
#[cfg(target_os = "linux")]
type Test = (&'static str, fn(&WorkerProgram));

#[cfg(target_os = "linux")]
const TESTS: [&[Test]; 5] =
    [&walls::TESTS, &outcomes::TESTS, &processes::TESTS, &traffic::TESTS, &examination::TESTS];

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    disguise::act_if_disguised();
    let program = engraft::worker::serve_if_asked();
    attempt::make_if_asked();
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word));
    let (mut passed, mut failed, mut others) = (0, 0, 0);
    for (name, test) in TESTS.into_iter().flatten() {
        if !chosen(name) {
            others += 1;
            continue;
        }
        // One after the other: they count processes and measure time.
        let ended = std::panic::catch_unwind(|| test(&program));
        println!("test {name} ... {}", if ended.is_ok() { "ok" } else { "FAILED" });
        if ended.is_ok() { passed += 1 } else { failed += 1 }
    }
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "test result: {word}. {passed} passed; {failed} failed; 0 ignored; 0 measured; {others} \
         filtered out"
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Elsewhere there are no workers, and nothing to try but that everybody is told so.
#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    let program = engraft::worker::serve_if_asked();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let walls = runtime.block_on(engraft::worker::walls(&program)).unwrap();
    assert_eq!(walls.missing().len(), engraft::worker::Wall::ALL.len());
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
    ExitCode::SUCCESS
}
