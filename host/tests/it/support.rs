//! What every integration test needs: guests, built once from their sources.

mod guests;

#[allow(unused_imports, reason = "not every set of features has a test with each of them")]
pub(crate) use guests::{build, command, guest, repository, template};
