//! What all releases offer, laid out once for each snapshot: when the first sentence comes after a
//! change.
//!
//! *Never:* a call pays for it, nor does it keep a release alive that is to go.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::host::Capability;
use crate::registry::{Registry, Snapshot};
use crate::traffic::{Offer, Offers};

/// The offers of the latest snapshot that somebody asked with.
#[derive(Default)]
pub(super) struct Index {
    laid: Mutex<Option<Laid>>,
}

struct Laid {
    /// Of which snapshot; weak, because a snapshot holds releases.
    of: Weak<Snapshot<Capability>>,
    offers: Arc<Offers>,
}

impl Index {
    /// What the releases of a registry offer now.
    pub(super) fn of(&self, registry: &Registry<Capability>) -> Arc<Offers> {
        let snapshot = Arc::clone(&registry.snapshot());
        let mut laid = self.laid.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(laid) = &*laid
            && std::ptr::eq(laid.of.as_ptr(), Arc::as_ptr(&snapshot))
        {
            return Arc::clone(&laid.offers);
        }
        let offers = Arc::new(offers(&snapshot));
        *laid = Some(Laid { of: Arc::downgrade(&snapshot), offers: Arc::clone(&offers) });
        offers
    }
}

/// One offer for each operation of each release that somebody may get. An alias is no capability of
/// its own.
fn offers(snapshot: &Snapshot<Capability>) -> Offers {
    let own = snapshot.lines().filter(|(name, _)| snapshot.state().lines.contains_key(*name));
    let ready = own.flat_map(|(_, served)| served.ready.values());
    Offers::new(ready.flat_map(|serving| {
        let description = &serving.callee().manifest().description;
        Offer::of(description).map(move |offer| offer.of_release(serving.version().clone()))
    }))
}
