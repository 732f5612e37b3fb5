//! Finds the operation that a sentence asks for, by the intents that capabilities declare.
//!
//! *Never:* a guess; a sentence that no intent fits is answered as such.

use serde_json::{Map, Value, json};

/// A sentence pattern such as `count the words in {text}`, cut at its slots.
pub(crate) struct Intent {
    parts: Vec<Part>,
}

enum Part {
    Words(String),
    Slot(String),
}

impl Intent {
    /// Reads a pattern. Slots stand in braces and are named after input properties.
    pub(crate) fn parse(pattern: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((slot, behind)) = after.split_once('}') else { break };
            push_words(&mut parts, before);
            parts.push(Part::Slot(slot.trim().to_owned()));
            rest = behind;
        }
        push_words(&mut parts, rest);
        Self { parts }
    }

    /// How many bytes of the pattern are words: the more, the surer the match.
    pub(crate) fn weight(&self) -> usize {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Words(words) => words.len(),
                Part::Slot(_) => 0,
            })
            .sum()
    }

    /// The input that a sentence gives, where the pattern fits all of it. Values that the schema
    /// wants as numbers become numbers.
    pub(crate) fn fit(&self, sentence: &str, schema: &Value) -> Option<Value> {
        let mut input = Map::new();
        fit_parts(&self.parts, sentence.trim(), schema, &mut input).then_some(Value::Object(input))
    }
}

fn push_words(parts: &mut Vec<Part>, words: &str) {
    let words = words.trim();
    if !words.is_empty() {
        parts.push(Part::Words(words.to_owned()));
    }
}

fn fit_parts(parts: &[Part], text: &str, schema: &Value, input: &mut Map<String, Value>) -> bool {
    match parts {
        [] => text.is_empty(),
        [Part::Words(words), rest @ ..] => match strip_words(text, words) {
            Some(after) => fit_parts(rest, after, schema, input),
            None => false,
        },
        [Part::Slot(name)] => fill(name, text, schema, input),
        [Part::Slot(name), rest @ ..] => {
            // The shortest slot that lets the rest fit.
            text.char_indices().filter(|(_, c)| c.is_whitespace()).any(|(at, _)| {
                let (value, after) = text.split_at(at);
                fit_parts(rest, after.trim_start(), schema, input)
                    && fill(name, value, schema, input)
            })
        }
    }
}

/// Takes words off the front, whatever their case, up to the border of a word.
fn strip_words<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let front = text.get(..words.len())?;
    let after = text.get(words.len()..)?;
    let at_border = after.is_empty() || after.starts_with(char::is_whitespace);
    (front.eq_ignore_ascii_case(words) && at_border).then(|| after.trim_start())
}

fn fill(name: &str, text: &str, schema: &Value, input: &mut Map<String, Value>) -> bool {
    let text = text.trim().trim_matches('"');
    let kind = schema.pointer(&format!("/properties/{name}/type")).and_then(Value::as_str);
    let value = match kind {
        Some("number") => text.parse::<f64>().ok().map(|number| json!(number)),
        Some("integer") => text.parse::<i64>().ok().map(|number| json!(number)),
        _ => (!text.is_empty()).then(|| json!(text)),
    };
    match value {
        Some(value) => {
            input.insert(name.to_owned(), value);
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(pattern: &str, sentence: &str) -> Option<Value> {
        let schema = json!({"properties": {"amount": {"type": "number"}}});
        Intent::parse(pattern).fit(sentence, &schema)
    }

    #[test]
    fn slots_take_what_the_words_leave() {
        assert_eq!(
            fit("convert {amount} {from} to {into}", "Convert 12.5 km to miles"),
            Some(json!({"amount": 12.5, "from": "km", "into": "miles"}))
        );
        assert_eq!(
            fit("count the words in {text}", "count the words in \"a b\""),
            Some(json!({"text": "a b"}))
        );
    }

    #[test]
    fn what_does_not_fit_gives_nothing() {
        assert_eq!(fit("count the words in {text}", "count the words in"), None);
        assert_eq!(fit("convert {amount} {from} to {into}", "convert much km to miles"), None);
        assert_eq!(fit("list notes", "list notesque"), None);
    }
}
