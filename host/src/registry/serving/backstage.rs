//! Releases that are ready and not on the stage: those that are leaving it, and those that somebody
//! asked for by a requirement.
//!
//! *Never:* a release goes while calls of it are under way, unless its time is over.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use semver::Version;

use super::release::Serving;
use crate::model::CapabilityName;
use crate::registry::op::Installed;
use crate::registry::state::Release;

/// Releases that are kept ready because of requirements. A program asks for few; what is pushed out
/// is loaded again when it is asked for again, from compiled code in milliseconds.
const ASKED_MAX: usize = 64;

/// A release that somebody asked for by a requirement.
pub(super) type Asked = (CapabilityName, Version);

/// What is behind the stage.
pub(super) struct Backstage<C> {
    leaving: Vec<Leaving<C>>,
    asked: VecDeque<Asked>,
}

struct Leaving<C> {
    serving: Arc<Serving<C>>,
    until: Instant,
}

impl<C> Backstage<C> {
    /// Notes that somebody asked for a release.
    pub(super) fn ask_for(&mut self, installed: &Installed) {
        let asked = (installed.name.clone(), installed.version.clone());
        self.asked.retain(|other| *other != asked);
        self.asked.push_back(asked);
        if self.asked.len() > ASKED_MAX {
            self.asked.pop_front();
        }
    }

    /// What somebody asked for, the latest last.
    pub(super) const fn asked(&self) -> &VecDeque<Asked> {
        &self.asked
    }

    /// Lets a release drain until then.
    pub(super) fn leave(&mut self, serving: Arc<Serving<C>>, until: Instant) {
        self.leaving.push(Leaving { serving, until });
    }

    /// Brings a release back that is still here.
    pub(super) fn bring_back(&mut self, release: &Release) -> Option<Arc<Serving<C>>> {
        let is_meant =
            |leaving: &Leaving<C>| leaving.serving.fits(release) && !leaving.serving.is_closed();
        let place = self.leaving.iter().position(is_meant)?;
        Some(self.leaving.swap_remove(place).serving)
    }

    /// Lets go of those whose time is over; what is still under way on them ends now. What was closed
    /// goes as soon as nothing is under way.
    pub(super) fn retire(&mut self, now: Instant) {
        self.leaving.retain(|Leaving { serving, until }| {
            if now >= *until {
                serving.expire();
                return false;
            }
            !serving.is_closed() || serving.is_busy()
        });
    }
}

// === impl Default ===

impl<C> Default for Backstage<C> {
    fn default() -> Self {
        Self { leaving: Vec::new(), asked: VecDeque::new() }
    }
}
