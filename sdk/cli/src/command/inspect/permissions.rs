//! Permissions as lines for a person.
//!
//! *Never:* a permission is left out; a test goes through all of them.

use engraft::model::{Access, HttpRule, Permissions, SecretRule};

use crate::text;

/// Every permission with what it is about.
pub(in crate::command) fn lines(permissions: &Permissions) -> Vec<(&'static str, String)> {
    let Permissions {
        log,
        clock,
        random,
        progress,
        kv,
        http,
        secrets,
        call,
        config,
        env,
        files,
        custom,
    } = permissions;
    let mut lines = Vec::new();
    let plain = [("log", log), ("clock", clock), ("random", random), ("progress", progress)];
    for (name, _) in plain.into_iter().filter(|(_, asked)| **asked) {
        lines.push((name, String::new()));
    }
    if let Some(quota) = kv {
        let (bytes, keys) = (text::bytes(quota.bytes), text::count(quota.keys.into()));
        lines.push(("kv", format!("{bytes}, {keys} keys")));
    }
    lines.extend(http.iter().map(|rule| ("http", http_rule(rule))));
    lines.extend(secrets.iter().map(|rule| ("secret", secret_rule(rule))));
    let patterns = [("call", call), ("config", config), ("custom", custom)];
    for (name, patterns) in patterns {
        lines.extend(patterns.iter().map(|pattern| (name, pattern.to_string())));
    }
    lines.extend(env.iter().map(|key| ("env", text::line(key))));
    for rule in files {
        let access = match rule.access {
            Access::ReadOnly => "read-only",
            Access::ReadWrite => "read-write",
        };
        lines.push(("files", format!("{} {access}", text::line(&rule.guest_path))));
    }
    lines
}

fn http_rule(rule: &HttpRule) -> String {
    let methods = match rule.methods.as_slice() {
        [] => "GET, HEAD".to_owned(),
        methods => methods.join(", "),
    };
    text::line(&format!("{methods} {}{}", rule.host, rule.path_prefix))
}

fn secret_rule(rule: &SecretRule) -> String {
    let hosts: Vec<String> = rule.hosts.iter().map(ToString::to_string).collect();
    text::line(&format!("{} to {}", rule.name, hosts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allow::{Allowed, FORMS};

    #[test]
    fn every_permission_has_a_line() {
        let rules: Vec<String> = FORMS.iter().map(|form| form.example.to_owned()).collect();
        let asks = Allowed::parse(&rules).unwrap().asks;
        let lines = lines(&asks);
        let fields = serde_json::to_value(&asks).unwrap().as_object().unwrap().len();
        let mut names: Vec<&str> = lines.iter().map(|(name, _)| *name).collect();
        names.dedup();
        assert_eq!(names.len(), fields, "{lines:?}");
        let line = |name| &lines.iter().find(|(found, _)| *found == name).unwrap().1;
        assert_eq!(line("http"), "GET, POST api.example.org/v1");
        assert_eq!(line("files"), "/data read-write");
        assert_eq!(line("kv"), "64 KiB, 100 keys");
    }

    #[test]
    fn nothing_asked_is_no_line() {
        assert!(lines(&Permissions::default()).is_empty());
    }
}
