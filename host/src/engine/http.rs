//! Requests to the outside, for the contract's `http` and for `wasi:http`: one client, one set of
//! rules. Every hop is checked against the rules and every address before a byte is sent, and the
//! connection goes to exactly the address that was checked.
//!
//! Connections are not kept for a next request. A shared pool would let one capability use a
//! connection that another one's grant has opened; TLS sessions are resumed instead.
//!
//! *Never:* a request, a redirect or an address that the rules do not allow gets as far as a socket;
//! nor does a secret come back to the guest in a message of ours.

#![cfg_attr(
    not(feature = "http"),
    expect(dead_code, reason = "without the client nobody asks where requests go")
)]

#[cfg(feature = "http")]
mod client;
#[cfg(feature = "http")]
mod connect;
#[cfg(feature = "http")]
mod credentials;
#[cfg(feature = "http")]
mod exchange;
#[cfg(feature = "http")]
mod headers;
#[cfg(feature = "http")]
mod place;
#[cfg(feature = "http")]
mod redact;
#[cfg(feature = "http")]
mod redirect;
mod resolve;
mod script;
mod settings;
#[cfg(feature = "http")]
#[cfg(test)]
mod tests;
#[cfg(feature = "http")]
pub(crate) mod wasi;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use resolve::{Lookup, Resolver, SystemResolver};
pub use script::{HttpScript, ScriptedFault, ScriptedRequest, ScriptedResponse};
pub use settings::HttpSettings;

use super::authority::{Authority, Denial};
use super::services::SecretSource;
use crate::model::CapabilityName;

/// Sends requests; shared by all calls of a host.
#[derive(Debug)]
pub(crate) struct HttpClient {
    settings: HttpSettings,
    #[cfg(feature = "http")]
    tls: connect::Tls,
}

/// On whose behalf a request is sent.
#[derive(Clone, Copy)]
pub(crate) struct Sender<'a> {
    pub(crate) capability: &'a CapabilityName,
    pub(crate) authority: &'a Authority,
    pub(crate) secrets: &'a dyn SecretSource,
    pub(crate) allowance: &'a Allowance,
}

/// A request as a guest asks for it, unchecked.
#[derive(Debug, Clone, Default)]
pub(crate) struct OutgoingRequest {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) timeout: Option<Duration>,
}

/// A secret by its name, and where it goes.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) secret: String,
    pub(crate) placement: Placement,
}

/// Where a secret goes.
#[derive(Debug, Clone)]
pub(crate) enum Placement {
    Bearer,
    Basic(String),
    Header(String),
    Query(String),
}

/// What came back, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IncomingResponse {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Bytes of bodies that one call may receive, shared by its requests side by side.
#[derive(Debug)]
pub(crate) struct Allowance {
    limit: u64,
    used: AtomicU64,
}

/// Why there is no response. Messages name the host and the path, never the query or a header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HttpError {
    /// The request does not fit; nothing was sent.
    #[error("{0}")]
    Invalid(String),
    /// A rule is missing; nothing was sent.
    #[error("{0}")]
    Rule(#[from] Denial),
    /// It would be unsafe whatever the rules say; nothing was sent.
    #[error("{0}")]
    Refused(String),
    /// The call has received all it may; nothing was sent.
    #[error(
        "this call has received all {limit} bytes that it may over HTTP; \
         raise `http_bytes` in its budget if it needs more"
    )]
    Exhausted { limit: u64 },
    /// Nobody could be reached; nothing was sent.
    #[error("{0}")]
    Unreachable(String),
    /// It was sent; the answer is missing or unfit.
    #[error("{0}")]
    Broken(String),
    /// It was sent; the answer is larger than the call may receive.
    #[error(
        "the response was cut: this call may receive {limit} bytes over HTTP; \
         raise `http_bytes` in its budget if it needs more"
    )]
    TooLarge { limit: u64 },
}

impl HttpClient {
    pub(crate) fn new(settings: HttpSettings) -> Self {
        Self {
            #[cfg(feature = "http")]
            tls: connect::Tls::new(&settings.extra_roots),
            settings,
        }
    }

    pub(crate) const fn settings(&self) -> &HttpSettings {
        &self.settings
    }
}

#[cfg(not(feature = "http"))]
impl HttpClient {
    /// Says what is missing, after the rules have been asked: a denial stays a denial.
    pub(crate) async fn send(
        &self,
        sender: Sender<'_>,
        _request: OutgoingRequest,
    ) -> Result<IncomingResponse, HttpError> {
        sender.authority.http_at_all()?;
        Err(HttpError::Unreachable(
            "this host was built without its feature `http`, so it sends no requests; \
             build it with `features = [\"http\"]`"
                .to_owned(),
        ))
    }
}

// === impl Allowance ===

impl Allowance {
    pub(crate) const fn new(limit: u64) -> Self {
        Self { limit, used: AtomicU64::new(0) }
    }

    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Fails where nothing is left, before anything is sent.
    #[cfg(feature = "http")]
    fn check(&self) -> Result<(), HttpError> {
        match self.used() >= self.limit {
            true => Err(HttpError::Exhausted { limit: self.limit }),
            false => Ok(()),
        }
    }

    /// Fails where an announced length cannot fit, before it is read.
    #[cfg(feature = "http")]
    fn foresee(&self, bytes: u64) -> Result<(), HttpError> {
        match self.used().saturating_add(bytes) > self.limit {
            true => Err(HttpError::TooLarge { limit: self.limit }),
            false => Ok(()),
        }
    }

    /// Counts bytes that have come.
    #[cfg(feature = "http")]
    fn take(&self, bytes: u64) -> Result<(), HttpError> {
        let fits = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= self.limit);
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits) {
            Ok(_) => Ok(()),
            Err(_) => Err(HttpError::TooLarge { limit: self.limit }),
        }
    }
}
