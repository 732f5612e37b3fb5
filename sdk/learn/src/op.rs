//! The operations that programs are made of, and what each costs. A cost is how unlikely it is that
//! somebody wants the operation, so that the cheapest program that fits is the likeliest.
//!
//! *Never:* an operation exists here that a recipe cannot express.

use crate::value::Value;
use std::sync::Arc;

/// A class of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Digits, 0 to 9.
    Digit,
    /// Letters of the Latin alphabet.
    Letter,
    /// Capitals of it.
    Upper,
    /// Small letters of it.
    Lower,
    /// Letters and digits.
    Word,
    /// Digits and points: what numbers are written with.
    Number,
}

impl Class {
    /// Whether a character is of the class, as the patterns of recipes have it.
    pub(crate) fn has(self, letter: char) -> bool {
        match self {
            Self::Digit => letter.is_ascii_digit(),
            Self::Letter => letter.is_ascii_alphabetic(),
            Self::Upper => letter.is_ascii_uppercase(),
            Self::Lower => letter.is_ascii_lowercase(),
            Self::Word => letter.is_ascii_alphanumeric(),
            Self::Number => letter.is_ascii_digit() || letter == '.',
        }
    }

    /// The characters between the brackets of a pattern.
    pub(crate) fn pattern(self) -> &'static str {
        match self {
            Self::Digit => "0-9",
            Self::Letter => "A-Za-z",
            Self::Upper => "A-Z",
            Self::Lower => "a-z",
            Self::Word => "A-Za-z0-9",
            Self::Number => "0-9.",
        }
    }
}

/// A part of a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    Year,
    /// From 1 to 12.
    Month,
    /// From 1 to 31.
    Day,
    /// From 1 to 366.
    DayOfYear,
    /// From 0, a Sunday, to 6.
    Weekday,
    Hour,
    Minute,
    Second,
}

impl Part {
    pub(crate) const ALL: [Self; 8] = [
        Self::Year,
        Self::Month,
        Self::Day,
        Self::DayOfYear,
        Self::Weekday,
        Self::Hour,
        Self::Minute,
        Self::Second,
    ];
}

/// An operation. What each does is written once in `eval`, and once as text in `cel`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    /// An argument, or behind the arguments an item of a loop around.
    Arg(usize),
    Const(Value),
    If,

    Lower,
    Upper,
    Trim,
    /// Each word with a capital.
    Title,
    /// Text, what is replaced, and by what.
    Replace,
    /// Text, from, to.
    Substring,
    From,
    /// Only the characters of a class, or all but those.
    Keep(Class),
    Drop(Class),
    Concat,
    Join,
    Split,
    /// At the first place only.
    SplitTwo,
    Tokens(Class),
    /// Numbers with a point in them.
    Decimals,
    /// How often something is in a text.
    Count,

    ToText,
    /// A number without trailing zeros.
    Plain,
    /// A number with so many digits behind the point.
    Fixed(u8),
    /// A whole number with zeros in front.
    Pad(u8),
    Thousands,
    MonthName,
    WeekdayName,
    MonthNumber,
    TimeText,
    DateText,

    /// From the front, or from the back where it is negative.
    Item(i8),
    ItemAt,
    Take(u8),
    Skip(u8),
    Without(u8),
    Sort,
    Backwards,
    Distinct,
    Flatten,
    NonEmpty,
    List,
    Range,

    Size,
    IndexOf,
    LastIndexOf,
    /// Where the n-th of something begins: text, what, n.
    Nth,
    ToInt,
    ToFloat,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Least,
    Greatest,
    Abs,
    Round,
    Floor,
    Ceil,
    Sum,
    Min,
    Max,
    Part(Part),
    Epoch,
    DaysBetween,
    AddDays,
    ToTime,
    ToDate,

    Contains,
    Starts,
    Ends,
    Has(Class),
    Equal,
    Less,
    AtMost,
    And,
    Or,
    Not,
    In,

    Field(Arc<str>),
    HasField(Arc<str>),
    Lookup,
    Keys,
    Values,
    /// An object of these keys; its values are the operands.
    Record(Arc<[Arc<str>]>),
    Tally,
    JsonDecode,

    /// A list and a body in which the item is one more argument.
    Map,
    Filter,
    SortBy,
    Exists,
    All,
    /// An object's values, each through a body.
    MapValues,
    /// A list, a body for the key and one for the value.
    Entries,
}

/// Which part of the evaluator an operation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Text,
    Number,
    Time,
    List,
    Other,
}

