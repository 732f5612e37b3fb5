//! Sessions of a capability: an instance for each, which calls take in turns while others end it or let
//! it expire.
//!
//! *Never:* two calls are inside of one session, or a session stays taken that no call is in.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engraft::model::{Clock, SystemClock};
use shuttle::sync::atomic::{AtomicBool, Ordering};
use shuttle::thread;

#[path = "../../src/engine/sessions.rs"]
mod sessions;

// What the file knows beside itself.
use crate::pool::{config, warm};
use config::InstancePolicy;
use sessions::{SessionError, Sessions};
use warm::Warm;

const IDLE: Duration = Duration::from_secs(60);

/// Whether the instance of a call is good for another.
#[derive(Clone, Copy)]
enum End {
    Well,
    Broken,
}

/// One call of a session, where it is let in.
fn call(sessions: &Sessions, id: &str, inside: &AtomicBool, now: Instant, end: End) {
    let mut warm = match sessions.take(Some(id), now) {
        Ok(warm) => warm.unwrap_or_default(),
        Err(SessionError::Busy(_) | SessionError::Full(_)) => return,
        Err(SessionError::Unnamed) => panic!("it has a name"),
    };
    assert!(!inside.swap(true, Ordering::SeqCst), "two calls are inside of `{id}`");
    assert!(!warm.is_held.swap(true, Ordering::SeqCst), "two calls have one instance");
    thread::yield_now();
    warm.calls += 1;
    warm.is_held.store(false, Ordering::SeqCst);
    inside.store(false, Ordering::SeqCst);
    match end {
        End::Well => sessions.give_back(id, warm, now),
        End::Broken => sessions.lose(id),
    }
}

#[test]
fn calls_take_turns_in_a_session_while_others_end_it() {
    crate::check(|| {
        let policy = InstancePolicy::Session { sessions_max: 2, idle: IDLE };
        let sessions = Arc::new(Sessions::new(policy).unwrap());
        let inside = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let now = SystemClock.monotonic();
        let calls = [("a", 0, End::Well), ("a", 0, End::Broken), ("b", 1, End::Well)];
        let callers = calls.map(|(id, place, end)| {
            let (sessions, inside) = (Arc::clone(&sessions), Arc::clone(&inside));
            thread::spawn(move || {
                (0..2).for_each(|_| call(&sessions, id, &inside[place], now, end));
            })
        });
        // A session that is in a call is neither ended nor too old.
        let _was_at_rest = sessions.end("a");
        sessions.expire(now + IDLE + IDLE);
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        for id in ["a", "b"] {
            let taken: Result<Option<Box<Warm>>, _> = sessions.take(Some(id), now);
            assert!(taken.is_ok(), "`{id}` stayed taken");
        }
        let third = sessions.take(Some("c"), now);
        assert!(matches!(third, Err(SessionError::Full(2))), "one more than may be open");
    });
}
