//! What the world is made of: dice, a clock that is moved by hand, and guests that do as they are
//! told.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use engraft::model::{Clock, Digest, Failure, FailureFacts, Outcome, Output, TrapKind};
use engraft::registry::{Callee, Load, Loading, Release};
use engraft::{Invocation, Report};

/// Dice that fall the same way for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub(crate) fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % count
    }

    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// A clock that is moved by hand, also backwards.
pub(crate) struct Hand {
    start: Instant,
    pub(crate) ms: AtomicU64,
    pub(crate) us: AtomicU64,
}

impl Hand {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), ms: AtomicU64::new(1_000_000), us: AtomicU64::new(0) }
    }
}

impl Clock for Hand {
    fn monotonic(&self) -> Instant {
        self.start + Duration::from_micros(self.us.load(Ordering::Relaxed))
    }

    fn wall(&self) -> Duration {
        Duration::from_millis(self.ms.load(Ordering::Relaxed))
    }
}

/// What a guest does, and what was done with it.
#[derive(Debug)]
pub(crate) struct Scripted {
    component: Digest,
    fails_percent: u64,
    shared: Arc<Shared>,
}

/// What all guests of a world share.
pub(crate) struct Shared {
    pub(crate) dice: Mutex<Dice>,
    pub(crate) clock: Arc<Hand>,
    /// Who was called, in order.
    pub(crate) called: Mutex<Vec<Digest>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

impl Callee for Scripted {
    async fn call(&self, _: &Invocation<'_>) -> Report {
        self.shared.called.lock().unwrap().push(self.component);
        // Somebody else may come between, or the caller may go away.
        tokio::task::yield_now().await;
        let (fails, kind, took) = {
            let mut dice = self.shared.dice.lock().unwrap();
            (dice.percent(self.fails_percent), dice.below(3), 1_000 + dice.below(2_000))
        };
        self.shared.clock.us.fetch_add(took, Ordering::Relaxed);
        let facts = || FailureFacts::final_without_effect("as it was told");
        let mut report = Report::unstarted(match (fails, kind) {
            (false, _) => Outcome::Returned(Output::new("1".to_owned())),
            (true, 0) => Outcome::Trapped { kind: TrapKind::Unreachable, message: String::new() },
            (true, 1) => Outcome::Refused(Failure::Unavailable(facts())),
            (true, _) => Outcome::Refused(Failure::Failed(facts())),
        });
        report.usage.duration = Duration::from_micros(took);
        report
    }
}

/// Makes guests out of bundles, which say how often they fail.
pub(crate) struct Maker(pub(crate) Arc<Shared>);

impl Maker {
    pub(crate) fn make(&self, component: Digest, bundle: &[u8]) -> Scripted {
        let text = String::from_utf8_lossy(bundle);
        let fails_percent = text.rsplit(' ').next().unwrap().parse().unwrap();
        Scripted { component, fails_percent, shared: Arc::clone(&self.0) }
    }
}

impl Load<Scripted> for Maker {
    fn load<'a>(&'a self, release: &'a Release, bundle: Vec<u8>) -> Loading<'a, Scripted> {
        Box::pin(async move { Ok(self.make(release.installed.component, &bundle)) })
    }

    fn load_shadow<'a>(&'a self, release: &'a Release, bundle: Vec<u8>) -> Loading<'a, Scripted> {
        self.load(release, bundle)
    }
}
