//! Canaries in inputs and in values: in each text, in the form that fits there.
//!
//! An address keeps its form, a short text gets a short canary, and a text that is JSON gets it inside its
//! own texts. What no form fits stays as it was.
//!
//! *Never:* an input that fits its schema does not any more.

use serde_json::Value;

use super::canary::{Canary, LENGTH, LENGTH_MIN};
use crate::examine::conform::mismatch;

/// Texts of one input that get one; more of them say the same again.
const TEXTS_MAX: usize = 32;

/// An input with canaries in it.
pub(super) struct Planted {
    pub(super) input: String,
    /// The one to look for: the shortest of those in it.
    pub(super) canary: Canary,
}

/// A canary in each text of an input that admits one; none where no text does.
pub(super) fn everywhere(input: &str, schema: &Value, canary: &Canary) -> Option<Planted> {
    let value: Value = serde_json::from_str(input).ok()?;
    let mut planting = Planting::new(schema, value);
    for place in planting.places() {
        planting.plant(&place, canary);
    }
    planting.done(canary)
}

/// The same in one text only, text by text.
pub(super) fn one_by_one(input: &str, schema: &Value, canary: &Canary) -> Vec<Planted> {
    let Ok(value) = serde_json::from_str::<Value>(input) else { return Vec::new() };
    let places = Planting::new(schema, value.clone()).places();
    let planted = places.iter().filter_map(|place| {
        let mut planting = Planting::new(schema, value.clone());
        planting.plant(place, canary);
        planting.done(canary)
    });
    planted.collect()
}

/// The texts of an input that have no canary in them and could be told again themselves.
pub(super) fn unplanted(input: &str, canary: &Canary) -> Vec<Canary> {
    let Ok(value) = serde_json::from_str::<Value>(input) else { return Vec::new() };
    let mut places = Vec::new();
    places_of(&value, String::new(), &mut places);
    let texts = places.iter().filter_map(|place| value.pointer(place)?.as_str());
    let bare = texts.filter(|text| !text.to_lowercase().contains(canary.as_str()));
    bare.filter_map(Canary::of_text).collect()
}

/// A value that is kept with a canary in it: in its own texts where it is JSON, behind it elsewhere. A number
/// stays one.
pub(super) fn kept(text: &str, canary: &Canary) -> String {
    if serde_json::from_str::<Value>(text).is_err() {
        return format!("{text}{}", canary.as_str());
    }
    let planted = everywhere(text, &Value::Bool(true), canary);
    planted.map_or_else(|| text.to_owned(), |planted| planted.input)
}

struct Planting<'a> {
    schema: &'a Value,
    value: Value,
    /// Whether it fits its schema; what does not cannot stop to.
    fits: bool,
    /// Letters of the shortest canary so far.
    letters: Option<usize>,
}

impl<'a> Planting<'a> {
    fn new(schema: &'a Value, value: Value) -> Self {
        let fits = mismatch(schema, &value).is_none();
        Self { schema, value, fits, letters: None }
    }

    /// Where its texts are.
    fn places(&self) -> Vec<String> {
        let mut places = Vec::new();
        places_of(&self.value, String::new(), &mut places);
        places
    }

    /// Plants in the first form that fits.
    fn plant(&mut self, place: &str, canary: &Canary) {
        let Some(Value::String(text)) = self.value.pointer(place) else { return };
        let text = text.clone();
        for (form, letters) in forms(&text, canary) {
            self.put(place, form);
            if !self.fits || mismatch(self.schema, &self.value).is_none() {
                self.letters = Some(self.letters.map_or(letters, |known| known.min(letters)));
                return;
            }
        }
        self.put(place, text);
    }

    fn put(&mut self, place: &str, text: String) {
        if let Some(old) = self.value.pointer_mut(place) {
            *old = Value::String(text);
        }
    }

    fn done(self, canary: &Canary) -> Option<Planted> {
        let canary = canary.short(self.letters?);
        Some(Planted { input: self.value.to_string(), canary })
    }
}

