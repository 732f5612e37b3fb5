//! The governor: what of the work on what is missing may be done now, and what waits for what.
//!
//! Everything here is a pure function of the log's state, of what a person has set, and of the time.
//! What comes of it is done elsewhere, and every reason to wait can be shown.
//!
//! *Never:* the governor does anything; and what it is not told to allow waits for a person.

mod autonomy;
mod plan;
mod quiet;
mod standing;
mod status;
#[cfg(test)]
mod tests;
mod wait;
mod written;

use serde::{Deserialize, Serialize};

pub use autonomy::{Autonomy, AutonomyRule};
pub use plan::{for_askers, personal};
pub use quiet::{DayTime, DayTimeError, QuietHours};
pub use standing::{Deed, Standing, reopened, standing};
pub use status::Status;
pub use wait::Wait;

use crate::artifact::{JsonError, Risk, read_json};
use crate::registry::{Plan, WantSource};
use crate::synth::Threshold;

/// What a person has set. The default makes and examines what is wanted and lets nothing of it serve
/// before a person says so; it spends no money.
///
/// ```
/// use engraft::loops::governor::{Autonomy, Governance};
/// use engraft::registry::WantSource;
///
/// let governance = Governance::from_json(br#"{
///     "autonomy": [
///         {"sources": ["gap", "repair"], "risk_max": "safe", "may": "promote"},
///         {"risk_max": "low", "may": "canary"}
///     ],
///     "gaps": {"requests": 10, "people": 5},
///     "quiet": [{"from": "22:00", "to": "07:00"}],
///     "budget": {"attempts_max": 2, "day_attempts_max": 50}
/// }"#)?;
/// use engraft::artifact::Risk;
/// assert_eq!(governance.autonomy(WantSource::Gap, Risk::Safe), Autonomy::Promote);
/// assert_eq!(governance.autonomy(WantSource::Change, Risk::Low), Autonomy::Canary);
/// assert_eq!(governance.autonomy(WantSource::Gap, Risk::High), Autonomy::Propose);
/// # Ok::<(), engraft::artifact::JsonError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Governance {
    /// What may be spent.
    pub budget: Budget,
    /// What may be done without a person; the first rule that fits holds.
    pub autonomy: Vec<AutonomyRule>,
    /// What may be done where no rule fits.
    pub otherwise: Autonomy,
    /// What at most may be done with a draft of which its author doubts that it is what was meant: one
    /// example fits many programs. A person's word, or another example, lets it go on.
    pub doubtful: Autonomy,
    /// From when on requests that failed become work by themselves. They do not where `autonomy` says
    /// that what comes from gaps is only observed.
    pub gaps: Threshold,
    /// When nothing is begun.
    pub quiet: Vec<QuietHours>,
    /// How what was made spreads; in JSON the plan or its name, one of `quick`, `standard`, `careful` and
    /// `personal`. Whoever asked for it is in every stage.
    #[serde(deserialize_with = "written::read")]
    pub plan: Plan,
    /// Groups who are in every stage as well.
    pub groups: Vec<String>,
    /// Repairs in a row before a person is asked.
    pub repairs_max: u32,
    /// Different requests that a release which serves everybody fails at, or that were found wrong,
    /// before it is repaired. Where enough people say what should have come, as `gaps` has it, one will do.
    pub repair_after: u32,
}

/// What may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Attempts for one piece of work, before a person is asked; 0 is that nothing is tried now.
    pub attempts_max: u32,
    /// Seconds that one attempt may take.
    pub attempt_seconds_max: u64,
    /// Attempts in a day, of all work together.
    pub day_attempts_max: u32,
    /// Seconds of work in a day.
    pub day_seconds_max: u64,
    /// Money in a day, in millionths of whatever unit the program counts in.
    pub day_micros_max: u64,
    /// Attempts at once.
    pub concurrent_max: u32,
}

impl Governance {
    /// For a program of one person who wants it to grow by itself: every request that fails is a need,
    /// and what can do no harm serves at once and is promoted when it has held for a while.
    #[must_use]
    pub fn personal() -> Self {
        let may = Autonomy::Promote;
        let rule = AutonomyRule { sources: Vec::new(), risk_max: Risk::Safe, may };
        let gaps = Threshold::PERSONAL;
        Self { autonomy: vec![rule], plan: personal(), gaps, ..Self::default() }
    }

    /// Reads what a person has set strictly from JSON.
    ///
    /// # Errors
    /// [`JsonError`], with its place.
    pub fn from_json(bytes: &[u8]) -> Result<Self, JsonError> {
        read_json(bytes)
    }

    /// What may be done without a person for work from there, at this risk.
    #[must_use]
    pub fn autonomy(&self, source: WantSource, risk: Risk) -> Autonomy {
        let rule = self.autonomy.iter().find(|rule| rule.fits(source, risk));
        rule.map_or(self.otherwise, |rule| rule.may)
    }
}

// === impl Governance ===

impl Default for Governance {
    fn default() -> Self {
        Self {
            budget: Budget::default(),
            autonomy: Vec::new(),
            otherwise: Autonomy::Propose,
            doubtful: Autonomy::Propose,
            gaps: Threshold::default(),
            quiet: Vec::new(),
            plan: Plan::preset("standard").unwrap_or_else(personal),
            groups: Vec::new(),
            // Two candidates that break in use say that the examples do not tell what is wanted.
            repairs_max: 2,
            // One may be a slip, and two of one kind.
            repair_after: 3,
        }
    }
}

// === impl Budget ===

impl Default for Budget {
    /// An attempt is a search of a second or the build of a template; what has not come of three will
    /// not come of ten. A day of the rest is an hour of one core.
    fn default() -> Self {
        Self {
            attempts_max: 3,
            attempt_seconds_max: 60,
            day_attempts_max: 500,
            day_seconds_max: 3_600,
            day_micros_max: 0,
            concurrent_max: 1,
        }
    }
}
