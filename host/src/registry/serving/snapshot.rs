//! The routing table: for each name who serves, what spreads, and who is pinned to what.
//!
//! *Never:* a release that is revoked or in quarantine is in it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use semver::{Version, VersionReq};

use super::backstage::Asked;
use super::books::StageId;
use super::names::ByName;
use super::shadow::{Shadow, may_shadow, shadow_of};
use super::spreading::Spreading;
use super::stirred::Stirred;
use super::{Installed, Serving};
use crate::model::{CapabilityName, Digest};
use crate::registry::admission::Reach;
use crate::registry::book::Book;
use crate::registry::state::{Line, Release, Rollout, State};

/// Who serves what, at one moment.
#[derive(Debug)]
pub struct Snapshot<C> {
    lines: ByName<Arc<Served<C>>>,
    state: Arc<State>,
    at: u64,
    /// What it was made with beside the state, so that the next one knows what has changed.
    asked: VecDeque<Asked>,
    barred: BTreeSet<Digest>,
}

/// One capability in it.
#[derive(Debug)]
pub struct Served<C> {
    /// Who serves everybody else.
    pub stable: Option<Arc<Serving<C>>>,
    /// What spreads.
    pub spreading: Option<Spreading<C>>,
    /// What gets copies of requests.
    pub shadow: Option<Arc<Shadow<C>>>,
    /// Who is pinned to what.
    pub pins: HashMap<String, Arc<Serving<C>>>,
    /// Every release that is ready.
    pub ready: BTreeMap<Version, Arc<Serving<C>>>,
    /// On which conditions those of them serve that are not for everybody and for ever.
    pub reaches: BTreeMap<Version, Reach>,
}

/// What comes with a new snapshot, beside the state that it shows.
pub(super) struct Change<'a, C> {
    pub(super) at: u64,
    pub(super) stirred: &'a Stirred,
    pub(super) asked: &'a VecDeque<Asked>,
    pub(super) ready: &'a [Arc<Serving<C>>],
    pub(super) books: &'a HashMap<StageId, Arc<Book>>,
    pub(super) shadows: &'a HashMap<StageId, Arc<Shadow<C>>>,
    /// Bundles that do not serve, although they should.
    pub(super) barred: &'a BTreeSet<Digest>,
}

impl<C> Snapshot<C> {
    pub(super) fn empty() -> Self {
        let (lines, asked, barred) = (ByName::default(), VecDeque::new(), BTreeSet::new());
        Self { lines, state: Arc::default(), at: 0, asked, barred }
    }

    /// How many entries of the log it rests on.
    #[must_use]
    pub const fn at(&self) -> u64 {
        self.at
    }

    /// What the log added up to.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// A capability by its name or an alias.
    #[must_use]
    pub fn line(&self, name: &str) -> Option<&Arc<Served<C>>> {
        self.lines.get(name)
    }

    /// Every name and alias.
    pub fn lines(&self) -> impl Iterator<Item = (&CapabilityName, &Arc<Served<C>>)> {
        self.lines.iter()
    }

    /// The newest release that a requirement allows, where it is ready.
    #[must_use]
    pub fn resolve(
        &self,
        name: &CapabilityName,
        requirement: &VersionReq,
    ) -> Option<&Arc<Serving<C>>> {
        let release = self.state.resolve(name, requirement)?;
        self.find(&release.installed.name, &release.installed.version)
    }

    /// A release that is ready.
    pub(super) fn find(
        &self,
        name: &CapabilityName,
        version: &Version,
    ) -> Option<&Arc<Serving<C>>> {
        self.lines.get(name)?.ready.get(version)
    }

    /// Which capabilities may look otherwise in the next snapshot.
    pub(super) fn stirred(
        &self,
        state: &State,
        asked: &VecDeque<Asked>,
        barred: &BTreeSet<Digest>,
    ) -> Stirred {
        if self.barred != *barred {
            return Stirred::All;
        }
        let stirred = Stirred::between(&self.state, state);
        if self.asked == *asked {
            return stirred;
        }
        let both = self.asked.iter().chain(asked);
        let is_news = |one: &&Asked| self.asked.contains(one) != asked.contains(one);
        stirred.and(both.filter(is_news).map(|(name, _)| name.clone()))
    }

