//! Where values are kept: small traits over plain data, and the backends behind them.
//!
//! *Never:* a backend decides more than its trait says; what a transaction does is planned in one
//! place, so that all backends agree.

mod memory;
mod plan;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
mod tests;

pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStore, StoreError};
