//! What gaps are made of, on its way from the calls: a bounded queue, which loses what nobody takes.
//!
//! A call never waits for it, and while nobody listens it costs one look at a flag. While somebody
//! does, a call that failed is told, and so is one that somebody may say something of later, or that
//! is looked at for whether its output fits; of all others nothing is.
//!
//! *Never:* anybody but the host sees an incident; what is kept of it is redacted first.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use semver::Version;

use super::pick::Who;
use crate::engine::Invocation;
use crate::model::{CapabilityName, Outcome, Output};

/// Incidents that wait in the queue, and as many that were taken out of it: at a few kilobytes each
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
    line: Arc<Line>,
    /// Which of those who have listened this is; only the last one hears anything.
    listener: u64,
    /// What was heard already, and still waits to be noted.
    heard: VecDeque<Incident>,
}

/// Where incidents go in.
#[derive(Debug, Default)]
pub(super) struct Alarm(Arc<Line>);

#[derive(Debug, Default)]
struct Line {
    is_heard: AtomicBool,
    queue: Mutex<Queue>,
    returned: AtomicU64,
}

#[derive(Debug, Default)]
struct Queue {
    listener: u64,
    /// Taken out from the front, and mostly all at once: then the next is written where the first was,
    /// in memory that a call finds at hand.
    waiting: Vec<Waiting>,
    seats: Seats,
}

/// How many incidents wait of each user.
#[derive(Debug)]
struct Seats([u16; SEATS]);

/// An incident as it waits, which is kept short: its texts behind one another, so that a call that ended
/// well allocates once for it.
#[derive(Debug)]
struct Waiting {
    capability: CapabilityName,
    version: Option<Version>,
    /// How it ended, where it gave no output.
    failure: Option<Box<Outcome>>,
    is_looked_at: bool,
    texts: String,
    /// How long each of the texts is; none of those that are left out.
    lengths: [Option<u32>; TEXTS],
}

/// Operation, input, output, user, and the request's name.
const TEXTS: usize = 5;

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
        let mut queue = self.0.queue();
        let listener = queue.listener + 1;
        let waiting = Vec::with_capacity(INCIDENTS_MAX);
        *queue = Queue { listener, waiting, seats: Seats::default() };
        self.0.is_heard.store(true, Ordering::Relaxed);
        Incidents { line: Arc::clone(&self.0), listener, heard: VecDeque::new() }
    }

    /// Tells of a call, where somebody listens and it is worth it.
    #[inline]
    pub(super) fn tell(&self, told: &Told<'_>) {
        if self.0.is_heard.load(Ordering::Relaxed) {
            self.raise(told);
        }
    }

    fn raise(&self, told: &Told<'_>) {
        let is_failure = !told.outcome.is_returned();
        let looks = !is_failure
            && self.0.returned.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOK_EVERY);
        let is_worth_it = is_failure || looks || told.who.request.is_some();
        if !is_worth_it || *told.outcome == Outcome::Cancelled {
            return;
        }
        let mut queue = self.0.queue();
        let Queue { waiting, seats, .. } = &mut *queue;
        let kept_free = if is_failure { 0 } else { ROOM_FOR_FAILURES };
        // Where there is no room, it is lost; the same will happen again if it matters.
        if waiting.len() + kept_free < INCIDENTS_MAX && seats.take(told.who.sticky.as_deref()) {
            waiting.push(told.waiting(looks));
        }
    }
}

impl Incidents {
    /// Hears of what was told since, without waiting. Each waits to be noted from then on.
    pub(crate) fn hear(&mut self, mut heed: impl FnMut(&Incident)) {
        let Some(mut queue) = self.queue() else { return };
        let room = INCIDENTS_MAX - self.heard.len();
        let most = room.min(queue.waiting.len());
        let told: Vec<Waiting> = queue.waiting.drain(..most).collect();
        // Calls need not wait for what is made of it.
        drop(queue);
        for incident in told.into_iter().map(Waiting::incident) {
            heed(&incident);
            self.heard.push_back(incident);
        }
    }

    /// The oldest of those that were heard.
    pub(crate) fn next(&mut self) -> Option<Incident> {
        let next = self.heard.pop_front()?;
        if let Some(mut queue) = self.queue() {
            queue.seats.leave(next.user.as_deref());
        }
        Some(next)
    }

    /// The queue, while nobody else has begun to listen.
    fn queue(&self) -> Option<MutexGuard<'_, Queue>> {
        Some(self.line.queue()).filter(|queue| queue.listener == self.listener)
    }
}

