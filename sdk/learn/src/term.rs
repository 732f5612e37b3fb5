//! Terms: programs as trees.
//!
//! *Never:* a term changes once it is made.

use crate::idiom;
use crate::op::Op;
use crate::value::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A program, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Term(Arc<Node>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Node {
    op: Op,
    kids: Vec<Term>,
    cost: u32,
    /// The words among its constants.
    words: Vec<Value>,
}

impl Term {
    pub(crate) fn new(op: Op, kids: impl Into<Vec<Self>>) -> Self {
        let kids = kids.into();
        let cost = idiom::cost(&op, &kids.iter().collect::<Vec<_>>());
        let words = idiom::words(&op, &kids);
        Self(Arc::new(Node { op, kids, cost, words }))
    }

    pub(crate) fn arg(at: usize) -> Self {
        Self::new(Op::Arg(at), [])
    }

    pub(crate) fn constant(value: Value) -> Self {
        Self::new(Op::Const(value), [])
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::constant(Value::text(text))
    }

    pub(crate) fn int(whole: i64) -> Self {
        Self::constant(Value::Int(whole))
    }

    pub(crate) fn op(&self) -> &Op {
        &self.0.op
    }

    pub(crate) fn kids(&self) -> &[Self] {
        &self.0.kids
    }

    /// How unlikely it is that somebody wants this.
    pub(crate) fn cost(&self) -> u32 {
        self.0.cost
    }

    /// The words among its constants, each once.
    pub(crate) fn words(&self) -> &[Value] {
        &self.0.words
    }

    /// How often the program decides between two ways.
    pub(crate) fn branches(&self) -> usize {
        let own = usize::from(*self.op() == Op::If);
        own + self.kids().iter().map(Self::branches).sum::<usize>()
    }

    /// Which of the first so many arguments the program looks at.
    pub(crate) fn arguments(&self, count: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        self.visit(&mut |term| {
            if let Op::Arg(at) = term.op()
                && *at < count
            {
                found.insert(*at);
            }
        });
        found
    }

    pub(crate) fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Self)) {
        see(self);
        for kid in self.kids() {
            kid.visit(see);
        }
    }

    /// The same program with arguments put into other places.
    pub(crate) fn moved(&self, place: &impl Fn(usize) -> usize) -> Self {
        match self.op() {
            Op::Arg(at) => Self::arg(place(*at)),
            op => {
                let kids: Vec<Self> = self.kids().iter().map(|kid| kid.moved(place)).collect();
                Self::new(op.clone(), kids)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_costs_what_its_parts_cost() {
        let (a, b) = (Term::arg(0), Term::text(", "));
        let both = Term::new(Op::Concat, [a.clone(), b.clone()]);
        assert_eq!(both.cost(), Op::Concat.cost() + a.cost() + b.cost());
    }

    #[test]
    fn arguments_are_those_that_are_looked_at() {
        let term = Term::new(Op::Add, [Term::arg(2), Term::arg(0)]);
        assert_eq!(term.arguments(2), BTreeSet::from([0]));
    }
}
