//! Lists, maps, loops and optionals.
//!
//! *Never:* a loop's variable is seen outside of it.

use super::super::ast::{Comprehension, Entry, Expr, Item, Loop, Presence, Span};
use super::super::types::Type;
use super::{Checker, LoopNode, Node, Op, Part};
use crate::diagnostic::Diagnostic;

impl Checker<'_> {
    pub(super) fn list(&mut self, items: &[Item], span: Span) -> Node {
        let mut ty: Option<Type> = None;
        let mut parts = Vec::with_capacity(items.len());
        for item in items {
            let value = self.expr(&item.value);
            let held = self.held(&value, item.presence);
            ty = Some(match ty {
                Some(before) => self.found.join(&before, &held),
                None => held,
            });
            parts.push(Part { presence: item.presence, key: None, value });
        }
        let item = ty.unwrap_or_else(|| Type::Param(self.found.fresh()));
        Node::new(Op::List(parts), Type::list(item), span)
    }

    /// What a part adds: itself, or what an optional holds.
    fn held(&mut self, value: &Node, presence: Presence) -> Type {
        if presence == Presence::Required {
            return value.ty.clone();
        }
        match self.found.shallow(&value.ty) {
            Type::Optional(held) => Type::clone(&held),
            Type::Dyn | Type::Param(_) => Type::Dyn,
            other => {
                let message = format!("`?` wants an optional, and this is {other}");
                self.problem(
                    Diagnostic::new(value.span, message)
                        .mend("leave `?` out, or use `optional.of`"),
                );
                Type::Dyn
            }
        }
    }

    pub(super) fn map(&mut self, entries: &[Entry], span: Span) -> Node {
        let mut types: Option<(Type, Type)> = None;
        let mut parts = Vec::with_capacity(entries.len());
        for entry in entries {
            let (key, value) = (self.expr(&entry.key), self.expr(&entry.value));
            let good = matches!(
                self.found.shallow(&key.ty),
                Type::Int | Type::Uint | Type::Bool | Type::Text | Type::Dyn | Type::Param(_)
            );
            if !good {
                let ty = self.found.whole(&key.ty);
                let message = format!("{ty} cannot be a key");
                let mend = "keys are text, whole numbers or truth values";
                self.problem(Diagnostic::new(key.span, message).mend(mend));
            }
            let held = self.held(&value, entry.presence);
            types = Some(match types {
                Some((keys, values)) => {
                    (self.found.join(&keys, &key.ty), self.found.join(&values, &held))
                }
                None => (key.ty.clone(), held),
            });
            parts.push(Part { presence: entry.presence, key: Some(key), value });
        }
        let (key, value) = types
            .unwrap_or_else(|| (Type::Param(self.found.fresh()), Type::Param(self.found.fresh())));
        Node::new(Op::Map(parts), Type::map(key, value), span)
    }

    /// The types of a loop's variables, and of what an element counts as in a list.
    fn range_types(&mut self, range: &Node) -> (Type, Type) {
        match self.found.shallow(&range.ty) {
            Type::List(item) => (Type::Int, Type::clone(&item)),
            Type::Map(key, value) => (Type::clone(&key), Type::clone(&value)),
            Type::Record(_) => (Type::Text, Type::Dyn),
            Type::Dyn | Type::Param(_) => (Type::Dyn, Type::Dyn),
            other => {
                let message = format!("{other} cannot be looped over");
                self.problem(
                    Diagnostic::new(range.span, message).mend("it is to be a list or a map"),
                );
                (Type::Dyn, Type::Dyn)
            }
        }
    }

    pub(super) fn comprehension(&mut self, source: &Comprehension, span: Span) -> Node {
        let range = self.expr(&source.range);
        let (first, second) = self.range_types(&range);
        let over_map = matches!(self.found.shallow(&range.ty), Type::Map(..) | Type::Record(_));
        let types = match (source.vars.len(), over_map) {
            (1, true) => vec![first.clone()],
            (1, false) => vec![second.clone()],
            _ => vec![first.clone(), second.clone()],
        };
        let element = types.last().cloned().unwrap_or(Type::Dyn);
        let slots: Vec<u32> =
            source.vars.iter().zip(types).map(|(name, ty)| self.slot(name, ty)).collect();
        let filter = source.filter.as_ref().map(|filter| self.condition(filter));
        let step = self.expr(&source.step);
        self.scopes.truncate(self.scopes.len() - slots.len());
        let ty = match source.kind {
            Loop::All | Loop::Exists | Loop::ExistsOne => {
                self.wants(&step, &Type::Bool, "a condition");
                Type::Bool
            }
            Loop::Filter => {
                self.wants(&step, &Type::Bool, "a condition");
                Type::list(element)
            }
            Loop::Map => Type::list(step.ty.clone()),
            Loop::MapValues => Type::map(first, step.ty.clone()),
            Loop::MapEntries => self.entries_type(&step),
            Loop::SortBy => {
                if over_map {
                    let problem =
                        Diagnostic::new(range.span, "only a list is sorted, and this is a map");
                    self.problem(problem.mend("sort its keys: `map.map(key, key).sortBy(…)`"));
                }
                self.sortable(&step);
                Type::list(element)
            }
        };
        let node = LoopNode { kind: source.kind, range, slots, filter, step };
        Node::new(Op::Loop(Box::new(node)), ty, span)
    }

    fn entries_type(&mut self, step: &Node) -> Type {
        match self.found.shallow(&step.ty) {
            ty @ (Type::Map(..) | Type::Dyn) => ty,
            other => {
                let message =
                    format!("each step is to give a map of one entry, and this is {other}");
                self.problem(Diagnostic::new(step.span, message).mend("write `{key: value}`"));
                Type::Dyn
            }
        }
    }

    fn sortable(&mut self, step: &Node) {
        let ty = self.found.whole(&step.ty);
        let good = matches!(
            ty,
            Type::Dyn
                | Type::Int
                | Type::Uint
                | Type::Double
                | Type::Bool
                | Type::Text
                | Type::Bytes
                | Type::Time
                | Type::Duration
        );
        if !good {
            let message = format!("{ty} has no order");
            self.problem(Diagnostic::new(step.span, message).mend("sort by text or a number"));
        }
    }

    /// What an optional holds.
    fn optional(&mut self, node: &Node) -> Type {
        match self.found.shallow(&node.ty) {
            Type::Optional(held) => Type::clone(&held),
            Type::Dyn | Type::Param(_) => Type::Dyn,
            other => {
                let message = format!("this is {other}, not an optional");
                self.problem(
                    Diagnostic::new(node.span, message)
                        .mend("get one with `.?field` or `[?index]`"),
                );
                Type::Dyn
            }
        }
    }

    pub(super) fn opt_map(
        &mut self,
        target: &Expr,
        name: &str,
        body: &Expr,
        flat: bool,
        span: Span,
    ) -> Node {
        let target = self.expr(target);
        let held = self.optional(&target);
        let slot = self.slot(name, held);
        let body = self.expr(body);
        self.scopes.pop();
        let ty = if flat {
            Type::optional(self.optional(&body))
        } else {
            Type::optional(body.ty.clone())
        };
        Node::new(Op::OptMap(Box::new(target), slot, Box::new(body), flat), ty, span)
    }

    pub(super) fn opt_else(
        &mut self,
        target: &Expr,
        other: &Expr,
        value: bool,
        span: Span,
    ) -> Node {
        let (target, other) = (self.expr(target), self.expr(other));
        let held = self.optional(&target);
        let second = if value { other.ty.clone() } else { self.optional(&other) };
        let joined = self.joined(&held, &second, span, "the value and what stands in");
        let ty = if value { joined } else { Type::optional(joined) };
        Node::new(Op::OptElse(Box::new(target), Box::new(other), value), ty, span)
    }
}