impl Line {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seats {
    /// Whether there is a place for one more of this user. Who is not known is one user.
    fn take(&mut self, user: Option<&str>) -> bool {
        let Some(seat) = self.of(user) else { return false };
        let has_room = *seat < EACH_MAX;
        *seat += u16::from(has_room);
        has_room
    }

    fn leave(&mut self, user: Option<&str>) {
        if let Some(seat) = self.of(user) {
            *seat = seat.saturating_sub(1);
        }
    }

    fn of(&mut self, user: Option<&str>) -> Option<&mut u16> {
        // Spread well enough; whoever shares a seat loses a few incidents to it, and nothing else.
        let mix = |sum: usize, byte: u8| (sum ^ usize::from(byte)).wrapping_mul(0x0100_0193);
        let sum = user.unwrap_or_default().bytes().fold(0x811c_9dc5, mix);
        self.0.get_mut((sum >> 8) % SEATS)
    }
}

impl Told<'_> {
    fn waiting(&self, is_looked_at: bool) -> Waiting {
        let (failure, output) = if let Outcome::Returned(output) = self.outcome {
            (None, Some(output.as_str()))
        } else {
            (Some(self.outcome.clone().into()), None)
        };
        let short = |text: &&str| text.len() <= TEXT_BYTES_MAX;
        let all = [
            Some(self.invocation.operation()),
            Some(self.invocation.input()).filter(short),
            output.filter(short),
            self.who.sticky.as_deref(),
            self.who.request.as_deref(),
        ];
        let mut texts = String::with_capacity(all.iter().flatten().map(|text| text.len()).sum());
        let lengths = all.map(|text| {
            let (text, length) = (text?, u32::try_from(text?.len()).ok()?);
            texts.push_str(text);
            Some(length)
        });
        let (capability, version) = (self.capability.clone(), self.version.cloned());
        Waiting { capability, version, failure, is_looked_at, texts, lengths }
    }
}

impl Waiting {
    fn incident(self) -> Incident {
        let Self { capability, version, failure, is_looked_at, texts, lengths } = self;
        let mut rest = texts.as_str();
        let [operation, input, output, user, request] = lengths.map(|length| {
            let (text, behind) = rest.split_at_checked(length? as usize)?;
            rest = behind;
            Some(text.to_owned())
        });
        let operation = operation.unwrap_or_default();
        let returned = || Outcome::Returned(Output::new(String::new()));
        let outcome = failure.map_or_else(returned, |failure| *failure);
        Incident {
            capability,
            version,
            operation,
            input,
            outcome,
            output,
            is_looked_at,
            user,
            request,
        }
    }
}

// === impl Default ===

impl Default for Seats {
    fn default() -> Self {
        Self([0; SEATS])
    }
}

// === impl Drop ===

impl Drop for Incidents {
    fn drop(&mut self) {
        if let Some(mut queue) = self.queue() {
            self.line.is_heard.store(false, Ordering::Relaxed);
            queue.waiting = Vec::new();
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
    fn what_is_told_is_what_was_said() {
        let alarm = Alarm::default();
        let mut incidents = alarm.listen();
        let returned = Outcome::Returned(Output::new("\"ü\"".to_owned()));
        tell(&alarm, &returned, &Who::user("bob").request("r-1"));
        let broken = Outcome::OutOfFuel { limit: 1 };
        tell(&alarm, &broken, &Who::default());
        let long = Outcome::Returned(Output::new("1".repeat(TEXT_BYTES_MAX + 1)));
        tell(&alarm, &long, &Who::default().request("r-2"));
        let told = all(&mut incidents);
        let texts = |it: &Incident| {
            let all = [&it.input, &it.output, &it.user, &it.request];
            all.map(|text| text.as_deref().unwrap_or("-").to_owned()).join(" ")
        };
        let told: Vec<String> = told.iter().map(texts).collect();
        assert_eq!(told, ["{} \"ü\" bob r-1", "{} - - -", "{} - - r-2"]);
    }

    #[test]
    fn nothing_is_told_while_nobody_listens_and_failures_have_room() {
        let alarm = Alarm::default();
        let returned = Outcome::Returned(Output::new("1".to_owned()));
        let broken = Outcome::OutOfFuel { limit: 1 };
        tell(&alarm, &broken, &Who::default());
        assert_eq!(alarm.0.returned.load(Ordering::Relaxed), 0);
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
        let mut later = alarm.listen();
        tell(&alarm, &broken, &named(0));
        assert_eq!(all(&mut incidents).len(), 0, "somebody else listens");
        drop(incidents);
        assert_eq!(count(&mut later, true), 1);
        drop(later);
        tell(&alarm, &broken, &named(0));
        assert!(!alarm.0.is_heard.load(Ordering::Relaxed));
        assert_eq!(count(&mut alarm.listen(), true), 0);
    }
}
