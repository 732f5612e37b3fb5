//! Steps: in their order, each with the names of those before it.
//!
//! *Never:* a step stands behind one that always ends the recipe.

use super::Planner;
use crate::cel::{Field, Node, Type};
use crate::recipe::document::{Step, Verb};
use crate::recipe::plan::{Action, PlannedStep, Request};
use std::sync::Arc;

/// The results of `return` steps, at any depth.
pub(super) fn returned(steps: &[PlannedStep]) -> impl Iterator<Item = &Node> {
    steps.iter().filter_map(|step| match &step.action {
        Action::Return(value) => Some(value),
        _ => None,
    })
}

impl Planner<'_> {
    pub(super) fn steps(&mut self, steps: &[Step]) -> Vec<PlannedStep> {
        let mut planned = Vec::new();
        let mut over = false;
        for step in steps {
            if over {
                self.problem(
                    step.at,
                    "nothing comes to this step: the one above ends the recipe",
                    "give the `return` above a `when`, or take this step out",
                );
            }
            over = matches!(step.verb, Verb::Return(_)) && step.when.is_none();
            let Some(one) = self.step(step) else {
                // What is behind it may use its name; its own mistake is told already.
                self.name(step, Type::Dyn);
                continue;
            };
            if let (Action::Parallel(inner), Verb::Parallel(written)) = (&one.action, &step.verb) {
                let conditional = step.when.is_some();
                for (inner, written) in inner.iter().zip(written) {
                    let ty = if conditional { Type::Dyn } else { result(inner) };
                    self.name(written, ty);
                }
            }
            self.name(step, result(&one));
            planned.push(one);
        }
        planned
    }

    fn name(&mut self, step: &Step, ty: Type) {
        if let Some((name, at)) = &step.name {
            self.declare(name, *at, ty);
        }
    }

    fn step(&mut self, step: &Step) -> Option<PlannedStep> {
        let when = self.condition(step.when.as_ref());
        let each = step.each.as_ref().map(|(list, max)| (self.list(list), *max));
        if let Some((list, _)) = &each {
            let item = match list.as_ref().map(|list| &list.ty) {
                Some(Type::List(item)) => Type::clone(item),
                _ => Type::Dyn,
            };
            self.around.names.insert("item".to_owned(), item);
        }
        let action = self.action(step);
        let otherwise = self.maybe(step.otherwise.as_ref());
        let action = match (each, action) {
            (Some((list, max)), Some(Action::Send(request))) => {
                self.around.names.remove("item");
                list.map(|list| Action::Each(list, max, request))
            }
            (Some(_), _) => {
                self.around.names.remove("item");
                None
            }
            (None, action) => action,
        };
        let name = step.name.as_ref().map(|(name, _)| name.clone());
        Some(PlannedStep { at: step.at, action: action?, name, when, otherwise })
    }

    fn list(&mut self, node: &crate::recipe::tree::Node) -> Option<Node> {
        let list = self.expression(node)?;
        if !matches!(list.ty, Type::List(_) | Type::Dyn) {
            let message = format!("`each` wants a list, and this is {}", list.ty);
            self.problem(list.span, message, "make a list of it: `[x]`, or `.map(…)` of an object");
        }
        Some(list)
    }

    fn action(&mut self, step: &Step) -> Option<Action> {
        match &step.verb {
            Verb::Fetch(fetch) => self.fetch(fetch, step.at).map(Action::Send),
            Verb::Call { name, at, operation, input } => {
                let input_given = input.is_some();
                let input = self.maybe(input.as_ref());
                self.may_call(name, *at);
                (input.is_some() || !input_given).then(|| {
                    let (capability, operation) = (name.clone(), operation.clone());
                    Action::Send(Request::Call { capability, operation, input })
                })
            }
            Verb::Parallel(steps) => {
                let count = steps.len();
                let planned: Vec<PlannedStep> =
                    steps.iter().filter_map(|step| self.step(step)).collect();
                (planned.len() == count).then_some(Action::Parallel(planned))
            }
            _ => self.single(step),
        }
    }

    fn single(&mut self, step: &Step) -> Option<Action> {
        let asks = &self.recipe.permissions;
        let (log, clock, random) = (asks.log, asks.clock, asks.random);
        let (progress, kv) = (asks.progress, asks.kv.is_some());
        Some(match &step.verb {
            Verb::Get(key) => {
                self.asks(step.at, kv, "kv", "kv: {bytes: 65536, keys: 100}");
                Action::Get(self.text(key)?)
            }
            Verb::Put(key, value) => {
                self.asks(step.at, kv, "kv", "kv: {bytes: 65536, keys: 100}");
                let (key, value) = (self.text(key), self.expression(value));
                Action::Put(key?, value?)
            }
            Verb::Log(text, level) => {
                self.asks(step.at, log, "log", "log: true");
                Action::Log(self.expression(text)?, *level)
            }
            Verb::Progress(text, fraction) => {
                self.asks(step.at, progress, "progress", "progress: true");
                let (text, given) = (self.text(text), fraction.is_some());
                let fraction = self.maybe(fraction.as_ref());
                if given && fraction.is_none() {
                    return None;
                }
                Action::Progress(text?, fraction)
            }
            Verb::Now => {
                self.asks(step.at, clock, "clock", "clock: true");
                Action::Now
            }
            Verb::Random => {
                self.asks(step.at, random, "random", "random: true");
                Action::Random
            }
            Verb::Config(key) => {
                let key = self.text(key)?;
                self.may_read(&key, step.at);
                Action::Config(key)
            }
            Verb::Set(value) => Action::Set(self.expression(value)?),
            Verb::Return(value) => Action::Return(self.expression(value)?),
            Verb::Fetch(_) | Verb::Call { .. } | Verb::Parallel(_) => return None,
        })
    }

    /// An expression that is to be text.
    fn text(&mut self, node: &crate::recipe::tree::Node) -> Option<Node> {
        let text = self.expression(node)?;
        if !matches!(text.ty, Type::Text | Type::Dyn) {
            let message = format!("this is to be string, and it is {}", text.ty);
            self.problem(text.span, message, "convert it with `string()`");
        }
        Some(text)
    }
}

/// What a step gives to those behind it.
fn result(step: &PlannedStep) -> Type {
    let own = match &step.action {
        Action::Send(request) => answer(request),
        Action::Each(_, _, request) => {
            // What stands in for one item may be of any type.
            let item = if step.otherwise.is_some() { Type::Dyn } else { answer(request) };
            return if step.when.is_some() { Type::Dyn } else { Type::list(item) };
        }
        Action::Put(_, value) | Action::Set(value) => value.ty.clone(),
        Action::Now => Type::Time,
        Action::Random => Type::Int,
        Action::Log(..) | Action::Progress(..) => Type::Null,
        _ => Type::Dyn,
    };
    let same = step.otherwise.as_ref().is_none_or(|otherwise| otherwise.ty == own);
    if step.when.is_none() && same { own } else { Type::Dyn }
}

/// What comes back of a request.
fn answer(request: &Request) -> Type {
    let Request::Fetch(_) = request else { return Type::Dyn };
    let field = |name: &str, ty| Field { name: name.to_owned(), ty };
    Type::Record(Arc::new(vec![
        field("status", Type::Int),
        field("headers", Type::map(Type::Text, Type::Text)),
        field("body", Type::Dyn),
    ]))
}
