//! The tree that becomes code: names are slots and inputs, calls are functions of the runtime.
//!
//! *Never:* a macro, or a name that nothing stands behind.

use super::super::ast::{Literal, Loop, Presence, Span};
use super::super::functions::Runtime;
use super::super::types::{Found, Type};
use std::collections::BTreeSet;

/// A checked expression.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The outermost node.
    pub(crate) root: Node,
}

/// A node with its type and place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// What it does.
    pub(crate) op: Op,
    /// What it gives.
    pub(crate) ty: Type,
    /// Where it stands.
    pub(crate) span: Span,
    /// The type that it has where `dyn` hides it.
    pub(crate) hidden: Option<Type>,
}

/// A part of a list, or a key and value of a map.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Whether it is left out where its value is an optional without a value.
    pub(crate) presence: Presence,
    /// The key, in maps.
    pub(crate) key: Option<Node>,
    /// The value.
    pub(crate) value: Node,
}

/// A loop.
#[derive(Debug, Clone)]
pub(crate) struct LoopNode {
    /// What it makes.
    pub(crate) kind: Loop,
    /// What it runs over.
    pub(crate) range: Node,
    /// The slots of its one or two variables.
    pub(crate) slots: Vec<u32>,
    /// What must hold for an element to take part.
    pub(crate) filter: Option<Node>,
    /// What is computed for each.
    pub(crate) step: Node,
}

/// What a node does.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// Gives a literal.
    Literal(Literal),
    /// Gives an input.
    Input(String),
    /// Gives a variable.
    Local(u32),
    /// Gives a type.
    TypeName(&'static str),
    /// Has no value: nothing of that name is there.
    Unbound(String),
    /// `a.field`
    Select(Box<Node>, String, Presence),
    /// `has(a.field)`
    Has(Box<Node>, String),
    /// `a[b]`
    Index(Box<Node>, Box<Node>, Presence),
    /// Calls a function.
    Call(String, Runtime, Vec<Node>),
    /// `a && b`
    And(Box<Node>, Box<Node>),
    /// `a || b`
    Or(Box<Node>, Box<Node>),
    /// `a ? b : c`
    If(Box<Node>, Box<Node>, Box<Node>),
    /// A list.
    List(Vec<Part>),
    /// A map.
    Map(Vec<Part>),
    /// A loop.
    Loop(Box<LoopNode>),
    /// A variable, its value, and where it holds.
    Bind(u32, Box<Node>, Box<Node>),
    /// The optional, the variable for what it holds, what is made of that, and whether that is an
    /// optional already.
    OptMap(Box<Node>, u32, Box<Node>, bool),
    /// The optional, what stands in, and whether the value itself is wanted.
    OptElse(Box<Node>, Box<Node>, bool),
}

impl Node {
    pub(super) fn new(op: Op, ty: Type, span: Span) -> Self {
        Self { op, ty, span, hidden: None }
    }

    /// The condition that never holds.
    pub(crate) fn never() -> Self {
        Self::new(Op::Literal(Literal::Bool(false)), Type::Bool, Span::default())
    }

    pub(super) fn fault(name: &str, span: Span) -> Self {
        Self { op: Op::Unbound(name.to_owned()), ty: Type::Dyn, span, hidden: None }
    }

    /// Puts what was found about parameters into the types of this and everything below.
    pub(super) fn settle(&mut self, found: &Found) {
        self.ty = found.whole(&self.ty);
        self.hidden = self.hidden.take().map(|ty| found.whole(&ty));
        self.each_mut(&mut |node| node.settle(found));
    }

    /// Calls `each` with every node that is directly in this one.
    pub(crate) fn each<'a>(&'a self, each: &mut dyn FnMut(&'a Self)) {
        match &self.op {
            Op::Literal(_) | Op::Input(_) | Op::Local(_) | Op::TypeName(_) | Op::Unbound(_) => {}
            Op::Select(a, _, _) | Op::Has(a, _) => each(a),
            Op::Index(a, b, _)
            | Op::And(a, b)
            | Op::Or(a, b)
            | Op::Bind(_, a, b)
            | Op::OptMap(a, _, b, _)
            | Op::OptElse(a, b, _) => {
                each(a);
                each(b);
            }
            Op::If(a, b, c) => {
                each(a);
                each(b);
                each(c);
            }
            Op::Call(_, _, args) => args.iter().for_each(each),
            Op::List(parts) | Op::Map(parts) => {
                for part in parts {
                    part.key.iter().for_each(&mut *each);
                    each(&part.value);
                }
            }
            Op::Loop(node) => {
                each(&node.range);
                node.filter.iter().for_each(&mut *each);
                each(&node.step);
            }
        }
    }

    /// Puts the names of all inputs in this and everything below into a set.
    pub(crate) fn inputs<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        if let Op::Input(name) = &self.op {
            names.insert(name);
        }
        self.each(&mut |node| node.inputs(names));
    }

    fn each_mut(&mut self, each: &mut dyn FnMut(&mut Self)) {
        match &mut self.op {
            Op::Literal(_) | Op::Input(_) | Op::Local(_) | Op::TypeName(_) | Op::Unbound(_) => {}
            Op::Select(a, _, _) | Op::Has(a, _) => each(a),
            Op::Index(a, b, _) | Op::And(a, b) | Op::Or(a, b) => {
                each(a);
                each(b);
            }
            Op::Bind(_, a, b) | Op::OptMap(a, _, b, _) | Op::OptElse(a, b, _) => {
                each(a);
                each(b);
            }
            Op::If(a, b, c) => {
                each(a);
                each(b);
                each(c);
            }
            Op::Call(_, _, args) => args.iter_mut().for_each(each),
            Op::List(parts) | Op::Map(parts) => {
                for part in parts {
                    part.key.iter_mut().for_each(&mut *each);
                    each(&mut part.value);
                }
            }
            Op::Loop(node) => {
                each(&mut node.range);
                node.filter.iter_mut().for_each(&mut *each);
                each(&mut node.step);
            }
        }
    }
}
