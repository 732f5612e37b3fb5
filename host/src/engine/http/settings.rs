//! How requests are sent: bounds and seams of the client, the same for all capabilities.
//!
//! *Never:* a setting here opens a way that the rules of a capability do not.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{HttpScript, HttpWitness, Resolver, SystemResolver};

/// How requests are sent. Each capability's own rules and budget hold besides.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpSettings {
    /// Redirects followed for one request. Real services need one to three; a loop needs no more.
    pub redirects_max: u32,
    /// Requests side by side in one `send-all`. More would hold too many sockets for one call.
    pub batch_max: usize,
    /// Time to reach a host, name look-up and TLS included.
    pub connect_timeout: Duration,
    /// Time for one request from start to end, redirects and body included. The deadline of the call
    /// holds in any case.
    pub request_timeout: Duration,
    /// Status line and headers of a response. Servers themselves rarely take more than 64 KiB.
    pub response_header_bytes_max: usize,
    /// Certificates (DER) that are trusted besides the usual roots, as inside a company.
    pub extra_roots: Vec<Vec<u8>>,
    /// How names become addresses.
    pub resolver: Arc<dyn Resolver>,
    /// Answers in place of the network. With one, nothing is ever sent.
    pub script: Option<Arc<dyn HttpScript>>,
    /// Is told what requests were answered.
    pub witness: Option<Arc<dyn HttpWitness>>,
}

// === impl Default ===

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            redirects_max: 5,
            batch_max: 32,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            response_header_bytes_max: 64 << 10,
            extra_roots: Vec::new(),
            resolver: Arc::new(SystemResolver),
            script: None,
            witness: None,
        }
    }
}

// === impl Debug ===

impl fmt::Debug for HttpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSettings")
            .field("redirects_max", &self.redirects_max)
            .field("batch_max", &self.batch_max)
            .field("connect_timeout", &self.connect_timeout)
            .field("request_timeout", &self.request_timeout)
            .field("response_header_bytes_max", &self.response_header_bytes_max)
            .field("extra_roots", &self.extra_roots.len())
            .field("is_scripted", &self.script.is_some())
            .finish_non_exhaustive()
    }
}
