//! Records: stands around the services of a host, hands everything on, and writes down what was asked
//! and answered while a call that is recorded is under way.
//!
//! *Never:* what a capability gets is changed; only what is kept of it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;

use super::redact::{MARK, is_private};
use super::{
    Answer, Asked, BYTES_MAX, Bytes, CALLS_MAX, EXCHANGES_MAX, Exchange, TAPE_FORMAT, Tape,
    TapedCall, redacted, redacted_url,
};
use crate::artifact::Moment;
use crate::engine::{
    ConfigSource, Exchanges, HttpWitness, Invocation, PeerAnswer, PeerCall, Peers, Report,
    ScriptedFault, ScriptedRequest, ScriptedResponse, Services,
};
use crate::model::{
    Answer as Said, Applied, CapabilityName, Change, ClockMode, Digest, Grant, KeyRange, KeyValue,
    KvError, KvFuture, Outcome, RandomMode, Transaction,
};

/// Records the calls of one capability, one after the other.
///
/// A host is given one with [`HostBuilder::recorder`](crate::HostBuilder::recorder), and records the
/// calls that are made with [`Host::call_recorded`](crate::Host::call_recorded). While it records, the
/// clocks of its capabilities stand still and their random numbers come from a seed: both are on the
/// tape, and the same again is the same.
pub struct Recorder {
    moment: Moment,
    seed: u64,
    inside: Mutex<Inside>,
    /// Recorded calls go one after the other, so that each has its own exchanges.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Inside {
    /// Whose call is under way.
    open: Option<(CapabilityName, TapedCall)>,
    calls: Vec<TapedCall>,
    calls_dropped: u64,
    bytes: usize,
}

impl Recorder {
    /// A recorder whose clock stands at this moment and whose random numbers come from this seed.
    #[must_use]
    pub fn new(moment: Moment, seed: u64) -> Arc<Self> {
        let (inside, turn) = (Mutex::default(), tokio::sync::Mutex::default());
        Arc::new(Self { moment, seed, inside, turn })
    }

    /// What was recorded of a capability.
    #[must_use]
    pub fn tape(&self, capability: &CapabilityName, component: Digest) -> Tape {
        let inside = self.inside();
        Tape {
            format: TAPE_FORMAT,
            capability: capability.clone(),
            component,
            moment: self.moment,
            seed: self.seed,
            calls: inside.calls.clone(),
            calls_dropped: inside.calls_dropped,
        }
    }

    /// The same services, listened to.
    pub(crate) fn around(self: &Arc<Self>, services: Services) -> Services {
        let mut http = services.http.settings().clone();
        http.witness = Some(Arc::<Self>::clone(self));
        let config = Arc::clone(&services.config);
        let (values, peers) = (services.values.clone(), services.peers.clone());
        let listening = |recorder: &Arc<Self>| Arc::clone(recorder);
        let mut around =
            services.http(http).config(Listening { recorder: listening(self), to: config });
        around = around.exchanges(Arc::<Self>::clone(self));
        if let Some(to) = values {
            around = around.values(Arc::new(Listening { recorder: listening(self), to }));
        }
        if let Some(to) = peers {
            around = around.peers(Arc::new(Listening { recorder: listening(self), to }));
        }
        around
    }

    /// What is granted, with a clock and with random numbers that can be played again.
    pub(crate) fn steadied(&self, mut grant: Grant) -> Grant {
        let moment = Duration::from_secs(self.moment.unix());
        grant.clock = grant.clock.map(|_| ClockMode::Frozen(moment));
        grant.random = grant.random.map(|_| RandomMode::Seeded(self.seed));
        grant
    }

