//! Entries as rows of a table: one expression over named inputs.
//!
//! *Never:* a row of the library's own is passed over because it is not well written.

use serde_json::Value;

use super::entry::{Entry, EntryError};
use crate::model::SlotKind;

/// One row.
pub(super) struct Plain {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) asks: &'static [&'static str],
    pub(super) inputs: &'static [(&'static str, SlotKind)],
    /// The schema of what it gives, as JSON.
    pub(super) gives: &'static str,
    pub(super) value: &'static str,
    /// Inputs and outputs, as JSON.
    pub(super) examples: &'static [(&'static str, &'static str)],
}

impl Plain {
    pub(super) fn entry(&self) -> Result<Entry, EntryError> {
        let mut entry =
            Entry::new(self.name, self.summary)?.gives(json(self.gives)).value(self.value);
        for intent in self.asks {
            entry = entry.asks(intent)?;
        }
        for (name, kind) in self.inputs {
            entry = entry.input(name, *kind);
        }
        for (input, output) in self.examples {
            entry = entry.example(json(input), json(output));
        }
        Ok(entry)
    }
}

/// JSON that stands in this crate's source; a test reads all of it.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}
