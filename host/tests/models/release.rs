//! A release that is closed while calls begin on it and others are under way.
//!
//! *Never:* a release goes as idle while a call of it runs, or a call outlives its release's time.

use std::sync::Arc;

use engraft::engine::Report;
use engraft::model::{Digest, Outcome, Usage};
use engraft::registry::{Installed, Release, ReleaseOrigin};
use shuttle::sync::atomic::{AtomicBool, Ordering};
use shuttle::{future, thread};

#[path = "../../src/registry/serving/release.rs"]
mod serving;

use meter::Meter;
use serving::Serving;

mod meter {
    use engraft::engine::Counts;
    use engraft::model::{Outcome, Usage};
    use engraft::registry::evidence::LogHistogram;
    use shuttle::sync::atomic::{AtomicU64, Ordering};

    /// How many calls began and ended.
    #[derive(Debug, Default)]
    pub(crate) struct Meter {
        begun: AtomicU64,
        ended: AtomicU64,
    }

    #[derive(Default)]
    pub(crate) struct Totals {
        pub(crate) begun: u64,
        pub(crate) ended: u64,
        pub(crate) outcomes: Counts,
    }

    pub(crate) struct Latencies;

    impl Meter {
        pub(crate) fn begin(&self) {
            self.begun.fetch_add(1, Ordering::SeqCst);
        }

        pub(crate) fn take_back(&self) {
            self.begun.fetch_sub(1, Ordering::SeqCst);
        }

        pub(crate) fn end(&self, _: &Outcome, _: &Usage) {
            self.ended.fetch_add(1, Ordering::SeqCst);
        }

        pub(crate) fn fall_back(&self) {}

        pub(crate) fn retry(&self) {}

        pub(crate) fn totals(&self) -> Totals {
            let ended = self.ended.load(Ordering::SeqCst);
            Totals { begun: self.begun.load(Ordering::SeqCst), ended, ..Totals::default() }
        }

        pub(crate) fn latencies(&self) -> Latencies {
            Latencies
        }

        pub(crate) fn recent(&self) -> LogHistogram {
            LogHistogram::new()
        }
    }
}

fn serving() -> Arc<Serving<()>> {
    let installed = Installed {
        name: "a.b".parse().unwrap(),
        version: "1.0.0".parse().unwrap(),
        component: Digest::of(b"a"),
        bundle: Digest::of(b"a"),
        sequence: 1,
        origin: ReleaseOrigin::Brought,
        operations: Vec::new(),
        verified: None,
        examination: None,
    };
    let release = Release { installed, yanked: None, reach: Default::default() };
    Arc::new(Serving::new(&release, (), Arc::new(Meter::default())))
}

#[test]
fn what_was_closed_and_is_idle_is_never_called_again() {
    crate::check(|| {
        let (serving, is_gone) = (serving(), Arc::new(AtomicBool::new(false)));
        let callers: Vec<_> = (0..2)
            .map(|_| {
                let (serving, is_gone) = (Arc::clone(&serving), Arc::clone(&is_gone));
                thread::spawn(move || {
                    if serving.begin() {
                        assert!(!is_gone.load(Ordering::SeqCst), "it was let go as idle");
                        thread::yield_now();
                        assert!(!is_gone.load(Ordering::SeqCst), "it was let go as idle");
                        serving.end(&Outcome::Cancelled, &Usage::default());
                    }
                })
            })
            .collect();
        // What lets a release go that was revoked.
        serving.close();
        is_gone.store(!serving.is_busy(), Ordering::SeqCst);
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        assert!(!serving.begin() && !serving.is_busy(), "each that began has ended");
    });
}

#[test]
fn whatever_is_under_way_when_its_time_is_over_ends() {
    crate::check(|| {
        let serving = serving();
        let calls: Vec<_> = (0..2)
            .map(|_| {
                let serving = Arc::clone(&serving);
                future::spawn(async move { serving.drive(std::future::pending::<Report>()).await })
            })
            .collect();
        serving.expire();
        for call in calls {
            let report = future::block_on(call).unwrap();
            assert_eq!(report.outcome, Outcome::Cancelled);
        }
    });
}
