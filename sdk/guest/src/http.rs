//! Requests to the outside. Needs an `http` permission for each host.
//!
//! ```no_run
//! use engraft_guest::{Failure, http::Request};
//!
//! # fn f() -> Result<(), Failure> {
//! let weather: serde_json::Value = Request::get("https://api.example.org/v1/weather")
//!     .query("city", "Bern & Thun")
//!     .bearer("weather-token")
//!     .send()?
//!     .success()?
//!     .json()?;
//! # Ok(())
//! # }
//! ```
//!
//! *Never:* a secret's value is part of a request here; its name is, and the host puts it in.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Failure, HostError, json, sys};

/// One request, built step by step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a request does nothing before it is sent"]
pub struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) timeout_ms: Option<u32>,
}

/// A secret by its name, and where the host puts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) secret: String,
    pub(crate) placement: Placement,
}

/// Where the host puts a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Placement {
    Bearer,
    Basic(String),
    Header(String),
    Query(String),
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Sends requests side by side; answers in the order asked.
///
/// # Errors
/// Where none could be sent; what became of each is in the list.
pub fn send_all(
    requests: impl IntoIterator<Item = Request>,
) -> Result<Vec<Result<Response, HostError>>, HostError> {
    sys::http_send_all(requests.into_iter().collect())
}

// === impl Request ===

impl Request {
    /// A request with any method, in upper case.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: None,
            credentials: Vec::new(),
            timeout_ms: None,
        }
    }

    /// A `GET` request.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// A `HEAD` request.
    pub fn head(url: impl Into<String>) -> Self {
        Self::new("HEAD", url)
    }

    /// A `POST` request.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new("POST", url)
    }

    /// A `PUT` request.
    pub fn put(url: impl Into<String>) -> Self {
        Self::new("PUT", url)
    }

    /// A `PATCH` request.
    pub fn patch(url: impl Into<String>) -> Self {
        Self::new("PATCH", url)
    }

    /// A `DELETE` request.
    pub fn delete(url: impl Into<String>) -> Self {
        Self::new("DELETE", url)
    }

    /// Adds a query parameter; name and value are encoded.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        let fragment = self.url.find('#').map(|at| self.url.split_off(at));
        self.url.push(if self.url.contains('?') { '&' } else { '?' });
        percent_encode(name, &mut self.url);
        self.url.push('=');
        percent_encode(value, &mut self.url);
        self.url.extend(fragment);
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets the body to JSON, with its content type.
    ///
    /// # Errors
    /// Where the value cannot be written as JSON.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Result<Self, HostError> {
        let body = json::to_string(value)
            .map_err(|error| HostError::Invalid(format!("the body as JSON: {error}")))?;
        Ok(self.header("content-type", "application/json").body(body))
    }

    /// Has the host add `Authorization: Bearer <secret>`.
    pub fn bearer(self, secret: impl Into<String>) -> Self {
        self.credential(secret, Placement::Bearer)
    }

    /// Has the host add `Authorization: Basic` with this user name and the secret as the password.
    pub fn basic(self, user: impl Into<String>, secret: impl Into<String>) -> Self {
        self.credential(secret, Placement::Basic(user.into()))
    }

    /// Has the host add this header with the secret as its value.
    pub fn secret_header(self, name: impl Into<String>, secret: impl Into<String>) -> Self {
        self.credential(secret, Placement::Header(name.into()))
    }

    /// Has the host add this query parameter with the secret as its value.
    pub fn secret_query(self, name: impl Into<String>, secret: impl Into<String>) -> Self {
        self.credential(secret, Placement::Query(name.into()))
    }

    /// Waits no longer than this; the call's own deadline holds in any case.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout_ms = Some(u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX));
        self
    }

    /// Sends it. Redirects are followed only where the rules allow each hop.
    ///
    /// # Errors
    /// Where the request is not allowed, does not fit or fails; any status is a response.
    pub fn send(self) -> Result<Response, HostError> {
        sys::http_send(self)
    }

    fn credential(mut self, secret: impl Into<String>, placement: Placement) -> Self {
        self.credentials.push(Credential { secret: secret.into(), placement });
        self
    }
}

// === impl Response ===

impl Response {
    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Every header, in the order received.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The first header of this name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, without a copy.
    #[must_use]
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// The body as text; what is not UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body, read from JSON.
    ///
    /// # Errors
    /// Where the body is not JSON of that type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        json::from_slice(&self.body)
            .map_err(|error| Failure::failed(format!("the response as JSON: {error}")))
    }

    /// This response if its status is 2xx, else a failure with the facts that the status tells:
    /// 401 and 403 are denials, 408, 429 and 5xx may pass.
    ///
    /// # Errors
    /// Where the status is not 2xx.
    pub fn success(self) -> Result<Self, Failure> {
        let message = || format!("the server answered with status {}", self.status);
        match self.status {
            200..=299 => Ok(self),
            401 | 403 => Err(Failure::denied(message())),
            408 | 429 | 500..=599 => Err(Failure::unavailable(message())),
            _ => Err(Failure::failed(message())),
        }
    }
}

/// Everything but the unreserved characters of RFC 3986 is encoded, which fits every query.
fn percent_encode(text: &str, into: &mut String) {
    const HEX: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.extend(HEX.get(usize::from(byte >> 4)));
            into.extend(HEX.get(usize::from(byte & 15)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_parameters_are_encoded_and_stay_before_the_fragment() {
        let request = Request::get("https://a.org/x#end").query("q", "a b&c=ü").query("n", "1");
        assert_eq!(request.url, "https://a.org/x?q=a%20b%26c%3D%C3%BC&n=1#end");
    }

    #[test]
    fn a_status_becomes_a_failure_with_its_facts() {
        let answer = |status| Response { status, headers: vec![], body: vec![] }.success();
        assert!(answer(204).is_ok());
        assert_eq!(answer(403).unwrap_err().kind(), crate::FailureKind::Denied);
        assert!(answer(503).unwrap_err().is_retryable());
        assert!(!answer(404).unwrap_err().is_retryable());
    }
}
