//! The conditions of all approvals of a release, put together: to whom it may be given, until when,
//! and within what.
//!
//! *Never:* two conditions are anything but both held.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::decide::Word;
use crate::artifact::Moment;
use crate::examine::{Conditions, Decision, Examination};
use crate::model::Budget;
use crate::registry::share::{Buckets, Share};

/// A percent in the units of a share.
const PERCENT: u32 = 1_000;

/// On which conditions a release serves. The default is: on none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reach {
    /// Only users who are in all of these groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// At most this share of the users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// Until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// Within this budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// Whose approvals it rests on, where it needed any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<Word>,
    /// Why it serves nobody at present.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended: Option<String>,
}

/// Why a release is not for a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrow {
    /// The user is not in this group.
    Group(String),
    /// The user is not inside of this share.
    Share(Share),
    /// The approval has ended.
    Until(Moment),
}

impl Reach {
    /// What the policy and all words that count for an examined release leave of it.
    pub(crate) fn of(examination: &Examination, words: &[Word], now: Moment) -> Self {
        let mut reach = Self::default();
        reach.hold(&examination.conditions);
        if let Some(no) = words.iter().find(|word| word.said.decision == Decision::Reject) {
            reach.suspended = Some(format!("{} has rejected it: {}", no.key, no.said.why));
        }
        let needed = examination.approvals();
        let mut yes: Vec<&Word> = words.iter().filter(|word| word.counts(examination)).collect();
        if needed == 0 {
            // Whoever approves what needs no approval narrows it all the same.
            yes.iter().for_each(|word| reach.hold(&word.said.conditions));
            return reach;
        }
        yes.sort_by_key(|word| std::cmp::Reverse(word.said.until));
        // So many hold until the one of them ends that ends last of those that are needed.
        let until = yes.get(needed - 1).map(|word| word.said.until);
        match until.filter(|until| *until >= now) {
            Some(until) => reach.until = Some(reach.until.map_or(until, |other| other.min(until))),
            None => {
                let left = yes.iter().filter(|word| word.said.until >= now).count();
                let why = format!("{left} of {needed} approvals are left");
                reach.suspended.get_or_insert(why);
            }
        }
        let holding = yes.iter().filter(|word| word.said.until >= now);
        for word in holding {
            reach.hold(&word.said.conditions);
            reach.approved_by.push((*word).clone());
        }
        reach
    }

    fn hold(&mut self, conditions: &Conditions) {
        let Conditions { group, share_percent, until, budget } = conditions;
        if let Some(group) = group.as_ref().filter(|group| !self.groups.contains(group)) {
            self.groups.push(group.clone());
        }
        let share = share_percent.and_then(|it| Share::from_units(u32::from(it) * PERCENT).ok());
        self.share = self.share.into_iter().chain(share).min();
        self.until = self.until.into_iter().chain(*until).min();
        self.budget = match (self.budget, budget) {
            (Some(one), Some(other)) => Some(one.min(*other)),
            (one, other) => one.or(*other),
        };
    }

    /// Whether it is for some users only, however long it lasts.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        !self.groups.is_empty() || self.share.is_some()
    }

    /// Whether it is for a user of these groups, as far as groups go.
    #[must_use]
    pub fn is_for_groups(&self, groups: &[String]) -> bool {
        self.groups.iter().all(|group| groups.contains(group))
    }

    /// Whether a call of anybody has to be held against it.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.is_narrow() || self.until.is_some()
    }

    /// Why a user does not get the release now; none where nothing is in the way. `buckets` say who
    /// is inside of a share.
    pub fn refuses(
        &self,
        sticky: Option<&str>,
        groups: &[String],
        buckets: &Buckets,
        now: impl FnOnce() -> Duration,
    ) -> Option<Narrow> {
        if let Some(group) = self.groups.iter().find(|group| !groups.contains(group)) {
            return Some(Narrow::Group(group.clone()));
        }
        if let Some(share) = self.share
            && !sticky.is_some_and(|sticky| buckets.is_inside(sticky, share))
        {
            return Some(Narrow::Share(share));
        }
        let until = self.until?;
        (Moment::at(now()) > until).then_some(Narrow::Until(until))
    }
}

// === impl Reach ===

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told: Vec<String> =
            self.groups.iter().map(|group| format!("only for the group `{group}`")).collect();
        told.extend(self.share.map(|share| format!("for at most {share} of the users")));
        told.extend(self.until.map(|until| format!("until {until}")));
        told.extend(self.budget.map(|_| "within a tighter budget".to_owned()));
        f.write_str(&told.join(", "))
    }
}

// === impl Narrow ===

impl fmt::Display for Narrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(group) => {
                write!(f, "it is approved only for the group `{group}`, and the user is not in it")
            }
            Self::Share(share) => write!(
                f,
                "it is approved for at most {share} of the users, and the user is not among them"
            ),
            Self::Until(until) => write!(
                f,
                "its approval ended at {until}; `engraft approvals approve` gives another one"
            ),
        }
    }
}
