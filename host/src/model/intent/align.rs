//! Laying a sentence along a pattern, the best way there is.
//!
//! *Never:* a way leaves out a word that carries something.

use serde_json::{Map, Value};

use super::sentence::{Sentence, Word};
use super::slot::SlotKind;
use super::{Found, Part};

/// How good it is when a word is the pattern's, when it only differs in its ending, and when it may be
/// a slip of the hand.
const SAME: f32 = 1.0;
const FORM: f32 = 0.95;
const SLIP: f32 = 0.75;
/// What a small word less or more takes away, in parts of a word.
const LEFT_OUT: f32 = 0.1;
/// In words shorter than this one letter makes another word.
const SLIP_CHARS_MIN: usize = 5;
/// How sure a pattern of one word is; each further word takes away half of the doubt.
const ONE_WORD: f64 = 0.85;

/// How a place was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    None,
    /// The pattern's word, or the first word of a slot.
    Both,
    /// One more word of a slot.
    More,
    /// A small word that the pattern does not have.
    Sentence,
    /// A small word that the sentence does not have.
    Pattern,
}

struct Table {
    width: usize,
    score: Vec<f32>,
    step: Vec<Step>,
}

impl Table {
    fn of(parts: usize, words: usize) -> Self {
        let size = (parts + 1) * (words + 1);
        let mut score = vec![f32::NEG_INFINITY; size];
        if let Some(first) = score.first_mut() {
            *first = 0.0;
        }
        Self { width: words + 1, score, step: vec![Step::None; size] }
    }

    fn score(&self, part: usize, word: usize) -> f32 {
        self.score.get(part * self.width + word).copied().unwrap_or(f32::NEG_INFINITY)
    }

    fn step(&self, part: usize, word: usize) -> Step {
        self.step.get(part * self.width + word).copied().unwrap_or(Step::None)
    }

    /// Notes a way to a place where it is better than the one that is known. Of two that are as good a
    /// slot takes one more word, so that the words of a pattern are the first that can be.
    fn offer(&mut self, part: usize, word: usize, score: f32, step: Step) {
        let at = part * self.width + word;
        if let (Some(known), Some(how)) = (self.score.get_mut(at), self.step.get_mut(at))
            && (score > *known || (score >= *known && step == Step::More))
        {
            (*known, *how) = (score, step);
        }
    }
}

pub(super) fn find(parts: &[Part], sentence: &Sentence<'_>) -> Option<Found> {
    let words = sentence.words();
    if !may_fit(parts, words) {
        return None;
    }
    let table = filled(parts, words);
    let score = table.score(parts.len(), words.len());
    if score == f32::NEG_INFINITY {
        return None;
    }
    let slots = slots(&table, parts, sentence)?;
    let telling = parts.iter().filter(|part| carries(part)).count().max(1);
    #[expect(clippy::cast_precision_loss, reason = "parts are few")]
    let quality = f64::from(score) / telling as f64;
    let doubt = (1.0 - ONE_WORD) * 0.5_f64.powi(i32::try_from(telling - 1).unwrap_or(i32::MAX));
    Some(Found { slots, confidence: ((1.0 - doubt) * quality).clamp(0.0, 1.0) })
}

/// A part that a sentence has to have, and that so speaks for the pattern: a word that carries
/// something, or a slot that not every word fits.
fn carries(part: &Part) -> bool {
    match part {
        Part::Word(word) => !word.is_filler(),
        Part::Slot(slot) => !matches!(slot.kind, SlotKind::Text | SlotKind::Word | SlotKind::Texts),
    }
}

/// A quick look, since a sentence meets many patterns: one of the words that carry something is there.
fn may_fit(parts: &[Part], words: &[Word]) -> bool {
    let mut telling = parts.iter().filter_map(|part| match part {
        Part::Word(word) if !word.is_filler() => Some(word),
        Part::Word(_) | Part::Slot(_) => None,
    });
    let Some(first) = telling.next() else { return true };
    words.iter().any(|word| likeness(first, word).is_some())
}

