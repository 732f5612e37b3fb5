//! Which hosts, paths and names a permission covers, by the contract's words.
//!
//! *Never:* a URL that reads in two ways is allowed in one of them; it is refused.

/// The parts of a URL that a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) host: String,
    port: u16,
    default_port: u16,
    path: String,
}

impl Url {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let default_port = match scheme {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        if authority.contains(['@', '\\']) || authority.is_empty() {
            return None;
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, default_port),
        };
        let path = tail.split(['?', '#']).next().unwrap_or_default();
        let path = if path.is_empty() { "/" } else { path };
        Some(Self { host: host.to_ascii_lowercase(), port, default_port, path: path.to_owned() })
    }

    /// Whether `api.example.org`, `*.example.org`, `*` or one of them with a port covers this host.
    pub(super) fn is_at(&self, pattern: &str) -> bool {
        let (pattern, port) = match pattern.rsplit_once(':') {
            Some((pattern, port)) => (pattern, port.parse().ok()),
            None => (pattern, Some(self.default_port)),
        };
        let host = match pattern.strip_prefix('*') {
            Some("") => true,
            Some(suffix) => self.host.len() > suffix.len() && self.host.ends_with(suffix),
            None => self.host == pattern,
        };
        host && port == Some(self.port)
    }

    /// Whether the path begins with `prefix` up to a `/` or its end, and stays there.
    pub(super) fn is_below(&self, prefix: &str) -> bool {
        if matches!(prefix, "" | "/") {
            return true;
        }
        let dots = self.path.to_ascii_lowercase().replace("%2e", ".");
        let leaves = dots.split('/').any(|part| matches!(part, "." | ".."))
            || dots.contains("%2f")
            || dots.contains("%5c")
            || dots.contains('\\');
        let rest = self.path.strip_prefix(prefix);
        !leaves
            && rest.is_some_and(|rest| {
                prefix.ends_with('/') || rest.is_empty() || rest.starts_with('/')
            })
    }
}

/// Whether `text.slugify`, `text.*` or `*` covers a name.
pub(super) fn covers(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(prefix) => name.len() > prefix.len() && name.starts_with(prefix),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_pattern_covers_what_it_says() {
        let at = |url: &str, pattern| Url::parse(url).is_some_and(|url| url.is_at(pattern));
        assert!(at("https://api.example.org/x", "api.example.org"));
        assert!(at("https://api.example.org/x", "*.example.org"));
        assert!(at("https://api.example.org:8443/x", "*.example.org:8443"));
        assert!(!at("https://api.example.org:8443/x", "*.example.org"));
        assert!(!at("https://example.org/", "*.example.org"));
        assert!(!at("https://evil-example.org/", "*.example.org"));
        assert!(!at("https://api.example.org@evil.org/", "api.example.org"));
        assert!(!at("file://api.example.org/", "api.example.org"));
    }

    #[test]
    fn a_path_prefix_ends_at_a_border_and_cannot_be_left() {
        let below = |path: &str| {
            Url::parse(&format!("https://a.org{path}")).is_some_and(|url| url.is_below("/v1"))
        };
        assert!(below("/v1") && below("/v1/a?x=/../"));
        assert!(!below("/v10") && !below("/v1/../v2") && !below("/v1/%2e%2E/v2"));
    }

    #[test]
    fn a_name_pattern_covers_what_is_below_it() {
        assert!(covers("text.*", "text.slugify") && covers("*", "a") && covers("a.b", "a.b"));
        assert!(!covers("text.*", "text") && !covers("text.*", "texts.x") && !covers("a", "a.b"));
    }
}
