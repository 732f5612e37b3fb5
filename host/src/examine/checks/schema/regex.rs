//! Patterns that make a backtracking matcher try everything: read, never run.
//!
//! What repeats without bound is dangerous where a text can be cut up between its rounds in more
//! than one way: `(a+)+`, `(a|a)*`, `([a-z]+[a-z0-9])*`. Where each round begins with what the one
//! before cannot have taken, as in `[a-z]+(-[a-z]+)*`, there is only one way.
//!
//! *Never:* a pattern that cannot be read passes for harmless.

mod parse;
mod texts;
mod ways;

use parse::{Letters, Node, Repeat};
pub(crate) use texts::texts;
use ways::{Ways, ways};

/// Longer patterns belong into code.
const PATTERN_BYTES_MAX: usize = 4_096;
/// Rounds of all counted repeats inside one another; a matcher unrolls them.
const ROUNDS_MAX: u64 = 20_000;

/// Why a pattern may take too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Danger {
    /// It takes time that doubles with every letter, or a matcher of enormous size.
    Exponential(String),
    /// It is not known how long it takes.
    Unknown(String),
}

/// The danger of a pattern, where there is one.
pub(super) fn danger(pattern: &str) -> Option<Danger> {
    if pattern.len() > PATTERN_BYTES_MAX {
        let why = format!("it has more than {PATTERN_BYTES_MAX} bytes");
        return Some(Danger::Exponential(why));
    }
    let parsed = match parse::parse(pattern) {
        Ok(parsed) => parsed,
        Err(why) => return Some(Danger::Unknown(why)),
    };
    if parsed.has_back_reference {
        let why = "it refers back to what it matched".to_owned();
        return Some(Danger::Exponential(why));
    }
    if rounds(&parsed.node) > ROUNDS_MAX {
        let why = format!("counted repeats make more than {ROUNDS_MAX} rounds");
        return Some(Danger::Exponential(why));
    }
    let coarse = ambiguous(&parsed.node);
    let why = match ways(&parsed.node) {
        Ways::Few => None,
        Ways::Untold => coarse,
        Ways::Doubling => Some(coarse.unwrap_or_else(|| {
            "a text can be cut in ways whose number doubles with its length".to_owned()
        })),
    };
    why.map(Danger::Exponential)
}

/// Rounds of counted repeats, those inside multiplied.
fn rounds(node: &Node) -> u64 {
    match node {
        Node::Letters(_) | Node::Nothing => 1,
        Node::Row(parts) | Node::Either(parts) => {
            parts.iter().map(rounds).fold(0, u64::saturating_add).max(1)
        }
        Node::Repeat(Repeat { inside, least, most, .. }) => {
            let times = most.unwrap_or(*least).max(1);
            rounds(inside).saturating_mul(times)
        }
    }
}

/// The first repeat without bound whose rounds look as if they could be cut in several ways: a coarse rule,
/// for patterns that are too large for a finer one, and for words to say it in.
fn ambiguous(node: &Node) -> Option<String> {
    match node {
        Node::Letters(_) | Node::Nothing => None,
        Node::Row(parts) | Node::Either(parts) => parts.iter().find_map(ambiguous),
        Node::Repeat(repeat) => {
            let is_open = repeat.most.is_none_or(|most| most > 16);
            if is_open && can_be_cut_twice(&repeat.inside, first(&repeat.inside)) {
                return Some(format!("`{}` repeats what itself repeats", repeat.text));
            }
            ambiguous(&repeat.inside)
        }
    }
}

/// Whether the inside of a repeat leaves open where one round ends; `next` is what may follow it.
fn can_be_cut_twice(node: &Node, next: Letters) -> bool {
    match node {
        Node::Letters(_) | Node::Nothing => false,
        Node::Either(parts) => {
            // Alternatives of one letter each that share one can be taken for each other.
            let single: Vec<Letters> = parts.iter().filter_map(single).collect();
            let shares = single
                .iter()
                .enumerate()
                .any(|(at, one)| single.iter().skip(at + 1).any(|other| one.meets(*other)));
            shares || parts.iter().any(|part| can_be_cut_twice(part, next))
        }
        Node::Row(parts) => parts.iter().enumerate().any(|(at, part)| {
            let mut follows = Letters::NONE;
            let mut is_last = true;
            for later in parts.iter().skip(at + 1) {
                follows = follows.or(first(later));
                if !can_be_empty(later) {
                    is_last = false;
                    break;
                }
            }
            let follows = if is_last { follows.or(next) } else { follows };
            can_be_cut_twice(part, follows)
        }),
        Node::Repeat(repeat) => {
            let varies = repeat.most.is_none_or(|most| most > repeat.least);
            let is_long = repeat.most.is_none_or(|most| most > 16);
            let own = first(&repeat.inside);
            (varies && is_long && own.meets(next)) || can_be_cut_twice(&repeat.inside, own.or(next))
        }
    }
}

/// The letters of something that is exactly one letter.
fn single(node: &Node) -> Option<Letters> {
    match node {
        Node::Letters(letters) => Some(*letters),
        Node::Row(parts) => match parts.as_slice() {
            [only] => single(only),
            _ => None,
        },
        Node::Either(_) | Node::Repeat(_) | Node::Nothing => None,
    }
}

/// What it may begin with.
fn first(node: &Node) -> Letters {
    match node {
        Node::Letters(letters) => *letters,
        Node::Nothing => Letters::NONE,
        Node::Either(parts) => parts.iter().map(first).fold(Letters::NONE, Letters::or),
        Node::Row(parts) => {
            let mut letters = Letters::NONE;
            for part in parts {
                letters = letters.or(first(part));
                if !can_be_empty(part) {
                    break;
                }
            }
            letters
        }
        Node::Repeat(repeat) => first(&repeat.inside),
    }
}

fn can_be_empty(node: &Node) -> bool {
    match node {
        Node::Letters(_) => false,
        Node::Nothing => true,
        Node::Either(parts) => parts.iter().any(can_be_empty),
        Node::Row(parts) => parts.iter().all(can_be_empty),
        Node::Repeat(repeat) => repeat.least == 0 || can_be_empty(&repeat.inside),
    }
}
