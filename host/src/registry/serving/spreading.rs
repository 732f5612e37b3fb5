//! What spreads in one stage: a release alone or several variants, and who gets which.
//!
//! *Never:* a user who is inside falls out while the stage lasts, unless the release is taken away.

use std::sync::Arc;

use semver::Version;

use super::books::id;
use super::snapshot::Change;
use super::{Audience, Serving};
use crate::registry::book::Book;
use crate::registry::share::{Buckets, Share};
use crate::registry::state::Rollout;

/// A release that spreads, and to whom.
#[derive(Debug)]
pub struct Spreading<C> {
    /// The release; of several variants the first that is left.
    pub serving: Arc<Serving<C>>,
    /// The variants of an A/B/n test; none where a release spreads alone.
    pub variants: Option<Variants<C>>,
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

/// The variants of an A/B/n test, and who gets which.
#[derive(Debug)]
pub struct Variants<C> {
    /// By their places as they were declared; none where one was taken out or is not ready.
    pub lanes: Vec<Option<Arc<Serving<C>>>>,
    /// The weight of each, and behind them what is left for the old release.
    pub weights: Vec<u32>,
}

impl<C> Spreading<C> {
    pub(super) fn of(
        rollout: &Rollout,
        lane: impl Fn(&Version) -> Option<Arc<Serving<C>>>,
        old: Option<&Self>,
        change: &Change<'_, C>,
    ) -> Option<Self> {
        let now = rollout.stage_now()?;
        let serving = rollout.let_in().find_map(&lane)?;
        let stage = id(rollout);
        // A stage keeps its book through every swap, and another stage gets another.
        let same = old.filter(|old| old.stage == stage).map(|old| &old.book);
        let book = same.or_else(|| change.books.get(&stage)).map(Arc::clone).unwrap_or_default();
        Some(Self {
            serving,
            variants: Variants::of(rollout, lane),
            buckets: Buckets::new(&rollout.id, &rollout.salt),
            share: now.share,
            audience: Audience::of(now),
            book,
            stage,
        })
    }

    /// The same stage with the same book, without what is closed; none where that was all.
    pub(super) fn open(&self) -> Option<Self> {
        let variants = self.variants.as_ref().map(Variants::open);
        let mut lanes = variants.iter().flat_map(|variants| variants.lanes.iter().flatten());
        let first = lanes.next().or(Some(&self.serving)).filter(|first| !first.is_closed())?;
        Some(Self {
            serving: Arc::clone(first),
            variants,
            buckets: self.buckets.clone(),
            share: self.share,
            audience: self.audience.clone(),
            book: Arc::clone(&self.book),
            stage: self.stage.clone(),
        })
    }

    /// Every release that spreads.
    pub fn releases(&self) -> impl Iterator<Item = &Arc<Serving<C>>> {
        let alone = self.variants.is_none().then_some(&self.serving);
        let lanes = self.variants.iter().flat_map(|variants| variants.lanes.iter().flatten());
        alone.into_iter().chain(lanes)
    }

    /// The variant of a user who is inside, with its place; none where the old release is for them.
    #[must_use]
    pub fn lane(&self, sticky: &str) -> Option<(usize, &Arc<Serving<C>>)> {
        let Some(Variants { lanes, weights }) = &self.variants else {
            return Some((0, &self.serving));
        };
        let place = self.buckets.variant(sticky, weights)?;
        Some((place, lanes.get(place)?.as_ref()?))
    }
}

impl<C> Variants<C> {
    fn of(rollout: &Rollout, lane: impl Fn(&Version) -> Option<Arc<Serving<C>>>) -> Option<Self> {
        if rollout.variants.is_empty() {
            return None;
        }
        let mut weights: Vec<u32> =
            rollout.variants.iter().map(|variant| variant.weight.units()).collect();
        let sum: u32 = weights.iter().sum();
        weights.push(Share::ALL.units().saturating_sub(sum));
        // One that was taken out keeps its place, so that nobody else changes theirs.
        let lanes = rollout.variants.iter().map(|variant| {
            let is_in = variant.out.is_none();
            is_in.then(|| lane(&variant.version)).flatten()
        });
        Some(Self { lanes: lanes.collect(), weights })
    }

    fn open(&self) -> Self {
        let open = |lane: &Option<Arc<Serving<C>>>| lane.clone().filter(|s| !s.is_closed());
        Self { lanes: self.lanes.iter().map(open).collect(), weights: self.weights.clone() }
    }
}
