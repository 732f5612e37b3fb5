//! `log`: lines for whoever runs the host.
//!
//! *Never:* a line reaches the sink unbounded, unscrubbed, or with a secret of the capability in it.

use engraft_wit::host::imports::log::{Host, Level};
use engraft_wit::host::imports::types::HostError;

use super::scrub::{Lines, scrub};
use super::{CallState, denied};
use crate::engine::report::LogLine;
use crate::engine::services::{LogLevel, LogRecord};

/// One line on a screen or in a collector; longer texts belong into the output.
const MESSAGE_BYTES_MAX: usize = 4 << 10;

/// A handful of facts beside a line.
const FIELDS_MAX: usize = 16;

/// Names of fields are words.
const FIELD_NAME_BYTES_MAX: usize = 64;

/// Values of fields are short.
const FIELD_VALUE_BYTES_MAX: usize = 1 << 10;

/// What a line costs besides its text: level, time and name that the host adds. So empty lines are
/// bounded, too.
const FRAME_BYTES: usize = 32;

impl Host for CallState {
    fn write(
        &mut self,
        level: Level,
        message: String,
        fields: Vec<(String, String)>,
    ) -> wasmtime::Result<Result<(), HostError>> {
        self.charge_host_call()?;
        Ok(self.write_log(level, &message, &fields))
    }
}

impl CallState {
    pub(crate) fn write_log(
        &mut self,
        level: Level,
        message: &str,
        fields: &[(String, String)],
    ) -> Result<(), HostError> {
        self.identity.authority.log().map_err(denied)?;
        let offered = message.len() + fields.iter().map(|(k, v)| k.len() + v.len()).sum::<usize>();
        let left = self.budget.log_bytes.saturating_sub(self.usage.log_bytes);
        if left < FRAME_BYTES as u64 {
            // Nothing would fit, so the text is not even looked at.
            return Err(self.drop_log(offered + FRAME_BYTES));
        }
        let message = self.clean(message, MESSAGE_BYTES_MAX);
        let fields: Vec<_> = fields
            .iter()
            .take(FIELDS_MAX)
            .map(|(name, value)| {
                (self.clean(name, FIELD_NAME_BYTES_MAX), self.clean(value, FIELD_VALUE_BYTES_MAX))
            })
            .collect();
        let text = message.len() + fields.iter().map(|(k, v)| k.len() + v.len()).sum::<usize>();
        let cost = text + FRAME_BYTES;
        if cost as u64 > left {
            return Err(self.drop_log(cost));
        }
        self.usage.log_bytes += cost as u64;
        let level = match level {
            Level::Trace => LogLevel::Trace,
            Level::Debug => LogLevel::Debug,
            Level::Info => LogLevel::Info,
            Level::Warn => LogLevel::Warn,
            Level::Error => LogLevel::Error,
        };
        let capability = &self.identity.name;
        let record = LogRecord { capability, level, message: &message, fields: &fields };
        self.identity.services.log.write(&record);
        self.keep_log(LogLine::new(level, message, fields));
        Ok(())
    }

    fn drop_log(&mut self, bytes: usize) -> HostError {
        self.usage.log_bytes_dropped += bytes as u64;
        HostError::Exhausted(format!(
            "this call may log {} bytes; the line was dropped; raise `log_bytes` in its budget if it \
             needs more",
            self.budget.log_bytes
        ))
    }

    /// A secret never enters a guest, but a server may have told it one, in a form that was not
    /// recognised; a log is where it would be seen by the most people.
    pub(crate) fn clean(&self, text: &str, bytes_max: usize) -> String {
        let mut clean = scrub(text, bytes_max, Lines::One);
        for name in self.identity.authority.secret_names() {
            let secret = self.identity.services.secrets.secret(&self.identity.name, name);
            if let Some(secret) = secret.filter(|secret| secret.expose().len() >= 4)
                && clean.contains(secret.expose())
            {
                clean = clean.replace(secret.expose(), "[secret]");
            }
        }
        clean
    }
}
