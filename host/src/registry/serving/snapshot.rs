//! The routing table: for each name who serves, what spreads, and who is pinned to what.
//!
//! *Never:* a release that is revoked or in quarantine is in it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use semver::{Version, VersionReq};

use super::Serving;
use crate::model::CapabilityName;
use crate::registry::book::Book;
use crate::registry::op::{Installed, ReleaseOrigin};
use crate::registry::share::{Buckets, Share};
use crate::registry::state::{Line, Release, Rollout, State};

/// Who serves what, at one moment.
#[derive(Debug)]
pub struct Snapshot<C> {
    lines: HashMap<CapabilityName, Arc<Served<C>>>,
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
    /// Versions that requirements pass over.
    yanked: Vec<Version>,
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
    /// Groups whose members all get it.
    pub groups: Vec<String>,
    /// What the judge is told.
    pub book: Arc<Book>,
    /// Which rollout, with its salt, and which stage of it.
    pub stage: (String, String, usize),
}

impl<C> Snapshot<C> {
    pub(super) fn empty() -> Self {
        Self { lines: HashMap::new(), at: 0 }
    }

    /// How many entries of the log it rests on.
    #[must_use]
    pub const fn at(&self) -> u64 {
        self.at
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

    /// The releases that have to be ready: who serves, who served before, what spreads, what
    /// somebody is pinned to.
    pub(super) fn wanted(state: &State) -> Vec<&Release> {
        let pinned = |name: &CapabilityName, version: &Version| {
            state.pins.values().any(|pins| pins.get(name) == Some(version))
        };
        let mut wanted = Vec::new();
        for (name, line) in &state.lines {
            let spreading = line.rollout.as_ref().map(|rollout| &rollout.version);
            for (version, release) in &line.releases {
                let version = Some(version);
                let is_wanted = version == line.stable.as_ref()
                    || version == line.previous.as_ref()
                    || version == spreading
                    || version.is_some_and(|version| pinned(name, version));
                if is_wanted && may_serve(state, release) {
                    wanted.push(release);
                }
            }
        }
        wanted
    }

    /// The next one, with what is ready already.
    pub(super) fn next(state: &State, at: u64, old: &Self) -> Self {
        Self::with(state, at, old, &[])
    }

    /// The next one, with what has become ready. What was ready stays so, where it may.
    pub(super) fn with(state: &State, at: u64, old: &Self, more: &[Arc<Serving<C>>]) -> Self {
        let mut lines: HashMap<CapabilityName, Arc<Served<C>>> = HashMap::new();
        for (name, line) in &state.lines {
            let before = old.lines.get(name);
            let served = Served::of(state, name, line, before.map(|served| &**served), more);
            lines.insert(name.clone(), Arc::new(served));
        }
        for served in old.lines.values() {
            for serving in served.ready.values() {
                let release = state
                    .lines
                    .get(serving.name())
                    .and_then(|line| line.releases.get(serving.version()));
                if !release.is_some_and(|release| may_serve(state, release)) {
                    serving.close();
                }
            }
        }
        for (alias, name) in &state.aliases {
            if let Some(served) = lines.get(name).cloned() {
                lines.insert(alias.clone(), served);
            }
        }
        Self { lines, at }
    }

    pub(super) fn holds(&self, installed: &Installed) -> bool {
        self.lines
            .get(&installed.name)
            .and_then(|served| served.ready.get(&installed.version))
            .is_some_and(|serving| serving.is(installed))
    }
}

impl<C> Served<C> {
    fn of(
        state: &State,
        name: &CapabilityName,
        line: &Line,
        old: Option<&Self>,
        more: &[Arc<Serving<C>>],
    ) -> Self {
        let mut ready = BTreeMap::new();
        for (version, release) in &line.releases {
            let known = old.and_then(|old| old.ready.get(version));
            let serving = known
                .into_iter()
                .chain(more)
                .find(|serving| serving.is(&release.installed))
                .filter(|_| may_serve(state, release));
            if let Some(serving) = serving {
                ready.insert(version.clone(), Arc::clone(serving));
            }
        }
        let find = |version: Option<&Version>| version.and_then(|v| ready.get(v)).cloned();
        // Where what should serve is not ready, whoever served before goes on, if that may.
        let before = old.and_then(|old| old.stable.as_ref());
        let stable = find(line.stable.as_ref()).or_else(|| {
            let kept = before.filter(|serving| ready.contains_key(serving.version()))?;
            line.stable.as_ref().map(|_| Arc::clone(kept))
        });
        let rollout = line.rollout.as_ref();
        let spreading = rollout.and_then(|rollout| {
            let old = old.and_then(|old| old.spreading.as_ref());
            Spreading::of(rollout, find(Some(&rollout.version))?, old)
        });
        let pinned = |pins: &BTreeMap<CapabilityName, Version>| find(pins.get(name));
        let pins =
            state.pins.iter().filter_map(|(caller, pins)| Some((caller.clone(), pinned(pins)?)));
        let yanked = line.releases.values().filter(|release| release.yanked.is_some());
        Self {
            stable,
            spreading,
            pins: pins.collect(),
            yanked: yanked.map(|release| release.installed.version.clone()).collect(),
            ready,
        }
    }

    /// The newest release that is ready and that a requirement allows.
    #[must_use]
    pub fn resolve(&self, requirement: &VersionReq) -> Option<&Arc<Serving<C>>> {
        let spreading = self.spreading.as_ref().map(|spreading| spreading.serving.version());
        let fitting =
            self.ready.iter().rev().filter(|(version, _)| {
                Some(*version) != spreading && !self.yanked.contains(version)
            });
        let mut fitting = fitting.filter(|(version, _)| requirement.matches(version));
        fitting.next().map(|(_, serving)| serving)
    }
}

impl<C> Spreading<C> {
    fn of(rollout: &Rollout, serving: Arc<Serving<C>>, old: Option<&Self>) -> Option<Self> {
        let now = rollout.stage_now()?;
        let stage = (rollout.id.clone(), rollout.salt.clone(), rollout.stage);
        // A stage keeps its book through every swap, and another stage gets another.
        let same = old.filter(|old| old.stage == stage);
        let book = same.map_or_else(|| Arc::new(Book::new()), |old| Arc::clone(&old.book));
        Some(Self {
            serving,
            buckets: Buckets::new(&rollout.id, &rollout.salt),
            share: now.share,
            groups: now.groups.clone(),
            book,
            stage,
        })
    }
}

/// Whether a release may serve anybody.
fn may_serve(state: &State, release: &Release) -> bool {
    let component = &release.installed.component;
    let is_halted = state.stop.is_some() && release.installed.origin == ReleaseOrigin::Generated;
    !state.revoked.contains_key(component)
        && !state.quarantined.contains_key(component)
        && !is_halted
}
