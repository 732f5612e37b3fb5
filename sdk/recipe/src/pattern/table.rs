//! Programs to tables: one state a byte, so that telling whether a text matches reads each byte once,
//! whatever the pattern.
//!
//! A state is the set of steps that are open at a place, what stands before it, and how many bytes of a
//! character are still to come. Steps that look at what follows are decided with the byte that does. The
//! layout: the number of classes and the first state; the class of each byte, packed; then for each
//! state the next one by class, packed in pairs, the last class being the end of the text. State 0
//! matches nothing any more, and state 1 has matched.
//!
//! *Never:* a table that is larger than the limit; such a pattern is matched by its program.

use regex_syntax::utf8::{Utf8Range, Utf8Sequences};
use std::collections::{BTreeSet, HashMap};

/// A component of thirty kilobytes has no room for more.
const BYTES_MAX: usize = 6_144;
/// Programs with more steps than this make large tables anyway, and cost time to find that out.
const STEPS_MAX: usize = 256;
/// So many visits of steps take about a millisecond.
const VISITS_MAX: usize = 200_000;
/// Edges of large classes of characters beyond this make large tables too.
const EDGES_MAX: usize = 2_048;

const DEAD: u16 = 0;
const ACCEPT: u16 = 1;

/// The words of a step, as the runtime numbers them.
const MATCH: u32 = 0;
const CLASS: u32 = 1;
const SPLIT: u32 = 2;
const JUMP: u32 = 3;
const SAVE: u32 = 4;
const ASSERT: u32 = 5;

/// What stands beside a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Beside {
    Nothing,
    Line,
    Word,
    Other,
}

impl Beside {
    fn of(byte: u8) -> Self {
        match byte {
            b'\n' => Self::Line,
            b'_' => Self::Word,
            _ if byte.is_ascii_alphanumeric() => Self::Word,
            _ => Self::Other,
        }
    }
}

/// A range of bytes, and the step or rest of a character behind it.
#[derive(Debug, Clone, Copy)]
struct Edge {
    low: u8,
    high: u8,
    to: u32,
}

/// The set of what is open, what stands before, and how many bytes of a character are to come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    open: Vec<u32>,
    before: Beside,
    pending: u8,
}

/// The rest of a character, by its ranges of bytes and the step behind it.
type Rests = HashMap<(Vec<(u8, u8)>, u32), u32>;

struct Builder<'a> {
    words: &'a [u32],
    steps: u32,
    /// Edges of each step, and behind those of the rests of characters.
    edges: Vec<Vec<Edge>>,
    visits: usize,
}

/// The table of a program; none where it would be too large.
pub(crate) fn table(words: &[u32]) -> Option<Vec<u32>> {
    let steps = *words.get(1)?;
    if steps as usize > STEPS_MAX {
        return None;
    }
    let mut builder = Builder { words, steps, edges: Vec::new(), visits: 0 };
    builder.collect_edges()?;
    let classes = builder.classes();
    let width = usize::from(*classes.iter().max()?) + 2;
    let first = State { open: vec![0], before: Beside::Nothing, pending: 0 };
    let mut known = HashMap::from([(first.clone(), 2)]);
    let (mut states, mut rows) = (vec![first], vec![DEAD; width * 2]);
    let mut at = 0;
    while let Some(state) = states.get(at).cloned() {
        at += 1;
        let mut done = vec![false; width];
        let mut row = vec![DEAD; width];
        for byte in 0..=255_u8 {
            let class = usize::from(*classes.get(usize::from(byte))?);
            if std::mem::replace(done.get_mut(class)?, true) {
                continue;
            }
            *row.get_mut(class)? = match builder.next(&state, byte)? {
                None => ACCEPT,
                Some(next) => *known.entry(next).or_insert_with_key(|next| {
                    states.push(next.clone());
                    u16::try_from(states.len() + 1).unwrap_or(u16::MAX)
                }),
            };
        }
        // No text ends within a character.
        let ends = state.pending == 0 && builder.closure(&state, Beside::Nothing)?.is_none();
        *row.last_mut()? = if ends { ACCEPT } else { DEAD };
        rows.extend(row);
        if rows.len() * 2 > BYTES_MAX {
            return None;
        }
    }
    Some(packed(&classes, width, &rows))
}

