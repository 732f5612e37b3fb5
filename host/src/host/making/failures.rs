//! Requests that releases made here failed at, or that somebody found wrong: what a repair learns from.
//! They are kept beside the log until a repair has them, so that a program which ends before it repairs
//! goes on where it was.
//!
//! *Never:* a request is kept in which something looks like a secret, nor one of a capability that
//! somebody else has made; and no call waits for any of it to be kept.

mod drawer;

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use semver::Version;
use serde_json::Value;

use crate::loops::healer::COUNTEREXAMPLES_MAX;
use crate::model::secrecy::looks_secret;
use crate::model::{CapabilityName, Counterexample, Outcome};
use crate::registry::{ReleaseOrigin, State};
use crate::synth::{Cause, Facts};
use crate::traffic::Incident;

/// Releases whose failures are kept; the one that failed longest ago goes first.
const RELEASES_MAX: usize = 64;
/// Requests that can still be found wrong: an hour of a busy program's use, a few megabytes.
const REQUESTS_MAX: usize = 1_024;
/// How an answer that somebody found wrong is told.
const WRONG: &str = "wrong";

/// What releases failed at.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    releases: VecDeque<(Release, Vec<Counterexample>)>,
    requests: VecDeque<Request>,
    /// Releases of which something is not kept as it is here.
    changed: BTreeSet<Release>,
    /// How often the drawer was changed; none until it was read.
    version: Option<u64>,
}

type Release = (CapabilityName, Version);

/// A request whose caller gave it a name.
#[derive(Debug)]
struct Request {
    id: String,
    release: Release,
    input: String,
    output: Option<String>,
}

impl Failures {
    /// Notes what a repair would learn from of a call, as the log stands: one that a release made here
    /// failed at, and one that has a name, of which somebody may say more.
    pub(crate) fn hear(&self, state: &State, incident: &Incident) {
        let (Some(version), Some(input)) = (&incident.version, &incident.input) else { return };
        let how = blame(&incident.outcome);
        let name = state.resolve_name(&incident.capability);
        let release = state.lines.get(name).and_then(|line| line.releases.get(version));
        let is_made = release.is_some_and(|it| it.installed.origin == ReleaseOrigin::Generated);
        let says_something = how.is_some() || incident.request.is_some();
        if !is_made || !says_something || holds_secret(input) {
            return;
        }
        let release = (name.clone(), version.clone());
        if let Some(how) = how
            && let Ok(input) = serde_json::from_str(input)
        {
            let how = how.to_owned();
            let failed = Counterexample { input, wanted: None, found: None, how };
            self.lock().add(release.clone(), failed);
        }
        if let Some(id) = &incident.request {
            let output = incident.output.as_ref().filter(|output| !holds_secret(output)).cloned();
            let request = Request { id: id.clone(), release, input: input.clone(), output };
            let mut inner = self.lock();
            inner.requests.push_back(request);
            if inner.requests.len() > REQUESTS_MAX {
                inner.requests.pop_front();
            }
        }
    }

    /// Somebody found the answer to a request wrong, and may have said what should have come. Gives the
    /// release that gave it; none where the request is not known.
    pub(crate) fn found_wrong(&self, request: &str, wanted: Option<Value>) -> Option<Release> {
        let mut inner = self.lock();
        let known = inner.requests.iter().rev().find(|known| known.id == request)?;
        let input = serde_json::from_str(&known.input).ok()?;
        let found = known.output.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let release = known.release.clone();
        let is_secret = wanted.as_ref().is_some_and(|wanted| holds_secret(&wanted.to_string()));
        // That an answer is wrong of which nothing is known is nothing to learn from.
        if is_secret || (wanted.is_none() && found.is_none()) {
            return Some(release);
        }
        let failed = Counterexample { input, wanted, found, how: WRONG.to_owned() };
        inner.add(release.clone(), failed);
        Some(release)
    }

    /// Takes in what somebody said of a release elsewhere.
    pub(crate) fn add(&self, name: &CapabilityName, version: &Version, failed: Counterexample) {
        self.lock().add((name.clone(), version.clone()), failed);
    }

