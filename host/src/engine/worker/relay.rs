//! The host functions of the contract inside a worker: each asks the parent, and waits.
//!
//! What they mean is decided there, by the same code that serves a guest in the parent's own process;
//! so answers, denials and limits are the same on both sides of the wall.
//!
//! *Never:* an effect happens in a worker; it has no way to any.

use engraft_wit::host::imports;
use engraft_wit::host::imports::http::{Request, Response};
use engraft_wit::host::imports::kv::{Change, Expectation};
use engraft_wit::host::imports::types::{Failure, HostError};
use serde::de::DeserializeOwned;
use wasmtime::StoreContextMut;
use wasmtime::component::{HasData, HasSelf, Linker};

use super::serve::ask;
use super::wire::Ask;
use crate::engine::effects::CALL_INTERFACE;
use crate::engine::state::{CallState, charge_fuel, fuel_left};

/// The state of a call in a worker, seen as what passes everything on.
struct Relay<'a>(&'a mut CallState);

/// Tells wasmtime that a relay borrows.
struct Relays;

type Answered<T> = wasmtime::Result<Result<T, HostError>>;

/// Puts every interface of the contract into a worker's linker.
pub(crate) fn add_to_linker(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    type Own = HasSelf<CallState>;
    imports::types::add_to_linker::<_, Own>(linker, |state| state)?;
    // Nothing comes of it but the message of a trap, which goes home with the outcome.
    imports::fault::add_to_linker::<_, Own>(linker, |state| state)?;
    imports::log::add_to_linker::<_, Relays>(linker, |state| Relay(state))?;
    imports::clock::add_to_linker::<_, Relays>(linker, |state| Relay(state))?;
    imports::random::add_to_linker::<_, Relays>(linker, |state| Relay(state))?;
    imports::kv::add_to_linker::<_, Relays>(linker, |state| Relay(state))?;
    imports::http::add_to_linker::<_, Relays>(linker, |state| Relay(state))?;
    imports::progress::add_to_linker::<_, Relays>(linker, |state| Relay(state))?;
    imports::secrets::add_to_linker::<_, Relays>(linker, |state| Relay(state))?;
    imports::config::add_to_linker::<_, Relays>(linker, |state| Relay(state))?;
    add_call(linker)
}

/// This one needs the store, to hand fuel on and to take it back.
fn add_call(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    let mut interface = linker.instance(CALL_INTERFACE)?;
    interface.func_wrap_async(
        "invoke",
        |mut store: StoreContextMut<'_, CallState>, (request,): (imports::call::Request,)| {
            Box::new(async move {
                let answer = call_all(&mut store, vec![request])?.pop();
                let nothing = || wasmtime::format_err!("the parent gave no answer");
                Ok((answer.ok_or_else(nothing)?,))
            })
        },
    )?;
    interface.func_wrap_async(
        "invoke-all",
        |mut store: StoreContextMut<'_, CallState>, (requests,): (Vec<imports::call::Request>,)| {
            Box::new(async move { Ok((call_all(&mut store, requests)?,)) })
        },
    )
}

/// What the parent's tape answers for a function of a program that is not here.
pub(crate) fn ask_own(function: &str, asked: &str) -> wasmtime::Result<Result<String, String>> {
    ask(Ask::Own { function: function.to_owned(), asked: asked.to_owned() })
}

fn call_all(
    store: &mut StoreContextMut<'_, CallState>,
    requests: Vec<imports::call::Request>,
) -> wasmtime::Result<Vec<Result<String, Failure>>> {
    for _ in 0..requests.len().max(1) {
        store.data_mut().charge_host_call()?;
    }
    let fuel = fuel_left(store);
    let (answers, burnt) = ask(Ask::Call { requests, fuel })?;
    charge_fuel(store, burnt)?;
    Ok(answers)
}

impl Relay<'_> {
    /// Counts a call of a host function, and asks for what it gives.
    fn pass_on<T: DeserializeOwned>(&mut self, question: Ask) -> wasmtime::Result<T> {
        self.0.charge_host_call()?;
        ask(question)
    }
}

// === impl HasData ===

impl HasData for Relays {
    type Data<'a> = Relay<'a>;
}

// === impl Host ===

impl imports::log::Host for Relay<'_> {
    fn write(
        &mut self,
        level: imports::log::Level,
        message: String,
        fields: Vec<(String, String)>,
    ) -> Answered<()> {
        // The parent has the line; what is needed here is what a break's message is made from.
        let last_words = (level == imports::log::Level::Error).then(|| message.clone());
        let told: Result<(), HostError> = self.pass_on(Ask::Log { level, message, fields })?;
        if let (Some(words), Ok(())) = (last_words, &told) {
            self.0.note_last_words(&words);
        }
        Ok(told)
    }
}

impl imports::clock::Host for Relay<'_> {
    fn now(&mut self) -> Answered<imports::clock::Datetime> {
        self.pass_on(Ask::Now)
    }

    fn monotonic(&mut self) -> Answered<u64> {
        self.pass_on(Ask::Monotonic)
    }
}

impl imports::random::Host for Relay<'_> {
    fn bytes(&mut self, count: u32) -> Answered<Vec<u8>> {
        self.pass_on(Ask::Random { count })
    }

    fn number(&mut self) -> Answered<u64> {
        self.pass_on(Ask::Number)
    }
}

impl imports::progress::Host for Relay<'_> {
    fn report(&mut self, fraction: Option<f64>, message: String) -> Answered<()> {
        self.pass_on(Ask::Progress { fraction, message })
    }
}

impl imports::config::Host for Relay<'_> {
    fn get(&mut self, key: String) -> Answered<Option<String>> {
        self.pass_on(Ask::Config { key })
    }
}

impl imports::secrets::Host for Relay<'_> {
    fn exists(&mut self, name: String) -> Answered<bool> {
        self.pass_on(Ask::Secret { name })
    }
}

impl imports::kv::Host for Relay<'_> {
    async fn get(&mut self, key: String) -> Answered<Option<Vec<u8>>> {
        self.pass_on(Ask::KvGet { key })
    }

    async fn set(&mut self, key: String, value: Vec<u8>) -> Answered<()> {
        self.pass_on(Ask::KvSet { key, value })
    }

    async fn delete(&mut self, key: String) -> Answered<bool> {
        self.pass_on(Ask::KvDelete { key })
    }

    async fn keys(
        &mut self,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> Answered<Vec<String>> {
        self.pass_on(Ask::KvKeys { prefix, after, limit })
    }

    async fn increment(&mut self, key: String, delta: i64) -> Answered<i64> {
        self.pass_on(Ask::KvIncrement { key, delta })
    }

    async fn transact(
        &mut self,
        expectations: Vec<Expectation>,
        changes: Vec<Change>,
    ) -> Answered<bool> {
        self.pass_on(Ask::KvTransact { expectations, changes })
    }
}

impl imports::http::Host for Relay<'_> {
    async fn send(&mut self, request: Request) -> Answered<Response> {
        self.pass_on(Ask::Send(request))
    }

    async fn send_all(
        &mut self,
        requests: Vec<Request>,
    ) -> Answered<Vec<Result<Response, HostError>>> {
        let answered: Result<Vec<_>, HostError> = self.pass_on(Ask::SendAll(requests))?;
        // Each that was sent counts as if it had been sent alone.
        for _ in answered.iter().flatten().skip(1) {
            self.0.charge_host_call()?;
        }
        Ok(answered)
    }
}
