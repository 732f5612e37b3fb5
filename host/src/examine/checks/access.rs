//! What it imports and asks for, against one another and against the policy.
//!
//! *Never:* an import passes that the engine would refuse; the engine's own rule is what is asked.

use std::net::IpAddr;

use crate::engine::{EngineError, refused_imports};
use crate::examine::finding::{Draft, Severity};
use crate::examine::subject::Subject;
use crate::model::address::is_public;
use crate::model::{Access, HttpRule, NamePattern, Permissions};

/// Where machines of a cloud tell their own credentials, and other names for this machine.
const INNER_HOSTS: [&str; 6] = [
    "169.254.169.254",
    "metadata.google.internal",
    "metadata",
    "0.0.0.0",
    "[fd00:ec2::254]",
    "100.100.100.200",
];

pub(super) fn imports(subject: &Subject<'_>) -> Vec<Draft> {
    let Some(manifest) = subject.manifest else { return Vec::new() };
    let name = manifest.name().as_str();
    let asked = manifest.permissions();
    let refused = refused_imports(name, &subject.facts.imports, asked, subject.interfaces);
    refused
        .iter()
        .take(super::super::examiner::DRAFTS_MAX)
        .map(|(import, error)| {
            // Who asks for interfaces of an embedding program runs in that program and nowhere else.
            let is_programs_own = matches!(error, EngineError::UnknownImport { .. })
                && !asked.custom.is_empty()
                && !import.starts_with("engraft:")
                && !import.starts_with("wasi:");
            if is_programs_own {
                let message = format!("only a program that offers `{import}` can run it");
                return Draft::new(message).severity(Severity::Note).seen("the imports", import);
            }
            Draft::new(error.to_string()).seen("the imports", import)
        })
        .collect()
}

pub(super) fn forbidden(subject: &Subject<'_>) -> Vec<Draft> {
    let Some(manifest) = subject.manifest else { return Vec::new() };
    let (rules, asked) = (subject.forbidden, manifest.permissions());
    let mut found = Vec::new();
    for import in &subject.facts.imports {
        if rules.imports.iter().any(|rule| is_meant(rule, import)) {
            let draft = Draft::new(format!("the policy forbids the import `{import}`"));
            found.push(draft.seen("the imports", import));
        }
    }
    if let Some(what) = rules.permissions_beyond.as_ref().and_then(|most| asked.beyond(most)) {
        found.push(
            Draft::new(format!("the policy lets nobody have {what}")).seen("permissions", what),
        );
    }
    let hosts = asked.http.iter().map(|rule| &rule.host);
    for host in hosts.chain(asked.secrets.iter().flat_map(|rule| &rule.hosts)) {
        if rules.hosts.iter().any(|rule| rule.covers(host) || host.covers(rule)) {
            let draft = Draft::new(format!("the policy forbids requests to `{host}`"));
            found.push(draft.seen("permissions", host.to_string()));
        }
    }
    found
}

/// A rule is a name, or its beginning with `*` behind it.
fn is_meant(rule: &str, import: &str) -> bool {
    match rule.strip_suffix('*') {
        Some(begin) => import.starts_with(begin),
        None => import == rule || import.split('@').next() == Some(rule),
    }
}

/// What is asked for and cannot be used is asked for later use.
pub(super) fn unused(subject: &Subject<'_>) -> Vec<Draft> {
    let Some(manifest) = subject.manifest else { return Vec::new() };
    let Permissions { log, clock, random, progress, kv, http, secrets, call, config, .. } =
        manifest.permissions();
    let imports = &subject.facts.imports;
    // Through WASI a guest reaches clocks, random numbers, requests and output by other names.
    if imports.iter().any(|import| import.starts_with("wasi:")) {
        return Vec::new();
    }
    let has = |interface: &str| {
        let begin = format!("engraft:capability/{interface}@");
        imports.iter().any(|import| import.starts_with(&begin))
    };
    let asked = [
        ("log", *log, has("log")),
        ("clock", *clock, has("clock")),
        ("random", *random, has("random")),
        ("progress", *progress, has("progress")),
        ("kv", kv.is_some(), has("kv")),
        ("http", !http.is_empty(), has("http")),
        ("secrets", !secrets.is_empty(), has("http") || has("secrets")),
        ("call", !call.is_empty(), has("call")),
        ("config", !config.is_empty(), has("config")),
    ];
    let idle = asked.into_iter().filter(|(_, asked, used)| *asked && !used);
    idle.map(|(name, ..)| Draft::new(format!("it asks for `{name}` and imports nothing of it")))
        .collect()
}

