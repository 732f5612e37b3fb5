//! The services that play on a stage: every host function, recorded, answered by script or tape.
//!
//! *Never:* anything here reaches outside of this process, or waits.

use std::future::ready;
use std::sync::Arc;

use super::{Fault, Function, HostCall, NotOnTape, Stage};
use crate::engine::{
    ConfigSource, Exchanges, HttpScript, Invocation, LogRecord, LogSink, PeerAnswer, PeerCall,
    Peers, ProgressReport, ProgressSink, ScriptedFault, ScriptedRequest, ScriptedResponse,
    SecretSource, SecretValue,
};
use crate::examine::sandbox::values::Values;
use crate::examine::tape::{Answer, Asked};
use crate::model::{
    Answer as Said, Applied, CapabilityName, Change, Failure, FailureFacts, KeyRange, KeyValue,
    KvError, KvFuture, Transaction,
};

/// What whoever asks something else is told.
const NOT_ON_TAPE: &str = "this is not on the tape";
/// Enough of a question to find it on a tape.
const ASKED_CHARS_MAX: usize = 200;

/// The services that play on a stage.
pub(super) struct Player(pub(super) Arc<Stage>);

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
        let value = self.setting(key);
        self.0.answered(value.as_ref().map_or(0, String::len));
        value
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
            Some(Fault::Status(status)) => Ok(refusing(status)),
            Some(Fault::CutOff) => self.answered(request).map(cut_off),
            Some(Fault::Page) => Ok(page()),
            Some(Fault::Empty) => self.answered(request).map(emptied),
            None => self.answered(request),
        }
        .inspect(|response| {
            let heads = response.headers.iter().map(|(name, value)| name.len() + value.len());
            self.0.answered(response.body.len() + heads.sum::<usize>());
        })
    }
}

/// What a server says that does not do what it is asked for.
fn refusing(status: u16) -> ScriptedResponse {
    let heads = [("content-type", "application/json"), ("retry-after", "1")];
    ScriptedResponse {
        status,
        headers: heads.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        body: br#"{"error": "the script says so"}"#.to_vec(),
    }
}

/// What a server, or one in between, shows to people.
fn page() -> ScriptedResponse {
    ScriptedResponse {
        status: 200,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: b"<!doctype html><title>Please wait</title><p>This is not what you asked for."
            .to_vec(),
    }
}

/// The same answer, of which not all has come.
fn cut_off(mut response: ScriptedResponse) -> ScriptedResponse {
    response.body.truncate((response.body.len() / 2).max(1));
    response
}

fn emptied(mut response: ScriptedResponse) -> ScriptedResponse {
    response.body.clear();
    response
}

impl Player {
    fn setting(&self, key: &str) -> Option<String> {
        // A value that is planted to be looked for comes before what a tape says.
        let is_planted = self.0.inside().script.any_config.is_some();
        if !is_planted {
            match self.0.taped(&Asked::Config { key: key.to_owned() }) {
                Ok(Some(Answer::Text(value))) => return value,
                Err(NotOnTape) => return None,
                Ok(_) => {}
            }
        }
        let inside = self.0.inside();
        inside.script.config.get(key).cloned().or_else(|| inside.script.any_config.clone())
    }

    fn answered(&self, request: &ScriptedRequest<'_>) -> Result<ScriptedResponse, ScriptedFault> {
        match self.0.taped(&Asked::http(request)) {
            Err(NotOnTape) => Err(ScriptedFault::Unreachable(NOT_ON_TAPE.to_owned())),
            Ok(Some(Answer::Failed(why))) => Err(ScriptedFault::Unreachable(why)),
            Ok(Some(Answer::Response { status, headers, body })) => {
                Ok(ScriptedResponse { status, headers, body: body.to_vec() })
            }
            Ok(_) => Ok(ScriptedResponse {
                status: 200,
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: self.0.guessed().to_vec(),
            }),
        }
    }
}

impl Exchanges for Player {
    fn played(
        &self,
        _capability: &CapabilityName,
        function: &str,
        asked: &str,
    ) -> Option<Result<String, String>> {
        let answer = match self.0.taped(&Asked::own(function, asked)) {
            Ok(Some(Answer::Text(Some(text)))) => Ok(text),
            Ok(_) | Err(NotOnTape) => {
                let asked: String = asked.chars().take(ASKED_CHARS_MAX).collect();
                Err(format!("`{function}` was asked {asked}, and the tape does not hold that"))
            }
        };
        let is_answered = answer.is_ok();
        let call = HostCall::new(Function::Own, function, asked.as_bytes());
        self.0.record(HostCall { is_answered, ..call });
        Some(answer)
    }

