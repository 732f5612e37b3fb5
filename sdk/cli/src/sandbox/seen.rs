//! What was seen of releases, without what is only tried.
//!
//! *Never:* a bare component that is tried now keeps a release of the same name out later: nobody
//! has released it, and its place in the line is made up.

use std::collections::BTreeSet;

use engraft::artifact::{Ledger, LedgerError, Seen, SeenRelease};
use engraft::model::CapabilityName;

/// The ledger of this home, which passes over bare components.
#[derive(Debug)]
pub(super) struct SeenHere {
    ledger: Ledger,
    bare: BTreeSet<CapabilityName>,
}

impl SeenHere {
    pub(super) const fn new(ledger: Ledger, bare: BTreeSet<CapabilityName>) -> Self {
        Self { ledger, bare }
    }
}

// === impl SeenHere ===

impl Seen for SeenHere {
    fn highest(&self, name: &CapabilityName) -> Result<Option<SeenRelease>, LedgerError> {
        if self.bare.contains(name) { Ok(None) } else { self.ledger.highest(name) }
    }

    fn raise(
        &self,
        name: &CapabilityName,
        release: SeenRelease,
    ) -> Result<Option<SeenRelease>, LedgerError> {
        if self.bare.contains(name) { Ok(None) } else { self.ledger.raise(name, release) }
    }
}
