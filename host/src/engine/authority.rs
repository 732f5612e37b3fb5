//! What one capability may do: what it asked for, where it was also granted. Worked out once when a
//! capability is loaded; each decision afterwards is a look at plain data.
//!
//! *Never:* one key is enough. Every answer here asks both the manifest and the grant.

#![cfg_attr(
    not(feature = "http"),
    expect(dead_code, reason = "without the client nobody asks where requests go")
)]

mod denial;
#[cfg(test)]
mod tests;

pub(crate) use denial::{Denial, MissingKey};

use crate::model::{
    Access, ClockMode, DISK_BYTES, FileGrant, Grant, HostPattern, HttpRule, KvQuota, NamePattern,
    Permissions, RandomMode, SecretRule,
};

/// The two keys of one capability, side by side.
#[derive(Debug, Clone, Default)]
pub(crate) struct Authority {
    asked: Permissions,
    granted: Grant,
    env: Vec<(String, String)>,
    files: Vec<FileGrant>,
}

/// A request as the rules see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HttpTarget<'a> {
    pub(crate) method: &'a str,
    /// As in a URL: lower case, an IPv6 address in brackets.
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    /// The scheme's own port.
    pub(crate) default_port: u16,
    /// Without the query.
    pub(crate) path: &'a str,
}

impl Authority {
    /// Puts the two keys together.
    pub(crate) fn of(asked: &Permissions, granted: &Grant) -> Self {
        let env = granted.env.iter().filter(|(key, _)| asked.env.contains(key));
        Self {
            env: env.map(|(key, value)| (key.clone(), value.clone())).collect(),
            files: files(asked, granted),
            asked: asked.clone(),
            granted: granted.clone(),
        }
    }

    pub(crate) fn log(&self) -> Result<(), Denial> {
        both(self.asked.log, self.granted.log).map_err(|missing| Denial::plain(missing, "log"))
    }

    pub(crate) fn progress(&self) -> Result<(), Denial> {
        both(self.asked.progress, self.granted.progress)
            .map_err(|missing| Denial::plain(missing, "progress"))
    }

    pub(crate) fn clock(&self) -> Result<ClockMode, Denial> {
        granted(self.asked.clock, self.granted.clock)
            .map_err(|missing| Denial::plain(missing, "clock"))
    }

    pub(crate) fn random(&self) -> Result<RandomMode, Denial> {
        granted(self.asked.random, self.granted.random)
            .map_err(|missing| Denial::plain(missing, "random"))
    }

    /// The smaller of what was asked for and what was granted.
    pub(crate) fn kv(&self) -> Result<KvQuota, Denial> {
        let quota = granted(self.asked.kv.is_some(), self.granted.kv)
            .map_err(|missing| Denial::plain(missing, "kv"))?;
        Ok(self.asked.kv.map_or(quota, |asked| asked.min(quota)))
    }

    /// Whether a request may be sent, wherever its host then turns out to stand.
    pub(crate) fn http(&self, target: HttpTarget<'_>) -> Result<(), Denial> {
        let any = |rules: &[HttpRule]| rules.iter().any(|rule| target.is_allowed_by(rule));
        both(any(&self.asked.http), any(&self.granted.http))
            .map_err(|missing| Denial::http(missing, target))
    }

    /// Whether any request at all may ever be sent.
    pub(crate) fn http_at_all(&self) -> Result<(), Denial> {
        both(!self.asked.http.is_empty(), !self.granted.http.is_empty())
            .map_err(|missing| Denial::plain(missing, "http"))
    }

    /// Whether the host of an allowed request may stand at a private address. The embedding program
    /// must have named it, without a wildcard. A name from the public DNS is under someone else's
    /// control, who could point it at this machine, so such a name needs an entry of its own.
    pub(crate) fn may_be_private(&self, target: HttpTarget<'_>) -> bool {
        let named = |rule: &HttpRule| rule.host.names(target.host) && target.is_allowed_by(rule);
        let outright = |host: &HostPattern| {
            host.names(target.host) && host.matches(target.host, target.port, target.default_port)
        };
        (is_outside_public_dns(target.host) && self.granted.http.iter().any(named))
            || self.granted.private_hosts.iter().any(outright)
    }

    /// Whether the capability may know of a secret.
    pub(crate) fn secret(&self, name: &str) -> Result<(), Denial> {
        let any = |rules: &[SecretRule]| rules.iter().any(|rule| rule.name == name);
        both(any(&self.asked.secrets), any(&self.granted.secrets))
            .map_err(|missing| Denial::secret(missing, name, None))
    }

