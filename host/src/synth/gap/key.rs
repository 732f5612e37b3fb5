//! Among which gaps a failure is looked for.
//!
//! *Never:* a failure is compared with all gaps that there are.

use super::template::Template;
use super::{Failed, Gap};
use crate::model::{CapabilityName, Digest, GapId};
use crate::synth::diagnose::Cause;

/// What requests of one gap have in common at least: the cause, the capability, and the first word that
/// says something, or the operation where nothing was said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) cause: Cause,
    pub(super) capability: Option<CapabilityName>,
    pub(super) word: Box<str>,
}

/// Causes whose requests are of one gap: whether a capability came near to a request that none serves
/// differs from sentence to sentence.
pub(super) const fn family(cause: Cause) -> Cause {
    if matches!(cause, Cause::LowConfidence) { Cause::Missing } else { cause }
}

// === impl Key ===

impl Key {
    pub(super) fn of(failed: &Failed<'_>, template: &Template) -> Self {
        let operation = failed.call.map(|call| call.operation).filter(|_| template.is_silent());
        let word = operation.map_or_else(|| template.key().into(), |it| format!("#{it}").into());
        Self { cause: family(failed.cause), capability: failed.capability.cloned(), word }
    }

    pub(super) fn of_gap(gap: &Gap) -> Self {
        let (capability, word) = (gap.capability.clone(), gap.word.clone());
        Self { cause: gap.cause, capability, word }
    }

    /// A number that the same first request gives again, so that several programs on one store, and
    /// one after a restart, mean the same by it.
    pub(super) fn id(&self, template: &Template) -> GapId {
        let Self { cause, capability, word } = self;
        let capability = capability.as_ref().map(CapabilityName::as_str).unwrap_or_default();
        let text = format!("{cause:?}\0{capability}\0{word}\0{}", template.pattern());
        let digest = Digest::of(text.as_bytes());
        let bytes = digest.as_bytes().iter().take(6);
        GapId::new(bytes.fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}
