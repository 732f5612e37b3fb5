//! Requests that fail become work by themselves: gaps that are due, what people showed for them, and
//! corrections that enough people agree on.
//!
//! That a gap became work is in the log, with how much was known of it then. So it does once, whatever
//! is started again and however many programs look; and it does once more when somebody has shown more.
//!
//! *Never:* a gap becomes work that a person has dismissed, or where work from gaps is only observed.

use super::Growth;
use super::change::Change;
use crate::Error;
use crate::artifact::Risk;
use crate::loops::governor::Autonomy;
use crate::model::{CapabilityName, Counterexample, Example, Wish};
use crate::registry::{
    Actor, JournalError, OfGap, RegistryError, Rule, State, Step, Want, WantSource, Work,
};
use crate::synth::{Gap, Mend};

/// Names like one that is taken which are tried.
const OTHERS_MAX: u32 = 9;
/// What people say that an answer should have been.
const CORRECTED: &str = "corrected";

/// What came of a gap.
enum Took {
    /// It became work, or joined some.
    Work,
    /// Nothing, at present.
    Nothing,
    /// Nothing, and no other would become work either.
    NoRoom,
}

impl Growth {
    /// Has due gaps become work; whether any did.
    pub(super) async fn take_in(&self) -> Result<bool, Error> {
        let may = self.governance().autonomy(WantSource::Gap, Risk::Safe);
        // One hand takes in for all.
        let Ok(mut seen) = self.inner.seen.try_lock() else { return Ok(false) };
        let state = self.registry().journal().state();
        if may == Autonomy::Observe || state.stop.is_some() {
            return Ok(false);
        }
        let live = &self.inner.live;
        let is_new = |gap: &Gap| self.is_news(&state, gap);
        let before = *seen;
        let due = live.gaps_since(&mut seen, self.governance().gaps, is_new).await;
        if due.is_empty() {
            return Ok(false);
        }
        match self.take_all(&due).await {
            Ok(any) => Ok(any),
            Err(error) => {
                // Looked at again when the log can be written again.
                *seen = before;
                Err(error)
            }
        }
    }

    async fn take_all(&self, due: &[Gap]) -> Result<bool, Error> {
        // Kept first, so that what the log names is there after a restart.
        self.inner.live.keep_gaps().await?;
        let mut any = false;
        for gap in due {
            match self.take(gap).await? {
                Took::Work => any = true,
                Took::Nothing => {}
                Took::NoRoom => break,
            }
        }
        Ok(any)
    }

    /// Whether there is anything to do about a gap: it is no work yet, or more people ask for what is.
    fn is_news(&self, state: &State, gap: &Gap) -> bool {
        let of = of(gap);
        let Some(work) = state.growth.taken(of) else {
            return mends(gap) && !self.is_done(gap);
        };
        let work = state.growth.works.get(&work).filter(|work| is_open(work));
        work.is_some_and(|work| {
            let askers = &work.want.askers;
            let has_room = askers.len() < crate::registry::ASKERS_MAX;
            has_room && self.inner.live.askers(gap).iter().any(|asker| !askers.contains(asker))
        })
    }

    async fn take(&self, gap: &Gap) -> Result<Took, Error> {
        let state = self.registry().journal().state();
        let taken = match state.growth.taken(of(gap)) {
            Some(work) => self.join(work, self.inner.live.askers(gap), &Actor::grower()).await,
            None if gap.cause().mend() == Mend::Repair => {
                return self.take_correction(&state, gap).await;
            }
            None if let Some(name) = self.doing(&state, gap) => {
                let took = self.take_done(&state, &name, gap).await?;
                if matches!(took, Took::Nothing) {
                    self.note_done(gap);
                }
                return Ok(took);
            }
            None => {
                let wish = Wish { name: free_name(&state, gap), ..gap.wish() };
                return self.take_want(Want::new(WantSource::Gap, wish), gap).await;
            }
        };
        settled(taken.map(|()| Took::Work))
    }

    async fn take_want(&self, want: Want, gap: &Gap) -> Result<Took, Error> {
        let (askers, of) = (self.inner.live.askers(gap), Some(of(gap)));
        let want = Want { source: WantSource::Gap, askers, gap: of, ..want };
        let why = match gap.taught() {
            0 => format!("gap {}: {}", gap.id(), gap.told()),
            1 => format!("gap {}: one example shows what is wanted", gap.id()),
            taught => format!("gap {}: {taught} examples show what is wanted", gap.id()),
        };
        settled(self.want_as(want, Actor::grower(), &why).await.map(|_| Took::Work))
    }

    /// People agree on what an answer should have been: whatever gave it is followed by another release.
    async fn take_correction(&self, state: &State, gap: &Gap) -> Result<Took, Error> {
        let Some(name) = gap.capability() else { return Ok(Took::Nothing) };
        self.follow_up(state, name, gap.wish(), gap).await
    }