    /// Whether a secret may go to the host of a request.
    pub(crate) fn secret_to(&self, name: &str, target: HttpTarget<'_>) -> Result<(), Denial> {
        let any = |rules: &[SecretRule]| {
            rules.iter().any(|rule| rule.name == name && target.is_among(&rule.hosts))
        };
        both(any(&self.asked.secrets), any(&self.granted.secrets))
            .map_err(|missing| Denial::secret(missing, name, Some(target.host)))
    }

    /// The names of all secrets that this capability may have sent anywhere.
    pub(crate) fn secret_names(&self) -> impl Iterator<Item = &str> {
        let names = self.granted.secrets.iter().map(|rule| rule.name.as_str());
        names.filter(|name| self.secret(name).is_ok())
    }

    pub(crate) fn call(&self, capability: &str) -> Result<(), Denial> {
        both(matches(&self.asked.call, capability), matches(&self.granted.call, capability))
            .map_err(|missing| Denial::named(missing, "call", capability))
    }

    pub(crate) fn config(&self, key: &str) -> Result<(), Denial> {
        both(matches(&self.asked.config, key), matches(&self.granted.config, key))
            .map_err(|missing| Denial::named(missing, "config", key))
    }

    /// An interface of the embedding program.
    pub(crate) fn custom(&self, permission: &str) -> Result<(), Denial> {
        both(matches(&self.asked.custom, permission), matches(&self.granted.custom, permission))
            .map_err(|missing| Denial::named(missing, "custom", permission))
    }

    /// Environment variables, as granted, of those asked for.
    pub(crate) fn env(&self) -> &[(String, String)] {
        &self.env
    }

    /// Directories, as granted, of those asked for, each with the lesser access.
    pub(crate) fn files(&self) -> &[FileGrant] {
        &self.files
    }

    /// What the writable ones may hold together.
    pub(crate) fn disk_bytes(&self) -> u64 {
        self.granted.disk_bytes.unwrap_or(DISK_BYTES)
    }
}

// === impl HttpTarget ===

impl HttpTarget<'_> {
    fn is_allowed_by(self, rule: &HttpRule) -> bool {
        rule.allows(self.method, self.host, self.port, self.default_port, self.path)
    }

    fn is_among(self, hosts: &[HostPattern]) -> bool {
        hosts.iter().any(|host| host.matches(self.host, self.port, self.default_port))
    }
}

const fn both(asked: bool, granted: bool) -> Result<(), MissingKey> {
    match (asked, granted) {
        (true, true) => Ok(()),
        (false, _) => Err(MissingKey::Asked),
        (true, false) => Err(MissingKey::Granted),
    }
}

fn granted<T>(asked: bool, granted: Option<T>) -> Result<T, MissingKey> {
    match granted {
        _ if !asked => Err(MissingKey::Asked),
        Some(granted) => Ok(granted),
        None => Err(MissingKey::Granted),
    }
}

fn matches(patterns: &[NamePattern], name: &str) -> bool {
    patterns.iter().any(|pattern| pattern.matches(name))
}

fn files(asked: &Permissions, granted: &Grant) -> Vec<FileGrant> {
    let lesser = |grant: &FileGrant| -> Option<FileGrant> {
        let rule = asked
            .files
            .iter()
            .filter(|rule| plain_path(&rule.guest_path) == plain_path(&grant.guest_path))
            .map(|rule| rule.access)
            .max()?;
        let access: Access = rule.min(grant.access);
        Some(FileGrant { access, ..grant.clone() })
    };
    granted.files.iter().filter_map(lesser).collect()
}

fn plain_path(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => path,
        plain => plain,
    }
}

/// Addresses, names of one word, and the names that RFC 6761, RFC 6762, RFC 8375 and ICANN keep out of
/// the public DNS. Nobody outside can make these point anywhere.
fn is_outside_public_dns(host: &str) -> bool {
    const RESERVED: [&str; 4] = [".localhost", ".local", ".internal", ".home.arpa"];
    let host = host.trim_end_matches('.');
    host.starts_with('[')
        || host.parse::<std::net::Ipv4Addr>().is_ok()
        || !host.contains('.')
        || RESERVED.iter().any(|suffix| host.ends_with(suffix))
}
