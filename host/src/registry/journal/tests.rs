//! What is acknowledged is kept, what is refused is not, and several writers see one another.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::*;
use crate::artifact::Origin;
use crate::registry::state::Rule;
use crate::store::MemoryLog;
use crate::store::log::{Fault, FaultyLog};

/// A clock that stands where it is put.
#[derive(Debug, Default)]
struct Hand(AtomicU64);

impl Clock for Hand {
    fn monotonic(&self) -> Instant {
        crate::model::SystemClock.monotonic()
    }

    fn wall(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

fn open<L: OpLog>(log: &Arc<L>, clock: &Arc<Hand>) -> Journal {
    let key = SigningKey::from_seed(&[1; 32], Origin::Release);
    let log: Arc<dyn OpLog> = Arc::<L>::clone(log);
    let clock: Arc<dyn Clock> = Arc::<Hand>::clone(clock);
    Journal::open(log, key, clock).unwrap()
}

fn flag(number: usize) -> Op {
    Op::FlagSet { flag: format!("flag-{number}"), on: true }
}

fn person() -> Actor {
    Actor::person("test")
}

#[test]
fn an_op_carries_who_when_why_and_what_it_changed() {
    let (log, clock) = (Arc::new(MemoryLog::new()), Arc::new(Hand::default()));
    clock.0.store(500, Ordering::Relaxed);
    let journal = open(&log, &clock);
    let record = journal.record(person(), "to try it", flag(0)).unwrap();
    assert_eq!((record.sequence, record.at_ms, record.why.as_str()), (0, 500, "to try it"));
    assert_eq!(record.before, serde_json::json!({"on": null}));
    assert_eq!(record.after, serde_json::json!({"on": true}));
    // A clock that goes backwards does not make the log do so.
    clock.0.store(100, Ordering::Relaxed);
    assert_eq!(journal.record(person(), "", flag(1)).unwrap().at_ms, 500);
}

#[test]
fn two_journals_on_one_log_see_one_another() {
    let (log, clock) = (Arc::new(MemoryLog::new()), Arc::new(Hand::default()));
    let (one, two) = (open(&log, &clock), open(&log, &clock));
    one.record(person(), "", flag(0)).unwrap();
    // The second has not followed, appends all the same, and reads the first's op on the way.
    let second = two.record(person(), "", flag(1)).unwrap();
    assert_eq!(second.sequence, 1);
    assert_eq!(two.state().flags.len(), 2);
    assert_eq!(one.follow(), Ok(Followed::News));
    assert_eq!(one.follow(), Ok(Followed::Nothing));
    assert_eq!(one.state(), two.state());
}

#[test]
fn a_fold_from_a_snapshot_is_a_fold_from_the_log() {
    let (log, clock) = (Arc::new(MemoryLog::new()), Arc::new(Hand::default()));
    let journal = open(&log, &clock);
    for number in 0..1_203 {
        journal.record(person(), "", flag(number % 40)).unwrap();
    }
    let (length, bytes) = log.snapshot().unwrap().unwrap();
    assert_eq!(length, 1_000);
    let again = open(&log, &clock);
    assert_eq!((again.length(), again.state()), (1_203, journal.state()));
    assert_eq!(again.lock().frontier, journal.lock().frontier);
    // One that somebody changed is not believed.
    let text = String::from_utf8(bytes.clone()).unwrap();
    let forged = text.replace("flag-7", "flag-x");
    assert_ne!(forged, text);
    log.keep_snapshot(length, forged.as_bytes()).unwrap();
    assert_eq!(open(&log, &clock).state(), journal.state());
    // One that cannot be read costs time and nothing else.
    log.keep_snapshot(length, &bytes[1..]).unwrap();
    assert_eq!(open(&log, &clock).state(), journal.state());
}

#[test]
fn a_failed_append_leaves_the_last_good_state() {
    let (log, clock) = (Arc::new(FaultyLog::new(MemoryLog::new())), Arc::new(Hand::default()));
    let journal = open(&log, &clock);
    journal.record(person(), "", flag(0)).unwrap();
    log.fail([Fault::Full, Fault::Io, Fault::AfterTheFact]);
    for _ in 0..3 {
        assert!(matches!(journal.record(person(), "", flag(1)), Err(JournalError::Log(_))));
        assert_eq!(journal.state().flags.len(), 1, "the last good state");
    }
    // What was kept after all is read before the next op is written.
    let next = journal.record(person(), "", flag(2)).unwrap();
    assert_eq!((next.sequence, journal.state().flags.len()), (2, 3));
    assert_eq!(open(&log, &clock).state(), journal.state());
}

#[test]
fn what_is_not_allowed_is_not_written() {
    let (log, clock) = (Arc::new(MemoryLog::new()), Arc::new(Hand::default()));
    let journal = open(&log, &clock);
    let name = "no.where".parse().unwrap();
    let refused = journal.record(person(), "", Op::Paused { name });
    assert!(matches!(refused, Err(JournalError::Rule(Rule::UnknownCapability { .. }))));
    assert_eq!((log.length(), journal.length()), (Ok(0), 0));
}

#[test]
fn ops_that_come_together_go_in_together_and_each_is_told_its_own() {
    let (log, clock) = (Arc::new(MemoryLog::new()), Arc::new(Hand::default()));
    let journal = open(&log, &clock);
    let draft = |op| Draft::new(person(), "", op).unwrap();
    let name = "no.where".parse().unwrap();
    let drafts = [draft(flag(0)), draft(Op::Paused { name }), draft(flag(1))];
    let told = journal.record_all(&drafts);
    assert_eq!(told[0].as_ref().unwrap().sequence, 0);
    assert!(matches!(told[1], Err(JournalError::Rule(_))), "{:?}", told[1]);
    assert_eq!(told[2].as_ref().unwrap().sequence, 1);
    crate::registry::audit::verify(journal.log(), journal.identity(), None).unwrap();
}
