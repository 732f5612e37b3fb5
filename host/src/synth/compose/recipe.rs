//! A composition as a recipe: `call` steps in their order, side by side where none waits for another.
//!
//! *Never:* a recipe asks to call what none of its steps calls.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::fit::schema_of;
use super::goal::{Solution, Test};
use super::search::Search;
use super::term::Expr;
use crate::model::secrecy::looks_secret;
use crate::model::{CapabilityName, Example};
use crate::synth::prose::quoted;

/// Calls that go out side by side in one step.
const PARALLEL_MAX: usize = 16;

/// The recipe's document.
pub(super) fn write(
    name: &CapabilityName,
    intents: &[String],
    search: &Search<'_>,
    solution: &Solution,
    examples: &[Example],
) -> String {
    let writer = Writer { search };
    let (steps, result) = writer.program(solution);
    let called: BTreeSet<&str> = writer
        .all(solution)
        .iter()
        .filter_map(|call| Some(writer.part(*call)?.capability.as_str()))
        .collect();
    // A recipe is shown and shipped; an example with a secret in it stays behind.
    let clean: Vec<Value> = examples
        .iter()
        .filter(|example| {
            !holds_secret(&example.input) && !example.output.as_ref().is_some_and(holds_secret)
        })
        .map(|example| json!({"input": example.input, "output": example.output}))
        .collect();
    let outputs = examples.iter().filter_map(|example| example.output.as_ref());
    let summary: String = format!("Puts together {}.", list(&called)).chars().take(480).collect();
    let document = json!({
        "name": name.as_str(),
        "version": "0.1.0",
        "summary": summary,
        "intents": intents,
        "input": input(examples),
        "output": schema_of(outputs),
        "permissions": {"call": called},
        "steps": steps,
        "return": result,
        "examples": clean,
    });
    format!("{document:#}\n")
}

fn list(names: &BTreeSet<&str>) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn holds_secret(value: &Value) -> bool {
    value.to_string().split([' ', '"']).any(looks_secret)
}

/// A schema that all inputs fit: what every one of them has is required.
fn input(examples: &[Example]) -> Value {
    let mut all: BTreeMap<&String, Vec<&Value>> = BTreeMap::new();
    for (name, value) in examples.iter().filter_map(|it| it.input.as_object()).flatten() {
        all.entry(name).or_default().push(value);
    }
    let required: Vec<&&String> = all
        .iter()
        .filter(|(_, values)| values.len() == examples.len())
        .map(|(name, _)| name)
        .collect();
    let properties: Map<String, Value> = all
        .iter()
        .map(|(name, values)| ((*name).clone(), schema_of(values.iter().copied())))
        .collect();
    json!({"type": "object", "properties": properties, "required": required})
}

struct Writer<'s> {
    search: &'s Search<'s>,
}

impl Writer<'_> {
    fn part(&self, call: usize) -> Option<&super::Part> {
        self.search.parts.get(self.search.pool.calls.get(call)?.part)
    }

    /// Every call of a program.
    fn all(&self, solution: &Solution) -> BTreeSet<usize> {
        let needs = |expr: &Expr| self.search.pool.needs(expr);
        match solution {
            Solution::One(expr) => needs(expr),
            Solution::Joined(fields) => fields.values().flat_map(needs).collect(),
            Solution::Choice(test, yes, no) => {
                [self.tested(test), needs(yes), needs(no)].into_iter().flatten().collect()
            }
        }
    }

    fn tested(&self, test: &Test) -> BTreeSet<usize> {
        match test {
            Test::Holds(expr) | Test::Is(expr, _) => self.search.pool.needs(expr),
        }
    }

    fn program(&self, solution: &Solution) -> (Vec<Value>, Value) {
        let mut steps = Vec::new();
        match solution {
            Solution::One(expr) => {
                self.steps(&self.all(solution), None, &mut steps);
                (steps, self.value(expr).into())
            }
            Solution::Joined(fields) => {
                self.steps(&self.all(solution), None, &mut steps);
                let fields =
                    fields.iter().map(|(name, expr)| (name.clone(), self.value(expr).into()));
                (steps, Value::Object(fields.collect()))
            }
            Solution::Choice(test, yes, no) => {
                let (yes_needs, no_needs) =
                    (self.search.pool.needs(yes), self.search.pool.needs(no));
                // What both branches call, or the condition, is called in any case.
                let mut always = self.tested(test);
                always.extend(yes_needs.intersection(&no_needs));
                self.steps(&always, None, &mut steps);
                let holds = match test {
                    Test::Holds(expr) => format!("{} == true", self.value(expr)),
                    Test::Is(expr, value) => {
                        let text = quoted(value.as_str().unwrap_or_default());
                        format!("{} == {text}", self.value(expr))
                    }
                };
                steps.push(json!({"set": holds, "as": "holds"}));
                let yes_only: BTreeSet<usize> = yes_needs.difference(&always).copied().collect();
                let no_only: BTreeSet<usize> = no_needs.difference(&always).copied().collect();
                self.steps(&yes_only, Some("holds == true"), &mut steps);
                self.steps(&no_only, Some("holds != true"), &mut steps);
                let result = format!("holds == true ? {} : {}", self.value(yes), self.value(no));
                (steps, result.into())
            }
        }
    }

    /// Steps for these calls: each round holds those that wait for none of the others.
    fn steps(&self, calls: &BTreeSet<usize>, when: Option<&str>, steps: &mut Vec<Value>) {
        let mut left = calls.clone();
        while !left.is_empty() {
            let ready: Vec<usize> = left
                .iter()
                .copied()
                .filter(|call| {
                    let needs = self.search.pool.needs(&Expr::Call(*call));
                    needs.iter().all(|other| other == call || !left.contains(other))
                })
                .take(PARALLEL_MAX)
                .collect();
            for call in &ready {
                left.remove(call);
            }
            let inner: Vec<Value> = ready.iter().map(|call| self.step(*call)).collect();
            let mut step = match <[Value; 1]>::try_from(inner) {
                Ok([one]) => one,
                Err(several) if several.is_empty() => return,
                Err(several) => json!({"parallel": several}),
            };
            if let (Some(when), Some(step)) = (when, step.as_object_mut()) {
                step.insert("when".to_owned(), when.into());
            }
            steps.push(step);
        }
    }

    fn step(&self, number: usize) -> Value {
        let Some(call) = self.search.pool.calls.get(number) else { return Value::Null };
        let arguments = call.arguments.iter().filter_map(|(name, term)| {
            let term = self.search.pool.terms.get(*term)?;
            Some((name.clone(), self.value(&term.expr).into()))
        });
        let part = self.search.parts.get(call.part);
        json!({
            "call": part.map(|part| part.capability.as_str()),
            "operation": part.map(|part| part.operation.as_str()),
            "input": Value::Object(arguments.collect()),
            "as": format!("result_{number}"),
        })
    }

    /// An expression of the recipes' language.
    fn value(&self, expr: &Expr) -> String {
        match expr {
            Expr::Property(name) => format!("dyn(input)[{}]", quoted(name)),
            Expr::Call(number) => format!("dyn(result_{number})"),
            Expr::Field(of, name) => format!("{}[{}]", self.value(of), quoted(name)),
        }
    }
}