    /// Records one call, however it is made.
    pub(crate) async fn record(
        &self,
        capability: &CapabilityName,
        operation: &str,
        input: &str,
        call: impl Future<Output = Report>,
    ) -> Report {
        let _turn = self.turn.lock().await;
        self.inside().open = Some((capability.clone(), begun(operation, input)));
        let report = call.await;
        let mut inside = self.inside();
        if let Some((_, mut call)) = inside.open.take() {
            call.outcome = report.outcome.word().to_owned();
            if let Outcome::Returned(output) = &report.outcome {
                call.output = Some(redacted(output.as_str()));
            }
            inside.keep(call);
        }
        report
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what was asked, where the call of this capability is recorded.
    fn heard(&self, capability: &CapabilityName, exchange: impl FnOnce() -> Exchange) {
        let mut inside = self.inside();
        let Some((of, call)) = inside.open.as_mut() else { return };
        if of != capability {
            return;
        }
        if call.exchanges.len() < EXCHANGES_MAX {
            call.exchanges.push(exchange());
        } else {
            call.is_cut = true;
        }
    }
}

fn begun(operation: &str, input: &str) -> TapedCall {
    TapedCall {
        operation: operation.to_owned(),
        input: redacted(input),
        outcome: String::new(),
        output: None,
        exchanges: Vec::new(),
        is_cut: false,
    }
}

impl Inside {
    fn keep(&mut self, call: TapedCall) {
        let bytes = serde_json::to_vec(&call).map_or(usize::MAX, |text| text.len());
        let sum = self.bytes.saturating_add(bytes);
        if self.calls.len() >= CALLS_MAX || sum > BYTES_MAX {
            self.calls_dropped += 1;
            return;
        }
        self.bytes = sum;
        self.calls.push(call);
    }
}

/// A service that is listened to.
struct Listening<T> {
    recorder: Arc<Recorder>,
    to: T,
}

// === what is asked, in a tape's words ===

impl Asked {
    /// A request as a tape has it.
    pub(crate) fn http(request: &ScriptedRequest<'_>) -> Self {
        let body = match Bytes::of(request.body) {
            Bytes::Text(text) | Bytes::Base64(text) => text,
        };
        Self::Http { method: request.method.to_owned(), url: redacted_url(&request.url), body }
    }

    /// A call of another capability.
    pub(crate) fn call(capability: &CapabilityName, invocation: &Invocation<'_>) -> Self {
        Self::Call {
            capability: capability.to_string(),
            operation: invocation.operation().to_owned(),
            input: redacted(invocation.input()),
        }
    }

    /// A function of the embedding program's own.
    pub(crate) fn own(function: &str, asked: &str) -> Self {
        Self::Own { name: function.to_owned(), input: redacted(asked) }
    }

    /// Changes of values: a line for each expectation and change.
    pub(crate) fn write(transaction: &Transaction) -> Self {
        let value = |bytes: &[u8]| match Bytes::of(bytes) {
            Bytes::Text(text) | Bytes::Base64(text) => text,
        };
        let mut lines = Vec::new();
        for expected in &transaction.expectations {
            let is = expected.value.as_deref().map_or_else(|| "nothing".to_owned(), value);
            lines.push(format!("expect {}={is}", expected.key));
        }
        for change in &transaction.changes {
            lines.push(match change {
                Change::Set(key, bytes) => format!("set {key}={}", value(bytes)),
                Change::Delete(key) => format!("delete {key}"),
                Change::Add(key, delta) => format!("add {key}={delta}"),
            });
        }
        Self::KvWrite { changes: lines.join("\n") }
    }

    /// The keys of a range.
    pub(crate) fn list(range: &KeyRange) -> Self {
        let KeyRange { prefix, after, limit } = range.clone();
        Self::KvList { prefix, after, limit }
    }
}

// === impl HttpWitness ===

impl HttpWitness for Recorder {
    fn answered(
        &self,
        capability: &CapabilityName,
        request: &ScriptedRequest<'_>,
        answer: Result<&ScriptedResponse, &ScriptedFault>,
    ) {
        self.heard(capability, || Exchange {
            asked: Asked::http(request),
            answer: match answer {
                Ok(ScriptedResponse { status, headers, body }) => Answer::Response {
                    status: *status,
                    headers: headers.iter().map(header).collect(),
                    body: Bytes::of(body),
                },
                Err(fault) => Answer::Failed(redacted(fault.why())),
            },
        });
    }
}

fn header((name, value): &(String, String)) -> (String, String) {
    let value = if is_private(name) { MARK.to_owned() } else { redacted(value) };
    (name.clone(), value)
}

// === impl Exchanges ===

impl Exchanges for Recorder {
    /// The program answers.
    fn played(&self, _: &CapabilityName, _: &str, _: &str) -> Option<Result<String, String>> {
        None
    }

