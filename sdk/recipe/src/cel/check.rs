//! The type checker: names are resolved, types found, and the tree made ready to become code.
//!
//! *Never:* in strict mode a tree leaves here whose types do not fit.

mod call;
mod guess;
mod loops;
mod tree;

pub(crate) use guess::near;
pub use tree::Checked;
pub(crate) use tree::{LoopNode, Node, Op, Part};

use super::ast::{Expr, Kind, Literal, Presence, Span};
use super::macros::dotted;
use super::types::{Found, Type};
use crate::diagnostic::Diagnostic;
use std::collections::BTreeMap;

/// How much of an unknown name is repeated: more than anybody calls anything, and never a page.
const SHOWN_NAME: usize = 60;

/// What is declared around an expression.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Names, possibly dotted, and their types.
    pub names: BTreeMap<String, Type>,
    /// Names are looked for in here first: `a.b` finds `x` as `a.b.x`, `a.x` and `x`.
    pub container: String,
}

/// What becomes of an expression whose types do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is refused.
    Strict,
    /// It is a fault when it runs, as the language has it for expressions that are not checked.
    Lenient,
}

/// Checks an expression.
///
/// # Errors
///
/// Everything that does not fit, in the order of the source.
pub fn check(
    expr: &Expr,
    environment: &Environment,
    mode: Mode,
) -> Result<Checked, Vec<Diagnostic>> {
    let mut checker = Checker {
        environment,
        mode,
        found: Found::default(),
        scopes: Vec::new(),
        slots: 0,
        problems: Vec::new(),
    };
    let mut root = checker.expr(expr);
    if !checker.problems.is_empty() {
        return Err(checker.problems);
    }
    root.settle(&checker.found);
    Ok(Checked { root })
}

pub(super) struct Checker<'a> {
    environment: &'a Environment,
    mode: Mode,
    found: Found,
    /// Variables of loops and bindings: name, slot and type; the last is the innermost.
    scopes: Vec<(String, u32, Type)>,
    slots: u32,
    problems: Vec<Diagnostic>,
}

