//! Examples as a person types them.
//!
//! *Never:* a line that is no example is passed over in silence.

use engraft::model::{CapabilityName, Intent};
use engraft::synth::Wish;
use serde_json::{Map, Value};

/// Names are words, not sentences.
const NAME_BYTES_MAX: usize = 40;

/// What somebody shows: how it is asked for, and inputs with what they should give.
#[derive(Debug)]
pub(crate) struct Lesson {
    intent: Intent,
    name: CapabilityName,
    slot: String,
    shown: Vec<(String, String)>,
}

impl Lesson {
    /// A lesson from its first line: `teach shout {text}`.
    pub(crate) fn begin(line: &str) -> Result<Self, String> {
        let pattern = line.trim().strip_prefix("teach").unwrap_or_default().trim();
        if pattern.is_empty() {
            return Err("say how it is asked for: `teach shout {text}`".to_owned());
        }
        let intent: Intent = pattern.parse().map_err(|error| format!("`{pattern}`: {error}"))?;
        let slots: Vec<String> = intent.slots().map(|slot| slot.name.clone()).collect();
        let [slot] = &slots[..] else {
            let found = slots.len();
            return Err(format!(
                "`{pattern}` has {found} slots, and one is what an example fills: `teach shout {{text}}`"
            ));
        };
        let words = pattern.split('{').next().unwrap_or_default().split_whitespace();
        let plain =
            |word: &str| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let words: Vec<String> = words
            .map(plain)
            .map(|word| word.to_ascii_lowercase())
            .filter(|it| !it.is_empty())
            .collect();
        let mut word = words.join("-");
        word.truncate(NAME_BYTES_MAX);
        let name = format!("taught.{}", word.trim_matches('-'));
        let name = name.parse().map_err(|_| {
            format!("`{pattern}` begins with its slot; put a word before it: `shout {{text}}`")
        })?;
        Ok(Self { slot: slot.clone(), intent, name, shown: Vec::new() })
    }

    /// Takes in an example: `hello => HELLO`.
    pub(crate) fn take(&mut self, line: &str) -> Result<(), String> {
        let (input, output) = line
            .split_once("=>")
            .ok_or_else(|| format!("`{}` is no example; write `INPUT => OUTPUT`", line.trim()))?;
        self.shown.push((input.trim().to_owned(), output.trim().to_owned()));
        Ok(())
    }

    /// A whole lesson.
    pub(crate) fn read(lines: &[&str]) -> Result<Self, String> {
        let (first, others) = lines.split_first().ok_or("an empty lesson")?;
        let mut lesson = Self::begin(first)?;
        others.iter().try_for_each(|line| lesson.take(line))?;
        Ok(lesson)
    }

    /// How it is asked for.
    pub(crate) fn pattern(&self) -> &str {
        self.intent.as_str()
    }

    /// What is wanted.
    pub(crate) fn wish(&self) -> Wish {
        let (inputs, outputs): (Vec<&str>, Vec<&str>) =
            self.shown.iter().map(|(input, output)| (&**input, &**output)).unzip();
        let mut wish = Wish::default().named(self.name.clone());
        wish.intents.push(self.intent.clone());
        for (input, output) in values(&inputs).into_iter().zip(values(&outputs)) {
            let input: Map<String, Value> = [(self.slot.clone(), input)].into_iter().collect();
            wish = wish.example(Value::Object(input), output);
        }
        wish
    }
}

/// Numbers where all are; else texts, for `007` among names is a name.
fn values(texts: &[&str]) -> Vec<Value> {
    let numbers: Option<Vec<Value>> = texts
        .iter()
        .map(|text| serde_json::from_str::<Value>(text).ok().filter(Value::is_number))
        .collect();
    numbers.unwrap_or_else(|| texts.iter().map(|text| Value::from(*text)).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn examples_are_read_as_they_are_typed() {
        let lesson = Lesson::read(&["teach double {n}", "2 => 4", " 3=>6 "]).unwrap();
        let wish = lesson.wish();
        assert_eq!(wish.name.unwrap().as_str(), "taught.double");
        assert_eq!(wish.examples[1].input, json!({"n": 3}));
        assert_eq!(wish.examples[1].output, Some(json!(6)));
        let wish = Lesson::read(&["teach pad {n}", "7 => 007", "8 => 008"]).unwrap().wish();
        assert_eq!(wish.examples[0].output, Some(json!("007")));
    }

    #[test]
    fn what_is_no_example_is_told() {
        let error = |lines: &[&str]| Lesson::read(lines).unwrap_err();
        assert!(error(&["teach"]).contains("say how it is asked for"));
        assert!(error(&["teach shout"]).contains("has 0 slots"));
        assert!(error(&["teach swap {a} and {b}"]).contains("has 2 slots"));
        assert!(error(&["teach {text} loud"]).contains("put a word before it"));
        assert!(
            error(&["teach shout {text}", "hello HELLO"]).contains("`hello HELLO` is no example")
        );
    }
}
