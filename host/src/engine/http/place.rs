//! Where a request goes: a URL, read once, so that what is checked is what is sent.
//!
//! *Never:* two readings of one URL; nothing else here parses its text.

use url::{Host, Url};

use super::HttpError;
use crate::engine::authority::HttpTarget;

/// Longer URLs are refused by most servers.
const URL_BYTES_MAX: usize = 8 << 10;

/// A checked URL: `http` or `https`, with a host, without user name, password and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    url: Url,
}

impl Place {
    /// Reads a URL that a guest wrote.
    pub(super) fn parse(text: &str) -> Result<Self, HttpError> {
        fit(text)?;
        Self::check(Url::parse(text).map_err(|error| unfit(&format!("{error}")))?)
    }

    /// Reads where a redirect leads, from here.
    pub(super) fn join(&self, location: &str) -> Result<Self, HttpError> {
        fit(location)?;
        Self::check(self.url.join(location).map_err(|error| unfit(&format!("{error}")))?)
    }

    fn check(mut url: Url) -> Result<Self, HttpError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(unfit("its scheme must be `http` or `https`"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(unfit("it must not hold a user name or a password; use a secret"));
        }
        if url.host_str().is_none_or(str::is_empty) || url.port() == Some(0) {
            return Err(unfit("it must name a host and, if any, a port from 1 to 65535"));
        }
        url.set_fragment(None);
        Ok(Self { url })
    }

    pub(super) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(super) fn default_port(&self) -> u16 {
        if self.is_secure() { 443 } else { 80 }
    }

    pub(super) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_else(|| self.default_port())
    }

    /// As in a URL: lower case, an IPv6 address in brackets.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The host as a name or an address.
    pub(super) fn host_kind(&self) -> Option<Host<&str>> {
        self.url.host()
    }

    /// What the rules look at.
    pub(super) fn target<'a>(&'a self, method: &'a str) -> HttpTarget<'a> {
        HttpTarget {
            method,
            host: self.host(),
            port: self.port(),
            default_port: self.default_port(),
            path: self.url.path(),
        }
    }

    pub(super) fn is_same_origin(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }

    /// The same place with one more query parameter.
    pub(super) fn with_query(&self, name: &str, value: &str) -> Self {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair(name, value);
        Self { url }
    }

    /// The `Host` header.
    pub(super) fn authority(&self) -> String {
        match self.url.port() {
            Some(port) => format!("{}:{port}", self.host()),
            None => self.host().to_owned(),
        }
    }

    /// What stands in the request line.
    pub(super) fn path_and_query(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// The whole URL in its one spelling, for a script that answers in place of the network.
    pub(super) fn shown_whole(&self) -> String {
        self.url.to_string()
    }

    /// For messages: without the query, which may hold what is not for them.
    pub(super) fn shown(&self) -> String {
        let path: String = self.url.path().chars().take(128).collect();
        format!("{}://{}{path}", self.url.scheme(), self.authority())
    }
}

/// Refuses what URL parsers quietly drop or turn into something else, since whoever wrote a rule
/// read it otherwise.
fn fit(text: &str) -> Result<(), HttpError> {
    if text.len() > URL_BYTES_MAX {
        return Err(unfit(&format!("it is longer than {URL_BYTES_MAX} bytes")));
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(unfit("it must not hold spaces, control characters or backslashes"));
    }
    Ok(())
}

fn unfit(why: &str) -> HttpError {
    HttpError::Invalid(format!("the URL does not fit: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricky_urls_are_refused_or_read_as_browsers_do() {
        let refused = [
            "",
            "a.org",
            "ftp://a.org/",
            "file:///etc/passwd",
            "http://",
            "http:///",
            "http://user@a.org/",
            "http://user:pw@a.org/",
            "http://a.org:0/",
            "http://a.org:99999/",
            "http://a.org/\r\nHost: b.org",
            "http://a.org\\@b.org/",
            "http://a.org/ x",
            " http://a.org",
            "http://a.org\t.b.org/",
            "http://a b/",
            "http://[::1/",
            "http://a.org/\u{0}",
        ];
        for text in refused {
            assert!(Place::parse(text).is_err(), "{text:?}");
        }
        for (text, host) in [
            ("http://127.1/", "127.0.0.1"),
            ("http://2130706433/", "127.0.0.1"),
            ("http://0x7f.0.0.1/", "127.0.0.1"),
            ("http://[::ffff:7f00:1]/", "[::ffff:7f00:1]"),
            ("http://A.ORG/", "a.org"),
            ("http://a.org./", "a.org."),
            ("http://bücher.example/", "xn--bcher-kva.example"),
            ("http://１２７.0.0.1/", "127.0.0.1"),
        ] {
            assert_eq!(Place::parse(text).unwrap().host(), host, "{text}");
        }
        assert!(Place::parse(&format!("http://a.org/{}", "x".repeat(URL_BYTES_MAX))).is_err());
    }

    #[test]
    fn dots_are_gone_before_the_rules_look() {
        let place = Place::parse("https://a.org/v1/../v2/%2e%2e/v3?q=1#top").unwrap();
        assert_eq!(place.target("GET").path, "/v3");
        assert_eq!(place.path_and_query(), "/v3?q=1");
        assert_eq!(place.shown(), "https://a.org/v3");
    }

    #[test]
    fn a_redirect_is_read_from_where_it_came() {
        let place = Place::parse("https://a.org/b/c").unwrap();
        assert_eq!(place.join("../d").unwrap().shown(), "https://a.org/d");
        assert_eq!(place.join("//evil.org/").unwrap().host(), "evil.org");
        assert!(place.join("javascript:alert(1)").is_err());
        assert!(place.join("https://u:p@a.org/").is_err());
    }
}
