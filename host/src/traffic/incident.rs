//! What gaps are made of, on its way from the calls: a bounded channel of its own, which loses what
//! nobody takes.
//!
//! A call never waits for it, and while nobody listens it costs one look at a flag. While somebody
//! does, a call that failed is told, and so is one that somebody may say something of later, or that
//! is looked at for whether its output fits; of all others nothing is.
//!
//! *Never:* anybody but the host sees an incident; what is kept of it is redacted first.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use semver::Version;
use tokio::sync::mpsc;

use super::pick::Who;
use crate::engine::Invocation;
use crate::model::{CapabilityName, Outcome, Output};

/// Incidents that wait in the channel, and as many that were taken out of it: at a few kilobytes each
/// some megabytes.
const INCIDENTS_MAX: usize = 1_024;
/// So much room is kept for calls that failed.
const ROOM_FOR_FAILURES: usize = INCIDENTS_MAX / 2;
/// So many of the incidents that wait are of one user, so that one who floods leaves room for others.
const EACH_MAX: u16 = 64;
/// Users are told apart by so many seats: two of a seat share what one may.
const SEATS: usize = 256;
/// One of so many outputs is looked at for whether it fits its schema: often enough to find what is
/// often wrong, and too seldom to be felt.
const LOOK_EVERY: u64 = 16;
/// What is longer is data, and is left out.
const TEXT_BYTES_MAX: usize = 4 << 10;

/// A call that somebody should know of.
#[derive(Debug)]
pub(crate) struct Incident {
    pub(crate) capability: CapabilityName,
    /// The version that was asked; none where none serves.
    pub(crate) version: Option<Version>,
    pub(crate) operation: String,
    /// JSON text; none where it is too long.
    pub(crate) input: Option<String>,
    /// How it ended; an output is left out of it.
    pub(crate) outcome: Outcome,
    /// JSON text; none where the call gave none, or it is too long.
    pub(crate) output: Option<String>,
    /// Whether the output is to be held against its schema.
    pub(crate) is_looked_at: bool,
    pub(crate) user: Option<String>,
    pub(crate) request: Option<String>,
}

/// Where incidents come out.
#[derive(Debug)]
pub(crate) struct Incidents {
    told: mpsc::Receiver<Incident>,
    /// What was heard already, and still waits to be noted.
    heard: VecDeque<Incident>,
    seats: Arc<Seats>,
}

/// How many incidents wait of each user.
#[derive(Debug)]
struct Seats([AtomicU16; SEATS]);

/// Where incidents go in.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    is_heard: AtomicBool,
    out: Mutex<Option<(mpsc::Sender<Incident>, Arc<Seats>)>>,
    returned: AtomicU64,
}

/// One call as it is told.
pub(super) struct Told<'a> {
    pub(super) who: &'a Who,
    pub(super) invocation: &'a Invocation<'a>,
    pub(super) capability: &'a CapabilityName,
    pub(super) version: Option<&'a Version>,
    pub(super) outcome: &'a Outcome,
}

impl Alarm {
    /// A listener from now on, in place of any other.
    pub(super) fn listen(&self) -> Incidents {
        let (out, told) = mpsc::channel(INCIDENTS_MAX);
        let seats = Arc::new(Seats([const { AtomicU16::new(0) }; SEATS]));
        *self.out() = Some((out, Arc::clone(&seats)));
        self.is_heard.store(true, Ordering::Relaxed);
        Incidents { told, heard: VecDeque::new(), seats }
    }

    /// Tells of a call, where somebody listens and it is worth it.
    #[inline]
    pub(super) fn tell(&self, told: &Told<'_>) {
        if self.is_heard.load(Ordering::Relaxed) {
            self.raise(told);
        }
    }

    fn raise(&self, told: &Told<'_>) {
        let is_failure = !told.outcome.is_returned();
        let looks =
            !is_failure && self.returned.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOK_EVERY);
        let is_worth_it = is_failure || looks || told.who.request.is_some();
        if !is_worth_it || *told.outcome == Outcome::Cancelled {
            return;
        }
        let mut out = self.out();
        let Some((sender, seats)) = &*out else { return };
        if sender.is_closed() {
            *out = None;
            self.is_heard.store(false, Ordering::Relaxed);
        } else if is_failure || sender.capacity() > ROOM_FOR_FAILURES {
            // Where there is no room, it is lost; the same will happen again if it matters.
            if let Ok(place) = sender.try_reserve()
                && seats.take(told.who.sticky.as_deref())
            {
                place.send(told.incident(looks));
            }
        }
    }

    fn out(&self) -> MutexGuard<'_, Option<(mpsc::Sender<Incident>, Arc<Seats>)>> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Incidents {
    /// Hears of what was told since, without waiting. Each waits to be noted from then on.
    pub(crate) fn hear(&mut self, mut heed: impl FnMut(&Incident)) {
        while self.heard.len() < INCIDENTS_MAX
            && let Ok(incident) = self.told.try_recv()
        {
            heed(&incident);
            self.heard.push_back(incident);
        }
    }

    /// The oldest of those that were heard.
    pub(crate) fn next(&mut self) -> Option<Incident> {
        let next = self.heard.pop_front()?;
        self.seats.leave(next.user.as_deref());
        Some(next)
    }
}

