//! Growth: what is missing becomes a release, within what a person has set.
//!
//! *Never:* logic of its own; the governor decides, the grower does, and the making key signs no more
//! than its scope allows.

mod back;
mod change;
mod difference;
mod discovery;
mod done;
mod healing;
mod intake;
mod run;

use std::fmt;
use std::sync::Arc;

use tokio::sync::{Mutex, Notify};

pub use change::Change;
pub use difference::{Behaved, Difference, Edit};
pub use discovery::Discovered;

use super::live::{LiveHost, Seen};
use super::making::Making;
use super::{Capability, Host, seat};
use crate::Error;
use crate::artifact::SigningKey;
use crate::loops::governor::{Governance, Status};
use crate::loops::grower::Grower;
use crate::model::CapabilityName;
use crate::registry::{
    Actor, JournalError, Op, Record, RegistryError, Rule, Seat, Step, Want, Work,
};
use crate::synth::Authors;

/// The growth of a live host. Cheap to clone; every clone is the same.
///
/// ```
/// use std::sync::Arc;
/// use engraft::artifact::{Keyring, Origin, SigningKey};
/// use engraft::loops::governor::Governance;
/// use engraft::registry::{Lifecycle, Want, WantSource};
/// use engraft::store::MemoryLog;
/// use engraft::synth::{Authors, Catalogue, Wish};
/// use engraft::traffic::Who;
/// use engraft::{Host, LiveHost};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // The making key may sign what these grants allow, and no secret.
/// let key = SigningKey::generate(Origin::Release)?;
/// let host = Host::builder()
///     .trust(Keyring::new())
///     .making(key.public(), "*".parse()?)
///     .build()?;
/// let log_key = SigningKey::generate(Origin::Release)?;
/// let live = LiveHost::open(host, Arc::new(MemoryLog::new()), log_key).await?;
///
/// let authors = Authors::default().with(Arc::new(Catalogue::standard()));
/// let growth = live.grow(key, authors, Governance::personal())?;
/// let wish = Wish::asked("slugify Hello World").gives("hello-world");
/// let work = growth.want(Want::new(WantSource::Person, wish).asked_by("bob")).await?;
/// // `tokio::spawn(growth.clone().run())` does what is next from now on; here it is done by hand.
/// while growth.step().await? {}
///
/// let status = growth.status(work).ok_or("it is there")?;
/// assert_eq!(status.stands, Lifecycle::RollingOut, "{}", status.next);
/// let name = status.name.ok_or("it has a name")?;
/// let answer = live.call(&name.into(), "run", r#"{"text": "Ab Cd"}"#, &Who::user("bob")).await;
/// assert_eq!(answer.report.outcome.to_string(), r#""ab-cd""#);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Growth {
    inner: Arc<Inner>,
}

struct Inner {
    live: LiveHost,
    grower: Grower<Capability, Making>,
    /// In which process this is.
    seat: Option<Seat>,
    /// Something was recorded.
    news: Notify,
    /// How far the gaps were looked at; whoever holds it looks.
    seen: Mutex<Seen>,
    /// About which of them nothing is to be done for now.
    done: std::sync::Mutex<done::Done>,
}

impl LiveHost {
    /// Lets this host grow: what is wanted is written by these authors, tried, examined by the host's
    /// policy, signed with this key, and spreads, as far as a person has set. What requests fail at is
    /// wanted by itself, so calls that fail are [heard](LiveHost::hear_failures) from now on.
    ///
    /// # Errors
    /// Where the keyring does not trust the key, or trusts it with more than a key for making may have.
    pub fn grow(
        &self,
        key: SigningKey,
        authors: Authors,
        governance: Governance,
    ) -> Result<Growth, Error> {
        let failures = Arc::clone(self.inner.failures.get_or_init(Arc::default));
        let making = Making::new(self.clone(), key, authors, failures)?;
        let clock = Arc::clone(&self.inner.host.parts.clock);
        let registry = Arc::clone(self.registry());
        let program = format!("process {}", std::process::id());
        let seat = seat::here();
        let grower = Grower::new(registry, making, governance, clock, program);
        let grower = grower.in_seat(seat.clone());
        let (live, news, seen) = (self.clone(), Notify::new(), Mutex::default());
        let done = std::sync::Mutex::default();
        let inner = Inner { live, grower, seat, news, seen, done };
        self.hear_failures();
        Ok(Growth { inner: Arc::new(inner) })
    }
}

impl Growth {
    /// Wants something, and gives the number of the work. Where the same is wanted already, that is the
    /// work, and whoever asks now gets its release first as well.
    ///
    /// # Errors
    /// Where examples contradict each other or hold what looks like a secret, too much waits already, or
    /// the log does not take it.
    pub async fn want(&self, want: Want) -> Result<u64, Error> {
        self.want_as(want, Actor::grower(), "somebody wants what there is not").await
    }

    /// The same in somebody's name.
    ///
    /// # Errors
    /// As [`Growth::want`].
    pub async fn want_as(&self, want: Want, by: Actor, why: &str) -> Result<u64, Error> {
        let want = want.clean()?;
        let (askers, gap) = (want.askers.clone(), want.gap);
        let op = Op::Wanted(Box::new(want));
        let begun = self.registry().grow(by.clone(), why, op, Vec::new()).await;
        let work = match begun {
            Ok(record) => record.sequence,
            Err(RegistryError::Journal(JournalError::Rule(Rule::WantedAlready { work }))) => {
                self.join(work, askers, &by).await?;
                if let Some(of) = gap {
                    self.gather(work, of, &by).await?;
                }
                work
            }
            Err(error) => return Err(error.into()),
        };
        self.inner.news.notify_waiters();
        Ok(work)
    }

