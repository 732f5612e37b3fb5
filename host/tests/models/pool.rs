//! The desk of a capability: room for so many calls, and warm instances that change hands.
//!
//! *Never:* two calls have one instance at the same time.

use std::sync::Arc;

use engraft::model::{Limit, Outcome, Usage};
use shuttle::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use shuttle::thread;

#[path = "../../src/engine/desk.rs"]
mod desk;

use config::InstancePolicy;
use desk::{Desk, Entry};
use warm::Warm;

pub(crate) mod config {
    use std::time::Duration;

    /// How long an instance lives.
    #[derive(Clone, Copy)]
    pub(crate) enum InstancePolicy {
        Fresh,
        Pooled { calls_max: u32, idle_max: u32 },
        Session { sessions_max: u32, idle: Duration },
        Walled { workers_max: u32, calls_max: u32 },
        WalledPool { workers_max: u32, calls_max: u32 },
    }
}

mod report {
    use engraft::model::{Outcome, Usage};

    /// How many calls there were.
    #[derive(Clone, Copy, Default)]
    pub(crate) struct Counts(pub(crate) u64);

    impl Counts {
        pub(crate) fn add(&mut self, _: &Outcome, _: &Usage) {
            self.0 += 1;
        }
    }
}

mod sprint {
    #[derive(Default)]
    pub(crate) struct Form;

    #[derive(Default)]
    pub(crate) struct Pace;

    impl Form {
        pub(crate) fn pace(&self) -> Pace {
            Pace
        }

        pub(crate) fn note(&mut self, _: u64, _: u64, _: u64) {}
    }
}

pub(crate) mod warm {
    /// An instance that notices who has it.
    #[derive(Default)]
    pub(crate) struct Warm {
        pub(crate) calls: u32,
        pub(crate) is_held: super::AtomicBool,
    }
}

/// One call: in, on an instance, out.
fn call(desk: &Desk, inside: &AtomicU32) {
    let usage = Usage::default();
    let mut warm = match desk.sign_in() {
        Ok(entered) => entered.warm.unwrap_or_default(),
        Err(outcome) => {
            drop(desk.sign_out(Entry::TurnedAway, None, &outcome, &usage));
            return;
        }
    };
    assert!(inside.fetch_add(1, Ordering::SeqCst) < 2, "one more than there is room for");
    assert!(!warm.is_held.swap(true, Ordering::SeqCst), "two calls have one instance");
    thread::yield_now();
    warm.is_held.store(false, Ordering::SeqCst);
    warm.calls += 1;
    inside.fetch_sub(1, Ordering::SeqCst);
    let kept = desk.keeps(&warm).then_some(warm);
    drop(desk.sign_out(Entry::LetIn, kept, &Outcome::Cancelled, &usage));
}

#[test]
fn calls_share_room_and_instances_and_each_is_counted() {
    crate::check(|| {
        let policy = InstancePolicy::Pooled { calls_max: 3, idle_max: 1 };
        let (desk, inside) = (Arc::new(Desk::new(2, policy, 100)), Arc::new(AtomicU32::new(0)));
        let callers: Vec<_> = (0..3)
            .map(|_| {
                let (desk, inside) = (Arc::clone(&desk), Arc::clone(&inside));
                thread::spawn(move || (0..2).for_each(|_| call(&desk, &inside)))
            })
            .collect();
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        assert_eq!(desk.counts().0, 6);
        let (first, second) = (desk.sign_in().unwrap(), desk.sign_in().unwrap());
        assert!(first.warm.is_none_or(|warm: Box<Warm>| (1..3).contains(&warm.calls)));
        assert!(second.warm.is_none(), "no more wait than may");
    });
}

#[test]
fn one_more_than_there_is_room_for_is_turned_away_and_holds_none() {
    let model = || {
        let desk = Desk::new(2, InstancePolicy::Fresh, 100);
        let usage = Usage::default();
        assert!(desk.sign_in().is_ok() && desk.sign_in().is_ok());
        let Err(outcome) = desk.sign_in() else { panic!("there was room") };
        let expected = Outcome::Exceeded { limit: Limit::ConcurrentCalls, allowed: 2, wanted: 3 };
        assert_eq!(*outcome, expected);
        drop(desk.sign_out(Entry::TurnedAway, None, &outcome, &usage));
        assert!(desk.sign_in().is_err(), "whoever was turned away held no room");
        drop(desk.sign_out(Entry::LetIn, None, &Outcome::Cancelled, &usage));
        assert!(desk.sign_in().is_ok());
        assert_eq!(desk.counts().0, 2);
    };
    shuttle::check_random(model, 1);
}
