//! YAML as JSON values: the part of it that JSON has as well.
//!
//! *Never:* a key that stands twice is passed over; the second would silently win.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Number, Value};

/// A description of some kilobytes is long; a megabyte is no description.
const BYTES_MAX: usize = 1 << 20;
/// Deeper than any schema; without a bound a hostile file would exhaust the stack.
const DEPTH_MAX: usize = 64;

/// Why a text is no YAML of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct YamlError(String);

impl YamlError {
    pub(crate) fn shape(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        match error.path().to_string().as_str() {
            "." => Self(error.inner().to_string()),
            path => Self(format!("`{path}`: {}", error.inner())),
        }
    }
}

/// The one document of a text.
pub(crate) fn parse(text: &str) -> Result<Value, YamlError> {
    if text.len() > BYTES_MAX {
        return Err(YamlError(format!("it has more than {BYTES_MAX} bytes")));
    }
    let documents = Yaml::load_from_str(text).map_err(|error| {
        let place = error.marker();
        YamlError(format!("line {}, column {}: {}", place.line(), place.col() + 1, error.info()))
    })?;
    match documents.as_slice() {
        [document] => convert(document, 0),
        [] => Err(YamlError("it is empty".to_owned())),
        _ => Err(YamlError("it has more than one document; leave out the `---`".to_owned())),
    }
}

fn convert(node: &Yaml<'_>, depth: usize) -> Result<Value, YamlError> {
    if depth > DEPTH_MAX {
        return Err(YamlError(format!("it is nested more than {DEPTH_MAX} levels deep")));
    }
    match node {
        Yaml::Value(scalar) => Ok(convert_scalar(scalar)),
        Yaml::Sequence(items) => items
            .iter()
            .map(|item| convert(item, depth + 1))
            .collect::<Result<_, _>>()
            .map(Value::Array),
        Yaml::Mapping(fields) => {
            let mut object = Map::new();
            for (key, value) in fields {
                let key = convert(key, depth + 1)?;
                let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
                object.insert(key, convert(value, depth + 1)?);
            }
            Ok(Value::Object(object))
        }
        Yaml::Tagged(_, inner) => convert(inner, depth + 1),
        Yaml::Representation(text, ..) => Ok(Value::String(text.to_string())),
        Yaml::Alias(_) | Yaml::BadValue => {
            Err(YamlError("it uses an alias or a value that JSON does not have".to_owned()))
        }
    }
}

fn convert_scalar(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Integer(value) => Value::Number((*value).into()),
        Scalar::FloatingPoint(value) => {
            Number::from_f64(value.into_inner()).map_or(Value::Null, Value::Number)
        }
        Scalar::String(text) => Value::String(text.to_string()),
    }
}
