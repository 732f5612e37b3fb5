//! Clues: the constants that examples suggest. Marks that separate, words that all inputs share, and
//! what stands in an answer in place of something in an argument.
//!
//! *Never:* a constant that is not in the examples, save numbers that everybody uses.

use crate::problem::Problem;
use crate::value::Value;
use std::collections::BTreeMap;

/// More marks than this make a search slow, and the rarest of so many separate nothing.
const MARKS_MAX: usize = 9;
/// Words shared by all inputs are few where they mean something.
const SHARED_MAX: usize = 6;
const PAIRS_MAX: usize = 6;
/// Words to ask about: of hundreds, the frequent ones are asked about first.
const WORDS_MAX: usize = 40;
/// Longer pieces of inputs are data, not marks.
const PAIR_SIZE_MAX: usize = 32;
/// Texts longer than this are looked at in their beginning only.
const LOOK_MAX: usize = 2_000;

/// Constants to try.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clues {
    /// Marks between parts of inputs, the most frequent first.
    pub(crate) marks: Vec<String>,
    /// Longer pieces that all inputs share.
    pub(crate) shared: Vec<String>,
    /// What stands in answers in place of what.
    pub(crate) pairs: Vec<(String, String)>,
    /// Words that some inputs have.
    pub(crate) words: Vec<String>,
    /// Marks in answers.
    pub(crate) joints: Vec<String>,
    /// Whole numbers worth trying.
    pub(crate) numbers: Vec<i64>,
}

impl Clues {
    /// The clues of a problem, without the constants that `allow` refuses.
    pub(crate) fn of(problem: &Problem, allow: &dyn Fn(&str) -> bool) -> Self {
        let inputs: Vec<Vec<&str>> =
            problem.envs.iter().map(|env| env.iter().flat_map(texts).collect()).collect();
        let outs: Vec<Vec<&str>> = problem.outs.iter().map(|out| texts(out)).collect();
        let mut clues = Self {
            marks: marks(&inputs),
            shared: shared(problem),
            pairs: pairs(problem),
            words: words(&inputs),
            joints: marks(&outs),
            numbers: numbers(problem),
        };
        for list in [&mut clues.marks, &mut clues.shared, &mut clues.words, &mut clues.joints] {
            list.retain(|text| allow(text));
        }
        clues.pairs.retain(|(old, new)| allow(old) && allow(new));
        clues
    }

    /// What text may be cut at.
    pub(crate) fn cuts(&self) -> impl Iterator<Item = &str> {
        self.marks.iter().chain(&self.shared).map(String::as_str)
    }
}

/// The texts in a value, each cut to what is looked at.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) => vec![head(text)],
        Value::List(items) => items.iter().take(20).flat_map(texts).collect(),
        Value::Map(fields) => fields.values().take(20).flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

fn head(text: &str) -> &str {
    let end = text.char_indices().nth(LOOK_MAX).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// The most frequent of what was counted, in an order that only the counts and texts decide.
fn most(counts: BTreeMap<String, usize>, least: usize, most: usize) -> Vec<String> {
    let mut all: Vec<(String, usize)> =
        counts.into_iter().filter(|(_, count)| *count >= least).collect();
    all.sort_by(|a, b| {
        b.1.cmp(&a.1).then_with(|| a.0.len().cmp(&b.0.len())).then_with(|| a.0.cmp(&b.0))
    });
    all.into_iter().take(most).map(|(text, _)| text).collect()
}

/// Characters that are no letters or digits, and such with a blank behind them.
fn marks(rows: &[Vec<&str>]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let mut here = std::collections::BTreeSet::new();
        for text in row {
            let mut last = None;
            for letter in text.chars() {
                if !letter.is_alphanumeric() {
                    here.insert(letter.to_string());
                    if let Some(before) = last.filter(|_| letter == ' ') {
                        here.insert(format!("{before} "));
                    }
                }
                last = Some(letter).filter(|letter| !letter.is_alphanumeric() && *letter != ' ');
            }
        }
        for mark in here {
            *counts.entry(mark).or_default() += 1;
        }
    }
    most(counts, rows.len().div_ceil(5).max(1), MARKS_MAX)
}

