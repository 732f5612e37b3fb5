//! An author that fills a guest template: a language model writes the file, a toolchain builds it.
//!
//! It is asked after the one that writes recipes, because a compiler takes seconds and what it makes is
//! harder to look through. What the compiler says goes back to the model, as what examples say does.
//! Without a model a template has no body, so this author is not to be had without one.
//!
//! *Never:* anything but the one file is taken from a model: no manifest, no script of a build, no
//! dependency; and what was built is believed to ask for as little as it was to.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{LanguageModel, Reader, SURE, Taking, Wrong, answer, held, prompt};
use crate::model::{
    CapabilityName, Description, Digest, Example, Operation, Permissions, SourceFile,
};
use crate::synth::author::{Author, AuthorError, Cost, Draft, Drafting, Source};
use crate::synth::authors::Trial;
use crate::synth::compose::schema_of;
use crate::synth::prose;
use crate::synth::shown;
use crate::synth::wish::Wish;

/// What this author is called.
const NAME: &str = "toolchain";
/// What the one operation is called.
const OPERATION: &str = "run";
/// The largest file that is compiled: a program for one thing has some hundred lines.
const FILE_BYTES_MAX: usize = 64 << 10;
/// As much of what a compiler says goes back; the first errors are what the others come from.
const SAID_CHARS_MAX: usize = 4_000;

/// A template of one language, and what builds it. What compiles stands outside of this crate, behind
/// walls of its own; here it is only asked.
pub trait Template: Send + Sync {
    /// Its language, as a person says it.
    fn language(&self) -> &str;

    /// The file to be filled, of a capability that is described so.
    ///
    /// # Errors
    /// [`Unbuilt::Away`] where the toolchain is not there.
    fn file<'a>(&'a self, description: &'a Description) -> Building<'a, String>;

    /// The component that this file becomes.
    ///
    /// # Errors
    /// [`Unbuilt`], with what the compiler says.
    fn build<'a>(&'a self, description: &'a Description, file: &'a str) -> Building<'a, Vec<u8>>;
}

/// A template at work.
pub type Building<'a, T> = Pin<Box<dyn Future<Output = Result<T, Unbuilt>> + Send + 'a>>;

/// Why nothing was built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unbuilt {
    /// The file is at fault.
    #[error("{0}")]
    File(String),
    /// It could not be tried.
    #[error("{0}")]
    Away(String),
}

/// Has a model fill a template.
#[derive(Clone)]
pub struct FillTemplate {
    model: LanguageModel,
    template: Arc<dyn Template>,
}

/// Files in answers.
struct Files<'a> {
    author: &'a FillTemplate,
    description: &'a Description,
    examples: &'a [Example],
    trial: Option<&'a dyn Trial>,
}

impl FillTemplate {
    /// This template, filled by this model.
    #[must_use]
    pub fn new(model: LanguageModel, template: Arc<dyn Template>) -> Self {
        Self { model, template }
    }

    async fn drafts(
        &self,
        wish: &Wish,
        trial: Option<&dyn Trial>,
    ) -> Result<Vec<Draft>, AuthorError> {
        let examples = shown::examples(wish);
        if examples.is_empty() {
            return Ok(Vec::new());
        }
        let Some(description) = described(wish, &examples) else { return Ok(Vec::new()) };
        let file = self.template.file(&description).await.map_err(|unbuilt| {
            AuthorError::Unavailable { author: NAME.to_owned(), reason: unbuilt.to_string() }
        })?;
        let (language, name) = (self.template.language(), description.name.as_str());
        let messages = prompt::first_of_file(language, &file, name, wish, &examples);
        let files = Files { author: self, description: &description, examples: &examples, trial };
        self.model.converse(NAME, messages, &files).await
    }
}

/// A capability with one operation that takes and gives what the examples do, and asks for nothing.
fn described(wish: &Wish, examples: &[Example]) -> Option<Description> {
    let inputs: Vec<&Value> = examples.iter().map(|example| &example.input).collect();
    let outputs: Vec<&Value> = examples.iter().filter_map(|it| it.output.as_ref()).collect();
    // All of it may stand in the file that the model is given.
    let said = wish.asked.first().map(|asked| prompt::told(&asked.sentence)).unwrap_or_default();
    let (summary, _) = prose::described(&said, prose::SUMMARY_CHARS_MAX);
    let summary = summary.unwrap_or_else(|| "Does what its examples show.".to_owned());
    let intents = wish.intents.iter().map(|intent| intent.plain());
    let operation = Operation {
        name: OPERATION.to_owned(),
        summary: summary.clone(),
        input_schema: shape(&inputs),
        output_schema: shape(&outputs),
        intents: intents.filter(|intent| prompt::told(intent) == *intent).collect(),
        examples: examples.iter().filter(|it| prompt::is_clean(it)).cloned().collect(),
    };
    let (name, operations) = (name(wish)?, vec![operation]);
    Some(Description { name, summary, operations, permissions: Permissions::default() })
}

