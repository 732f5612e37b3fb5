//! What is wanted, looked through before the log keeps it.
//!
//! *Never:* the log keeps what looks like a secret, or a wish that nothing could fulfil.

use serde_json::Value;

use super::Want;
use crate::model::secrecy::{Text, cut, hushed, shows_secret};
use crate::model::{Asked, Example};

/// Sentences that one wish is said in; more of them say the same again.
const SENTENCES_MAX: usize = 32;

/// Why a wish is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WantError {
    /// Nothing could give both.
    #[error("the examples contradict each other: {input} is to give {one} and {other}; keep one")]
    Contradicting {
        /// The input of both.
        input: String,
        /// An output.
        one: String,
        /// Another.
        other: String,
    },
    /// It would be in the log for good, and perhaps in a program that is shown to others.
    #[error("example {number} holds what looks like a secret; put something made up in its place")]
    Secret {
        /// Which one, from 1.
        number: usize,
    },
    /// There is nothing in it.
    #[error("the wish says nothing: give a sentence, an example, or a recipe")]
    Empty,
}

impl Want {
    /// Looks it through before it is kept: a sentence loses what looks like a secret, an example that
    /// holds one is refused.
    ///
    /// # Errors
    /// [`WantError`] where nothing could fulfil it, or where it must not be kept.
    pub fn clean(mut self) -> Result<Self, WantError> {
        let want = &mut self;
        let wish = &mut want.wish;
        if wish.asked.is_empty() && wish.examples.is_empty() && want.recipe.is_none() {
            return Err(WantError::Empty);
        }
        for (at, example) in wish.examples.iter().enumerate() {
            let output = example.output.as_ref().unwrap_or(&Value::Null);
            if shows_secret(&example.input) || shows_secret(output) {
                return Err(WantError::Secret { number: at + 1 });
            }
        }
        contradiction(&wish.examples)?;
        wish.asked.truncate(SENTENCES_MAX);
        // A sentence that loses something to redaction says nothing certain, and is not kept as it was.
        let said = wish.asked.len();
        wish.asked.retain(|asked| !asked.wanted.as_ref().is_some_and(shows_secret));
        let is_lost = wish.asked.len() < said && wish.asked.is_empty();
        if is_lost && wish.examples.is_empty() && want.recipe.is_none() {
            return Err(WantError::Secret { number: 1 });
        }
        for Asked { sentence, wanted } in &mut wish.asked {
            // An address may be what an example is about; what is only said has none to show.
            let is_shown = wanted.is_some() && hushed(sentence, Text::Shown) == *sentence;
            let seen = cut(&if is_shown { sentence.clone() } else { hushed(sentence, Text::Said) });
            if seen != *sentence {
                (*sentence, *wanted) = (seen, None);
            }
        }
        Ok(self)
    }
}

fn contradiction(examples: &[Example]) -> Result<(), WantError> {
    for (at, one) in examples.iter().enumerate() {
        let other = examples.iter().skip(at + 1).find(|other| {
            one.input == other.input
                && one.output.is_some()
                && other.output.is_some()
                && one.output != other.output
        });
        if let Some((wanted, other)) =
            one.output.as_ref().zip(other.and_then(|it| it.output.as_ref()))
        {
            let (input, one, other) =
                (one.input.to_string(), wanted.to_string(), other.to_string());
            return Err(WantError::Contradicting { input, one, other });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Before, Wish};
    use crate::registry::WantSource;

    fn want(wish: Wish) -> Result<Want, WantError> {
        Want::new(WantSource::Person, wish).clean()
    }

    #[test]
    fn what_cannot_be_and_what_must_not_be_kept_is_refused() {
        let key = "sk-live-a1b2c3d4e5f6g7h8i9j0";
        let wish = Wish::default().example(json!(1), json!(2)).example(json!(1), json!(3));
        let error = want(wish).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the examples contradict each other: 1 is to give 2 and 3; keep one"
        );
        let wish =
            Wish::default().example(json!(1), json!(2)).example(json!({"a": [key]}), json!(3));
        assert_eq!(want(wish), Err(WantError::Secret { number: 2 }));
        assert_eq!(want(Wish::default()), Err(WantError::Empty));
        let said = want(Wish::asked(format!("send {key} to bob")).gives("done")).unwrap();
        assert!(!said.wish.asked[0].sentence.contains(key));
        assert_eq!(said.wish.asked[0].wanted, None);
        let wish = Wish::asked("send it").gives(key);
        assert_eq!(want(wish), Err(WantError::Secret { number: 1 }));
    }

    #[test]
    fn what_is_told_as_a_secret_is_kept_no_more_than_what_looks_like_one() {
        let said = "log in with password hunter2 to postgres://u:s3cr3tpw@db.example.org/x";
        let kept = want(Wish::asked(said)).unwrap();
        assert_eq!(kept.wish.asked[0].sentence, "log in with password [redacted] to [redacted]");
        for secret in [
            json!("mein Passwort ist geheim123"),
            json!({"url": "postgres://u:s3cr3tpw@db.example.org/x"}),
            json!({"password": "swordfish"}),
        ] {
            let wish = Wish::default().example(json!("a"), json!("b")).example(secret, json!("c"));
            assert_eq!(want(wish), Err(WantError::Secret { number: 2 }));
        }
        for plain in ["9780306406157", "+4915112345678", "20261130215109", "press any key to go"] {
            let wish = Wish::default().example(json!({"text": plain}), json!("b"));
            assert!(want(wish).is_ok(), "{plain}");
        }
        let wish = Wish::asked("host of ann@example.org").gives("example.org");
        assert_eq!(want(wish).unwrap().wish.asked[0].wanted, Some(json!("example.org")));
    }

    #[test]
    fn what_is_said_now_counts_more_than_what_was_right_before() {
        let example =
            |input: i32, output: i32| Example { input: json!(input), output: Some(json!(output)) };
        let before = Before {
            name: "a.b".parse().unwrap(),
            version: "0.1.0".to_owned(),
            summary: None,
            recipe: None,
            file: None,
            examples: vec![example(1, 1), example(2, 2)],
            failed: Vec::new(),
        };
        let wish = Wish::shown([example(2, 4)]).in_place_of(before);
        assert_eq!(wish.examples, [example(1, 1), example(2, 4)]);
        assert!(want(wish).is_ok());
    }
}
