//! One call as it is asked for: operation, input, tighter bounds, and who is calling.
//!
//! *Never:* anything here widens what the capability's budget allows.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::model::{CapabilityName, Failure};

/// One call, to be given to [`Loaded::call`](super::Loaded::call). Text may be borrowed, so that
/// asking for a call copies nothing.
#[derive(Debug, Clone, Default)]
pub struct Invocation<'a> {
    pub(crate) operation: Cow<'a, str>,
    pub(crate) input: Cow<'a, str>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) fuel: Option<u64>,
    pub(crate) session: Option<Cow<'a, str>>,
    pub(crate) lineage: Lineage,
}

/// The calls above this one, and what they have left. The default is a call from outside.
#[derive(Debug, Clone, Default)]
pub struct Lineage {
    chain: Option<Arc<Link>>,
    pub(crate) deadline_at: Option<Instant>,
    pub(crate) fuel_left: Option<u64>,
    pub(crate) depth_left: Option<u32>,
}

/// One caller, and its own callers.
#[derive(Debug)]
struct Link {
    capability: CapabilityName,
    above: Option<Arc<Link>>,
}

/// Where a capability finds others: implemented by whatever holds the live releases.
pub trait Peers: Send + Sync + 'static {
    /// Calls `capability`, within what `invocation` carries of the caller's fuel and time.
    /// What is not there is a [`Failure::Unavailable`], not an error.
    fn call<'a>(
        &'a self,
        capability: &'a CapabilityName,
        invocation: Invocation<'a>,
    ) -> PeerCall<'a>;
}

/// The answer of a peer, when it comes.
pub type PeerCall<'a> = Pin<Box<dyn Future<Output = PeerAnswer> + Send + 'a>>;

/// What came of a call to a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerAnswer {
    /// JSON text, or why there is none.
    pub result: Result<String, Failure>,
    /// What the callee burnt, taken from the caller's fuel.
    pub fuel: u64,
}

impl<'a> Invocation<'a> {
    /// A call of `operation` with `input`, which is JSON text.
    #[must_use]
    pub fn new(operation: impl Into<Cow<'a, str>>, input: impl Into<Cow<'a, str>>) -> Self {
        Self { operation: operation.into(), input: input.into(), ..Self::default() }
    }

    /// What is asked for.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The JSON text that goes in.
    #[must_use]
    pub fn input(&self) -> &str {
        &self.input
    }

    /// Ends the call sooner than its budget says. A longer time than the budget's changes nothing.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Gives less fuel than the budget says. More than the budget's changes nothing.
    #[must_use]
    pub fn fuel(mut self, fuel: u64) -> Self {
        self.fuel = Some(fuel);
        self
    }

    /// Names the session whose instance takes this call, where instances are bound to sessions.
    #[must_use]
    pub fn session(mut self, session: impl Into<Cow<'a, str>>) -> Self {
        self.session = Some(session.into());
        self
    }

    /// Says on whose behalf the call is made. Only for calls from one capability to another.
    #[must_use]
    pub fn lineage(mut self, lineage: Lineage) -> Self {
        self.lineage = lineage;
        self
    }
}

// === impl Lineage ===

impl Lineage {
    /// The lineage of a call made by the last of `callers`, which the others called in their order,
    /// with what it has left. For programs that call on behalf of a capability.
    #[must_use]
    pub fn of(
        callers: &[CapabilityName],
        deadline_at: Instant,
        fuel_left: Option<u64>,
        depth_left: u32,
    ) -> Self {
        callers.iter().fold(Self::default(), |lineage, caller| {
            lineage.below(caller, deadline_at, fuel_left, depth_left)
        })
    }

    /// The lineage of calls that `capability`, itself called by `self`, makes.
    pub(crate) fn below(
        &self,
        capability: &CapabilityName,
        deadline_at: Instant,
        fuel_left: Option<u64>,
        depth_left: u32,
    ) -> Self {
        let link = Link { capability: capability.clone(), above: self.chain.clone() };
        Self {
            chain: Some(Arc::new(link)),
            deadline_at: Some(deadline_at),
            fuel_left,
            depth_left: Some(depth_left),
        }
    }

    /// Whether the call comes from outside, with nobody above it.
    pub(crate) fn is_empty(&self) -> bool {
        self.chain.is_none() && self.depth_left.is_none()
    }

    /// How many capabilities stand above.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.callers().count()
    }

    /// The capabilities above, the nearest first.
    pub fn callers(&self) -> impl Iterator<Item = &CapabilityName> {
        let mut next = self.chain.as_deref();
        std::iter::from_fn(move || {
            let link = next?;
            next = link.above.as_deref();
            Some(&link.capability)
        })
    }

    /// The way round, `a → b → a`, if a call of `capability` from here would close one.
    #[must_use]
    pub fn cycle(&self, capability: &CapabilityName) -> Option<String> {
        let mut way: Vec<&str> = Vec::new();
        for caller in self.callers() {
            way.push(caller.as_str());
            if caller == capability {
                way.reverse();
                way.push(capability.as_str());
                return Some(way.join(" → "));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_told_from_its_first_member() {
        let name = |text: &str| text.parse::<CapabilityName>().unwrap();
        let now = crate::model::Clock::monotonic(&crate::model::SystemClock);
        let mut lineage = Lineage::default();
        for caller in ["a", "b", "c"] {
            lineage = lineage.below(&name(caller), now, None, 1);
        }
        assert_eq!(lineage.cycle(&name("b")).as_deref(), Some("b → c → b"));
        assert_eq!(lineage.cycle(&name("c")).as_deref(), Some("c → c"));
        assert_eq!(lineage.cycle(&name("d")), None);
        assert_eq!(lineage.depth(), 3);
    }
}
