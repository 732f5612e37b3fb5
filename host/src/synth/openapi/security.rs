//! Security schemes: which secrets a request wants, and where the host puts them.
//!
//! *Never:* a secret, or a place for one, comes into what a caller gives.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::document::Document;
use super::server::Server;
use crate::synth::words::word;

/// Secrets of one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Secrets {
    /// Their names in the host.
    pub(super) names: Vec<String>,
    /// Fields of the recipe's step.
    pub(super) fields: Map<String, Value>,
    /// What whoever gives the secrets has to know.
    pub(super) notes: Vec<String>,
}

/// What names secrets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Naming<'a> {
    /// What stands before every secret's name.
    pub(super) prefix: &'a str,
    /// User names of basic authentication, by scheme.
    pub(super) users: &'a BTreeMap<String, String>,
}

/// The secrets that an operation wants: of the first alternative that the host can serve.
pub(super) fn secrets(
    document: &Document,
    operation: &Value,
    server: &Server,
    naming: Naming<'_>,
) -> Result<Secrets, String> {
    let asks = operation.get("security").or_else(|| document.root().get("security"));
    let alternatives: Vec<&Map<String, Value>> =
        asks.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).collect();
    // Where a request may go without, what it may do with a secret is wanted nevertheless.
    let (with, without): (Vec<_>, Vec<_>) =
        alternatives.into_iter().partition(|alternative| !alternative.is_empty());
    let mut reasons = Vec::new();
    for alternative in &with {
        match all(document, alternative, naming) {
            Ok(secrets) if server.is_secure || server.is_loopback => return Ok(secrets),
            Ok(_) => reasons.push(format!(
                "it wants a secret, and none is sent to `{}` over plain `http`",
                server.host
            )),
            Err(reason) => reasons.push(reason),
        }
    }
    if with.is_empty() || !without.is_empty() {
        return Ok(Secrets::default());
    }
    reasons.dedup();
    Err(reasons.join("; "))
}

fn all(
    document: &Document,
    schemes: &Map<String, Value>,
    naming: Naming<'_>,
) -> Result<Secrets, String> {
    let mut secrets = Secrets::default();
    for id in schemes.keys() {
        let known = document.root().pointer("/components/securitySchemes");
        let scheme = known
            .and_then(|known| known.get(id))
            .ok_or_else(|| format!("the security scheme `{id}` is not in the document"))?;
        let scheme = document.at(scheme)?;
        let name = format!("{}-{}", naming.prefix, word(id, "key"));
        let placed = place(id, scheme, &name, naming, &mut secrets.notes)?;
        for (field, value) in placed {
            merge(&mut secrets.fields, field, value).map_err(|()| {
                format!("the security schemes beside `{id}` want the same place in a request")
            })?;
        }
        secrets.names.push(name);
    }
    let fields = &secrets.fields;
    if fields.contains_key("bearer") && fields.contains_key("basic") {
        return Err("two of its security schemes want the header `authorization`".to_owned());
    }
    Ok(secrets)
}

fn merge(fields: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), ()> {
    match (fields.get_mut(field), value) {
        (None, value) => {
            fields.insert(field.to_owned(), value);
            Ok(())
        }
        (Some(Value::Object(here)), Value::Object(there)) => {
            for (name, value) in there {
                if here.insert(name, value).is_some() {
                    return Err(());
                }
            }
            Ok(())
        }
        _ => Err(()),
    }
}

/// The fields of a step that put one secret where it belongs.
fn place(
    id: &str,
    scheme: &Value,
    secret: &str,
    naming: Naming<'_>,
    notes: &mut Vec<String>,
) -> Result<Vec<(&'static str, Value)>, String> {
    let text = |name: &str| scheme.get(name).and_then(Value::as_str).unwrap_or_default();
    let kind = text("type");
    let bearer = || vec![("bearer", json!(secret))];
    let place = match (kind, text("in"), text("scheme").to_ascii_lowercase().as_str()) {
        ("apiKey", "header", _) => vec![("secret_headers", json!({text("name"): secret}))],
        ("apiKey", "query", _) => vec![("secret_query", json!({text("name"): secret}))],
        ("apiKey", "cookie", _) => {
            notes
                .push(format!("the secret `{secret}` is a whole cookie: `{}=VALUE`", text("name")));
            vec![("secret_headers", json!({"cookie": secret}))]
        }
        ("http", _, "bearer") => bearer(),
        ("http", _, "basic") => {
            let user = naming.users.get(id).ok_or_else(|| {
                format!("the security scheme `{id}` wants a user name beside the secret; give one")
            })?;
            vec![("basic", json!({"user": user, "secret": secret}))]
        }
        ("oauth2" | "openIdConnect", ..) => {
            notes.push(format!(
                "the secret `{secret}` is an access token of `{id}`; it is sent as it is and not \
                 renewed"
            ));
            bearer()
        }
        ("http", _, other) => {
            return Err(format!(
                "the security scheme `{id}` is `{other}`, and bearer and basic are known"
            ));
        }
        _ => {
            let shown: String = kind.chars().take(40).collect();
            return Err(format!(
                "the security scheme `{id}` is of a kind that is not known: `{shown}`"
            ));
        }
    };
    Ok(place)
}
