//! Sentences: what one asks for, of what its user may get, and what came of it.
//!
//! *Never:* anything is run of which the router is less sure than it says it has to be.

mod index;
mod response;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use semver::Version;
use serde_json::Value;

use super::LiveHost;
use super::gaps::{Failure, Noted};
use crate::engine::Invocation;
use crate::examine::mismatch;
use crate::model::{CapabilityName, Outcome, Output};
use crate::registry::ReleaseOrigin;
use crate::synth::{Cause, Facts};
use crate::traffic::{Answer, Lexical, Menu, Offer, Offers, Route, Router, Target, Who};
use index::Index;
pub use response::{Heard, Response};

/// A longer text is no request but data; whoever has that calls a capability by its name.
const SENTENCE_BYTES_MAX: usize = 16 << 10;
/// A longer output is not looked at for whether it fits its schema.
const OUTPUT_BYTES_MAX: usize = 64 << 10;

/// What a host needs to hear sentences.
#[derive(Default)]
pub(super) struct Ear {
    router: RwLock<Option<Arc<dyn Router>>>,
    index: Index,
}

impl LiveHost {
    /// Finds what a sentence asks for, of the capabilities that this user may get, and calls it:
    /// by the patterns of their intents, then by words. Where that is not sure enough, nothing is
    /// run, and the response names what came near. What is not served is noted as part of a
    /// [gap](LiveHost::gaps).
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
    /// # use engraft::store::MemoryLog;
    /// use engraft::registry::Actor;
    /// use engraft::synth::{Cause, Threshold};
    /// use engraft::traffic::Who;
    /// # use engraft::{Host, LiveHost};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let component = wat::parse_str(r#"(component
    /// #   (core module $m (func (export "double") (param i32) (result i32)
    /// #     (i32.mul (local.get 0) (i32.const 2))))
    /// #   (core instance $i (instantiate $m))
    /// #   (func (export "double") (param "number" u32) (result u32)
    /// #     (canon lift (core func $i "double"))))"#)?;
    /// # let key = SigningKey::generate(Origin::Development)?;
    /// # let host = Host::builder().trust(Keyring::for_development(key.public())).build()?;
    /// # let mut description = host.describe(&"math.double".parse()?, component.clone()).await?;
    /// description.operations[0].intents = vec!["double {number:integer}".to_owned()];
    /// # let manifest = Manifest::new(description, "1.0.0".parse()?);
    /// # let bundle = Bundle::sign(component, &manifest, &[&key])?.to_bytes();
    /// # let log_key = SigningKey::generate(Origin::Release)?;
    /// # let live = LiveHost::open(host, Arc::new(MemoryLog::new()), log_key).await?;
    /// live.install(&bundle, Actor::person("ann"), "it doubles").await?;
    /// let response = live.ask("please double 21", &Who::user("bob")).await;
    /// assert_eq!(response.output().unwrap().as_str(), "42");
    /// assert!(response.confidence() > 0.9);
    ///
    /// // What there is nothing for becomes a gap.
    /// let response = live.ask("translate cat to French", &Who::user("bob")).await;
    /// assert_eq!(response.cause, Some(Cause::Missing));
    /// let gaps = live.gaps_due(Threshold::PERSONAL).await;
    /// assert_eq!(gaps[0].intent().unwrap().as_str(), "translate cat to french");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn ask(&self, sentence: &str, who: &Who) -> Response {
        let request = who.request.clone().unwrap_or_else(|| self.inner.needs.new_request());
        let who = Who { request: Some(request.clone()), ..who.clone() };
        if sentence.len() > SENTENCE_BYTES_MAX {
            let heard = Heard::TooLong { bytes: sentence.len(), most: SENTENCE_BYTES_MAX };
            let (cause, stopped) = (Some(Cause::InvalidInput), self.stopped());
            return Response { request, heard, cause, gap: None, stopped };
        }
        let router = self.router();
        let offers = self.inner.ear.index.of(&self.inner.registry);
        let near = routes(&*router, sentence, self.menu(&offers, &who)).await;
        let least = router.confidence_least();
        // What is asked is known before it is called, so that its end is not told of twice.
        self.inner.needs.expect(&request);
        let (heard, cause) = match near.first().filter(|route| route.confidence >= least) {
            Some(route) => self.follow(route.clone(), least, &who).await,
            None => {
                // What is there is not missing.
                let withheld = routes(&*router, sentence, self.withheld(&offers, &who)).await;
                match withheld.into_iter().find(|route| route.confidence >= least) {
                    Some(route) => (Heard::NotYet { route }, Some(Cause::Unavailable)),
                    None => {
                        let cause = self.why_unclear(near.first(), least);
                        (Heard::Unclear { near, least }, cause)
                    }
                }
            }
        };
        let gap = self.note_asked(sentence, &heard, cause, &who).await;
        Response { request, heard, cause, gap, stopped: self.stopped() }
    }

    /// Why everything stands still.
    fn stopped(&self) -> Option<String> {
        let state = self.inner.registry.journal().state();
        state.stop.as_ref().map(|stop| stop.why.clone())
    }

    /// Has sentences routed by another router from now on: that of a program with a model.
    pub fn route_by(&self, router: Arc<dyn Router>) {
        *self.inner.ear.router.write().unwrap_or_else(PoisonError::into_inner) = Some(router);
    }

    /// What this user may ask for.
    #[must_use]
    pub fn offers(&self, who: &Who) -> Vec<Offer> {
        let offers = self.inner.ear.index.of(&self.inner.registry);
        self.menu(&offers, who).iter().cloned().collect()
    }

    /// Where a sentence leads everybody by a pattern that fits it surely.
    #[cfg(feature = "grow")]
    pub(in crate::host) fn leads_to(&self, sentence: &str) -> Option<Route> {
        let offers = self.inner.ear.index.of(&self.inner.registry);
        crate::traffic::sure(sentence, self.menu(&offers, &Who::default()))
    }

    fn router(&self) -> Arc<dyn Router> {
        let router = self.inner.ear.router.read().unwrap_or_else(PoisonError::into_inner);
        router.clone().unwrap_or_else(|| Arc::new(Lexical))
    }

    /// What of it a user may get now: of each capability the release that a call would get.
    fn menu<'a>(&self, offers: &'a Offers, who: &Who) -> Menu<'a> {
        let mut gets = self.gets(who);
        offers.menu(|offer| gets(offer.capability()).as_ref() == offer.version())
    }

    /// What others get already and this user does not: what spreads, and what serves no further.
    fn withheld<'a>(&self, offers: &'a Offers, who: &Who) -> Menu<'a> {
        let state = self.inner.registry.journal().state();
        let mut gets = self.gets(who);
        offers.menu(|offer| {
            let Some(version) = offer.version() else { return false };
            let line = state.lines.get(offer.capability());
            let rollout = line.and_then(|line| line.rollout.as_ref());
            let got = gets(offer.capability());
            got.as_ref() != Some(version)
                && (got.is_none() || rollout.is_some_and(|rollout| rollout.has(version)))
        })
    }

    /// Which release a user gets of a capability, found out once for each.
    fn gets<'a>(&'a self, who: &'a Who) -> impl FnMut(&CapabilityName) -> Option<Version> + 'a {
        let mut known = HashMap::new();
        move |name| {
            let find = || self.inner.traffic.would_get(&Target::from(name.clone()), who);
            known.entry(name.clone()).or_insert_with(find).clone()
        }
    }

    /// Why nothing was run that came nearest. While what was made here stands still, it may be what does
    /// this, so nobody can say that something is missing.
    fn why_unclear(&self, nearest: Option<&Route>, least: f64) -> Option<Cause> {
        let state = self.inner.registry.journal().state();
        let mut releases = state.lines.values().flat_map(|line| line.releases.values());
        let is_made = |origin| origin == ReleaseOrigin::Generated;
        if state.stop.is_some() && releases.any(|it| is_made(it.installed.origin)) {
            return Some(Cause::Unavailable);
        }
        let confidence = nearest.map(|route| route.confidence);
        Facts { confidence, confidence_least: least, ..Facts::default() }.cause()
    }

    /// Calls what a sentence leads to.
    async fn follow(&self, route: Route, least: f64, who: &Who) -> (Heard, Option<Cause>) {
        let input = Value::Object(route.input.clone()).to_string();
        let invocation = Invocation::new(route.operation.as_str(), input);
        let target = Target::from(route.capability.clone());
        let answer = self.invoke(&target, invocation, who).await;
        let facts = Facts {
            confidence: Some(route.confidence),
            confidence_least: least,
            fits: self.fits(&route, &answer),
            ..Facts::of(&answer.report.outcome)
        };
        let cause = facts.cause();
        (Heard::Ran { route, answer: Box::new(answer) }, cause)
    }

    /// Whether an answer fits the schema of its operation; none where there is none, or nobody looked.
    fn fits(&self, route: &Route, answer: &Answer) -> Option<bool> {
        let Outcome::Returned(output) = &answer.report.outcome else { return None };
        self.output_fits(&Called::of(route, answer)?, output)
    }

    /// The same for an answer to any call.
    pub(super) fn output_fits(&self, called: &Called<'_>, output: &Output) -> Option<bool> {
        if output.as_str().len() > OUTPUT_BYTES_MAX {
            return None;
        }
        let snapshot = self.inner.registry.snapshot();
        let line = snapshot.line(called.capability.as_str())?;
        let manifest = line.ready.get(called.version)?.callee().manifest();
        let operation = manifest.description.operation(called.operation)?;
        let Ok(value) = output.read::<Value>() else { return Some(false) };
        Some(mismatch(&operation.output_schema, &value).is_none())
    }

    async fn note_asked(
        &self,
        sentence: &str,
        heard: &Heard,
        cause: Option<Cause>,
        who: &Who,
    ) -> Option<crate::model::GapId> {
        let mut failure = Failure::of_sentence(sentence, cause.unwrap_or(Cause::WrongOutput));
        match heard {
            Heard::Ran { route, answer } => {
                let (capability, version) = (route.capability.clone(), answer.version.clone());
                let input = Value::Object(route.input.clone());
                failure = failure.called(capability, &route.operation, version, Some(&input));
            }
            Heard::Unclear { near, .. } => {
                failure.near = near.first().map(|route| route.capability.clone());
            }
            Heard::NotYet { route } => failure.near = Some(route.capability.clone()),
            Heard::TooLong { .. } => {}
        }
        match cause {
            // Nothing was said, so nothing is missing.
            Some(_) if sentence.trim().is_empty() => None,
            Some(_) => Some(self.note(failure, who).await),
            None => {
                self.inner.needs.remember(who, Noted { failure, gap: None });
                None
            }
        }
    }
}

/// Where a sentence may lead to, the surest first. A router's word is held to what is on the menu, and to
/// numbers that say something; where nothing is, it is not asked.
async fn routes(router: &dyn Router, sentence: &str, menu: Menu<'_>) -> Vec<Route> {
    if menu.iter().next().is_none() {
        return Vec::new();
    }
    let mut routes = router.route(sentence, menu.clone()).await;
    routes.retain(|route| (0.0..=1.0).contains(&route.confidence) && menu.has(route));
    routes.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    routes
}

/// What was called.
pub(super) struct Called<'a> {
    pub(super) capability: &'a crate::model::CapabilityName,
    pub(super) version: &'a semver::Version,
    pub(super) operation: &'a str,
}

impl<'a> Called<'a> {
    fn of(route: &'a Route, answer: &'a Answer) -> Option<Self> {
        let version = answer.version.as_ref()?;
        Some(Self { capability: &route.capability, version, operation: &route.operation })
    }
}

// === impl Ear ===

impl std::fmt::Debug for Ear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ear").finish_non_exhaustive()
    }
}
