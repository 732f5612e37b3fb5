//! Requests to one page. Which page is decided when the recipe is written, and it asks for exactly
//! that host and path.
//!
//! *Never:* a URL that comes with a call; a permission could not be that narrow.

use serde_json::{Value, json};

use super::entry::{Entry, EntryError};
use super::fill::Parameter;
use crate::model::SlotKind;

/// How long a page has to answer.
const TIMEOUT_MS: u64 = 5_000;

pub(super) fn entries() -> impl Iterator<Item = Result<Entry, EntryError>> {
    [text(), data(), send()].into_iter()
}

fn permissions(method: &str) -> Value {
    json!({"http": [{"host": "@[page.host]", "methods": [method], "path": "@[page.path]"}]})
}

/// What is asked of the page, and what stands in for an answer that is none.
fn fetch(more: &Value) -> Value {
    let mut step = json!({"fetch": "@[page]", "as": "answer", "timeout_ms": TIMEOUT_MS});
    if let (Some(step), Some(more)) = (step.as_object_mut(), more.as_object()) {
        step.extend(more.clone());
    }
    json!([step])
}

fn entry(name: &str, summary: &str, asks: &[&str]) -> Result<Entry, EntryError> {
    let entry = Entry::new(name, summary)?.parameter("page", Parameter::Url);
    asks.iter().try_fold(entry, |entry, intent| entry.asks(intent))
}

fn text() -> Result<Entry, EntryError> {
    let asks = [
        "fetch {page:url}",
        "get the page {page:url}",
        "download {page:url}",
        "what is on {page:url}",
    ];
    let entry = entry("http.get", "Fetches a page of @{page}.", &asks)?;
    let entry = entry.field("permissions", permissions("GET")).field("steps", fetch(&json!({})));
    let gives = json!({"type": "object", "properties": {"status": {"type": "integer"}, "body": {"type": "string"}}});
    Ok(entry
        .gives(gives)
        .field("return", json!({"status": "answer.status", "body": "string(answer.body)"})))
}

fn data() -> Result<Entry, EntryError> {
    let asks = [
        "fetch the json from {page:url}",
        "get json from {page:url}",
        "read the data at {page:url}",
    ];
    let entry = entry(
        "http.get-json",
        "Fetches JSON from @{page}; null where it does not answer well.",
        &asks,
    )?;
    let entry = entry.field("permissions", permissions("GET")).field("steps", fetch(&json!({})));
    Ok(entry
        .gives(json!({}))
        .value("answer.status == 200 ? dyn(json.decode(string(answer.body))) : dyn(null)"))
}

fn send() -> Result<Entry, EntryError> {
    let asks = ["send {body:json} to {page:url}", "post {body:json} to {page:url}"];
    let entry = entry(
        "http.post-json",
        "Sends JSON to @{page}, and gives the status of the answer.",
        &asks,
    )?;
    let step = fetch(&json!({"method": "POST", "json": "@{body}"}));
    let entry = entry
        .input("body", SlotKind::Json)
        .field("permissions", permissions("POST"))
        .field("steps", step);
    Ok(entry.gives(json!({"type": "integer"})).value("answer.status"))
}
