//! Guest templates as an author of the library fills them: described in the words of the host, built in a
//! workshop behind walls.
//!
//! *Never:* a description that is handed on asks for anything.

use std::sync::Arc;

use engraft::model::Description;
use engraft::synth::{Building, Template, Unbuilt};
use engraft_build::{Language, Workshop, WorkshopError};
use serde_json::{Map, Value, json};

use crate::desk::Desk;
use crate::trouble::{Result, Trouble};

/// The template of one language.
pub(crate) struct InWorkshop {
    workshop: Arc<Workshop>,
    language: String,
}

impl InWorkshop {
    /// The template of a language whose toolchain is here.
    pub(crate) fn open(language: Language, desk: &Desk) -> Result<Self> {
        let toolchains = desk.toolchains()?;
        let folder = toolchains.root().join("workshop");
        let workshop = Workshop::open(&folder, language, toolchains, desk.worker().path());
        let workshop = workshop.map_err(|error| Trouble::usage(error.to_string()))?;
        Ok(Self { workshop: Arc::new(workshop), language: language.to_string() })
    }

    /// Compilers keep a thread for seconds, which belongs to nobody else then.
    async fn at_work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Workshop) -> std::result::Result<T, WorkshopError> + Send + 'static,
    ) -> std::result::Result<T, Unbuilt> {
        let workshop = Arc::clone(&self.workshop);
        let done = tokio::task::spawn_blocking(move || work(&workshop)).await;
        match done {
            Ok(done) => done.map_err(unbuilt),
            Err(gone) => Err(Unbuilt::Away(gone.to_string())),
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what is no fault of the source is away")]
fn unbuilt(error: WorkshopError) -> Unbuilt {
    match error {
        WorkshopError::Source(said) => Unbuilt::File(said),
        WorkshopError::TooLong { .. } => Unbuilt::File(error.to_string()),
        other => Unbuilt::Away(other.to_string()),
    }
}

/// A description in the words of `capability.yaml`: a line for each of its fields, since others are put
/// before them, and JSON behind those.
fn written(description: &Description) -> String {
    let operations: Map<String, Value> = description
        .operations
        .iter()
        .map(|operation| {
            let written = json!({
                "summary": operation.summary,
                "input": operation.input_schema,
                "output": operation.output_schema,
                "intents": operation.intents,
                "examples": operation.examples,
            });
            (operation.name.clone(), written)
        })
        .collect();
    format!("summary: {}\noperations: {}\n", json!(description.summary), json!(operations))
}

// === impl InWorkshop ===

impl Template for InWorkshop {
    fn language(&self) -> &str {
        &self.language
    }

    fn file<'a>(&'a self, description: &'a Description) -> Building<'a, String> {
        let (name, text) = (description.name.to_string(), written(description));
        Box::pin(self.at_work(move |workshop| workshop.stub(&name, &text)))
    }

    fn build<'a>(&'a self, description: &'a Description, file: &'a str) -> Building<'a, Vec<u8>> {
        let (name, text) = (description.name.to_string(), written(description));
        let file = file.to_owned();
        Box::pin(self.at_work(move |workshop| workshop.build(&name, &text, &file)))
    }
}
