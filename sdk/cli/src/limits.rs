//! The limits of a call as options, one for each part of a budget.
//!
//! *Never:* an option is read and not applied.

use std::time::Duration;

use clap::Args;
use engraft::model::Budget;

use crate::amount;

/// What help shows them under.
const HEADING: &str = "Limits";

/// Bounds that tighten nothing.
pub(crate) const UNLIMITED: Budget = Budget {
    fuel: u64::MAX,
    deadline: Duration::MAX,
    memory_bytes: u64::MAX,
    table_elements: u64::MAX,
    instances: u32::MAX,
    host_calls: u64::MAX,
    log_bytes: u64::MAX,
    input_bytes: u64::MAX,
    output_bytes: u64::MAX,
    http_bytes: u64::MAX,
    call_depth: u32::MAX,
    concurrent_calls: u32::MAX,
};

/// Limits of a call. A bundle's own limits are signed and can only be tightened.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Limits {
    /// Instructions, such as `10M`
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", value_parser = amount::count)]
    fuel: Option<u64>,
    /// Time from start to end, such as `2s`
    #[arg(long, help_heading = HEADING, value_name = "TIME", value_parser = amount::time)]
    deadline: Option<Duration>,
    /// Linear memory, such as `64MiB`
    #[arg(long, help_heading = HEADING, value_name = "BYTES", value_parser = amount::bytes)]
    memory: Option<u64>,
    /// Elements of tables
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", value_parser = amount::count)]
    tables: Option<u64>,
    /// Core instances inside the component
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", value_parser = amount::small_count)]
    instances: Option<u32>,
    /// Calls of host functions
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", value_parser = amount::count)]
    host_calls: Option<u64>,
    /// Log text
    #[arg(long, help_heading = HEADING, value_name = "BYTES", value_parser = amount::bytes)]
    log_bytes: Option<u64>,
    /// Input text
    #[arg(long, help_heading = HEADING, value_name = "BYTES", value_parser = amount::bytes)]
    input_bytes: Option<u64>,
    /// Output text
    #[arg(long, help_heading = HEADING, value_name = "BYTES", value_parser = amount::bytes)]
    output_bytes: Option<u64>,
    /// Bodies received over HTTP
    #[arg(long, help_heading = HEADING, value_name = "BYTES", value_parser = amount::bytes)]
    http_bytes: Option<u64>,
    /// How deep capabilities may call one another
    #[arg(long, help_heading = HEADING, value_name = "NUMBER", value_parser = amount::small_count)]
    call_depth: Option<u32>,
}

impl Limits {
    /// A budget that bounds what was given and nothing else; none where nothing was.
    pub(crate) fn alone(&self) -> Option<Budget> {
        Some(self.applied_to(UNLIMITED)).filter(|budget| *budget != UNLIMITED)
    }

    /// This budget with what was given in place of its own parts.
    pub(crate) fn applied_to(&self, budget: Budget) -> Budget {
        Budget {
            fuel: self.fuel.unwrap_or(budget.fuel),
            deadline: self.deadline.unwrap_or(budget.deadline),
            memory_bytes: self.memory.unwrap_or(budget.memory_bytes),
            table_elements: self.tables.unwrap_or(budget.table_elements),
            instances: self.instances.unwrap_or(budget.instances),
            host_calls: self.host_calls.unwrap_or(budget.host_calls),
            log_bytes: self.log_bytes.unwrap_or(budget.log_bytes),
            input_bytes: self.input_bytes.unwrap_or(budget.input_bytes),
            output_bytes: self.output_bytes.unwrap_or(budget.output_bytes),
            http_bytes: self.http_bytes.unwrap_or(budget.http_bytes),
            call_depth: self.call_depth.unwrap_or(budget.call_depth),
            concurrent_calls: budget.concurrent_calls,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        limits: Limits,
    }

    #[test]
    fn every_option_changes_its_own_part() {
        let before = serde_json::to_value(Budget::default()).unwrap();
        for (option, value, part) in [
            ("--fuel", "7", "fuel"),
            ("--deadline", "7ms", "deadline_ms"),
            ("--memory", "7", "memory_bytes"),
            ("--tables", "7", "table_elements"),
            ("--instances", "7", "instances"),
            ("--host-calls", "7", "host_calls"),
            ("--log-bytes", "7", "log_bytes"),
            ("--input-bytes", "7", "input_bytes"),
            ("--output-bytes", "7", "output_bytes"),
            ("--http-bytes", "7", "http_bytes"),
            ("--call-depth", "7", "call_depth"),
        ] {
            let line = Line::try_parse_from(["x", option, value]).unwrap_or_else(|e| panic!("{e}"));
            let mut after =
                serde_json::to_value(line.limits.applied_to(Budget::default())).unwrap();
            assert_eq!(after[part], 7, "{option}");
            after[part] = before[part].clone();
            assert_eq!(after, before, "{option} changes something else as well");
        }
    }
}