    async fn join(&self, work: u64, askers: Vec<String>, by: &Actor) -> Result<(), Error> {
        let known = self.work(work).map(|work| work.want.askers).unwrap_or_default();
        let room = crate::registry::ASKERS_MAX.saturating_sub(known.len());
        for asker in askers.into_iter().filter(|asker| !known.contains(asker)).take(room) {
            self.note(work, Step::Joined { asker }, by.clone(), "somebody else wants it too")
                .await?;
        }
        Ok(())
    }

    /// Proposes a change to a capability: another version of it, made and examined as everything is.
    /// See [`Growth::difference`] for what would be different, and [`Growth::allow`] for letting it in.
    ///
    /// # Errors
    /// Where there is no such capability, or as [`Growth::want`].
    pub async fn propose(
        &self,
        name: &CapabilityName,
        change: Change,
        by: Actor,
        why: &str,
    ) -> Result<u64, Error> {
        let want = self.changing(name, change).await?;
        self.want_as(want, by, why).await
    }

    /// Says that a piece of work may go on where the host would not let it by itself: what is only
    /// observed is made, what is proposed is let in. Approvals that the policy asks for are needed all
    /// the same.
    ///
    /// # Errors
    /// Where there is no such work, it is over, or the log does not take it.
    pub async fn allow(&self, work: u64, by: Actor, why: &str) -> Result<Record, Error> {
        self.note(work, Step::Allowed, by, why).await
    }

    /// Ends a piece of work that has brought no release yet.
    ///
    /// # Errors
    /// As [`Growth::allow`].
    pub async fn drop_work(&self, work: u64, by: Actor, why: &str) -> Result<Record, Error> {
        self.note(work, Step::Ended { how: crate::registry::Ending::Dropped }, by, why).await
    }

    /// Tries again what has ended.
    ///
    /// # Errors
    /// As [`Growth::allow`], and where it goes on already.
    pub async fn retry(&self, work: u64, by: Actor, why: &str) -> Result<Record, Error> {
        self.note(work, Step::Retried, by, why).await
    }

    /// Gives a piece of work another place in the queue: lower goes first, and 0 is where all begin.
    ///
    /// # Errors
    /// As [`Growth::allow`].
    pub async fn rank(&self, work: u64, rank: i64, by: Actor, why: &str) -> Result<Record, Error> {
        self.note(work, Step::Ranked { rank }, by, why).await
    }

    /// Takes the release of a piece of work back: one that spreads is rolled back, and in the place of
    /// one that serves everybody whoever served before serves again.
    ///
    /// # Errors
    /// Where it has no release that serves anybody, or none served before it.
    pub async fn roll_back(&self, work: u64, by: Actor, why: &str) -> Result<Record, Error> {
        let op = {
            let state = self.registry().journal().state();
            let found = state.growth.works.get(&work).ok_or(Rule::NoWork { work });
            let found = found.map_err(JournalError::from)?;
            back::back(&state, found).map_err(JournalError::from)?
        };
        self.keep_failures().await;
        let record = self.inner.live.change(by, why, op).await?;
        self.inner.news.notify_waiters();
        Ok(record)
    }

    /// Every piece of work that is not over, in the order in which it is done.
    #[must_use]
    pub fn queue(&self) -> Vec<Status> {
        let state = self.registry().journal().state();
        let of = |work: &&Work| {
            Status::of(&state, work, self.governance(), self.host().parts.clock.wall())
        };
        state.growth.queue().iter().map(of).collect()
    }

    /// A piece of work; none where there is none of this number.
    #[must_use]
    pub fn status(&self, work: u64) -> Option<Status> {
        let state = self.registry().journal().state();
        let work = state.growth.works.get(&work)?;
        Some(Status::of(&state, work, self.governance(), self.host().parts.clock.wall()))
    }

    /// Waits until nothing more comes of a piece of work soon: it serves somebody, waits for a person or
    /// a time, or is over. Somebody has to [run](Growth::run) it. None where there is no such work.
    pub async fn settled(&self, work: u64) -> Option<Status> {
        loop {
            let news = self.inner.news.notified();
            let status = self.status(work)?;
            if status.is_settled() {
                return Some(status);
            }
            // What others record is no news here.
            let _or_later = tokio::time::timeout(run::LOOK_EVERY, news).await;
        }
    }

    /// What a person has set.
    #[must_use]
    pub fn governance(&self) -> &Governance {
        self.inner.grower.governance()
    }

    pub(super) fn work(&self, work: u64) -> Option<Work> {
        self.registry().journal().state().growth.works.get(&work).cloned()
    }

    pub(super) fn making(&self) -> &Making {
        self.inner.grower.workshop()
    }

    pub(super) fn registry(&self) -> &Arc<crate::registry::Registry<Capability>> {
        self.inner.live.registry()
    }

    fn host(&self) -> &Host {
        &self.inner.live.inner.host
    }

    async fn note(&self, work: u64, step: Step, by: Actor, why: &str) -> Result<Record, Error> {
        let op = Op::Grown { work, step };
        let record = self.registry().grow(by, why, op, Vec::new()).await?;
        self.inner.news.notify_waiters();
        Ok(record)
    }
}

// === impl Growth ===

impl fmt::Debug for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Growth").field("grower", &self.inner.grower).finish_non_exhaustive()
    }
}
