//! Expressions of a document: text in CEL, or lists and objects of such.
//!
//! `return: {'words': size(x)}` without quotes around it is an object to YAML, and means here what it
//! looks like: its keys are texts, its values expressions.
//!
//! *Never:* a place inside an expression is told that is not its place in the document.

use super::tree::{Content, Node, Offsets, Plain, Scalar};
use crate::cel::{Entry, Expr, Item, Kind, Literal, Presence, Span, parse};
use crate::diagnostic::Diagnostic;

/// The expression that a value of the document is; its spans are the document's.
pub(super) fn expression(document: &str, node: &Node) -> Result<Expr, Vec<Diagnostic>> {
    match &node.content {
        Content::Scalar(scalar) => {
            let whole = Span { start: 0, end: scalar.text.len() };
            part(document, node, scalar, whole).map_err(|problem| vec![problem])
        }
        Content::List(_, nodes) => {
            let (values, problems) = all(nodes.iter().map(|node| expression(document, node)));
            if !problems.is_empty() {
                return Err(problems);
            }
            let item = |value| Item { presence: Presence::Required, value };
            Ok(Expr::new(Kind::List(values.into_iter().map(item).collect()), node.span))
        }
        Content::Map(_, entries) => {
            let (values, problems) =
                all(entries.iter().map(|entry| expression(document, &entry.node)));
            if !problems.is_empty() {
                return Err(problems);
            }
            let pair = |(entry, value): (&super::tree::Entry, Expr)| Entry {
                presence: Presence::Required,
                key: Expr::new(Kind::Literal(Literal::Text(entry.name.clone())), entry.at),
                value,
            };
            let pairs = entries.iter().zip(values).map(pair).collect();
            Ok(Expr::new(Kind::Map(pairs), node.span))
        }
    }
}

/// All that are expressions, and everything that is wrong with the others.
fn all(
    parsed: impl Iterator<Item = Result<Expr, Vec<Diagnostic>>>,
) -> (Vec<Expr>, Vec<Diagnostic>) {
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    for one in parsed {
        match one {
            Ok(value) => values.push(value),
            Err(more) => problems.extend(more),
        }
    }
    (values, problems)
}

/// The expression that a part of a scalar is.
pub(super) fn part(
    document: &str,
    node: &Node,
    scalar: &Scalar,
    within: Span,
) -> Result<Expr, Diagnostic> {
    if scalar.value == Plain::Null && scalar.text.is_empty() {
        return Err(Diagnostic::new(node.span, "an expression is missing here")
            .mend("write one behind the colon, or `null` to mean null"));
    }
    let offsets = Offsets::of(document, scalar, node.span);
    let source = scalar.text.get(within.start..within.end).unwrap_or_default();
    let spanned = |span: Span| {
        offsets.span(Span { start: span.start + within.start, end: span.end + within.start })
    };
    match parse(source) {
        Ok(mut expr) => {
            place(&mut expr, &spanned);
            Ok(expr)
        }
        Err(problem) => Err(Diagnostic { span: spanned(problem.span), ..problem }),
    }
}

/// Moves an expression to where it stands in the document. Its depth was bounded by the parser.
pub(super) fn place(expr: &mut Expr, spanned: &dyn Fn(Span) -> Span) {
    expr.span = spanned(expr.span);
    let each = |part: &mut Expr| place(part, spanned);
    match &mut expr.kind {
        Kind::Literal(_) | Kind::Name { .. } | Kind::Message(_) => {}
        Kind::Select { operand, .. } | Kind::Has { operand, .. } => each(operand),
        Kind::Index { operand, index, .. } => {
            each(operand);
            each(index);
        }
        Kind::Call { target, name_span, args, .. } => {
            *name_span = spanned(*name_span);
            target.iter_mut().for_each(|target| each(target));
            args.iter_mut().for_each(each);
        }
        Kind::And(left, right) | Kind::Or(left, right) => {
            each(left);
            each(right);
        }
        Kind::If(condition, yes, no) => {
            each(condition);
            each(yes);
            each(no);
        }
        Kind::List(items) => items.iter_mut().for_each(|item| each(&mut item.value)),
        Kind::Map(entries) => entries.iter_mut().for_each(|entry| {
            each(&mut entry.key);
            each(&mut entry.value);
        }),
        Kind::Loop(inner) => {
            each(&mut inner.range);
            inner.filter.iter_mut().for_each(|filter| each(filter));
            each(&mut inner.step);
        }
        Kind::Bind { value, body, .. } => {
            each(value);
            each(body);
        }
        Kind::OptMap { target, body, .. } => {
            each(target);
            each(body);
        }
        Kind::OptElse { target, other, .. } => {
            each(target);
            each(other);
        }
    }
}
