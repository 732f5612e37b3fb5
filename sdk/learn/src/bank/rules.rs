//! Which operations are tried on a term, by its kind.
//!
//! *Never:* an operation is tried whose operands do not fit.

use super::{Bank, Bodies, Entry, Want, body};
use crate::kind::Kind;
use crate::op::{Class, Op, Part};
use crate::problem::Steps;
use crate::value::Value;

/// Terms up to this cost are combined with others; dearer ones only change by themselves.
const PARTNER_COST_MAX: u32 = 45;
/// Arguments, and what is a step away from one.
const PLACED_COST_MAX: u32 = 20;

pub(super) fn has_floats(kind: &Kind) -> bool {
    match kind {
        Kind::Float => true,
        Kind::List(item) | Kind::Dict(item) => has_floats(item),
        Kind::Record(fields) => fields.values().any(|field| has_floats(&field.kind)),
        _ => false,
    }
}

/// Drafts everything that can be made of a term, and of it with those before it.
pub(super) fn expand(bank: &mut Bank<'_>, at: usize, steps: &mut Steps) {
    let Some(entry) = bank.entries.get(at).cloned() else { return };
    if !entry.is_constant() {
        match &entry.kind {
            Kind::Text => text(bank, at, &entry),
            Kind::Int => int(bank, at, &entry),
            Kind::Float => float(bank, at),
            Kind::Time => time(bank, at),
            Kind::List(item) => list(bank, at, item, &entry, steps),
            Kind::Record(fields) => {
                for (name, field) in fields.iter() {
                    let op = if field.required {
                        Op::Field(name.clone())
                    } else {
                        Op::HasField(name.clone())
                    };
                    let kind = if field.required { field.kind.clone() } else { Kind::Bool };
                    bank.draft(op, vec![at], Vec::new(), kind);
                    if !field.required {
                        bank.draft(
                            Op::Field(name.clone()),
                            vec![at],
                            Vec::new(),
                            field.kind.clone(),
                        );
                    }
                }
                bank.draft(Op::Keys, vec![at], Vec::new(), Kind::list(Kind::Text));
            }
            Kind::Dict(inner) => {
                bank.draft(Op::Keys, vec![at], Vec::new(), Kind::list(Kind::Text));
                bank.draft(Op::Values, vec![at], Vec::new(), Kind::list(Kind::clone(inner)));
                bank.draft(Op::Size, vec![at], Vec::new(), Kind::Int);
            }
            Kind::Any | Kind::Bool => {}
        }
    }
    pairs(bank, at, &entry);
    places(bank, at, &entry);
}

/// Where the n-th of something is: for a text, what is looked for, and a number that was given.
fn places(bank: &mut Bank<'_>, at: usize, entry: &Entry) {
    if entry.kind != Kind::Int || entry.is_constant() || entry.term.cost() > PLACED_COST_MAX {
        return;
    }
    let texts: Vec<(usize, bool)> = (0..bank.entries.len())
        .filter_map(|place| Some((place, bank.entries.get(place)?)))
        .filter(|(_, other)| other.kind == Kind::Text)
        .filter(|(_, other)| other.is_constant() || other.term.cost() <= PLACED_COST_MAX)
        .map(|(place, other)| (place, other.is_constant()))
        .collect();
    for (whole, _) in texts.iter().filter(|(_, constant)| !constant) {
        for (part, _) in texts.iter().filter(|(part, _)| part != whole) {
            bank.draft(Op::Nth, vec![*whole, *part, at], Vec::new(), Kind::Int);
        }
    }
}

/// The arguments as they were given, all of them looked at together.
fn together(bank: &mut Bank<'_>, at: usize) {
    let texts: Vec<usize> = (0..bank.entries.len())
        .filter(|place| {
            bank.entries.get(*place).is_some_and(|entry| {
                entry.kind == Kind::Text && matches!(entry.term.op(), Op::Arg(_))
            })
        })
        .collect();
    let all = bank.problem.kinds.iter().filter(|kind| **kind == Kind::Text).count();
    if texts.len() == all && texts.len() > 1 && texts.contains(&at) {
        bank.draft(Op::List, texts, Vec::new(), Kind::list(Kind::Text));
    }
}

