//! The books of stages: a new one for a new stage, and the old one, with whom it counted, for a stage
//! that was under way when the program ended.
//!
//! *Never:* calls are let in to a stage whose earlier counts are still to be read.

use std::collections::HashMap;
use std::sync::Arc;

use super::stirred::Stirred;
use super::{Callee, Registry};
use crate::registry::book::Book;
use crate::registry::journal::{Journal, JournalError};
use crate::registry::state::{Rollout, State};
use crate::store::{Evidence, LogError};

/// Which rollout, with its salt, and which stage of it.
pub(super) type StageId = (String, String, usize);

pub(super) fn id(rollout: &Rollout) -> StageId {
    (rollout.id.clone(), rollout.salt.clone(), rollout.stage)
}

/// How a stage is called where its evidence is kept.
fn key((id, salt, stage): &StageId) -> String {
    format!("{stage} {} {id} {salt}", id.len())
}

/// Who keeps the evidence of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// This program does, and did.
    Here,
    /// Another one that judges the same stage does.
    ByOthers,
}

impl<C: Callee> Registry<C> {
    /// The books of all stages that the snapshot has none of.
    pub(super) async fn books(
        &self,
        state: &State,
        stirred: &Stirred,
    ) -> HashMap<StageId, Arc<Book>> {
        let mut books = HashMap::new();
        for (name, line) in stirred.lines(state) {
            // A shadow counts nowhere.
            let rollout = line.rollout.as_ref().filter(|rollout| !rollout.is_shadow());
            let Some(rollout) = rollout else { continue };
            let stage = id(rollout);
            let snapshot = self.live.load_full();
            let known = snapshot.line(name.as_str()).and_then(|line| line.spreading.as_ref());
            if known.is_some_and(|spreading| spreading.stage == stage) {
                continue;
            }
            let key = key(&stage);
            let kept = self.scribe.ask(move |journal| journal.log().evidence(&key)).await;
            let book = match kept {
                Ok(Ok(Some(kept))) => Book::resumed(&kept),
                Ok(Ok(None)) => None,
                Ok(Err(error)) => {
                    tracing::warn!(target: "engraft::steward", %error, "evidence cannot be read");
                    None
                }
                Err(_) => None,
            };
            let book = book.unwrap_or_else(|| Book::of_variants(rollout.comparisons()));
            books.insert(stage, Arc::new(book));
        }
        books
    }

    /// Keeps what a judge has made of a stage, with the users that were counted since the last time.
    ///
    /// # Errors
    /// Where the log cannot be written.
    pub async fn keep_evidence(
        &self,
        stage: &(String, String, usize),
        times: u64,
        judge: Vec<u8>,
        users: Vec<u8>,
    ) -> Result<Kept, JournalError> {
        let stage = key(stage);
        let keep = move |journal: &Journal| {
            let evidence = Evidence { stage: &stage, times, judge: &judge, users: &users };
            journal.log().keep_evidence(evidence)
        };
        match self.scribe.ask(keep).await? {
            Ok(()) => Ok(Kept::Here),
            Err(LogError::KeptByOthers { .. }) => Ok(Kept::ByOthers),
            Err(error) => Err(error.into()),
        }
    }

    /// The same for whoever is about to go and cannot wait: it is done before the registry is gone.
    pub fn leave_evidence(
        &self,
        stage: &(String, String, usize),
        times: u64,
        judge: Vec<u8>,
        users: Vec<u8>,
    ) {
        let stage = key(stage);
        self.scribe.leave(move |journal| {
            let evidence = Evidence { stage: &stage, times, judge: &judge, users: &users };
            told(journal.log().keep_evidence(evidence));
        });
    }

    /// Forgets the evidence of every stage that is over.
    pub fn forget_evidence(&self) {
        self.scribe.leave(|journal| {
            let state = journal.state();
            let rollouts = state.lines.values().filter_map(|line| line.rollout.as_ref());
            let under_way: Vec<String> = rollouts.map(|rollout| key(&id(rollout))).collect();
            told(journal.log().forget_evidence(&under_way));
        });
    }
}

fn told(done: Result<(), LogError>) {
    if let Err(error) = done {
        tracing::warn!(target: "engraft::steward", %error, "evidence was not kept");
    }
}
