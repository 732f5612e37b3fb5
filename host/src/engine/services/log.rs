//! Where log lines of guests go.
//!
//! *Never:* a sink sees text that has not been bounded and scrubbed.

use crate::model::CapabilityName;

/// Where log lines go. Called while the guest waits, so it must not block.
pub trait LogSink: Send + Sync + 'static {
    /// Takes one line.
    fn write(&self, record: &LogRecord<'_>);
}

/// One log line of a guest: a single line, bounded, without control characters.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct LogRecord<'a> {
    /// Who wrote it.
    pub capability: &'a CapabilityName,
    /// How much it matters.
    pub level: LogLevel,
    /// What it says.
    pub message: &'a str,
    /// What it says beside that, by name.
    pub fields: &'a [(String, String)],
}

/// How much a log line matters, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// What helps to find a fault.
    Debug,
    /// What a person may want to know.
    Info,
    /// What is odd.
    Warn,
    /// What went wrong.
    Error,
}

/// Log lines as events of `tracing`, under the target `engraft::guest`.
#[derive(Debug, Clone, Copy, Default)]
pub struct TracingLog;

// === impl LogSink ===

impl LogSink for TracingLog {
    fn write(&self, record: &LogRecord<'_>) {
        // A level is part of an event's static description, so there is one event for each.
        macro_rules! event {
            ($level:ident) => {
                tracing::event!(
                    target: "engraft::guest",
                    tracing::Level::$level,
                    capability = record.capability.as_str(),
                    fields = ?record.fields,
                    "{}",
                    record.message
                )
            };
        }
        match record.level {
            LogLevel::Trace => event!(TRACE),
            LogLevel::Debug => event!(DEBUG),
            LogLevel::Info => event!(INFO),
            LogLevel::Warn => event!(WARN),
            LogLevel::Error => event!(ERROR),
        }
    }
}
