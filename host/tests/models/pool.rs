//! The desk of a capability and the seat beside it: room for so many calls, and warm instances that
//! change hands.
//!
//! *Never:* two calls have one instance at the same time.

use std::sync::Arc;

use engraft::model::{Limit, Outcome, Output, Usage};
use shuttle::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use shuttle::thread;

#[path = "../../src/engine/desk.rs"]
mod desk;
#[path = "../../src/engine/seat.rs"]
mod seat;

use config::InstancePolicy;
use desk::{Desk, Entered, Entry};
use seat::Seat;
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
    use std::time::Duration;

    use engraft::model::{Outcome, Usage};

    /// How many calls there were.
    #[derive(Clone, Copy, Default)]
    pub(crate) struct Counts {
        pub(crate) returned: u64,
        pub(crate) fuel: u64,
        pub(crate) duration: Duration,
        /// Those that did not return.
        pub(crate) others: u64,
    }

    impl Counts {
        pub(crate) fn add(&mut self, outcome: &Outcome, usage: &Usage) {
            if outcome.is_returned() {
                self.returned += 1;
            } else {
                self.others += 1;
            }
            self.fuel += usage.fuel;
        }

        pub(crate) fn merge(&mut self, other: &Self) {
            self.returned += other.returned;
            self.others += other.others;
            self.fuel += other.fuel;
        }
    }
}

mod sprint {
    #[derive(Default)]
    pub(crate) struct Form {}

    #[derive(PartialEq, Eq)]
    pub(crate) enum Pace {
        Sprint,
        Steady,
    }

    impl Form {
        pub(crate) fn pace(&self) -> Pace {
            Pace::Sprint
        }

        pub(crate) fn note(&self, _: u64, _: u64, _: u64) {}
    }
}

/// A cell of which shuttle sees every step.
pub(crate) mod atomic_cell {
    use shuttle::sync::Mutex;

    pub(crate) struct AtomicCell<T>(Mutex<T>);

    impl<T: Default> AtomicCell<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(Mutex::new(value))
        }

        pub(crate) fn take(&self) -> T {
            std::mem::take(&mut *self.0.lock().unwrap())
        }

        pub(crate) fn store(&self, value: T) {
            *self.0.lock().unwrap() = value;
        }
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

const USAGE: u64 = 7;

/// One call: in, on an instance, out.
fn call(desk: &Desk, inside: &AtomicU32) {
    let usage = usage();
    let Entered { warm, .. } = match desk.sign_in() {
        Ok(entered) => entered,
        Err(outcome) => {
            drop(desk.sign_out(Entry::TurnedAway, None, &outcome, &usage));
            return;
        }
    };
    assert!(inside.fetch_add(1, Ordering::SeqCst) < 2, "one more than there is room for");
    let kept = work(desk, warm);
    inside.fetch_sub(1, Ordering::SeqCst);
    drop(desk.sign_out(Entry::LetIn, kept, &Outcome::Cancelled, &usage));
}

/// One call that sprints where it can; every second sprint is too long.
fn sprint(desk: &Desk, sitting: &AtomicU32, number: u32) {
    let usage = usage();
    let Some(mut seated) = desk.sit_down() else {
        return call(desk, &AtomicU32::default());
    };
    assert_eq!(sitting.fetch_add(1, Ordering::SeqCst), 0, "two have the seat");
    let kept = work(desk, seated.warm.take());
    sitting.fetch_sub(1, Ordering::SeqCst);
    let returned = Outcome::Returned(Output::new("1".to_owned()));
    if number.is_multiple_of(2) {
        drop(desk.sign_out(Entry::Seated(seated), kept, &returned, &usage));
        return;
    }
    match desk.stand_up(seated) {
        Ok(Entered { warm, .. }) => {
            let kept = work(desk, warm);
            drop(desk.sign_out(Entry::LetIn, kept, &returned, &usage));
        }
        Err(outcome) => drop(desk.sign_out(Entry::TurnedAway, None, &outcome, &usage)),
    }
}

