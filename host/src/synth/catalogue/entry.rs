//! Entries: a recipe with holes, and the sentences that say what goes into them.
//!
//! *Never:* an entry is drafted that a sentence of the wish does not ask for.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fill::{self, Filled, Parameter, Said};
use crate::model::{
    CapabilityName, Example, Found, Intent, IntentError, NameError, Sentence, SlotKind,
};
use crate::synth::author::{Draft, Source};
use crate::synth::wish::Wish;

/// A recipe with holes. In its texts `@{name}` is an input's property, or a parameter as an expression,
/// and `@[name]` a parameter as it is written, in a URL or a permission.
#[derive(Debug, Clone)]
pub struct Entry {
    pub(super) name: CapabilityName,
    pub(super) summary: String,
    pub(super) intents: Vec<Intent>,
    pub(super) inputs: Vec<(String, Value)>,
    pub(super) parameters: Vec<(String, Parameter)>,
    /// Everything of the document that is not made from the fields above.
    pub(super) body: Map<String, Value>,
    pub(super) examples: Vec<Example>,
    /// Examples that follow from the parameters.
    check: Option<Check>,
}

/// What a recipe with these parameters has to give.
type Check = fn(&BTreeMap<String, Said>) -> Option<Example>;

/// Ways of saying the parameters that become sentences of the recipe.
const SPOKEN_MAX: usize = 3;

/// An entry that is not well written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// Its name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A sentence is no pattern.
    #[error("an entry's sentence: {0}")]
    Intent(#[from] IntentError),
}

impl Entry {
    /// An entry of this name, with one sentence on what it does.
    ///
    /// # Errors
    /// [`EntryError::Name`] where it is no capability's name.
    pub fn new(name: &str, summary: impl Into<String>) -> Result<Self, EntryError> {
        Ok(Self {
            name: name.parse()?,
            summary: summary.into(),
            intents: Vec::new(),
            inputs: Vec::new(),
            parameters: Vec::new(),
            body: Map::new(),
            examples: Vec::new(),
            check: None,
        })
    }

    /// A sentence that asks for it. Its slots are inputs and parameters.
    ///
    /// # Errors
    /// [`EntryError::Intent`] where it is no pattern.
    pub fn asks(mut self, intent: &str) -> Result<Self, EntryError> {
        self.intents.push(intent.parse()?);
        Ok(self)
    }

    /// A property of the input: what varies from call to call.
    #[must_use]
    pub fn input(self, name: &str, kind: SlotKind) -> Self {
        self.input_of(name, kind.schema())
    }

    /// A property of the input with a schema of its own.
    #[must_use]
    pub fn input_of(mut self, name: &str, schema: Value) -> Self {
        self.inputs.push((name.to_owned(), schema));
        self
    }

    /// What is decided when the recipe is written: another value is another capability.
    #[must_use]
    pub fn parameter(mut self, name: &str, parameter: Parameter) -> Self {
        self.parameters.push((name.to_owned(), parameter));
        self
    }

    /// The schema of what it gives.
    #[must_use]
    pub fn gives(self, schema: Value) -> Self {
        self.field("output", schema)
    }

    /// The expression of what it gives.
    #[must_use]
    pub fn value(self, expression: &str) -> Self {
        self.field("return", expression.into())
    }

    /// Another field of the recipe's document: its `let`, `steps` or `permissions`.
    #[must_use]
    pub fn field(mut self, name: &str, value: Value) -> Self {
        self.body.insert(name.to_owned(), value);
        self
    }

    /// What has to hold of every draft; of no use to an entry with parameters, for which other outputs
    /// follow from other values.
    #[must_use]
    pub fn example(mut self, input: Value, output: Value) -> Self {
        self.examples.push(Example { input, output: Some(output) });
        self
    }

    /// What follows from the parameters, worked out in another way than the recipe does it.
    pub(super) fn checked(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }

    /// What it is called.
    #[must_use]
    pub const fn name(&self) -> &CapabilityName {
        &self.name
    }

    /// The sentences that ask for it.
    #[must_use]
    pub fn intents(&self) -> &[Intent] {
        &self.intents
    }

