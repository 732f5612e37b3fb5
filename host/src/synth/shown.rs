//! What a wish shows: its examples, and its sentences with what was wanted of them.
//!
//! *Never:* an example without an output counts as one.

use serde_json::Value;

use super::wish::Wish;
use crate::model::{Example, Sentence};

/// The wish's examples, and its sentences where a pattern reads them.
pub(super) fn examples(wish: &Wish) -> Vec<Example> {
    let said = wish.asked.iter().filter_map(|asked| {
        let wanted = asked.wanted.clone()?;
        let sentence = Sentence::of(&asked.sentence);
        let found = wish.intents.iter().find_map(|intent| intent.find(&sentence))?;
        Some(Example { input: Value::Object(found.slots), output: Some(wanted) })
    });
    let given = wish.examples.iter().filter(|example| example.output.is_some()).cloned();
    given.chain(said).collect()
}