fn text(bank: &mut Bank<'_>, at: usize, entry: &Entry) {
    let mut one = |op: Op, kind: Kind| bank.draft(op, vec![at], Vec::new(), kind);
    one(Op::Size, Kind::Int);
    one(Op::Lower, Kind::Text);
    one(Op::Upper, Kind::Text);
    one(Op::Trim, Kind::Text);
    one(Op::Title, Kind::Text);
    for class in [Class::Digit, Class::Letter, Class::Word] {
        one(Op::Tokens(class), Kind::list(Kind::Text));
        one(Op::Keep(class), Kind::Text);
    }
    one(Op::Keep(Class::Number), Kind::Text);
    one(Op::Decimals, Kind::list(Kind::Text));
    one(Op::Drop(Class::Digit), Kind::Text);
    let looks = |test: fn(&str) -> bool| {
        entry.row.iter().flatten().any(|value| value.as_text().is_some_and(test))
    };
    let has_digit = looks(|text| text.contains(|letter: char| letter.is_ascii_digit()));
    if has_digit {
        one(Op::ToInt, Kind::Int);
        if looks(|text| text.contains('.')) {
            one(Op::ToFloat, Kind::Float);
        }
        if looks(|text| text.len() == 10) {
            one(Op::ToDate, Kind::Time);
        }
        if looks(|text| text.len() >= 19) {
            one(Op::ToTime, Kind::Time);
        }
    }
    if looks(|text| Op::MonthNumber.is_month(text)) {
        one(Op::MonthNumber, Kind::Int);
    }
    if looks(|text| text.starts_with(['{', '['])) {
        one(Op::JsonDecode, Kind::Any);
    }
    if matches!(entry.term.op(), Op::Arg(_)) {
        together(bank, at);
    }
    if entry.term.cost() <= PARTNER_COST_MAX {
        replacements(bank, at);
    }
}

/// The text with the suggested pieces replaced or taken out.
fn replacements(bank: &mut Bank<'_>, at: usize) {
    let clues = bank.clues;
    let mut all: Vec<(&str, &str)> =
        clues.pairs.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
    all.extend(clues.marks.iter().map(|mark| (mark.as_str(), "")));
    for joint in clues.joints.iter().take(3) {
        all.extend(clues.marks.iter().take(4).map(|mark| (mark.as_str(), joint.as_str())));
    }
    for (old, new) in all {
        if old != new {
            let (old, new) = (bank.constant(old), bank.constant(new));
            bank.draft(Op::Replace, vec![at, old, new], Vec::new(), Kind::Text);
        }
    }
}

fn int(bank: &mut Bank<'_>, at: usize, entry: &Entry) {
    let want = bank.reach.want;
    let from = entry.term.op().clone();
    let mut one = |op: Op, kind: Kind| bank.draft(op, vec![at], Vec::new(), kind);
    one(Op::Abs, Kind::Int);
    one(Op::ToFloat, Kind::Float);
    if matches!(from, Op::Part(Part::Month) | Op::ToInt | Op::Arg(_)) {
        one(Op::MonthName, Kind::Text);
    }
    if matches!(from, Op::Part(Part::Weekday) | Op::Arg(_)) {
        one(Op::WeekdayName, Kind::Text);
    }
    if want == Want::Text {
        one(Op::ToText, Kind::Text);
        one(Op::Thousands, Kind::Text);
        for width in [2, 3, 4, 5, 6, 8] {
            one(Op::Pad(width), Kind::Text);
        }
    }
}

fn float(bank: &mut Bank<'_>, at: usize) {
    let want = bank.reach.want;
    let mut one = |op: Op, kind: Kind| bank.draft(op, vec![at], Vec::new(), kind);
    one(Op::Round, Kind::Float);
    one(Op::Floor, Kind::Float);
    one(Op::Ceil, Kind::Float);
    one(Op::Abs, Kind::Float);
    one(Op::ToInt, Kind::Int);
    if want == Want::Text {
        one(Op::Plain, Kind::Text);
        for places in [0, 1, 2, 3] {
            one(Op::Fixed(places), Kind::Text);
        }
    }
}

