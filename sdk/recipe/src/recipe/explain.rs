//! What a recipe does, in plain words.
//!
//! *Never:* an effect or a permission is left out.

mod cost;

use super::check;
use super::document::{self, Fetch, Payload, Permissions, Recipe, Step, Verb};
use super::tree::{Content, Node};
use crate::diagnostic::{Diagnostic, Problem, problems};
use crate::place::Places;
use serde::Serialize;
use serde_json::Value;

/// A recipe in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The capability's name and version, and its summary.
    pub title: String,
    /// What it takes, a line for each field of the input.
    pub takes: Vec<String>,
    /// What it does, step by step; what belongs to a step is indented below it.
    pub does: Vec<String>,
    /// What it gives.
    pub gives: String,
    /// What it asks to be allowed.
    pub asks: Vec<String>,
    /// What it does outside: requests, calls and changes, the most of each.
    pub outside: Vec<String>,
    /// What one call uses at most: as a number, and as it grows with the input.
    pub uses_at_most: Vec<String>,
}

/// Explains a recipe that has been checked.
///
/// # Errors
///
/// Everything that is wrong with it.
///
/// ```
/// let text = "
/// name: text.shout
/// version: 1.0.0
/// summary: Writes text in capitals.
/// input: {type: object, properties: {text: {type: string, maxLength: 9}}, required: [text]}
/// return: input.text.upperAscii()
/// ";
/// let told = engraft_recipe::recipe::explain(text)?;
/// assert_eq!(told.takes, ["`text`: text; at most 9 letters"]);
/// assert!(told.asks.is_empty() && told.outside.is_empty());
/// assert!(told.uses_at_most[0].starts_with("fuel: "));
/// # Ok::<(), Vec<engraft_recipe::diagnostic::Problem>>(())
/// ```
pub fn explain(text: &str) -> Result<Explanation, Vec<Problem>> {
    let recipe = document::read(text).map_err(|wrong| problems(text, wrong))?;
    let plan = check::plan(&recipe, text).map_err(|wrong| problems(text, wrong))?;
    let assembly = super::operation(&recipe, &plan, &Places::new(text))
        .map_err(|wrong| problems(text, vec![wrong]))?;
    let bound = super::assembled(recipe.clone(), assembly)
        .map_err(|defect| {
            problems(text, vec![Diagnostic::new(recipe.tree.span, defect.to_string())])
        })?
        .bound;
    let mut teller = Teller { text, lines: Vec::new(), outside: Vec::new() };
    for named in &recipe.bindings {
        let value = teller.source(&named.node);
        teller.lines.push(format!("Computes `{}`: {value}.", named.name));
    }
    for step in &recipe.steps {
        teller.step(step, 0);
    }
    let gives = format!("{}, {}", teller.source(&recipe.result), kind(&recipe.output));
    Ok(Explanation {
        title: format!("`{}` {}: {}", recipe.name, recipe.version, recipe.summary),
        takes: fields(&recipe),
        does: teller.lines,
        gives,
        asks: asks(&recipe.permissions),
        outside: teller.outside,
        uses_at_most: cost::told(&bound, recipe.input_bytes),
    })
}

struct Teller<'a> {
    text: &'a str,
    lines: Vec<String>,
    outside: Vec<String>,
}

/// The longest expression that is shown whole.
const SHOWN_MAX: usize = 160;

