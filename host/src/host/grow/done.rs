//! Gaps that something does by now: requests from before it was there, and requests like those it was made
//! for. What people still want of it otherwise is for its next release, and for no second capability.
//!
//! *Never:* something counts as done that no pattern of what serves fits.

use serde_json::Value;

use super::Growth;
use crate::Error;
use crate::artifact::Bundle;
use crate::host::making::{Bench, Built, misses};
use crate::loops::healer::Demand;
use crate::model::secrecy::REDACTED;
use crate::model::{CapabilityName, Example};
use crate::registry::{OfGap, State, Work};
use crate::synth::Gap;
use crate::traffic::{Lexical, Offer, Offers, Route, Router, Way, Who};

impl Growth {
    /// The capability that does what a gap asks for: that which was made for it, or one that every one of
    /// its sentences fits. What was named in vain is for nobody else to do.
    pub(super) async fn doing(&self, state: &State, gap: &Gap) -> Option<CapabilityName> {
        if gap.capability().is_some() {
            return None;
        }
        let work = state.growth.taken(OfGap { gap: gap.id(), taught: 0 });
        let made = work.and_then(|work| made(state, state.growth.works.get(&work)?));
        if let Some(made) = made {
            return made.proposal.as_ref().map(|it| it.name.clone());
        }
        let offers = Offers::new(self.inner.live.offers(&Who::default()));
        let mut doing = None;
        for sentence in gap.samples().iter().filter(|it| !it.contains(REDACTED)) {
            let route = sure(sentence, &offers).await?;
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
        let line = state.lines.get(name);
        let newest = line.and_then(|line| line.releases.values().next_back());
        let release = line.and_then(|line| line.serving()).or(newest.map(|it| &**it));
        let Some(release) = release else { return Ok(wish.examples) };
        let Some(bytes) = self.registry().blob(release.installed.bundle).await? else {
            return Ok(wish.examples);
        };
        let bundle = Bundle::parse(&bytes)?;
        let offers = Offers::new(Offer::of(&bundle.claimed_manifest().description));
        let mut wanted: Vec<Example> = wish.examples;
        for asked in wish.asked.iter().filter(|asked| asked.wanted.is_some()) {
            if let Some(route) = sure(&asked.sentence, &offers).await {
                let (input, output) = (Value::Object(route.input), asked.wanted.clone());
                wanted.push(Example { input, output });
            }
        }
        let built = Built::of_bundle(&bundle);
        let Ok(loaded) = self.making().bench().load(&built).await else { return Ok(wanted) };
        let mut amiss = Vec::new();
        for example in wanted {
            let input = example.input.to_string();
            let outcome = Bench::ask(&loaded, built.operation(), &input).await;
            if misses(&Demand::of_example(&example), &outcome).is_some() {
                amiss.push(example);
            }
        }
        Ok(amiss)
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

/// Where a sentence leads that a pattern fits surely.
async fn sure(sentence: &str, offers: &Offers) -> Option<Route> {
    let routes = Lexical.route(sentence, offers.all()).await;
    routes.into_iter().next().filter(|route| {
        let is_sure = route.confidence >= Lexical.confidence_least();
        is_sure && matches!(route.by, Way::Pattern(_))
    })
}
