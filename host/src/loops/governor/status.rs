//! A piece of work as a person reads it.
//!
//! *Never:* a wait is shown without what it is for.

use std::collections::BTreeSet;
use std::time::Duration;

use semver::Version;
use serde::Serialize;

use super::standing::{Deed, Standing, standing};
use super::{Governance, Wait};
use crate::artifact::Risk;
use crate::examine::Decision;
use crate::model::CapabilityName;
use crate::registry::{Ending, Lifecycle, Spent, State, WantSource, Work};

/// Whoever waits for work waits for a pause that is over so soon.
const SOON_SECONDS: u64 = 60;

/// A piece of work as a person reads it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// Its number.
    pub work: u64,
    /// What it is about.
    pub title: String,
    /// Where it comes from.
    pub source: WantSource,
    /// Where it stands.
    pub stands: Lifecycle,
    /// What is next, in words.
    pub next: String,
    /// What it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<Wait>,
    /// Its place in the queue.
    pub rank: i64,
    /// When it began, in milliseconds since 1970-01-01T00:00:00Z.
    pub since_ms: u64,
    /// Attempts so far.
    pub attempts: u32,
    /// Everything that it took.
    pub spent: Spent,
    /// What is called so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<CapabilityName>,
    /// The version of its release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Who wrote the draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Why that is what was wanted.
    pub reasons: Vec<String>,
    /// Why something else may have been.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    /// The risk that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// What was tried, the last last.
    pub tried: Vec<String>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ending>,
    /// The work whose release it repairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repairs: Option<u64>,
    /// The work that repairs its release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repaired_by: Option<u64>,
    /// Whether nothing more comes of it by itself and soon.
    settled: bool,
}

impl Status {
    /// Where a piece of work stands, and what is next.
    #[must_use]
    pub fn of(state: &State, work: &Work, governance: &Governance, now: Duration) -> Self {
        let standing = standing(state, work, governance, now);
        let proposal = work.proposal.as_ref();
        Self {
            work: work.id,
            title: work.title(),
            source: work.want.source,
            stands: state.lifecycle(work),
            next: next(state, work, &standing),
            settled: is_settled(state, work, governance, now),
            waits: match standing {
                Standing::Wait(wait) => Some(wait),
                Standing::Do(_) | Standing::Done => None,
            },
            rank: work.rank,
            since_ms: work.since_ms,
            attempts: work.attempts,
            spent: work.spent,
            name: work.name().cloned(),
            version: proposal.map(|proposal| proposal.version.clone()),
            author: proposal.map(|proposal| proposal.author.clone()),
            reasons: proposal.map(|proposal| proposal.reasons.clone()).unwrap_or_default(),
            doubts: proposal.map(|proposal| proposal.doubts.clone()).unwrap_or_default(),
            risk: work.risk(),
            tried: work.tried.clone(),
            ended: work.ended.as_ref().map(|(how, _)| *how),
            repairs: work.want.repairs,
            repaired_by: work.repaired_by,
        }
    }

    /// Whether nothing more comes of it by itself and soon: it serves somebody, waits for a person or
    /// for a time, or is over.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.settled
    }

    /// Whether its release serves somebody.
    #[must_use]
    pub const fn is_served(&self) -> bool {
        matches!(self.stands, Lifecycle::RollingOut | Lifecycle::Live)
    }
}

/// Whatever may be done is done soon, and so is what somebody is at. Work that comes after other work
/// is settled when that is: a rollout may take days.
fn is_settled(state: &State, work: &Work, governance: &Governance, now: Duration) -> bool {
    let (mut work, mut seen) = (work, BTreeSet::new());
    loop {
        match standing(state, work, governance, now) {
            Standing::Do(_) | Standing::Wait(Wait::Attempt { .. } | Wait::Turn { .. }) => {
                return false;
            }
            Standing::Wait(Wait::Pause { seconds, .. }) if seconds <= SOON_SECONDS => return false,
            Standing::Wait(Wait::Other { work: other }) if seen.insert(other) => {
                let Some(other) = state.growth.works.get(&other) else { return true };
                work = other;
            }
            Standing::Wait(_) | Standing::Done => return true,
        }
    }
}

fn next(state: &State, work: &Work, standing: &Standing) -> String {
    match standing {
        Standing::Wait(wait) => wait.to_string(),
        Standing::Do(deed) => deed.to_string(),
        Standing::Done => match (&work.ended, work.repaired_by) {
            (Some((how, why)), _) => format!("{how}: {why}"),
            (None, Some(other)) => format!("work {other} repairs it"),
            (None, None) => over(state, work),
        },
    }
}

/// Why nothing is next for work whose release has had its time.
fn over(state: &State, work: &Work) -> String {
    let proposal = work.proposal.as_ref().filter(|_| state.lifecycle(work) == Lifecycle::Installed);
    let Some(proposal) = proposal else { return "nothing".to_owned() };
    let (name, version) = (&proposal.name, &proposal.version);
    let suspended = state.release_of(proposal).and_then(|it| it.reach.suspended.as_ref());
    if let Some(why) = suspended {
        let mut words = state.words.get(&proposal.component).into_iter().flatten();
        let why = match words.any(|word| word.said.decision == Decision::Withdraw) {
            true => format!("an approval was withdrawn ({why})"),
            false => why.clone(),
        };
        return format!(
            "it serves nobody: {why}; approve it and `engraft rollout start` lets it in"
        );
    }
    match state.lines.get(name).and_then(|line| line.stable.as_ref()) {
        Some(other) => format!("`{name}` {other} serves in its place"),
        None => format!("`{name}` {version} was taken back; `engraft rollout start` lets it in"),
    }
}

// === impl Deed ===

impl std::fmt::Display for Deed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Write => f.write_str("a draft is written and tried"),
            Self::Examine => f.write_str("the draft is examined"),
            Self::Install => f.write_str("it is signed and kept"),
            Self::Spread(autonomy) => write!(f, "it begins to spread ({autonomy})"),
            Self::Repair => f.write_str("what it failed at becomes work of its own"),
            Self::End(how, why) => write!(f, "it ends ({how}): {why}"),
        }
    }
}
