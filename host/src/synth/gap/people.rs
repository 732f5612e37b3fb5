//! Who asked, as numbers: enough to know that several did, and too little to know who.
//!
//! *Never:* one person counts for many, and never is a name kept.

use serde::{Deserialize, Serialize};

/// People that are told apart in one gap. Whether there are more makes no difference to any threshold.
const PEOPLE_MAX: usize = 64;
/// Requests for which one person counts: asking again is a need, asking a hundred times is no more.
const EACH_MAX: u32 = 5;

/// Who asked in one gap.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct People {
    requests: u64,
    each: Vec<(u64, u32)>,
    /// Requests of people who are no longer told apart.
    others: u64,
}

impl People {
    /// One more request of somebody; how often that person has asked now, as far as is known.
    pub(super) fn note(&mut self, who: u64) -> u32 {
        self.requests = self.requests.saturating_add(1);
        if let Some((_, times)) = self.each.iter_mut().find(|(known, _)| *known == who) {
            *times = times.saturating_add(1);
            return *times;
        }
        if self.each.len() < PEOPLE_MAX {
            self.each.push((who, 1));
        } else {
            self.others = self.others.saturating_add(1);
        }
        1
    }

    #[cfg(feature = "grow")]
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.each.iter().map(|(who, _)| *who)
    }

    pub(super) const fn requests(&self) -> u64 {
        self.requests
    }

    pub(super) fn count(&self) -> usize {
        self.each.len()
    }

    /// The requests, of which each person counts for a few.
    pub(super) fn weight(&self) -> u64 {
        let each: u64 = self.each.iter().map(|(_, times)| u64::from((*times).min(EACH_MAX))).sum();
        each.saturating_add(self.others)
    }

    /// Who asked first.
    pub(super) fn first(&self) -> u64 {
        self.each.first().map_or(0, |(who, _)| *who)
    }

    pub(super) fn bytes(&self) -> usize {
        self.each.capacity() * size_of::<(u64, u32)>()
    }
}
