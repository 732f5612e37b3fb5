//! Instances that belong to sessions: one for each, kept until the session ends or is idle too long.
//!
//! *Never:* two calls have one instance at the same time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::{Duration, Instant};

use super::config::InstancePolicy;
use super::warm::Warm;
use crate::model::sync::{Mutex, MutexGuard, PoisonError};

/// The sessions of one capability.
pub(crate) struct Sessions {
    sessions_max: usize,
    idle_for_max: Duration,
    open: Mutex<HashMap<String, Session>>,
}

enum Session {
    /// In a call.
    Busy,
    Idle {
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

impl Sessions {
    /// None where instances belong to no session.
    pub(crate) fn new(policy: InstancePolicy) -> Option<Self> {
        let InstancePolicy::Session { sessions_max, idle } = policy else { return None };
        Some(Self {
            sessions_max: sessions_max as usize,
            idle_for_max: idle,
            open: Mutex::default(),
        })
    }

    /// The session's instance, where it has one already.
    pub(crate) fn take(
        &self,
        id: Option<&str>,
        now: Instant,
    ) -> Result<Option<Box<Warm>>, SessionError> {
        let id = id.ok_or(SessionError::Unnamed)?;
        self.expire(now);
        let mut open = self.open();
        let count = open.len();
        match open.entry(id.to_owned()) {
            Entry::Occupied(mut entry) => match entry.insert(Session::Busy) {
                Session::Idle { warm, .. } => Ok(Some(warm)),
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

    /// Takes an instance back after a call that ended well.
    pub(crate) fn give_back(&self, id: &str, warm: Box<Warm>, now: Instant) {
        let idle = Session::Idle { warm, since: now };
        let before = self.open().insert(id.to_owned(), idle);
        drop(before);
    }

    /// Hears that an instance is gone: after a break, a stop or a cancelled call.
    pub(crate) fn lose(&self, id: &str) {
        self.open().remove(id);
    }

    /// Whether there is such a session, at rest or in a call.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.open().contains_key(id)
    }

    /// Drops a session and its instance; tells whether there was one, at rest.
    pub(crate) fn end(&self, id: &str) -> bool {
        let mut open = self.open();
        let is_idle = matches!(open.get(id), Some(Session::Idle { .. }));
        let ended = if is_idle { open.remove(id) } else { None };
        drop(open);
        ended.is_some()
    }

    /// Drops what has been idle for too long; tells how many.
    pub(crate) fn expire(&self, now: Instant) -> usize {
        let mut expired = Vec::new();
        let mut open = self.open();
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

    /// What is behind the lock is whole after every step, so a panic elsewhere does not spoil it.
    fn open(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
