//! The scripted surroundings of a candidate: every host service, recorded, with faults on demand.
//!
//! *Never:* anything here reaches outside of this process, or waits.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::values::Values;
use crate::engine::{
    ConfigSource, HttpScript, HttpSettings, Invocation, LogRecord, LogSink, PeerAnswer, PeerCall,
    Peers, ProgressReport, ProgressSink, ScriptedFault, ScriptedRequest, ScriptedResponse,
    SecretSource, SecretValue, Services,
};
use crate::model::{
    Applied, CapabilityName, Failure, FailureFacts, KeyRange, KeyValue, KvError, KvFuture,
    Transaction,
};

/// Calls that are remembered of one run; a candidate that makes more is stopped by its budget.
const CALLS_MAX: usize = 10_000;

/// One call of a host function, with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostCall {
    pub(crate) function: Function,
    /// Whom or what it was about: a URL, a key, a name.
    pub(crate) target: String,
    /// What was handed over.
    pub(crate) payload: Vec<u8>,
    /// What else goes with it: method and headers of a request.
    pub(crate) beside: Vec<(String, String)>,
}

/// A host function that does or tells something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Function {
    Log,
    Progress,
    Config,
    KvRead,
    KvWrite,
    Http,
    Call,
}

/// How a host function fails, where it is made to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Unavailable,
    Broken,
    Denied,
}

/// What happens on the stage.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    /// The call of this number, counted from 0 among those that can fail, fails so.
    pub(crate) fault: Option<(usize, Fault)>,
    /// Setting by setting; others have none.
    pub(crate) config: BTreeMap<String, String>,
    /// The value of any other setting, so that a candidate finds what it looks for.
    pub(crate) any_config: Option<String>,
}

/// Shared by the services of one examination.
#[derive(Default)]
pub(crate) struct Stage {
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    script: Script,
    calls: Vec<HostCall>,
    /// Calls so far that could have failed.
    fallible: usize,
    values: Values,
}

/// The services that play on a stage.
struct Player(Arc<Stage>);

impl Stage {
    /// Services that play here.
    pub(crate) fn services(self: &Arc<Self>) -> Services {
        let player = || Player(Arc::clone(self));
        let http = HttpSettings { script: Some(Arc::new(player())), ..HttpSettings::default() };
        Services::default()
            .log(player())
            .progress(player())
            .config(player())
            .secrets(player())
            .values(Arc::new(player()))
            .peers(Arc::new(player()))
            .http(http)
    }

    /// Begins a run: by this script, with these values, and nothing remembered.
    pub(crate) fn begin(&self, script: Script, values: Values) {
        *self.inside() = Inside { script, values, ..Inside::default() };
    }

    /// Forgets the calls so far and keeps the values.
    pub(crate) fn take_calls(&self) -> Vec<HostCall> {
        let mut inside = self.inside();
        inside.fallible = 0;
        std::mem::take(&mut inside.calls)
    }

    pub(crate) fn values(&self) -> Values {
        self.inside().values.clone()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, call: HostCall) {
        let mut inside = self.inside();
        if inside.calls.len() < CALLS_MAX {
            inside.calls.push(call);
        }
    }

    /// Records a call that can fail, and tells how it does.
    fn record_fallible(&self, call: HostCall) -> Option<Fault> {
        let number = {
            let mut inside = self.inside();
            inside.fallible += 1;
            inside.fallible - 1
        };
        self.record(call);
        self.inside().script.fault.filter(|(at, _)| *at == number).map(|(_, fault)| fault)
    }
}

impl HostCall {
    fn new(function: Function, target: &str, payload: &[u8]) -> Self {
        let (target, payload) = (target.to_owned(), payload.to_vec());
        Self { function, target, payload, beside: Vec::new() }
    }

    /// Whether the call can be made to fail.
    pub(crate) const fn is_fallible(&self) -> bool {
        matches!(
            self.function,
            Function::KvRead | Function::KvWrite | Function::Http | Function::Call
        )
    }

    /// Whether the answer came from the script, and so says nothing of the world.
    pub(crate) const fn is_scripted(&self) -> bool {
        matches!(self.function, Function::Http | Function::Call | Function::Config)
    }

    /// Where it goes, without what goes there: two calls of one kind have the same.
    pub(crate) fn kind(&self) -> (Function, String) {
        let target = match self.function {
            Function::Http => {
                let url = url::Url::parse(&self.target).ok();
                let host = url.as_ref().and_then(url::Url::host_str);
                host.unwrap_or_default().to_owned()
            }
            Function::Call => self.target.clone(),
            Function::Log
            | Function::Progress
            | Function::Config
            | Function::KvRead
            | Function::KvWrite => String::new(),
        };
        (self.function, target)
    }

