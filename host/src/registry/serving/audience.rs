//! Who is in a stage before the share is asked: lists, conditions and groups, ready to be looked up.
//!
//! | who | gets | counts |
//! |---|---|---|
//! | a user on the list of those who never get it | the stable release | no |
//! | a user on the list of those who do, by name or by mark | the new one | no |
//! | a user of whom a condition does not hold | the stable release | no |
//! | a member of one of the groups | the new one | no |
//! | anybody else | what the share says | yes, in either arm |
//!
//! *Never:* anybody counts in one arm who could not have been in the other; the comparison would not
//! be one of releases.

use std::collections::HashSet;

use crate::model::mark::Mark;
use crate::registry::plan::{Constraint, Stage};

/// Who is in a stage before the share is asked.
#[derive(Debug, Clone, Default)]
pub struct Audience {
    groups: Vec<String>,
    allow: HashSet<String>,
    /// Those who asked for it and are known by their marks alone, with the log that knows them so. Where
    /// there are any, a call of this stage hashes its user, which takes some 100 ns.
    marked: Option<(String, HashSet<u64>)>,
    deny: HashSet<String>,
    only: Vec<Constraint>,
}

/// What an audience says of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// The new release, and it does not count.
    Always,
    /// The stable release, and it does not count.
    Never,
    /// What the share says, and it counts.
    ByShare,
}

impl Audience {
    pub(super) fn of(stage: &Stage) -> Self {
        let (mut allow, mut marked) = (HashSet::new(), None);
        for user in &stage.allow {
            let Some(Mark { log, number }) = Mark::read(user) else {
                allow.insert(user.clone());
                continue;
            };
            // Marks of another log are of nobody here, so that one log is enough.
            let (known, numbers) = marked.get_or_insert_with(|| (log.clone(), HashSet::new()));
            if *known == log {
                numbers.insert(number);
            }
        }
        Self {
            groups: stage.groups.clone(),
            allow,
            marked,
            deny: stage.deny.iter().cloned().collect(),
            only: stage.only.clone(),
        }
    }

    /// What is said of a user: by the sticky id, where there is one, the groups, and what `attribute`
    /// knows.
    pub fn admit<'a>(
        &self,
        sticky: Option<&str>,
        groups: &[String],
        attribute: impl Fn(&str) -> Option<&'a str>,
    ) -> Admission {
        let is_on = |list: &HashSet<String>| {
            !list.is_empty() && sticky.is_some_and(|sticky| list.contains(sticky))
        };
        if is_on(&self.deny) {
            return Admission::Never;
        }
        if is_on(&self.allow) || self.is_marked(sticky) {
            return Admission::Always;
        }
        if !self.only.iter().all(|constraint| constraint.holds(attribute(&constraint.attribute))) {
            return Admission::Never;
        }
        if groups.iter().any(|group| self.groups.contains(group)) {
            return Admission::Always;
        }
        Admission::ByShare
    }

    fn is_marked(&self, sticky: Option<&str>) -> bool {
        let Some((log, numbers)) = &self.marked else { return false };
        sticky.is_some_and(|sticky| numbers.contains(&Mark::number(log, sticky)))
    }
}
