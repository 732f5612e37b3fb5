//! A tool with a request as a recipe.
//!
//! *Never:* what a manifest writes becomes a part of a program other than as a value or a name.

use serde_json::{Map, Value, json};
use url::Url;

use super::tool::{Auth, BodyKind, Http, Tool, ToolError};
use crate::model::HostPattern;
use crate::synth::author::{Draft, Source};
use crate::synth::openapi;
use crate::synth::prose::quoted;

/// How long a server has to answer where a tool does not say.
const TIMEOUT_MS: u32 = 30_000;
/// How sure it is that a tool does what its manifest says.
const SURE: f64 = 0.8;

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

pub(super) fn draft(tool: &Tool, http: &Http, private: &[HostPattern]) -> Result<Draft, ToolError> {
    let mut writer = Writer { tool, used: Vec::new() };
    let (url, host, path) = writer.url(&http.url, private)?;
    let usual = if http.body.is_some() { "POST" } else { "GET" };
    let method = http.method.as_deref().unwrap_or(usual);
    if !METHODS.contains(&method) {
        return Err(ToolError::Http(format!("there is no method `{method}`")));
    }
    let mut step = Map::new();
    step.insert("fetch".to_owned(), url.into());
    step.insert("method".to_owned(), method.into());
    let query = writer.values(&http.query)?;
    let headers = writer.values(&http.headers)?;
    step.extend((!http.query.is_empty()).then(|| ("query".to_owned(), query)));
    step.extend((!http.headers.is_empty()).then(|| ("headers".to_owned(), headers)));
    step.extend(writer.body(http.body)?);
    step.insert("timeout_ms".to_owned(), http.timeout_ms.unwrap_or(TIMEOUT_MS).into());
    step.insert("as".to_owned(), "answer".into());
    let mut asks = json!({"http": [{"host": host, "methods": [method], "path": path}]});
    if let Some(auth) = &http.auth {
        let (field, value, secret) = placed(auth);
        step.insert(field.to_owned(), value);
        asks = json!({"http": asks.get("http"), "secrets": [{"name": secret, "hosts": [host]}]});
    }
    let document = json!({
        "name": tool.name.as_str(),
        "version": "0.1.0",
        "summary": tool.summary,
        "intents": tool.intents,
        "input": openapi::given(&tool.input),
        "output": {"type": "object", "required": ["status"], "properties":
            {"status": {"type": "integer"}, "body": openapi::answered(&tool.output), "error": {}}},
        "permissions": asks,
        "steps": [step, openapi::content("answer")],
        "return": openapi::gives(),
    });
    Ok(Draft {
        author: super::NAME.to_owned(),
        name: tool.name.clone(),
        source: Source::Recipe(format!("{document:#}\n")),
        examples: tool.examples.clone(),
        reasons: vec![format!("its manifest sends {method} to `{host}`: {}", tool.summary)],
        doubts: Vec::new(),
        confidence: SURE,
    })
}

/// The step's field for a secret, and the secret's name.
fn placed(auth: &Auth) -> (&'static str, Value, &str) {
    match auth {
        Auth::Bearer(secret) => ("bearer", json!(secret), secret),
        Auth::Basic { user, secret } => ("basic", json!({"user": user, "secret": secret}), secret),
        Auth::Header { name, secret } => ("secret_headers", json!({name: secret}), secret),
        Auth::Query { name, secret } => ("secret_query", json!({name: secret}), secret),
    }
}

struct Writer<'t> {
    tool: &'t Tool,
    /// Properties that stand somewhere already.
    used: Vec<String>,
}

