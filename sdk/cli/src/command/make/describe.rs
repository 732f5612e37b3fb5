//! What a language model says of tools: sentences that ask for them, in the place of those that were made
//! from a description's own words.
//!
//! *Never:* anything but a tool's summary and sentences comes from a model.

use engraft::synth::{AuthorError, Draft, LanguageModel, Tool};

use crate::desk::Desk;
use crate::model::ModelArgs;
use crate::trouble::Result;

/// Tools that a model is asked about in one run; each is a request, and many documents have hundreds.
const ASKED_MAX: usize = 200;

/// A model, where one was named, and what came of asking it.
pub(super) struct Describer<'d> {
    model: Option<LanguageModel>,
    desk: &'d Desk,
    asked: usize,
    /// What the model did not do.
    pub(super) notes: Vec<String>,
}

impl<'d> Describer<'d> {
    pub(super) fn open(args: &ModelArgs, desk: &'d Desk) -> Result<Self> {
        Ok(Self { model: args.open(desk)?, desk, asked: 0, notes: Vec::new() })
    }

    /// A draft with what the model says of it; as it was where it says nothing.
    pub(super) fn draft(&mut self, draft: &Draft) -> Result<Draft> {
        let Some(model) = self.turn() else { return Ok(draft.clone()) };
        let described = self.desk.wait(model.describe_draft(draft))?;
        Ok(self.taken(draft.name.as_str(), described).unwrap_or_else(|| draft.clone()))
    }

    /// A tool with what the model says of it; as it was where it says nothing.
    pub(super) fn tool(&mut self, tool: &Tool) -> Result<Tool> {
        let mut tool = tool.clone();
        let Some(model) = self.turn() else { return Ok(tool) };
        let asked = model.describe(tool.name.as_str(), &tool.summary, &tool.input);
        let described = self.desk.wait(asked)?;
        if let Some(described) = self.taken(tool.name.as_str(), described) {
            tool.summary = described.summary;
            if !described.intents.is_empty() {
                tool.intents = described.intents.iter().map(|intent| intent.plain()).collect();
            }
        }
        Ok(tool)
    }

    fn turn(&mut self) -> Option<LanguageModel> {
        let model = self.model.clone()?;
        self.asked += 1;
        if self.asked > ASKED_MAX {
            self.notes.push(format!(
                "the model was asked about the first {ASKED_MAX} tools alone; give a part of the rest"
            ));
            self.model = None;
            return None;
        }
        Some(model)
    }

    fn taken<T>(
        &mut self,
        name: &str,
        described: std::result::Result<T, AuthorError>,
    ) -> Option<T> {
        match described {
            Ok(described) => Some(described),
            Err(error) => {
                self.notes.push(format!("{name}: its own words stay: {error}"));
                if matches!(error, AuthorError::Unavailable { .. } | AuthorError::Busy { .. }) {
                    // Nobody waits for it two hundred times.
                    self.model = None;
                }
                None
            }
        }
    }
}