/// How far what it asks for reaches: everything at once, or into the machine itself.
pub(super) fn reach(subject: &Subject<'_>) -> Vec<Draft> {
    let Some(manifest) = subject.manifest else { return Vec::new() };
    let asked = manifest.permissions();
    let mut found = Vec::new();
    for HttpRule { host, .. } in &asked.http {
        found.extend(host_reach(&host.to_string()));
    }
    for rule in &asked.secrets {
        for host in &rule.hosts {
            let (host, name) = (host.to_string(), &rule.name);
            if host.starts_with('*') {
                let what = format!("it asks to send the secret `{name}` to any host of `{host}`");
                found.push(Draft::new(what));
            }
        }
    }
    for (what, names) in
        [("call", &asked.call), ("config", &asked.config), ("custom", &asked.custom)]
    {
        if names.iter().any(|name: &NamePattern| name.to_string() == "*") {
            found.push(Draft::new(format!("it asks for all of `{what}`, by `*`")));
        }
    }
    for rule in &asked.files {
        let is_all = matches!(rule.guest_path.trim_end_matches('/'), "" | ".");
        if is_all && rule.access == Access::ReadWrite {
            found.push(Draft::new("it asks to write in the root of what it sees"));
        }
    }
    found
}

fn host_reach(host: &str) -> Option<Draft> {
    let plain = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    if INNER_HOSTS.contains(&plain) || address(plain).is_some_and(is_link_local) {
        let what = format!("it asks for requests to `{host}`, where machines keep credentials");
        return Some(Draft::new(what).severity(Severity::Error));
    }
    let is_inner = |host: &str| {
        let ends = [".internal", ".local", ".localhost", ".svc", ".lan", ".home.arpa"];
        host == "localhost" || ends.iter().any(|end| host.ends_with(end))
    };
    match plain.strip_prefix("*.") {
        _ if plain == "*" => Some(Draft::new("it asks for requests to every host")),
        Some(domain) if !domain.contains('.') => {
            Some(Draft::new(format!("it asks for requests to all of `.{domain}`")))
        }
        _ if is_inner(plain) || address(plain).is_some_and(|it| !is_public(it)) => {
            Some(Draft::new(format!("it asks for requests to `{host}`, inside of this network")))
        }
        _ => None,
    }
}

/// The address that a host is written as, in whichever of the ways that a request would take.
fn address(host: &str) -> Option<IpAddr> {
    match url::Host::parse(host).ok()? {
        url::Host::Ipv4(address) => Some(address.into()),
        url::Host::Ipv6(address) => Some(address.to_canonical()),
        url::Host::Domain(_) => None,
    }
}

/// Where clouds tell each machine its credentials.
fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_what_a_request_would_take_it_for() {
        let severity = |host: &str| host_reach(host).map(|draft| draft.severity);
        for host in
            ["169.254.169.254", "169.254.170.2", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376"]
        {
            assert_eq!(severity(host), Some(Some(Severity::Error)), "{host}");
        }
        for host in [
            "127.0.0.1",
            "127.1:8080",
            "localhost",
            "[::1]",
            "10.1.2.3",
            "vault.internal",
            "[fd00::1]",
        ] {
            assert_eq!(severity(host), Some(None), "{host}");
        }
        for host in ["api.example.org", "93.184.215.14", "*.example.org", "internal.example.org"] {
            assert_eq!(severity(host), None, "{host}");
        }
    }
}
