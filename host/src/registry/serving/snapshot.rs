//! The routing table: for each name who serves, what spreads, and who is pinned to what.
//!
//! *Never:* a release that is revoked or in quarantine is in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use semver::{Version, VersionReq};

use super::backstage::Backstage;
use super::books::{StageId, id};
use super::{Audience, Installed, Serving};
use crate::model::{CapabilityName, Digest};
use crate::registry::admission::Reach;
use crate::registry::book::Book;
use crate::registry::share::{Buckets, Share};
use crate::registry::state::{Line, Release, Rollout, State};

/// Who serves what, at one moment.
#[derive(Debug)]
pub struct Snapshot<C> {
    lines: HashMap<CapabilityName, Arc<Served<C>>>,
    state: Arc<State>,
    at: u64,
}

/// One capability in it.
#[derive(Debug)]
pub struct Served<C> {
    /// Who serves everybody else.
    pub stable: Option<Arc<Serving<C>>>,
    /// What spreads.
    pub spreading: Option<Spreading<C>>,
    /// Who is pinned to what.
    pub pins: HashMap<String, Arc<Serving<C>>>,
    /// Every release that is ready.
    pub ready: BTreeMap<Version, Arc<Serving<C>>>,
    /// On which conditions those of them serve that are not for everybody and for ever.
    pub reaches: BTreeMap<Version, Reach>,
}

/// A release that spreads, and to whom.
#[derive(Debug)]
pub struct Spreading<C> {
    /// The release.
    pub serving: Arc<Serving<C>>,
    /// Who is inside of a share.
    pub buckets: Buckets,
    /// The share of this stage.
    pub share: Share,
    /// Who is in the stage before the share is asked.
    pub audience: Audience,
    /// What the judge is told.
    pub book: Arc<Book>,
    /// Which rollout, with its salt, and which stage of it.
    pub stage: (String, String, usize),
}

/// What comes with a new snapshot, beside the state that it shows.
pub(super) struct Change<'a, C> {
    pub(super) at: u64,
    pub(super) ready: &'a [Arc<Serving<C>>],
    pub(super) books: &'a HashMap<StageId, Arc<Book>>,
    /// Bundles that do not serve, although they should.
    pub(super) barred: &'a BTreeSet<Digest>,
}

