//! Texts that a pattern admits, made from its parts: as short as can be, with other letters and one round
//! more, and by its other alternatives.
//!
//! *Never:* a text is said to fit; looks around are not followed, so who uses one asks the matcher first.

use super::parse::{Node, Repeat, parse};

/// Letters of one text. What repeats more often than this is for a bound on lengths to say.
const LETTERS_MAX: usize = 512;
/// Ways that are gone at each choice.
const WAYS: usize = 4;

/// Texts that may fit a pattern.
pub(crate) fn texts(pattern: &str) -> Vec<String> {
    let Ok(parsed) = parse(pattern) else { return Vec::new() };
    let mut all: Vec<String> = Vec::new();
    for way in 0..WAYS {
        let mut text = String::new();
        write(&parsed.node, way, &mut text);
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

fn write(node: &Node, way: usize, text: &mut String) {
    if text.len() > LETTERS_MAX {
        return;
    }
    match node {
        Node::Nothing => {}
        Node::Letters(letters) => text.extend(letters.one(way)),
        Node::Row(parts) => parts.iter().for_each(|part| write(part, way, text)),
        Node::Either(parts) => {
            if let Some(part) = parts.get(way % parts.len().max(1)) {
                write(part, way, text);
            }
        }
        Node::Repeat(Repeat { inside, least, most, .. }) => {
            // The first way is the shortest with something in it.
            let rounds = (*least).max(1) + u64::from(way > 0);
            let rounds = most.map_or(rounds, |most| rounds.min(most));
            for _ in 0..rounds.min(LETTERS_MAX as u64) {
                write(inside, way, text);
            }
        }
    }
}
