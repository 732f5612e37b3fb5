//! Host functions outside a component: each asks the mock host that this thread runs under.
//!
//! *Never:* anything real happens here; no file, clock or network is touched.

use crate::clock::Timestamp;
use crate::http::{Request, Response};
use crate::kv::Transaction;
use crate::log::Level;
use crate::mock::current;
use crate::{Failure, HostError, call};

pub(crate) fn log_write(
    level: Level,
    message: &str,
    fields: &[(String, String)],
) -> Result<(), HostError> {
    current()?.log_write(level, message, fields)
}

pub(crate) fn clock_now() -> Result<Timestamp, HostError> {
    current()?.clock_now()
}

pub(crate) fn clock_monotonic() -> Result<u64, HostError> {
    current()?.clock_monotonic()
}

pub(crate) fn random_bytes(count: u32) -> Result<Vec<u8>, HostError> {
    current()?.random_bytes(count)
}

pub(crate) fn random_number() -> Result<u64, HostError> {
    current()?.random_number()
}

pub(crate) fn kv_read(key: &str) -> Result<Option<Vec<u8>>, HostError> {
    current()?.kv_read(key)
}

pub(crate) fn kv_write(key: &str, value: &[u8]) -> Result<(), HostError> {
    let transaction = Transaction::default().set(key, value);
    current()?.kv_transact(transaction).map(drop)
}

pub(crate) fn kv_delete(key: &str) -> Result<bool, HostError> {
    current()?.kv_delete(key)
}

pub(crate) fn kv_keys(
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<String>, HostError> {
    current()?.kv_keys(prefix, after, limit)
}

pub(crate) fn kv_increment(key: &str, delta: i64) -> Result<i64, HostError> {
    current()?.kv_increment(key, delta)
}

pub(crate) fn kv_transact(transaction: Transaction) -> Result<bool, HostError> {
    current()?.kv_transact(transaction)
}

pub(crate) fn http_send(request: Request) -> Result<Response, HostError> {
    current()?.http_send(request)
}

pub(crate) fn http_send_all(
    requests: Vec<Request>,
) -> Result<Vec<Result<Response, HostError>>, HostError> {
    let host = current()?;
    Ok(requests.into_iter().map(|request| host.http_send(request)).collect())
}

pub(crate) fn call_invoke(request: call::Request) -> Result<String, Failure> {
    current()?.call_invoke(request)
}

pub(crate) fn call_invoke_all(requests: Vec<call::Request>) -> Vec<Result<String, Failure>> {
    requests.into_iter().map(call_invoke).collect()
}

pub(crate) fn progress_report(fraction: Option<f64>, message: &str) -> Result<(), HostError> {
    current()?.progress_report(fraction, message)
}

pub(crate) fn secret_exists(name: &str) -> Result<bool, HostError> {
    current()?.secret_exists(name)
}

pub(crate) fn config_read(key: &str) -> Result<Option<String>, HostError> {
    current()?.config_read(key)
}
