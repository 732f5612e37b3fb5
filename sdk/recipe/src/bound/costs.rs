//! What each function of the runtime uses and gives, as a function of the sizes of its arguments.
//!
//! A line of the table: the name; fuel; bytes taken from the heap; the weight of the result, and its
//! length. Each is a sum of products: `a` to `d` are the weights of the arguments and `A` to `D` their
//! lengths, `V` is what the first of them that is a number is at most, `&` the smaller of the first two
//! weights, and `L` the binary logarithm of all of them together.
//!
//! *Never:* a function without a line costs nothing; it costs more than any budget.

use super::poly::{Poly, Var};
use super::size::Size;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Fuel, and bytes of the heap.
#[derive(Debug, Clone, Default)]
pub(crate) struct Work {
    pub(crate) fuel: Poly,
    pub(crate) bytes: Poly,
}

impl Work {
    pub(crate) fn fixed(fuel: f64, bytes: f64) -> Self {
        Self { fuel: Poly::constant(fuel), bytes: Poly::constant(bytes) }
    }

    pub(crate) fn unknown() -> Self {
        Self::fixed(f64::INFINITY, f64::INFINITY)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.fuel.add(&other.fuel);
        self.bytes.add(&other.bytes);
    }

    pub(crate) fn max(&self, other: &Self) -> Self {
        Self { fuel: self.fuel.max(&other.fuel), bytes: self.bytes.max(&other.bytes) }
    }

    /// What this takes in all rounds of a loop, and once more for the round that only ends it.
    pub(crate) fn over_rounds(&self, item: Var, rounds: &Poly, total: &Poly) -> Self {
        let rounds = rounds.plus_fixed(1.0);
        Self {
            fuel: self.fuel.over_rounds(item, &rounds, total),
            bytes: self.bytes.over_rounds(item, &rounds, total),
        }
    }
}

/// The most elements that `lists.range` makes, whatever it is asked for.
const RANGE_MAX: f64 = 1_000_000.0;

#[derive(Debug)]
struct Product {
    factor: f64,
    letters: Vec<u8>,
}

type Sum = Vec<Product>;

#[derive(Debug, Default)]
struct Line {
    fuel: Sum,
    bytes: Sum,
    weight: Sum,
    len: Sum,
}

static TABLE: LazyLock<HashMap<&str, Line>> = LazyLock::new(|| {
    let lines = include_str!("costs.txt").lines();
    lines.filter_map(|line| line.split_once(' ')).map(|(name, rest)| (name, read(rest))).collect()
});

fn read(text: &str) -> Line {
    let mut sums = text.split('|').map(|sum| sum.split_whitespace().map(product).collect());
    let mut next = || sums.next().unwrap_or_default();
    Line { fuel: next(), bytes: next(), weight: next(), len: next() }
}

fn product(word: &str) -> Product {
    let is_digit = |letter: char| letter.is_ascii_digit() || letter == '.';
    let digits = word.find(|letter| !is_digit(letter)).unwrap_or(word.len());
    let (factor, letters) = word.split_at(digits);
    Product { factor: factor.parse().unwrap_or(1.0), letters: letters.bytes().collect() }
}

/// What a call uses and gives. `log` bounds the logarithm of a sum.
pub(crate) fn effect(symbol: &str, args: &[&Size], log: impl Fn(&Poly) -> Poly) -> (Work, Size) {
    let Some(line) = TABLE.get(symbol) else { return (Work::unknown(), Size::unknown()) };
    let evaluate = |sum: &Sum| {
        let mut value = Poly::default();
        for product in sum {
            let mut term = Poly::constant(product.factor);
            for letter in &product.letters {
                term = term.times(&letter_of(*letter, args, &log));
            }
            value.add(&term);
        }
        value
    };
    let work = Work { fuel: evaluate(&line.fuel), bytes: evaluate(&line.bytes) };
    if line.weight.is_empty() {
        let value = (symbol == "rt_size").then(|| args.first().map(|whole| whole.len.clone()));
        return (work, Size { value: value.flatten(), ..Size::scalar() });
    }
    let (weight, len) = (evaluate(&line.weight), evaluate(&line.len));
    (work, Size { weight, len, ..Size::default() })
}

fn letter_of(letter: u8, args: &[&Size], log: &impl Fn(&Poly) -> Poly) -> Poly {
    let unknown = || Poly::constant(f64::INFINITY);
    let arg = |at: u8| args.get(usize::from(at));
    match letter {
        b'a'..=b'd' => arg(letter - b'a').map_or_else(unknown, |size| size.weight.clone()),
        b'A'..=b'D' => arg(letter - b'A').map_or_else(unknown, |size| size.len.clone()),
        b'V' => {
            let known = args.iter().find_map(|size| size.value.clone());
            known.unwrap_or_else(|| Poly::constant(RANGE_MAX))
        }
        b'&' => match args {
            [left, right, ..] => left.weight.min(&right.weight),
            _ => unknown(),
        },
        _ => {
            let mut all = Poly::constant(2.0);
            args.iter().for_each(|size| all.add(&size.weight));
            log(&all)
        }
    }
}

/// What matching with a table costs: so much for each byte of the text.
pub(crate) fn matching(text: &Size) -> Work {
    let fuel = text.len.scaled(BYTE_FUEL).plus_fixed(150.0);
    Work { fuel, bytes: Poly::constant(24.0) }
}

/// Each byte takes a class, a state, and two comparisons.
const BYTE_FUEL: f64 = 30.0;

/// What matching with a program of so many steps, with so many slots for groups, costs for one search
/// from every place of the text on.
pub(crate) fn patterned(text: &Size, steps: f64, slots: f64, searches: &Poly) -> Work {
    let places = text.len.plus_fixed(2.0);
    let a_place = steps * (STEP_FUEL + SLOT_FUEL * slots) + PLACE_FUEL;
    let search = places.scaled(a_place).plus_fixed(SEARCH_FUEL);
    let room = steps * (28.0 + 8.0 * slots) + 128.0;
    let fuel = search.times(searches).plus_fixed(steps * (8.0 + 8.0 * slots) + 500.0);
    Work { fuel, bytes: places.scaled(4.0 * slots + 8.0).times(searches).plus_fixed(room * 2.0) }
}

/// What it takes to put together a result of this size, piece by piece.
pub(crate) fn made(size: &Size) -> Work {
    let fuel = size.weight.scaled(40.0).plus_fixed(200.0);
    Work { fuel, bytes: size.weight.scaled(24.0).plus_fixed(128.0) }
}

const STEP_FUEL: f64 = 150.0;
const SLOT_FUEL: f64 = 12.0;
const PLACE_FUEL: f64 = 150.0;
const SEARCH_FUEL: f64 = 300.0;

#[cfg(test)]
mod tests;
