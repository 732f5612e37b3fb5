//! What expressions are made of: each construct of the language as it is written here, and as the other
//! evaluator is asked for it. Where that one lacks a function, it is asked for what the specification
//! says the function is.
//!
//! *Never:* the second expression is computed by the code that is being tested.

use crate::random::Random;
use crate::templates::{
    BYTES, DOUBLES, INTS, MAPS, NUMBERS, OPTIONALS, TEXTS, TRUTHS, UINTS, WORDS,
};

/// An expression twice.
pub(crate) struct Pair {
    pub(crate) ours: String,
    pub(crate) theirs: String,
}

/// Deeper expressions are mostly faults.
const DEPTH_MAX: u32 = 4;

/// Kinds of values that can be compared from outside.
const ROOTS: [char; 9] = ['S', 'I', 'U', 'D', 'B', 'Y', 'L', 'W', 'M'];

pub(crate) fn expression(random: &mut Random) -> Pair {
    let kind = ROOTS[random.below(ROOTS.len())];
    Maker { random, names: 0 }.of(kind, 0)
}

struct Maker<'a> {
    random: &'a mut Random,
    /// How many variables have been named, each otherwise than all others.
    names: u32,
}

impl Maker<'_> {
    fn of(&mut self, kind: char, depth: u32) -> Pair {
        let (leaves, templates) = table(kind);
        let all = if depth >= DEPTH_MAX || self.random.below(5) == 0 { leaves } else { templates };
        let lines: Vec<&str> = all.lines().filter(|line| !line.is_empty()).collect();
        let line = self.random.choose(&lines);
        let (ours, theirs) = line.split_once("  =>  ").unwrap_or((line, line));
        self.filled(ours, theirs, depth)
    }

    /// Puts expressions in the place of marks: `$S1` is text, and the same text wherever `$S1` stands;
    /// `$v` and `$w` are variables that nothing else is called.
    fn filled(&mut self, ours: &str, theirs: &str, depth: u32) -> Pair {
        let mut pair = Pair { ours: ours.to_owned(), theirs: theirs.to_owned() };
        for variable in ["$v", "$w"] {
            self.names += 1;
            let name = format!("v{}", self.names);
            pair.ours = pair.ours.replace(variable, &name);
            pair.theirs = pair.theirs.replace(variable, &name);
        }
        while let Some(at) = pair.ours.find('$') {
            let mark = pair.ours[at..at + 3].to_owned();
            let kind = mark.chars().nth(1).unwrap();
            let inner = self.of(kind, depth + 1);
            pair.ours = pair.ours.replace(&mark, &inner.ours);
            pair.theirs = pair.theirs.replace(&mark, &inner.theirs);
        }
        pair
    }
}

/// Leaves of a kind, and what else gives it.
fn table(kind: char) -> (&'static str, &'static str) {
    match kind {
        'S' => ("s\nt\n'a'\n''\n'-'\n'lorem ipsum'\n'é😀'", TEXTS),
        'I' => ("i\n0\n1\n3\n-7\n12\n9223372036854775807", INTS),
        'U' => ("u\n0u\n1u\n7u\n18446744073709551615u", UINTS),
        'D' => ("d\n0.5\n2.0\n-1e10\n1e19", DOUBLES),
        'B' => ("b\ntrue\nfalse", TRUTHS),
        'Y' => ("y\nb''\nb'ab\\x00'\nb'\\xff'", BYTES),
        'L' => ("l\n[1, 2, 3]\n[i, 4]\n[3, 1, 3]", NUMBERS),
        'W' => ("w\n['a', 'b']\n[s, t]", WORDS),
        'M' => ("m\n{'a': 1}\n{'a': i, 'b': 2}", MAPS),
        _ => ("optional.of(i)\noptional.none()\nl[?0]", OPTIONALS),
    }
}

/// Where the other evaluator departs from the specification: what of an expression shows it, what that
/// one gives, and the rule that holds instead.
const EXCEPTIONS: [(&str, &str, &str); 6] = [
    ("math.", "NaN) can not be compared", NAN),
    ("math.", "can not be compared to Float(NaN", NAN),
    ("<", "_' applied to '(double, ", NAN),
    (">", "_' applied to '(double, ", NAN),
    ("<", ", double)'", NAN),
    (">", ", double)'", NAN),
];

const NAN: &str = "a comparison with what is no number is false, as IEEE 754 has it, and the \
                   greatest and least of such is no number: the specification leaves this open";

/// The rule by which a pair is not to agree.
pub(crate) fn exception(ours: &str, theirs: &str) -> Option<&'static str> {
    let holds =
        |(source, given, _): &&(&str, &str, &str)| ours.contains(source) && theirs.contains(given);
    EXCEPTIONS.iter().find(holds).map(|(_, _, rule)| *rule)
}
