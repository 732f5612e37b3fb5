//! The search: all programs of one call, then of two, until one gives every example.
//!
//! *Never:* more is run than the bound says.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::goal::{self, Solution};
use super::term::{Call, Expr, Pool};
use super::{Execute, Part, fit};
use crate::model::Example;

/// Examples that the search looks at; a trial looks at all of them.
const EXAMPLES_MAX: usize = 8;
/// Arguments that are tried for one property, the likeliest first.
const ARGUMENTS_MAX: usize = 24;
/// Ways that are looked at before the bound on calls decides; looking costs nothing but time.
const PARTIAL_MAX: usize = 2_000;
/// Ways to call one part at one depth.
const WAYS_MAX: usize = 48;
/// Properties that one call is given.
const PROPERTIES_MAX: usize = 4;

/// Arguments of a call, and everything that has to be called for them.
#[derive(Debug, Clone, Default)]
struct Way {
    arguments: Vec<(String, usize)>,
    needed: BTreeSet<usize>,
}

/// A search for one wish.
pub(super) struct Search<'s> {
    execute: &'s dyn Execute,
    pub(super) parts: &'s [Part],
    pub(super) inputs: Vec<&'s Value>,
    pub(super) wanted: Vec<&'s Value>,
    pub(super) pool: Pool,
    /// What a part gave for an input.
    seen: HashMap<(usize, String), Option<Value>>,
    runs_left: usize,
    is_spent: bool,
}

impl<'s> Search<'s> {
    pub(super) fn new(
        execute: &'s dyn Execute,
        parts: &'s [Part],
        examples: &'s [Example],
        runs_max: usize,
    ) -> Self {
        let examples = examples.iter().take(EXAMPLES_MAX);
        let (inputs, wanted): (Vec<&Value>, Vec<&Value>) =
            examples.filter_map(|example| Some((&example.input, example.output.as_ref()?))).unzip();
        let pool = Pool::of_inputs(&inputs);
        let seen = HashMap::new();
        Self { execute, parts, inputs, wanted, pool, seen, runs_left: runs_max, is_spent: false }
    }

    /// Whether it ended for want of runs.
    pub(super) const fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// The simplest programs that give every example; several where nothing decides between them.
    pub(super) async fn solutions(&mut self, calls_max: usize) -> Vec<Solution> {
        for calls in 1..=calls_max {
            self.deepen(calls).await;
            let found = goal::solutions(self, calls);
            if !found.is_empty() || self.is_spent {
                return found;
            }
        }
        Vec::new()
    }

    /// Adds everything that so many calls give.
    async fn deepen(&mut self, calls: usize) {
        let parts = self.parts;
        for (number, part) in parts.iter().enumerate() {
            for Way { arguments, needed } in self.ways(part, calls) {
                let mut values = Vec::new();
                for example in 0..self.inputs.len() {
                    values.push(self.value(number, part, &arguments, example).await);
                    if self.is_spent {
                        return;
                    }
                }
                self.pool.called(Call { part: number, arguments }, values, &needed);
            }
        }
    }

    /// What a part gives on one example.
    async fn value(
        &mut self,
        number: usize,
        part: &Part,
        arguments: &[(String, usize)],
        example: usize,
    ) -> Option<Value> {
        let mut input = Map::new();
        for (name, term) in arguments {
            let value = self.pool.terms.get(*term)?.values.get(example)?.clone()?;
            input.insert(name.clone(), value);
        }
        let input = Value::Object(input);
        if !fit::fits(&input, &part.input) {
            return None;
        }
        let key = (number, input.to_string());
        if let Some(known) = self.seen.get(&key) {
            return known.clone();
        }
        let Some(left) = self.runs_left.checked_sub(1) else {
            self.is_spent = true;
            return None;
        };
        self.runs_left = left;
        let value = self.execute.run(part, &input).await.ok();
        self.seen.insert(key, value.clone());
        value
    }

    /// Ways to fill what a part needs so that it is so many calls in all, the likeliest first.
    fn ways(&self, part: &Part, calls: usize) -> Vec<Way> {
        let properties = self.properties(part);
        if properties.is_empty() || properties.len() > PROPERTIES_MAX {
            return Vec::new();
        }
        let mut ways = vec![Way::default()];
        for (name, schema) in properties {
            let terms = self.arguments(&name, schema, calls);
            let longer = ways.iter().flat_map(|way| {
                terms.iter().filter_map(|term| {
                    let needed = &self.pool.terms.get(*term)?.calls;
                    let way = way.with(&name, *term, needed);
                    (way.needed.len() < calls).then_some(way)
                })
            });
            ways = longer.take(PARTIAL_MAX).collect();
        }
        ways.retain(|way| way.needed.len() + 1 == calls);
        ways.truncate(WAYS_MAX);
        ways
    }

    /// What is to be given: what must be, and what the input has under the same name.
    fn properties<'p>(&self, part: &'p Part) -> Vec<(String, &'p Value)> {
        let required = part.input.get("required").and_then(Value::as_array);
        let required: Vec<&str> =
            required.into_iter().flatten().filter_map(Value::as_str).collect();
        let known = part.input.get("properties").and_then(Value::as_object);
        let is_given = |name: &str| {
            let is = |expr: &Expr| matches!(expr, Expr::Property(own) if own == name);
            self.pool.terms.iter().any(|term| is(&term.expr))
        };
        let wanted = known.into_iter().flatten().filter(|(name, _)| {
            // Where nothing is required, whatever there is may be the argument.
            required.contains(&name.as_str())
                || is_given(name)
                || known.is_some_and(|it| it.len() == 1)
        });
        wanted.map(|(name, schema)| (name.clone(), schema)).collect()
    }

    /// Terms that a property may be: first what has its name, then what is nearest to the input.
    fn arguments(&self, name: &str, schema: &Value, calls: usize) -> Vec<usize> {
        let fits = |value: &Option<Value>| value.as_ref().is_none_or(|it| fit::fits(it, schema));
        let mut fitting: Vec<(bool, usize)> = self
            .pool
            .terms
            .iter()
            .enumerate()
            .filter(|(_, term)| term.calls.len() < calls && term.values.iter().all(fits))
            .map(|(at, term)| {
                let is_named = match &term.expr {
                    Expr::Property(own) | Expr::Field(_, own) => own == name,
                    Expr::Call(_) => false,
                };
                (!is_named, at)
            })
            .collect();
        // Terms are in the order of their costs.
        fitting.sort_unstable();
        fitting.truncate(ARGUMENTS_MAX);
        fitting.into_iter().map(|(_, at)| at).collect()
    }
}

impl Way {
    fn with(&self, name: &str, term: usize, needed: &BTreeSet<usize>) -> Self {
        let mut way = self.clone();
        way.arguments.push((name.to_owned(), term));
        way.needed.extend(needed);
        way
    }
}