fn work(desk: &Desk, warm: Option<Box<Warm>>) -> Option<Box<Warm>> {
    let mut warm = warm.unwrap_or_default();
    assert!(!warm.is_held.swap(true, Ordering::SeqCst), "two calls have one instance");
    thread::yield_now();
    warm.is_held.store(false, Ordering::SeqCst);
    warm.calls += 1;
    desk.keeps(&warm).then_some(warm)
}

fn usage() -> Usage {
    let mut usage = Usage::default();
    usage.fuel = USAGE;
    usage
}

#[test]
fn calls_share_room_and_instances_and_each_is_counted() {
    crate::check(|| {
        let policy = InstancePolicy::Pooled { calls_max: 3, idle_max: 1 };
        let (desk, inside) =
            (Arc::new(Desk::new(2, policy, 100, None)), Arc::new(AtomicU32::new(0)));
        let callers: Vec<_> = (0..3)
            .map(|_| {
                let (desk, inside) = (Arc::clone(&desk), Arc::clone(&inside));
                thread::spawn(move || (0..2).for_each(|_| call(&desk, &inside)))
            })
            .collect();
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        assert_eq!(desk.counts().others, 6);
        let (first, second) = (desk.sign_in().unwrap(), desk.sign_in().unwrap());
        assert!(first.warm.is_none_or(|warm: Box<Warm>| (1..3).contains(&warm.calls)));
        assert!(second.warm.is_none(), "no more wait than may");
    });
}

#[test]
fn one_sits_the_others_sign_in_and_each_is_counted() {
    crate::check(|| {
        let policy = InstancePolicy::Pooled { calls_max: 100, idle_max: 1 };
        let desk = Arc::new(Desk::new(3, policy, 100, Some(Seat::new())));
        let sitting = Arc::new(AtomicU32::new(0));
        let callers: Vec<_> = (0..3)
            .map(|_| {
                let (desk, sitting) = (Arc::clone(&desk), Arc::clone(&sitting));
                thread::spawn(move || (0..2).for_each(|number| sprint(&desk, &sitting, number)))
            })
            .collect();
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        let counts = desk.counts();
        assert_eq!(counts.returned + counts.others, 6);
        assert_eq!(counts.fuel, 6 * USAGE);
        let (first, second) = (desk.sign_in().unwrap(), desk.sign_in().unwrap());
        assert!(first.warm.is_none() || second.warm.is_none(), "no more wait than may");
        assert!(desk.sit_down().is_some_and(|seated| seated.warm.is_none()), "nobody sits there");
    });
}

#[test]
fn where_there_is_no_room_nobody_sits_down() {
    let model = || {
        let desk = Desk::new(1, InstancePolicy::Fresh, 100, Some(Seat::new()));
        assert!(desk.sign_in().is_ok() && desk.sit_down().is_none());
        drop(desk.sign_out(Entry::LetIn, None, &Outcome::Cancelled, &usage()));
        let seated = desk.sit_down().unwrap();
        assert!(desk.sit_down().is_none(), "there is one seat");
        assert!(desk.stand_up(seated).is_ok() && desk.sit_down().is_none());
    };
    shuttle::check_random(model, 1);
}

#[test]
fn one_more_than_there_is_room_for_is_turned_away_and_holds_none() {
    let model = || {
        let desk = Desk::new(2, InstancePolicy::Fresh, 100, None);
        let usage = Usage::default();
        assert!(desk.sign_in().is_ok() && desk.sign_in().is_ok());
        let Err(outcome) = desk.sign_in() else { panic!("there was room") };
        let expected = Outcome::Exceeded { limit: Limit::ConcurrentCalls, allowed: 2, wanted: 3 };
        assert_eq!(*outcome, expected);
        drop(desk.sign_out(Entry::TurnedAway, None, &outcome, &usage));
        assert!(desk.sign_in().is_err(), "whoever was turned away held no room");
        drop(desk.sign_out(Entry::LetIn, None, &Outcome::Cancelled, &usage));
        assert!(desk.sign_in().is_ok());
        assert_eq!(desk.counts().others, 2);
    };
    shuttle::check_random(model, 1);
}
