//! Servers: where the operations of a document are.
//!
//! *Never:* a server in a private network is taken because a document names it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;
use url::{Host, Url};

use super::document::{Document, shown};
use crate::model::HostPattern;
use crate::model::address::is_public;

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::synth) struct Server {
    /// Scheme, host and port: `https://api.example.org`.
    pub(in crate::synth) origin: String,
    /// Host and port, as rules name them.
    pub(in crate::synth) host: String,
    /// The path that every operation begins with, without a slash at its end.
    pub(super) path: String,
    pub(super) is_secure: bool,
    pub(super) is_loopback: bool,
    /// What stands before it in its list, and why it is not taken.
    pub(super) passed_over: Option<String>,
}

/// What a person decides of servers.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    /// In place of those of the document.
    pub(super) instead: Option<Url>,
    /// Where the document came from.
    pub(super) base: Option<Url>,
    /// Hosts in private networks that are meant.
    pub(super) private: Vec<HostPattern>,
    pub(super) variables: BTreeMap<String, String>,
}

/// The first server that will do of the places where servers may stand, the nearest first; or why
/// there is none.
pub(super) fn choose(
    document: &Document,
    nearest_first: [&Value; 3],
    choice: &Choice,
) -> Result<Server, String> {
    if let Some(url) = &choice.instead {
        return server(url, choice);
    }
    let listed = |of: &&&Value| {
        of.get("servers").is_some_and(|it| it.as_array().is_some_and(|it| !it.is_empty()))
    };
    let Some(of) = nearest_first.iter().find(listed) else {
        return url("/", choice).and_then(|url| server(&url, choice));
    };
    let mut reasons = Vec::new();
    for entry in document.list(of, "servers") {
        match entry.and_then(|entry| one(entry, choice)) {
            Ok(server) => {
                reasons.dedup();
                let passed_over = (!reasons.is_empty()).then(|| reasons.join("; "));
                return Ok(Server { passed_over, ..server });
            }
            Err(reason) => reasons.push(reason),
        }
    }
    reasons.dedup();
    Err(reasons.join("; "))
}

fn one(entry: &Value, choice: &Choice) -> Result<Server, String> {
    let template = entry.get("url").and_then(Value::as_str).unwrap_or("/");
    let filled = filled(template, entry.get("variables"), choice)?;
    server(&url(&filled, choice)?, choice)
}

/// A template with its variables: as chosen, or as the document has them by default.
fn filled(template: &str, variables: Option<&Value>, choice: &Choice) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, behind) = behind
            .split_once('}')
            .ok_or_else(|| format!("the server `{template}` has a brace that is not closed"))?;
        let variable = variables.and_then(|all| all.get(name));
        let value = match choice.variables.get(name) {
            Some(value) => value.clone(),
            None => variable.and_then(|it| it.get("default")).map(shown).ok_or_else(|| {
                format!("the server `{template}` wants a value of its variable `{name}`; give one")
            })?,
        };
        let choices = variable.and_then(|it| it.get("enum")).and_then(Value::as_array);
        if choices.is_some_and(|all| !all.iter().any(|one| shown(one) == value)) {
            return Err(format!("`{value}` is none of the values of the variable `{name}`"));
        }
        out.push_str(before);
        out.push_str(&value);
        rest = behind;
    }
    Ok(out + rest)
}

fn url(text: &str, choice: &Choice) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) => Ok(url),
        Err(url::ParseError::RelativeUrlWithoutBase) => match &choice.base {
            Some(base) => base.join(text).map_err(|error| format!("the server `{text}`: {error}")),
            None => Err(format!(
                "the server `{text}` is relative to where the document came from, and that is not \
                 known; give its base or another server"
            )),
        },
        Err(error) => Err(format!("the server `{text}`: {error}")),
    }
}

pub(super) fn server(url: &Url, choice: &Choice) -> Result<Server, String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("the server `{url}` is no `http` or `https`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a server's URL holds a user name; that belongs into a secret".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("the server `{url}` has a query, which nothing can stand behind"));
    }
    let name = one_host(url, &choice.private)?;
    let host = url.port().map_or_else(|| name.clone(), |port| format!("{name}:{port}"));
    Ok(Server {
        origin: format!("{}://{host}", url.scheme()),
        host,
        path: url.path().trim_end_matches('/').to_owned(),
        is_secure: url.scheme() == "https",
        is_loopback: is_loopback(url.host()),
        passed_over: None,
    })
}

/// The host of a URL: one, and in the public internet unless it is meant.
pub(super) fn one_host(url: &Url, private: &[HostPattern]) -> Result<String, String> {
    let name = url.host_str().unwrap_or_default().to_owned();
    // The reader of URLs has taken the percent signs out.
    if name.contains(['*', '%']) {
        return Err(format!(
            "the server `{name}` has a `*` in its host, which would be a permission for many; name \
             each host in full"
        ));
    }
    let port = url.port_or_known_default().unwrap_or_default();
    let is_meant = private.iter().any(|meant| meant.means(&name, port));
    if is_private(url.host()) && !is_meant {
        return Err(format!(
            "the server `{name}` is in a private network; allow it by name if it is meant"
        ));
    }
    Ok(name)
}

