//! A document to a plan: every expression read, checked, and put in the order of its step.
//!
//! *Never:* a step is planned whose permission the recipe does not ask for.

use super::document::{Ordered, Recipe, Source, Step};
use super::plan::{Action, Body, Part, Plan, Planned, PlannedStep, Request};
use super::schema;
use super::template::{Piece, split};
use crate::cel::{Environment, Mode, Type, check, parse};
use crate::diagnostic::{Diagnostic, Problem};
use crate::place::Places;

/// More steps than this are no small program.
const STEPS_MAX: usize = 100;

pub(super) fn plan(recipe: &Recipe, document: &str) -> Result<Plan, Vec<Problem>> {
    let around = Environment::default();
    let mut planner = Planner { recipe, document, around, problems: Vec::new() };
    planner.declare("input", schema::type_of(&recipe.input, 0));
    let mut bindings = Vec::new();
    for (name, source) in &recipe.bindings.0 {
        if let Some(planned) = planner.expression(source) {
            planner.declare(name, planned.node.ty.clone());
            bindings.push((name.clone(), planned));
        } else {
            planner.declare(name, Type::Dyn);
        }
    }
    let steps = planner.steps(&recipe.steps);
    let result = planner.expression(&recipe.result);
    match result {
        Some(result) if planner.problems.is_empty() => {
            Ok(Plan { input: recipe.input.clone(), bindings, steps, result })
        }
        _ => Err(planner.problems),
    }
}

struct Planner<'a> {
    recipe: &'a Recipe,
    /// The text that the recipe was read from.
    document: &'a str,
    around: Environment,
    problems: Vec<Problem>,
}

fn place(at: u64) -> usize {
    usize::try_from(at).unwrap_or(1)
}

