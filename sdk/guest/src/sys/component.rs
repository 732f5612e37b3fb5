//! Host functions in a component: each is one import of the contract.
//!
//! *Never:* two imports in one function; the linker keeps only those functions that are used, and so
//! a component imports only what it uses.

use engraft_wit::guest::capability::engraft::capability as wit;

use crate::clock::Timestamp;
use crate::http::{Placement, Request, Response};
use crate::kv::{Change, Transaction};
use crate::log::Level;
use crate::{Failure, FailureKind, HostError, call};

pub(crate) fn log_write(
    level: Level,
    message: &str,
    fields: &[(String, String)],
) -> Result<(), HostError> {
    let level = match level {
        Level::Trace => wit::log::Level::Trace,
        Level::Debug => wit::log::Level::Debug,
        Level::Info => wit::log::Level::Info,
        Level::Warn => wit::log::Level::Warn,
        Level::Error => wit::log::Level::Error,
    };
    wit::log::write(level, message, fields).map_err(host_error)
}

pub(crate) fn clock_now() -> Result<Timestamp, HostError> {
    let now = wit::clock::now().map_err(host_error)?;
    Ok(Timestamp::new(now.seconds, now.nanoseconds))
}

pub(crate) fn clock_monotonic() -> Result<u64, HostError> {
    wit::clock::monotonic().map_err(host_error)
}

pub(crate) fn random_bytes(count: u32) -> Result<Vec<u8>, HostError> {
    wit::random::bytes(count).map_err(host_error)
}

pub(crate) fn random_number() -> Result<u64, HostError> {
    wit::random::number().map_err(host_error)
}

pub(crate) fn kv_read(key: &str) -> Result<Option<Vec<u8>>, HostError> {
    wit::kv::get(key).map_err(host_error)
}

pub(crate) fn kv_write(key: &str, value: &[u8]) -> Result<(), HostError> {
    wit::kv::set(key, value).map_err(host_error)
}

pub(crate) fn kv_delete(key: &str) -> Result<bool, HostError> {
    wit::kv::delete(key).map_err(host_error)
}

pub(crate) fn kv_keys(
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<String>, HostError> {
    wit::kv::keys(prefix, after, limit).map_err(host_error)
}

pub(crate) fn kv_increment(key: &str, delta: i64) -> Result<i64, HostError> {
    wit::kv::increment(key, delta).map_err(host_error)
}

pub(crate) fn kv_transact(transaction: Transaction) -> Result<bool, HostError> {
    let expectations: Vec<_> = transaction
        .expectations
        .into_iter()
        .map(|(key, value)| wit::kv::Expectation { key, value })
        .collect();
    let changes: Vec<_> = transaction
        .changes
        .into_iter()
        .map(|change| match change {
            Change::Set(key, value) => wit::kv::Change::Set((key, value)),
            Change::Delete(key) => wit::kv::Change::Delete(key),
        })
        .collect();
    wit::kv::transact(&expectations, &changes).map_err(host_error)
}

pub(crate) fn http_send(request: Request) -> Result<Response, HostError> {
    wit::http::send(&outgoing(request)).map(incoming).map_err(host_error)
}

pub(crate) fn http_send_all(
    requests: Vec<Request>,
) -> Result<Vec<Result<Response, HostError>>, HostError> {
    let requests: Vec<_> = requests.into_iter().map(outgoing).collect();
    let answers = wit::http::send_all(&requests).map_err(host_error)?;
    Ok(answers.into_iter().map(|answer| answer.map(incoming).map_err(host_error)).collect())
}

pub(crate) fn call_invoke(request: call::Request) -> Result<String, Failure> {
    wit::call::invoke(&asked(request)).map_err(failure)
}

pub(crate) fn call_invoke_all(requests: Vec<call::Request>) -> Vec<Result<String, Failure>> {
    let requests: Vec<_> = requests.into_iter().map(asked).collect();
    wit::call::invoke_all(&requests).into_iter().map(|one| one.map_err(failure)).collect()
}

pub(crate) fn progress_report(fraction: Option<f64>, message: &str) -> Result<(), HostError> {
    wit::progress::report(fraction, message).map_err(host_error)
}

pub(crate) fn secret_exists(name: &str) -> Result<bool, HostError> {
    wit::secrets::exists(name).map_err(host_error)
}

pub(crate) fn config_read(key: &str) -> Result<Option<String>, HostError> {
    wit::config::get(key).map_err(host_error)
}

fn host_error(error: wit::types::HostError) -> HostError {
    match error {
        wit::types::HostError::Denied(message) => HostError::Denied(message),
        wit::types::HostError::Exhausted(message) => HostError::Exhausted(message),
        wit::types::HostError::Invalid(message) => HostError::Invalid(message),
        wit::types::HostError::Unavailable(message) => HostError::Unavailable(message),
        wit::types::HostError::Failed(message) => HostError::Failed(message),
    }
}

fn failure(failure: wit::types::Failure) -> Failure {
    let (kind, facts) = match failure {
        wit::types::Failure::InvalidInput(facts) => (FailureKind::InvalidInput, facts),
        wit::types::Failure::Denied(facts) => (FailureKind::Denied, facts),
        wit::types::Failure::Unavailable(facts) => (FailureKind::Unavailable, facts),
        wit::types::Failure::Failed(facts) => (FailureKind::Failed, facts),
    };
    Failure {
        kind,
        message: facts.message,
        retryable: facts.retryable,
        effect_happened: facts.effect_happened,
    }
}

fn asked(request: call::Request) -> wit::call::Request {
    wit::call::Request {
        capability: request.capability,
        operation: request.operation,
        input: request.input,
    }
}

fn outgoing(request: Request) -> wit::http::Request {
    let credentials = request.credentials.into_iter().map(|credential| wit::http::Credential {
        secret: credential.secret,
        placement: match credential.placement {
            Placement::Bearer => wit::http::Placement::Bearer,
            Placement::Basic(user) => wit::http::Placement::Basic(user),
            Placement::Header(name) => wit::http::Placement::Header(name),
            Placement::Query(name) => wit::http::Placement::Query(name),
        },
    });
    wit::http::Request {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: request.body,
        credentials: credentials.collect(),
        timeout_ms: request.timeout_ms,
    }
}

fn incoming(response: wit::http::Response) -> Response {
    Response { status: response.status, headers: response.headers, body: response.body }
}
