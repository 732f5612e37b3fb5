//! Calls: which overload fits, and what it gives.
//!
//! *Never:* an overload is taken whose parameters do not fit, in strict mode.

use super::super::ast::{Expr, Literal, Presence, Span};
use super::super::functions::{Function, Returns, Runtime, forms, function, names};
use super::super::macros::{self, dotted};
use super::super::types::Type;
use super::{Checker, Node, Op, guess};
use crate::diagnostic::Diagnostic;

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        target: Option<&Expr>,
        name: &str,
        name_span: Span,
        args: &[Expr],
        span: Span,
    ) -> Node {
        // `math.abs(x)` is a function with a dotted name, unless `math` is a variable.
        let spaced = target.and_then(|target| self.spaced(target, name, args.len()));
        let (name, target) = match &spaced {
            Some(full) => (full.as_str(), None),
            None => (name, target),
        };
        let on_target = target.is_some();
        let name = name.trim_start_matches('.');
        let count = args.len() + usize::from(on_target);
        let Some(function) = function(name, on_target, count) else {
            target.map(|target| self.expr(target));
            // What would be a macro's variables stands for nothing yet; its own mistake says it all.
            if !self.no_function(name, on_target, args.len(), name_span) {
                args.iter().for_each(|arg| drop(self.expr(arg)));
            }
            return Node::fault(name, span);
        };
        let nodes: Vec<Node> = target.into_iter().chain(args).map(|arg| self.expr(arg)).collect();
        if name == "dyn" {
            return self.dynamic(nodes, span);
        }
        let mut ty = self.result(name, function, &nodes, span);
        let mut nodes = nodes;
        let mut runtime = function.runtime.clone();
        match name {
            "math.greatest" | "math.least" => ty = self.extreme(&nodes, ty, span),
            "flatten" if nodes.len() == 1 => {
                let depth = Node::new(Op::Literal(Literal::Int(1)), Type::Int, span);
                nodes.push(depth);
                runtime = Runtime { symbol: "rt_flatten", constant: None, returns: Returns::Value };
            }
            _ => {}
        }
        Node::new(Op::Call(name.to_owned(), runtime, nodes), ty, span)
    }

    fn spaced(&self, target: &Expr, name: &str, count: usize) -> Option<String> {
        let space = dotted(target)?;
        let first = space.split('.').next().unwrap_or_default();
        if self.local(first).is_some() {
            return None;
        }
        let full = format!("{}.{name}", space.trim_start_matches('.'));
        let known = !forms(&full).is_empty();
        // A variable of that name has methods of its own.
        let is_variable = matches!(self.named(&space), Some((Op::Input(_), _)));
        let hidden = is_variable && function(&full, false, count).is_none();
        (known && !hidden).then_some(full)
    }

    /// Tells whether a macro was meant.
    fn no_function(&mut self, name: &str, on_target: bool, count: usize, span: Span) -> bool {
        let forms = forms(name);
        let called = if on_target { format!(".{name}") } else { name.to_owned() };
        if let Some(written) = macros::written(name) {
            let message = format!("`{called}` does not go with {}", arguments(count));
            self.problem(Diagnostic::new(span, message).mend(format!("write `{written}`")));
            return true;
        }
        if forms.is_empty() {
            let all = names(on_target).chain(macros::names()).chain(names(!on_target));
            let near = guess::near(name, all);
            let message = format!("there is no function `{called}`");
            let written = guess::elsewhere(name).or_else(|| near.and_then(macros::written));
            self.problem(Diagnostic::new(span, message).mend(match (written, near) {
                (Some(written), _) => format!("did you mean `{written}`?"),
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => "`sdk/recipe/FORMAT.md` lists all functions".to_owned(),
            }));
            return written.is_some_and(|written| written.contains("(x, "));
        }
        let written = |(on, count): &(bool, usize)| match on {
            true => format!("`x.{name}()` with {}", arguments(count - 1)),
            false => format!("`{name}()` with {}", arguments(*count)),
        };
        let all: Vec<String> = forms.iter().map(written).collect();
        let message = format!("`{called}` does not take {}", arguments(count));
        self.problem(Diagnostic::new(span, message).mend(format!("write {}", all.join(", or "))));
        false
    }

    fn dynamic(&mut self, nodes: Vec<Node>, span: Span) -> Node {
        match nodes.into_iter().next() {
            Some(Node { op, ty, hidden, .. }) => {
                Node { op, ty: Type::Dyn, span, hidden: hidden.or(Some(ty)) }
            }
            None => Node::fault("dyn", span),
        }
    }

    /// The result of all overloads that fit: one type, or `dyn` where they differ.
    fn result(&mut self, name: &str, function: &Function, nodes: &[Node], span: Span) -> Type {
        let mut results: Vec<Type> = Vec::new();
        let before = self.found.mark();
        let mut after = None;
        for overload in &function.overloads {
            self.found.forget(before.clone());
            let overload = overload.fresh(&mut self.found);
            let pairs = nodes.iter().zip(&overload.params);
            if pairs.into_iter().all(|(node, param)| self.found.fits(&node.ty, param)) {
                let result = overload.result.clone();
                results.push(result);
                after.get_or_insert_with(|| self.found.mark());
            }
        }
        match (results.as_slice(), after) {
            ([one], Some(after)) => {
                self.found.forget(after);
                one.clone()
            }
            ([], _) | (_, None) => {
                self.found.forget(before);
                self.no_overload(name, nodes, span);
                self.only_result(function)
            }
            ([first, rest @ ..], Some(after)) => {
                // More than one fits where an argument is `dyn`; nothing is learnt from that.
                let same = rest.iter().all(|other| other == first && !has_param(first));
                let result = if same { first.clone() } else { Type::Dyn };
                self.found.forget(before);
                // Parameters made in between keep their numbers.
                while self.found.mark().len() < after.len() {
                    self.found.fresh();
                }
                result
            }
        }
    }

    /// Where all overloads give one type, a call gives it or a fault.
    fn only_result(&self, function: &Function) -> Type {
        let mut results = function.overloads.iter().map(|overload| &overload.result);
        match results.next() {
            Some(first) if !has_param(first) && results.all(|other| other == first) => {
                first.clone()
            }
            _ => Type::Dyn,
        }
    }

    fn no_overload(&mut self, name: &str, nodes: &[Node], span: Span) {
        let types: Vec<String> =
            nodes.iter().map(|node| self.found.whole(&node.ty).to_string()).collect();
        let (message, mend) = match (name.trim_matches('_'), types.as_slice()) {
            ("@in", [item, whole]) => {
                (format!("{item} cannot be looked for in {whole}"), "`in` wants a list or a map")
            }
            (operator, [left, right]) if name.starts_with('_') => (
                format!("`{operator}` does not go between {left} and {right}"),
                "convert one side, for example with `int()`, `double()` or `string()`",
            ),
            (operator, [only]) if name.ends_with('_') => (
                format!("`{operator}` does not go before {only}"),
                "it wants a number or a truth value",
            ),
            _ => (
                format!("`{name}` does not take {}", types.join(", ")),
                "convert the argument, or look at the types it takes",
            ),
        };
        self.problem(Diagnostic::new(span, message).mend(mend));
    }

    /// The greatest of numbers: what is none, and known to be none, is refused.
    fn extreme(&mut self, nodes: &[Node], ty: Type, span: Span) -> Type {
        let Some(Node { op, ty: list, .. }) = nodes.first() else { return ty };
        let item = match self.found.shallow(list) {
            Type::List(item) => self.found.whole(&item),
            other => other,
        };
        let mut types = vec![item];
        if let Op::List(parts) = op {
            let required = parts.iter().filter(|part| part.presence == Presence::Required);
            types = required.map(|part| self.found.whole(&part.value.ty)).collect();
            if parts.is_empty() {
                let message = "there is no greatest or least of nothing";
                self.problem(Diagnostic::new(span, message).mend("give it a number"));
            }
        }
        for found in &types {
            if !found.is_number() && *found != Type::Dyn {
                let message = format!("numbers are compared here, and this is {found}");
                self.problem(Diagnostic::new(span, message).mend("convert it with `double()`"));
                return Type::Dyn;
            }
        }
        match types.split_first() {
            Some((first, rest)) if rest.iter().all(|other| other == first) => first.clone(),
            _ => Type::Dyn,
        }
    }
}

fn has_param(ty: &Type) -> bool {
    match ty {
        Type::Param(_) => true,
        Type::List(inner) | Type::Optional(inner) => has_param(inner),
        Type::Map(key, value) => has_param(key) || has_param(value),
        _ => false,
    }
}

fn arguments(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        count => format!("{count} arguments"),
    }
}
