//! Holds what was picked to the conditions of its approval: only for a group, up to a share, until a
//! date. Who may not have a release gets whoever else would answer, and counts nowhere.
//!
//! *Never:* a list, a pin or a requirement gives a release to somebody for whom it is not approved.

use std::sync::Arc;
use std::time::Duration;

use super::pick::{Pick, Who};
use crate::registry::{Buckets, Narrow, Serving};

/// The salt of the hash for releases that serve without a rollout.
const SALT: &str = "approval";

/// What was picked, as far as its approval allows it; else why nothing is left.
pub(super) fn gate<'a, C>(
    pick: Pick<'a, C>,
    who: &Who,
    now: impl Fn() -> Duration,
) -> Result<Pick<'a, C>, String> {
    if pick.reaches.is_empty() {
        return Ok(pick);
    }
    let refused = |serving: &Serving<C>, spreading: Option<&Buckets>| -> Option<Narrow> {
        let reach = pick.reaches.get(serving.version())?;
        let (sticky, groups) = (who.sticky.as_deref(), &who.groups);
        match spreading {
            // In the order of the rollout, so that a share of it is never counted twice.
            Some(buckets) => reach.refuses(sticky, groups, buckets, &now),
            None => {
                let id = format!("{}@{}", serving.name(), serving.version());
                reach.refuses(sticky, groups, &Buckets::new(&id, SALT), &now)
            }
        }
    };
    let why = refused(pick.serving, pick.spreading);
    let allowed = |other: &&Arc<Serving<C>>| refused(other, None).is_none();
    let fallback = pick.fallback.filter(allowed);
    match (why, fallback) {
        (None, fallback) => Ok(Pick { fallback, ..pick }),
        (Some(_), Some(serving)) => Ok(Pick { serving, fallback: None, unit: None, ..pick }),
        (Some(why), None) => {
            let (name, version) = (pick.serving.name(), pick.serving.version());
            Err(format!("`{name}` {version} is not for this call: {why}"))
        }
    }
}
