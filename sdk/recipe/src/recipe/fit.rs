//! Whether a tree fits a JSON Schema, and where it does not.
//!
//! The schema of the document format is read here, so the format and its schema cannot differ; and so
//! are the schemas that a recipe gives for its input and output, which its examples are held against.
//!
//! *Never:* a keyword of those schemas is passed over.

mod text;

use super::tree::{Content, Node, Plain};
use crate::cel::near;
use crate::diagnostic::Diagnostic;
use serde_json::{Map, Value};

/// References to references; the schema of the format has three.
const REFERENCES_MAX: u32 = 16;

/// Everything about a tree that does not fit.
pub(super) fn problems(root: &Value, node: &Node) -> Vec<Diagnostic> {
    problems_by(root, root, node, "this")
}

fn problems_by(root: &Value, schema: &Value, node: &Node, name: &str) -> Vec<Diagnostic> {
    let mut fit = Fit { root, problems: Vec::new() };
    fit.node(schema, node, name);
    fit.problems
}

struct Fit<'a> {
    /// What references start from.
    root: &'a Value,
    problems: Vec<Diagnostic>,
}

/// A keyword's value that is a list of texts.
fn words<'v>(schema: &'v Map<String, Value>, keyword: &str) -> Vec<&'v str> {
    let all = schema.get(keyword).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// `a`, `b` or `c`.
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

impl<'a> Fit<'a> {
    fn problem(&mut self, node: &Node, message: String, mend: impl Into<String>) {
        // A long list or map is not underlined from its first to its last line.
        let mut span = node.span;
        if !matches!(node.content, Content::Scalar(_)) {
            span.end = span.end.min(span.start + 1);
        }
        self.problems.push(Diagnostic::new(span, message).mend(mend));
    }

    fn resolved(&self, schema: &'a Value) -> Option<&'a Value> {
        let reference = schema.get("$ref").and_then(Value::as_str)?;
        self.root.pointer(reference.strip_prefix('#')?)
    }

    /// What a schema says of itself, or the one that it refers to.
    fn described(&self, schema: &'a Value) -> Option<&'a str> {
        let mut schema = schema;
        for _ in 0..REFERENCES_MAX {
            if let Some(text) = schema.get("description").and_then(Value::as_str) {
                return Some(text);
            }
            schema = self.resolved(schema)?;
        }
        None
    }

    fn node(&mut self, schema: &'a Value, node: &Node, name: &str) {
        let rules = match schema {
            Value::Object(rules) => rules,
            Value::Bool(false) => {
                let message = format!("`{name}` may not stand here");
                return self.problem(node, message, "leave it out");
            }
            _ => return,
        };
        if let Some(target) = self.resolved(schema) {
            self.node(target, node, name);
        }
        if !self.has_type(rules, node, name, schema) {
            return;
        }
        self.values(rules, node, name);
        match &node.content {
            Content::Scalar(scalar) => self.scalar(schema, rules, scalar, node, name),
            Content::List(_, items) => self.list(rules, items, node, name),
            Content::Map(..) => self.map(rules, node, name),
        }
        self.branches(rules, node, name);
    }

    fn has_type(
        &mut self,
        rules: &Map<String, Value>,
        node: &Node,
        name: &str,
        schema: &'a Value,
    ) -> bool {
        let wanted = match rules.get("type") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(_)) => words(rules, "type"),
            _ => return true,
        };
        if wanted.iter().any(|wanted| is_of(wanted, node)) {
            return true;
        }
        let shown: Vec<&str> = wanted.iter().map(|wanted| called(wanted)).collect();
        let message =
            format!("`{name}` is to be {}, and this is {}", shown.join(" or "), node.kind());
        let quoted = wanted.contains(&"string") && matches!(node.content, Content::Scalar(_));
        let mend = match self.described(schema) {
            _ if quoted => "put it between quotes".to_owned(),
            Some(described) => format!("write {described}"),
            None => format!("write {}", shown.join(" or ")),
        };
        self.problem(node, message, mend);
        false
    }

