//! A second wall: processes that compile and run what nobody trusts yet.
//!
//! A worker has no files, no network, no environment and no descriptors but two pipes; it may make the
//! few system calls that running a guest takes, and use so much memory and time. What a guest asks of
//! its host goes through a pipe to the parent and is decided there. A compile bomb, a fault of the
//! engine or a runaway costs one process and ends as an outcome or an error.
//!
//! A program ships `engraft-worker`, or calls [`serve_if_asked`] first thing in its `main` and is its
//! own worker. [`InstancePolicy::Walled`](crate::InstancePolicy::Walled) serves a capability so.
//!
//! *Never:* what a worker says is believed where this process can know it itself.

mod opening;
mod program;
mod wall;

#[cfg(not(all(feature = "worker", target_os = "linux")))]
mod absent;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod answer;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod away;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod cast;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod code;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod deal;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod filter;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod kernel;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod process;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod raise;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod relay;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod serve;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod trial;
#[cfg(all(feature = "worker", target_os = "linux"))]
mod wire;

#[cfg(not(all(feature = "worker", target_os = "linux")))]
pub(crate) use absent::{Away, AwayCode, Deed, Done, compile_away};
#[cfg(not(all(feature = "worker", target_os = "linux")))]
pub use absent::{compile, confine, serve_if_asked, walls};
#[cfg(all(feature = "worker", target_os = "linux"))]
pub(crate) use away::Away;
#[cfg(all(feature = "worker", target_os = "linux"))]
pub(crate) use code::AwayCode;
#[cfg(all(feature = "worker", target_os = "linux"))]
pub(crate) use deal::Done;
pub(crate) use opening::Opening;
pub use program::{WorkerError, WorkerProgram};
#[cfg(all(feature = "worker", target_os = "linux"))]
pub use raise::confine;
#[cfg(all(feature = "worker", target_os = "linux"))]
pub(crate) use relay::{add_to_linker, ask_own};
#[cfg(all(feature = "worker", target_os = "linux"))]
pub use serve::serve_if_asked;
#[cfg(all(feature = "worker", target_os = "linux"))]
pub(crate) use trial::compile_away;
#[cfg(all(feature = "worker", target_os = "linux"))]
pub use trial::{compile, walls};
pub use wall::{Missing, Wall, Walls, WorkerLimits};
#[cfg(all(feature = "worker", target_os = "linux"))]
pub(crate) use wire::Deed;
