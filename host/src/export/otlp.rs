//! Figures for an OpenTelemetry collector, over OTLP/HTTP in its JSON encoding.
//!
//! Written here rather than taken from the OpenTelemetry crates: they bring 139 dependencies and
//! count calls themselves, and all that is to be sent has been counted already.
//!
//! *Never:* a figure is lost where an export fails; counts are cumulative, and the next has them all.

mod body;
#[cfg(test)]
mod tests;

use std::time::Duration;

use hyper::header::{HeaderName, HeaderValue};
use url::Url;

use crate::traffic::Figures;
use crate::wire::Connector;

/// A collector that has not answered by then does not keep up.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What a collector says when it refuses is a sentence.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// As much of it is told.
const SAID_CHARS_MAX: usize = 300;

/// A collector, and as whom figures are sent to it.
///
/// ```no_run
/// # async fn export(live: engraft::LiveHost) -> Result<(), Box<dyn std::error::Error>> {
/// use engraft::export::{Otlp, RELEASES_MAX};
///
/// let collector = Otlp::to("http://localhost:4318")?.resource("service.name", "assistant");
/// let mut ticks = tokio::time::interval(std::time::Duration::from_secs(10));
/// loop {
///     ticks.tick().await;
///     if let Err(error) = collector.export(&live.figures(RELEASES_MAX)).await {
///         // Told, and tried again: counts are cumulative.
///         eprintln!("{error}");
///     }
/// }
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Otlp {
    endpoint: Url,
    headers: Vec<(HeaderName, HeaderValue)>,
    resource: Vec<(String, String)>,
    connector: Connector,
}

/// Why figures were not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OtlpError {
    /// The address is none.
    #[error("`{0}` is no address of a collector; expected such as `http://localhost:4318`")]
    Endpoint(String),
    /// The header is none.
    #[error("`{0}` cannot be a header of a request")]
    Header(String),
    /// The collector cannot be reached.
    #[error("the collector `{endpoint}` cannot be reached: {why}")]
    Unreachable {
        /// Where.
        endpoint: String,
        /// Why.
        why: String,
    },
    /// The collector took its time.
    #[error("the collector `{endpoint}` did not answer within {TIMEOUT:?}")]
    Late {
        /// Where.
        endpoint: String,
    },
    /// The collector said no.
    #[error("the collector `{endpoint}` answered {status}: {said}")]
    Refused {
        /// Where.
        endpoint: String,
        /// The status.
        status: u16,
        /// What it said, shortened.
        said: String,
    },
}

impl Otlp {
    /// The collector at an address. Where that has no path, it is `/v1/metrics`, as everywhere in
    /// OTLP.
    ///
    /// # Errors
    /// Where it is no address over HTTP.
    pub fn to(endpoint: &str) -> Result<Self, OtlpError> {
        let refused = || OtlpError::Endpoint(endpoint.chars().take(200).collect());
        let mut url = Url::parse(endpoint).map_err(|_| refused())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(refused());
        }
        if url.path() == "/" {
            url.set_path("/v1/metrics");
        }
        let resource = vec![("service.name".to_owned(), "engraft".to_owned())];
        let connector = Connector::of(&url).ok_or_else(refused)?;
        Ok(Self { endpoint: url, headers: Vec::new(), resource, connector })
    }

    /// The same with a fact about the program: `service.name`, `service.instance.id`.
    #[must_use]
    pub fn resource(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.resource.retain(|(known, _)| *known != name);
        self.resource.push((name, value.into()));
        self
    }

    /// The same with a header of each request, such as one that tells who sends it.
    ///
    /// # Errors
    /// Where it is no header.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, OtlpError> {
        let refused = || OtlpError::Header(name.chars().take(80).collect());
        let header = HeaderName::try_from(name).map_err(|_| refused())?;
        let mut value = HeaderValue::try_from(value).map_err(|_| refused())?;
        value.set_sensitive(true);
        self.headers.push((header, value));
        Ok(self)
    }

    /// Sends figures. Nothing runs beside it: dropping the future ends the export.
    ///
    /// # Errors
    /// Where the collector cannot be reached or does not take them.
    pub async fn export(&self, figures: &Figures) -> Result<(), OtlpError> {
        let body = body::request(figures, &self.resource).to_string();
        let sent = self.connector.post(&self.endpoint, &self.headers, body, ANSWER_BYTES_MAX);
        let endpoint = || self.endpoint.origin().ascii_serialization();
        let answer = tokio::time::timeout(TIMEOUT, sent).await;
        let answer = answer.map_err(|_| OtlpError::Late { endpoint: endpoint() })?;
        let posted = answer.map_err(|why| OtlpError::Unreachable { endpoint: endpoint(), why })?;
        if (200..300).contains(&posted.status) {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&posted.body);
        let plain = said.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
        let said = plain.take(SAID_CHARS_MAX).collect();
        Err(OtlpError::Refused { endpoint: endpoint(), status: posted.status, said })
    }
}
