//! Recipes that list the examples instead of doing what they show.
//!
//! The learner from examples takes no more branches than one for three examples. A model's recipe is no
//! term whose branches could be counted alone, since a table of months is a program too; it is held against
//! the literals that it is made of.
//!
//! *Never:* a recipe is refused for a table that knows more than the examples do.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::Example;

/// What of a recipe is said about it, and is no program.
const SAID: [&str; 10] = [
    "name",
    "version",
    "summary",
    "operation",
    "intents",
    "input",
    "input_bytes",
    "output",
    "permissions",
    "examples",
];
/// Of five examples four that are listed are nearly all.
const LISTED_OF: (usize, usize) = (4, 5);
/// Literals beside those of the examples that a default or a message needs.
const OTHERS_MIN: usize = 2;
/// So many of them are listed at least where an answer is yes or no, which stands in every program.
const PLAIN_MIN: usize = 3;

/// Why a recipe is only a list of its examples, where it is.
pub(super) fn listed(recipe: &str, examples: &[Example]) -> Option<String> {
    let json = engraft_recipe::recipe::to_json(recipe).ok()?;
    let Value::Object(mut program) = serde_json::from_str(&json).ok()? else { return None };
    program.retain(|name, _| !SAID.contains(&name.as_str()));
    let mut literals = BTreeSet::new();
    collect(&Value::Object(program), &mut literals);
    let shown: Vec<(BTreeSet<String>, BTreeSet<String>)> = examples
        .iter()
        .filter_map(|example| Some((leaves(&example.input), leaves(example.output.as_ref()?))))
        .collect();
    let stands = |leaves: &BTreeSet<String>| leaves.iter().all(|leaf| literals.contains(leaf));
    let is_listed = |(input, output): &&(BTreeSet<String>, BTreeSet<String>)| {
        !input.is_empty() && stands(input) && stands(output)
    };
    let count = shown.iter().filter(is_listed).count();
    let is_plain = shown.iter().all(|(_, output)| output.is_empty());
    let of_examples: BTreeSet<&String> =
        shown.iter().flat_map(|(input, output)| input.iter().chain(output)).collect();
    let others = literals.iter().filter(|literal| {
        !of_examples.contains(literal) && literal.chars().any(char::is_alphanumeric)
    });
    let (part, whole) = LISTED_OF;
    let is_table = count > 0
        && count * whole >= shown.len() * part
        && (!is_plain || count >= PLAIN_MIN)
        && others.count() < count.max(OTHERS_MIN);
    is_table.then(|| {
        format!(
            "it lists {count} of the {} examples, their inputs and their outputs, and does nothing for \
             another input; work the output out from the input",
            shown.len()
        )
    })
}

/// Texts and numbers of a value, as they are compared. What is true, false or null is said by every
/// program.
fn leaves(value: &Value) -> BTreeSet<String> {
    let mut leaves = BTreeSet::new();
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => {
                leaves.insert(numbered(&number.to_string()));
            }
            Value::String(text) => {
                leaves.insert(text.clone());
            }
            Value::Array(items) => left.extend(items),
            Value::Object(fields) => left.extend(fields.values()),
        }
    }
    leaves
}

/// The literals of a program: in its expressions, and in data among them.
fn collect(value: &Value, literals: &mut BTreeSet<String>) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => {
            literals.insert(numbered(&number.to_string()));
        }
        Value::String(text) => in_expression(text, literals),
        Value::Array(items) => items.iter().for_each(|item| collect(item, literals)),
        Value::Object(fields) => {
            for (name, value) in fields {
                collect(value, literals);
                // Names of fields are keys of a table where a table is written as data.
                if value.is_string() || value.is_number() {
                    in_expression(name, literals);
                }
            }
        }
    }
}

/// What stands between quotes in an expression, and its numbers.
fn in_expression(text: &str, literals: &mut BTreeSet<String>) {
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        match letter {
            '\'' | '"' => {
                let mut literal = String::new();
                while let Some(inside) = letters.next().filter(|inside| *inside != letter) {
                    literal.push(match inside {
                        '\\' => match letters.next() {
                            Some('n') => '\n',
                            Some('t') => '\t',
                            Some(other) => other,
                            None => break,
                        },
                        other => other,
                    });
                }
                literals.insert(literal);
            }
            digit if digit.is_ascii_digit() && !is_of_name(before) => {
                let mut number = if before == '-' { "-".to_owned() } else { String::new() };
                number.push(digit);
                while let Some(next) =
                    letters.next_if(|it| it.is_ascii_alphanumeric() || *it == '.')
                {
                    number.push(next);
                }
                let plain = number.trim_end_matches('u');
                literals.insert(numbered(plain));
                // `a-1` takes one away and `-1` is a number; either may be what is listed.
                literals.extend(plain.strip_prefix('-').map(numbered));
            }
            _ => {}
        }
        before = letter;
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '.'
}

/// A number in one spelling: `1`, `1.0` and `1e0` are the same.
fn numbered(text: &str) -> String {
    text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn recipe(result: &str) -> String {
        format!(
            "name: a.b\nversion: 1.0.0\nsummary: Does.\n\
             input: {{type: object, properties: {{t: {{type: string}}}}, required: [t]}}\n\
             return: {}\n",
            json!(result)
        )
    }

    fn shown(pairs: &[(&str, Value)]) -> Vec<Example> {
        let one = |(input, output): &(&str, Value)| Example {
            input: json!({"t": input}),
            output: Some(output.clone()),
        };
        pairs.iter().map(one).collect()
    }

    #[test]
    fn a_list_of_the_examples_is_none_of_their_program() {
        let examples =
            shown(&[("ada", json!("ADA!")), ("bob", json!("BOB!")), ("cy", json!("CY!"))]);
        for table in [
            "input.t == 'ada' ? 'ADA!' : input.t == 'bob' ? 'BOB!' : input.t == 'cy' ? 'CY!' : '?'",
            "{'ada': 'ADA!', 'bob': 'BOB!', 'cy': 'CY!'}[?input.t].orValue('unknown')",
        ] {
            let why = listed(&recipe(table), &examples).unwrap();
            assert!(why.starts_with("it lists 3 of the 3 examples"), "{why}");
        }
        let one = "input.t == 'ada' ? 'ADA!' : '?'";
        assert!(listed(&recipe(one), &shown(&[("ada", json!("ADA!"))])).is_some());
        let counts = shown(&[("a", json!(1)), ("bb", json!(2)), ("ccc", json!(3))]);
        let table = "input.t == 'a' ? 1 : input.t == 'bb' ? 2 : input.t == 'ccc' ? 3 : 0";
        assert!(listed(&recipe(table), &counts).is_some());
    }

    #[test]
    fn a_program_is_none_and_so_is_a_table_that_knows_more() {
        let examples = shown(&[("ada", json!("ADA!")), ("bob", json!("BOB!"))]);
        assert_eq!(listed(&recipe("input.t.upperAscii() + '!'"), &examples), None);
        let days = shown(&[("mon", json!(1)), ("tue", json!(2))]);
        let table =
            "{'mon': 1, 'tue': 2, 'wed': 3, 'thu': 4, 'fri': 5, 'sat': 6, 'sun': 7}[input.t]";
        assert_eq!(listed(&recipe(table), &days), None);
        let ends = shown(&[("sat", json!(true)), ("sun", json!(true)), ("mon", json!(false))]);
        assert_eq!(listed(&recipe("input.t in ['sat', 'sun']"), &ends), None);
        assert_eq!(listed(&recipe("size(input.t) > 2"), &ends), None);
    }
}
