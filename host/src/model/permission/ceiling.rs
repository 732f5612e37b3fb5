//! Whether one set of permissions covers another, told by the first thing that it does not.
//!
//! *Never:* something is covered that could do more than what covers it.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{FileRule, HttpRule, KvQuota, Permissions, SecretRule, path_begins_with};
use crate::model::NamePattern;

/// What a rule without methods allows.
const READING: [&str; 2] = ["GET", "HEAD"];

impl Permissions {
    /// Whether everything that `other` asks for is asked for here too.
    ///
    /// ```
    /// use engraft::model::Permissions;
    ///
    /// let most = Permissions { log: true, clock: true, ..Permissions::default() };
    /// let asked = Permissions { log: true, ..Permissions::default() };
    /// assert!(most.covers(&asked) && !asked.covers(&most));
    /// ```
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.beyond(self).is_none()
    }

    /// The first thing asked for here that `ceiling` does not cover, in words.
    #[must_use]
    pub fn beyond(&self, ceiling: &Self) -> Option<String> {
        self.flags_beyond(ceiling)
            .or_else(|| self.kv_beyond(ceiling))
            .or_else(|| self.http_beyond(ceiling))
            .or_else(|| self.secrets_beyond(ceiling))
            .or_else(|| names_beyond("calls of", &self.call, &ceiling.call))
            .or_else(|| names_beyond("configuration", &self.config, &ceiling.config))
            .or_else(|| names_beyond("the host interface", &self.custom, &ceiling.custom))
            .or_else(|| {
                let extra = self.env.iter().find(|name| !ceiling.env.contains(name))?;
                Some(format!("the environment variable `{}`", extra.escape_default()))
            })
            .or_else(|| self.files_beyond(ceiling))
    }

    fn flags_beyond(&self, ceiling: &Self) -> Option<String> {
        [
            ("log", self.log, ceiling.log),
            ("clock", self.clock, ceiling.clock),
            ("random", self.random, ceiling.random),
            ("progress", self.progress, ceiling.progress),
        ]
        .into_iter()
        .find(|(_, asked, allowed)| *asked && !*allowed)
        .map(|(name, _, _)| format!("`{name}`"))
    }

    fn kv_beyond(&self, ceiling: &Self) -> Option<String> {
        let asked = self.kv?;
        if ceiling.kv.is_some_and(|most| most.covers(asked)) {
            return None;
        }
        let KvQuota { bytes, keys } = asked;
        Some(format!("`kv` with {bytes} bytes and {keys} keys"))
    }

    fn http_beyond(&self, ceiling: &Self) -> Option<String> {
        let covered = |rule: &&HttpRule| ceiling.http.iter().any(|most| most.covers(rule));
        let rule = self.http.iter().find(|rule| !covered(rule))?;
        let methods = rule.effective_methods().collect::<Vec<_>>().join(", ");
        let HttpRule { host, path_prefix, .. } = rule;
        let path = path_prefix.escape_default();
        Some(format!("http {} to `{host}{path}`", methods.escape_default()))
    }

    fn secrets_beyond(&self, ceiling: &Self) -> Option<String> {
        for SecretRule { name, hosts } in &self.secrets {
            let most: Vec<_> = ceiling.secrets.iter().filter(|rule| rule.name == *name).collect();
            let name = name.escape_default();
            if most.is_empty() {
                return Some(format!("the secret `{name}`"));
            }
            let covered =
                |host| most.iter().flat_map(|rule| &rule.hosts).any(|most| most.covers(host));
            if let Some(host) = hosts.iter().find(|host| !covered(host)) {
                return Some(format!("the secret `{name}` to `{host}`"));
            }
        }
        None
    }

    fn files_beyond(&self, ceiling: &Self) -> Option<String> {
        let covered = |rule: &&FileRule| ceiling.files.iter().any(|most| most.covers(rule));
        let rule = self.files.iter().find(|rule| !covered(rule))?;
        let access = match rule.access {
            crate::model::Access::ReadOnly => "reading",
            crate::model::Access::ReadWrite => "reading and writing",
        };
        Some(format!("{access} files in `{}`", rule.guest_path.escape_default()))
    }
}

impl KvQuota {
    /// Whether this much is at least as much as `other`, part by part.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        self.bytes >= other.bytes && self.keys >= other.keys
    }
}