    /// The releases that have to be ready: who serves, what spreads, what somebody is pinned to or
    /// has asked for.
    pub(super) fn wanted<'a>(
        state: &'a State,
        asked: &VecDeque<Asked>,
        stirred: &'a Stirred,
    ) -> Vec<&'a Release> {
        let pinned = state.pins.values().flatten();
        let named: BTreeSet<(&CapabilityName, &Version)> =
            pinned.chain(asked.iter().map(|(name, version)| (name, version))).collect();
        let mut wanted = Vec::new();
        for (name, line) in stirred.lines(state) {
            let spreading: Vec<&Version> = line.rollout.iter().flat_map(Rollout::let_in).collect();
            for (version, release) in &line.releases {
                let is_wanted = line.stable.as_ref() == Some(version)
                    || spreading.contains(&version)
                    || named.contains(&(name, version));
                if is_wanted && state.may_serve(release) {
                    wanted.push(&**release);
                }
            }
        }
        wanted
    }

    /// This one without what may not serve any more, which is closed; none where all may.
    pub(super) fn without(&self, state: &State, stirred: &Stirred) -> Option<Self> {
        let may_serve = |serving: &Arc<Serving<C>>| {
            let release = state.release(serving.name(), serving.version());
            release
                .is_some_and(|release| serving.is(&release.installed) && state.may_serve(release))
        };
        let served: Vec<_> =
            self.lines.iter().filter(|&(name, _)| stirred.includes(name)).collect();
        let all = served.iter().flat_map(|(_, served)| served.ready.values());
        let closed: Vec<_> = all.filter(|serving| !may_serve(serving)).collect();
        let shadows = served.iter().filter_map(|(_, served)| served.shadow.as_ref());
        let over: Vec<_> = shadows.filter(|shadow| !may_shadow(state, shadow)).collect();
        if closed.is_empty() && over.is_empty() {
            return None;
        }
        closed.iter().for_each(|serving| serving.close());
        // Nobody waits for what a shadow has under way.
        over.iter().for_each(|shadow| shadow.serving().expire());
        let lines = self.lines.iter().map(|(name, served)| {
            let shadows = served.shadow.iter().map(|shadow| shadow.serving());
            let mut all = served.ready.values().map(|serving| &**serving).chain(shadows);
            let is_hit = all.any(Serving::is_closed);
            let rest = if is_hit { Arc::new(served.open()) } else { Arc::clone(served) };
            (name.clone(), rest)
        });
        let (asked, barred) = (self.asked.clone(), self.barred.clone());
        let (lines, state) = (lines.collect(), Arc::clone(&self.state));
        Some(Self { lines, state, at: self.at, asked, barred })
    }

    /// The next one: what is ready already, and what has become ready.
    pub(super) fn next(state: &Arc<State>, old: &Self, change: &Change<'_, C>) -> Self {
        let mut wanted: HashMap<&CapabilityName, Vec<&Release>> = HashMap::new();
        for release in Self::wanted(state, change.asked, change.stirred) {
            wanted.entry(&release.installed.name).or_default().push(release);
        }
        let mut lines = match change.stirred {
            Stirred::All => ByName::with_capacity_and_hasher(state.lines.len(), Default::default()),
            Stirred::These(_) => old.lines.clone(),
        };
        let gone = old.state.aliases.keys().filter(|alias| !state.aliases.contains_key(*alias));
        gone.for_each(|alias| drop(lines.remove(alias)));
        for (name, line) in change.stirred.lines(state) {
            let before = old.lines.get(name).map(|served| &**served);
            let wanted = wanted.get(name).map_or(&[][..], Vec::as_slice);
            let served = Served::of(state, (name, line), wanted, before, change);
            lines.insert(name.clone(), Arc::new(served));
        }
        for (alias, name) in &state.aliases {
            if let Some(served) = lines.get(name).cloned() {
                lines.insert(alias.clone(), served);
            }
        }
        let (asked, barred) = (change.asked.clone(), change.barred.clone());
        Self { lines, state: Arc::clone(state), at: change.at, asked, barred }
    }

    /// Lets the shadows go that the next one has none of.
    pub(super) fn end_shadows_without(&self, next: &Self) {
        for (name, served) in &self.lines {
            let Some(shadow) = &served.shadow else { continue };
            let now = next.lines.get(name).and_then(|served| served.shadow.as_ref());
            if !now.is_some_and(|now| Arc::ptr_eq(now, shadow)) {
                shadow.serving().expire();
            }
        }
    }

    /// What was ready and is not any more.
    pub(super) fn left_behind<'a>(
        &'a self,
        old: &'a Self,
        ready: &'a [Arc<Serving<C>>],
    ) -> impl Iterator<Item = Arc<Serving<C>>> + 'a {
        // An alias leads to what its name leads to.
        let names = old.lines.iter().filter(|&(name, served)| {
            let is_kept = self.lines.get(name).is_some_and(|now| Arc::ptr_eq(now, served));
            !is_kept && old.state.lines.contains_key(name)
        });
        let before = names.flat_map(|(_, served)| served.ready.values());
        let is_gone = |serving: &&Arc<Serving<C>>| {
            let now = self.find(serving.name(), serving.version());
            !now.is_some_and(|now| Arc::ptr_eq(now, serving))
        };
        before.chain(ready).filter(is_gone).cloned()
    }

    pub(super) fn holds(&self, release: &Release) -> bool {
        let Installed { name, version, .. } = &release.installed;
        let serving = self.find(name, version);
        serving.is_some_and(|serving| serving.fits(release) && !serving.is_closed())
    }
}