fn packed(classes: &[u8], width: usize, rows: &[u16]) -> Vec<u32> {
    let mut words = vec![u32::try_from(width).unwrap_or_default(), 2];
    for chunk in classes.chunks(4) {
        words.push(chunk.iter().rev().fold(0, |word, class| word << 8 | u32::from(*class)));
    }
    for pair in rows.chunks(2) {
        words.push(pair.iter().rev().fold(0, |word, state| word << 16 | u32::from(*state)));
    }
    words
}

impl Builder<'_> {
    fn step(&self, at: u32) -> Option<[u32; 3]> {
        let start = 2 + at as usize * 3;
        self.words.get(start..start + 3)?.try_into().ok()
    }

    /// Splits the characters that steps take into the bytes that they are written with.
    fn collect_edges(&mut self) -> Option<()> {
        self.edges = vec![Vec::new(); self.steps as usize];
        let mut rests = Rests::new();
        let mut count = 0;
        for at in 0..self.steps {
            for (low, high) in self.ranges(at)? {
                for sequence in Utf8Sequences::new(low, high) {
                    count += 1;
                    if count > EDGES_MAX {
                        return None;
                    }
                    let edge = self.edge(sequence.as_slice(), at + 1, &mut rests)?;
                    self.edges.get_mut(at as usize)?.push(edge);
                }
            }
        }
        Some(())
    }

    /// The edge of a sequence of bytes: what is left of it is a place of its own.
    fn edge(&mut self, sequence: &[Utf8Range], to: u32, rests: &mut Rests) -> Option<Edge> {
        let (first, rest) = sequence.split_first()?;
        if rest.is_empty() {
            return Some(Edge { low: first.start, high: first.end, to });
        }
        let key = (rest.iter().map(|range| (range.start, range.end)).collect(), to);
        let to = match rests.get(&key) {
            Some(known) => *known,
            None => {
                let edge = self.edge(rest, to, rests)?;
                self.edges.push(vec![edge]);
                let place = u32::try_from(self.edges.len() - 1).ok()?;
                rests.insert(key, place);
                place
            }
        };
        Some(Edge { low: first.start, high: first.end, to })
    }

    /// The characters that a step takes.
    fn ranges(&self, at: u32) -> Option<Vec<(char, char)>> {
        let [what, a, b] = self.step(at)?;
        let pairs = match what {
            CLASS => self.words.get(a as usize..a as usize + b as usize * 2)?.to_vec(),
            MATCH | SPLIT | JUMP | SAVE | ASSERT => return Some(Vec::new()),
            _ => vec![a, a],
        };
        let mut ranges = Vec::new();
        for pair in pairs.chunks_exact(2) {
            let [low, high] = pair else { continue };
            // No text has surrogates in it.
            for (low, high) in [(*low, (*high).min(0xd7ff)), ((*low).max(0xe000), *high)] {
                if low <= high {
                    ranges.push((char::from_u32(low)?, char::from_u32(high)?));
                }
            }
        }
        Some(ranges)
    }

    /// Bytes that nothing here tells apart have one class.
    fn classes(&self) -> Vec<u8> {
        let mut starts: BTreeSet<u16> = [0x80, 0xc0, 0xe0, 0xf0].into();
        starts.extend([b'\n', b'0', b'A', b'_', b'a'].map(u16::from));
        starts.extend([b'\n', b'9', b'Z', b'_', b'z'].map(|byte| u16::from(byte) + 1));
        for edge in self.edges.iter().flatten() {
            starts.insert(u16::from(edge.low));
            starts.insert(u16::from(edge.high) + 1);
        }
        starts.remove(&0);
        let class = |byte: u16| starts.range(..=byte).count();
        (0..256).map(|byte| u8::try_from(class(byte)).unwrap_or(u8::MAX)).collect()
    }

    /// The state behind a byte; nothing inside where the text has matched before it.
    fn next(&mut self, state: &State, byte: u8) -> Option<Option<State>> {
        let open = if state.pending > 0 {
            state.open.clone()
        } else {
            match self.closure(state, Beside::of(byte))? {
                Some(open) => open,
                None => return Some(None),
            }
        };
        let pending = match byte {
            _ if state.pending > 0 => state.pending - 1,
            0xf0.. => 3,
            0xe0.. => 2,
            0xc0.. => 1,
            _ => 0,
        };
        let mut reached = BTreeSet::new();
        for at in open {
            let edges = self.edges.get(at as usize)?;
            let taken = edges.iter().filter(|edge| (edge.low..=edge.high).contains(&byte));
            reached.extend(taken.map(|edge| edge.to));
        }
        if pending == 0 {
            // A match can begin at every character.
            reached.insert(0);
        }
        let before = if pending == 0 { Beside::of(byte) } else { Beside::Other };
        Some(Some(State { open: reached.into_iter().collect(), before, pending }))
    }

    /// The steps that take a character and are reached without one; none where the match is reached.
    fn closure(&mut self, state: &State, after: Beside) -> Option<Option<Vec<u32>>> {
        let (mut seen, mut stack) = (BTreeSet::new(), state.open.clone());
        let mut taking = Vec::new();
        while let Some(at) = stack.pop() {
            if !seen.insert(at) {
                continue;
            }
            self.visits += 1;
            if self.visits > VISITS_MAX {
                return None;
            }
            let [what, a, b] = self.step(at)?;
            match what {
                MATCH => return Some(None),
                SPLIT => stack.extend([a, b]),
                JUMP => stack.push(a),
                SAVE => stack.push(at + 1),
                ASSERT if holds(a, state.before, after) => stack.push(at + 1),
                ASSERT => {}
                _ => taking.push(at),
            }
        }
        Some(Some(taking))
    }
}

