//! What a record changed beside what its op says, in words: a revocation names a component, and takes
//! releases out of service, ends rollouts, and lets others serve again.
//!
//! *Never:* anything is told that does not stand in the record.

use serde_json::Value;

use super::op::{Op, Record};

impl Record {
    /// What else changed with it, a sentence each: who serves in the place of another, which rollout is
    /// over, which variant is no longer compared and why.
    #[must_use]
    pub fn consequences(&self) -> Vec<String> {
        if let Op::Decided { name, .. } | Op::Expired { name, .. } = &self.op {
            return of_line(name.as_str(), Some(&self.before), &self.after);
        }
        // Other ops say themselves what they do to their one capability.
        let lines = self.after.get("lines").and_then(Value::as_object);
        let before = |name: &str| self.before.get("lines").and_then(|all| all.get(name));
        let lines = lines.into_iter().flatten();
        lines.flat_map(|(name, after)| of_line(name, before(name), after)).collect()
    }
}

fn of_line(name: &str, before: Option<&Value>, after: &Value) -> Vec<String> {
    let mut told = Vec::new();
    let old = before.and_then(|before| text(before, "stable"));
    let new = text(after, "stable");
    match (old, new) {
        (old, new) if old == new => {}
        (Some(old), Some(new)) => told.push(format!("`{name}` {new} serves in the place of {old}")),
        (None, Some(new)) => told.push(format!("`{name}` {new} serves")),
        (_, None) => told.push(format!("nobody serves `{name}` any more")),
    }
    let rollout = |facts: &Value| facts.get("rollout").filter(|it| !it.is_null()).cloned();
    let Some(was) = before.and_then(rollout) else { return told };
    let Some(is) = rollout(after) else {
        let version = text(&was, "version").unwrap_or_default();
        let why = if new == Some(version) { ", for it serves everybody now" } else { "" };
        told.push(format!("the rollout of {version} is over{why}"));
        return told;
    };
    for (was, is) in variants(&was).zip(variants(&is)) {
        if let (None, Some(why)) = (text(was, "out"), text(is, "out")) {
            let version = text(is, "version").unwrap_or_default();
            told.push(format!("variant {version} is no longer compared: {why}"));
        }
    }
    told
}

fn variants(rollout: &Value) -> impl Iterator<Item = &Value> {
    rollout.get("variants").and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(facts: &'a Value, field: &str) -> Option<&'a str> {
    facts.get(field).and_then(Value::as_str)
}
