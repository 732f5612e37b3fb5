//! What level `comprehensive` asks: the same again, for others, with faults, a thousand times, later.
//!
//! *Never:* a question is answered by one run alone; each compares at least two.

mod bait;
mod beyond;
mod canary;
mod carried;
mod chances;
mod course;
mod disguise;
mod faults;
mod isolation;
mod later;
mod leaks;
mod planting;
mod recipients;
mod resize;
mod succession;
mod unread;
mod walled;

use std::collections::BTreeMap;

use serde_json::Value;

use super::catalogue::CheckId;
use super::checks::secrets::{carries_secret, in_places};
use super::finding::Draft;
use super::notes::Notes;
use super::sandbox::{Actor, Base, Run, Tally, not_run};
use crate::artifact::Manifest;
pub(crate) use walled::same_here;

/// Why there is no answer to any question.
const NOT_ANSWERED: &str = "no input was answered with an output";
/// Inputs that every question is put with. The first are examples and ordinary values, which say
/// most.
pub(super) const BASES_MAX: usize = 6;
/// Inputs of all operations together, where these are not more themselves.
const CHOSEN_MAX: usize = 4 * BASES_MAX;

/// A candidate that was tried, and the inputs that it answered.
pub(super) struct Trial<'a> {
    pub(super) actor: &'a Actor<'a>,
    pub(super) bases: Vec<&'a Base>,
}

impl Trial<'_> {
    /// What an operation says of its inputs.
    fn schema(&self, base: &Base) -> &Value {
        let operation = self.actor.manifest().description.operation(&base.operation);
        operation.map_or(&Value::Null, |operation| &operation.input_schema)
    }
}

/// Puts every question.
pub(crate) async fn run(
    run: &Run<'_>,
    actor: &Actor<'_>,
    bases: &[Base],
    notes: &mut Notes<'_>,
    tally: &mut Tally,
) {
    notes.found(CheckId::SECRET, secrets_that_leave(bases));
    let trial = Trial { actor, bases: chosen(bases) };
    if trial.bases.is_empty() {
        const QUESTIONS: [CheckId; 9] = [
            CheckId::BEYOND,
            CheckId::DETERMINISM,
            CheckId::ISOLATION,
            CheckId::LEAK,
            CheckId::ENCODED,
            CheckId::FAULTS,
            CheckId::FUEL_CUT,
            CheckId::GROWTH,
            CheckId::LATE,
        ];
        for question in QUESTIONS {
            notes.inconclusive(question, NOT_ANSWERED);
        }
        match run.rival {
            Some(_) => notes.inconclusive(CheckId::CALLS, NOT_ANSWERED),
            None => notes.found(CheckId::CALLS, Vec::new()),
        }
        return;
    }
    let mut answers = vec![
        (CheckId::BEYOND, beyond::beyond(&trial, tally).await),
        (CheckId::DETERMINISM, course::determinism(&trial, tally).await),
        (CheckId::ISOLATION, isolation::isolation(&trial, tally).await),
        (CheckId::FAULTS, faults::faults(&trial, tally).await),
        (CheckId::FUEL_CUT, faults::fuel_cut(&trial, tally).await),
    ];
    let (leak, encoded) = leaks::leak(&trial, tally).await;
    answers.extend([(CheckId::LEAK, leak), (CheckId::ENCODED, encoded)]);
    let (growth, late) = course::thousand(&trial, tally).await;
    answers.push((CheckId::GROWTH, growth));
    let others = [
        chances::days(&trial, tally).await,
        chances::seeds(&trial, tally).await,
        course::large(&trial, tally).await,
        course::kept(&trial, tally).await,
        bait::taken(&trial, tally).await,
    ];
    answers.push((CheckId::LATE, course::together([late].into_iter().chain(others))));
    answers.push((CheckId::CALLS, succession::calls(run, &trial, tally).await));
    let not_run = not_run(actor.manifest()).or_else(|| unanswered(actor.manifest(), &trial.bases));
    for (question, answer) in answers {
        match answer {
            Ok(drafts) if drafts.is_empty() && not_run.is_some() => {
                notes.inconclusive(question, not_run.as_deref().unwrap_or_default());
            }
            Ok(drafts) => notes.found(question, drafts),
            Err(why) => notes.inconclusive(question, why),
        }
    }
}

/// What to say of an operation that answered none of its inputs: what others do tells nothing of it.
fn unanswered(manifest: &Manifest, bases: &[&Base]) -> Option<String> {
    let has_answered = |name: &str| bases.iter().any(|base| base.operation == name);
    let mut operations = manifest.description.operations.iter();
    let silent = operations.find(|operation| !has_answered(&operation.name))?;
    Some(format!("`{}` answered no input with an output", silent.name))
}

/// The inputs that every question is put with: the first of each operation, then the second of each, so
/// that none is left out for standing behind others.
fn chosen(bases: &[Base]) -> Vec<&Base> {
    let answered = || bases.iter().filter(|base| base.seen.outcome.is_returned());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut turns: Vec<(usize, &Base)> = Vec::new();
    for base in answered() {
        let turn = counts.entry(&base.operation).or_default();
        turns.push((*turn, base));
        *turn += 1;
    }
    turns.retain(|(turn, _)| *turn < BASES_MAX);
    turns.sort_by_key(|(turn, _)| *turn);
    let most = counts.len().max(CHOSEN_MAX);
    turns.into_iter().map(|(_, base)| base).take(most).collect()
}

/// Keys that were put together only when it ran, and stand in what it sends or says. What the input had is
/// the caller's own.
fn secrets_that_leave(bases: &[Base]) -> Vec<Draft> {
    let own = bases.iter().filter(|base| !carries_secret(base.input.as_bytes()));
    let places = own.flat_map(|base| {
        let name = &base.operation;
        let sent = base
            .seen
            .calls
            .iter()
            .map(move |call| (format!("a call of the host by `{name}`"), call.outgoing()));
        let said =
            base.seen.output().map(|output| (format!("an output of `{name}`"), output.into()));
        sent.chain(said)
    });
    in_places(places)
}

/// What came of a question; an error is why it could not be answered.
pub(super) type Answer = Result<Vec<Draft>, String>;