/// Whether a place without a width is what it asks for, as the runtime numbers these.
fn holds(assert: u32, before: Beside, after: Beside) -> bool {
    let words = (before == Beside::Word) == (after == Beside::Word);
    match assert {
        0 => before == Beside::Nothing,
        1 => after == Beside::Nothing,
        2 => matches!(before, Beside::Nothing | Beside::Line),
        3 => matches!(after, Beside::Nothing | Beside::Line),
        4 => !words,
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::super::compile;
    use super::super::regex::Machine;
    use super::*;

    /// Reads a table as the runtime does.
    fn matches(table: &[u32], text: &str) -> bool {
        let width = table[0] as usize;
        let class = |byte: u8| (table[2 + usize::from(byte) / 4] >> (byte % 4 * 8) & 0xff) as usize;
        let row = |state: usize, class: usize| {
            let at = state * width + class;
            (table[66 + at / 2] >> (at % 2 * 16) & 0xffff) as usize
        };
        let mut state = table[1] as usize;
        for byte in text.bytes() {
            state = row(state, class(byte));
            if state <= 1 {
                return state == 1;
            }
        }
        row(state, width - 1) == 1
    }

    const PATTERNS: [&str; 26] = [
        "",
        "a",
        "^a",
        "a$",
        "^$",
        "a*b",
        "(a|b)+c",
        "\\bfoo\\b",
        "\\Bo",
        "(?m)^b$",
        "[^a]",
        ".",
        "(?s).",
        "é+",
        "[α-ω]{2,3}",
        "(?i)straße",
        "\\d{3}-\\d{4}",
        "^[a-z ]+$",
        "x|^y|z$",
        "😀?!",
        "\\w+@\\w+\\.com",
        "(?m)$",
        "\\z",
        "[\\x{800}-\\x{10ffff}]",
        "a{2}b?",
        "(?:ab)*$",
    ];

    const TEXTS: [&str; 36] = [
        "",
        "a",
        "b",
        "ab",
        "aab",
        "ba",
        "abc",
        "foo",
        "a foo b",
        "afoob",
        "b\na",
        "a\nb\nc",
        "\n",
        "é",
        "éé",
        "e",
        "αβγ",
        "ω",
        "STRASSE",
        "Straße",
        "555-1234",
        "some words",
        "Some",
        "y",
        "xz",
        "zz",
        "😀!",
        "!",
        "me@a.com",
        "me@.com",
        "\u{800}",
        "aabb",
        "abab",
        "_foo",
        "foo_",
        "日本",
    ];

    #[test]
    fn a_table_matches_what_its_program_matches() {
        for pattern in PATTERNS {
            let words = compile(pattern).unwrap();
            let table = table(&words).unwrap_or_else(|| panic!("no table for {pattern}"));
            for text in TEXTS {
                let wanted = Machine::new(&words, 0).find(text, 0).is_some();
                assert_eq!(matches(&table, text), wanted, "{pattern} on {text:?}");
            }
        }
    }

    #[test]
    fn large_patterns_keep_their_programs() {
        for pattern in ["(a|b)*a(a|b){12}", "a{300}", "\\pL+"] {
            assert!(table(&compile(pattern).unwrap()).is_none(), "{pattern}");
        }
    }
}
