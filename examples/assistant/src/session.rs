//! From a sentence to an answer: the operation whose intent fits, called with what its slots took.
//!
//! *Never:* an answer is made up here; it comes from a capability, or there is none.

use engraft::model::Operation;
use engraft::{Capability, Host, Invocation, Report};

use crate::intent::Intent;

/// A conversation with a host.
pub(crate) struct Session {
    host: Host,
    /// Every intent of every operation, the surest first.
    intents: Vec<Known>,
}

struct Known {
    intent: Intent,
    capability: Capability,
    operation: Operation,
}

/// What came of a sentence.
pub(crate) enum Answer {
    /// A question about the assistant itself.
    Abilities(Vec<Capability>),
    /// A capability was called.
    Called { capability: Capability, operation: String, report: Box<Report> },
    /// Nothing fits.
    Nothing,
}

impl Session {
    pub(crate) fn open(host: Host) -> Self {
        let mut intents: Vec<Known> = host.capabilities().iter().flat_map(known).collect();
        intents.sort_by_key(|known| std::cmp::Reverse(known.intent.weight()));
        Self { host, intents }
    }

    pub(crate) fn capabilities(&self) -> Vec<Capability> {
        self.host.capabilities()
    }

    pub(crate) async fn answer(&self, sentence: &str) -> Answer {
        if matches!(sentence.trim().trim_end_matches('?'), "help" | "what can you do") {
            return Answer::Abilities(self.capabilities());
        }
        let fits = self.intents.iter().find_map(|known| {
            let input = known.intent.fit(sentence, &known.operation.input_schema)?;
            Some((known, input))
        });
        let Some((Known { capability, operation, .. }, input)) = fits else {
            return Answer::Nothing;
        };
        let invocation = Invocation::new(&operation.name, input.to_string());
        let report = Box::new(capability.call(invocation).await);
        let (capability, operation) = (capability.clone(), operation.name.clone());
        Answer::Called { capability, operation, report }
    }
}

fn known(capability: &Capability) -> Vec<Known> {
    let operations = &capability.manifest().description.operations;
    let of = |operation: &Operation| {
        let known = |intent: &String| Known {
            intent: Intent::parse(intent),
            capability: capability.clone(),
            operation: operation.clone(),
        };
        operation.intents.iter().map(known).collect::<Vec<_>>()
    };
    operations.iter().flat_map(of).collect()
}
