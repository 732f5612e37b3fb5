//! Whether a call may be made once more, where, and with what is left of its time and fuel.
//!
//! *Never:* a call is made again where something may have happened already.

use crate::engine::Invocation;
use crate::model::{Failure, Limit, Outcome, Usage};

/// Where a call that failed may be made once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Nowhere: it succeeded, or something may have happened.
    Never,
    /// At another release: this one is away.
    Elsewhere,
    /// Anywhere: the release says itself that a second try may succeed. One try more is all that
    /// is made; whoever wants to wait between tries does so above, where it is known how long.
    Anywhere,
}

/// Where a call with this outcome may be made once more.
pub(super) const fn again(outcome: &Outcome) -> Again {
    match outcome {
        // Nothing ran: it was turned away at the door.
        Outcome::Unavailable { .. } | Outcome::Exceeded { limit: Limit::ConcurrentCalls, .. } => {
            Again::Elsewhere
        }
        Outcome::Refused(Failure::Unavailable(facts)) if !facts.effect_happened => {
            if facts.retryable { Again::Anywhere } else { Again::Elsewhere }
        }
        Outcome::Refused(Failure::Failed(facts)) if facts.retryable && !facts.effect_happened => {
            Again::Anywhere
        }
        Outcome::Returned(_)
        | Outcome::Refused(_)
        | Outcome::Trapped { .. }
        | Outcome::OutOfFuel { .. }
        | Outcome::OutOfMemory { .. }
        | Outcome::Deadline { .. }
        | Outcome::Exceeded { .. }
        | Outcome::Denied { .. }
        | Outcome::Cancelled => Again::Never,
    }
}

/// The same call with what the first try has left; none where that is nothing.
pub(super) fn rest<'a>(invocation: &Invocation<'a>, used: &Usage) -> Option<Invocation<'a>> {
    let mut rest = invocation.clone();
    if let Some(deadline) = invocation.deadline {
        rest.deadline = Some(deadline.checked_sub(used.duration).filter(|left| !left.is_zero())?);
    }
    if let Some(fuel) = invocation.fuel {
        rest.fuel = Some(fuel.checked_sub(used.fuel).filter(|left| *left > 0)?);
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{FailureFacts, Output};

    #[test]
    fn only_where_nothing_happened() {
        let facts = |retryable, effect_happened| FailureFacts {
            message: String::new(),
            retryable,
            effect_happened,
        };
        let away = |retryable, effect| {
            again(&Outcome::Refused(Failure::Unavailable(facts(retryable, effect))))
        };
        let failed =
            |retryable, effect| again(&Outcome::Refused(Failure::Failed(facts(retryable, effect))));
        assert_eq!(away(true, false), Again::Anywhere);
        assert_eq!(away(false, false), Again::Elsewhere);
        assert_eq!((away(true, true), away(false, true)), (Again::Never, Again::Never));
        assert_eq!(failed(true, false), Again::Anywhere);
        assert_eq!((failed(true, true), failed(false, false)), (Again::Never, Again::Never));
        let invalid = Outcome::Refused(Failure::InvalidInput(facts(true, false)));
        assert_eq!(again(&invalid), Again::Never, "the same input would be as wrong");
        assert_eq!(again(&Outcome::Returned(Output::new("1".to_owned()))), Again::Never);
        let full = |limit| again(&Outcome::Exceeded { limit, allowed: 1, wanted: 2 });
        assert_eq!(full(Limit::ConcurrentCalls), Again::Elsewhere);
        assert_eq!(full(Limit::HostConcurrentCalls), Again::Never, "the host is as full elsewhere");
        assert_eq!(full(Limit::HostCalls), Again::Never);
    }

    #[test]
    fn a_second_try_has_what_the_first_left() {
        let used = Usage { duration: Duration::from_millis(30), fuel: 40, ..Usage::default() };
        let call = || Invocation::new("do", "{}");
        let left = rest(&call().deadline(Duration::from_millis(100)).fuel(100), &used).unwrap();
        assert_eq!((left.deadline, left.fuel), (Some(Duration::from_millis(70)), Some(60)));
        assert!(rest(&call().deadline(Duration::from_millis(30)), &used).is_none());
        assert!(rest(&call().fuel(40), &used).is_none());
        let free = rest(&call(), &used).unwrap();
        assert_eq!((free.deadline, free.fuel), (None, None));
    }
}