/// The longest pieces, of two characters at least, that an argument has in all examples.
fn shared(problem: &Problem) -> Vec<String> {
    let mut found = Vec::new();
    let width = problem.envs.iter().map(Vec::len).min().unwrap_or(0);
    for at in 0..width {
        let column: Vec<&str> =
            problem.envs.iter().filter_map(|env| env.get(at)?.as_text()).map(head).collect();
        if column.len() == problem.len() && column.len() > 1 {
            found.extend(shared_pieces(&column));
        }
    }
    found.truncate(SHARED_MAX);
    found
}

fn shared_pieces(column: &[&str]) -> Vec<String> {
    let Some(shortest) = column.iter().min_by_key(|text| text.len()) else { return Vec::new() };
    let letters: Vec<char> = shortest.chars().take(200).collect();
    let mut found: Vec<String> = Vec::new();
    let mut start = 0;
    while start < letters.len() {
        let mut longest = String::new();
        for end in start + 2..=letters.len().min(start + PAIR_SIZE_MAX) {
            let piece: String = letters.get(start..end).unwrap_or_default().iter().collect();
            if !column.iter().all(|text| text.contains(&piece)) {
                break;
            }
            longest = piece;
        }
        let longest = trimmed(longest, column);
        // Two marks alone are among the marks already.
        let worth = longest.chars().any(char::is_alphanumeric) || longest.chars().count() > 2;
        if worth && !found.iter().any(|other| other.contains(&longest)) {
            found.push(longest);
        }
        start += 1;
    }
    found.retain(|piece| piece.chars().count() > 1);
    found.sort_by_key(|piece| std::cmp::Reverse(piece.chars().count()));
    found
}

/// A piece without the part of a word that a mark stands beside: `s ` of `Motors Inc` says nothing of
/// the `s`.
fn trimmed(piece: String, column: &[&str]) -> String {
    let word = char::is_alphanumeric;
    if !piece.contains(|letter: char| !letter.is_alphanumeric()) {
        return piece;
    }
    let (mut from, mut to) = (0, piece.len());
    for text in column {
        for (at, _) in text.match_indices(&piece) {
            let before = text.get(..at).and_then(|it| it.chars().next_back()).is_some_and(word);
            let behind =
                text.get(at + piece.len()..).and_then(|it| it.chars().next()).is_some_and(word);
            if before && piece.starts_with(word) {
                from = piece.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(from);
            }
            if behind && piece.ends_with(word) {
                to = piece.trim_end_matches(word).len();
            }
        }
    }
    piece.get(from..to.max(from)).unwrap_or_default().to_owned()
}

/// What an answer has in place of a piece of an argument, when beginning and end are the same.
fn pairs(problem: &Problem) -> Vec<(String, String)> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (env, out) in problem.envs.iter().zip(&problem.outs) {
        let Some(out) = out.as_text() else { continue };
        for text in env.iter().filter_map(Value::as_text) {
            for pair in differences(head(text), head(out)) {
                *counts.entry(pair).or_default() += 1;
            }
        }
    }
    let mut all: Vec<((String, String), usize)> = counts.clone().into_iter().collect();
    // A word that was only ever replaced behind one mark is replaced there: with the mark it is a part
    // of a list, without it any text.
    all.retain(|((old, new), count)| {
        !counts.iter().any(|((longer, other), times)| {
            times == count
                && longer.len() > old.len()
                && longer.ends_with(old.as_str())
                && other.ends_with(new.as_str())
                && other.len().checked_sub(new.len()) == longer.len().checked_sub(old.len())
        })
    });
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all.into_iter().take(PAIRS_MAX).map(|(pair, _)| pair).collect()
}

