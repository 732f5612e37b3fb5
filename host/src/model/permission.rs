//! What a capability asks for. Asking allows nothing by itself: a grant must say yes as well.
//!
//! *Never:* a default here is anything but empty.

mod ceiling;

use serde::{Deserialize, Serialize};

use super::{HostPattern, NamePattern};

/// Everything a capability asks to be allowed to do. The default asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Permissions {
    /// Write log lines.
    #[serde(skip_serializing_if = "is_no")]
    pub log: bool,
    /// Read the time.
    #[serde(skip_serializing_if = "is_no")]
    pub clock: bool,
    /// Draw random numbers.
    #[serde(skip_serializing_if = "is_no")]
    pub random: bool,
    /// Report progress.
    #[serde(skip_serializing_if = "is_no")]
    pub progress: bool,
    /// Keep values between calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kv: Option<KvQuota>,
    /// Send requests that any of these rules matches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub http: Vec<HttpRule>,
    /// Have secrets put into requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretRule>,
    /// Call capabilities whose names any of these patterns matches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub call: Vec<NamePattern>,
    /// Read these configuration keys; `mail.*` is every key below `mail`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<NamePattern>,
    /// Read these environment variables (components with WASI).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// See these guest paths (components with WASI); the grant says which directories stand behind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileRule>,
    /// Use host interfaces of the embedding program, each by the name it was given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom: Vec<NamePattern>,
}

/// A directory that a capability asks to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// Where the guest sees it, for example `/data`.
    pub guest_path: String,
    /// What it wants to do there.
    pub access: super::Access,
}

/// How much a capability asks to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KvQuota {
    /// The most bytes of keys and values together.
    pub bytes: u64,
    /// The most keys.
    pub keys: u32,
}

/// Which requests may be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpRule {
    /// Which hosts.
    pub host: HostPattern,
    /// Which methods, in upper case; empty means GET and HEAD.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// What the path must begin with, up to a `/` or the end; empty means everything.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path_prefix: String,
}

/// Which secret may be sent, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretRule {
    /// The secret's name in the host.
    pub name: String,
    /// Which hosts may see it.
    pub hosts: Vec<HostPattern>,
}

impl Permissions {
    /// Whether nothing at all is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl KvQuota {
    /// The smaller of two quotas, part by part.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self { bytes: self.bytes.min(other.bytes), keys: self.keys.min(other.keys) }
    }
}

impl HttpRule {
    /// Whether this rule allows a request. `path` is the path as it is sent, without the query.
    #[must_use]
    pub fn allows(
        &self,
        method: &str,
        host: &str,
        port: u16,
        default_port: u16,
        path: &str,
    ) -> bool {
        self.host.matches(host, port, default_port)
            && self.allows_method(method)
            && path_begins_with(path, &self.path_prefix)
    }

    fn allows_method(&self, method: &str) -> bool {
        if self.methods.is_empty() {
            matches!(method, "GET" | "HEAD")
        } else {
            self.methods.iter().any(|allowed| allowed == method)
        }
    }
}

/// `/v1` allows `/v1` and `/v1/x`, not `/v10`; and no dot segment, encoded or not, leads out of it.
fn path_begins_with(path: &str, prefix: &str) -> bool {
    if matches!(prefix, "" | "/") {
        return true;
    }
    let rest = match path.strip_prefix(prefix) {
        Some(rest) => rest,
        None => return false,
    };
    let at_border = prefix.ends_with('/') || rest.is_empty() || rest.starts_with('/');
    at_border && !path.split(['/', '\\']).any(is_dot_segment) && !has_encoded_separator(path)
}

fn is_dot_segment(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    matches!(plain.as_str(), "." | "..")
}

fn has_encoded_separator(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower.contains("%2f") || lower.contains("%5c")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_no(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_prefix_ends_at_a_border_and_cannot_be_left() {
        for inside in ["/v1", "/v1/", "/v1/a"] {
            assert!(path_begins_with(inside, "/v1"), "{inside}");
        }
        for outside in ["/v10", "/", "/v1/../v2", "/v1/%2e%2E/v2", "/v1/..%2fv2", "/v1\\..\\v2"] {
            assert!(!path_begins_with(outside, "/v1"), "{outside}");
        }
    }

    #[test]
    fn no_methods_means_reading_only() {
        let rule =
            HttpRule { host: "*".parse().unwrap(), methods: vec![], path_prefix: String::new() };
        assert!(rule.allows("GET", "a.org", 443, 443, "/"));
        assert!(!rule.allows("POST", "a.org", 443, 443, "/"));
    }

    #[test]
    fn an_unknown_permission_is_an_error() {
        assert!(serde_json::from_str::<Permissions>(r#"{"root": true}"#).is_err());
    }
}
