//! Where an attempt is made, so that another program can tell whether somebody is still at it.
//!
//! *Never:* what is made on another machine, or where nothing is known of it, is held for given up.

use serde::{Deserialize, Serialize};

/// A process of a machine: its number alone may be given to another one later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// The machine since it was started, and the room in which processes have their numbers.
    pub machine: String,
    /// The number of the process.
    pub process: u32,
    /// When the process was started, by the clock of the machine.
    pub started: u64,
}