fn time(bank: &mut Bank<'_>, at: usize) {
    for part in Part::ALL {
        bank.draft(Op::Part(part), vec![at], Vec::new(), Kind::Int);
    }
    bank.draft(Op::Epoch, vec![at], Vec::new(), Kind::Int);
    bank.draft(Op::DateText, vec![at], Vec::new(), Kind::Text);
    bank.draft(Op::TimeText, vec![at], Vec::new(), Kind::Text);
    // A week, two, and a month: what people count days in.
    for days in [1, 7, 14, 30] {
        let days = bank.number(days);
        bank.draft(Op::AddDays, vec![at, days], Vec::new(), Kind::Time);
    }
}

fn list(bank: &mut Bank<'_>, at: usize, item: &Kind, entry: &Entry, steps: &mut Steps) {
    let whole = || Kind::list(item.clone());
    let mut one = |op: Op, kind: Kind| bank.draft(op, vec![at], Vec::new(), kind);
    one(Op::Size, Kind::Int);
    for place in [0, 1, 2, 3, -1, -2] {
        one(Op::Item(place), item.clone());
    }
    for count in [1, 2, 3] {
        one(Op::Take(count), whole());
        one(Op::Skip(count), whole());
        one(Op::Without(count), whole());
    }
    one(Op::Backwards, whole());
    one(Op::Distinct, whole());
    match item {
        Kind::Text => {
            one(Op::Sort, whole());
            one(Op::NonEmpty, whole());
            one(Op::Tally, Kind::Dict(Kind::Int.into()));
        }
        Kind::Int | Kind::Float => {
            one(Op::Sort, whole());
            one(Op::Sum, item.clone());
            one(Op::Min, item.clone());
            one(Op::Max, item.clone());
        }
        Kind::List(_) => one(Op::Flatten, item.clone()),
        _ => {}
    }
    if bank.reach.depth > 0 && entry.term.cost() <= PARTNER_COST_MAX {
        loops(bank, at, entry, item, steps);
    }
}

/// Loops over the list, with the bodies that its items suggest.
fn loops(bank: &mut Bank<'_>, at: usize, entry: &Entry, item: &Kind, steps: &mut Steps) {
    let Some(Bodies { values, conditions }) = body::bodies(bank.problem, entry, item, steps) else {
        return;
    };
    let whole = || Kind::list(item.clone());
    for (term, kind) in values {
        if matches!(kind, Kind::Int | Kind::Float | Kind::Text | Kind::Time) {
            bank.draft(Op::SortBy, vec![at], vec![term.clone()], whole());
        }
        bank.draft(Op::Map, vec![at], vec![term], Kind::list(kind));
    }
    for condition in conditions {
        bank.draft(Op::Filter, vec![at], vec![condition.clone()], whole());
        bank.draft(Op::Exists, vec![at], vec![condition.clone()], Kind::Bool);
        bank.draft(Op::All, vec![at], vec![condition], Kind::Bool);
    }
}

/// Operations on two terms, one of which is the new one.
fn pairs(bank: &mut Bank<'_>, at: usize, entry: &Entry) {
    if entry.term.cost() > PARTNER_COST_MAX {
        // A dear term still meets a constant: the last step of many programs.
        if !entry.kind.is_number() {
            return;
        }
    }
    let dear = entry.term.cost() > PARTNER_COST_MAX;
    // Sizes and places in texts are no data to be added up for a text.
    let apart = bank.reach.want == Want::Text && is_measured(entry);
    let most = if dear || apart { 20 } else { PARTNER_COST_MAX };
    for other in 0..=at {
        let Some(partner) = bank.entries.get(other) else { continue };
        if partner.term.cost() > most || (entry.is_constant() && partner.is_constant()) {
            continue;
        }
        if bank.reach.want == Want::Text && is_measured(partner) && !entry.is_constant() {
            continue;
        }
        let kind = partner.kind.clone();
        let (one, two) = (partner.is_constant(), entry.is_constant());
        if !one {
            ordered(bank, (other, &kind), (at, &entry.kind), two);
        }
        if other != at && !two {
            ordered(bank, (at, &entry.kind), (other, &kind), one);
        }
        if other != at {
            commuting(bank, (other, &kind), (at, &entry.kind));
        }
        if one && entry.kind == kind && kind.is_number() && partner_is(bank, other, &[1.0, 100.0]) {
            bank.draft(Op::Sub, vec![other, at], Vec::new(), kind);
        }
    }
}

