//! Calls that are not functions: they are expanded while the tree is built.
//!
//! *Never:* an argument that is to be a variable is anything but a name.

use super::ast::{Comprehension, Expr, Item, Kind, Literal, Loop, Presence, Span};
use crate::diagnostic::Diagnostic;

type Expanded = Result<Kind, Diagnostic>;

/// `a.b.c` as one name, if it is nothing else.
pub(super) fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        Kind::Name { name, root } => Some(if *root { format!(".{name}") } else { name.clone() }),
        Kind::Select { operand, field, presence: Presence::Required } => {
            let before = dotted(operand)?;
            Some(format!("{before}.{field}"))
        }
        _ => None,
    }
}

/// A call of `name(args)`.
pub(super) fn global(name: String, name_span: Span, args: Vec<Expr>, span: Span) -> Expanded {
    if name != "has" {
        return Ok(Kind::Call { target: None, function: name, name_span, args });
    }
    match <[Expr; 1]>::try_from(args).map(|[arg]| arg.kind) {
        Ok(Kind::Select { operand, field, presence: Presence::Required }) => {
            Ok(Kind::Has { operand, field })
        }
        _ => Err(Diagnostic::new(span, "`has` wants one field")
            .mend("write `has(value.field)`; for keys, write `'key' in value`")),
    }
}

/// A call of `target.name(args)`.
pub(super) fn method(
    target: Expr,
    name: String,
    name_span: Span,
    args: Vec<Expr>,
    span: Span,
) -> Expanded {
    if let Kind::Name { name: space, root: false } = &target.kind {
        match (space.as_str(), name.as_str()) {
            ("cel", "bind" | "block" | "index" | "iterVar" | "accuVar") => {
                return in_cel(&name, args, span);
            }
            ("math", "greatest" | "least") => {
                return Ok(extreme(&name, name_span, args, span));
            }
            _ => {}
        }
    }
    let plain = |target: Expr, args| Kind::Call {
        target: Some(Box::new(target)),
        function: name.clone(),
        name_span,
        args,
    };
    let count = args.len();
    match (name.as_str(), count) {
        ("optMap" | "optFlatMap", 2) => opt_map(target, &name, args),
        ("or" | "orValue", 1) => opt_else(target, &name, args),
        _ => match looping(&name, count) {
            Some((kind, vars)) => loop_of(kind, vars, target, args),
            None => Ok(plain(target, args)),
        },
    }
}

/// Which macro a name with so many arguments is, and how many of those are variables.
fn looping(name: &str, count: usize) -> Option<(Loop, usize)> {
    Some(match (name, count) {
        ("all", 2) => (Loop::All, 1),
        ("all", 3) => (Loop::All, 2),
        ("exists", 2) => (Loop::Exists, 1),
        ("exists", 3) => (Loop::Exists, 2),
        ("exists_one" | "existsOne", 2) => (Loop::ExistsOne, 1),
        ("exists_one" | "existsOne", 3) => (Loop::ExistsOne, 2),
        ("map", 2 | 3) => (Loop::Map, 1),
        ("filter", 2) => (Loop::Filter, 1),
        ("transformList", 3 | 4) => (Loop::Map, 2),
        ("transformMap", 3 | 4) => (Loop::MapValues, 2),
        ("transformMapEntry", 3 | 4) => (Loop::MapEntries, 2),
        ("sortBy", 2) => (Loop::SortBy, 1),
        _ => return None,
    })
}

/// How macros are written, for those who wrote one otherwise.
const WRITTEN: [(&str, &str); 14] = [
    ("all", "list.all(x, test)"),
    ("exists", "list.exists(x, test)"),
    ("exists_one", "list.exists_one(x, test)"),
    ("existsOne", "list.existsOne(x, test)"),
    ("filter", "list.filter(x, test)"),
    ("map", "list.map(x, value)` or `list.map(x, test, value)"),
    ("optMap", "optional.optMap(x, value)"),
    ("optFlatMap", "optional.optFlatMap(x, optional)"),
    ("or", "optional.or(optional)"),
    ("orValue", "optional.orValue(value)"),
    ("sortBy", "list.sortBy(x, key)"),
    ("transformList", "list.transformList(index, x, value)"),
    ("transformMap", "map.transformMap(key, x, value)"),
    ("transformMapEntry", "map.transformMapEntry(key, x, {key: value})"),
];

/// How a macro is written.
pub(super) fn written(name: &str) -> Option<&'static str> {
    WRITTEN.iter().find(|(known, _)| *known == name).map(|(_, written)| *written)
}

/// The names of macros, for guesses.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    WRITTEN.iter().map(|(name, _)| *name)
}

