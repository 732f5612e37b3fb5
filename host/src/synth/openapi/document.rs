//! A document's text as a value, and references in it.
//!
//! *Never:* a reference is followed out of the document, or round in a circle.

use serde_json::Value;

use super::error::OpenApiError;
use crate::synth::text;

/// References behind one another. Real documents have three or four.
const HOPS_MAX: usize = 32;

/// A document that was read.
#[derive(Debug, Clone)]
pub(super) struct Document {
    root: Value,
}

impl Document {
    pub(super) fn read(source: &str) -> Result<Self, OpenApiError> {
        let root = text::read(source)?;
        if root.get("swagger").is_some() {
            return Err(OpenApiError::Swagger);
        }
        let version = root.get("openapi").map(shown).ok_or(OpenApiError::NoDocument)?;
        if !version.starts_with("3.0") && !version.starts_with("3.1") {
            return Err(OpenApiError::Version(version.chars().take(20).collect()));
        }
        Ok(Self { root })
    }

    /// A value that only its own references lead into.
    pub(super) fn of(root: &Value) -> Self {
        Self { root: root.clone() }
    }

    pub(super) const fn root(&self) -> &Value {
        &self.root
    }

    /// What a value is, behind all its references.
    pub(super) fn at<'d>(&'d self, value: &'d Value) -> Result<&'d Value, String> {
        let mut here = value;
        for _ in 0..HOPS_MAX {
            let Some(reference) = here.get("$ref").and_then(Value::as_str) else { return Ok(here) };
            here = self.find(reference)?;
        }
        Err(format!("references stand more than {HOPS_MAX} deep, or in a circle"))
    }

    /// What a reference names.
    pub(super) fn find(&self, reference: &str) -> Result<&Value, String> {
        let shown: String = reference.chars().take(120).collect();
        let pointer = match reference.strip_prefix('#') {
            Some(pointer) if pointer.is_empty() || pointer.starts_with('/') => pointer,
            _ => {
                return Err(format!(
                    "`{shown}` is in another document, and none is fetched; bundle the document \
                     into one file first"
                ));
            }
        };
        let plain = percent_decoded(pointer);
        self.root.pointer(&plain).ok_or_else(|| format!("`{shown}` is not in the document"))
    }

    /// The items of a list in an object, behind their references, with what is wrong with others.
    pub(super) fn list<'d>(&'d self, of: &'d Value, name: &str) -> Vec<Result<&'d Value, String>> {
        let items = of.get(name).and_then(Value::as_array);
        items.into_iter().flatten().map(|item| self.at(item)).collect()
    }
}

/// A scalar as text: YAML reads an unquoted `3.0` as a number.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

/// References are URLs, so that braces in them may be escaped.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) if *byte == b'%' => {
                out.push(decoded);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
