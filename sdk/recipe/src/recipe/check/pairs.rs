//! Pairs of a query, a form or headers: null leaves one out, a list gives it once for each item.
//!
//! Where every value is sure to be one text or number, nothing has to be decided while the recipe
//! runs. Else the pairs are written as one expression of the language, so that its bounds are known
//! like those of any other.
//!
//! *Never:* a value gets into the text of pairs that is not escaped.

use super::Planner;
use crate::cel::{Expr, Item, Kind, Node, Presence, Span, Type, parse};
use crate::recipe::document::Named;
use crate::recipe::expression;
use crate::recipe::plan::{Header, Pairs};

/// What a value of unknown type becomes; `NAME` is the pair's name, escaped.
const PAIR: &str = "cel.bind(value, null, value == null ? '' : \
    type(value) == list ? value.map(one, 'NAME=' + url.encode(one)).join('&') : \
    'NAME=' + url.encode(value))";
/// All pairs that are there, behind a mark where there are any.
const ALL: &str = "cel.bind(pairs, [], cel.bind(all, pairs.filter(pair, pair != '').join('&'), \
    all == '' ? '' : 'MARK' + all))";
/// What an optional holds, or null.
const HELD: &str = "null.optMap(held, dyn(held)).orValue(dyn(null))";

impl Planner<'_> {
    /// Pairs of a query or a form; `mark` goes before those that may turn out to be none.
    pub(super) fn pairs(&mut self, entries: &[Named], mark: &str) -> Pairs {
        let before = self.problems.len();
        let given: Vec<(String, Expr, Node, Span)> =
            entries.iter().filter_map(|entry| self.given(entry)).collect();
        if self.problems.len() > before || given.iter().all(|(_, _, node, _)| is_one(&node.ty)) {
            let fixed = given.into_iter().map(|(name, _, node, _)| (encoded(&name), node));
            return Pairs::Fixed(fixed.collect());
        }
        let at = given.first().map_or(Span::default(), |(.., at)| *at);
        let pairs = given.into_iter().filter_map(|(name, expr, node, at)| {
            let pair = bound(&PAIR.replace("NAME", &encoded(&name)), held(expr, &node.ty), at)?;
            Some(Item { presence: Presence::Required, value: pair })
        });
        let pairs = Expr::new(Kind::List(pairs.collect()), at);
        let written = bound(&ALL.replace("MARK", mark), pairs, at);
        match written.and_then(|all| self.checked(&all)) {
            Some(node) => Pairs::Joined(Box::new(node)),
            None => Pairs::Fixed(Vec::new()),
        }
    }

    /// Headers, each with whether it is sent where that is not sure.
    pub(super) fn planned_headers(&mut self, entries: &[Named]) -> Vec<Header> {
        let planned = entries.iter().filter_map(|entry| {
            let (name, expr, value, at) = self.given(entry)?;
            if is_one(&value.ty) {
                return Some(Header { name, value, when: None });
            }
            let value = held(expr, &value.ty);
            let when = bound("cel.bind(value, null, value != null)", value.clone(), at)?;
            Some(Header { name, value: self.checked(&value)?, when: Some(self.checked(&when)?) })
        });
        planned.collect()
    }

    fn given(&mut self, entry: &Named) -> Option<(String, Expr, Node, Span)> {
        let expr = match expression::expression(self.document, &entry.node) {
            Ok(expr) => expr,
            Err(problems) => {
                self.problems.extend(problems);
                return None;
            }
        };
        let node = self.checked(&expr)?;
        Some((entry.name.clone(), expr, node, entry.at))
    }
}

/// Whether a value of this type is always there, once.
const fn is_one(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Bool
            | Type::Int
            | Type::Uint
            | Type::Double
            | Type::Text
            | Type::Bytes
            | Type::Time
            | Type::Duration
    )
}

/// The expression of a value that may be missing: null where it is.
fn held(expr: Expr, ty: &Type) -> Expr {
    let span = expr.span;
    match ty {
        Type::Optional(_) => into_held(expr.clone(), span).unwrap_or(expr),
        // Compared with null, so it may not have a type that null cannot have.
        _ => called("dyn", expr, span),
    }
}

fn into_held(expr: Expr, span: Span) -> Option<Expr> {
    let Kind::OptElse { target, other, value } = template(HELD, span)?.kind else { return None };
    let Kind::OptMap { name, body, flat, .. } = target.kind else { return None };
    let target = Kind::OptMap { target: Box::new(expr), name, body, flat };
    let target = Box::new(Expr::new(target, span));
    Some(Expr::new(Kind::OptElse { target, other, value }, span))
}

fn called(function: &str, argument: Expr, span: Span) -> Expr {
    let function = function.to_owned();
    Expr::new(Kind::Call { target: None, function, name_span: span, args: vec![argument] }, span)
}

/// A template that binds something, with `value` in its place.
fn bound(text: &str, value: Expr, at: Span) -> Option<Expr> {
    let Kind::Bind { name, body, .. } = template(text, at)?.kind else { return None };
    Some(Expr::new(Kind::Bind { name, value: Box::new(value), body }, at))
}

/// An expression of our own, which stands where the pair stands.
fn template(text: &str, at: Span) -> Option<Expr> {
    let mut expr = parse(text).ok()?;
    expression::place(&mut expr, &|_| at);
    Some(expr)
}

/// A name as a part of a URL or a form.
fn encoded(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
