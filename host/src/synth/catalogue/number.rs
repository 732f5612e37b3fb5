//! Numbers: sums, shares, means and rounding.
//!
//! *Never:* money is counted in binary fractions without being rounded to cents.

use super::entry::{Entry, EntryError};
use super::fill::{Parameter, Said};
use super::plain::Plain;
use crate::model::Example;
use crate::model::SlotKind::{Integer, Number, Numbers};
use serde_json::json;
use std::collections::BTreeMap;

const NUMBER: &str = r#"{"type": "number"}"#;
const TRUTH: &str = r#"{"type": "boolean"}"#;

pub(super) const ENTRIES: &[Plain] = &[
    Plain {
        name: "number.add",
        summary: "Adds two numbers.",
        asks: &[
            "add {one:number} and {other:number}",
            "what is {one:number} plus {other:number}",
            "{one:number} plus {other:number}",
            "add {one:number} to {other:number}",
        ],
        inputs: &[("one", Number), ("other", Number)],
        gives: NUMBER,
        value: "@{one} + @{other}",
        examples: &[(r#"{"one": 2, "other": 3.5}"#, "5.5")],
    },
    Plain {
        name: "number.subtract",
        summary: "Subtracts a number from another.",
        asks: &[
            "subtract {less:number} from {from:number}",
            "what is {from:number} minus {less:number}",
            "{from:number} minus {less:number}",
        ],
        inputs: &[("less", Number), ("from", Number)],
        gives: NUMBER,
        value: "@{from} - @{less}",
        examples: &[(r#"{"less": 2, "from": 5}"#, "3")],
    },
    Plain {
        name: "number.multiply",
        summary: "Multiplies two numbers.",
        asks: &[
            "multiply {one:number} by {other:number}",
            "multiply {one:number} and {other:number}",
            "what is {one:number} times {other:number}",
            "{one:number} times {other:number}",
        ],
        inputs: &[("one", Number), ("other", Number)],
        gives: NUMBER,
        value: "@{one} * @{other}",
        examples: &[(r#"{"one": 4, "other": 2.5}"#, "10")],
    },
    Plain {
        name: "number.divide",
        summary: "Divides a number by another; null where that is zero.",
        asks: &[
            "divide {whole:number} by {parts:number}",
            "what is {whole:number} divided by {parts:number}",
            "{whole:number} divided by {parts:number}",
        ],
        inputs: &[("whole", Number), ("parts", Number)],
        gives: r#"{"type": ["number", "null"]}"#,
        value: "@{parts} == 0.0 ? dyn(null) : dyn(@{whole} / @{parts})",
        examples: &[
            (r#"{"whole": 5, "parts": 2}"#, "2.5"),
            (r#"{"whole": 5, "parts": 0}"#, "null"),
        ],
    },
    Plain {
        name: "number.percent-of",
        summary: "Gives a share in per cent of an amount.",
        asks: &[
            "what is {percent:number} percent of {amount:number}",
            "{percent:number} percent of {amount:number}",
            "calculate {percent:number} percent of {amount:number}",
        ],
        inputs: &[("percent", Number), ("amount", Number)],
        gives: NUMBER,
        value: "@{amount} * @{percent} / 100.0",
        examples: &[(r#"{"percent": 15, "amount": 80}"#, "12")],
    },
    Plain {
        name: "number.share-in-percent",
        summary: "Tells what share of a whole a part is, in per cent.",
        asks: &[
            "what percent of {whole:number} is {part:number}",
            "what percentage is {part:number} of {whole:number}",
        ],
        inputs: &[("whole", Number), ("part", Number)],
        gives: r#"{"type": ["number", "null"]}"#,
        value: "@{whole} == 0.0 ? dyn(null) : dyn(@{part} * 100.0 / @{whole})",
        examples: &[(r#"{"whole": 80, "part": 12}"#, "15")],
    },
    Plain {
        name: "number.percent-change",
        summary: "Tells by how many per cent a number changed.",
        asks: &[
            "percent change from {before:number} to {after:number}",
            "percentage change from {before:number} to {after:number}",
            "by how many percent did it change from {before:number} to {after:number}",
        ],
        inputs: &[("before", Number), ("after", Number)],
        gives: r#"{"type": ["number", "null"]}"#,
        value: "@{before} == 0.0 ? dyn(null) : dyn((@{after} - @{before}) * 100.0 / math.abs(@{before}))",
        examples: &[(r#"{"before": 80, "after": 100}"#, "25")],
    },
    Plain {
        name: "number.discount",
        summary: "Takes per cents off a price, to the cent.",
        asks: &[
            "take {percent:number} percent off {price:number}",
            "{percent:number} percent off {price:number}",
            "discount {price:number} by {percent:number} percent",
        ],
        inputs: &[("percent", Number), ("price", Number)],
        gives: NUMBER,
        value: "math.round(@{price} * (100.0 - @{percent})) / 100.0",
        examples: &[(r#"{"percent": 20, "price": 19.99}"#, "15.99")],
    },
    Plain {
        name: "number.add-percent",
        summary: "Adds per cents to a price, to the cent.",
        asks: &[
            "add {percent:number} percent to {price:number}",
            "add {percent:number} percent tax to {price:number}",
            "{price:number} plus {percent:number} percent tax",
            "{price:number} plus {percent:number} percent",
        ],
        inputs: &[("percent", Number), ("price", Number)],
        gives: NUMBER,
        value: "math.round(@{price} * (100.0 + @{percent})) / 100.0",
        examples: &[(r#"{"percent": 19, "price": 10}"#, "11.9")],
    },
    Plain {
        name: "number.split-bill",
        summary: "Splits an amount among people, to the cent.",
        asks: &[
            "split {amount:number} between {people:integer} people",
            "split {amount:number} among {people:integer}",
            "split a bill of {amount:number} between {people:integer} people",
        ],
        inputs: &[("amount", Number), ("people", Integer)],
        gives: r#"{"type": ["number", "null"]}"#,
        value: "@{people} < 1 ? dyn(null) : dyn(math.round(@{amount} * 100.0 / double(@{people})) / 100.0)",
        examples: &[(r#"{"amount": 10, "people": 3}"#, "3.33")],
    },
    Plain {
        name: "number.square-root",
        summary: "Gives the square root of a number.",
        asks: &["square root of {number:number}", "what is the square root of {number:number}"],
        inputs: &[("number", Number)],
        gives: r#"{"type": ["number", "null"]}"#,
        value: "@{number} < 0.0 ? dyn(null) : dyn(math.sqrt(@{number}))",
        examples: &[(r#"{"number": 16}"#, "4"), (r#"{"number": -1}"#, "null")],
    },
    Plain {
        name: "number.absolute",
        summary: "Gives a number without its sign.",
        asks: &[
            "absolute value of {number:number}",
            "what is the absolute value of {number:number}",
        ],
        inputs: &[("number", Number)],
        gives: NUMBER,
        value: "math.abs(@{number})",
        examples: &[(r#"{"number": -2.5}"#, "2.5")],
    },
    Plain {
        name: "number.is-even",
        summary: "Tells whether a whole number is even.",
        asks: &["is {number:integer} even", "is {number:integer} an even number"],
        inputs: &[("number", Integer)],
        gives: TRUTH,
        value: "@{number} % 2 == 0",
        examples: &[(r#"{"number": -4}"#, "true"), (r#"{"number": 7}"#, "false")],
    },
    Plain {
        name: "number.sum",
        summary: "Adds up numbers.",
        asks: &[
            "sum of {numbers:numbers}",
            "add up {numbers:numbers}",
            "total of {numbers:numbers}",
            "sum {numbers:numbers}",
        ],
        inputs: &[("numbers", Numbers)],
        gives: NUMBER,
        value: "double(@{numbers}.sum())",
        examples: &[(r#"{"numbers": [1, 2, 3.5]}"#, "6.5"), (r#"{"numbers": []}"#, "0")],
    },
    Plain {
        name: "number.mean",
        summary: "Gives the mean of numbers; null of none.",
        asks: &[
            "average of {numbers:numbers}",
            "mean of {numbers:numbers}",
            "what is the average of {numbers:numbers}",
        ],
        inputs: &[("numbers", Numbers)],
        gives: r#"{"type": ["number", "null"]}"#,
        value: "@{numbers}.size() == 0 ? dyn(null) : dyn(double(@{numbers}.sum()) / double(@{numbers}.size()))",
        examples: &[(r#"{"numbers": [1, 2, 6]}"#, "3"), (r#"{"numbers": []}"#, "null")],
    },
    Plain {
        name: "number.median",
        summary: "Gives the number in the middle; null of none.",
        asks: &["median of {numbers:numbers}", "what is the median of {numbers:numbers}"],
        inputs: &[("numbers", Numbers)],
        gives: r#"{"type": ["number", "null"]}"#,
        value: "cel.bind(s, @{numbers}.sort(), cel.bind(n, s.size(), n == 0 ? dyn(null) : n % 2 == 1 ? dyn(s[n / 2]) : dyn((s[n / 2 - 1] + s[n / 2]) / 2.0)))",
        examples: &[
            (r#"{"numbers": [5, 1, 3]}"#, "3"),
            (r#"{"numbers": [4, 1, 3, 2]}"#, "2.5"),
            (r#"{"numbers": []}"#, "null"),
        ],
    },
    Plain {
        name: "number.largest",
        summary: "Gives the largest of numbers; null of none.",
        asks: &[
            "largest of {numbers:numbers}",
            "maximum of {numbers:numbers}",
            "biggest number in {numbers:numbers}",
            "max of {numbers:numbers}",
        ],
        inputs: &[("numbers", Numbers)],
        gives: r#"{"type": ["number", "null"]}"#,
        value: "@{numbers}.size() == 0 ? dyn(null) : dyn(math.greatest(@{numbers}))",
        examples: &[(r#"{"numbers": [5, 11, 3]}"#, "11")],
    },
    Plain {
        name: "number.smallest",
        summary: "Gives the smallest of numbers; null of none.",
        asks: &[
            "smallest of {numbers:numbers}",
            "minimum of {numbers:numbers}",
            "smallest number in {numbers:numbers}",
            "min of {numbers:numbers}",
        ],
        inputs: &[("numbers", Numbers)],
        gives: r#"{"type": ["number", "null"]}"#,
        value: "@{numbers}.size() == 0 ? dyn(null) : dyn(math.least(@{numbers}))",
        examples: &[(r#"{"numbers": [5, -1, 3]}"#, "-1")],
    },
];

/// Rounding, which is another capability for every number of digits.
pub(super) fn rounding() -> impl Iterator<Item = Result<Entry, EntryError>> {
    let whole = Entry::new("number.round", "Rounds a number to a whole one.").and_then(|entry| {
        let entry =
            entry.asks("round {number:number}")?.asks("round {number:number} to a whole number")?;
        let entry = entry.input("number", Number).gives(json!({"type": "number"}));
        Ok(entry.value("math.round(@{number})").example(json!({"number": 2.5}), json!(3)))
    });
    let places =
        Entry::new("number.round-to", "Rounds a number to @{places} digits behind the point.")
            .and_then(|entry| {
                let entry = entry
                    .asks("round {number:number} to {places:integer} decimal places")?
                    .asks("round {number:number} to {places:integer} decimals")?
                    .asks("round {number:number} to {places:integer} digits")?;
                // Doubles have 15 digits; a factor of more would round what is not there.
                let entry =
                    entry.input("number", Number).parameter("places", Parameter::Integer(0, 12));
                let value = "double('%.@{places}f'.format([@{number}]))";
                Ok(entry.gives(json!({"type": "number"})).value(value).checked(rounded))
            });
    [whole, places].into_iter()
}

/// A number with more digits than are kept.
const NUMBER_TO_ROUND: f64 = 27.182_818_284_590_45;

fn rounded(values: &BTreeMap<String, Said>) -> Option<Example> {
    let places: usize = values.get("places")?.expression.parse().ok()?;
    let output: f64 = format!("{NUMBER_TO_ROUND:.places$}").parse().ok()?;
    Some(Example { input: json!({"number": NUMBER_TO_ROUND}), output: Some(json!(output)) })
}