/// Whether a term is how large something is, or where something is in it.
fn is_measured(entry: &Entry) -> bool {
    use Op::{Count, IndexOf, LastIndexOf, Nth, Size};
    matches!(entry.term.op(), Size | IndexOf | LastIndexOf | Nth | Count)
}

/// Whether a term is one of these numbers.
fn partner_is(bank: &Bank<'_>, at: usize, numbers: &[f64]) -> bool {
    let term = bank.entries.get(at).map(|entry| entry.term.op());
    matches!(term, Some(Op::Const(value)) if value.as_f64().is_some_and(|it| numbers.contains(&it)))
}

/// Operations in which it matters which operand comes first; the first is no constant.
fn ordered(
    bank: &mut Bank<'_>,
    (a, first): (usize, &Kind),
    (b, second): (usize, &Kind),
    constant: bool,
) {
    // Sums with other constants are fitted where a number is wanted.
    let near = !constant || partner_is(bank, b, &[1.0]);
    // Whether sizes and places are odd is hardly ever asked.
    let counts = bank.entries.get(a).is_some_and(|entry| !is_measured(entry));
    let mut two = |op: Op, kind: Kind| bank.draft(op, vec![a, b], Vec::new(), kind);
    match (first, second) {
        (Kind::Int, Kind::Int) => {
            if near {
                two(Op::Sub, Kind::Int);
            }
            two(Op::Div, Kind::Int);
            if counts {
                two(Op::Rem, Kind::Int);
            }
        }
        (Kind::Float, Kind::Float) => {
            if near {
                two(Op::Sub, Kind::Float);
            }
            two(Op::Div, Kind::Float);
        }
        (Kind::Text, Kind::Text) => {
            two(Op::Split, Kind::list(Kind::Text));
            two(Op::IndexOf, Kind::Int);
            two(Op::Count, Kind::Int);
            if !constant {
                let nothing = bank.constant("");
                bank.draft(Op::Replace, vec![a, b, nothing], Vec::new(), Kind::Text);
            }
        }
        (Kind::List(item), Kind::Int) if !constant => two(Op::ItemAt, Kind::clone(item)),
        (Kind::List(item), Kind::Text) if **item == Kind::Text => two(Op::Join, Kind::Text),
        (Kind::Time, Kind::Time) => two(Op::DaysBetween, Kind::Int),
        (Kind::Time, Kind::Int) => two(Op::AddDays, Kind::Time),
        (Kind::Dict(inner), Kind::Text) if !constant => two(Op::Lookup, Kind::clone(inner)),
        (Kind::Record(_), Kind::Text) if !constant => two(Op::Lookup, Kind::Any),
        _ => {}
    }
}

fn commuting(bank: &mut Bank<'_>, (a, first): (usize, &Kind), (b, second): (usize, &Kind)) {
    if first != second || !first.is_number() {
        return;
    }
    let constant = |at: usize| bank.entries.get(at).is_some_and(Entry::is_constant);
    let near =
        !(constant(a) || constant(b)) || partner_is(bank, a, &[1.0]) || partner_is(bank, b, &[1.0]);
    for op in [Op::Add, Op::Mul, Op::Least, Op::Greatest] {
        if op == Op::Add && !near {
            continue;
        }
        bank.draft(op, vec![a, b], Vec::new(), first.clone());
    }
}

impl Op {
    /// Whether text begins with the name of a month.
    fn is_month(&self, text: &str) -> bool {
        text.len() <= 9 && crate::eval::apply(self, &[Value::text(text)]).is_some()
    }
}
