//! Where values are kept: small traits over plain data, and the backends behind them.
//!
//! *Never:* a backend decides more than its trait says; what a transaction does is planned in one
//! place, so that all backends agree.

mod board;
mod cabinet;
pub mod log;
mod memory;
pub mod merkle;
#[cfg(feature = "sqlite")]
mod nature;
pub(crate) mod overlay;
mod plan;
pub(crate) mod probation;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
mod tests;

#[cfg(feature = "sqlite")]
pub use board::SqliteBoard;
pub use board::{Board, Note, Shown, Taken};
#[cfg(feature = "sqlite")]
pub use cabinet::SqliteCabinet;
pub use cabinet::{Cabinet, Drawer, Kept, MemoryCabinet, Paper};
#[cfg(feature = "sqlite")]
pub use log::SqliteLog;
pub use log::{Append, Entry, Evidence, FaultyLog, KeptEvidence, LogError, MemoryLog, OpLog};
pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStore, StoreError};
