//! Operations: one method of one path, as a step of a recipe with what goes in and comes out.
//!
//! *Never:* a permission is wider than the requests that the step can send.

use serde_json::{Map, Value, json};

use super::Settings;
use super::body::{self, Body};
use super::document::Document;
use super::parameter::{Root, Takes};
use super::security::{self, Naming, Secrets};
use super::server::{self, Server};
use crate::model::Intent;
use crate::synth::prose;
use crate::synth::prose::quoted;
use crate::synth::words::{Taken, spoken, word};

/// How long a server has to answer.
const TIMEOUT_MS: u64 = 30_000;
/// A sentence with more slots than these is none that anybody says.
const SPOKEN_SLOTS_MAX: usize = 3;

/// The methods that there are; `trace` echoes secrets and is never sent.
pub(super) const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// An operation that a recipe can do.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    /// What it is called within its document: `list-pets`.
    pub(super) word: String,
    pub(super) tag: String,
    /// As it stands in the document: `GET /pets`.
    pub(super) shown: String,
    pub(super) summary: String,
    pub(super) intents: Vec<String>,
    pub(super) is_deprecated: bool,
    /// The schema of what it takes, an object.
    pub(super) input: Value,
    /// The schema of what the server answers where all goes well.
    pub(super) output: Value,
    pub(super) has_headers: bool,
    /// The recipe's step, without its name and condition.
    pub(super) step: Map<String, Value>,
    /// Host, method and path that it asks for.
    pub(super) rule: (String, String, String),
    pub(super) secrets: Vec<String>,
    pub(super) notes: Vec<String>,
    /// That another server would have come first, and why it is not asked.
    pub(super) passed_over: Option<String>,
}

/// Where an operation stands in the document.
#[derive(Clone, Copy)]
pub(super) struct Place<'d> {
    pub(super) path: &'d str,
    pub(super) item: &'d Value,
    pub(super) method: &'d str,
    pub(super) operation: &'d Value,
}

impl Place<'_> {
    pub(super) fn shown(&self) -> String {
        let path: String = self.path.chars().take(120).collect();
        format!("{} {path}", self.method.to_ascii_uppercase())
    }

    fn text(&self, name: &str) -> &str {
        let here = self.operation.get(name).and_then(Value::as_str);
        here.or_else(|| self.item.get(name).and_then(Value::as_str)).unwrap_or_default().trim()
    }
}

/// Reads one operation.
pub(super) fn read(
    document: &Document,
    place: Place<'_>,
    taken: &mut Taken,
    settings: &Settings,
) -> Result<Operation, String> {
    if !place.path.starts_with('/') || place.path.contains(['?', '#']) {
        return Err("its path does not begin with `/`, or holds a query".to_owned());
    }
    let of = [place.operation, place.item, document.root()];
    let server = server::choose(document, of, &settings.servers)?;
    let naming = Naming { prefix: &settings.prefix, users: &settings.users };
    let secrets = security::secrets(document, place.operation, &server, naming)?;
    // The name is needed for expressions, and given back where nothing comes of it.
    let word = named(place);
    let mut tried = taken.clone();
    let word = tried.take(word);
    let root = settings.grouping.root(&word);
    let mut takes = Takes::default();
    takes.parameters(document, [place.operation, place.item], &root)?;
    let sent = body::request(document, place.operation, &mut takes, &root)?;
    let mut notes = secrets.notes.clone();
    notes.append(&mut takes.notes);
    let (url, prefix) = url(&server, place.path, &mut takes, &root, &mut notes)?;
    let method = place.method.to_ascii_uppercase();
    let (output, has_headers) = body::answer(document, place.operation, &mut notes);
    let (summary, spoke) = told(place, &word);
    if spoke {
        notes.push("a text of it speaks to a language model, and was left out".to_owned());
    }
    let step = step(&url, &method, &takes, sent, &secrets)?;
    notes.dedup();
    *taken = tried;
    let passed_over = server.passed_over.as_ref();
    let passed_over =
        passed_over.map(|why| format!("requests go to `{}` instead: {why}", server.host));
    Ok(Operation {
        tag: tag(place.operation),
        shown: place.shown(),
        intents: intents(&summary, &word, &takes),
        summary,
        word,
        is_deprecated: place.operation.get("deprecated") == Some(&Value::Bool(true)),
        input: schema(takes),
        output,
        has_headers,
        step,
        rule: (server.host, method, prefix),
        secrets: secrets.names,
        notes,
        passed_over,
    })
}

