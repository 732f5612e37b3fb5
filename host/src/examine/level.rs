//! How thorough an examination is, and which of its findings block: profiles as data.
//!
//! *Never:* a profile lets a critical finding through.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::catalogue::{CHECKS, CheckId, SHOWN};
use super::finding::{Blocks, Severity};

/// How thorough an examination is; each level has all of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Signature, manifest and static analysis; nothing of it runs.
    Basic,
    /// And tests in a sandbox.
    Standard,
    /// And how it behaves: determinism, isolation, leaks, faults, growth.
    Comprehensive,
    /// And how fast it is, behind the walls of the worker.
    Production,
}

/// Which checks an examination has, what they let through, and which of their findings block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Every check up to this level runs.
    pub level: Level,
    /// Except for these.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub without: BTreeSet<CheckId>,
    /// What a finding of these checks amounts to, in place of what the catalogue says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub blocks: BTreeMap<CheckId, Blocks>,
    /// What static analysis lets through.
    #[serde(default)]
    pub bounds: Bounds,
}

/// What static analysis lets through. Compilation takes time and memory by the shape of code rather
/// than by its size, so shape is what is bounded; each default lies above what the compilers of the
/// eight template languages make, interpreters included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bounds {
    /// Components and modules inside one another: adapters and shims need 2.
    pub depth: u32,
    /// Components and modules in all: a Python guest has about 30.
    pub parts: u32,
    /// Functions in all. 50,000 of a single instruction compile for 2.9 s.
    pub functions: u32,
    /// Bytes of one function. 720 KB in one piece compile for 0.08 s, in blocks for seconds.
    pub body_bytes: u32,
    /// Blocks inside one another. 20,000 compile for 6 s, 1,000 for a tenth of one; Python's interpreter
    /// has 781, JavaScript's 281.
    pub nesting: u32,
    /// Loops inside one another. Register allocation goes round each: 990 with some locals compile for 3 s.
    pub loop_nesting: u32,
    /// Values of one function that wait to be used at once. 9,000 compile for 3 s.
    pub waiting: u32,
    /// Blocks of one function. 15,000 in a row compile for 2.6 s.
    pub blocks: u32,
    /// Locals of one function, parameters included. 5,000 beside 5,000 blocks compile for 3.1 s.
    pub locals: u32,
    /// Locals times blocks, of one function.
    pub complexity: u64,
    /// Targets of one jump table.
    pub br_table: u32,
    /// Milliseconds that one function is estimated to compile for: the shapes above make one another
    /// worse. Python's longest comes to 1,600, JavaScript's to 370.
    pub function_work_ms: u32,
    /// Milliseconds that all of it is estimated to compile for, on one core. A Python guest comes to 26,000
    /// (and takes 22,000), one of Go to 8,000 (6,600).
    pub work_ms: u32,
    /// Instances of components and modules, those in them included: a Python guest makes 39. Components in
    /// components made half a million out of five hundred bytes.
    pub instances: u32,
    /// Memories in all.
    pub memories: u32,
    /// Tables in all; each module of an adapter has one.
    pub tables: u32,
    /// Pieces of data in all: Go leaves out each stretch of nothing, and has 44,000 in the smallest guest.
    /// 80,000 take half a second and 26 MiB more than one.
    pub data_segments: u32,
    /// Bytes of data in all: a Python guest carries its library, about 40 MB.
    pub data_bytes: u64,
    /// Fuel that starting may burn before anybody has called: interpreters start up in `describe`,
    /// not here.
    pub start_fuel: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            depth: 8,
            parts: 256,
            functions: 40_000,
            body_bytes: 512 << 10,
            nesting: 1_024,
            loop_nesting: 64,
            waiting: 1_000,
            blocks: 10_000,
            locals: 4_000,
            complexity: 4_000_000,
            br_table: 4_096,
            function_work_ms: 3_000,
            work_ms: 60_000,
            instances: 1_024,
            memories: 8,
            tables: 64,
            data_segments: 80_000,
            data_bytes: 48 << 20,
            start_fuel: 50_000_000,
        }
    }
}

impl Profile {
    /// Everything up to a level, blocking as the catalogue says.
    #[must_use]
    pub fn of(level: Level) -> Self {
        let (without, blocks) = (BTreeSet::new(), BTreeMap::new());
        Self { level, without, blocks, bounds: Bounds::default() }
    }

    /// The same without a check.
    #[must_use]
    pub fn without(mut self, check: CheckId) -> Self {
        self.without.insert(check);
        self
    }

    /// Whether a check is part of it.
    #[must_use]
    pub fn has(&self, check: CheckId) -> bool {
        !self.without.contains(&check)
            && check.check().is_some_and(|check| check.level <= self.level)
    }

    /// The checks that are part of it, in the order in which they run.
    pub fn checks(&self) -> impl Iterator<Item = CheckId> {
        CHECKS.iter().map(|check| check.id).filter(|id| self.has(*id))
    }

    /// What a finding of this check and severity amounts to.
    #[must_use]
    pub fn blocking(&self, check: CheckId, severity: Severity) -> Blocks {
        let said = self.blocks.get(&check).copied();
        match severity {
            Severity::Critical => Blocks::Always,
            Severity::Error => said.unwrap_or(Blocks::Always),
            Severity::Warning if SHOWN.contains(&check) => said.unwrap_or(Blocks::UntilApproved),
            Severity::Note | Severity::Warning => said.unwrap_or(Blocks::No),
        }
    }
}

// === impl Level ===

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Basic => "basic",
            Self::Standard => "standard",
            Self::Comprehensive => "comprehensive",
            Self::Production => "production",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_has_all_of_the_one_before() {
        let count = |level| Profile::of(level).checks().count();
        assert!(count(Level::Basic) < count(Level::Standard));
        assert!(count(Level::Standard) < count(Level::Comprehensive));
        assert_eq!(count(Level::Production), CHECKS.len());
        assert!(!Profile::of(Level::Production).without(CheckId::WALL).has(CheckId::WALL));
    }

    #[test]
    fn a_profile_can_let_an_error_through_and_never_what_is_critical() {
        let mut profile = Profile::of(Level::Basic);
        profile.blocks.insert(CheckId::SIGNATURE, Blocks::No);
        profile.blocks.insert(CheckId::MALFORMED, Blocks::No);
        profile.blocks.insert(CheckId::UNBOUNDED, Blocks::UntilApproved);
        assert_eq!(profile.blocking(CheckId::SIGNATURE, Severity::Error), Blocks::No);
        assert_eq!(profile.blocking(CheckId::MALFORMED, Severity::Critical), Blocks::Always);
        assert_eq!(profile.blocking(CheckId::UNBOUNDED, Severity::Note), Blocks::UntilApproved);
        assert_eq!(profile.blocking(CheckId::IMPORTS, Severity::Error), Blocks::Always);
        assert_eq!(profile.blocking(CheckId::IMPORTS, Severity::Warning), Blocks::No);
        let widening = profile.blocking(CheckId::NEW_PERMISSIONS, Severity::Warning);
        assert_eq!(widening, Blocks::UntilApproved);
    }
}