impl Checker<'_> {
    /// In strict mode a problem; else a value that is known only when the recipe runs.
    fn problem(&mut self, diagnostic: Diagnostic) {
        if self.mode == Mode::Strict {
            self.problems.push(diagnostic);
        }
    }

    fn slot(&mut self, name: &str, ty: Type) -> u32 {
        let slot = self.slots;
        self.slots += 1;
        self.scopes.push((name.to_owned(), slot, ty));
        slot
    }

    fn local(&self, name: &str) -> Option<(u32, Type)> {
        let (_, slot, ty) = self.scopes.iter().rev().find(|(known, _, _)| known == name)?;
        Some((*slot, ty.clone()))
    }

    /// What a name stands for, declared or a type's, nearest container first.
    fn named(&self, name: &str) -> Option<(Op, Type)> {
        if let Some(rooted) = name.strip_prefix('.') {
            return self.exactly(rooted);
        }
        let mut container = self.environment.container.as_str();
        while !container.is_empty() {
            if let Some(found) = self.exactly(&format!("{container}.{name}")) {
                return Some(found);
            }
            container = container.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
        self.exactly(name)
    }

    fn exactly(&self, name: &str) -> Option<(Op, Type)> {
        if let Some(ty) = self.environment.names.get(name) {
            return Some((Op::Input(name.to_owned()), ty.clone()));
        }
        Some((Op::TypeName(Type::named(name)?), Type::Type))
    }

    /// A name, dotted or not, that no loop's variable hides.
    fn global(&self, expr: &Expr) -> Option<Node> {
        let name = dotted(expr)?;
        let first = name.split('.').next().unwrap_or_default();
        if self.local(first).is_some() {
            return None;
        }
        let (op, ty) = self.named(&name)?;
        Some(Node::new(op, ty, expr.span))
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Node {
        let span = expr.span;
        match &expr.kind {
            Kind::Literal(literal) => {
                Node::new(Op::Literal(literal.clone()), type_of(literal), span)
            }
            Kind::Name { name, root } => self.name(expr, name, *root),
            Kind::Select { operand, field, presence } => {
                if *presence == Presence::Required
                    && let Some(node) = self.global(expr)
                {
                    return node;
                }
                self.select(operand, field, *presence, span)
            }
            Kind::Has { operand, field } => {
                let operand = self.expr(operand);
                self.field_type(&operand.ty.clone(), field, span);
                Node::new(Op::Has(Box::new(operand), field.clone()), Type::Bool, span)
            }
            Kind::Index { operand, index, presence } => {
                let (operand, index) = (self.expr(operand), self.expr(index));
                self.index(operand, index, *presence, span)
            }
            Kind::Call { target, function, name_span, args } => {
                self.call(target.as_deref(), function, *name_span, args, span)
            }
            Kind::And(left, right) => {
                let (left, right) = (self.condition(left), self.condition(right));
                Node::new(Op::And(Box::new(left), Box::new(right)), Type::Bool, span)
            }
            Kind::Or(left, right) => {
                let (left, right) = (self.condition(left), self.condition(right));
                Node::new(Op::Or(Box::new(left), Box::new(right)), Type::Bool, span)
            }
            Kind::If(condition, yes, no) => self.choice(condition, yes, no, span),
            Kind::List(items) => self.list(items, span),
            Kind::Map(entries) => self.map(entries, span),
            Kind::Loop(comprehension) => self.comprehension(comprehension, span),
            Kind::Bind { name, value, body } => {
                let value = self.expr(value);
                let slot = self.slot(name, value.ty.clone());
                let body = self.expr(body);
                self.scopes.pop();
                let ty = body.ty.clone();
                Node::new(Op::Bind(slot, Box::new(value), Box::new(body)), ty, span)
            }
            Kind::OptMap { target, name, body, flat } => {
                self.opt_map(target, name, body, *flat, span)
            }
            Kind::OptElse { target, other, value } => self.opt_else(target, other, *value, span),
            Kind::Message(name) => {
                let message = format!("`{name}` is a message, and there are none in recipes");
                self.problems.push(Diagnostic::new(span, message).mend("write a map: `{'a': 1}`"));
                Node::fault(name, span)
            }
        }
    }

    fn choice(&mut self, condition: &Expr, yes: &Expr, no: &Expr, span: Span) -> Node {
        let condition = self.condition(condition);
        let (yes, no) = (self.expr(yes), self.expr(no));
        let ty = self.joined(&yes.ty, &no.ty, span, "the two sides of `?:`");
        Node::new(Op::If(Box::new(condition), Box::new(yes), Box::new(no)), ty, span)
    }

    fn name(&mut self, expr: &Expr, name: &str, root: bool) -> Node {
        if !root && let Some((slot, ty)) = self.local(name) {
            return Node::new(Op::Local(slot), ty, expr.span);
        }
        if let Some(node) = self.global(expr) {
            return node;
        }
        let near = guess::near(name, self.known_names());
        let shown: String = name.chars().take(SHOWN_NAME).collect();
        let rest = if shown.len() < name.len() { "…" } else { "" };
        let message = format!("nothing here is called `{shown}{rest}`");
        self.problem(Diagnostic::new(expr.span, message).mend(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it as an input, or put it between quotes: `'{shown}{rest}'`"),
        }));
        Node::fault(name, expr.span)
    }

    fn known_names(&self) -> impl Iterator<Item = &str> {
        let locals = self.scopes.iter().map(|(name, _, _)| name.as_str());
        locals.chain(self.environment.names.keys().map(String::as_str))
    }

    /// An expression that is to be true or false.
    fn condition(&mut self, expr: &Expr) -> Node {
        let node = self.expr(expr);
        self.wants(&node, &Type::Bool, "a condition");
        node
    }

    fn wants(&mut self, node: &Node, wanted: &Type, what: &str) {
        if !self.found.fits(&node.ty, wanted) {
            let ty = self.found.whole(&node.ty);
            let message = format!("{what} is to be {wanted}, and this is {ty}");
            self.problem(Diagnostic::new(node.span, message).mend(convert(wanted)));
        }
    }

    fn joined(&mut self, left: &Type, right: &Type, span: Span, what: &str) -> Type {
        if self.found.fits(left, right) || self.found.fits(right, left) {
            return self.found.join(left, right);
        }
        let (left, right) = (self.found.whole(left), self.found.whole(right));
        let message = format!("{what} are {left} and {right}");
        self.problem(Diagnostic::new(span, message).mend("convert one, or wrap it in `dyn()`"));
        Type::Dyn
    }

    fn select(&mut self, operand: &Expr, field: &str, presence: Presence, span: Span) -> Node {
        let operand = self.expr(operand);
        let ty = self.field_type(&operand.ty.clone(), field, span);
        let ty = self.perhaps(presence, &operand, ty);
        Node::new(Op::Select(Box::new(operand), field.to_owned(), presence), ty, span)
    }

    /// What is found where `?` asks whether it is there: an optional, which it is already where it was
    /// looked for in one.
    fn perhaps(&self, presence: Presence, operand: &Node, found: Type) -> Type {
        let is_optional = matches!(self.found.shallow(&operand.ty), Type::Optional(_));
        match presence {
            Presence::Optional if !is_optional => Type::optional(found),
            Presence::Optional | Presence::Required => found,
        }
    }

    fn field_type(&mut self, ty: &Type, field: &str, span: Span) -> Type {
        match self.found.shallow(ty) {
            Type::Dyn | Type::Param(_) => Type::Dyn,
            Type::Map(_, value) => Type::clone(&value),
            Type::Record(fields) => {
                if let Some(found) = fields.iter().find(|known| known.name == field) {
                    return found.ty.clone();
                }
                let near = guess::near(field, fields.iter().map(|known| known.name.as_str()));
                let message = format!("there is no field `{field}`");
                self.problem(Diagnostic::new(span, message).mend(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "look at the input's schema".to_owned(),
                }));
                Type::Dyn
            }
            Type::Optional(held) => Type::optional(self.field_type(&held, field, span)),
            other => {
                let message = format!("{other} has no fields");
                self.problem(
                    Diagnostic::new(span, message)
                        .mend(format!("`.{field}` wants a map or object")),
                );
                Type::Dyn
            }
        }
    }

    fn index(&mut self, operand: Node, index: Node, presence: Presence, span: Span) -> Node {
        let ty = self.item_type(&operand.ty.clone(), &index, span);
        let ty = self.perhaps(presence, &operand, ty);
        Node::new(Op::Index(Box::new(operand), Box::new(index), presence), ty, span)
    }

    fn item_type(&mut self, ty: &Type, index: &Node, span: Span) -> Type {
        match self.found.shallow(ty) {
            Type::Dyn | Type::Param(_) => Type::Dyn,
            Type::List(item) => {
                self.wants(index, &Type::Int, "the index of a list");
                Type::clone(&item)
            }
            Type::Map(key, value) => {
                self.wants(index, &key, "the key of this map");
                Type::clone(&value)
            }
            Type::Record(_) => {
                self.wants(index, &Type::Text, "the key of an object");
                match &index.op {
                    Op::Literal(Literal::Text(field)) => self.field_type(ty, field, span),
                    _ => Type::Dyn,
                }
            }
            Type::Optional(held) => Type::optional(self.item_type(&held, index, span)),
            other => {
                let message = format!("{other} cannot be indexed");
                self.problem(Diagnostic::new(span, message).mend("`[]` wants a list or a map"));
                Type::Dyn
            }
        }
    }
}

fn convert(wanted: &Type) -> String {
    match wanted {
        Type::Bool | Type::Int | Type::Uint | Type::Double | Type::Bytes => {
            format!("convert it with `{wanted}()`, or compare it")
        }
        Type::Text => "convert it with `string()`".to_owned(),
        other => format!("this wants {other}"),
    }
}

fn type_of(literal: &Literal) -> Type {
    match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Uint(_) => Type::Uint,
        Literal::Double(_) => Type::Double,
        Literal::Text(_) => Type::Text,
        Literal::Bytes(_) => Type::Bytes,
    }
}
