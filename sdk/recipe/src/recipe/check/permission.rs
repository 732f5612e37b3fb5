//! What a step needs against what the recipe asks for.
//!
//! *Never:* a recipe is built that the host would deny whatever it is granted.

use super::{Planner, near};
use crate::cel::{Literal, Node, Op, Span};
use crate::recipe::document::SecretUse;

impl Planner<'_> {
    pub(super) fn asks(&mut self, at: Span, asked: bool, what: &str, written: &str) {
        if !asked {
            let message = format!("the recipe does not ask for `{what}`");
            self.problem(at, message, format!("add `{written}` to `permissions`"));
        }
    }

    pub(super) fn may_call(&mut self, name: &str, at: Span) {
        if name == self.recipe.name {
            let mend = "a capability cannot call itself; use a loop: `list.map(x, …)`";
            return self.problem(at, "this recipe would call itself", mend);
        }
        let asked = &self.recipe.permissions.call;
        if asked.iter().any(|pattern| covers(pattern, name)) {
            return;
        }
        let mend = match near(name, asked.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("add `{name}` to `permissions.call`"),
        };
        self.problem(at, format!("the recipe does not ask to call `{name}`"), mend);
    }

    pub(super) fn may_read(&mut self, key: &Node, at: Span) {
        let asked = &self.recipe.permissions.config;
        let Op::Literal(Literal::Text(key)) = &key.op else {
            let any = !asked.is_empty();
            return self.asks(at, any, "config", "config: [the keys, or `prefix.*`]");
        };
        if asked.iter().any(|pattern| covers(pattern, key)) {
            return;
        }
        let mend = match near(key, asked.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("add `{key}` to `permissions.config`"),
        };
        self.problem(at, format!("the recipe does not ask to read `{key}`"), mend);
    }

    /// A secret is asked for, and may go to this host.
    pub(super) fn may_send(&mut self, secret: &SecretUse, goes_to: &dyn Fn(&str) -> bool) {
        let asked = &self.recipe.permissions.secrets;
        let name = &secret.secret;
        match asked.iter().find(|rule| rule.name == *name) {
            Some(rule) if rule.hosts.iter().any(|host| goes_to(host)) => {}
            Some(_) => {
                let message = format!("the secret `{name}` is not asked for with this host");
                let mend = "add the host to its `hosts` in `permissions.secrets`";
                self.problem(secret.at, message, mend);
            }
            None => {
                let mend = match near(name, asked.iter().map(|rule| rule.name.as_str())) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!(
                        "add `{{name: {name}, hosts: [the host]}}` to `permissions.secrets`"
                    ),
                };
                let message = format!("the recipe does not ask for the secret `{name}`");
                self.problem(secret.at, message, mend);
            }
        }
    }
}

/// Whether a pattern of names covers a name, as the host has it.
fn covers(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(prefix) => name.len() > prefix.len() && name.starts_with(prefix),
        None => pattern == name,
    }
}