impl Writer<'_> {
    /// The URL as a recipe writes it, its host, and how far its path is known.
    fn url(
        &mut self,
        text: &str,
        private: &[HostPattern],
    ) -> Result<(String, String, String), ToolError> {
        let unfit = |why: String| ToolError::Http(format!("its URL does not fit: {why}"));
        let begin = text.find('{').unwrap_or(text.len());
        let (known, _) = text.split_at(begin);
        if known.splitn(4, '/').count() < 4 && begin < text.len() {
            return Err(unfit("what stands in braces may only stand in its path".to_owned()));
        }
        if text.contains(['?', '#']) {
            return Err(unfit("parameters belong into `query`".to_owned()));
        }
        let parsed = Url::parse(known).map_err(|error| unfit(error.to_string()))?;
        let server = openapi::server(&parsed, private).map_err(unfit)?;
        if known.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(unfit("its path leads up".to_owned()));
        }
        let mut url = format!("{}{}", server.origin, parsed.path());
        let mut rest = text.get(begin..).unwrap_or_default();
        while let Some(behind) = rest.strip_prefix('{') {
            let (name, behind) =
                behind.split_once('}').ok_or_else(|| unfit("a brace is not closed".to_owned()))?;
            url.push_str(&format!("{{{}}}", self.sure(name)?));
            let next = behind.find('{').unwrap_or(behind.len());
            let (plain, behind) = behind.split_at(next);
            url.push_str(plain);
            rest = behind;
        }
        let whole = parsed.path();
        let path = match begin < text.len() {
            // A rule ends at a slash, since what is behind it is not known.
            true => whole.get(..whole.rfind('/').map_or(0, |at| at + 1)).unwrap_or("/"),
            false => whole,
        };
        Ok((url, server.host, path.to_owned()))
    }

    /// A property that has to be there.
    fn sure(&mut self, name: &str) -> Result<String, ToolError> {
        let required = self.tool.input.get("required").and_then(Value::as_array);
        if !required.is_some_and(|all| all.iter().any(|one| one == name)) {
            return Err(ToolError::Http(format!(
                "`{{{name}}}` stands in its path, and is no property that `input` requires"
            )));
        }
        self.used.push(name.to_owned());
        Ok(format!("dyn(input)[{}]", quoted(name)))
    }

    /// Names and expressions: properties of the input, or texts.
    fn values(
        &mut self,
        values: &std::collections::BTreeMap<String, String>,
    ) -> Result<Value, ToolError> {
        let mut all = Map::new();
        for (name, value) in values {
            let inside = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let value = match inside {
                None => quoted(value),
                Some(property) => {
                    let known = self.tool.input.get("properties");
                    if known.is_none_or(|known| known.get(property).is_none()) {
                        let why = format!("`{value}` is no property of `input`");
                        return Err(ToolError::Http(why));
                    }
                    self.used.push(property.to_owned());
                    format!("dyn(input)[?{}].orValue(null)", quoted(property))
                }
            };
            all.insert(name.clone(), value.into());
        }
        Ok(Value::Object(all))
    }

    /// What is left of the input.
    fn body(&self, kind: Option<BodyKind>) -> Result<Option<(String, Value)>, ToolError> {
        let Some(kind) = kind else { return Ok(None) };
        let known = self.tool.input.get("properties").and_then(Value::as_object);
        let left: Vec<&String> = known
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
            .filter(|name| !self.used.contains(name))
            .collect();
        if left.is_empty() {
            let why = "its body has nothing in it: `input` has no properties that are left";
            return Err(ToolError::Http(why.to_owned()));
        }
        let value = |name: &str| format!("dyn(input)[?{}]", quoted(name));
        Ok(Some(match kind {
            // What is not given is not sent, rather than sent as null.
            BodyKind::Json => {
                let pairs = left.iter().map(|name| format!("?{}: {}", quoted(name), value(name)));
                let pairs: Vec<String> = pairs.collect();
                ("json".to_owned(), format!("{{{}}}", pairs.join(", ")).into())
            }
            BodyKind::Form => {
                let fields = left
                    .iter()
                    .map(|name| ((*name).clone(), format!("{}.orValue(null)", value(name)).into()));
                ("form".to_owned(), Value::Object(fields.collect()))
            }
        }))
    }
}
