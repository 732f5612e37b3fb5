//! Bundles of what a command is pointed at: as it is, or signed with the development key.
//!
//! *Never:* a bare component is signed with any other key.

use std::collections::BTreeSet;
use std::sync::Arc;

use engraft::Host;
use engraft::artifact::{Bundle, SigningKey};
use engraft::engine::ComponentKind;
use engraft::model::CapabilityName;

use super::bare_host;
use crate::allow::Allowed;
use crate::desk::Desk;
use crate::draft::Draft;
use crate::exit::Exit;
use crate::input::{Content, Input};
use crate::limits::Limits;
use crate::trouble::{Result, Trouble};

/// Who says what a capability asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// A manifest, or the component's own description of itself.
    Manifest,
    /// What is allowed, for want of either.
    Allow,
}

/// A bundle that a host may be given.
pub(super) struct Made {
    pub(super) bundle: Arc<[u8]>,
    pub(super) name: CapabilityName,
    pub(super) asks: Asks,
}

/// Makes bundles of what there is.
pub(super) struct Maker<'a> {
    /// Where anything is bare.
    key: Option<&'a SigningKey>,
    allowed: &'a Allowed,
    limits: &'a Limits,
    desk: &'a Desk,
    /// Asks bare components what they are; made when the first is met.
    host: Option<Host>,
    /// What bare components are called.
    names: BTreeSet<CapabilityName>,
}

impl<'a> Maker<'a> {
    pub(super) const fn new(
        key: Option<&'a SigningKey>,
        allowed: &'a Allowed,
        limits: &'a Limits,
        desk: &'a Desk,
    ) -> Self {
        Self { key, allowed, limits, desk, host: None, names: BTreeSet::new() }
    }

    /// The bundle itself, or a bare component signed with the development key.
    pub(super) fn bundle(&mut self, input: &Input, draft: Draft) -> Result<Made> {
        match (&input.content, self.key) {
            (Content::Bundle(bundle), _) => Ok(Made {
                bundle: Arc::clone(&input.bytes),
                name: bundle.claimed_manifest().name().clone(),
                asks: Asks::Manifest,
            }),
            (Content::Bare, Some(key)) => self.sign(input, draft, key),
            (Content::Bare, None) => Err(Trouble::fault("there is no development key")),
        }
    }

    /// What bare components are called.
    pub(super) fn into_names(self) -> BTreeSet<CapabilityName> {
        self.names
    }

    fn sign(&mut self, input: &Input, draft: Draft, key: &SigningKey) -> Result<Made> {
        let knows_itself = input.inspect()?.kind == ComponentKind::Contract;
        let asks_in_file = draft.permissions.is_some();
        let host = match &self.host {
            Some(host) => host.clone(),
            None => self.host.insert(bare_host(self.desk)?).clone(),
        };
        let mut manifest = draft.of_component(input, &host, self.desk)?;
        let asks = if knows_itself || asks_in_file { Asks::Manifest } else { Asks::Allow };
        if asks == Asks::Allow {
            manifest.description.permissions = self.allowed.asks.clone();
        }
        manifest.budget = self.limits.applied_to(manifest.budget);
        let name = manifest.name().clone();
        self.names.insert(name.clone());
        let bundle = Bundle::sign(input.component(), &manifest, &[key])?.to_bytes().into();
        Ok(Made { bundle, name, asks })
    }
}

/// What asks by `--allow` can be mended by `--allow`.
pub(super) fn allow_hint(trouble: Trouble, asks: Asks) -> Trouble {
    if asks == Asks::Allow && trouble.kind == Exit::Refused {
        return trouble.hint("here `--allow` both asks and grants: add a rule for that permission");
    }
    trouble
}