fn filled(parts: &[Part], words: &[Word]) -> Table {
    let mut table = Table::of(parts.len(), words.len());
    for at in 0..=parts.len() {
        for on in 0..=words.len() {
            let score = table.score(at, on);
            if score == f32::NEG_INFINITY {
                continue;
            }
            let (part, word) = (parts.get(at), words.get(on));
            if let (Some(part), Some(word)) = (part, word)
                && let Some(gain) = gain(part, word)
            {
                table.offer(at + 1, on + 1, score + gain, Step::Both);
            }
            if let (Some(Part::Slot(slot)), Some(word)) =
                (at.checked_sub(1).and_then(|at| parts.get(at)), word)
                && slot.kind.is_long()
                && slot.kind.admits(word)
            {
                table.offer(at, on + 1, score, Step::More);
            }
            if word.is_some_and(Word::is_filler) {
                table.offer(at, on + 1, score - LEFT_OUT, Step::Sentence);
            }
            if may_be_missing(parts, at) {
                table.offer(at + 1, on, score - LEFT_OUT, Step::Pattern);
            }
        }
    }
    table
}

/// A small word may be left out, but not where it parts two slots.
fn may_be_missing(parts: &[Part], at: usize) -> bool {
    let is_slot = |at: Option<usize>| {
        at.and_then(|at| parts.get(at)).is_some_and(|part| matches!(part, Part::Slot(_)))
    };
    let parting = is_slot(at.checked_sub(1)) && is_slot(at.checked_add(1));
    !parting && matches!(parts.get(at), Some(Part::Word(word)) if word.is_filler())
}

/// What it is worth that a word stands at a part.
fn gain(part: &Part, word: &Word) -> Option<f32> {
    match part {
        Part::Word(own) => {
            let likeness = likeness(own, word)?;
            Some(if own.is_filler() { 0.0 } else { likeness })
        }
        Part::Slot(slot) => {
            slot.kind.admits(word).then_some(if carries(part) { SAME } else { 0.0 })
        }
    }
}

/// How much a word is like a pattern's; none where it is another.
fn likeness(own: &Word, word: &Word) -> Option<f32> {
    if word.is_quoted() {
        return None;
    }
    if own.as_str().eq_ignore_ascii_case(word.as_str()) {
        return Some(SAME);
    }
    if own.stem() == word.stem() {
        return Some(FORM);
    }
    let long = own.as_str().chars().count() >= SLIP_CHARS_MIN;
    (long && one_slip(own.stem(), word.stem())).then_some(SLIP)
}

/// Whether one letter was left out, put in or exchanged, or two neighbours changed places.
fn one_slip(one: &str, other: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(front..).unwrap_or_default(), b.get(front..).unwrap_or_default());
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) =
        (a.get(..a.len() - back).unwrap_or_default(), b.get(..b.len() - back).unwrap_or_default());
    match (a, b) {
        ([x, y], [z, w]) => x == w && y == z,
        (a, b) => a.len() <= 1 && b.len() <= 1,
    }
}

/// What the best way has in the slots.
fn slots(table: &Table, parts: &[Part], sentence: &Sentence<'_>) -> Option<Map<String, Value>> {
    let (mut at, mut on) = (parts.len(), sentence.words().len());
    let mut found = Vec::new();
    let mut end = on;
    while at > 0 || on > 0 {
        match table.step(at, on) {
            Step::None => return None,
            Step::Sentence => {
                on -= 1;
                end = on;
            }
            Step::Pattern => {
                at -= 1;
                end = on;
            }
            Step::More => on -= 1,
            Step::Both => {
                if let Some(Part::Slot(slot)) = parts.get(at - 1) {
                    let value = slot.kind.read(said(sentence, on - 1, end.max(on) - 1))?;
                    found.push((slot.name.clone(), value));
                }
                (at, on) = (at - 1, on - 1);
                end = on;
            }
        }
    }
    Some(found.into_iter().rev().collect())
}

/// What was said from one word up to another: a quoted text, or a word, without what is around it.
fn said<'s>(sentence: &'s Sentence<'_>, from: usize, to: usize) -> &'s str {
    match sentence.words().get(from) {
        Some(word) if from == to => word.as_str(),
        _ => sentence.between(from, to),
    }
}
