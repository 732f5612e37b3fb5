//! What `format` takes and gives.
//!
//! *Never:* a clause gives more than is said of its letter.

use super::costs::Work;
use super::poly::Poly;
use super::size::Size;
use crate::cel::Type;

/// What one clause takes and gives: fuel and bytes in any case, and for each unit of the weight of all
/// arguments.
#[derive(Clone, Copy)]
struct Clause {
    fuel: f64,
    bytes: f64,
    fuel_a_weight: f64,
    bytes_a_weight: f64,
}

/// A value of any kind, with maps in order of their names.
const ANY: Clause =
    Clause { fuel: 22_000.0, bytes: 360.0, fuel_a_weight: 22_000.0, bytes_a_weight: 360.0 };

const fn plain(fuel: f64, bytes: f64) -> Clause {
    Clause { fuel, bytes, fuel_a_weight: 0.0, bytes_a_weight: 0.0 }
}

/// The digits of a double by long division: no double has more than some eleven hundred.
fn exact(precision: f64) -> Clause {
    plain(150_000.0 + 60.0 * precision, 330.0 + precision)
}

fn clause(letter: char, precision: f64, ty: &Type) -> Clause {
    match (letter, ty) {
        ('f' | 'e', _) => exact(precision),
        ('s' | 'd', Type::Int | Type::Uint | Type::Bool | Type::Null) => plain(2_000.0, 20.0),
        ('s', Type::Text | Type::Type) => {
            Clause { fuel: 300.0, bytes: 0.0, fuel_a_weight: 6.0, bytes_a_weight: 1.0 }
        }
        ('s', Type::Bytes) => {
            Clause { fuel: 500.0, bytes: 8.0, fuel_a_weight: 120.0, bytes_a_weight: 3.0 }
        }
        ('s', Type::Time | Type::Duration | Type::Ip | Type::Cidr) => plain(5_500.0, 60.0),
        ('s' | 'd', Type::Double) => plain(21_000.0, 345.0),
        ('b' | 'o', _) => plain(4_500.0, 66.0),
        ('x' | 'X', _) => {
            Clause { fuel: 900.0, bytes: 20.0, fuel_a_weight: 100.0, bytes_a_weight: 2.0 }
        }
        _ => ANY,
    }
}

/// Letters and precisions of the clauses of a pattern, which is as the runtime reads it.
fn clauses(pattern: &str) -> Vec<(char, f64)> {
    let mut found = Vec::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' || letters.next_if_eq(&'%').is_some() {
            continue;
        }
        let mut precision = 6.0;
        if letters.next_if_eq(&'.').is_some() {
            precision = 0.0;
            while let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(10)) {
                precision = precision * 10.0 + f64::from(digit);
                letters.next();
            }
        }
        found.extend(letters.next().map(|letter| (letter, precision)));
    }
    found
}

/// The most digits behind the point that the runtime gives.
const PRECISION_MAX: f64 = 1_000.0;

/// What formatting takes and gives; `known` are the pattern and the types of the arguments.
pub(crate) fn formatted(
    known: Option<(&str, Vec<&Type>)>,
    pattern: &Size,
    list: &Size,
) -> (Work, Size) {
    let mut fuel = pattern.len.scaled(60.0).plus_fixed(400.0);
    let mut bytes = pattern.len.clone();
    let mut add = |clause: Clause, count: &Poly| {
        fuel.add(&count.scaled(clause.fuel));
        bytes.add(&count.scaled(clause.bytes));
        fuel.add(&list.weight.scaled(clause.fuel_a_weight));
        bytes.add(&list.weight.scaled(clause.bytes_a_weight));
    };
    match known {
        Some((text, types)) => {
            for ((letter, precision), ty) in clauses(text).into_iter().zip(types) {
                add(clause(letter, precision.min(PRECISION_MAX), ty), &Poly::constant(1.0));
            }
        }
        None => {
            let worst = exact(PRECISION_MAX);
            add(
                Clause { fuel_a_weight: ANY.fuel_a_weight, bytes_a_weight: 360.0, ..worst },
                &list.len,
            );
        }
    }
    let work = Work {
        fuel: fuel.plus(&bytes.scaled(2.0)),
        // Buffers grow by doubling, and the digits of each number have one of their own.
        bytes: bytes.scaled(8.0).plus(&list.len.scaled(12_000.0)).plus_fixed(512.0),
    };
    (work, Size::text(&bytes))
}