impl HttpRule {
    /// Whether every request that `other` allows is allowed here too.
    ///
    /// A wildcard does not cover a loopback or private address, nor `localhost`: such hosts are
    /// reached only by who names them, so naming one is more than the wildcard.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let mut methods = other.effective_methods();
        self.host.covers(&other.host)
            && (!needs_naming(&other.host.to_string()) || !self.host.to_string().starts_with('*'))
            && methods.all(|method| self.allows_method(method))
            && prefix_covers(&self.path_prefix, &other.path_prefix)
    }

    fn effective_methods(&self) -> impl Iterator<Item = &str> {
        let named = self.methods.iter().map(String::as_str);
        let unnamed = READING.into_iter().filter(|_| self.methods.is_empty());
        named.chain(unnamed)
    }
}

impl FileRule {
    /// Whether everything that `other` asks to do is asked for here too, there or further up.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let path_fits = self.guest_path == other.guest_path
            || (!self.guest_path.is_empty() && prefix_covers(&self.guest_path, &other.guest_path));
        self.access >= other.access && path_fits
    }
}

/// Whether every path below `other` is below `mine`. Dots in `other` could lead out of it.
fn prefix_covers(mine: &str, other: &str) -> bool {
    mine == other || path_begins_with(other, mine)
}

fn names_beyond(what: &str, asked: &[NamePattern], ceiling: &[NamePattern]) -> Option<String> {
    let extra = asked.iter().find(|name| !ceiling.iter().any(|most| most.covers(name)))?;
    Some(format!("{what} `{extra}`"))
}

/// Whether a host pattern, written out, names a place that wildcards do not reach.
fn needs_naming(pattern: &str) -> bool {
    if pattern.starts_with('*') {
        return false;
    }
    if let Some(rest) = pattern.strip_prefix('[') {
        let address = rest.split(']').next().unwrap_or_default().parse::<Ipv6Addr>();
        return address.is_ok_and(is_inner_v6);
    }
    let host = pattern.split(':').next().unwrap_or_default().trim_end_matches('.');
    let is_local = host == "localhost" || host.ends_with(".localhost");
    is_local || host.parse::<Ipv4Addr>().is_ok_and(is_inner_v4) || is_number_like(host)
}

/// Resolvers read `127.1`, `0x7f000001` and `2130706433` as addresses too.
fn is_number_like(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let digits = last.strip_prefix("0x").unwrap_or(last);
    let is_address = host.parse::<Ipv4Addr>().is_ok();
    !is_address
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && (last.starts_with("0x") || digits.bytes().all(|byte| byte.is_ascii_digit()))
}

const fn is_inner_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || first == 0
        || first >= 240
        // Shared address space of carriers, 100.64.0.0/10.
        || (first == 100 && second & 0xc0 == 64)
}