    /// Whether no release has failed at anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().releases.is_empty()
    }

    /// What a release failed at.
    pub(crate) fn of(&self, name: &CapabilityName, version: &Version) -> Vec<Counterexample> {
        self.lock().failed(name, version).map(<[Counterexample]>::to_vec).unwrap_or_default()
    }

    /// How much a release failed at.
    pub(crate) fn count(&self, name: &CapabilityName, version: &Version) -> usize {
        self.lock().failed(name, version).map_or(0, <[Counterexample]>::len)
    }

    /// Inputs of requests of a capability that are known.
    pub(crate) fn inputs(&self, name: &CapabilityName) -> Vec<Value> {
        let inner = self.lock();
        let is_of = |release: &Release| release.0 == *name;
        let failed = inner.releases.iter().filter(|(release, _)| is_of(release));
        let failed = failed.flat_map(|(_, failed)| failed.iter().map(|it| it.input.clone()));
        let asked = inner.requests.iter().filter(|request| is_of(&request.release));
        let asked = asked.filter_map(|request| serde_json::from_str(&request.input).ok());
        failed.chain(asked).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// What a release failed at, where that is known.
    fn failed(&self, name: &CapabilityName, version: &Version) -> Option<&[Counterexample]> {
        let mut releases = self.releases.iter();
        let found = releases.find(|((known, of), _)| known == name && of == version);
        found.map(|(_, failed)| failed.as_slice())
    }

    fn add(&mut self, release: Release, failed: Counterexample) {
        let at = self.releases.iter().position(|(known, _)| *known == release);
        let mut kept = at.and_then(|at| self.releases.remove(at)).map(|(_, kept)| kept);
        let list = kept.get_or_insert_default();
        list.retain(|known| known.input != failed.input || known.wanted != failed.wanted);
        list.push(failed);
        if list.len() > COUNTEREXAMPLES_MAX {
            list.remove(0);
        }
        self.changed.insert(release.clone());
        self.releases.push_back((release, kept.unwrap_or_default()));
        self.bound();
    }

    /// Lets go of those that failed longest ago.
    fn bound(&mut self) {
        while self.releases.len() > RELEASES_MAX {
            let gone = self.releases.pop_front();
            self.changed.extend(gone.map(|(release, _)| release));
        }
    }
}

/// How a release failed, where that is its own fault: not for what the caller gave, what it was not
/// allowed, or what was away.
fn blame(outcome: &Outcome) -> Option<&'static str> {
    match Facts::of(outcome).cause()? {
        Cause::Timeout
        | Cause::OutOfFuel
        | Cause::OverLimit
        | Cause::Trapped
        | Cause::Failed
        | Cause::WrongOutput => Some(outcome.word()),
        Cause::Missing
        | Cause::LowConfidence
        | Cause::InvalidInput
        | Cause::Denied
        | Cause::Unavailable => None,
    }
}

fn holds_secret(text: &str) -> bool {
    text.split(|letter: char| letter.is_whitespace() || "\"',:;()[]{}".contains(letter))
        .any(looks_secret)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn failed(input: i32) -> Counterexample {
        Counterexample { input: json!(input), wanted: None, found: None, how: "trapped".to_owned() }
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_goes_first() {
        let failures = Failures::default();
        let version = |minor: u64| Version::new(0, minor, 0);
        for minor in 0..=RELEASES_MAX as u64 {
            let release = ("a.b".parse().unwrap(), version(minor));
            failures.lock().add(release, failed(1));
        }
        let name = "a.b".parse().unwrap();
        assert!(failures.of(&name, &version(0)).is_empty());
        let last = version(RELEASES_MAX as u64);
        for input in 0..100 {
            failures.lock().add(("a.b".parse().unwrap(), last.clone()), failed(input));
        }
        let kept = failures.of(&name, &last);
        assert_eq!(kept.len(), COUNTEREXAMPLES_MAX);
        assert_eq!(kept.last(), Some(&failed(99)));
    }

    #[test]
    fn what_looks_like_a_secret_is_seen_inside_of_json() {
        assert!(holds_secret(r#"{"token":"sk-live-a1b2c3d4e5f6g7h8i9j0"}"#));
        assert!(!holds_secret(r#"{"text":"Hello World","times":3}"#));
    }
}
