//! The document as it is written: a tree that fits the format's schema, taken apart.
//!
//! *Never:* a field is read here that the schema does not have, or the other way about.

use super::fit;
use super::tree::{self, Node};
use crate::bound::INPUT_BYTES_MAX;
use crate::cel::Span;
use crate::diagnostic::Diagnostic;
use serde::Deserialize;
use serde_json::Value;
use std::sync::LazyLock;

/// The format as a JSON Schema (2020-12): what editors complete and check by, and what is read here.
pub const SCHEMA: &str = include_str!("../../recipe.schema.json");

/// The format for people, and for whoever is to write recipes: everything that is needed to write one.
pub const FORMAT_PAGE: &str = include_str!("../../FORMAT.md");

static FORMAT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(SCHEMA).unwrap_or(Value::Bool(false)));

/// The items that `each` takes where the recipe does not say: as many requests as a host lets go out
/// side by side.
pub(super) const EACH_MAX: u32 = 32;

/// The levels of log lines, from the least on.
const LEVELS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];

/// A recipe.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Recipe {
    /// The capability's dotted name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One sentence.
    pub summary: String,
    /// The operation's name.
    pub operation: String,
    /// Sentences that ask for it.
    pub intents: Vec<String>,
    /// A JSON Schema of the input.
    pub input: Value,
    /// The most bytes that an input may have.
    pub input_bytes: u64,
    /// A JSON Schema of the output.
    pub output: Value,
    /// What it asks for.
    pub permissions: Permissions,
    /// Inputs and the outputs they give; they are the recipe's tests.
    pub examples: Vec<Example>,
    /// Values that steps and the result use; each may use those before it.
    pub(super) bindings: Vec<Named>,
    /// What happens, in order.
    pub(super) steps: Vec<Step>,
    /// The result.
    pub(super) result: Node,
    /// All of it, for places.
    pub(super) tree: Node,
}

/// What a recipe asks to be allowed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Permissions {
    /// To write log lines.
    pub log: bool,
    /// To read the time.
    pub clock: bool,
    /// To draw random numbers.
    pub random: bool,
    /// To report progress.
    pub progress: bool,
    /// To keep values.
    pub kv: Option<KvPermission>,
    /// To send requests.
    pub http: Vec<HttpPermission>,
    /// To have secrets sent.
    pub secrets: Vec<SecretPermission>,
    /// To call capabilities.
    pub call: Vec<String>,
    /// To read settings.
    pub config: Vec<String>,
}

/// How much a recipe may keep.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KvPermission {
    /// The most bytes.
    pub bytes: u64,
    /// The most keys.
    pub keys: u32,
}

/// Which requests a recipe may send.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpPermission {
    /// A host name or pattern.
    pub host: String,
    /// Methods; `GET` and `HEAD` where none are given.
    #[serde(default)]
    pub methods: Vec<String>,
    /// What paths begin with.
    #[serde(default)]
    pub path: String,
}

/// A secret that the host puts into requests.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretPermission {
    /// Its name.
    pub name: String,
    /// Hosts that it may be sent to.
    pub hosts: Vec<String>,
}

/// A worked example.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Example {
    /// The input.
    pub input: Value,
    /// The output; none where it varies.
    pub output: Option<Value>,
}

/// A name, and an expression or what else stands behind it.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) at: Span,
    pub(super) node: Node,
}

/// A step: one of the verbs, and what goes with it.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Where the verb stands.
    pub(super) at: Span,
    pub(super) verb: Verb,
    /// What the step's result is called.
    pub(super) name: Option<(String, Span)>,
    pub(super) when: Option<Node>,
    pub(super) otherwise: Option<Node>,
    /// A list, and how long it may be.
    pub(super) each: Option<(Node, u32)>,
}

/// What a step does.
#[derive(Debug, Clone)]
pub(super) enum Verb {
    Fetch(Box<Fetch>),
    Call {
        name: String,
        at: Span,
        operation: String,
        input: Option<Node>,
    },
    Get(Node),
    Put(Node, Node),
    /// The text, and the number of its level.
    Log(Node, u32),
    Progress(Node, Option<Node>),
    Now,
    Random,
    Config(Node),
    Set(Node),
    Return(Node),
    Parallel(Vec<Step>),
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Fetch {
    pub(super) url: Node,
    pub(super) method: Option<Node>,
    pub(super) query: Vec<Named>,
    pub(super) headers: Vec<Named>,
    pub(super) body: Option<Payload>,
    pub(super) secrets: Vec<SecretUse>,
    pub(super) timeout_ms: Option<u32>,
}

/// A body as it is written.
#[derive(Debug, Clone)]
pub(super) enum Payload {
    Json(Node),
    Form(Vec<Named>),
    Plain(Node),
}

/// A secret, and where the host puts it, as the contract numbers the places: bearer, basic, header,
/// query; the last three have a name.
#[derive(Debug, Clone)]
pub(super) struct SecretUse {
    pub(super) secret: String,
    pub(super) at: Span,
    pub(super) place: u32,
    pub(super) name: String,
}

/// Reads a document.
pub(super) fn read(document: &str) -> Result<Recipe, Vec<Diagnostic>> {
    let tree = tree::read(document)?;
    let problems = fit::problems(&FORMAT, &tree);
    if !problems.is_empty() {
        return Err(problems);
    }
    let permissions = match tree.field("permissions").map(Node::json) {
        Some(json) => serde_json::from_value(json)
            .map_err(|error| vec![Diagnostic::new(tree.span, error.to_string())])?,
        None => Permissions::default(),
    };
    let schema = |name, otherwise| tree.field(name).map_or(otherwise, Node::json);
    let texts = |name| items(&tree, name).filter_map(Node::text).map(str::to_owned).collect();
    let example = |node: &Node| Example {
        input: node.field("input").map_or(Value::Null, Node::json),
        output: node.field("output").map(Node::json),
    };
    Ok(Recipe {
        name: text(&tree, "name").unwrap_or_default(),
        version: text(&tree, "version").unwrap_or_default(),
        summary: text(&tree, "summary").unwrap_or_default(),
        operation: text(&tree, "operation").unwrap_or_else(|| "run".to_owned()),
        intents: texts("intents"),
        input: schema("input", serde_json::json!({"type": "object"})),
        input_bytes: number(&tree, "input_bytes").map_or(INPUT_BYTES_MAX, u64::from),
        output: schema("output", Value::Bool(true)),
        permissions,
        examples: items(&tree, "examples").map(example).collect(),
        bindings: named(&tree, "let"),
        steps: steps(&tree, "steps"),
        result: tree.field("return").cloned().unwrap_or_else(|| tree.clone()),
        tree,
    })
}

fn items<'n>(node: &'n Node, name: &str) -> impl Iterator<Item = &'n Node> {
    node.field(name).into_iter().flat_map(Node::items)
}