impl<C> Served<C> {
    /// The stage of its rollout, whether the release serves in it or is a shadow.
    #[must_use]
    pub fn stage(&self) -> Option<&(String, String, usize)> {
        let shadow = self.shadow.as_ref().map(|shadow| shadow.stage());
        self.spreading.as_ref().map(|spreading| &spreading.stage).or(shadow)
    }

    fn of(
        state: &State,
        (name, line): (&CapabilityName, &Line),
        wanted: &[&Release],
        old: Option<&Self>,
        change: &Change<'_, C>,
    ) -> Self {
        let is_kept = |serving: &&Arc<Serving<C>>| {
            let is_it = |release: &&Release| serving.fits(release);
            wanted.iter().any(is_it) && !serving.is_closed()
        };
        let before = old.into_iter().flat_map(|old| old.ready.values());
        let kept = before.chain(change.ready).filter(is_kept);
        let mut ready: BTreeMap<Version, Arc<Serving<C>>> =
            kept.map(|serving| (serving.version().clone(), Arc::clone(serving))).collect();
        let find = |ready: &BTreeMap<_, Arc<Serving<C>>>, version: Option<&Version>| {
            version.and_then(|version| ready.get(version)).cloned()
        };
        let let_in =
            |serving: &Arc<Serving<C>>| !change.barred.contains(&serving.installed().bundle);
        let stable = find(&ready, line.stable.as_ref()).filter(let_in).or_else(|| {
            // Where what should serve is not ready, whoever served before goes on, if that may.
            let kept = old.and_then(|old| old.stable.as_ref())?;
            let release = line.release(kept.version())?;
            let may_go_on = line.stable.is_some()
                && kept.is(&release.installed)
                && state.may_serve(release)
                && !kept.is_closed();
            may_go_on.then(|| Arc::clone(kept))
        });
        if let Some(stable) = &stable {
            ready.entry(stable.version().clone()).or_insert_with(|| Arc::clone(stable));
        }
        let spreading = line.rollout.as_ref().and_then(|rollout| {
            let old = old.and_then(|old| old.spreading.as_ref());
            let lane = |version: &Version| find(&ready, Some(version)).filter(let_in);
            Spreading::of(rollout, lane, old, change)
        });
        let shadow = shadow_of(state, line, old, change);
        let pinned = |pins: &BTreeMap<CapabilityName, Version>| find(&ready, pins.get(name));
        let pins =
            state.pins.iter().filter_map(|(caller, pins)| Some((caller.clone(), pinned(pins)?)));
        let reaches = line.releases.iter().filter(|(_, release)| release.reach.is_bounded());
        let reaches = reaches.map(|(version, release)| (version.clone(), release.reach.clone()));
        let (pins, reaches) = (pins.collect(), reaches.collect());
        Self { stable, spreading, shadow, pins, ready, reaches }
    }

    /// The same without what is closed.
    fn open(&self) -> Self {
        let is_open = |serving: &Arc<Serving<C>>| !serving.is_closed();
        let pins = self.pins.iter().filter(|(_, serving)| is_open(serving));
        let ready = self.ready.iter().filter(|(_, serving)| is_open(serving));
        let shadow = self.shadow.clone().filter(|shadow| !shadow.serving().is_closed());
        Self {
            stable: self.stable.clone().filter(is_open),
            spreading: self.spreading.as_ref().and_then(Spreading::open),
            shadow,
            pins: pins.map(|(caller, serving)| (caller.clone(), Arc::clone(serving))).collect(),
            ready: ready.map(|(version, serving)| (version.clone(), Arc::clone(serving))).collect(),
            reaches: self.reaches.clone(),
        }
    }
}