    /// Everything that goes out with it, as one text to look through.
    pub(crate) fn outgoing(&self) -> Vec<u8> {
        let mut all = self.target.clone().into_bytes();
        for (name, value) in &self.beside {
            all.push(b'\n');
            all.extend_from_slice(name.as_bytes());
            all.push(b'=');
            all.extend_from_slice(value.as_bytes());
        }
        all.push(b'\n');
        all.extend_from_slice(&self.payload);
        all
    }
}

// === the services ===

impl LogSink for Player {
    fn write(&self, record: &LogRecord<'_>) {
        let mut call = HostCall::new(Function::Log, "", record.message.as_bytes());
        call.beside.extend(record.fields.iter().cloned());
        self.0.record(call);
    }
}

impl ProgressSink for Player {
    fn report(&self, report: &ProgressReport<'_>) {
        self.0.record(HostCall::new(Function::Progress, "", report.message.as_bytes()));
    }
}

impl ConfigSource for Player {
    fn value(&self, _capability: &CapabilityName, key: &str) -> Option<String> {
        self.0.record(HostCall::new(Function::Config, key, b""));
        let inside = self.0.inside();
        inside.script.config.get(key).cloned().or_else(|| inside.script.any_config.clone())
    }
}

impl SecretSource for Player {
    fn secret(&self, _capability: &CapabilityName, name: &str) -> Option<SecretValue> {
        Some(SecretValue::from(format!("a secret that never leaves: {name}")))
    }
}

impl HttpScript for Player {
    fn answer(
        &self,
        _capability: &CapabilityName,
        request: &ScriptedRequest<'_>,
    ) -> Result<ScriptedResponse, ScriptedFault> {
        let mut call = HostCall::new(Function::Http, &request.url, request.body);
        call.beside.push(("method".to_owned(), request.method.to_owned()));
        call.beside.extend(request.headers.iter().cloned());
        let why = || "the script says so".to_owned();
        match self.0.record_fallible(call) {
            Some(Fault::Unavailable) => Err(ScriptedFault::Unreachable(why())),
            Some(Fault::Broken) => Err(ScriptedFault::Broken(why())),
            Some(Fault::Denied) => Err(ScriptedFault::Denied(why())),
            None => Ok(ScriptedResponse {
                status: 200,
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: b"{}".to_vec(),
            }),
        }
    }
}

impl Peers for Player {
    fn call<'a>(
        &'a self,
        capability: &'a CapabilityName,
        invocation: Invocation<'a>,
    ) -> PeerCall<'a> {
        let mut call =
            HostCall::new(Function::Call, capability.as_str(), invocation.input().as_bytes());
        call.beside.push(("operation".to_owned(), invocation.operation().to_owned()));
        let facts = || FailureFacts::final_without_effect("the script says so");
        let result = match self.0.record_fallible(call) {
            Some(Fault::Unavailable) => Err(Failure::Unavailable(facts())),
            Some(Fault::Broken) => Err(Failure::Failed(facts())),
            Some(Fault::Denied) => Err(Failure::Denied(facts())),
            None => Ok("{}".to_owned()),
        };
        Box::pin(ready(PeerAnswer { result, fuel: 0 }))
    }
}

impl Player {
    fn fail_kv(&self, call: HostCall) -> Result<(), KvError> {
        match self.0.record_fallible(call) {
            Some(_) => Err(KvError::Unavailable("the script says so".to_owned())),
            None => Ok(()),
        }
    }
}

impl KeyValue for Player {
    fn read<'a>(
        &'a self,
        _space: &'a CapabilityName,
        key: &'a str,
    ) -> KvFuture<'a, Option<Vec<u8>>> {
        let failed = self.fail_kv(HostCall::new(Function::KvRead, key, b""));
        Box::pin(ready(failed.map(|()| self.0.inside().values.read(key))))
    }

    fn list<'a>(
        &'a self,
        _space: &'a CapabilityName,
        range: KeyRange,
    ) -> KvFuture<'a, Vec<String>> {
        let failed = self.fail_kv(HostCall::new(Function::KvRead, &range.prefix, b""));
        Box::pin(ready(failed.map(|()| self.0.inside().values.list(&range))))
    }

    fn apply<'a>(
        &'a self,
        _space: &'a CapabilityName,
        transaction: Transaction,
    ) -> KvFuture<'a, Applied> {
        let payload = Values::written(&transaction);
        let failed = self.fail_kv(HostCall::new(Function::KvWrite, "", &payload));
        Box::pin(ready(failed.and_then(|()| self.0.inside().values.apply(&transaction))))
    }
}
