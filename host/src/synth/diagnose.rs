//! Why a request was not served, read from what happened.
//!
//! *Never:* a cause is guessed from a message; it follows from the outcome and from facts beside it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Failure, Limit, Outcome};

/// Why a request was not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Cause {
    /// There is no capability for it.
    Missing,
    /// There may be one, but nothing says so clearly enough.
    LowConfidence,
    /// The input did not fit.
    InvalidInput,
    /// It needed something that was not allowed.
    Denied,
    /// It took too long.
    Timeout,
    /// It burnt all its fuel.
    OutOfFuel,
    /// It wanted more of something else than it may have.
    OverLimit,
    /// It broke.
    Trapped,
    /// It said that it failed.
    Failed,
    /// It gave something that does not fit its schema, or that nobody wanted.
    WrongOutput,
    /// What it needs is away, or the host was full.
    Unavailable,
}

/// What could mend a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Mend {
    /// A capability that there is not.
    New,
    /// One more sentence for a capability that there is.
    Intent,
    /// Another version of the capability.
    Repair,
    /// A limit or a permission, which a person decides.
    Ask,
    /// Nothing but time.
    Wait,
}

/// What is known of how a request went.
///
/// ```
/// use engraft::model::{Outcome};
/// use engraft::synth::{Cause, Facts};
///
/// assert_eq!(Facts::default().cause(), Some(Cause::Missing));
/// let fuel = Outcome::OutOfFuel { limit: 1_000 };
/// assert_eq!(Facts::of(&fuel).cause(), Some(Cause::OutOfFuel));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts<'a> {
    /// How it ended; none where nothing was called.
    pub outcome: Option<&'a Outcome>,
    /// How sure the router was of what it called, or would have called; none where a name was given,
    /// and where there was nothing.
    pub confidence: Option<f64>,
    /// How sure it has to be.
    pub confidence_least: f64,
    /// Whether the output fits its schema; none where nobody looked.
    pub fits: Option<bool>,
    /// What somebody said of the answer; none where nobody said anything.
    pub liked: Option<bool>,
    /// Whether the program's own planner found that nothing serves it.
    pub found_nothing: bool,
}

impl<'a> Facts<'a> {
    /// What is known where only the outcome is.
    #[must_use]
    pub fn of(outcome: &'a Outcome) -> Self {
        Self { outcome: Some(outcome), ..Self::default() }
    }

    /// Why the request was not served; none where it was, or where nobody waited for it.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        if self.found_nothing {
            return Some(Cause::Missing);
        }
        let unsure = self.confidence.is_some_and(|confidence| confidence < self.confidence_least);
        match self.outcome {
            None if self.confidence.is_some() => Some(Cause::LowConfidence),
            None => Some(Cause::Missing),
            // What was called on a weak guess and did not take its input was the wrong one.
            Some(Outcome::Refused(Failure::InvalidInput(_))) if unsure => {
                Some(Cause::LowConfidence)
            }
            Some(Outcome::Returned(_)) => self.of_answer(unsure),
            Some(outcome) => of_failure(outcome),
        }
    }

    /// What was answered may still be wrong.
    fn of_answer(&self, unsure: bool) -> Option<Cause> {
        match (self.fits, self.liked) {
            (Some(false), _) => Some(Cause::WrongOutput),
            (_, Some(false)) if unsure => Some(Cause::LowConfidence),
            (_, Some(false)) => Some(Cause::WrongOutput),
            _ => None,
        }
    }
}

fn of_failure(outcome: &Outcome) -> Option<Cause> {
    Some(match outcome {
        Outcome::Returned(_) | Outcome::Cancelled => return None,
        Outcome::Refused(Failure::InvalidInput(_)) => Cause::InvalidInput,
        Outcome::Refused(Failure::Denied(_)) | Outcome::Denied { .. } => Cause::Denied,
        Outcome::Refused(Failure::Unavailable(_)) | Outcome::Unavailable { .. } => {
            Cause::Unavailable
        }
        Outcome::Refused(Failure::Failed(_)) => Cause::Failed,
        Outcome::Trapped { .. } => Cause::Trapped,
        Outcome::OutOfFuel { .. } => Cause::OutOfFuel,
        Outcome::Deadline { .. } => Cause::Timeout,
        // A caller's input that is too large is the caller's; a host that is full is nobody's.
        Outcome::Exceeded { limit: Limit::InputBytes, .. } => Cause::InvalidInput,
        Outcome::Exceeded {
            limit: Limit::ConcurrentCalls | Limit::HostConcurrentCalls, ..
        } => Cause::Unavailable,
        Outcome::OutOfMemory { .. } | Outcome::Exceeded { .. } => Cause::OverLimit,
    })
}