fn is_inner_v6(address: Ipv6Addr) -> bool {
    address.is_loopback()
        || address.is_unspecified()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || address.is_multicast()
        || address.to_ipv4().is_some_and(is_inner_v4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Permissions {
        serde_json::from_str(json).unwrap()
    }

    /// Each is within the ceiling on its left and not the other way round.
    const WITHIN: [(&str, &str); 14] = [
        (r#"{"log": true}"#, "{}"),
        (r#"{"kv": {"bytes": 9, "keys": 9}}"#, r#"{"kv": {"bytes": 9, "keys": 8}}"#),
        (r#"{"http": [{"host": "*"}]}"#, r#"{"http": [{"host": "a.org"}]}"#),
        (r#"{"http": [{"host": "*.a.org"}]}"#, r#"{"http": [{"host": "x.a.org"}]}"#),
        (
            r#"{"http": [{"host": "a.org", "methods": ["GET", "HEAD", "POST"]}]}"#,
            r#"{"http": [{"host": "a.org"}]}"#,
        ),
        (
            r#"{"http": [{"host": "a.org", "path_prefix": "/v1"}]}"#,
            r#"{"http": [{"host": "a.org", "path_prefix": "/v1/x"}]}"#,
        ),
        (
            r#"{"http": [{"host": "a.org"}]}"#,
            r#"{"http": [{"host": "a.org", "path_prefix": "/v1"}]}"#,
        ),
        (
            r#"{"secrets": [{"name": "k", "hosts": ["a.org"]}, {"name": "k", "hosts": ["b.org"]}]}"#,
            r#"{"secrets": [{"name": "k", "hosts": ["b.org"]}]}"#,
        ),
        (r#"{"call": ["text.*"]}"#, r#"{"call": ["text.a", "text.b.*"]}"#),
        (r#"{"config": ["*"]}"#, r#"{"config": ["mail"]}"#),
        (r#"{"custom": ["robot.*"]}"#, r#"{"custom": ["robot.arm"]}"#),
        (r#"{"env": ["A", "B"]}"#, r#"{"env": ["A"]}"#),
        (
            r#"{"files": [{"guest_path": "/a", "access": "read-write"}]}"#,
            r#"{"files": [{"guest_path": "/a/b", "access": "read-only"}]}"#,
        ),
        (
            r#"{"files": [{"guest_path": "/", "access": "read-only"}]}"#,
            r#"{"files": [{"guest_path": "/a", "access": "read-only"}]}"#,
        ),
    ];

    /// Neither covers the other.
    const APART: [(&str, &str); 8] = [
        (r#"{"log": true}"#, r#"{"clock": true}"#),
        (r#"{"kv": {"bytes": 1, "keys": 9}}"#, r#"{"kv": {"bytes": 9, "keys": 1}}"#),
        (r#"{"http": [{"host": "a.org"}]}"#, r#"{"http": [{"host": "a.org:8443"}]}"#),
        (
            r#"{"http": [{"host": "a.org", "path_prefix": "/v1"}]}"#,
            r#"{"http": [{"host": "a.org", "path_prefix": "/v10"}]}"#,
        ),
        (
            r#"{"http": [{"host": "a.org", "methods": ["POST"]}]}"#,
            r#"{"http": [{"host": "a.org", "methods": ["GET"]}]}"#,
        ),
        (
            r#"{"secrets": [{"name": "k", "hosts": ["a.org"]}]}"#,
            r#"{"secrets": [{"name": "k", "hosts": ["b.org"]}]}"#,
        ),
        (
            r#"{"files": [{"guest_path": "/a", "access": "read-write"}]}"#,
            r#"{"files": [{"guest_path": "/ab", "access": "read-only"}]}"#,
        ),
        (
            r#"{"files": [{"guest_path": "/a", "access": "read-only"}]}"#,
            r#"{"files": [{"guest_path": "/a/../b", "access": "read-only"}]}"#,
        ),
    ];

    #[test]
    fn covering_is_asking_for_at_least_as_much() {
        for (most, asked) in WITHIN {
            assert!(read(most).covers(&read(asked)), "{most} covers {asked}");
            assert!(!read(asked).covers(&read(most)), "{asked} does not cover {most}");
            assert!(read(most).covers(&read(most)) && read(asked).covers(&read(asked)));
        }
        for (one, other) in APART {
            assert!(!read(one).covers(&read(other)), "{one} does not cover {other}");
            assert!(!read(other).covers(&read(one)), "{other} does not cover {one}");
        }
    }

    #[test]
    fn a_wildcard_does_not_cover_what_must_be_named() {
        let all = read(r#"{"http": [{"host": "*"}, {"host": "*:8080"}]}"#);
        for inner in [
            "localhost",
            "x.localhost",
            "127.0.0.1",
            "10.1.2.3:8080",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "127.1",
            "2130706433",
            "0x7f000001",
            "[::1]:8080",
            "[fd00::1]",
            "[::ffff:127.0.0.1]",
        ] {
            let asked = read(&format!(r#"{{"http": [{{"host": "{inner}"}}]}}"#));
            assert!(!all.covers(&asked), "{inner}");
            assert!(asked.covers(&asked), "{inner}");
        }
        for outer in ["a.org", "1.1.1.1", "[2606:4700::1111]", "a1.org:8080"] {
            let asked = read(&format!(r#"{{"http": [{{"host": "{outer}"}}]}}"#));
            assert!(all.covers(&asked), "{outer}");
        }
    }

    #[test]
    fn what_is_too_much_is_told() {
        let asked =
            read(r#"{"http": [{"host": "a.org", "methods": ["POST"], "path_prefix": "/v1"}]}"#);
        let told = asked.beyond(&Permissions::default());
        assert_eq!(told.as_deref(), Some("http POST to `a.org/v1`"));
        let asked = read(r#"{"env": ["\u001b[2J"]}"#);
        assert!(!asked.beyond(&Permissions::default()).unwrap().contains('\u{1b}'));
    }
}
