//! Small tools for texts.

use engraft_guest::capability;

/// Counts and reshapes texts.
#[capability(name = "text.tools")]
pub mod tools {
    use engraft_guest::Schema;
    use serde::{Deserialize, Serialize};

    #[derive(Deserialize, Schema)]
    #[serde(deny_unknown_fields)]
    pub struct Text {
        /// The text to work on.
        text: String,
    }

    #[derive(Serialize, Schema)]
    pub struct Counts {
        words: usize,
        /// Unicode scalar values, not bytes.
        characters: usize,
        lines: usize,
    }

    #[derive(Serialize, Schema)]
    pub struct Reshaped {
        text: String,
    }

    /// Counts words, characters and lines.
    #[operation(
        intents("count the words in {text}", "how long is {text}"),
        example(r#"{"text": "one two"}"#, r#"{"words": 2, "characters": 7, "lines": 1}"#)
    )]
    pub fn count(input: Text) -> Counts {
        Counts {
            words: input.text.split_whitespace().count(),
            characters: input.text.chars().count(),
            lines: input.text.lines().count(),
        }
    }

    /// Makes a slug for addresses and file names.
    #[operation(
        intents("slugify {text}", "make a slug of {text}"),
        example(r#"{"text": "Hello, World!"}"#, r#"{"text": "hello-world"}"#)
    )]
    pub fn slugify(input: Text) -> Reshaped {
        let words: Vec<String> = input
            .text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        Reshaped { text: words.join("-") }
    }

    /// Turns a text around.
    #[operation(intents("reverse {text}"), example(r#"{"text": "abc"}"#, r#"{"text": "cba"}"#))]
    pub fn reverse(input: Text) -> Reshaped {
        Reshaped { text: input.text.chars().rev().collect() }
    }
}

#[cfg(test)]
mod tests {
    use engraft_guest::mock::Host;

    #[test]
    fn the_examples_hold() {
        Host::granting::<super::tools::Capability>().check_examples::<super::tools::Capability>();
    }
}