/// A component says its own name, so that it cannot be given another where that is taken; one that
/// nobody named has the first digits of what was wished for in it.
fn name(wish: &Wish) -> Option<CapabilityName> {
    if wish.name.is_some() {
        return wish.name.clone();
    }
    let digits = Digest::of(json!(wish).to_string().as_bytes()).to_hex();
    format!("written.w{}", digits.get(..8)?).parse().ok()
}

/// A schema of everything that these values have in common.
fn shape(values: &[&Value]) -> Value {
    let mut schema = schema_of(values.iter().copied());
    let items: Option<Vec<&Vec<Value>>> = values.iter().map(|value| value.as_array()).collect();
    let fields: Option<Vec<&Map<String, Value>>> =
        values.iter().map(|value| value.as_object()).collect();
    let Some(into) = schema.as_object_mut().filter(|_| !values.is_empty()) else { return schema };
    if let Some(items) = items {
        let items: Vec<&Value> = items.into_iter().flatten().collect();
        into.insert("items".to_owned(), shape(&items));
    }
    if let Some(fields) = fields {
        let names: BTreeSet<&String> = fields.iter().flat_map(|fields| fields.keys()).collect();
        let of = |name: &String| -> Vec<&Value> {
            fields.iter().filter_map(|fields| fields.get(name)).collect()
        };
        let is_required = |name: &&&String| of(name).len() == fields.len();
        let required: Vec<&&String> = names.iter().filter(is_required).collect();
        let properties: Map<String, Value> =
            names.iter().map(|name| ((*name).clone(), shape(&of(name)))).collect();
        into.insert("required".to_owned(), json!(required));
        into.insert("properties".to_owned(), properties.into());
    }
    schema
}

// === impl FillTemplate ===

impl fmt::Debug for FillTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FillTemplate")
            .field("model", &self.model)
            .field("language", &self.template.language())
            .finish()
    }
}

impl Author for FillTemplate {
    fn name(&self) -> &str {
        NAME
    }

    /// The model is what costs; behind the author of recipes, which asks the same one.
    fn cost(&self) -> Cost {
        Cost::Model
    }

    fn price_micros(&self) -> u64 {
        self.model.price_micros()
    }

    fn is_for(&self, wish: &Wish) -> bool {
        !shown::examples(wish).is_empty()
    }

    fn write<'a>(&'a self, wish: &'a Wish) -> Drafting<'a> {
        Box::pin(self.drafts(wish, None))
    }

    fn write_trying<'a>(&'a self, wish: &'a Wish, trial: &'a dyn Trial) -> Drafting<'a> {
        Box::pin(self.drafts(wish, Some(trial)))
    }
}

// === impl Files ===

impl Reader for Files<'_> {
    fn what(&self) -> &str {
        "file"
    }

    fn taken<'a>(&'a self, answer: &'a str) -> Taking<'a> {
        Box::pin(async move {
            let file = answer::only_block(answer).map_err(Wrong::Answer)?;
            if file.len() > FILE_BYTES_MAX {
                let why = format!("it has {} bytes, and {FILE_BYTES_MAX} are the most", file.len());
                return Err(Wrong::Answer(why));
            }
            let FillTemplate { model, template } = self.author;
            let component = template.build(self.description, file).await;
            let component = component.map_err(|unbuilt| match unbuilt {
                Unbuilt::File(said) => Wrong::Answer(cut(&said)),
                Unbuilt::Away(why) => Wrong::Away(why),
            })?;
            let (language, writer) = (template.language(), &model.model);
            let file = SourceFile { language: language.to_owned(), text: file.to_owned() };
            let draft = Draft {
                author: NAME.to_owned(),
                name: self.description.name.clone(),
                source: Source::Filled { component, file },
                examples: self.examples.to_vec(),
                reasons: vec![format!("`{writer}` wrote it in {language}")],
                doubts: Vec::new(),
                confidence: SURE,
            };
            held(draft, self.trial).await
        })
    }
}

fn cut(said: &str) -> String {
    format!("it does not compile:\n{}", said.chars().take(SAID_CHARS_MAX).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_made_of_holds_no_secret() {
        let wish = Wish::asked("log in with password hunter2").named("a.b".parse().unwrap());
        let wish = wish
            .example(json!({"a": "password is hunter2"}), json!("b"))
            .example(json!({"a": "fine"}), json!("c"));
        let described = described(&wish, &wish.examples).unwrap();
        let told = format!("{described:?}");
        assert!(!told.contains("hunter2") && told.contains("fine"), "{told}");
    }

    #[test]
    fn a_shape_is_what_all_values_have_in_common() {
        let values = [json!({"a": 1, "b": [1.5, 2]}), json!({"a": 2})];
        let wanted = json!({
            "type": "object", "required": ["a"],
            "properties": {
                "a": {"type": "integer"},
                "b": {"type": "array", "items": {"type": "number"}},
            },
        });
        assert_eq!(shape(&values.iter().collect::<Vec<_>>()), wanted);
        assert_eq!(shape(&[&json!([])]), json!({"type": "array", "items": {}}));
        assert_eq!(shape(&[]), json!({}));
    }
}