fn tag(operation: &Value) -> String {
    let first = operation.get("tags").and_then(|tags| tags.get(0)).and_then(Value::as_str);
    let tag = word(first.unwrap_or("api"), "tag");
    if prose::is_order(&spoken(&tag)) { "tag".to_owned() } else { tag }
}

/// The word for it; a name may be an order as well as a sentence may.
fn named(place: Place<'_>) -> String {
    let of_path = word(&format!("{} {}", place.method, place.path), "op");
    let name = match place.text("operationId") {
        "" => of_path.clone(),
        id => word(id, "op"),
    };
    let mut names = [name, of_path].into_iter();
    names.find(|name| !prose::is_order(&spoken(name))).unwrap_or_else(|| "op".to_owned())
}

/// What it does, in a sentence; and whether a text of it spoke to a model.
fn told(place: Place<'_>, word: &str) -> (String, bool) {
    let mut spoke = false;
    for name in ["summary", "description"] {
        let (text, speaks) = prose::described(place.text(name), prose::SUMMARY_CHARS_MAX);
        spoke |= speaks;
        if let Some(text) = text {
            return (text, spoke);
        }
    }
    let shown = place.shown();
    let shown = if prose::is_order(&shown) { &place.method.to_ascii_uppercase() } else { &shown };
    (format!("{} ({shown})", spoken(word)), spoke)
}

/// Sentences that ask for it: what it does, with what it needs behind it.
fn intents(summary: &str, word: &str, takes: &Takes) -> Vec<String> {
    let is_name = |name: &str| {
        let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        begins && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
    };
    let fits =
        takes.required.len() <= SPOKEN_SLOTS_MAX && takes.required.iter().all(|it| is_name(it));
    let slots: Vec<String> = takes
        .required
        .iter()
        .map(|name| {
            format!(" with {} {{{name}}}", spoken(&crate::synth::words::word(name, "value")))
        })
        .collect();
    let asked = [prose::asked(summary), Some(spoken(word))];
    let mut intents: Vec<String> = Vec::new();
    for asked in asked.into_iter().flatten() {
        // A sentence without what is needed finds the operation; whoever asks gives the rest.
        let whole = fits && !slots.is_empty();
        let sentences = [whole.then(|| asked.clone() + &slots.concat()), Some(asked)];
        for sentence in sentences.into_iter().flatten() {
            let is_fit = sentence.len() <= 300
                && sentence.parse::<Intent>().is_ok()
                && !prose::is_order(&sentence);
            if is_fit && !intents.contains(&sentence) {
                intents.push(sentence);
            }
        }
    }
    intents
}

fn schema(takes: Takes) -> Value {
    let mut schema = json!({
        "type": "object", "properties": takes.properties, "additionalProperties": false
    });
    if let (false, Some(schema)) = (takes.required.is_empty(), schema.as_object_mut()) {
        schema.insert("required".to_owned(), takes.required.into());
    }
    schema
}

