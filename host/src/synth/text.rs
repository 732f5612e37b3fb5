//! Documents of strangers, in JSON or YAML, as values: within limits that are said.
//!
//! *Never:* a document makes more of itself than its text: aliases, depth and values are bounded.

use serde_json::Value;

/// Real documents have up to five megabytes; what is larger is a dump or an attack.
pub(super) const BYTES_MAX: usize = 8 << 20;
/// Real documents stand about 30 deep. The reader of YAML takes more stack for each level than a
/// thread of two megabytes has for a hundred, where it is compiled without optimisation.
pub(super) const DEPTH_MAX: usize = 48;
/// So many values are in none; aliases could make them of a few bytes.
#[cfg(feature = "yaml")]
const VALUES_MAX: usize = 2_000_000;
/// So much of a document may be repeated by its aliases. Real ones repeat a few hundred values.
#[cfg(feature = "yaml")]
const REPEATED_MAX: usize = 100_000;

/// Why a text is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// It is too large to be looked at.
    #[error("the document has {found} bytes, and {BYTES_MAX} are the most; take a part of it")]
    TooLong {
        /// How many it has.
        found: usize,
    },
    /// Lists and objects stand too deep in each other.
    #[error("the document nests lists and objects more than {DEPTH_MAX} deep; make it flatter")]
    TooDeep,
    /// A few bytes of it stand for very many values.
    #[error(
        "the document is too large when its aliases are written out, or has too many values; write out \
         what it repeats with `*`, or take a part of it"
    )]
    Repeats,
    /// It is neither JSON nor YAML.
    #[error("the document cannot be read: {0}")]
    Unreadable(String),
}

/// The value of a text.
pub(super) fn read(text: &str) -> Result<Value, TextError> {
    let text = text.trim_start_matches('\u{feff}');
    if text.len() > BYTES_MAX {
        return Err(TextError::TooLong { found: text.len() });
    }
    // JSON is YAML as well, but its own reader is quicker and tells better what is wrong.
    let value = if text.trim_start().starts_with(['{', '[']) { json(text) } else { yaml(text) }?;
    if deeper_than(&value, DEPTH_MAX) { Err(TextError::TooDeep) } else { Ok(value) }
}

fn json(text: &str) -> Result<Value, TextError> {
    serde_json::from_str(text).or_else(|error| {
        // The reader's own limit lies above ours.
        if error.to_string().contains("recursion limit") {
            return Err(TextError::TooDeep);
        }
        // `{a: b}` is no JSON and good YAML.
        yaml(text).map_err(|_| TextError::Unreadable(error.to_string()))
    })
}

#[cfg(feature = "yaml")]
fn yaml(text: &str) -> Result<Value, TextError> {
    let mut options = serde_saphyr::Options::default();
    // `no` is a country to most documents, not a truth value.
    options.strict_booleans = true;
    options.with_snippet = false;
    if let Some(budget) = &mut options.budget {
        budget.max_depth = DEPTH_MAX;
        budget.max_nodes = VALUES_MAX;
        budget.max_events = VALUES_MAX * 2;
        budget.max_documents = 1;
        budget.max_recorded_anchor_events = REPEATED_MAX;
    }
    options.alias_limits.max_total_replayed_events = REPEATED_MAX;
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let said: String = error.to_string().chars().take(300).collect();
        // What the reader calls its limits says nothing to a person.
        let is_limit = ["budget breached", "alias replay", "alias expansion"];
        match () {
            () if said.contains("depth") => TextError::TooDeep,
            () if is_limit.iter().any(|limit| said.contains(limit)) => TextError::Repeats,
            () => TextError::Unreadable(said),
        }
    })
}

#[cfg(not(feature = "yaml"))]
fn yaml(_text: &str) -> Result<Value, TextError> {
    Err(TextError::Unreadable(
        "it is no JSON, and this host was built without its feature `yaml`".to_owned(),
    ))
}

fn deeper_than(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth == 0 || items.iter().any(|item| deeper_than(item, depth - 1)),
        Value::Object(fields) => {
            depth == 0 || fields.values().any(|field| deeper_than(field, depth - 1))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_are_said() {
        let long = " ".repeat(BYTES_MAX + 1);
        assert_eq!(read(&long), Err(TextError::TooLong { found: BYTES_MAX + 1 }));
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(read(&deep(DEPTH_MAX)).is_ok());
        assert_eq!(read(&deep(DEPTH_MAX + 1)), Err(TextError::TooDeep));
        // Ten megabytes of depth are refused for their size; a little less for their depth.
        assert_eq!(read(&deep(3 << 20)), Err(TextError::TooDeep));
    }

    #[cfg(feature = "yaml")]
    #[test]
    fn yaml_is_read_within_the_same_limits() {
        assert_eq!(
            read("country: no\nlist: [x, y]"),
            Ok(json!({"country": "no", "list": ["x", "y"]}))
        );
        let deep =
            (0..DEPTH_MAX + 5).fold(String::new(), |text, at| text + &" ".repeat(at) + "a:\n");
        assert_eq!(read(&deep), Err(TextError::TooDeep));
        let laughs = (1..12).fold("a0: &a0 [x, x]\n".to_owned(), |text, at| {
            let before = format!("*a{}", at - 1);
            text + &format!("a{at}: &a{at} [{}]\n", vec![before; 9].join(", "))
        });
        assert_eq!(read(&laughs), Err(TextError::Repeats));
        let said = TextError::Repeats.to_string();
        assert!(said.contains("too large when its aliases are written out"), "{said}");
    }
}