impl Op {
    pub(crate) fn family(&self) -> Family {
        use Op::*;
        match self {
            Lower | Upper | Trim | Title | Replace | Substring | From | Keep(_) | Drop(_)
            | Concat | Join | Split | SplitTwo | Tokens(_) | Decimals | Count | IndexOf
            | LastIndexOf | Nth | Contains | Starts | Ends | Has(_) => Family::Text,
            ToText | Plain | Fixed(_) | Pad(_) | Thousands | ToInt | ToFloat | Add | Sub | Mul
            | Div | Rem | Least | Greatest | Abs | Round | Floor | Ceil => Family::Number,
            MonthName | WeekdayName | MonthNumber | TimeText | DateText | Part(_) | Epoch
            | DaysBetween | AddDays | ToTime | ToDate => Family::Time,
            Item(_) | ItemAt | Take(_) | Skip(_) | Without(_) | Sort | Backwards | Distinct
            | Flatten | NonEmpty | List | Range | Sum | Min | Max | Tally => Family::List,
            _ => Family::Other,
        }
    }

    /// What the operation adds to a program's cost, in tenths of a step.
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Arg(_) => 10,
            Self::Const(value) => constant_cost(value),
            Self::If => 80,
            Self::Item(at) => match *at {
                0 => 10,
                -1 => 12,
                at if at > 0 => 10 + 8 * u32::from(at.unsigned_abs()),
                at => 10 + 12 * u32::from(at.unsigned_abs()),
            },
            Self::Take(count) | Self::Skip(count) | Self::Without(count) => {
                30 + 5 * u32::from(*count)
            }
            Self::Tokens(class) => 26 + 2 * class_cost(*class),
            Self::Decimals => 30,
            Self::ToDate | Self::ToTime | Self::DateText => 12,
            Self::AddDays | Self::Part(_) | Self::MonthName | Self::WeekdayName => 15,
            Self::MonthNumber | Self::Pad(_) => 15,
            Self::Has(class) => 26 + class_cost(*class),
            Self::Join | Self::IndexOf | Self::LastIndexOf => 30,
            Self::Keep(class) | Self::Drop(class) => 22 + class_cost(*class),
            Self::Field(_) => 3,
            Self::HasField(_) => 15,
            Self::Split | Self::SplitTwo => 14,
            Self::ToInt | Self::ToFloat | Self::ToText | Self::Plain => 10,
            Self::NonEmpty => 14,
            Self::Least | Self::Greatest => 28,
            Self::Lower | Self::Upper | Self::Trim => 15,
            Self::Replace | Self::Substring | Self::From => 20,
            Self::Concat | Self::List | Self::Record(_) => 5,
            Self::Add | Self::Sub | Self::Mul | Self::Size => 15,
            Self::Div | Self::Rem => 22,
            Self::Sum | Self::Max | Self::Min => 18,
            Self::And | Self::Or | Self::Not => 20,
            Self::Contains | Self::Equal | Self::Less | Self::AtMost => 15,
            Self::Map | Self::Filter => 16,
            _ => 22,
        }
    }
}

/// Classes that name few characters say less about what is meant.
fn class_cost(class: Class) -> u32 {
    match class {
        Class::Digit => 0,
        Class::Number => 8,
        Class::Letter | Class::Word => 12,
        Class::Upper | Class::Lower => 12,
    }
}

fn constant_cost(value: &Value) -> u32 {
    match value {
        Value::Null | Value::Bool(_) => 10,
        Value::Int(whole) => int_cost(*whole),
        Value::Float(number) => {
            if number.fract() == 0.0 && number.abs() < 1e15 {
                int_cost(*number as i64)
            } else {
                20 + 5 * u32::try_from(format!("{number}").len()).unwrap_or(u32::MAX / 10)
            }
        }
        Value::Text(text) => text_cost(text),
        Value::Time(..) => 60,
        Value::List(items) => items.iter().map(constant_cost).sum::<u32>() + 10,
        Value::Map(fields) => fields.values().map(constant_cost).sum::<u32>() + 20,
    }
}

/// Numbers that people use for units and sizes are likelier than their neighbours.
fn int_cost(whole: i64) -> u32 {
    match whole.unsigned_abs() {
        0..=2 => 8 + 2 * u32::try_from(whole.unsigned_abs()).unwrap_or(2),
        10 | 100 | 60 => 12,
        3 | 4 | 5 | 7 | 12 | 14 | 24 | 30 | 1000 => 18,
        size => 20 + 6 * size.max(1).ilog10().saturating_add(1),
    }
}

/// Letters of constants are dear, because they are seldom what is meant; a whole word is one thing,
/// and a mark between words is nearly free.
fn text_cost(text: &str) -> u32 {
    let mut cost = 8_u32;
    let (mut in_word, mut before) = (0_u32, None);
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            in_word = in_word.saturating_add(1);
            cost = cost.saturating_add(match in_word {
                1 => 14,
                2..=3 => 4,
                _ => 1,
            });
        } else {
            // A mark with a blank behind it is one thing; a blank alone may separate anything.
            let joins =
                letter == ' ' && before.is_some_and(|before: char| !before.is_alphanumeric());
            in_word = 0;
            cost = cost.saturating_add(match (letter, before) {
                (' ', None) if text.len() == 1 => 8,
                _ if joins => 0,
                _ => 6,
            });
        }
        before = Some(letter);
    }
    cost
}