    /// `enum` and `const`.
    fn values(&mut self, rules: &Map<String, Value>, node: &Node, name: &str) {
        let all: &[Value] = match (rules.get("enum"), rules.get("const")) {
            (Some(Value::Array(all)), _) => all,
            (_, Some(only)) => std::slice::from_ref(only),
            _ => return,
        };
        let found = node.json();
        if all.iter().any(|one| same(one, &found)) {
            return;
        }
        let shown: Vec<String> = all.iter().take(12).map(plain).collect();
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        let meant = near(&plain(&found), shown.iter().copied());
        let mend = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write {}", listed(&shown)),
        };
        self.problem(node, format!("`{name}` cannot be `{}`", short(&plain(&found))), mend);
    }

    fn list(&mut self, rules: &'a Map<String, Value>, items: &[Node], node: &Node, name: &str) {
        self.count(rules, ["minItems", "maxItems"], items.len(), "items", node, name);
        if rules.get("uniqueItems") == Some(&Value::Bool(true)) {
            let values: Vec<Value> = items.iter().map(Node::json).collect();
            let twice = values
                .iter()
                .enumerate()
                .find(|(at, one)| values.iter().take(*at).any(|before| same(before, one)));
            if let Some(item) = twice.and_then(|(at, _)| items.get(at)) {
                self.problem(item, format!("this stands in `{name}` already"), "leave it out");
            }
        }
        if let Some(schema) = rules.get("items") {
            for (at, item) in items.iter().enumerate() {
                self.node(schema, item, &format!("{name}[{at}]"));
            }
        }
    }

    fn count(
        &mut self,
        rules: &Map<String, Value>,
        keywords: [&str; 2],
        count: usize,
        what: &str,
        node: &Node,
        name: &str,
    ) {
        let bound = |keyword| rules.get(keyword).and_then(Value::as_f64);
        let [least, most] = keywords;
        let count = count as f64;
        if let Some(bound) = bound(least).filter(|bound| count < *bound) {
            let message = format!("`{name}` has {count} {what}, and {bound} are the fewest");
            self.problem(node, message, format!("`{least}` says so"));
        }
        if let Some(bound) = bound(most).filter(|bound| count > *bound) {
            let message = format!("`{name}` has {count} {what}, and {bound} are the most");
            self.problem(node, message, format!("`{most}` says so"));
        }
    }

    fn map(&mut self, rules: &'a Map<String, Value>, node: &Node, name: &str) {
        let entries = node.entries();
        self.count(rules, ["minProperties", "maxProperties"], entries.len(), "fields", node, name);
        let properties = rules.get("properties").and_then(Value::as_object);
        for entry in entries {
            if let Some(schema) = rules.get("propertyNames") {
                self.name_of(schema, entry);
            }
            match properties.and_then(|all| all.get(&entry.name)) {
                Some(schema) => self.node(schema, &entry.node, &entry.name),
                None => match rules.get("additionalProperties") {
                    Some(Value::Bool(false)) => self.unknown(entry, properties),
                    Some(schema) => self.node(schema, &entry.node, &entry.name),
                    None => {}
                },
            }
        }
        for missing in words(rules, "required") {
            if node.field(missing).is_none() {
                let schema = properties.and_then(|all| all.get(missing));
                let described = schema.and_then(|schema| self.described(schema));
                let mend = described.map_or_else(
                    || format!("add `{missing}`"),
                    |described| format!("add `{missing}`: {described}"),
                );
                self.problem(node, format!("`{missing}` is missing"), mend);
            }
        }
        self.dependent(rules, node);
    }

    /// A key as if it were a value.
    fn name_of(&mut self, schema: &'a Value, entry: &super::tree::Entry) {
        let scalar = super::tree::Scalar {
            text: entry.name.clone(),
            style: super::tree::Style::Plain,
            value: Plain::Text,
        };
        let node = Node { span: entry.at, content: Content::Scalar(scalar) };
        self.node(schema, &node, &entry.name);
    }

    fn unknown(&mut self, entry: &super::tree::Entry, known: Option<&Map<String, Value>>) {
        let known: Vec<&str> = known.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let mend = match near(&entry.name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("here may stand {}", listed(&known)),
        };
        let message = format!("there is no field `{}` here", short(&entry.name));
        self.problems.push(Diagnostic::new(entry.at, message).mend(mend));
    }

    /// What must and must not stand beside a field.
    fn dependent(&mut self, rules: &'a Map<String, Value>, node: &Node) {
        let of = |keyword| rules.get(keyword).and_then(Value::as_object).into_iter().flatten();
        for (name, wanted) in of("dependentRequired") {
            let Some(entry) = node.entries().iter().find(|entry| entry.name == *name) else {
                continue;
            };
            let wanted: Vec<&str> =
                wanted.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if wanted.iter().any(|wanted| node.field(wanted).is_none()) {
                let wanted = listed(&wanted);
                let message = format!("`{name}` goes with {wanted}");
                let mend = format!("leave `{name}` out, or write {wanted} in the same place");
                self.problems.push(Diagnostic::new(entry.at, message).mend(mend));
            }
        }
        for (name, schema) in of("dependentSchemas") {
            let Some(entry) = node.entries().iter().find(|entry| entry.name == *name) else {
                continue;
            };
            let branches = verbs(schema.get("oneOf"));
            if !branches.is_empty() && !branches.iter().any(|verb| node.field(verb).is_some()) {
                let message = format!("`{name}` goes with {}", listed(&branches));
                let mend = format!("leave `{name}` out");
                self.problems.push(Diagnostic::new(entry.at, message).mend(mend));
            }
            let barred = schema.get("properties").and_then(Value::as_object);
            for (other, _) in barred.into_iter().flatten() {
                if node.field(other).is_some() {
                    let message = format!("`{name}` and `{other}` do not go together");
                    let mend = "keep one of the two";
                    self.problems.push(Diagnostic::new(entry.at, message).mend(mend));
                }
            }
        }
    }

    /// `oneOf`, which tells verbs apart, and `anyOf`.
    fn branches(&mut self, rules: &'a Map<String, Value>, node: &Node, name: &str) {
        let verbs = verbs(rules.get("oneOf"));
        if !verbs.is_empty() && matches!(node.content, Content::Map(..)) {
            let given: Vec<&str> =
                verbs.iter().copied().filter(|verb| node.field(verb).is_some()).collect();
            match given.as_slice() {
                [_] => {}
                [] => {
                    let mend = format!("it begins with one of {}", listed(&verbs));
                    self.problem(node, "this has no verb that can stand here".to_owned(), mend);
                }
                [first, second, ..] => {
                    let message = format!("`{first}` and `{second}` are two steps");
                    self.problem(node, message, "write each in a step of its own");
                }
            }
        }
        let Some(any) = rules.get("anyOf").and_then(Value::as_array) else { return };
        let mut reasons = None;
        for branch in any {
            let problems = problems_by(self.root, branch, node, name);
            if problems.is_empty() {
                return;
            }
            let branch = self.resolved(branch).unwrap_or(branch);
            let wanted = branch.get("type").and_then(Value::as_str);
            if wanted.is_some_and(|wanted| is_of(wanted, node)) {
                reasons = Some(problems);
            }
        }
        match reasons {
            Some(problems) => self.problems.extend(problems),
            None => {
                self.problem(node, format!("`{name}` cannot be {}", node.kind()), "see the format");
            }
        }
    }
}

/// The fields of branches that want one field each.
fn verbs(one_of: Option<&Value>) -> Vec<&str> {
    let branches = one_of.and_then(Value::as_array).into_iter().flatten();
    branches.filter_map(|branch| branch.get("required")?.get(0)?.as_str()).collect()
}

fn is_of(wanted: &str, node: &Node) -> bool {
    match (&node.content, wanted) {
        (Content::Map(..), "object") | (Content::List(..), "array") => true,
        (Content::Scalar(scalar), _) => match (&scalar.value, wanted) {
            (Plain::Null, "null")
            | (Plain::Bool(_), "boolean")
            | (Plain::Text, "string")
            | (Plain::Number(_), "number") => true,
            (Plain::Number(number), "integer") => {
                number.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            _ => false,
        },
        _ => false,
    }
}

fn called(of: &str) -> &'static str {
    match of {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "`true` or `false`",
        "array" => "a list",
        "object" => "an object",
        _ => "null",
    }
}

/// Text as it is, anything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The longest piece of a value that a message shows.
const SHOWN_MAX: usize = 60;

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Equal as JSON: numbers by their value, so that 1 and 1.0 are one.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => left == right,
    }
}
