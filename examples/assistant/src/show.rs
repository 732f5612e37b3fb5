//! What the terminal shows: answers as text, and beside each what it cost.
//!
//! *Never:* colour where nobody sees it, or where `NO_COLOR` asks for none.

use std::error::Error;
use std::io::{IsTerminal, Stdout, Write};

use engraft::model::Outcome;
use engraft::{Capability, Report};
use serde_json::Value;

use crate::session::Answer;

/// The terminal.
pub(crate) struct Screen {
    out: Stdout,
    colour: bool,
}

const DIM: &str = "2";
const GOOD: &str = "32";
const BAD: &str = "31";
const NAME: &str = "36";

impl Screen {
    pub(crate) fn new() -> Self {
        let out = std::io::stdout();
        let colour = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { out, colour }
    }

    pub(crate) fn welcome(&mut self, capabilities: Vec<Capability>) -> std::io::Result<()> {
        let line = format!("{} signed capabilities, verified and ready", capabilities.len());
        writeln!(self.out, "{}", self.paint(DIM, &line))?;
        for capability in capabilities {
            let signers: Vec<&str> =
                capability.signers().iter().map(|signer| signer.label.as_str()).collect();
            let facts = format!(
                "{}, signed by {}, component {}",
                capability.version(),
                signers.join(" and "),
                capability.digest().short()
            );
            let name = self.paint(NAME, capability.name().as_str());
            writeln!(self.out, "  {name} {}", self.paint(DIM, &facts))?;
        }
        let hint = "ask away; `what can you do` tells more, `quit` ends";
        writeln!(self.out, "{}", self.paint(DIM, hint))
    }

    pub(crate) fn heard(&mut self, sentence: &str) -> std::io::Result<()> {
        writeln!(self.out, "\n> {sentence}")
    }

    pub(crate) fn prompt(&mut self) -> std::io::Result<()> {
        if std::io::stdin().is_terminal() {
            write!(self.out, "\n> ")?;
            self.out.flush()?;
        }
        Ok(())
    }

    pub(crate) fn answer(&mut self, answer: &Answer) -> std::io::Result<()> {
        match answer {
            Answer::Abilities(capabilities) => self.abilities(capabilities),
            Answer::Called { capability, operation, report } => {
                self.called(capability, operation, report)
            }
            Answer::Nothing => {
                let sorry = "I cannot do that: no capability answers it.";
                writeln!(self.out, "{}", self.paint(BAD, sorry))
            }
        }
    }

    pub(crate) fn error(&mut self, error: &dyn Error) {
        // Whoever closed the terminal does not read this either.
        drop(writeln!(std::io::stderr(), "assistant: {error}"));
    }

    fn abilities(&mut self, capabilities: &[Capability]) -> std::io::Result<()> {
        for capability in capabilities {
            let description = &capability.manifest().description;
            let name = self.paint(NAME, capability.name().as_str());
            writeln!(self.out, "{name}: {}", description.summary)?;
            for intent in description.operations.iter().flat_map(|operation| &operation.intents) {
                writeln!(self.out, "  {intent}")?;
            }
        }
        Ok(())
    }

    fn called(
        &mut self,
        capability: &Capability,
        operation: &str,
        report: &Report,
    ) -> std::io::Result<()> {
        let (colour, text) = if let Outcome::Returned(output) = &report.outcome {
            (GOOD, output.read::<Value>().map_or_else(|error| error.to_string(), say))
        } else {
            (BAD, report.outcome.to_string())
        };
        writeln!(self.out, "{}", self.paint(colour, &text))?;
        let usage = &report.usage;
        let facts = format!(
            "{} {} in {} µs, {} fuel, {} KiB",
            capability.name(),
            operation,
            usage.duration.as_micros(),
            usage.fuel,
            usage.memory_bytes_peak >> 10
        );
        writeln!(self.out, "{}", self.paint(DIM, &facts))
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// JSON as a person would say it: one line a property.
fn say(value: Value) -> String {
    match value {
        Value::Object(properties) => {
            let lines =
                properties.into_iter().map(|(name, value)| format!("{name}: {}", say(value)));
            lines.collect::<Vec<_>>().join("\n")
        }
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => {
            let lines = items.into_iter().map(|item| format!("- {}", say(item)));
            format!("\n{}", lines.collect::<Vec<_>>().join("\n"))
        }
        Value::String(text) => text,
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain.to_string(),
    }
}