// === impl Cause ===

impl Cause {
    /// What could mend it.
    #[must_use]
    pub const fn mend(self) -> Mend {
        match self {
            Self::Missing => Mend::New,
            Self::LowConfidence => Mend::Intent,
            Self::InvalidInput | Self::Trapped | Self::Failed | Self::WrongOutput => Mend::Repair,
            Self::Denied | Self::Timeout | Self::OutOfFuel | Self::OverLimit => Mend::Ask,
            Self::Unavailable => Mend::Wait,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "no capability does this",
            Self::LowConfidence => "no capability clearly does this",
            Self::InvalidInput => "the input did not fit",
            Self::Denied => "it was not allowed",
            Self::Timeout => "it took too long",
            Self::OutOfFuel => "it burnt all its fuel",
            Self::OverLimit => "it went over a limit",
            Self::Trapped => "it broke",
            Self::Failed => "it failed",
            Self::WrongOutput => "its answer was wrong",
            Self::Unavailable => "something it needs is away",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{FailureFacts, Output, TrapKind};

    fn cause(outcome: &Outcome) -> Option<Cause> {
        Facts::of(outcome).cause()
    }

    fn refused(failure: fn(FailureFacts) -> Failure) -> Outcome {
        Outcome::Refused(failure(FailureFacts::final_without_effect("no")))
    }

    #[test]
    fn every_outcome_has_its_cause() {
        let message = || "no".to_owned();
        let exceeded = |limit| Outcome::Exceeded { limit, allowed: 1, wanted: 2 };
        for (outcome, wanted) in [
            (Outcome::Returned(Output::new(message())), None),
            (Outcome::Cancelled, None),
            (refused(Failure::InvalidInput), Some(Cause::InvalidInput)),
            (refused(Failure::Denied), Some(Cause::Denied)),
            (refused(Failure::Unavailable), Some(Cause::Unavailable)),
            (refused(Failure::Failed), Some(Cause::Failed)),
            (Outcome::Denied { message: message() }, Some(Cause::Denied)),
            (Outcome::Unavailable { message: message() }, Some(Cause::Unavailable)),
            (Outcome::Deadline { limit: Duration::from_secs(1) }, Some(Cause::Timeout)),
            (Outcome::OutOfFuel { limit: 1 }, Some(Cause::OutOfFuel)),
            (Outcome::OutOfMemory { limit: 1, wanted: 2 }, Some(Cause::OverLimit)),
            (exceeded(Limit::OutputBytes), Some(Cause::OverLimit)),
            (exceeded(Limit::InputBytes), Some(Cause::InvalidInput)),
            (exceeded(Limit::HostConcurrentCalls), Some(Cause::Unavailable)),
            (
                Outcome::Trapped { kind: TrapKind::Unreachable, message: message() },
                Some(Cause::Trapped),
            ),
        ] {
            assert_eq!(cause(&outcome), wanted, "{outcome:?}");
        }
    }

    #[test]
    fn an_answer_is_wrong_by_its_schema_or_by_what_people_say() {
        let returned = Outcome::Returned(Output::new("1".to_owned()));
        let facts = Facts::of(&returned);
        assert_eq!(Facts { fits: Some(false), ..facts }.cause(), Some(Cause::WrongOutput));
        assert_eq!(Facts { liked: Some(false), ..facts }.cause(), Some(Cause::WrongOutput));
        assert_eq!(Facts { liked: Some(true), fits: Some(true), ..facts }.cause(), None);
    }

    #[test]
    fn a_weak_guess_that_went_wrong_is_no_fault_of_what_was_called() {
        let unsure =
            |facts: Facts<'static>| Facts { confidence: Some(0.3), confidence_least: 0.6, ..facts };
        assert_eq!(unsure(Facts::default()).cause(), Some(Cause::LowConfidence));
        let invalid = refused(Failure::InvalidInput);
        let facts = Facts { confidence: Some(0.3), confidence_least: 0.6, ..Facts::of(&invalid) };
        assert_eq!(facts.cause(), Some(Cause::LowConfidence));
        let returned = Outcome::Returned(Output::new("1".to_owned()));
        let facts = Facts {
            liked: Some(false),
            confidence: Some(0.3),
            confidence_least: 0.6,
            ..Facts::of(&returned)
        };
        assert_eq!(facts.cause(), Some(Cause::LowConfidence));
    }

    #[test]
    fn a_planner_that_found_nothing_is_believed() {
        assert_eq!(Facts { found_nothing: true, ..Facts::default() }.cause(), Some(Cause::Missing));
    }
}
