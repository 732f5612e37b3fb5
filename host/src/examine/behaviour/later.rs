//! A word that is planted again later, on another day or after many calls: who was patient sends it on in
//! other letters only then.
//!
//! *Never:* what goes out as it is counts here; it is noted where it does so at once.

use super::Trial;
use super::canary::{Canary, Form};
use super::carried::is_carried;
use super::planting::{self, Planted};
use crate::engine::Invocation;
use crate::examine::finding::{Draft, Severity};
use crate::examine::sandbox::{Base, Seen};

/// An input with a canary in it.
pub(super) struct Later<'a> {
    base: &'a Base,
    planted: Planted,
}

impl<'a> Later<'a> {
    /// None where no text of the input takes one, or nothing that is said to it can leave.
    pub(super) fn of(trial: &Trial<'_>, base: &'a Base) -> Option<Self> {
        base.seen.calls.iter().find(|call| call.reaches_out())?;
        let canary = Canary::of("what is said later");
        let planted = planting::everywhere(&base.input, trial.schema(base), &canary)?;
        Some(Self { base, planted })
    }

    pub(super) fn input(&self) -> &str {
        &self.planted.input
    }

    pub(super) fn invocation(&self) -> Invocation<'_> {
        Invocation::new(&self.base.operation, &self.planted.input)
    }

    /// Where it goes out in other letters.
    pub(super) fn coded(&self, seen: &Seen, when: &str) -> Option<Draft> {
        let canary = &self.planted.canary;
        let call = seen.calls.iter().find(|call| {
            call.leaves()
                && matches!(canary.find(&call.outgoing()), Some(Form::Coded(_)))
                && !is_carried(call, canary)
        })?;
        let message = format!("its input goes out in other letters {when}");
        let draft = Draft::new(message).severity(Severity::Error);
        Some(draft.seen(&self.base.operation, &call.target))
    }
}