// === impl Seats ===

impl Seats {
    /// Whether there is a place for one more of this user. Who is not known is one user.
    fn take(&self, user: Option<&str>) -> bool {
        let Some(seat) = self.of(user) else { return false };
        let has_room = seat.load(Ordering::Relaxed) < EACH_MAX;
        if has_room {
            seat.fetch_add(1, Ordering::Relaxed);
        }
        has_room
    }

    fn leave(&self, user: Option<&str>) {
        // Whoever leaves has taken a place before, so that this never goes below none.
        if let Some(seat) = self.of(user) {
            seat.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn of(&self, user: Option<&str>) -> Option<&AtomicU16> {
        // Spread well enough; whoever shares a seat loses a few incidents to it, and nothing else.
        let mix = |sum: usize, byte: u8| (sum ^ usize::from(byte)).wrapping_mul(0x0100_0193);
        let sum = user.unwrap_or_default().bytes().fold(0x811c_9dc5, mix);
        self.0.get((sum >> 8) % SEATS)
    }
}

impl Told<'_> {
    fn incident(&self, looks: bool) -> Incident {
        let short = |text: &str| (text.len() <= TEXT_BYTES_MAX).then(|| text.to_owned());
        let (outcome, output) = if let Outcome::Returned(output) = self.outcome {
            (Outcome::Returned(Output::new(String::new())), short(output.as_str()))
        } else {
            (self.outcome.clone(), None)
        };
        Incident {
            capability: self.capability.clone(),
            version: self.version.cloned(),
            operation: self.invocation.operation().to_owned(),
            input: short(self.invocation.input()),
            outcome,
            output,
            is_looked_at: looks,
            user: self.who.sticky.clone(),
            request: self.who.request.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(alarm: &Alarm, outcome: &Outcome, who: &Who) {
        let (capability, invocation) = ("a.b".parse().unwrap(), Invocation::new("do", "{}"));
        let (version, invocation) = (None, &invocation);
        alarm.tell(&Told { who, invocation, capability: &capability, version, outcome });
    }

    fn count(incidents: &mut Incidents, failures: bool) -> usize {
        all(incidents).iter().filter(|it| it.outcome.is_returned() != failures).count()
    }

    fn all(incidents: &mut Incidents) -> Vec<Incident> {
        incidents.hear(|_| ());
        std::iter::from_fn(|| incidents.next()).collect()
    }

    #[test]
    fn nothing_is_told_while_nobody_listens_and_failures_have_room() {
        let alarm = Alarm::default();
        let returned = Outcome::Returned(Output::new("1".to_owned()));
        let broken = Outcome::OutOfFuel { limit: 1 };
        tell(&alarm, &broken, &Who::default());
        assert_eq!(alarm.returned.load(Ordering::Relaxed), 0);
        let mut incidents = alarm.listen();
        for _ in 0..LOOK_EVERY * 2 {
            tell(&alarm, &returned, &Who::default());
        }
        let looked = all(&mut incidents).into_iter().filter(|incident| incident.is_looked_at);
        let outputs: Vec<_> = looked.map(|incident| incident.output).collect();
        assert_eq!(outputs, [Some("1".to_owned()), Some("1".to_owned())], "one of sixteen");
        let named = |user: usize| Who::user(format!("user-{user}")).request("r");
        for user in 0..INCIDENTS_MAX * 2 {
            tell(&alarm, &returned, &named(user));
        }
        for user in 0..INCIDENTS_MAX * 2 {
            tell(&alarm, &broken, &named(user));
        }
        tell(&alarm, &Outcome::Cancelled, &named(0));
        let told = all(&mut incidents);
        assert_eq!(told.len(), INCIDENTS_MAX);
        let failed = told.iter().filter(|incident| !incident.outcome.is_returned()).count();
        assert!(failed >= ROOM_FOR_FAILURES, "{failed}");
        for _ in 0..INCIDENTS_MAX {
            tell(&alarm, &broken, &Who::user("mallory"));
        }
        tell(&alarm, &broken, &Who::user("bob"));
        let users: Vec<_> = all(&mut incidents).into_iter().filter_map(|it| it.user).collect();
        assert_eq!(users.len(), usize::from(EACH_MAX) + 1, "one user leaves room for another");
        assert_eq!(users.last().map(String::as_str), Some("bob"));
        drop(incidents);
        tell(&alarm, &broken, &named(0));
        assert!(!alarm.is_heard.load(Ordering::Relaxed));
        assert_eq!(count(&mut alarm.listen(), true), 0);
    }
}
