//! What an approval would allow, in the system's own words.
//!
//! *Never:* an author's text stands where it could be taken for the system's.

use crate::examine::finding::{Blocks, clean};
use crate::examine::report::Report;

/// What a person is asked, in the system's own words: the consequences and the difference. Nothing
/// of it is the author's text but names, which are cleaned.
#[must_use]
pub fn consequences(report: &Report) -> Vec<String> {
    let asked = &report.subject.permissions;
    let mut told = Vec::new();
    for rule in &asked.http {
        let methods = if rule.methods.is_empty() {
            "read from".to_owned()
        } else {
            format!("send {} to", rule.methods.join(", "))
        };
        told.push(format!("it may {methods} {}{}", rule.host, rule.path_prefix));
    }
    for rule in &asked.secrets {
        let hosts: Vec<String> = rule.hosts.iter().map(ToString::to_string).collect();
        told.push(format!("the secret `{}` is sent to {}", rule.name, hosts.join(", ")));
    }
    for rule in &asked.files {
        let deed = match rule.access {
            crate::model::Access::ReadOnly => "read",
            crate::model::Access::ReadWrite => "change",
        };
        told.push(format!("it may {deed} files in {}", rule.guest_path));
    }
    for name in &asked.call {
        told.push(format!("it may have {name} do what that may"));
    }
    if let Some(quota) = asked.kv {
        told.push(format!("it may keep {} bytes under {} keys", quota.bytes, quota.keys));
    }
    for (names, what) in [(&asked.config, "read the settings"), (&asked.custom, "use")] {
        told.extend(names.iter().map(|name| format!("it may {what} {name}")));
    }
    if !asked.env.is_empty() {
        told.push(format!("it may read the environment variables {}", asked.env.join(", ")));
    }
    let widening = report.findings.iter().filter(|it| it.blocks == Blocks::UntilApproved);
    told.extend(widening.map(|finding| format!("new: {}", finding.message)));
    told.into_iter().map(|line| clean(&line)).collect()
}
