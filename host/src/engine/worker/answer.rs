//! The parent's side of what a guest in a worker asks: the very host functions that serve a guest in
//! this process, on a state of the call that is kept here.
//!
//! *Never:* a worker is believed; authority and budget are asked here, whatever it says it has asked.

use std::sync::Arc;

use engraft_wit::host::imports;
use serde::Serialize;

use super::wire::Ask;
use crate::engine::effects::{make_calls, prepare_calls};
use crate::engine::state::CallState;

/// Does what was asked, and gives the answer as it goes over the pipe.
pub(super) async fn answer(state: &mut CallState, ask: Ask) -> wasmtime::Result<Vec<u8>> {
    use imports::{clock, config, http, kv, log, progress, random, secrets};
    match ask {
        Ask::Log { level, message, fields } => {
            encode(&log::Host::write(state, level, message, fields)?)
        }
        Ask::Now => encode(&clock::Host::now(state)?),
        Ask::Monotonic => encode(&clock::Host::monotonic(state)?),
        Ask::Random { count } => encode(&random::Host::bytes(state, count)?),
        Ask::Number => encode(&random::Host::number(state)?),
        Ask::Progress { fraction, message } => {
            encode(&progress::Host::report(state, fraction, message)?)
        }
        Ask::Config { key } => encode(&config::Host::get(state, key)?),
        Ask::Secret { name } => encode(&secrets::Host::exists(state, name)?),
        Ask::KvGet { key } => encode(&kv::Host::get(state, key).await?),
        Ask::KvSet { key, value } => encode(&kv::Host::set(state, key, value).await?),
        Ask::KvDelete { key } => encode(&kv::Host::delete(state, key).await?),
        Ask::KvKeys { prefix, after, limit } => {
            encode(&kv::Host::keys(state, prefix, after, limit).await?)
        }
        Ask::KvIncrement { key, delta } => encode(&kv::Host::increment(state, key, delta).await?),
        Ask::KvTransact { expectations, changes } => {
            encode(&kv::Host::transact(state, expectations, changes).await?)
        }
        Ask::Send(request) => encode(&http::Host::send(state, request).await?),
        Ask::SendAll(requests) => encode(&http::Host::send_all(state, requests).await?),
        Ask::Own { function, asked } => {
            state.charge_host_call()?;
            encode(&state.stood_in(&function, &asked))
        }
        Ask::Call { requests, fuel } => {
            for _ in 0..requests.len().max(1) {
                state.charge_host_call()?;
            }
            // What is left is the worker's to say, and never more than the call began with.
            let fuel = fuel.map(|fuel| fuel.min(state.budget.fuel));
            let calls = prepare_calls(state, requests, fuel);
            let identity = Arc::clone(&state.identity);
            encode(&make_calls(&identity, calls).await)
        }
    }
}

fn encode<T: Serialize>(answer: &T) -> wasmtime::Result<Vec<u8>> {
    postcard::to_allocvec(answer).map_err(wasmtime::Error::new)
}