    /// What it gives for some inputs.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// A draft, where every sentence of the wish asks for this with the same parameters.
    pub(super) fn draft(&self, wish: &Wish) -> Option<Draft> {
        let mut filled: Option<Filled> = None;
        let mut confidence = 1.0_f64;
        let (mut examples, mut spoken) = (Vec::new(), Vec::new());
        for asked in &wish.asked {
            let (intent, found) = self.find(&asked.sentence)?;
            let words = self.spoken(&found.slots);
            if !words.is_empty() && !spoken.contains(&words) && spoken.len() < SPOKEN_MAX {
                spoken.push(words);
            }
            let (this, input) = self.filled(found.slots)?;
            if filled.as_ref().is_some_and(|other| other.values != this.values) {
                return None;
            }
            confidence = confidence.min(found.confidence);
            examples.push(Example { input, output: asked.wanted.clone() });
            filled = Some(Filled { asked_as: intent.as_str().to_owned(), ..this });
        }
        let mut filled = filled?;
        (filled.names, filled.spoken) = (self.names(wish), spoken);
        examples.retain(|example| example.output.is_some());
        let renamed = examples.into_iter().map(|example| filled.renamed(example));
        let mut examples: Vec<Example> = wish.examples.iter().cloned().chain(renamed).collect();
        // Own examples are of the recipe as it stands; other parameters give other outputs.
        let own = if self.parameters.is_empty() { &self.examples[..] } else { &[] };
        let worked_out = self.check.and_then(|check| check(&filled.values));
        let all = own.iter().cloned().chain(worked_out);
        examples.extend(all.map(|example| filled.renamed(example)));
        Some(self.written(wish, &filled, examples, confidence))
    }

    fn find(&self, sentence: &str) -> Option<(&Intent, Found)> {
        let sentence = Sentence::of(sentence);
        let found =
            self.intents.iter().filter_map(|intent| Some((intent, intent.find(&sentence)?)));
        found.max_by(|(_, a), (_, b)| a.confidence.total_cmp(&b.confidence))
    }

    /// The words that were said for parameters which have others as well.
    fn spoken(&self, slots: &Map<String, Value>) -> fill::Words {
        let has_synonyms = |name: &String| {
            self.parameters.iter().any(|(known, it)| known == name && it.has_synonyms())
        };
        let said = slots.iter().filter(|(name, _)| has_synonyms(name));
        said.filter_map(|(name, word)| Some((name.clone(), word.as_str()?.trim().to_owned())))
            .collect()
    }

    /// Parameters and input, apart; none where a parameter is not one of those that there are.
    fn filled(&self, slots: Map<String, Value>) -> Option<(Filled, Value)> {
        let mut filled = Filled::default();
        let mut input = Map::new();
        for (name, value) in slots {
            match self.parameters.iter().find(|(known, _)| *known == name) {
                Some((_, parameter)) => {
                    filled.values.insert(name, parameter.fill(&value)?);
                }
                None => {
                    input.insert(name, value);
                }
            }
        }
        let all = self.parameters.iter().all(|(name, _)| filled.values.contains_key(name));
        all.then_some((filled, Value::Object(input)))
    }

    /// What the properties are called: as in the wish's own examples where there is one of both.
    fn names(&self, wish: &Wish) -> Map<String, Value> {
        let own = match &self.inputs[..] {
            [(own, _)] => own,
            _ => return Map::new(),
        };
        let theirs = wish.examples.first().and_then(|example| example.input.as_object());
        let theirs = theirs.filter(|input| input.len() == 1).and_then(|input| input.keys().next());
        theirs
            .filter(|name| fill::is_plain(name))
            .map(|name| (own.clone(), name.as_str().into()))
            .into_iter()
            .collect()
    }

    fn written(
        &self,
        wish: &Wish,
        filled: &Filled,
        examples: Vec<Example>,
        confidence: f64,
    ) -> Draft {
        let name = wish.name.clone().unwrap_or_else(|| filled.capability(&self.name));
        let mut document = Map::new();
        document.insert("name".to_owned(), name.as_str().into());
        document.insert("version".to_owned(), "0.1.0".into());
        document.insert("summary".to_owned(), filled.sentence(&self.summary).into());
        document.insert("intents".to_owned(), filled.intents(&self.intents).into());
        document.insert("input".to_owned(), self.schema(filled));
        for (field, value) in &self.body {
            document.insert(field.clone(), filled.fill(value));
        }
        if !examples.is_empty() {
            let shown = examples.iter().map(|it| json!({"input": it.input, "output": it.output}));
            document.insert("examples".to_owned(), shown.collect::<Vec<Value>>().into());
        }
        let reasons = vec![
            format!("`{}` is what was asked for, as `{}`", self.name, filled.asked_as),
            self.summary.clone(),
        ];
        Draft {
            author: "catalogue".to_owned(),
            name,
            source: Source::Recipe(format!("{:#}\n", Value::Object(document))),
            examples,
            reasons,
            doubts: Vec::new(),
            confidence,
        }
    }

    fn schema(&self, filled: &Filled) -> Value {
        let name = |name: &str| filled.name(name).to_owned();
        let properties: Map<String, Value> =
            self.inputs.iter().map(|(own, schema)| (name(own), schema.clone())).collect();
        let required: Vec<String> = self.inputs.iter().map(|(own, _)| name(own)).collect();
        json!({"type": "object", "properties": properties, "required": required})
    }
}