impl Teller<'_> {
    /// An expression as it is written, in one line.
    fn source(&self, node: &Node) -> String {
        let written = match &node.content {
            Content::Scalar(scalar) => scalar.text.as_str(),
            _ => self.text.get(node.span.start..node.span.end).unwrap_or_default(),
        };
        let mut line = written.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((at, _)) = line.char_indices().nth(SHOWN_MAX) {
            line.truncate(at);
            line.push('…');
        }
        format!("`{line}`")
    }

    fn tell(&mut self, depth: usize, line: String) {
        self.lines.push(format!("{}{line}", "  ".repeat(depth)));
    }

    fn step(&mut self, step: &Step, depth: usize) {
        let times = step.each.as_ref().map_or(1, |(_, max)| *max);
        let what = match &step.verb {
            Verb::Fetch(fetch) => self.fetch(fetch, times),
            Verb::Call { name, operation, input, .. } => {
                self.outside.push(most(times, &format!("call of `{name}`")));
                let input = input.as_ref().map_or("nothing".to_owned(), |input| self.source(input));
                format!("Calls `{operation}` of `{name}` with {input}")
            }
            Verb::Get(key) => format!("Reads the kept value {}", self.source(key)),
            Verb::Put(key, value) => {
                self.outside.push(format!("a kept value changed: {}", self.source(key)));
                format!("Keeps {} as {}", self.source(value), self.source(key))
            }
            Verb::Log(text, _) => format!("Writes to the log: {}", self.source(text)),
            Verb::Progress(text, _) => format!("Reports progress: {}", self.source(text)),
            Verb::Now => "Looks at the clock".to_owned(),
            Verb::Random => "Draws a random number".to_owned(),
            Verb::Config(key) => format!("Reads the setting {}", self.source(key)),
            Verb::Set(value) => format!("Computes {}", self.source(value)),
            Verb::Return(value) => format!("Ends with {}", self.source(value)),
            Verb::Parallel(_) => "Does side by side".to_owned(),
        };
        let name = step.name.as_ref().map_or(String::new(), |(name, _)| format!(", as `{name}`"));
        self.tell(depth, format!("{what}{name}."));
        if let Some((list, max)) = &step.each {
            let list = self.source(list);
            self.tell(
                depth + 1,
                format!("Once for each `item` of {list}, {max} at most, side by side."),
            );
        }
        if let Some(when) = &step.when {
            let when = self.source(when);
            self.tell(depth + 1, format!("Only if {when}."));
        }
        if let Some(otherwise) = &step.otherwise {
            let otherwise = self.source(otherwise);
            self.tell(depth + 1, format!("Where that fails, {otherwise} stands in."));
        }
        if let Verb::Parallel(steps) = &step.verb {
            for step in steps {
                self.step(step, depth + 1);
            }
        }
    }

    fn fetch(&mut self, fetch: &Fetch, times: u32) -> String {
        let usual = if fetch.body.is_some() { "POST" } else { "GET" };
        let method = fetch.method.as_ref().and_then(Node::text).unwrap_or(usual);
        let url = self.source(&fetch.url);
        self.outside.push(most(times, &format!("{method} request to {url}")));
        let mut line = format!("Sends a {method} request to {url}");
        let body = match &fetch.body {
            None => "",
            Some(Payload::Json(_)) => " with a body of JSON",
            Some(Payload::Form(_)) => " with a form",
            Some(Payload::Plain(_)) => " with a body",
        };
        line.push_str(body);
        for secret in &fetch.secrets {
            line.push_str(&format!("; the host adds the secret `{}`", secret.secret));
        }
        if let Some(timeout) = fetch.timeout_ms {
            line.push_str(&format!("; waits {timeout} ms at most"));
        }
        line
    }
}

fn most(times: u32, what: &str) -> String {
    if times == 1 { format!("one {what}") } else { format!("up to {times} times: {what}") }
}

/// What a schema allows, in words.
fn kind(schema: &Value) -> String {
    let one = |of: &str| match of {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        _ => "null",
    };
    match schema.get("type") {
        Some(Value::String(of)) => one(of).to_owned(),
        Some(Value::Array(all)) => {
            let all: Vec<&str> = all.iter().filter_map(Value::as_str).map(one).collect();
            all.join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

fn fields(recipe: &Recipe) -> Vec<String> {
    let properties = recipe.input.get("properties").and_then(Value::as_object);
    let required = recipe.input.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let field = |(name, schema): (&String, &Value)| {
        let mut line = format!("`{name}`: {}", kind(schema));
        if !is_required(name) {
            line.push_str(", may be left out");
        }
        let bounds = [
            ("maxLength", "at most", " letters"),
            ("maxItems", "at most", " items"),
            ("minimum", "from", " on"),
            ("maximum", "up to", ""),
            ("pattern", "matching", ""),
            ("format", "as", ""),
            ("enum", "one of", ""),
        ];
        for (keyword, before, behind) in bounds {
            if let Some(bound) = schema.get(keyword) {
                let bound = bound.as_str().map_or_else(|| bound.to_string(), str::to_owned);
                line.push_str(&format!("; {before} {bound}{behind}"));
            }
        }
        line
    };
    properties.into_iter().flatten().map(field).collect()
}

fn asks(permissions: &Permissions) -> Vec<String> {
    let mut all = Vec::new();
    let plain = [
        (permissions.log, "write log lines"),
        (permissions.clock, "read the time"),
        (permissions.random, "draw random numbers"),
        (permissions.progress, "report progress"),
    ];
    all.extend(plain.into_iter().filter(|(asked, _)| *asked).map(|(_, what)| what.to_owned()));
    if let Some(kv) = &permissions.kv {
        all.push(format!("keep up to {} bytes under {} keys", kv.bytes, kv.keys));
    }
    for rule in &permissions.http {
        let methods = if rule.methods.is_empty() {
            "GET and HEAD".to_owned()
        } else {
            rule.methods.join(", ")
        };
        all.push(format!("send {methods} requests to `{}{}`", rule.host, rule.path));
    }
    for rule in &permissions.secrets {
        all.push(format!("have the secret `{}` sent to {}", rule.name, rule.hosts.join(", ")));
    }
    all.extend(permissions.call.iter().map(|name| format!("call `{name}`")));
    all.extend(permissions.config.iter().map(|key| format!("read the setting `{key}`")));
    all
}
