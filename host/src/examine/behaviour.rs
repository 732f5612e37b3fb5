//! What level `comprehensive` asks: the same again, for others, with faults, a thousand times, later.
//!
//! *Never:* a question is answered by one run alone; each compares at least two.

mod canary;
mod course;
mod disguise;
mod faults;
mod leaks;
mod walled;

use super::catalogue::CheckId;
use super::notes::Notes;
use super::sandbox::{Actor, Base, Tally};
pub(crate) use walled::same_here;

/// Inputs that every question is put with. The first are examples and ordinary values, which say
/// most.
pub(super) const BASES_MAX: usize = 6;

/// A candidate that was tried, and the inputs that it answered.
pub(super) struct Trial<'a> {
    pub(super) actor: &'a Actor<'a>,
    pub(super) bases: Vec<&'a Base>,
}

/// Puts every question.
pub(crate) async fn run(
    actor: &Actor<'_>,
    bases: &[Base],
    notes: &mut Notes<'_>,
    tally: &mut Tally,
) {
    let answered = bases.iter().filter(|base| base.seen.outcome.is_returned());
    let mut chosen: Vec<&Base> = Vec::new();
    for base in answered {
        let of_operation = chosen.iter().filter(|it| it.operation == base.operation).count();
        if of_operation < BASES_MAX {
            chosen.push(base);
        }
    }
    chosen.truncate(4 * BASES_MAX);
    let trial = Trial { actor, bases: chosen };
    if trial.bases.is_empty() {
        const QUESTIONS: [CheckId; 8] = [
            CheckId::BEYOND,
            CheckId::DETERMINISM,
            CheckId::ISOLATION,
            CheckId::LEAK,
            CheckId::FAULTS,
            CheckId::FUEL_CUT,
            CheckId::GROWTH,
            CheckId::LATE,
        ];
        for question in QUESTIONS {
            notes.inconclusive(question, "no input was answered with an output");
        }
        return;
    }
    let mut answers = vec![
        (CheckId::BEYOND, leaks::beyond(&trial, tally).await),
        (CheckId::DETERMINISM, course::determinism(&trial, tally).await),
        (CheckId::ISOLATION, leaks::isolation(&trial, tally).await),
        (CheckId::LEAK, leaks::leak(&trial, tally).await),
        (CheckId::FAULTS, faults::faults(&trial, tally).await),
        (CheckId::FUEL_CUT, faults::fuel_cut(&trial, tally).await),
    ];
    let (growth, late) = course::thousand(&trial, tally).await;
    answers.push((CheckId::GROWTH, growth));
    let others = [course::late(&trial, tally).await, course::kept(&trial, tally).await];
    answers.push((CheckId::LATE, course::together([late].into_iter().chain(others))));
    for (question, answer) in answers {
        match answer {
            Ok(drafts) => notes.found(question, drafts),
            Err(why) => notes.inconclusive(question, why),
        }
    }
}

/// What came of a question; an error is why it could not be answered.
pub(super) type Answer = Result<Vec<super::finding::Draft>, String>;