fn places_of(value: &Value, place: String, places: &mut Vec<String>) {
    if places.len() >= TEXTS_MAX {
        return;
    }
    match value {
        Value::String(_) => places.push(place),
        // As deep as the strict reader lets inputs be.
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                places_of(item, format!("{place}/{at}"), places);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places_of(member, format!("{place}/{name}"), places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A text with a canary in it, in all forms that it may have, and how many letters of it those hold.
fn forms(text: &str, canary: &Canary) -> Vec<(String, usize)> {
    let word = canary.as_str();
    let mut forms = Vec::new();
    if let Some((name, host)) = text.rsplit_once('@') {
        forms.extend([format!("{name}.{word}@{host}"), format!("{word}@{host}")]);
    }
    if let Ok(url) = url::Url::parse(text)
        && url.has_host()
    {
        let with = if text.contains('?') { "&" } else { "?" };
        forms.extend([
            format!("{}/{word}", text.trim_end_matches('/')),
            format!("{text}{with}q={word}"),
        ]);
    }
    // What is behind a text alone is cut away by whoever reads its beginning.
    let behind = if text.is_empty() { word.to_owned() } else { format!("{text} {word}") };
    forms.extend([behind, format!("{text}{word}"), word.to_owned()]);
    let mut forms: Vec<(String, usize)> = forms.into_iter().map(|form| (form, LENGTH)).collect();
    for letters in [12, LENGTH_MIN] {
        let short = canary.short(letters);
        forms.push((short.as_str().to_owned(), letters));
        forms.push((short.as_str().to_uppercase(), letters));
    }
    forms
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn planted(schema: &Value, input: &Value) -> Option<(Value, usize)> {
        let planted = everywhere(&input.to_string(), schema, &Canary::of("here"))?;
        let value: Value = serde_json::from_str(&planted.input).unwrap();
        assert!(mismatch(schema, &value).is_none(), "{value}");
        assert!(planted.canary.find(planted.input.as_bytes()).is_some(), "{value}");
        Some((value, planted.canary.as_str().len()))
    }

    #[test]
    fn each_text_gets_one_in_the_form_that_fits() {
        let schema = json!({"type": "object", "properties": {
            "note": {"type": "string"},
            "mail": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"},
            "code": {"type": "string", "maxLength": 10},
            "kind": {"enum": ["a", "b"]},
            "seats": {"type": "array", "items": {"type": "string", "maxLength": 20}},
        }});
        let input = json!({
            "note": "some words", "mail": "ann@example.org", "code": "x", "kind": "a", "seats": ["s/1~"],
        });
        let (value, letters) = planted(&schema, &input).unwrap();
        assert_eq!(letters, LENGTH_MIN);
        assert_eq!(value["kind"], "a");
        for text in [&value["note"], &value["mail"], &value["code"], &value["seats"][0]] {
            let word = Canary::of("here").short(LENGTH_MIN);
            assert!(text.as_str().unwrap().contains(word.as_str()), "{value}");
        }
        assert!(value["mail"].as_str().unwrap().ends_with("@example.org"));
        let (_, letters) = planted(&json!({}), &json!({"at": "https://example.org/a"})).unwrap();
        assert_eq!(letters, LENGTH);
        assert!(planted(&json!({"type": "string", "maxLength": 7}), &json!("short")).is_none());
        assert!(planted(&json!({}), &json!({"n": 7})).is_none());
    }

    #[test]
    fn one_text_after_the_other_and_values_in_their_own_form() {
        let canary = Canary::of("here");
        let input = json!({"a": "one", "b": {"c": "two"}}).to_string();
        let all = one_by_one(&input, &json!({}), &canary);
        assert_eq!(all.len(), 2);
        assert!(all[1].input.contains("\"one\"") && !all[1].input.contains("\"two\""));
        let note = kept(r#"{"note": "x", "n": 1}"#, &canary);
        let read: Value = serde_json::from_str(&note).unwrap();
        assert!(read["note"].as_str().unwrap().ends_with(canary.as_str()) && read["n"] == 1);
        assert_eq!(kept("plain", &canary), format!("plain{}", canary.as_str()));
        assert_eq!(kept("17", &canary), "17");
    }
}