/// The URL as a recipe writes it, and how far its path is known.
fn url(
    server: &Server,
    template: &str,
    takes: &mut Takes,
    root: &Root,
    notes: &mut Vec<String>,
) -> Result<(String, String), String> {
    let mut url = format!("{}{}", server.origin, server.path);
    let mut known = server.path.clone();
    let mut is_known = true;
    let mut rest = template;
    loop {
        let (before, behind) = rest.split_once('{').unwrap_or((rest, ""));
        let text = escaped(before);
        url.push_str(&text);
        if is_known {
            known.push_str(&text);
        }
        if behind.is_empty() {
            break;
        }
        let (name, behind) = behind.split_once('}').ok_or("a brace in its path is not closed")?;
        let (mark, value) = segment(name, takes, root, notes);
        if is_known && !mark.is_empty() {
            known.push_str(&mark);
        }
        url.push_str(&format!("{mark}{{{value}}}"));
        is_known = false;
        rest = behind;
    }
    if !is_known {
        // A rule ends at a slash: `/users/` for `/users/{id}`, `/` for `/@{name}`.
        known.truncate(known.rfind('/').map_or(0, |at| at + 1));
    }
    if known.split('/').any(|part| matches!(part.replace("%2e", ".").as_str(), "." | "..")) {
        return Err("its path leads up through `..`".to_owned());
    }
    Ok((url, if known.is_empty() { "/".to_owned() } else { known }))
}

/// What stands before a parameter of the path, and its expression.
fn segment(
    name: &str,
    takes: &mut Takes,
    root: &Root,
    notes: &mut Vec<String>,
) -> (String, String) {
    let part = |value: &Value, at: usize| {
        value.get(at).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    if let Some(known) = takes.path.get(name) {
        return (part(known, 0), part(known, 1));
    }
    // Many documents name a parameter in the path alone.
    notes.push(format!(
        "the parameter `{name}` of its path is described nowhere; it is taken as text"
    ));
    let property = takes.property(name, "path");
    let value = root.sure(&property);
    takes.add(property, json!({"type": "string", "minLength": 1}), true);
    takes.path.insert(name.to_owned(), json!(["", value]));
    (String::new(), value)
}

/// Text of a path as it is sent.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/%:@!$&()*+,;=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn step(
    url: &str,
    method: &str,
    takes: &Takes,
    sent: Body,
    secrets: &Secrets,
) -> Result<Map<String, Value>, String> {
    let mut step = Map::new();
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in &takes.headers {
        if secrets.fields.get("secret_headers").is_some_and(|it| it.get(name).is_some()) {
            // The host writes this one.
            continue;
        }
        headers.insert(name.clone(), value.clone().into());
    }
    if !takes.cookies.is_empty() {
        let is_taken =
            secrets.fields.get("secret_headers").is_some_and(|it| it.get("cookie").is_some());
        if is_taken {
            return Err("its cookies are a secret and parameters at once".to_owned());
        }
        headers.insert("cookie".to_owned(), cookies(&takes.cookies).into());
    }
    step.insert("fetch".to_owned(), url.into());
    step.insert("method".to_owned(), method.into());
    match sent {
        Body::None => {}
        Body::Json(value, kind) => {
            step.insert("json".to_owned(), value.into());
            headers.extend(kind.map(|kind| ("content-type".to_owned(), quoted(&kind).into())));
        }
        Body::Form(fields) => {
            step.insert("form".to_owned(), object(&fields));
        }
        Body::Text(value, kind) => {
            step.insert("body".to_owned(), value.into());
            headers.insert("content-type".to_owned(), quoted(&kind).into());
        }
    }
    if !takes.query.is_empty() {
        step.insert("query".to_owned(), object(&takes.query));
    }
    let accepts = headers.keys().any(|name| name.eq_ignore_ascii_case("accept"));
    if !accepts {
        headers.insert("accept".to_owned(), "'application/json, */*;q=0.5'".into());
    }
    step.insert("headers".to_owned(), Value::Object(headers));
    step.extend(secrets.fields.clone());
    step.insert("timeout_ms".to_owned(), TIMEOUT_MS.into());
    Ok(step)
}

fn object(fields: &[(String, String)]) -> Value {
    Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect())
}

/// One header for all cookies that are given; null where none is.
fn cookies(cookies: &[(String, String)]) -> String {
    let one = |(name, value): &(String, String)| {
        let name = quoted(&format!("{name}="));
        format!("cel.bind(v, {value}, v == null ? '' : {name} + url.encode(v))")
    };
    let all: Vec<String> = cookies.iter().map(one).collect();
    format!(
        "cel.bind(c, [{}].filter(p, p != '').join('; '), c == '' ? dyn(null) : dyn(c))",
        all.join(", ")
    )
}