    fn heard(&self, capability: &CapabilityName, function: &str, asked: &str, answer: &str) {
        self.heard(capability, || Exchange {
            asked: Asked::own(function, asked),
            answer: Answer::Text(Some(redacted(answer))),
        });
    }
}

// === impl ConfigSource ===

impl ConfigSource for Listening<Arc<dyn ConfigSource>> {
    fn value(&self, capability: &CapabilityName, key: &str) -> Option<String> {
        let value = self.to.value(capability, key);
        self.recorder.heard(capability, || {
            let kept = value.as_deref().map(|value| match is_private(key) {
                true => MARK.to_owned(),
                false => redacted(value),
            });
            Exchange { asked: Asked::Config { key: key.to_owned() }, answer: Answer::Text(kept) }
        });
        value
    }
}

// === impl Peers ===

impl Peers for Listening<Arc<dyn Peers>> {
    fn call<'a>(
        &'a self,
        capability: &'a CapabilityName,
        invocation: Invocation<'a>,
    ) -> PeerCall<'a> {
        let asked = Asked::call(capability, &invocation);
        // The nearest caller is who asks.
        let caller = invocation.lineage.callers().next().cloned();
        Box::pin(async move {
            let answer: PeerAnswer = self.to.call(capability, invocation).await;
            if let Some(caller) = caller {
                let kept = match &answer.result {
                    Ok(output) => Answer::Text(Some(redacted(output))),
                    Err(failure) => Answer::Refused(failure.clone()),
                };
                self.recorder.heard(&caller, || Exchange { asked, answer: kept });
            }
            answer
        })
    }
}

// === impl KeyValue ===

impl KeyValue for Listening<Arc<dyn KeyValue>> {
    fn read<'a>(
        &'a self,
        space: &'a CapabilityName,
        key: &'a str,
    ) -> KvFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let read = self.to.read(space, key).await;
            self.recorder.heard(space, || Exchange {
                asked: Asked::KvRead { key: key.to_owned() },
                answer: kept(&read, |value| Answer::Value(value.as_deref().map(Bytes::of))),
            });
            read
        })
    }

    fn list<'a>(&'a self, space: &'a CapabilityName, range: KeyRange) -> KvFuture<'a, Vec<String>> {
        Box::pin(async move {
            let asked = Asked::list(&range);
            let keys = self.to.list(space, range).await;
            let answer = kept(&keys, |keys| Answer::Keys(keys.clone()));
            self.recorder.heard(space, || Exchange { asked, answer });
            keys
        })
    }

    fn apply<'a>(
        &'a self,
        space: &'a CapabilityName,
        transaction: Transaction,
    ) -> KvFuture<'a, Applied> {
        Box::pin(async move {
            let asked = Asked::write(&transaction);
            let applied = self.to.apply(space, transaction).await;
            let answer = kept(&applied, |applied| match applied {
                Applied::NotExpected => Answer::NotExpected,
                Applied::Done(said) => Answer::Written(said.iter().map(told).collect()),
            });
            self.recorder.heard(space, || Exchange { asked, answer });
            applied
        })
    }
}

fn kept<T>(answer: &Result<T, KvError>, of: impl FnOnce(&T) -> Answer) -> Answer {
    match answer {
        Ok(value) => of(value),
        Err(error) => Answer::Failed(error.to_string()),
    }
}

fn told(said: &Said) -> serde_json::Value {
    match said {
        Said::Set => json!(null),
        Said::Deleted(was_there) => json!(was_there),
        Said::Sum(sum) => json!(sum),
    }
}

// === impl Recorder ===

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder")
            .field("moment", &self.moment)
            .field("seed", &self.seed)
            .field("calls", &self.inside().calls.len())
            .finish_non_exhaustive()
    }
}
