//! Where instances come from and go back to: nowhere, a pool, or a session.
//!
//! *Never:* two calls have one instance at the same time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::config::InstancePolicy;
use super::warm::Warm;
use crate::model::Clock;

/// The instances of one capability that outlive a call.
pub(crate) enum Home {
    /// None does.
    Fresh,
    /// Warm ones for anybody.
    Pool(Pool),
    /// One for each session.
    Sessions(Sessions),
}

pub(crate) struct Pool {
    calls_max: u32,
    idle_max: usize,
    idle: Mutex<Vec<Warm>>,
}

pub(crate) struct Sessions {
    sessions_max: usize,
    idle_for_max: Duration,
    open: Mutex<HashMap<String, Session>>,
}

enum Session {
    /// In a call.
    Busy,
    Idle {
        // Boxed, for a store is large and the table of sessions is mostly looked at.
        warm: Box<Warm>,
        since: Instant,
    },
}

/// Why a session's instance is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SessionError {
    #[error("its instances are bound to sessions; name one in the invocation")]
    Unnamed,
    #[error("the session `{0}` is in another call; wait for it")]
    Busy(String),
    #[error("{0} sessions are open, as many as may be; end one or wait until one is idle too long")]
    Full(usize),
}

impl Home {
    pub(crate) fn new(policy: InstancePolicy) -> Self {
        match policy {
            InstancePolicy::Fresh => Self::Fresh,
            InstancePolicy::Pooled { calls_max, idle_max } => {
                Self::Pool(Pool { calls_max, idle_max: idle_max as usize, idle: Mutex::default() })
            }
            InstancePolicy::Session { sessions_max, idle } => Self::Sessions(Sessions {
                sessions_max: sessions_max as usize,
                idle_for_max: idle,
                open: Mutex::default(),
            }),
        }
    }

    /// Whether instances belong to sessions.
    pub(crate) const fn is_session(&self) -> bool {
        matches!(self, Self::Sessions(_))
    }

    /// A warm instance, where there is one.
    pub(crate) fn take(
        &self,
        session: Option<&str>,
        now: Instant,
    ) -> Result<Option<Warm>, SessionError> {
        match self {
            Self::Fresh => Ok(None),
            Self::Pool(pool) => Ok(lock(&pool.idle).pop()),
            Self::Sessions(sessions) => sessions.take(session.ok_or(SessionError::Unnamed)?, now),
        }
    }

    /// Takes an instance back after a call that ended well.
    pub(crate) fn give_back(&self, session: Option<&str>, warm: Warm, clock: &dyn Clock) {
        match (self, session) {
            (Self::Pool(pool), _) => pool.give_back(warm),
            (Self::Sessions(sessions), Some(id)) => sessions.give_back(id, warm, clock.monotonic()),
            (Self::Fresh | Self::Sessions(_), _) => {}
        }
    }

    /// Hears that an instance is gone: after a break, a stop or a cancelled call.
    pub(crate) fn lose(&self, session: Option<&str>) {
        if let (Self::Sessions(sessions), Some(id)) = (self, session) {
            lock(&sessions.open).remove(id);
        }
    }

    /// Drops a session and its instance; tells whether there was one, at rest.
    pub(crate) fn end_session(&self, id: &str) -> bool {
        let Self::Sessions(sessions) = self else { return false };
        let mut open = lock(&sessions.open);
        let is_idle = matches!(open.get(id), Some(Session::Idle { .. }));
        let ended = if is_idle { open.remove(id) } else { None };
        drop(open);
        ended.is_some()
    }

    /// Drops what has been idle for too long; tells how many.
    pub(crate) fn expire(&self, now: Instant) -> usize {
        match self {
            Self::Sessions(sessions) => sessions.expire(now),
            Self::Fresh | Self::Pool(_) => 0,
        }
    }
}

impl Pool {
    fn give_back(&self, warm: Warm) {
        let mut idle = lock(&self.idle);
        if warm.calls < self.calls_max && idle.len() < self.idle_max {
            idle.push(warm);
            return;
        }
        // What is dropped is dropped outside of the lock; it takes microseconds.
        drop(idle);
        drop(warm);
    }
}

impl Sessions {
    fn take(&self, id: &str, now: Instant) -> Result<Option<Warm>, SessionError> {
        self.expire(now);
        let mut open = lock(&self.open);
        let count = open.len();
        match open.entry(id.to_owned()) {
            Entry::Occupied(mut entry) => match entry.insert(Session::Busy) {
                Session::Idle { warm, .. } => Ok(Some(*warm)),
                Session::Busy => Err(SessionError::Busy(id.to_owned())),
            },
            Entry::Vacant(_) if count >= self.sessions_max => {
                Err(SessionError::Full(self.sessions_max))
            }
            Entry::Vacant(entry) => {
                entry.insert(Session::Busy);
                Ok(None)
            }
        }
    }

    fn give_back(&self, id: &str, warm: Warm, now: Instant) {
        let idle = Session::Idle { warm: Box::new(warm), since: now };
        let before = lock(&self.open).insert(id.to_owned(), idle);
        drop(before);
    }

    fn expire(&self, now: Instant) -> usize {
        let mut expired = Vec::new();
        let mut open = lock(&self.open);
        let too_long = |session: &Session| match session {
            Session::Idle { since, .. } => {
                now.saturating_duration_since(*since) > self.idle_for_max
            }
            Session::Busy => false,
        };
        let ids: Vec<String> = open
            .iter()
            .filter(|(_, session)| too_long(session))
            .map(|(id, _)| id.clone())
            .collect();
        for id in ids {
            expired.extend(open.remove(&id));
        }
        drop(open);
        expired.len()
    }
}

/// What is behind these locks is whole after every step, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
