//! A verdict in words: what was counted, what it is held against, and what follows.
//!
//! *Never:* a sentence leaves out the counts that it rests on.

use std::fmt;

use super::{Facts, Harm, Judge, Verdict, Wait, told};
use crate::registry::evidence::{Block, Tally};
use crate::registry::plan::{Bound, Gate};

impl Judge {
    pub(super) fn sentence(&self, verdict: &Verdict, facts: &Facts) -> String {
        let (evidence, threshold) = (told(self.ln_evidence()), 1.0 / self.alpha);
        if self.is_shadow {
            return self.shadow_sentence(verdict, facts);
        }
        let arms = arms(&self.seen);
        match verdict {
            Verdict::RollBack(Harm::Worse) => format!(
                "rolled back: it does worse than the old release beside it, most of all in {}; {arms}; \
                 the evidence is {evidence:.1} and {threshold:.0} is enough",
                self.strongest()
            ),
            Verdict::RollBack(Harm::Floor(index)) => {
                let (bound, seen, evidence) = self.floor(*index);
                let arms = self::arms(&seen);
                format!(
                    "rolled back: it breaks {bound}, and the old release does not; {arms}; the \
                     evidence is {evidence:.1}"
                )
            }
            Verdict::Advance => format!(
                "passed: gates, samples and time are met; {arms}; the evidence that it does \
                 worse is {evidence:.2}, and {threshold:.0} would roll it back"
            ),
            Verdict::Hold(wait) => {
                let wait = self.wait_words(wait, facts);
                format!("hold: {wait}; {arms}; the evidence that it does worse is {evidence:.2}")
            }
        }
    }

    /// A shadow serves nobody, so there are no arms to tell of.
    fn shadow_sentence(&self, verdict: &Verdict, facts: &Facts) -> String {
        let Facts { compared, differed, .. } = facts;
        let seen = format!("{differed} of {compared} answers of the shadow differed");
        match verdict {
            Verdict::RollBack(_) => format!("rolled back: {seen}"),
            Verdict::Advance => format!("passed: what the shadow waited for is met; {seen}"),
            Verdict::Hold(wait) => format!("hold: {}; {seen}", self.wait_words(wait, facts)),
        }
    }

    fn wait_words(&self, wait: &Wait, facts: &Facts) -> String {
        match wait {
            Wait::NoData if self.is_shadow => "nothing has been compared yet".to_owned(),
            Wait::NoData => "the new release has not been asked yet".to_owned(),
            Wait::BothBreak(index) => {
                let (bound, _, _) = self.floor(*index);
                format!("both releases break {bound}, so it is not the release")
            }
            Wait::Samples => format!(
                "{} {} of {} that the stage waits for",
                self.requests(facts),
                if self.is_shadow { "compared answers" } else { "first outcomes" },
                self.requests_min
            ),
            Wait::Dwell => format!(
                "the stage has lasted {} s of {} s",
                facts.lasted.as_secs(),
                self.dwell.as_secs()
            ),
            Wait::Gate(index) => match self.gates.get(*index) {
                Some(gate) => match gate.ln_evidence() {
                    Some(ln) => format!(
                        "{} is not shown yet, its evidence is {:.2} of {:.0}",
                        gate.gate,
                        told(ln),
                        1.0 / self.beta
                    ),
                    None => format!("{} is not there yet", gate.gate),
                },
                None => "a gate is not passed yet".to_owned(),
            },
        }
    }

    fn floor(&self, index: usize) -> (String, Block, f64) {
        self.floors.get(index).map_or_else(
            || ("a floor".to_owned(), Block::default(), 0.0),
            |floor| (floor.bound.to_string(), floor.seen(), told(floor.ln_evidence())),
        )
    }
}

fn arms(seen: &Block) -> String {
    let arm = |tally: &Tally| match tally.rate() {
        Some(rate) => format!("{} of {} ({:.2} %)", tally.failures, tally.requests, rate * 100.0),
        None => "none of 0".to_owned(),
    };
    format!("{} failed in the new one, {} in the old", arm(&seen.treatment), arm(&seen.control))
}

// === impl Bound ===

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success { at_least } => write!(f, "success of at least {}", Percent(*at_least)),
            Self::Error { at_most } => write!(f, "errors of at most {}", Percent(*at_most)),
            Self::Latency { share, ms_max } => {
                write!(f, "{} of the requests within {ms_max} ms", Percent(*share))
            }
            Self::Feedback { at_least } => {
                write!(f, "positive feedback of at least {}", Percent(*at_least))
            }
            Self::Custom { name, at_least } => {
                write!(f, "`{name}` well in at least {}", Percent(*at_least))
            }
        }
    }
}

// === impl Gate ===

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWorse { margin } => {
                write!(f, "that it fails at most {} more often", Percent(*margin))
            }
            Self::Keeps(bound) => write!(f, "that it keeps {bound}"),
            Self::Flag { flag } => write!(f, "the flag `{flag}`"),
            Self::Approval => f.write_str("a person's approval"),
        }
    }
}

/// A share from 0 to 1 in percent, without the digits that floats drag along.
struct Percent(f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.3}", self.0 * 100.0);
        write!(f, "{} %", text.trim_end_matches('0').trim_end_matches('.'))
    }
}
