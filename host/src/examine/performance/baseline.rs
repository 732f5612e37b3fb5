//! What was measured of a capability before, read back from its report: the fuel and the memory that the
//! same inputs took are the same on every machine and on every day.
//!
//! *Never:* figures of another examiner count, whose engine may count otherwise; nor are times of another
//! day a finding.

use semver::Version;
use serde::{Deserialize, Serialize};

use super::figures::Performance;
use super::{SLOWER_MAX, float};
use crate::artifact::Moment;
use crate::examine::finding::{Draft, Severity};
use crate::examine::report::Report;
use crate::model::Digest;

/// A candidate beside what was measured before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// The version that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Its component.
    pub component: Digest,
    /// When.
    pub at: Moment,
    /// Inputs that were measured both times.
    pub inputs: u64,
    /// Fuel over fuel.
    pub fuel: f64,
    /// Memory over memory.
    pub memory_bytes: f64,
    /// Time over time: of the middle call, and of two days.
    pub latency: f64,
}

impl Since {
    /// What an earlier report says, where it measured the same inputs in the same way.
    pub(super) fn of(earlier: &Report, now: &Performance) -> Option<Self> {
        let then = earlier.performance.as_ref()?;
        if earlier.examiner != crate::examine::examiner::EXAMINER {
            return None;
        }
        let (mut count, mut fuel, mut memory) = (0, [0_u64; 2], [0_u64; 2]);
        for figures in &now.inputs {
            let same = then
                .inputs
                .iter()
                .find(|known| known.input == figures.input && known.operation == figures.operation);
            let Some(same) = same else { continue };
            count += 1;
            fuel = [fuel[0].saturating_add(figures.fuel), fuel[1].saturating_add(same.fuel)];
            memory = [
                memory[0].saturating_add(figures.memory_bytes),
                memory[1].saturating_add(same.memory_bytes),
            ];
        }
        let ratio =
            |[now, then]: [u64; 2]| if now == then { 1.0 } else { float(now) / float(then.max(1)) };
        (count > 0).then(|| Self {
            version: earlier.subject.version.clone(),
            component: earlier.subject.component,
            at: earlier.at,
            inputs: count,
            fuel: ratio(fuel),
            memory_bytes: ratio(memory),
            latency: ratio([now.latency_ns.p50, then.latency_ns.p50]),
        })
    }

    pub(super) fn drafts(&self) -> Vec<Draft> {
        let version = self.version.as_ref().map(ToString::to_string).unwrap_or_default();
        let what = format!("version {version} ({}) on {}", self.component.short(), self.at);
        let mut found = Vec::new();
        if self.fuel > SLOWER_MAX {
            let message = format!("it burns {:.2} times as much fuel as {what}", self.fuel);
            found.push(Draft::new(message));
        }
        if self.memory_bytes > SLOWER_MAX {
            // Memory comes in pages, and one more of a few is a third.
            let message =
                format!("it takes {:.2} times as much memory as {what}", self.memory_bytes);
            found.push(Draft::new(message).severity(Severity::Warning));
        }
        found
    }
}
