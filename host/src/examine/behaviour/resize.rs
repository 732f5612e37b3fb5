//! The same input in other sizes: longer texts, longer letters, longer lists.
//!
//! *Never:* an input gets or loses a part, or a part another type.

use serde_json::Value;

/// An input of another size; none where nothing in it has one.
pub(super) type Resize = fn(&str, usize) -> Option<String>;

/// An input whose texts have this many letters.
pub(super) fn stretched(input: &str, length: usize) -> Option<String> {
    let mut value: Value = serde_json::from_str(input).ok()?;
    let mut has_text = false;
    each_text(&mut value, &mut |text| {
        has_text = true;
        let filler = if text.is_empty() { "a" } else { text.as_str() };
        *text = filler.chars().cycle().take(length).collect();
    });
    has_text.then(|| value.to_string())
}

/// The same with letters of two bytes behind one of one byte, so that no even place is between letters.
pub(super) fn foreign(input: &str, length: usize) -> Option<String> {
    let mut value: Value = serde_json::from_str(input).ok()?;
    let mut has_text = false;
    each_text(&mut value, &mut |text| {
        has_text = true;
        *text = format!("x{}", "é".repeat(length));
    });
    has_text.then(|| value.to_string())
}

/// Changes every text in a value.
pub(super) fn each_text(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|it| each_text(it, change)),
        Value::Object(members) => members.values_mut().for_each(|it| each_text(it, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An input whose outermost lists have this many items, the same again and again.
pub(super) fn widened(input: &str, count: usize) -> Option<String> {
    let mut value: Value = serde_json::from_str(input).ok()?;
    let mut left = vec![&mut value];
    let mut has_list = false;
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) if !items.is_empty() => {
                has_list = true;
                *items = items.iter().cycle().take(count).cloned().collect();
            }
            Value::Object(members) => left.extend(members.values_mut()),
            Value::Array(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_) => {}
        }
    }
    has_list.then(|| value.to_string())
}