/// Whether a host is none of the public internet, as far as its name tells. What a name leads to is
/// looked at when a request is sent.
fn is_private(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Ipv4(address)) => !is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => !is_public(IpAddr::V6(address)),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let ends = [".local", ".localhost", ".internal", ".lan", ".home.arpa", ".intranet"];
            !name.contains('.') || ends.iter().any(|end| name.ends_with(end))
        }
        None => true,
    }
}

fn is_loopback(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chosen(servers: &Value, choice: &Choice) -> Result<Server, String> {
        let document = Document::read(r#"{"openapi": "3.0.0"}"#).unwrap();
        let of = json!({"servers": servers});
        choose(&document, [&Value::Null, &Value::Null, &of], choice)
    }

    #[test]
    fn variables_are_filled_and_held_against_their_choices() {
        let servers = json!([{"url": "https://{region}.example.org:{port}/v{version}/", "variables": {
            "region": {"default": "eu", "enum": ["eu", "us"]}, "port": {"default": "8443"},
            "version": {"default": 2}}}]);
        let server = chosen(&servers, &Choice::default()).unwrap();
        assert_eq!((server.host.as_str(), server.path.as_str()), ("eu.example.org:8443", "/v2"));
        let mut choice = Choice::default();
        choice.variables.insert("region".to_owned(), "us".to_owned());
        assert_eq!(chosen(&servers, &choice).unwrap().host, "us.example.org:8443");
        choice.variables.insert("region".to_owned(), "evil.net/#".to_owned());
        assert!(chosen(&servers, &choice).unwrap_err().contains("none of the values"));
    }

    #[test]
    fn private_servers_are_taken_only_where_they_are_named() {
        for host in [
            "127.0.0.1:8080",
            "10.1.2.3",
            "169.254.169.254",
            "[::1]",
            "localhost",
            "db",
            "printer.local",
            "2130706433",
            "0x7f.1",
            "metadata.google.internal",
        ] {
            let servers = json!([{"url": format!("http://{host}/")}]);
            let reason = chosen(&servers, &Choice::default()).unwrap_err();
            assert!(reason.contains("private network"), "{host}: {reason}");
        }
        let servers = json!([{"url": "http://10.0.0.1"}, {"url": "https://api.example.org"}]);
        assert_eq!(chosen(&servers, &Choice::default()).unwrap().host, "api.example.org");
        let passed_over = chosen(&servers, &Choice::default()).unwrap().passed_over.unwrap();
        assert!(passed_over.contains("`10.0.0.1` is in a private network"), "{passed_over}");
        let choice = Choice { private: vec!["10.0.0.1".parse().unwrap()], ..Choice::default() };
        let server = chosen(&servers, &choice).unwrap();
        assert_eq!((server.host.as_str(), server.passed_over), ("10.0.0.1", None));
    }

    #[test]
    fn a_private_host_is_meant_at_any_port_unless_one_is_named() {
        let servers = json!([{"url": "http://10.0.0.1:8080"}]);
        let meant = |host: &str| {
            let choice = Choice { private: vec![host.parse().unwrap()], ..Choice::default() };
            chosen(&servers, &choice).is_ok()
        };
        assert!(meant("10.0.0.1") && meant("10.0.0.1:8080"));
        assert!(!meant("10.0.0.1:8081") && !meant("10.0.0.2"));
    }

    #[test]
    fn a_star_in_a_host_is_no_permission_for_many() {
        for host in ["*.com", "%2a.example.org", "*.example.org:8443", "a.%2A.org"] {
            let servers = json!([{"url": format!("https://{host}/x")}]);
            let reason = chosen(&servers, &Choice::default()).unwrap_err();
            assert!(reason.contains("name each host in full"), "{host}: {reason}");
        }
        let mut choice = Choice::default();
        choice.variables.insert("tenant".to_owned(), "*".to_owned());
        let servers = json!([{"url": "https://{tenant}.example.org"}]);
        assert!(chosen(&servers, &choice).unwrap_err().contains("name each host in full"));
    }

    #[test]
    fn a_relative_server_wants_a_base() {
        let servers = json!([{"url": "/api"}]);
        assert!(chosen(&servers, &Choice::default()).unwrap_err().contains("relative"));
        let base = Url::parse("https://docs.example.org/spec/openapi.yaml").ok();
        let server = chosen(&servers, &Choice { base, ..Choice::default() }).unwrap();
        assert_eq!((server.host.as_str(), server.path.as_str()), ("docs.example.org", "/api"));
        for bad in ["ftp://a.org", "https://u:p@a.org", "https://a.org/?x=1", "https://{x}.org"] {
            assert!(chosen(&json!([{"url": bad}]), &Choice::default()).is_err(), "{bad}");
        }
    }
}
