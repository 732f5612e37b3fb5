//! What comes back from a model: a recipe in a text, checked before anything is made of it.
//!
//! *Never:* a recipe is taken that asks for more than it may, whatever it says for itself.

use engraft_recipe::recipe::{self, DOCUMENT_MAX, Recipe};
use serde_json::{Value, json};

use super::prompt::UNNAMED;
use crate::model::{CapabilityName, Permissions};
use crate::synth::prose;
use crate::synth::wish::Wish;

/// Problems that are told at once.
const PROBLEMS_MAX: usize = 12;

/// A recipe that may be tried.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) name: CapabilityName,
    pub(super) summary: String,
    pub(super) text: String,
}

/// The recipe of an answer, or what is wrong with it.
pub(super) fn recipe(answer: &str, wish: &Wish, most: &Permissions) -> Result<Taken, String> {
    let text = block(answer);
    if text.len() > DOCUMENT_MAX {
        return Err(format!("the recipe has more than {DOCUMENT_MAX} bytes"));
    }
    let recipe = recipe::check(text).map_err(|problems| {
        let told: Vec<String> = problems
            .iter()
            .take(PROBLEMS_MAX)
            .map(|problem| match &problem.mend {
                Some(mend) => format!("- {problem}; {mend}"),
                None => format!("- {problem}"),
            })
            .collect();
        format!("these places of it are wrong:\n{}", told.join("\n"))
    })?;
    if let Some(host) = wildcard(&recipe) {
        return Err(format!("it asks for every host of `{host}`; name each host in full"));
    }
    if let Some(beyond) = asked(&recipe)?.beyond(most) {
        return Err(format!("it asks for {beyond}, which it may not"));
    }
    let wanted = wish.name.as_ref().map_or(UNNAMED, |name| name.as_str());
    if recipe.name != wanted {
        return Err(format!("its name is to be `{wanted}`"));
    }
    let texts = recipe.intents.iter().chain([&recipe.summary]);
    for text in texts.chain(descriptions(&recipe.input).iter()) {
        if prose::described(text, prose::SUMMARY_CHARS_MAX).1 {
            return Err("a text of it speaks to a language model instead of describing".to_owned());
        }
    }
    let name = wanted.parse().map_err(|error: crate::model::NameError| error.to_string())?;
    Ok(Taken { name, summary: recipe.summary, text: text.to_owned() })
}

/// What stands between the first fences, or all of it.
fn block(answer: &str) -> &str {
    let Some((_, behind)) = answer.split_once("```") else { return answer.trim() };
    // Behind the fence may stand the name of a language.
    let behind = behind.split_once('\n').map_or(behind, |(_, behind)| behind);
    behind.split_once("```").map_or(behind, |(inside, _)| inside).trim()
}

/// The one block of an answer; nobody takes a second one, such as a manifest, a script or a lock.
pub(super) fn only_block(answer: &str) -> Result<&str, String> {
    let fences = answer.matches("```").count();
    match fences {
        0 => Err("there is no block between ``` and ``` in it".to_owned()),
        1 | 2 => Ok(block(answer)),
        _ => Err("it has more than one block; exactly one file is taken".to_owned()),
    }
}

/// A host that stands for many. A model names those that it needs, even where it might have more.
fn wildcard(recipe: &Recipe) -> Option<&str> {
    let http = recipe.permissions.http.iter().map(|rule| rule.host.as_str());
    let secrets = recipe.permissions.secrets.iter().flat_map(|it| &it.hosts).map(String::as_str);
    http.chain(secrets).find(|host| host.contains('*'))
}

/// What a recipe asks for, as permissions of a capability.
fn asked(recipe: &Recipe) -> Result<Permissions, String> {
    let asks = &recipe.permissions;
    let http: Vec<Value> = asks
        .http
        .iter()
        .map(|it| json!({"host": it.host, "methods": it.methods, "path_prefix": it.path}))
        .collect();
    let secrets: Vec<Value> =
        asks.secrets.iter().map(|it| json!({"name": it.name, "hosts": it.hosts})).collect();
    let mut all = json!({
        "log": asks.log, "clock": asks.clock, "random": asks.random, "progress": asks.progress,
        "http": http, "secrets": secrets, "call": asks.call, "config": asks.config,
    });
    if let (Some(kv), Some(all)) = (&asks.kv, all.as_object_mut()) {
        all.insert("kv".to_owned(), json!({"bytes": kv.bytes, "keys": kv.keys}));
    }
    serde_json::from_value(all).map_err(|error| format!("its permissions do not fit: {error}"))
}

/// Every description in a schema.
fn descriptions(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match (name.as_str(), value) {
                ("description" | "title", Value::String(text)) => vec![text.clone()],
                _ => descriptions(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(descriptions).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
