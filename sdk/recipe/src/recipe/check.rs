//! A document to a plan: every expression read, checked, and put in the order of its step.
//!
//! *Never:* a step is planned whose permission the recipe does not ask for.

mod constant;
mod example;
mod pairs;
mod permission;
mod request;
mod step;
mod url;

use super::document::{Named, Recipe};
use super::expression;
use super::plan::Plan;
use super::rules;
use super::schema;
use super::tree::{self, Content};
use crate::cel::{Environment, Expr, Kind, Mode, Node, Op, Span, Type, check, near, parse};
use crate::diagnostic::Diagnostic;

/// Names that are there without being declared.
const GIVEN: [&str; 2] = ["input", "item"];

/// The plan of a recipe, or everything that is wrong with it.
pub(super) fn plan(recipe: &Recipe, document: &str) -> Result<Plan, Vec<Diagnostic>> {
    let around = Environment::default();
    let problems = Vec::new();
    let mut planner =
        Planner { recipe, document, around, problems, heaviest: (0, recipe.result.span) };
    planner.schemas();
    planner.examples();
    planner.around.names.insert("input".to_owned(), schema::type_of(&recipe.input, 0));
    let mut bindings = Vec::new();
    for Named { name, at, node } in &recipe.bindings {
        let value = planner.expression(node);
        let ty = value.as_ref().map_or(Type::Dyn, |value| value.ty.clone());
        planner.declare(name, *at, ty);
        bindings.extend(value.map(|value| (name.clone(), value)));
    }
    let steps = planner.steps(&recipe.steps);
    let result = planner.expression(&recipe.result);
    let mut sure = true;
    let mut types = Vec::new();
    for value in result.iter().chain(step::returned(&steps)) {
        sure &= planner.fits_output(value);
        types.push(rules::type_shown(value));
    }
    let ty = match types.split_first() {
        Some((first, rest)) if rest.iter().all(|other| other == first) => first.clone(),
        _ => Type::Dyn,
    };
    match result {
        Some(result) if planner.problems.is_empty() => Ok(Plan {
            input: recipe.input.clone(),
            input_rules: rules::of_input(&recipe.input),
            bindings,
            steps,
            result,
            output_rules: if sure { Vec::new() } else { rules::of_output(&recipe.output, &ty) },
            heaviest: planner.heaviest.1,
        }),
        _ => Err(planner.problems),
    }
}

struct Planner<'a> {
    recipe: &'a Recipe,
    /// The text that the recipe was read from.
    document: &'a str,
    around: Environment,
    problems: Vec<Diagnostic>,
    /// The expression that loops most, and how often it does.
    heaviest: (usize, Span),
}

impl Planner<'_> {
    fn problem(&mut self, at: Span, message: impl Into<String>, mend: impl Into<String>) {
        self.problems.push(Diagnostic::new(at, message).mend(mend));
    }

    /// Makes a name known to everything behind it.
    fn declare(&mut self, name: &str, at: Span, ty: Type) {
        let is_name = matches!(parse(name), Ok(Expr { kind: Kind::Name { .. }, .. }));
        if !is_name {
            self.problem(at, format!("`{name}` is a word of the language"), "take another name");
        } else if GIVEN.contains(&name) {
            self.problem(at, format!("`{name}` is there already"), "take another name");
        } else if self.around.names.contains_key(name) {
            let message = format!("something above is called `{name}` already");
            self.problem(at, message, "take another name");
        }
        self.around.names.insert(name.to_owned(), ty);
    }

    fn expression(&mut self, node: &tree::Node) -> Option<Node> {
        match expression::expression(self.document, node) {
            Ok(expr) => self.checked(&expr),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }

    fn checked(&mut self, expr: &Expr) -> Option<Node> {
        match check(expr, &self.around, Mode::Strict) {
            Ok(checked) => {
                self.problems.extend(constant::problems(&checked.root));
                let loops = loops(&checked.root);
                if loops > self.heaviest.0 {
                    self.heaviest = (loops, expr.span);
                }
                Some(checked.root)
            }
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }

    fn maybe(&mut self, node: Option<&tree::Node>) -> Option<Node> {
        node.and_then(|node| self.expression(node))
    }

    /// A condition, which is to be true or false.
    fn condition(&mut self, node: Option<&tree::Node>) -> Option<Node> {
        let condition = self.maybe(node)?;
        if !matches!(condition.ty, Type::Bool | Type::Dyn) {
            let message = format!("a condition is to be bool, and this is {}", condition.ty);
            self.problem(condition.span, message, "compare it with something");
        }
        Some(condition)
    }

    /// What the given schemas say that nobody could hold.
    fn schemas(&mut self) {
        let recipe = self.recipe;
        for name in ["input", "output"] {
            if let Some(node) = recipe.tree.field(name) {
                self.schema(node, 1);
            }
        }
        let of = recipe.input.get("type").and_then(serde_json::Value::as_str);
        if let (Some(node), true) = (recipe.tree.field("input"), of != Some("object")) {
            self.problem(key(node), "an input is an object", "write `type: object` first");
        }
    }

    fn schema(&mut self, node: &tree::Node, depth: u32) {
        if depth > schema::DEPTH_MAX {
            let message =
                format!("schemas stand more than {} deep in each other", schema::DEPTH_MAX);
            return self.problem(key(node), message, "make the structure flatter");
        }
        if let Some(pattern) = node.field("pattern")
            && crate::pattern::matches(pattern.text().unwrap_or_default(), "").is_none()
        {
            let mend = "regular expressions have RE2's syntax: no look-around, no references back";
            self.problem(pattern.span, "this is no regular expression", mend);
        }
        let known = node.field("properties").map(tree::Node::entries).unwrap_or_default();
        for required in node.field("required").map(tree::Node::items).unwrap_or_default() {
            let name = required.text().unwrap_or_default();
            let closed = node.field("properties").is_some();
            if closed && !known.iter().any(|entry| entry.name == name) {
                let meant = near(name, known.iter().map(|entry| entry.name.as_str()));
                let mend = meant.map_or_else(
                    || "add it to `properties`".to_owned(),
                    |meant| format!("did you mean `{meant}`?"),
                );
                let message = format!("`{name}` is required and not among the properties");
                self.problem(required.span, message, mend);
            }
        }
        for entry in known {
            self.schema(&entry.node, depth + 1);
        }
        for inner in ["items", "additionalProperties"] {
            if let Some(node) = node.field(inner) {
                self.schema(node, depth + 1);
            }
        }
    }

    /// Whether a result fits the output's schema as far as its types show; what cannot is a problem.
    fn fits_output(&mut self, value: &Node) -> bool {
        match rules::shown(value, &self.recipe.output) {
            Ok(sure) => sure,
            Err(problem) => {
                self.problems.push(problem);
                false
            }
        }
    }
}

/// How many parts of an expression make more of what they are given.
fn loops(node: &Node) -> usize {
    let mut sum = usize::from(matches!(node.op, Op::Loop(_) | Op::Bind(..)));
    node.each(&mut |part| sum += loops(part));
    sum
}

/// The first letter of a list or map, where a message about all of it points.
fn key(node: &tree::Node) -> Span {
    match node.content {
        Content::Scalar(_) => node.span,
        Content::List(..) | Content::Map(..) => {
            Span { start: node.span.start, end: node.span.start + 1 }
        }
    }
}
