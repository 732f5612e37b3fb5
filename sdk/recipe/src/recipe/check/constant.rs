//! Constants that a function can never take: patterns, formats, zones, moments and addresses that
//! are told at their place when the recipe is checked, instead of when it runs.
//!
//! *Never:* a constant is refused with which its call could succeed.

use super::near;
use crate::cel::{Literal, Node, Op, Presence, Span, Type};
use crate::diagnostic::Diagnostic;
use crate::emit::{is_zone, zone_names};
use crate::pattern;
use crate::text;

/// What of an expression can only fail.
pub(super) fn problems(node: &Node) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    look(node, &mut found);
    found
}

/// As deep as the expression, whose depth the parser bounds.
fn look(node: &Node, found: &mut Vec<Diagnostic>) {
    if let Op::Call(name, _, args) = &node.op {
        found.extend(call(name, args));
    }
    node.each(&mut |part| look(part, found));
}

/// An argument that is a text, and where it stands.
fn constant(args: &[Node], at: usize) -> Option<(&str, Span)> {
    match args.get(at) {
        Some(Node { op: Op::Literal(Literal::Text(text)), span, .. }) => Some((text, *span)),
        _ => None,
    }
}

fn call(name: &str, args: &[Node]) -> Option<Diagnostic> {
    match (name, args) {
        ("matches" | "regex.extract" | "regex.extractAll" | "regex.replace", [_, _, rest @ ..]) => {
            let (text, span) = constant(args, 1)?;
            regular(name, text, span).or_else(|| replacement(text, constant(rest, 0)?))
        }
        ("format", [_, list]) => {
            let (text, span) = constant(args, 0)?;
            format(text, span, list)
        }
        ("timestamp" | "duration" | "ip" | "cidr", [_]) => {
            let (text, span) = constant(args, 0)?;
            written(name, text, span)
        }
        (part, [_, _]) if part.starts_with("get") => {
            let (text, span) = constant(args, 1)?;
            zone(text, span)
        }
        _ => None,
    }
}

fn regular(function: &str, text: &str, span: Span) -> Option<Diagnostic> {
    let Some(words) = pattern::compile(text) else {
        return Some(
            Diagnostic::new(span, "this is no regular expression, or one that is too large")
                .mend("regular expressions have RE2's syntax: no look-around, no references back"),
        );
    };
    let groups = pattern::Program::new(&words).groups();
    if !function.starts_with("regex.extract") || groups < 2 {
        return None;
    }
    let message = format!("this pattern has {groups} groups, and `{function}` takes one at most");
    Some(Diagnostic::new(span, message).mend("write `(?:…)` for what is not to be taken out"))
}

/// What stands behind backslashes in the new text of `regex.replace`.
fn replacement(pattern: &str, (new, span): (&str, Span)) -> Option<Diagnostic> {
    let groups = pattern::Program::new(&pattern::compile(pattern)?).groups();
    let mut letters = new.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            continue;
        }
        match letters.next() {
            Some('\\') => {}
            Some(digit) if digit.to_digit(10).is_some_and(|group| group <= groups) => {}
            Some(digit) if digit.is_ascii_digit() => {
                let message = format!("there is no group {digit}: the pattern has {groups}");
                let mend = "write `\\\\0` for all that matched, and brackets around a group";
                return Some(Diagnostic::new(span, message).mend(mend));
            }
            _ => {
                return Some(
                    Diagnostic::new(span, "behind a backslash stands a group or a backslash")
                        .mend("write `r'\\1'` for the first group, `r'\\\\'` for a backslash"),
                );
            }
        }
    }
    None
}

fn zone(name: &str, span: Span) -> Option<Diagnostic> {
    if is_zone(name) {
        return None;
    }
    let message = format!("there is no time zone `{name}`");
    Some(Diagnostic::new(span, message).mend(match near(name, zone_names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "write one as in `Europe/Berlin`, or an offset: `+02:00`".to_owned(),
    }))
}

fn written(function: &str, text: &str, span: Span) -> Option<Diagnostic> {
    let (good, mend) = match function {
        "timestamp" => (text::is_time(text), "write one as in `2026-01-31T08:30:00Z`"),
        "duration" => (text::is_duration(text), "write one as in `1h30m`, `2.5s` or `300ms`"),
        "ip" => (text::is_address(text), "write one as in `192.168.0.1` or `2001:db8::1`"),
        _ => (text::is_range(text), "write one as in `10.0.0.0/8` or `2001:db8::/32`"),
    };
    let what = if function == "cidr" { "range of addresses" } else { function };
    let what = if function == "ip" { "address" } else { what };
    (!good).then(|| Diagnostic::new(span, format!("`{text}` is no {what}")).mend(mend))
}

/// The letters of clauses, and what each takes.
const CLAUSES: &str = "`%s` takes anything, `%d`, `%f` and `%e` numbers, `%x` whole numbers, \
                       text and bytes, `%o` whole numbers, `%b` whole numbers and truth values; \
                       `%%` is a percent";

fn format(text: &str, span: Span, list: &Node) -> Option<Diagnostic> {
    let letters = match clauses(text) {
        Ok(letters) => letters,
        Err(clause) => {
            let message = format!("`%{clause}` means nothing in a format");
            return Some(Diagnostic::new(span, message).mend(CLAUSES));
        }
    };
    let Op::List(parts) = &list.op else { return None };
    if parts.iter().any(|part| part.presence == Presence::Optional) {
        return None;
    }
    if letters.len() != parts.len() {
        let (wants, given) = (letters.len(), parts.len());
        let message = format!("this format wants {wants} values, and the list has {given}");
        return Some(Diagnostic::new(list.span, message).mend("give one for each `%`"));
    }
    letters.iter().zip(parts).find_map(|(letter, part)| {
        let ty = &part.value.ty;
        let message = || format!("`%{letter}` does not take {ty}");
        (!takes(*letter, ty))
            .then(|| Diagnostic::new(part.value.span, message()).mend(CLAUSES.to_owned()))
    })
}

/// The letters of a format's clauses, or what stands where one should.
fn clauses(text: &str) -> Result<Vec<char>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, clause)) = rest.split_once('%') {
        if let Some(after) = clause.strip_prefix('%') {
            rest = after;
            continue;
        }
        let digits = clause.strip_prefix('.').map(|after| {
            after.len() - after.trim_start_matches(|digit: char| digit.is_ascii_digit()).len()
        });
        let length = digits.map_or(0, |digits| digits + 1);
        let precise = clause.get(1..length).and_then(|digits| digits.parse::<u32>().ok());
        let letter = clause.get(length..).and_then(|after| after.chars().next());
        let shown: String = clause.chars().take(length + 1).collect();
        match letter.filter(|letter| "sdfexXob".contains(*letter)) {
            Some(letter) if digits.is_none() || precise.is_some_and(|most| most <= 1_000) => {
                found.push(letter);
                rest = clause.get(length + 1..).unwrap_or_default();
            }
            _ => return Err(shown),
        }
    }
    Ok(found)
}

fn takes(letter: char, ty: &Type) -> bool {
    match (letter, ty) {
        (_, Type::Dyn) => true,
        ('s', ty) => !matches!(ty, Type::Optional(_)),
        (_, Type::Int | Type::Uint) => true,
        ('d' | 'f' | 'e', ty) => *ty == Type::Double,
        ('b', ty) => *ty == Type::Bool,
        ('x' | 'X', ty) => matches!(ty, Type::Text | Type::Bytes),
        _ => false,
    }
}