/// The one place in which two texts differ: whole words, and the same with the mark before them,
/// which says that the word begins there.
fn differences(text: &str, out: &str) -> Vec<(String, String)> {
    let (a, b): (Vec<char>, Vec<char>) = (text.chars().collect(), out.chars().collect());
    let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let most = a.len().min(b.len()) - front;
    let back = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(x, y)| x == y).count();
    // What hardly has anything in common was not made by replacing.
    if front == a.len() && a.len() == b.len() || (front + back) * 2 < b.len() {
        return Vec::new();
    }
    let word = |at: usize| a.get(at).is_some_and(|letter| letter.is_alphanumeric());
    let (mut start, mut end) = (front, a.len() - back);
    let inside = |start: usize, end: usize| start < end;
    let whole = inside(start, end)
        && (a.get(start..end).unwrap_or_default().iter().any(|letter| letter.is_alphanumeric()));
    if whole && !b.get(front..b.len() - back).unwrap_or_default().is_empty() {
        while start > 0 && word(start - 1) && word(start) {
            start -= 1;
        }
        while end < a.len() && word(end) && word(end - 1) {
            end += 1;
        }
    }
    let old = |start: usize| a.get(start..end).unwrap_or_default().iter().collect::<String>();
    let grown = front - start;
    let tail = b.len() + end - a.len();
    let new =
        |start: usize| b.get(start..tail.max(start)).unwrap_or_default().iter().collect::<String>();
    let mut found = Vec::new();
    // What was put in where nothing was is to be taken out where it is already.
    if end == start && tail > start {
        found.push((new(start), String::new()));
    }
    if end > start && end - start <= PAIR_SIZE_MAX {
        let mut before = start;
        while before > 0 && !word(before - 1) && start - before < 2 && grown > 0 {
            before -= 1;
        }
        if before < start {
            found.push((old(before), new(before)));
        }
        found.push((old(start), new(start)));
    }
    found
}

/// Words of inputs, and the endings of inputs, which say what kind of input it is.
fn words(rows: &[Vec<&str>]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let mut here = std::collections::BTreeSet::new();
        for text in row {
            for word in text.split(|letter: char| !letter.is_alphanumeric()) {
                if !word.is_empty() && word.len() <= PAIR_SIZE_MAX {
                    here.insert(word.to_owned());
                    here.extend(runs(word));
                }
            }
        }
        for word in here {
            *counts.entry(word).or_default() += 1;
        }
    }
    most(counts, 1, WORDS_MAX)
}

/// The letters of a word that has digits too.
fn runs(word: &str) -> impl Iterator<Item = String> {
    let digit = |letter: char| letter.is_ascii_digit();
    let letters = word.split(digit).filter(move |it| !it.is_empty() && word.contains(digit));
    letters.map(str::to_owned)
}

/// Numbers that everybody uses, and those that answers consist of.
fn numbers(problem: &Problem) -> Vec<i64> {
    let mut all = vec![1, 2, 10, 100, 60, 24, 3, 5, 7, 12, 1000, 3600, 1024, 365, 4];
    let mut outs: Vec<i64> = problem.outs.iter().filter_map(Value::as_int).collect();
    outs.sort_unstable();
    outs.dedup();
    if outs.len() <= 4 {
        all.extend(outs);
    }
    let mut kept = Vec::new();
    for number in all {
        if !kept.contains(&number) {
            kept.push(number);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_a_whole_word_with_and_without_its_mark() {
        assert_eq!(
            differences("Ithaca, New York, USA", "Ithaca, NY, USA"),
            vec![(", New York".to_owned(), ", NY".to_owned()), ("New York".into(), "NY".into())]
        );
        assert_eq!(differences("thatwill", "will"), vec![("that".to_owned(), String::new())]);
        assert!(differences("same", "same").is_empty());
    }

    #[test]
    fn shared_pieces_are_as_long_as_they_can_be() {
        let found = shared_pieces(&["Trucking Inc.", "New Truck Inc", "ABV Trucking Inc, LLC"]);
        assert!(
            found.contains(&" Inc".to_owned()) && found.contains(&"Truck".to_owned()),
            "{found:?}"
        );
    }

    #[test]
    fn shared_pieces_end_where_words_do_when_a_mark_is_in_them() {
        let found = shared_pieces(&["Stark Motors Inc", "Hooli Foods Inc"]);
        assert!(
            found.contains(&" Inc".to_owned()) && !found.contains(&"s ".to_owned()),
            "{found:?}"
        );
        assert!(!found.iter().any(|piece| piece.starts_with('s')), "{found:?}");
    }

    #[test]
    fn words_that_are_letters_and_digits_are_asked_about_by_their_letters() {
        let found = words(&[vec!["y41"], vec!["n7"]]);
        assert!(found.contains(&"y".to_owned()) && found.contains(&"n".to_owned()), "{found:?}");
    }

    #[test]
    fn marks_come_with_a_blank_behind_them() {
        assert_eq!(marks(&[vec!["a, b"], vec!["c, d"]]), vec![" ", ",", ", "]);
    }
}
