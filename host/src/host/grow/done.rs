//! Gaps that something does by now: requests from before it was there, and requests like those it was made
//! for. What people still want of it otherwise is for its next release, and for no second capability.
//!
//! *Never:* something counts as done that was not made for it, and that no pattern of what serves fits.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use serde_json::Value;

use super::Growth;
use crate::Error;
use crate::artifact::Bundle;
use crate::host::making::{Bench, Built, misses};
use crate::loops::healer::Demand;
use crate::model::secrecy::REDACTED;
use crate::model::{CapabilityName, Example, GapId};
use crate::registry::{OfGap, State, Work};
use crate::synth::Gap;
use crate::traffic::{Offer, Offers, sure};

/// Gaps that are remembered so; of more, some are looked at once more.
const DONE_MAX: usize = 4_096;

/// Gaps about which nothing is to be done, with how much was known then: what was taught, and the log.
pub(super) type Done = BTreeMap<GapId, (usize, u64)>;

impl Growth {
    /// The capability that does what a gap asks for: that which was made for it, or one that every one of
    /// its sentences fits. What was named in vain is for nobody else to do.
    pub(super) fn doing(&self, state: &State, gap: &Gap) -> Option<CapabilityName> {
        if gap.capability().is_some() {
            return None;
        }
        let work = state.growth.taken(OfGap { gap: gap.id(), taught: 0 });
        let made = work.and_then(|work| made(state, state.growth.works.get(&work)?));
        if let Some(made) = made {
            return made.proposal.as_ref().map(|it| it.name.clone());
        }
        let mut doing = None;
        for sentence in gap.samples().iter().filter(|it| !it.contains(REDACTED)) {
            let route = self.inner.live.leads_to(sentence)?;
            if doing.get_or_insert_with(|| route.capability.clone()) != &route.capability {
                return None;
            }
        }
        doing
    }

    /// What people want of a capability that it does not give.
    pub(super) async fn amiss(
        &self,
        state: &State,
        name: &CapabilityName,
        gap: &Gap,
    ) -> Result<Vec<Example>, Error> {
        let wish = gap.wish();
        let asked: Vec<_> = wish.asked.iter().filter(|asked| asked.wanted.is_some()).collect();
        if wish.examples.is_empty() && asked.is_empty() {
            return Ok(Vec::new());
        }
        let line = state.lines.get(name);
        let newest = line.and_then(|line| line.releases.values().next_back());
        let release = line.and_then(|line| line.serving()).or(newest.map(|it| &**it));
        let Some(release) = release else { return Ok(wish.examples) };
        let Some(bytes) = self.registry().blob(release.installed.bundle).await? else {
            return Ok(wish.examples);
        };
        let bundle = Bundle::parse(&bytes)?;
        let built = Built::of_bundle(&bundle);
        let offers = Offers::new(Offer::of(&bundle.claimed_manifest().description));
        let said = asked.into_iter().filter_map(|asked| {
            let route = sure(&asked.sentence, offers.all())?;
            let (input, output) = (Value::Object(route.input), asked.wanted.clone());
            Some((route.operation, Example { input, output }))
        });
        let own = |example| (built.operation().to_owned(), example);
        let wanted: Vec<_> = said.chain(wish.examples.iter().cloned().map(own)).collect();
        let all = || wanted.iter().map(|(_, example)| example.clone()).collect();
        let Ok(loaded) = self.making().bench().load(&built).await else { return Ok(all()) };
        let mut amiss = Vec::new();
        for (operation, example) in wanted {
            let input = example.input.to_string();
            let outcome = Bench::ask(&loaded, &operation, &input).await;
            if misses(&Demand::of_example(&example), &outcome).is_some() {
                amiss.push(example);
            }
        }
        Ok(amiss)
    }

    /// Whether a gap was looked at, and nothing can be done about it before somebody shows more or something
    /// changes in the log.
    pub(super) fn is_done(&self, gap: &Gap) -> bool {
        self.all_done().get(&gap.id()) == Some(&(gap.taught(), self.registry().journal().length()))
    }

    /// Notes that for now nothing is to be done about a gap.
    pub(super) fn note_done(&self, gap: &Gap) {
        let mut done = self.all_done();
        if done.len() >= DONE_MAX {
            done.clear();
        }
        done.insert(gap.id(), (gap.taught(), self.registry().journal().length()));
    }

    fn all_done(&self) -> MutexGuard<'_, Done> {
        self.inner.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The work whose release serves for this work: its own, or that of its repair.
fn made<'a>(state: &'a State, mut work: &'a Work) -> Option<&'a Work> {
    // A repair comes after what it repairs, so this ends.
    while let Some(repair) = work.repaired_by {
        work = state.growth.works.get(&repair).filter(|repair| repair.id > work.id)?;
    }
    (work.has_spread && work.ended.is_none()).then_some(work)
}