    /// Something does by now what was asked for: what people want of it otherwise is for its next release.
    async fn take_done(
        &self,
        state: &State,
        name: &CapabilityName,
        gap: &Gap,
    ) -> Result<Took, Error> {
        let examples = self.amiss(state, name, gap).await?;
        if !examples.is_empty() {
            let wish = Wish { examples, ..Wish::default() };
            return self.follow_up(state, name, wish, gap).await;
        }
        let works = state.growth.works.values();
        let made = works.rev().find(|work| work.name() == Some(name) && work.ended.is_none());
        match made {
            Some(made) => {
                let gathered = self.gather(made.id, of(gap), &Actor::grower()).await;
                settled(gathered.map(|()| Took::Work))
            }
            None => Ok(Took::Nothing),
        }
    }

    /// A release that was made here is repaired; any other is followed by what satisfies the wish.
    async fn follow_up(
        &self,
        state: &State,
        name: &CapabilityName,
        wish: Wish,
        gap: &Gap,
    ) -> Result<Took, Error> {
        let mut works = state.growth.works.values().rev();
        let made = works.find(|work| {
            let is_made = work.has_spread && work.repaired_by.is_none() && work.ended.is_none();
            is_made && work.proposal.as_ref().is_some_and(|it| it.name == *name)
        });
        if let Some(made) = made {
            return self.heal_by(made, &wish.examples, of(gap)).await;
        }
        let mut open = state.growth.works.values().filter(|work| is_open(work));
        // What is under way comes first; then it is seen what is still wrong.
        if open.any(|work| work.name() == Some(name)) || !state.lines.contains_key(name) {
            return Ok(Took::Nothing);
        }
        let change = Change { wish, recipe: None };
        match self.changing(name, change).await {
            Ok(want) => self.take_want(want, gap).await,
            Err(error) => settled(Err(error)),
        }
    }

    async fn heal_by(&self, made: &Work, wanted: &[Example], of: OfGap) -> Result<Took, Error> {
        let Some(proposal) = &made.proposal else { return Ok(Took::Nothing) };
        for Example { input, output } in wanted {
            let (input, wanted, how) = (input.clone(), output.clone(), CORRECTED.to_owned());
            let failed = Counterexample { input, wanted, found: None, how };
            self.making().failures().add(&proposal.name, &proposal.version, failed);
        }
        self.inner.grower.heal(made).await?;
        let Some(repair) = self.work(made.id).and_then(|made| made.repaired_by) else {
            return Ok(Took::Nothing);
        };
        settled(self.gather(repair, of, &Actor::grower()).await.map(|()| Took::Work))
    }

    /// Notes that a piece of work is that of a gap as well.
    pub(super) async fn gather(&self, work: u64, of: OfGap, by: &Actor) -> Result<(), Error> {
        if self.registry().journal().state().growth.taken(of).is_some() {
            return Ok(());
        }
        let why = format!("the requests of gap {} ask for the same", of.gap);
        self.note(work, Step::Gathered { of }, by.clone(), &why).await.map(drop)
    }
}

fn of(gap: &Gap) -> OfGap {
    OfGap { gap: gap.id(), taught: gap.taught() }
}

/// Whether work could mend it: something is missing, or people say what an answer should have been. What
/// is not allowed, too slow or away is for a person and for time.
fn mends(gap: &Gap) -> bool {
    match gap.cause().mend() {
        Mend::New | Mend::Intent => true,
        Mend::Repair => gap.is_taught(),
        Mend::Ask | Mend::Wait => false,
    }
}

/// Whether a piece of work is under way and serves nobody yet.
fn is_open(work: &Work) -> bool {
    work.ended.is_none() && !work.has_spread
}

/// What a capability for a gap is called. A name that only describes it gives way to one that is there; not to
/// that of a draft for the same gap of which nobody knows whether it is meant.
fn free_name(state: &State, gap: &Gap) -> Option<CapabilityName> {
    let name = gap.name()?;
    if gap.capability().is_some() {
        return Some(name);
    }
    let is_free = |name: &CapabilityName| {
        let is_asking =
            |work: &Work| work.is_doubted() && work.want.gap.is_some_and(|of| of.gap == gap.id());
        let open = state.growth.works.values().filter(|work| is_open(work));
        let mut open = open.filter(|work| !is_asking(work));
        !state.lines.contains_key(name)
            && !state.aliases.contains_key(name)
            && !open.any(|work| work.name() == Some(name))
    };
    let others = (2..=OTHERS_MAX).filter_map(|number| format!("{name}-{number}").parse().ok());
    std::iter::once(name.clone()).chain(others).find(is_free)
}

/// What a rule of the log forbids is no trouble: somebody else was faster, or there is no room.
fn settled(took: Result<Took, Error>) -> Result<Took, Error> {
    match took {
        Err(Error::Registry(RegistryError::Journal(JournalError::Rule(rule)))) => {
            tracing::debug!(target: "engraft::grower", %rule, "a gap is no work now");
            Ok(if matches!(rule, Rule::TooMuchWork { .. }) { Took::NoRoom } else { Took::Nothing })
        }
        // It says too little, or something that may not be kept.
        Err(Error::Want(error)) => {
            tracing::debug!(target: "engraft::grower", %error, "a gap is no wish");
            Ok(Took::Nothing)
        }
        took => took,
    }
}