impl Planner<'_> {
    fn declare(&mut self, name: &str, ty: Type) {
        self.around.names.insert(name.to_owned(), ty);
    }

    fn problem(&mut self, source: &Source, message: impl Into<String>, mend: &str) {
        let at = source.referenced;
        self.problems.push(Problem::new(place(at.line()), place(at.column()), message).mend(mend));
    }

    fn diagnostics(&mut self, places: &Places, all: Vec<Diagnostic>) {
        for diagnostic in all {
            let word = places.of(diagnostic.span);
            let (line, column) = ((word >> 12) as usize, (word & 0xfff) as usize);
            let mut problem = Problem::new(line, column, diagnostic.message);
            problem.mend = diagnostic.mend;
            self.problems.push(problem);
        }
    }

    fn places(&self, source: &Source, text: &str) -> Places {
        let at = source.referenced;
        Places::of_scalar(self.document, text, place(at.line()), place(at.column()))
    }

    fn expression(&mut self, source: &Source) -> Option<Planned> {
        self.expression_at(source, &source.value, 0)
    }

    /// An expression that begins so many bytes into a scalar.
    fn expression_at(&mut self, source: &Source, text: &str, offset: usize) -> Option<Planned> {
        let places = self.places(source, text).further(offset);
        let checked = parse(text)
            .map_err(|problem| vec![problem])
            .and_then(|expr| check(&expr, &self.around, Mode::Strict));
        match checked {
            Ok(checked) => Some(Planned { node: checked.root, places }),
            Err(all) => {
                self.diagnostics(&places, all);
                None
            }
        }
    }

    fn maybe(&mut self, source: Option<&Source>) -> Option<Planned> {
        source.and_then(|source| self.expression(source))
    }

    fn named(&mut self, entries: &Ordered) -> Vec<(String, Planned)> {
        let planned = entries.0.iter().filter_map(|(name, source)| {
            self.expression(source).map(|planned| (name.clone(), planned))
        });
        planned.collect()
    }

    fn steps(&mut self, steps: &[Step]) -> Vec<PlannedStep> {
        if steps.len() > STEPS_MAX {
            let message = format!("there are {} steps, and {STEPS_MAX} are the most", steps.len());
            self.problems.push(Problem::new(1, 1, message).mend("split it into capabilities"));
            return Vec::new();
        }
        let mut planned = Vec::new();
        for step in steps {
            let Some(one) = self.step(step) else { continue };
            let ty = match &one.action {
                Action::Set(value) if one.when.is_none() && one.otherwise.is_none() => {
                    value.node.ty.clone()
                }
                Action::Now if one.when.is_none() && one.otherwise.is_none() => Type::Time,
                Action::Random if one.when.is_none() && one.otherwise.is_none() => Type::Int,
                Action::Each(..) if one.when.is_none() => Type::list(Type::Dyn),
                _ => Type::Dyn,
            };
            if let Some(name) = &one.name {
                self.declare(name, ty);
            }
            if let Action::Parallel(inner) = &one.action {
                for name in inner.iter().filter_map(|step| step.name.as_ref()) {
                    self.around.names.insert(name.clone(), Type::Dyn);
                }
            }
            planned.push(one);
        }
        planned
    }

    fn step(&mut self, step: &Step) -> Option<PlannedStep> {
        let when = self.maybe(step.when.as_ref());
        let action = self.action(step);
        let otherwise = self.maybe(step.otherwise.as_ref());
        if step.each.is_some() {
            self.around.names.remove("item");
        }
        let name = step.name.as_ref().map(|name| name.value.clone());
        Some(PlannedStep { action: action?, name, when, otherwise })
    }

    fn action(&mut self, step: &Step) -> Option<Action> {
        let each = self.maybe(step.each.as_ref());
        if let Some(each) = &each {
            let item = match &each.node.ty {
                Type::List(item) => Type::clone(item),
                _ => Type::Dyn,
            };
            self.declare("item", item);
        }
        if step.fetch.is_some() || step.call.is_some() {
            let request = self.request(step)?;
            return Some(match each {
                Some(each) => Action::Each(each, request),
                None => Action::Send(request),
            });
        }
        if let Some(each) = &step.each {
            self.problem(each, "`each` goes with `fetch` and `call`", "use `.map()` for values");
        }
        if let Some(inner) = &step.parallel {
            let planned = self.parallel(inner);
            return Some(Action::Parallel(planned));
        }
        self.single(step)
    }

    fn parallel(&mut self, steps: &[Step]) -> Vec<PlannedStep> {
        let mut planned = Vec::new();
        for step in steps {
            let one = self.step(step);
            match one {
                Some(one) if matches!(one.action, Action::Send(_)) => planned.push(one),
                Some(_) => {
                    let problem = Problem::new(1, 1, "only `fetch` and `call` go side by side");
                    self.problems.push(problem.mend("move the other steps out of `parallel`"));
                }
                None => {}
            }
        }
        planned
    }

    fn asks(&mut self, source: &Source, asked: bool, what: &str) {
        if !asked {
            let message = format!("the recipe does not ask for {what}");
            let mend = format!("add `{what}` to `permissions`");
            self.problem(source, message, &mend);
        }
    }

    fn single(&mut self, step: &Step) -> Option<Action> {
        let asks = &self.recipe.permissions;
        let (kv, log, progress) = (asks.kv.is_some(), asks.log, asks.progress);
        let (clock, random, config) = (asks.clock, asks.random, !asks.config.is_empty());
        if let Some(key) = &step.get {
            self.asks(key, kv, "kv");
            return self.expression(key).map(Action::Get);
        }
        if let Some(key) = &step.put {
            self.asks(key, kv, "kv");
            let (key, value) = (self.expression(key), self.maybe(step.value.as_ref()));
            return Some(Action::Put(key?, value?));
        }
        if let Some(text) = &step.log {
            self.asks(text, log, "log");
            let levels = ["trace", "debug", "info", "warn", "error"];
            let level = step.level.as_deref().unwrap_or("info");
            let Some(level) = levels.iter().position(|known| *known == level) else {
                self.problem(text, format!("`{level}` is no level"), &levels.join(", "));
                return None;
            };
            let level = u32::try_from(level).unwrap_or_default();
            return self.expression(text).map(|text| Action::Log(text, level));
        }
        if let Some(text) = &step.progress {
            self.asks(text, progress, "progress");
            let fraction = self.maybe(step.value.as_ref());
            return self.expression(text).map(|text| Action::Progress(text, fraction));
        }
        if let Some(key) = &step.config {
            self.asks(key, config, "config");
            return self.expression(key).map(Action::Config);
        }
        if let Some(value) = &step.set {
            return self.expression(value).map(Action::Set);
        }
        if let Some(value) = &step.result {
            return self.expression(value).map(Action::Return);
        }
        let name = self.recipe.result.clone();
        if step.now.is_some() {
            self.asks(step.name.as_ref().unwrap_or(&name), clock, "clock");
            return Some(Action::Now);
        }
        if step.random.is_some() {
            self.asks(step.name.as_ref().unwrap_or(&name), random, "random");
            return Some(Action::Random);
        }
        let at = step.name.as_ref().unwrap_or(&name);
        self.problem(
            at,
            "this step has no verb",
            "begin it with `fetch`, `call`, `set` or another",
        );
        None
    }

    fn request(&mut self, step: &Step) -> Option<Request> {
        if let Some(name) = &step.call {
            let asked = !self.recipe.permissions.call.is_empty();
            self.asks(name, asked, "call");
            return Some(Request::Call {
                capability: name.value.clone(),
                operation: step.operation.clone().unwrap_or_else(|| "run".to_owned()),
                input: self.maybe(step.input.as_ref()),
            });
        }
        let source = step.fetch.as_ref()?;
        let asked = !self.recipe.permissions.http.is_empty();
        self.asks(source, asked, "http");
        let url = self.url(source)?;
        let body = match (&step.json, &step.body) {
            (Some(json), None) if step.form.0.is_empty() => Body::Json(self.expression(json)?),
            (None, Some(body)) if step.form.0.is_empty() => Body::Plain(self.expression(body)?),
            (None, None) if !step.form.0.is_empty() => Body::Form(self.named(&step.form)),
            (None, None) => Body::None,
            _ => {
                self.problem(
                    source,
                    "a request has one body",
                    "keep one of `json`, `form`, `body`",
                );
                return None;
            }
        };
        let plain = matches!(body, Body::None);
        let method = step.method.as_deref().unwrap_or(if plain { "GET" } else { "POST" });
        Some(Request::Fetch {
            method: method.to_owned(),
            url,
            query: self.named(&step.query),
            headers: self.named(&step.headers),
            body,
            bearer: step.bearer.clone(),
            timeout_ms: step.timeout_ms,
        })
    }

    fn url(&mut self, source: &Source) -> Option<Vec<Part>> {
        let pieces = match split(&source.value) {
            Ok(pieces) => pieces,
            Err(diagnostic) => {
                let places = self.places(source, &source.value);
                self.diagnostics(&places, vec![diagnostic]);
                return None;
            }
        };
        let mut parts = Vec::new();
        for piece in pieces {
            parts.push(match piece {
                Piece::Text(text) => Part::Text(text.to_owned()),
                Piece::Expression(text, at) => Part::Escaped(self.expression_at(source, text, at)?),
            });
        }
        match parts.first() {
            Some(Part::Text(text))
                if text.starts_with("http://") || text.starts_with("https://") =>
            {
                Some(parts)
            }
            _ => {
                let mend = "write the scheme and host as they are: `https://example.org/{path}`";
                self.problem(source, "a URL begins with its scheme and host", mend);
                None
            }
        }
    }
}
