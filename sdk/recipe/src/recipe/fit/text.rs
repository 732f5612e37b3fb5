//! The keywords of texts and numbers.
//!
//! `format` is not looked at here: compiled code does it, and a recipe's tests show it.
//!
//! *Never:* a length is counted in bytes; it is letters, as a schema has it.

use super::{Fit, short};
use crate::diagnostic::Diagnostic;
use crate::pattern;
use crate::recipe::tree::{Node, Plain, Scalar};
use serde_json::{Map, Value};

/// Whether a number holds against a bound.
type Holds = fn(f64, f64) -> bool;

impl<'a> Fit<'a> {
    pub(super) fn scalar(
        &mut self,
        schema: &'a Value,
        rules: &Map<String, Value>,
        scalar: &Scalar,
        node: &Node,
        name: &str,
    ) {
        match &scalar.value {
            Plain::Text => self.text(schema, rules, &scalar.text, node, name),
            Plain::Number(number) => {
                if let Some(number) = number.as_f64() {
                    self.number(rules, number, node, name);
                }
            }
            Plain::Null | Plain::Bool(_) => {}
        }
    }

    fn text(
        &mut self,
        schema: &'a Value,
        rules: &Map<String, Value>,
        text: &str,
        node: &Node,
        name: &str,
    ) {
        let length = text.chars().count();
        let bound = |keyword| rules.get(keyword).and_then(Value::as_f64);
        if let Some(bound) = bound("minLength").filter(|bound| (length as f64) < *bound) {
            let message = format!("`{name}` has {length} letters, and {bound} are the fewest");
            self.problem(node, message, "`minLength` says so");
        }
        if let Some(bound) = bound("maxLength").filter(|bound| length as f64 > *bound) {
            let message = format!("`{name}` has {length} letters, and {bound} are the most");
            self.problem(node, message, "`maxLength` says so");
        }
        let pattern = rules.get("pattern").and_then(Value::as_str);
        if pattern.is_some_and(|pattern| pattern::matches(pattern, text) == Some(false)) {
            let mend = match self.described(schema) {
                Some(described) => format!("write {described}"),
                None => format!("it is to match `{}`", pattern.unwrap_or_default()),
            };
            let message = format!("`{}` does not fit as `{name}`", short(text));
            self.problems.push(Diagnostic::new(node.span, message).mend(mend));
        }
    }

    fn number(&mut self, rules: &Map<String, Value>, number: f64, node: &Node, name: &str) {
        let holds: [(&str, Holds); 5] = [
            ("minimum", |number, bound| number >= bound),
            ("maximum", |number, bound| number <= bound),
            ("exclusiveMinimum", |number, bound| number > bound),
            ("exclusiveMaximum", |number, bound| number < bound),
            ("multipleOf", |number, of| (number / of).fract() == 0.0),
        ];
        for (keyword, holds) in holds {
            let bound = rules.get(keyword).and_then(Value::as_f64);
            if let Some(bound) = bound.filter(|bound| !holds(number, *bound)) {
                let message = format!("`{name}` is {number}, against `{keyword}: {bound}`");
                self.problem(node, message, "write another number");
            }
        }
    }
}
