//! Terms: what can be said of an input by calling what there is, with the values that it has on the
//! examples.
//!
//! *Never:* two terms of the pool have the same values.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

/// Terms of one search. A pool that grows beyond this finds chance, not sense.
const TERMS_MAX: usize = 400;
/// Fields of one result that become terms of their own.
const FIELDS_MAX: usize = 12;
/// Programs that are told beside the one that is kept.
const RIVALS_MAX: usize = 2;

/// What a term is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expr {
    /// A property of the input.
    Property(String),
    /// The result of a call, by its number.
    Call(usize),
    /// A field of another.
    Field(Box<Self>, String),
}

/// A call: of which part, with which terms as arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) part: usize,
    pub(super) arguments: Vec<(String, usize)>,
}

/// A term with its value on each example; none where it has none.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) expr: Expr,
    pub(super) values: Vec<Option<Value>>,
    /// Everything that has to be called for it.
    pub(super) calls: BTreeSet<usize>,
    /// What has the same values and costs as much.
    pub(super) rivals: Vec<Expr>,
}

/// Terms and calls.
#[derive(Debug, Default)]
pub(super) struct Pool {
    pub(super) terms: Vec<Term>,
    pub(super) calls: Vec<Call>,
    by_values: HashMap<String, usize>,
}

impl Pool {
    /// The properties that every input has.
    pub(super) fn of_inputs(inputs: &[&Value]) -> Self {
        let mut pool = Self::default();
        let names = inputs.first().and_then(|first| first.as_object());
        for name in names.into_iter().flatten().map(|(name, _)| name) {
            let values: Vec<Option<Value>> =
                inputs.iter().map(|input| input.get(name).cloned()).collect();
            if values.iter().all(Option::is_some) {
                pool.add(Expr::Property(name.clone()), values, BTreeSet::new());
            }
        }
        pool
    }

    /// Adds the result of a call and its fields.
    pub(super) fn called(
        &mut self,
        call: Call,
        values: Vec<Option<Value>>,
        calls: &BTreeSet<usize>,
    ) {
        let number = self.calls.len();
        self.calls.push(call);
        let mut calls = calls.clone();
        calls.insert(number);
        self.with_fields(Expr::Call(number), &values, &calls, 2);
    }

    fn with_fields(
        &mut self,
        expr: Expr,
        values: &[Option<Value>],
        calls: &BTreeSet<usize>,
        depth: usize,
    ) {
        self.add(expr.clone(), values.to_vec(), calls.clone());
        let Some(depth) = depth.checked_sub(1) else { return };
        let known = values.iter().flatten().next().and_then(Value::as_object).cloned();
        for (name, _) in known.into_iter().flatten().take(FIELDS_MAX) {
            let inner: Vec<Option<Value>> = values
                .iter()
                .map(|value| value.as_ref().and_then(|it| it.get(&name)).cloned())
                .collect();
            self.with_fields(Expr::Field(Box::new(expr.clone()), name), &inner, calls, depth);
        }
    }

    /// Adds a term, unless a cheaper one has the same values.
    fn add(&mut self, expr: Expr, values: Vec<Option<Value>>, calls: BTreeSet<usize>) {
        if values.iter().all(Option::is_none) || self.terms.len() >= TERMS_MAX {
            return;
        }
        let key = serde_json::to_string(&values).unwrap_or_default();
        let known = self.by_values.get(&key).and_then(|at| self.terms.get_mut(*at));
        match known {
            Some(known) => {
                if known.calls.len() == calls.len() && known.rivals.len() < RIVALS_MAX {
                    known.rivals.push(expr);
                }
            }
            None => {
                self.by_values.insert(key, self.terms.len());
                self.terms.push(Term { expr, values, calls, rivals: Vec::new() });
            }
        }
    }

    /// Everything that an expression calls, in the order in which it can be called.
    pub(super) fn needs(&self, expr: &Expr) -> BTreeSet<usize> {
        match expr {
            Expr::Property(_) => BTreeSet::new(),
            Expr::Field(of, _) => self.needs(of),
            Expr::Call(number) => {
                let mut all = BTreeSet::from([*number]);
                let arguments = self.calls.get(*number).map(|call| &call.arguments);
                for (_, term) in arguments.into_iter().flatten() {
                    all.extend(
                        self.terms.get(*term).map(|it| it.calls.clone()).unwrap_or_default(),
                    );
                }
                all
            }
        }
    }
}