fn text(node: &Node, name: &str) -> Option<String> {
    node.field(name).and_then(Node::text).map(str::to_owned)
}

fn number(node: &Node, name: &str) -> Option<u32> {
    let number = node.field(name)?.json().as_f64()?;
    // The schema has checked that it is whole and in range.
    Some(number as u32)
}

fn named(node: &Node, name: &str) -> Vec<Named> {
    let entries = node.field(name).into_iter().flat_map(Node::entries);
    let named = entries.map(|entry| Named {
        name: entry.name.clone(),
        at: entry.at,
        node: entry.node.clone(),
    });
    named.collect()
}

fn steps(node: &Node, name: &str) -> Vec<Step> {
    items(node, name).filter_map(step).collect()
}

fn step(node: &Node) -> Option<Step> {
    // The schema has checked that there is exactly one verb.
    let (at, verb) = node
        .entries()
        .iter()
        .find_map(|entry| verb(node, &entry.name, &entry.node).map(|verb| (entry.at, verb)))?;
    let each = node.field("each").cloned();
    Some(Step {
        at,
        verb,
        name: node.field("as").and_then(|name| Some((name.text()?.to_owned(), name.span))),
        when: node.field("when").cloned(),
        otherwise: node.field("else").cloned(),
        each: each.map(|each| (each, number(node, "max").unwrap_or(EACH_MAX))),
    })
}

fn verb(step: &Node, name: &str, value: &Node) -> Option<Verb> {
    let beside = |name| step.field(name).cloned();
    Some(match name {
        "fetch" => Verb::Fetch(Box::new(fetch(step, value))),
        "call" => Verb::Call {
            name: value.text().unwrap_or_default().to_owned(),
            at: value.span,
            operation: text(step, "operation").unwrap_or_else(|| "run".to_owned()),
            input: beside("input"),
        },
        "get" => Verb::Get(value.clone()),
        "put" => Verb::Put(value.clone(), beside("value")?),
        "log" => {
            let level = text(step, "level").unwrap_or_else(|| "info".to_owned());
            let number = LEVELS.iter().position(|known| *known == level).unwrap_or_default();
            Verb::Log(value.clone(), u32::try_from(number).unwrap_or_default())
        }
        "progress" => Verb::Progress(value.clone(), beside("value")),
        "now" => Verb::Now,
        "random" => Verb::Random,
        "config" => Verb::Config(value.clone()),
        "set" => Verb::Set(value.clone()),
        "return" => Verb::Return(value.clone()),
        "parallel" => Verb::Parallel(value.items().iter().filter_map(self::step).collect()),
        _ => return None,
    })
}

fn fetch(step: &Node, url: &Node) -> Fetch {
    let beside = |name| step.field(name).cloned();
    let form = named(step, "form");
    let body = match (beside("json"), beside("body")) {
        (Some(json), _) => Some(Payload::Json(json)),
        (None, Some(body)) => Some(Payload::Plain(body)),
        (None, None) => (!form.is_empty()).then_some(Payload::Form(form)),
    };
    Fetch {
        url: url.clone(),
        method: beside("method"),
        query: named(step, "query"),
        headers: named(step, "headers"),
        body,
        secrets: secrets(step),
        timeout_ms: number(step, "timeout_ms"),
    }
}

fn secrets(step: &Node) -> Vec<SecretUse> {
    let mut uses = Vec::new();
    let mut add = |node: &Node, place, name: String| {
        let secret = node.text().unwrap_or_default().to_owned();
        uses.push(SecretUse { secret, at: node.span, place, name });
    };
    if let Some(node) = step.field("bearer") {
        add(node, 0, String::new());
    }
    if let Some(node) = step.field("basic").and_then(|basic| basic.field("secret")) {
        let user = step.field("basic").and_then(|basic| text(basic, "user"));
        add(node, 1, user.unwrap_or_default());
    }
    for (field, place) in [("secret_headers", 2), ("secret_query", 3)] {
        for entry in named(step, field) {
            add(&entry.node, place, entry.name);
        }
    }
    uses
}