impl<C> Snapshot<C> {
    pub(super) fn empty() -> Self {
        Self { lines: HashMap::new(), state: Arc::default(), at: 0 }
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

    /// The releases that have to be ready: who serves, what spreads, what somebody is pinned to or
    /// has asked for.
    pub(super) fn wanted<'a>(state: &'a State, backstage: &Backstage<C>) -> Vec<&'a Release> {
        let pinned: BTreeSet<(&CapabilityName, &Version)> = state.pins.values().flatten().collect();
        let mut wanted = Vec::new();
        for (name, line) in &state.lines {
            let spreading = line.rollout.as_ref().map(|rollout| &rollout.version);
            for (version, release) in &line.releases {
                let is_wanted = line.stable.as_ref() == Some(version)
                    || spreading == Some(version)
                    || pinned.contains(&(name, version))
                    || backstage.is_asked_for(name, version);
                if is_wanted && state.may_serve(release) {
                    wanted.push(release);
                }
            }
        }
        wanted
    }

    /// This one without what may not serve any more, which is closed; none where all may.
    pub(super) fn without(&self, state: &State) -> Option<Self> {
        let may_serve = |serving: &Arc<Serving<C>>| {
            let line = state.lines.get(serving.name());
            let release = line.and_then(|line| line.releases.get(serving.version()));
            release
                .is_some_and(|release| serving.is(&release.installed) && state.may_serve(release))
        };
        let all = self.lines.values().flat_map(|served| served.ready.values());
        let closed: Vec<_> = all.filter(|serving| !may_serve(serving)).collect();
        if closed.is_empty() {
            return None;
        }
        closed.iter().for_each(|serving| serving.close());
        let lines = self.lines.iter().map(|(name, served)| {
            let is_hit = served.ready.values().any(|serving| serving.is_closed());
            let rest = if is_hit { Arc::new(served.open()) } else { Arc::clone(served) };
            (name.clone(), rest)
        });
        Some(Self { lines: lines.collect(), state: Arc::clone(&self.state), at: self.at })
    }

    /// The next one: what is ready already, and what has become ready.
    pub(super) fn next(
        state: &Arc<State>,
        old: &Self,
        backstage: &Backstage<C>,
        change: &Change<'_, C>,
    ) -> Self {
        let mut wanted: HashMap<&CapabilityName, Vec<&Release>> = HashMap::new();
        for release in Self::wanted(state, backstage) {
            wanted.entry(&release.installed.name).or_default().push(release);
        }
        let mut lines: HashMap<CapabilityName, Arc<Served<C>>> = HashMap::new();
        for (name, line) in &state.lines {
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
        Self { lines, state: Arc::clone(state), at: change.at }
    }

    /// What was ready and is not any more.
    pub(super) fn left_behind<'a>(
        &'a self,
        old: &'a Self,
        ready: &'a [Arc<Serving<C>>],
    ) -> impl Iterator<Item = Arc<Serving<C>>> + 'a {
        // An alias leads to what its name leads to.
        let names = old.lines.iter().filter(|(name, _)| old.state.lines.contains_key(*name));
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
            let release = line.releases.get(kept.version())?;
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
            let serving = find(&ready, Some(&rollout.version)).filter(let_in)?;
            Spreading::of(rollout, serving, old, change)
        });
        let pinned = |pins: &BTreeMap<CapabilityName, Version>| find(&ready, pins.get(name));
        let pins =
            state.pins.iter().filter_map(|(caller, pins)| Some((caller.clone(), pinned(pins)?)));
        let reaches = line.releases.iter().filter(|(_, release)| release.reach.is_bounded());
        let reaches = reaches.map(|(version, release)| (version.clone(), release.reach.clone()));
        Self { stable, spreading, pins: pins.collect(), ready, reaches: reaches.collect() }
    }

    /// The same without what is closed.
    fn open(&self) -> Self {
        let is_open = |serving: &Arc<Serving<C>>| !serving.is_closed();
        let pins = self.pins.iter().filter(|(_, serving)| is_open(serving));
        let ready = self.ready.iter().filter(|(_, serving)| is_open(serving));
        let spreading = self.spreading.as_ref().filter(|spreading| is_open(&spreading.serving));
        Self {
            stable: self.stable.clone().filter(is_open),
            spreading: spreading.map(Spreading::same),
            pins: pins.map(|(caller, serving)| (caller.clone(), Arc::clone(serving))).collect(),
            ready: ready.map(|(version, serving)| (version.clone(), Arc::clone(serving))).collect(),
            reaches: self.reaches.clone(),
        }
    }
}

impl<C> Spreading<C> {
    fn of(
        rollout: &Rollout,
        serving: Arc<Serving<C>>,
        old: Option<&Self>,
        change: &Change<'_, C>,
    ) -> Option<Self> {
        let now = rollout.stage_now()?;
        let stage = id(rollout);
        // A stage keeps its book through every swap, and another stage gets another.
        let same = old.filter(|old| old.stage == stage).map(|old| &old.book);
        let book = same.or_else(|| change.books.get(&stage)).map(Arc::clone).unwrap_or_default();
        Some(Self {
            serving,
            buckets: Buckets::new(&rollout.id, &rollout.salt),
            share: now.share,
            audience: Audience::of(now),
            book,
            stage,
        })
    }

    /// The same stage with the same book.
    fn same(&self) -> Self {
        Self {
            serving: Arc::clone(&self.serving),
            buckets: self.buckets.clone(),
            share: self.share,
            audience: self.audience.clone(),
            book: Arc::clone(&self.book),
            stage: self.stage.clone(),
        }
    }
}
