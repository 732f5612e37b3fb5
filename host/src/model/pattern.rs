//! Patterns over names and hosts. Small on purpose: a person must see at a glance what matches.
//!
//! *Never:* a pattern matches more than its text says; there are no regular expressions here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::name::is_word;

/// A text that is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a pattern: {why}")]
pub struct PatternError {
    text: String,
    why: &'static str,
}

fn refuse<T>(text: &str, why: &'static str) -> Result<T, PatternError> {
    Err(PatternError { text: text.chars().take(256).collect(), why })
}

/// Names of capabilities: one name, a name and everything below it (`text.*`), or all (`*`).
///
/// ```
/// use engraft::model::NamePattern;
///
/// let pattern: NamePattern = "text.*".parse()?;
/// assert!(pattern.matches("text.slugify"));
/// assert!(!pattern.matches("textual.slugify"));
/// # Ok::<(), engraft::model::PatternError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NamePattern(String);

impl NamePattern {
    /// Whether this name is meant.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == self.0,
        }
    }

    /// Whether everything that `other` matches is matched here too.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self.0.strip_suffix('*'), other.0.strip_suffix('*')) {
            (Some(mine), Some(theirs)) => theirs.starts_with(mine),
            _ => self.matches(&other.0),
        }
    }
}

/// Internet hosts: one name or address (`api.example.org`), everything below a domain
/// (`*.example.org`), or all (`*`); with a port (`:8443`) only that one, without it the scheme's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostPattern {
    host: String,
    port: Option<u16>,
}

impl HostPattern {
    /// Whether requests to this host and port are meant. `default_port` is the scheme's own.
    #[must_use]
    pub fn matches(&self, host: &str, port: u16, default_port: u16) -> bool {
        port == self.port.unwrap_or(default_port) && self.matches_host(host)
    }

    /// Whether exactly this host is named, without a wildcard. Private addresses need that.
    #[must_use]
    pub fn names(&self, host: &str) -> bool {
        !self.host.starts_with('*') && self.matches_host(host)
    }

    /// Whether this host is meant, at any port unless one is named.
    pub(crate) fn means(&self, host: &str, port: u16) -> bool {
        self.port.is_none_or(|named| named == port) && self.matches_host(host)
    }

    /// Whether everything that `other` matches is matched here too.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.port == other.port
            && match (self.host.strip_prefix('*'), other.host.strip_prefix('*')) {
                (Some(mine), Some(theirs)) => theirs.ends_with(mine),
                (None, Some(_)) => false,
                _ => self.matches_host(&other.host),
            }
    }

    fn matches_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        match self.host.strip_prefix('*') {
            Some("") => true,
            Some(suffix) => {
                host.len() > suffix.len()
                    && host.is_char_boundary(host.len() - suffix.len())
                    && host[host.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
            }
            None => host.eq_ignore_ascii_case(&self.host),
        }
    }
}

// === impl NamePattern ===

impl FromStr for NamePattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let words = match text {
            "*" => return Ok(Self(text.to_owned())),
            _ => text.strip_suffix(".*").unwrap_or(text),
        };
        if text.len() <= 128 && words.split('.').all(is_word) {
            Ok(Self(text.to_owned()))
        } else {
            refuse(text, "expected a name, a name with `.*` behind it, or `*`")
        }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for NamePattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl From<NamePattern> for String {
    fn from(pattern: NamePattern) -> Self {
        pattern.0
    }
}

// === impl HostPattern ===

impl FromStr for HostPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let (host, port) = split_port(text);
        let port = match port.map(str::parse) {
            None => None,
            Some(Ok(port)) if port != 0 => Some(port),
            Some(_) => return refuse(text, "the port is not a number from 1 to 65535"),
        };
        let plain = host.strip_prefix("*.").unwrap_or(host);
        let address = host.starts_with('[') && host.ends_with(']');
        let is_name = !plain.is_empty()
            && !plain.starts_with('.')
            && plain
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.');
        let is_address = address && host[1..host.len() - 1].parse::<std::net::Ipv6Addr>().is_ok();
        if host == "*" || is_name || is_address {
            Ok(Self { host: host.to_ascii_lowercase(), port })
        } else {
            refuse(text, "expected a host such as `api.example.org`, `*.example.org` or `[::1]:80`")
        }
    }
}

/// Splits a port off, minding the colons inside an IPv6 address.
fn split_port(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl TryFrom<String> for HostPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl From<HostPattern> for String {
    fn from(pattern: HostPattern) -> Self {
        pattern.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> HostPattern {
        text.parse().unwrap()
    }

    #[test]
    fn a_wildcard_stops_at_the_dot() {
        assert!(host("*.example.org").matches("a.example.org", 443, 443));
        assert!(!host("*.example.org").matches("example.org", 443, 443));
        assert!(!host("*.example.org").matches("evilexample.org", 443, 443));
        assert!(!host("example.org").matches("example.org.evil.net", 443, 443));
        assert!(host("example.org").matches("EXAMPLE.org.", 443, 443));
        assert!(!host("example.org").matches("example.org", 8443, 443));
        assert!(host("[::1]:80").matches("[::1]", 80, 443));
    }

    #[test]
    fn only_an_exact_host_is_named() {
        assert!(host("localhost:8080").names("localhost"));
        assert!(!host("*").names("localhost"));
    }

    #[test]
    fn covering_is_matching_every_match() {
        assert!(host("*.example.org").covers(&host("*.a.example.org")));
        assert!(!host("a.example.org").covers(&host("*.example.org")));
        let all: NamePattern = "*".parse().unwrap();
        let text: NamePattern = "text.*".parse().unwrap();
        assert!(all.covers(&text) && !text.covers(&all));
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "a b", "*.", "*a.org", "host:0", "host:x", "http://a", "[::g]", "a/b"] {
            assert!(bad.parse::<HostPattern>().is_err(), "{bad}");
        }
        for bad in ["", "*.text", "text*", "a..b", ".*"] {
            assert!(bad.parse::<NamePattern>().is_err(), "{bad}");
        }
    }
}
