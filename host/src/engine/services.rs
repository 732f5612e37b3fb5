//! What stands behind the host functions: stores, clients, sinks; shared by all calls of a host.
//!
//! *Never:* a service decides what is allowed; authority has decided before it is asked.

mod config;
mod log;
mod progress;
mod random;
mod secrets;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

pub use config::{ConfigMap, ConfigSource};
pub use log::{LogLevel, LogRecord, LogSink, TracingLog};
pub use progress::{ProgressReport, ProgressSink, TracingProgress};
pub use random::{RandomError, RandomSource, SystemRandom};
pub use secrets::{SecretMap, SecretSource, SecretValue};

use super::http::HttpClient;
use super::{Exchanges, HttpSettings, Peers};
use crate::model::KeyValue;

/// The services of one engine. The default writes logs and progress to `tracing`, draws random
/// numbers from the operating system, and has no secrets, settings, values or other capabilities;
/// whatever is missing is told to the guest as `unavailable`.
///
/// ```
/// use engraft::engine::{ConfigMap, SecretMap, Services};
///
/// let services = Services::default()
///     .secrets(SecretMap::default().with("mail.token", "s3cret-value"))
///     .config(ConfigMap::default().with("locale", "de-CH"));
/// assert!(!format!("{services:?}").contains("s3cret-value"));
/// ```
#[derive(Clone)]
pub struct Services {
    pub(crate) log: Arc<dyn LogSink>,
    pub(crate) progress: Arc<dyn ProgressSink>,
    pub(crate) secrets: Arc<dyn SecretSource>,
    pub(crate) config: Arc<dyn ConfigSource>,
    pub(crate) random: Arc<dyn RandomSource>,
    pub(crate) values: Option<Arc<dyn KeyValue>>,
    pub(crate) peers: Option<Arc<dyn Peers>>,
    pub(crate) http: Arc<HttpClient>,
    /// Who listens to the embedding program's own interfaces, or answers in their place.
    pub(crate) exchanges: Option<Arc<dyn Exchanges>>,
    /// What guests count monotonic time from, the same for all calls.
    pub(crate) origin: OnceLock<Instant>,
}

impl Services {
    /// Where log lines of guests go.
    #[must_use]
    pub fn log(mut self, sink: impl LogSink) -> Self {
        self.log = Arc::new(sink);
        self
    }

    /// Where progress reports of guests go.
    #[must_use]
    pub fn progress(mut self, sink: impl ProgressSink) -> Self {
        self.progress = Arc::new(sink);
        self
    }

    /// Where secrets come from.
    #[must_use]
    pub fn secrets(mut self, source: impl SecretSource) -> Self {
        self.secrets = Arc::new(source);
        self
    }

    /// Where settings come from.
    #[must_use]
    pub fn config(mut self, source: impl ConfigSource) -> Self {
        self.config = Arc::new(source);
        self
    }

    /// Where real random numbers come from.
    #[must_use]
    pub fn random(mut self, source: impl RandomSource) -> Self {
        self.random = Arc::new(source);
        self
    }

    /// Where values of `kv` are kept.
    #[must_use]
    pub fn values(mut self, store: Arc<dyn KeyValue>) -> Self {
        self.values = Some(store);
        self
    }

    /// Where a capability finds others.
    #[must_use]
    pub fn peers(mut self, peers: Arc<dyn Peers>) -> Self {
        self.peers = Some(peers);
        self
    }

    /// Who listens to the embedding program's own interfaces, or answers in their place.
    #[must_use]
    pub(crate) fn exchanges(mut self, exchanges: Arc<dyn Exchanges>) -> Self {
        self.exchanges = Some(exchanges);
        self
    }

    /// How requests are sent.
    #[must_use]
    pub fn http(mut self, settings: HttpSettings) -> Self {
        self.http = Arc::new(HttpClient::new(settings));
        self
    }
}

// === impl Default ===

impl Default for Services {
    fn default() -> Self {
        Self {
            log: Arc::new(TracingLog),
            progress: Arc::new(TracingProgress),
            secrets: Arc::new(SecretMap::default()),
            config: Arc::new(ConfigMap::default()),
            random: Arc::new(SystemRandom),
            values: None,
            peers: None,
            exchanges: None,
            http: Arc::new(HttpClient::new(HttpSettings::default())),
            origin: OnceLock::new(),
        }
    }
}

// === impl Debug ===

impl fmt::Debug for Services {
    /// Only what is there, not what is in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services")
            .field("values", &self.values.is_some())
            .field("peers", &self.peers.is_some())
            .field("http", &self.http)
            .finish_non_exhaustive()
    }
}
