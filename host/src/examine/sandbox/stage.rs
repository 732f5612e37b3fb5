//! The scripted surroundings of a candidate: every host service, recorded, with faults on demand.
//!
//! *Never:* anything here reaches outside of this process, or waits.

mod player;
mod ways;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::playing::{Playing, Track, likeliest};
use super::values::Values;
use crate::engine::{HttpSettings, Services};
use crate::examine::tape::{Answer, Asked};
use player::Player;
pub(crate) use ways::Moment;

/// Calls that are remembered of one run; a candidate that makes more is stopped by its budget.
const CALLS_MAX: usize = 10_000;

/// What is answered where nobody knows what would be.
const NOTHING: &[u8] = b"{}";

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
    /// Whether there was anything to answer it with; only the program's own functions have no way to say
    /// that there was not.
    pub(crate) is_answered: bool,
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
    /// Of the embedding program's own interfaces.
    Own,
}

/// How a host function fails, where it is made to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Unavailable,
    Broken,
    Denied,
    /// A request is answered with this status; for any other function it is as good as broken.
    Status(u16),
    /// A request is answered with the beginning of a text.
    CutOff,
    /// A request is answered with a page for people.
    Page,
    /// A request is answered with nothing.
    Empty,
}

/// Which calls fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failing {
    /// The first of them, counted from 0 among those that can fail.
    pub(crate) first: usize,
    /// Whether all after it fail as well.
    pub(crate) from_then_on: bool,
    pub(crate) fault: Fault,
}

/// What happens on the stage.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    pub(crate) failing: Option<Failing>,
    /// Setting by setting; others have none.
    pub(crate) config: BTreeMap<String, String>,
    /// The value of any other setting, so that a candidate finds what it looks for.
    pub(crate) any_config: Option<String>,
    /// A recorded call that is played; nothing else is answered then.
    pub(crate) playing: Option<Playing>,
}

/// Something was asked that is not on the tape which is played.
#[derive(Debug, Clone, Copy)]
struct NotOnTape;

/// Shared by the services of one examination.
#[derive(Default)]
pub(crate) struct Stage {
    inside: Mutex<Inside>,
    /// Answers of a tape, for what is like what is on it.
    library: Vec<Track>,
}

#[derive(Default)]
struct Inside {
    script: Script,
    calls: Vec<HostCall>,
    /// Calls so far that could have failed.
    fallible: usize,
    /// Bytes of all answers so far.
    answered: u64,
    values: Values,
    /// What is answered from outside where nothing else says anything.
    guess: Option<Arc<[u8]>>,
}

impl Stage {
    /// A stage where what is like these is answered so.
    pub(crate) fn with_library(library: Vec<Track>) -> Self {
        Self { library, ..Self::default() }
    }

    /// What a tape answers: none where nothing is played and nothing is like this; an error where
    /// something is played and this is not on it.
    fn taped(&self, asked: &Asked) -> Result<Option<Answer>, NotOnTape> {
        match &mut self.inside().script.playing {
            Some(playing) => playing.answer(asked).map(Some).ok_or(NotOnTape),
            None => Ok(likeliest(&self.library, asked).cloned()),
        }
    }

    /// What was other than on the tape.
    pub(crate) fn surprises(&self) -> Vec<String> {
        let playing = self.inside().script.playing.take();
        playing.map(Playing::surprises).unwrap_or_default()
    }

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
            .exchanges(Arc::new(player()))
            .http(http)
    }

    /// Begins a run: by this script, with these values, and nothing remembered.
    pub(crate) fn begin(&self, script: Script, values: Values) {
        *self.inside() = Inside { script, values, ..Inside::default() };
    }

    /// Forgets the calls so far, which it gives with the bytes of all that was answered, and keeps the
    /// values.
    pub(crate) fn take_calls(&self) -> (Vec<HostCall>, u64) {
        let mut inside = self.inside();
        inside.fallible = 0;
        let answered = std::mem::take(&mut inside.answered);
        (std::mem::take(&mut inside.calls), answered)
    }

    /// What is answered from outside from now on, where nothing else says anything.
    pub(crate) fn guess(&self, answer: Option<Arc<[u8]>>) {
        self.inside().guess = answer;
    }

    /// The same now.
    fn guessed(&self) -> Arc<[u8]> {
        self.inside().guess.clone().unwrap_or_else(|| Arc::from(NOTHING))
    }

    /// Counts the bytes of an answer.
    fn answered(&self, bytes: usize) {
        let mut inside = self.inside();
        inside.answered = inside.answered.saturating_add(bytes as u64);
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
        let failing = self.inside().script.failing?;
        let does = number == failing.first || (failing.from_then_on && number > failing.first);
        does.then_some(failing.fault)
    }
}

impl HostCall {
    fn new(function: Function, target: &str, payload: &[u8]) -> Self {
        let (target, payload) = (target.to_owned(), payload.to_vec());
        Self { function, target, payload, beside: Vec::new(), is_answered: true }
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
        matches!(self.function, Function::Http | Function::Call | Function::Config | Function::Own)
    }

    /// Whether it reaches out of this capability: what it is answered, only others know.
    pub(crate) const fn reaches_out(&self) -> bool {
        matches!(self.function, Function::Http | Function::Call)
    }

    /// Whether it takes away what is said to it: out of this capability, or to the program.
    pub(crate) const fn leaves(&self) -> bool {
        self.reaches_out() || matches!(self.function, Function::Own)
    }

    /// Where it goes, without what goes there: two calls of one kind have the same.
    pub(crate) fn kind(&self) -> (Function, String) {
        let target = match self.function {
            Function::Http => {
                let url = url::Url::parse(&self.target).ok();
                let host = url.as_ref().and_then(url::Url::host_str);
                host.unwrap_or_default().to_owned()
            }
            Function::Call | Function::Own => self.target.clone(),
            Function::Log
            | Function::Progress
            | Function::Config
            | Function::KvRead
            | Function::KvWrite => String::new(),
        };
        (self.function, target)
    }

    /// In which way it reaches out: where it goes, and the shape of what goes there. Without what may be
    /// another one each day, where the runs that are compared are not of one moment.
    pub(crate) fn way(&self, moment: Moment) -> (Function, String) {
        let (function, target) = self.kind();
        let way = match function {
            Function::Http => ways::of_request(&self.target, &self.beside, &self.payload, moment),
            Function::Call => {
                let said = self.beside.iter().map(|(_, operation)| operation.as_str());
                std::iter::once(target.as_str()).chain(said).collect::<Vec<_>>().join(" ")
            }
            Function::Log
            | Function::Progress
            | Function::Config
            | Function::KvRead
            | Function::KvWrite
            | Function::Own => target,
        };
        (function, way)
    }

    /// Whether it may change something where it goes.
    pub(crate) fn may_change(&self) -> bool {
        let reads = |(name, value): &(String, String)| {
            name == "method" && matches!(value.as_str(), "GET" | "HEAD")
        };
        self.function != Function::Http || !self.beside.iter().any(reads)
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
