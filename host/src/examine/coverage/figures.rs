//! What ran and what did not, as data: it stands in the report, and is kept with it.
//!
//! *Never:* a share is told without the numbers that it is of.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::given::given;

/// What of a candidate ran when it was examined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Functions that were entered.
    pub functions: Share,
    /// Basic blocks that were entered.
    pub blocks: Share,
    /// The same before inputs were looked for: by examples and generated cases alone.
    pub blocks_before: Share,
    /// Each module that counts.
    pub modules: Vec<ModuleCoverage>,
    /// Modules that do not count, because they are too large to be compiled once more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub modules_left_out: usize,
    /// Expressions of its source, where it was built here from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceCoverage>,
    /// How inputs were looked for.
    pub search: Search,
    /// The inputs that reached what none before them did.
    pub kept: Vec<KeptCase>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// That many were reached.
    pub reached: u64,
    /// That many there are.
    pub total: u64,
}

/// One module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleCoverage {
    /// Its place among all modules, from one.
    pub number: usize,
    /// Functions that were entered.
    pub functions: Share,
    /// Basic blocks that were entered.
    pub blocks: Share,
    /// Its functions with the most blocks that were not entered.
    pub least: Vec<FunctionCoverage>,
}

/// One function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionCoverage {
    /// Its index in the module.
    pub index: u32,
    /// Its name, where the component carries names.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The file and the line that it begins at, where the component carries them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub line: String,
    /// Basic blocks that were entered.
    pub blocks: Share,
}

/// The source that a candidate was built from, and which expressions of it were evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceCoverage {
    /// The text.
    pub text: String,
    /// Expressions that were evaluated.
    pub expressions: Share,
    /// Each of them, in the order in which they stand.
    pub spans: Vec<ExpressionCoverage>,
}

/// One expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpressionCoverage {
    /// Its first byte in the source.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// Whether it was ever evaluated.
    pub is_evaluated: bool,
}

/// How inputs were looked for, and what ended that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Examples and generated cases, from which it began.
    pub begun_with: u64,
    /// Inputs that were made from others and tried.
    pub tried: u64,
    /// Fuel that these burnt.
    pub fuel: u64,
    /// At most so many inputs are tried.
    pub tried_max: u64,
    /// At most so much fuel is burnt.
    pub fuel_max: u64,
    /// At most so long it takes, in milliseconds.
    pub time_ms_max: u64,
    /// What came first.
    pub ended_by: SearchEnd,
}

/// What ended a search.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SearchEnd {
    /// Every block was entered.
    #[default]
    Everything,
    /// So many inputs as were allowed had been tried.
    Inputs,
    /// The fuel was burnt.
    Fuel,
    /// The time was over.
    Time,
}

/// An input that reached something new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptCase {
    /// Which operation.
    pub operation: String,
    /// The input.
    pub input: Value,
    /// The output; none where it said no or broke.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// How it ended, in a word.
    pub outcome: String,
    /// Blocks that no input before it reached.
    pub new_blocks: u64,
    /// Whether it was looked for; the others are generated from the schema alone.
    pub is_searched: bool,
}

impl Share {
    /// In percent; all of nothing is everything.
    #[must_use]
    pub fn percent(self) -> f64 {
        if self.total == 0 {
            return 100.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "a component has no 2^52 blocks")]
        let percent = self.reached as f64 * 100.0 / self.total as f64;
        percent
    }

    pub(super) fn add(&mut self, is_reached: bool) {
        self.reached += u64::from(is_reached);
        self.total += 1;
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde hands it over")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}
