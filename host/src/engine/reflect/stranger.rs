//! A function of the embedding program as a component imports it: how what it is asked and what it answers
//! are told as JSON, without the program.
//!
//! *Never:* a value crosses that its type does not fit.

use std::sync::Arc;

use serde_json::Value;
use wasmtime::component::Val;

use super::normal::{folded, normal, properties};
use super::operation::Signature;
use super::shape::{Names, Record, Shape, Title};
use super::{read, write};

/// What is asked, as text: as much as a whole tape has room for.
const ASKED_BYTES_MAX: usize = 8 << 20;
/// The name that an answer is read under.
const ANSWER: &str = "answer";

/// A function that a program offers, or would.
#[derive(Debug)]
pub(crate) struct Stranger {
    /// `namespace:package/interface@1.0.0#function`.
    pub(crate) name: String,
    /// The function alone.
    pub(crate) function: String,
    forms: Result<Forms, String>,
}

/// What it takes and gives.
#[derive(Debug)]
struct Forms {
    arguments: Record,
    result: Option<Arc<Shape>>,
    /// The result as the only property of an object, as texts are read.
    answer: Record,
}

impl Stranger {
    pub(super) fn new(name: String, function: &str, signature: Result<Signature, String>) -> Self {
        let forms = signature.map(|Signature { arguments, result, .. }| {
            let fields = result.iter().cloned().collect();
            let names = result.iter().map(|_| ANSWER.into()).collect();
            let answer = Record {
                title: Title::default(),
                names: Names::new(names, Box::default()),
                fields,
            };
            Forms { arguments, result, answer }
        });
        Self { name, function: function.to_owned(), forms }
    }

    /// What it is asked, as a list of its arguments.
    ///
    /// # Errors
    /// A sentence, where JSON cannot carry what it takes or gives.
    pub(crate) fn asked(&self, arguments: &[Val]) -> Result<String, String> {
        let forms = self.forms.as_ref().map_err(Clone::clone)?;
        let mut list = Vec::new();
        for (shape, value) in forms.arguments.fields.iter().zip(arguments) {
            let text = write::write_value(Some(shape), Some(value), ASKED_BYTES_MAX, None);
            let text = text.map_err(|error| error.to_string())?;
            let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
            list.push(normal(shape, &value).unwrap_or(value));
        }
        Ok(Value::Array(list).to_string())
    }

    /// What it answers, from text; none where it gives nothing.
    ///
    /// # Errors
    /// A sentence, where the text is no value of its type.
    pub(crate) fn answer(&self, text: &str) -> Result<Option<Val>, String> {
        let forms = self.forms.as_ref().map_err(Clone::clone)?;
        if forms.result.is_none() {
            return Ok(None);
        }
        let text = format!("{{\"{ANSWER}\":{text}}}");
        let values = read::read_arguments(&text, &forms.answer, None);
        Ok(values.map_err(|error| error.to_string())?.pop())
    }

    /// Whether a program means this one by a name: `screen.pixel`, `pixel`, or in full, with or without the
    /// version.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let plain = |name: &str| {
            let (interface, function) = name.split_once('#').unwrap_or(("", name));
            let interface = interface.split('@').next().unwrap_or_default();
            folded(interface) + &folded(function)
        };
        let (whole, said) = (plain(&self.name), plain(name));
        said.len() >= folded(&self.function).len() && whole.ends_with(&said)
    }

    /// What a program has told of a call of it, in the form that it has here: what was asked, and what was
    /// answered. None where that was something else.
    pub(crate) fn told(&self, asked: &str, answer: &str) -> Option<(String, String)> {
        let forms = self.forms.as_ref().ok()?;
        let asked = forms.asked(&serde_json::from_str(asked).ok()?)?;
        let answer: Value = serde_json::from_str(answer).ok()?;
        Some((asked.to_string(), forms.answered(&answer)?.to_string()))
    }
}

impl Forms {
    /// A list of all arguments, an object with their names, or the only one by itself.
    fn asked(&self, told: &Value) -> Option<Value> {
        if let Some(named) = properties(&self.arguments, told) {
            let order = self.arguments.names.iter().map(|name| named.get(name).cloned());
            return order.collect::<Option<Vec<Value>>>().map(Value::Array);
        }
        let [only] = &*self.arguments.fields else { return None };
        Some(Value::Array(vec![normal(only, told)?]))
    }

    /// The result, by itself or in a list of its own.
    fn answered(&self, told: &Value) -> Option<Value> {
        let Some(shape) = &self.result else { return Some(Value::Null) };
        normal(shape, told).or_else(|| match told.as_array()?.as_slice() {
            [only] => normal(shape, only),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