/// A name that an argument stands for.
fn variable(arg: &Expr) -> Result<String, Diagnostic> {
    match &arg.kind {
        Kind::Name { name, root: false } => Ok(name.clone()),
        _ => Err(Diagnostic::new(arg.span, "this is to be the name of a variable")
            .mend("write a plain name, as in `list.all(x, x > 0)`")),
    }
}

fn loop_of(kind: Loop, count: usize, target: Expr, args: Vec<Expr>) -> Expanded {
    let vars: Vec<String> = args.iter().take(count).map(variable).collect::<Result<_, _>>()?;
    if let (Some(first), Some(second)) = (vars.first(), vars.get(1))
        && first == second
    {
        let span = args.get(1).map_or(target.span, |arg| arg.span);
        return Err(Diagnostic::new(span, format!("`{first}` stands for two things"))
            .mend("give the two variables names of their own"));
    }
    let mut rest = args.into_iter().skip(count).map(Box::new);
    let (filter, step) = match (rest.next(), rest.next()) {
        (Some(filter), Some(step)) => (Some(filter), step),
        (Some(step), None) => (None, step),
        (None, _) => {
            return Err(Diagnostic::new(target.span, "this macro lacks its last argument"));
        }
    };
    Ok(Kind::Loop(Comprehension { kind, range: Box::new(target), vars, filter, step }))
}

fn opt_map(target: Expr, name: &str, args: Vec<Expr>) -> Expanded {
    let mut args = args.into_iter();
    match (args.next(), args.next()) {
        (Some(var), Some(body)) => Ok(Kind::OptMap {
            target: Box::new(target),
            name: variable(&var)?,
            body: Box::new(body),
            flat: name == "optFlatMap",
        }),
        _ => Err(Diagnostic::new(target.span, "this macro lacks an argument")),
    }
}

fn opt_else(target: Expr, name: &str, args: Vec<Expr>) -> Expanded {
    match args.into_iter().next() {
        Some(other) => Ok(Kind::OptElse {
            target: Box::new(target),
            other: Box::new(other),
            value: name == "orValue",
        }),
        None => Err(Diagnostic::new(target.span, "this lacks what stands in")),
    }
}

/// Many numbers become one list; one argument is passed as it is.
fn extreme(name: &str, name_span: Span, args: Vec<Expr>, span: Span) -> Kind {
    let function = format!("math.{name}");
    let args = if args.len() > 1 {
        let item = |value| Item { presence: Presence::Required, value };
        vec![Expr::new(Kind::List(args.into_iter().map(item).collect()), span)]
    } else {
        args
    };
    Kind::Call { target: None, function, name_span, args }
}

fn small_number(arg: Option<&Expr>) -> Option<i64> {
    match arg.map(|arg| &arg.kind) {
        Some(Kind::Literal(Literal::Int(value))) if (0..10_000).contains(value) => Some(*value),
        _ => None,
    }
}

fn in_cel(name: &str, args: Vec<Expr>, span: Span) -> Expanded {
    let wrong = |mend: &'static str| {
        Err(Diagnostic::new(span, format!("these are not the arguments of `cel.{name}`"))
            .mend(mend))
    };
    let named = |name: String| Ok(Kind::Name { name, root: false });
    match name {
        "index" => match (small_number(args.first()), args.len()) {
            (Some(at), 1) => named(format!("@index{at}")),
            _ => wrong("write `cel.index(0)`"),
        },
        "iterVar" | "accuVar" => {
            match (small_number(args.first()), small_number(args.get(1)), args.len()) {
                (Some(depth), Some(unique), 2) => named(format!("@{name}:{depth}:{unique}")),
                _ => wrong("write two small numbers"),
            }
        }
        "bind" => match <[Expr; 3]>::try_from(args) {
            Ok([var, value, body]) => Ok(Kind::Bind {
                name: variable(&var)?,
                value: Box::new(value),
                body: Box::new(body),
            }),
            Err(_) => wrong("write `cel.bind(name, value, expression)`"),
        },
        _ => match <[Expr; 2]>::try_from(args) {
            Ok([Expr { kind: Kind::List(items), .. }, body]) => block(items, body),
            _ => wrong("write `cel.block([value, ...], expression)`"),
        },
    }
}

/// `cel.block`: each value has a number, and those after it can use it.
fn block(items: Vec<Item>, body: Expr) -> Expanded {
    let mut inner = body;
    for (at, item) in items.into_iter().enumerate().rev() {
        let span = item.value.span.to(inner.span);
        let kind = Kind::Bind {
            name: format!("@index{at}"),
            value: Box::new(item.value),
            body: Box::new(inner),
        };
        inner = Expr::new(kind, span);
    }
    Ok(inner.kind)
}
