//! A problem to solve: arguments and answers, side by side, and the steps that may be spent on it.
//!
//! *Never:* time is looked at; effort is counted.

use crate::kind::Kind;
use crate::value::Value;

/// Examples that are looked at together are the bits of one word.
pub(crate) const EXAMPLES_MAX: usize = 64;

/// A set of examples.
pub(crate) type Mask = u64;

/// Arguments and answers.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// For each example its arguments, and inside of a loop the items around.
    pub(crate) envs: Vec<Vec<Value>>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) outs: Vec<Value>,
    pub(crate) out: Kind,
}

impl Problem {
    pub(crate) fn len(&self) -> usize {
        self.outs.len()
    }

    /// All examples.
    pub(crate) fn all(&self) -> Mask {
        all(self.len())
    }

    /// The same arguments with other answers, where an example has one.
    pub(crate) fn with_outs(&self, outs: Vec<Value>) -> Self {
        let out = Kind::of(&outs);
        let outs = outs.iter().map(|value| out.hold(value)).collect();
        Self { envs: self.envs.clone(), kinds: self.kinds.clone(), outs, out }
    }
}

pub(crate) fn all(count: usize) -> Mask {
    if count >= EXAMPLES_MAX { Mask::MAX } else { (1 << count) - 1 }
}

pub(crate) fn has(mask: Mask, at: usize) -> bool {
    at < EXAMPLES_MAX && mask >> at & 1 == 1
}

/// What may still be spent. One step is about one operation on one example.
#[derive(Debug, Clone)]
pub(crate) struct Steps {
    left: u64,
}

impl Steps {
    pub(crate) fn new(steps: u64) -> Self {
        Self { left: steps }
    }

    /// Spends so many; tells whether there were as many.
    pub(crate) fn take(&mut self, count: usize) -> bool {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let enough = self.left >= count;
        self.left = self.left.saturating_sub(count);
        enough
    }

    /// A part of what is left, to be spent on one thing; what it spends is gone here too.
    pub(crate) fn within<T>(&mut self, most: u64, work: impl FnOnce(&mut Self) -> T) -> T {
        let mut part = Self::new(self.left.min(most));
        let given = part.left;
        let result = work(&mut part);
        self.left -= given - part.left;
        result
    }

    /// Half of what is left, so that something is left for what comes after.
    pub(crate) fn half<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.within(self.left / 2, work)
    }

    /// What each of so many things may spend of what is left.
    pub(crate) fn share(&self, count: usize) -> u64 {
        self.left / u64::try_from(count).unwrap_or(u64::MAX).max(1)
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.left == 0
    }
}
