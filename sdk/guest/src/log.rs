//! Log lines for whoever runs the host. Needs the `log` permission.
//!
//! The short functions do not fail: a capability should not break because nobody listens to it. Use
//! [`Line::write`] to learn what became of a line.
//!
//! *Never:* a secret belongs into a line; the host cannot know what to strike out.

use std::fmt::Display;

use crate::{HostError, sys};

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Each step.
    Trace,
    /// What a developer wants to see.
    Debug,
    /// What happened.
    Info,
    /// What should not have happened.
    Warn,
    /// What broke.
    Error,
}

/// One line with named fields beside it.
#[derive(Debug, Clone)]
#[must_use = "a line is seen once it is written"]
pub struct Line {
    level: Level,
    message: String,
    fields: Vec<(String, String)>,
}

/// Begins a line with fields.
///
/// ```no_run
/// use engraft_guest::log::{Level, line};
///
/// line(Level::Info, "fetched").field("status", 200).write()?;
/// # Ok::<(), engraft_guest::HostError>(())
/// ```
pub fn line(level: Level, message: impl Display) -> Line {
    Line { level, message: message.to_string(), fields: Vec::new() }
}

/// Writes a line of this level.
pub fn trace(message: impl Display) {
    quietly(line(Level::Trace, message));
}

/// Writes a line of this level.
pub fn debug(message: impl Display) {
    quietly(line(Level::Debug, message));
}

/// Writes a line of this level.
pub fn info(message: impl Display) {
    quietly(line(Level::Info, message));
}

/// Writes a line of this level.
pub fn warn(message: impl Display) {
    quietly(line(Level::Warn, message));
}

/// Writes a line of this level.
pub fn error(message: impl Display) {
    quietly(line(Level::Error, message));
}

// === impl Line ===

impl Line {
    /// Adds a named field.
    pub fn field(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.fields.push((name.into(), value.to_string()));
        self
    }

    /// Hands the line to the host.
    ///
    /// # Errors
    /// Where logging is not allowed or the log is full.
    pub fn write(self) -> Result<(), HostError> {
        sys::log_write(self.level, &self.message, &self.fields)
    }
}

/// Nobody listening is no reason for a capability to fail.
fn quietly(line: Line) {
    drop(line.write());
}