    fn heard(&self, _: &CapabilityName, _: &str, _: &str, _: &str) {}
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
        let asked = Asked::call(capability, &invocation);
        let facts = || FailureFacts::final_without_effect("the script says so");
        let result = match self.0.record_fallible(call) {
            Some(Fault::Unavailable) => Err(Failure::Unavailable(facts())),
            Some(Fault::Denied) => Err(Failure::Denied(facts())),
            Some(_) => Err(Failure::Failed(facts())),
            None => self.peer_answered(&asked),
        };
        self.0.answered(result.as_ref().map_or(0, String::len));
        Box::pin(ready(PeerAnswer { result, fuel: 0 }))
    }
}

impl Player {
    fn peer_answered(&self, asked: &Asked) -> Result<String, Failure> {
        let unavailable = |why: &str| Failure::Unavailable(FailureFacts::final_without_effect(why));
        match self.0.taped(asked) {
            Err(NotOnTape) => Err(unavailable(NOT_ON_TAPE)),
            Ok(Some(Answer::Refused(failure))) => Err(failure),
            Ok(Some(Answer::Failed(why))) => Err(unavailable(&why)),
            Ok(Some(Answer::Text(Some(output)))) => Ok(output),
            Ok(_) => Ok(String::from_utf8_lossy(&self.0.guessed()).into_owned()),
        }
    }

    /// What a tape that is played says; none where values are those of the stage. What is only like a
    /// recorded exchange counts for nothing here: values change as they are written.
    fn kv_taped(&self, asked: &Asked) -> Result<Option<Answer>, KvError> {
        if self.0.inside().script.playing.is_none() {
            return Ok(None);
        }
        match self.0.taped(asked) {
            Ok(Some(Answer::Failed(why))) => Err(KvError::Unavailable(why)),
            Ok(answer) => Ok(answer),
            Err(NotOnTape) => Err(KvError::Unavailable(NOT_ON_TAPE.to_owned())),
        }
    }

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
        let asked = Asked::KvRead { key: key.to_owned() };
        let read = failed.and_then(|()| self.kv_taped(&asked)).map(|taped| match taped {
            Some(Answer::Value(value)) => value.map(|bytes| bytes.to_vec()),
            _ => self.0.inside().values.read(key),
        });
        self.0.answered(read.as_ref().ok().and_then(Option::as_ref).map_or(0, Vec::len));
        Box::pin(ready(read))
    }

    fn list<'a>(
        &'a self,
        _space: &'a CapabilityName,
        range: KeyRange,
    ) -> KvFuture<'a, Vec<String>> {
        let failed = self.fail_kv(HostCall::new(Function::KvRead, &range.prefix, b""));
        let taped = failed.and_then(|()| self.kv_taped(&Asked::list(&range)));
        let listed = taped.map(|taped| match taped {
            Some(Answer::Keys(keys)) => keys,
            _ => self.0.inside().values.list(&range),
        });
        self.0.answered(listed.iter().flatten().map(String::len).sum());
        Box::pin(ready(listed))
    }

    fn apply<'a>(
        &'a self,
        _space: &'a CapabilityName,
        transaction: Transaction,
    ) -> KvFuture<'a, Applied> {
        let payload = Values::written(&transaction);
        let failed = self.fail_kv(HostCall::new(Function::KvWrite, "", &payload));
        let taped = failed.and_then(|()| self.kv_taped(&Asked::write(&transaction)));
        let applied = taped.and_then(|taped| match taped {
            Some(Answer::NotExpected) => Ok(Applied::NotExpected),
            Some(Answer::Written(said)) => Ok(Applied::Done(answers(&transaction, &said))),
            _ => self.0.inside().values.apply(&transaction),
        });
        Box::pin(ready(applied))
    }
}

/// What each change has to say, as the tape tells it.
fn answers(transaction: &Transaction, said: &[serde_json::Value]) -> Vec<Said> {
    let of = |(change, said): (&Change, &serde_json::Value)| match change {
        Change::Set(..) => Said::Set,
        Change::Delete(_) => Said::Deleted(said.as_bool().unwrap_or_default()),
        Change::Add(..) => Said::Sum(said.as_i64().unwrap_or_default()),
    };
    transaction.changes.iter().zip(said).map(of).collect()
}
