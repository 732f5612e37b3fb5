//! Events of the YAML parser to a tree.
//!
//! *Never:* a key that stands twice is passed over: the second would silently win.

use super::{
    Content, Entry, KEY_MAX, NESTING_MAX, Node, Plain, SCALAR_MAX, Scalar, VALUES_MAX, written,
};
use crate::cel::Span;
use crate::diagnostic::Diagnostic;
use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};
use serde_json::Number;
use std::collections::HashSet;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::recipe) enum Style {
    /// A scalar without quotes; a list or map in lines of its own.
    Plain,
    /// Between `'`.
    Single,
    /// Between `"`.
    Double,
    /// Behind `|`.
    Literal,
    /// Behind `>`.
    Folded,
    /// Between brackets.
    Flow,
}

/// A list or map whose end has not come.
enum Open {
    List(Span, Style, Vec<Node>),
    Map { span: Span, style: Style, entries: Vec<Entry>, names: HashSet<String>, key: Option<Key> },
}

/// A key whose value has not come; without a name where it is none that a recipe can have.
struct Key {
    name: Option<String>,
    at: Span,
}

struct Builder<'d> {
    document: &'d str,
    open: Vec<Open>,
    root: Option<Node>,
    values: usize,
    problems: Vec<Diagnostic>,
}

/// The tree, or everything that keeps the document from being one.
pub(super) fn tree(document: &str) -> Result<Node, Vec<Diagnostic>> {
    let mut options = granit_parser::options! {
        disallow_directives: true,
        flow_nesting_limit: NESTING_MAX,
        block_nesting_limit: NESTING_MAX,
    };
    options.set_emit_comments(false);
    let mut builder =
        Builder { document, open: Vec::new(), root: None, values: 0, problems: Vec::new() };
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(document, options) {
        let (event, span) = match event {
            Ok((event, span)) => (event, spanned(document, &span)),
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or_default().min(document.len());
                builder.problems.push(unreadable(document, at, &error.info()));
                return Err(builder.problems);
            }
        };
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                let problem = Diagnostic::new(span, "a second document begins here");
                builder.problems.push(problem.mend("a file has one recipe; leave out the `---`"));
                return Err(builder.problems);
            }
        }
        if let Err(problem) = builder.event(event, span) {
            builder.problems.push(problem);
            return Err(builder.problems);
        }
    }
    match builder.root {
        _ if !builder.problems.is_empty() => Err(builder.problems),
        Some(root) => Ok(root),
        None => Err(vec![
            Diagnostic::new(Span::default(), "the document is empty")
                .mend("begin with `name`, `version`, `summary` and `return`"),
        ]),
    }
}

fn spanned(document: &str, span: &granit_parser::Span) -> Span {
    let start = span.start.byte_offset().unwrap_or_default().min(document.len());
    let end = span.end.byte_offset().unwrap_or(start).min(document.len());
    Span { start, end: end.max(start) }
}

/// What the parser says, and what usually stands behind it.
fn unreadable(document: &str, at: usize, info: &str) -> Diagnostic {
    let begin = document.get(..at).and_then(|text| text.rfind('\n')).map_or(0, |line| line + 1);
    let line = document.get(begin..).unwrap_or_default().lines().next().unwrap_or_default();
    let margin: &str = line.get(..line.len() - line.trim_start().len()).unwrap_or_default();
    let (span, mend) = if let Some(tab) = margin.find('\t') {
        let start = begin + tab;
        (Span { start, end: start + 1 }, "indent with spaces; YAML takes no tabs there")
    } else if info.contains("limit") || info.contains("depth") || info.contains("recursion") {
        (Span { start: at, end: at }, "lists and maps within each other are limited to 40")
    } else if line.contains(": ") && line.trim_start().matches(": ").count() > 1 {
        (Span { start: at, end: at }, "put a text with `: ` in it between quotes, or behind `|`")
    } else {
        (Span { start: at, end: at }, "look at quotes, brackets and indentation before this place")
    };
    Diagnostic::new(span, format!("this is no YAML: {info}")).mend(mend)
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        match event {
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return Err(Diagnostic::new(span, "recipes have no aliases")
                    .mend("write the value out, or name it in `let`"));
            }
            Event::Scalar(text, style, anchor, tag) => {
                plain_node(anchor, tag.is_some(), span)?;
                let span = match style {
                    ScalarStyle::Literal | ScalarStyle::Folded => self.with_mark(span),
                    _ => span,
                };
                self.scalar(text.into_owned(), style, span)?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                plain_node(anchor, tag.is_some(), span)?;
                self.begin(span)?;
                self.open.push(Open::List(span, structure(style), Vec::new()));
            }
            Event::MappingStart(style, anchor, tag) => {
                plain_node(anchor, tag.is_some(), span)?;
                self.begin(span)?;
                let (style, names) = (structure(style), HashSet::new());
                self.open.push(Open::Map { span, style, entries: Vec::new(), names, key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            _ => {}
        }
        Ok(())
    }

    /// A block from its `|` or `>` on; the parser tells where its first line has something.
    fn with_mark(&self, span: Span) -> Span {
        let key = match self.open.last() {
            Some(Open::Map { key: Some(key), .. }) => key.at.end,
            _ => 0,
        };
        let above = self.document.get(key..span.start).unwrap_or_default();
        let above = above.rsplit_once('\n').map_or("", |(above, _)| above).trim_end();
        let line = above.rfind('\n').map_or(0, |at| at + 1);
        let header = above.get(line..).unwrap_or_default();
        let is_mark = |&(at, _): &(usize, &str)| {
            let marks = header.get(at + 1..).unwrap_or_default();
            let rest = marks.trim_start_matches(|mark: char| {
                mark.is_ascii_digit() || matches!(mark, '+' | '-')
            });
            rest.is_empty() || rest.trim_start().starts_with('#')
        };
        match header.match_indices(['|', '>']).find(is_mark) {
            Some((at, _)) => Span { start: key + line + at, end: span.end },
            None => span,
        }
    }

    /// Every value counts, whatever it is.
    fn count(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.values += 1;
        if self.values > VALUES_MAX {
            let message = format!("this recipe has more than {VALUES_MAX} values");
            return Err(Diagnostic::new(span, message).mend("keep data elsewhere, and fetch it"));
        }
        Ok(())
    }

    fn begin(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.count(span)?;
        if self.open.len() >= NESTING_MAX {
            let message =
                format!("lists and maps stand more than {NESTING_MAX} deep in each other");
            return Err(Diagnostic::new(span, message).mend("make the structure flatter"));
        }
        if let Some(Open::Map { key: key @ None, .. }) = self.open.last_mut() {
            *key = Some(Key { name: None, at: span });
            return Err(Diagnostic::new(span, "a key is to be text")
                .mend("write a name and a colon: `name: value`; braces in a value want quotes"));
        }
        Ok(())
    }

    fn end(&mut self, span: Span) {
        let node = match self.open.pop() {
            Some(Open::List(begun, style, items)) => {
                let last = items.last().map_or(begun.end, |item| item.span.end);
                Node { span: until(begun, style, last, span), content: Content::List(style, items) }
            }
            Some(Open::Map { span: begun, style, entries, .. }) => {
                let last = entries.last().map_or(begun.end, |entry| entry.node.span.end);
                let span = until(begun, style, last, span);
                Node { span, content: Content::Map(style, entries) }
            }
            None => return,
        };
        self.value(node);
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: Span) -> Result<(), Diagnostic> {
        self.count(span)?;
        if text.len() > SCALAR_MAX {
            let message =
                format!("this text has {} bytes, and {SCALAR_MAX} are the most", text.len());
            let span = Span { start: span.start, end: span.start };
            return Err(Diagnostic::new(span, message).mend("keep data elsewhere, and fetch it"));
        }
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let value = if style == Style::Plain { resolved(&text) } else { Some(Plain::Text) };
        if let Some(Open::Map { names, key: key @ None, .. }) = self.open.last_mut() {
            let text_key = matches!(value, Some(Plain::Text));
            let length = written(&text).len();
            if length > KEY_MAX {
                let message = format!(
                    "this key has {length} bytes as JSON writes it, and {KEY_MAX} are the most"
                );
                let span = Span { start: span.start, end: span.start };
                return Err(Diagnostic::new(span, message).mend("give it a shorter name"));
            }
            if !text_key {
                let problem = Diagnostic::new(span, format!("the key `{text}` is no text"));
                self.problems.push(problem.mend(format!("put it between quotes: `'{text}'`")));
            } else if !names.insert(text.clone()) {
                let message = format!("the key `{text}` stands here a second time");
                self.problems.push(Diagnostic::new(span, message).mend("keep one of the two"));
            }
            *key = Some(Key { name: text_key.then_some(text), at: span });
            return Ok(());
        }
        let Some(value) = value else {
            let message = format!("`{text}` is no number that JSON has");
            return Err(Diagnostic::new(span, message).mend("put it between quotes"));
        };
        self.value(Node { span, content: Content::Scalar(Scalar { text, style, value }) });
        Ok(())
    }

    /// Puts a whole value where it belongs.
    fn value(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, _, items)) => items.push(node),
            Some(Open::Map { entries, key, .. }) => {
                if let Some(Key { name: Some(name), at }) = key.take() {
                    entries.push(Entry { name, at, node });
                }
            }
        }
    }
}

/// A list or map without brackets ends with its last part, not where the next thing begins.
fn until(begun: Span, style: Style, last: usize, end: Span) -> Span {
    let end = if style == Style::Flow { end.end } else { last };
    Span { start: begun.start, end: end.max(begun.start) }
}

fn structure(style: StructureStyle) -> Style {
    match style {
        StructureStyle::Flow => Style::Flow,
        StructureStyle::Block => Style::Plain,
    }
}

fn plain_node(anchor: usize, tagged: bool, span: Span) -> Result<(), Diagnostic> {
    if anchor != 0 {
        return Err(Diagnostic::new(span, "recipes have no anchors")
            .mend("leave out the `&name`; name a value in `let` instead"));
    }
    if tagged {
        return Err(Diagnostic::new(span, "recipes have no tags").mend("leave out the `!tag`"));
    }
    Ok(())
}

/// What a scalar without quotes stands for, by YAML's core schema; none for numbers without a value.
fn resolved(text: &str) -> Option<Plain> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return None,
        _ => match number(text) {
            Some(number) => Plain::Number(number?),
            None => Plain::Text,
        },
    })
}

/// The number that a text is written as; the inner none is one that JSON does not have.
fn number(text: &str) -> Option<Option<Number>> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Some(None);
    }
    let based = |prefix, base| {
        let digits = text.strip_prefix(prefix)?;
        let all = digits.chars().all(|digit| digit.is_digit(base)) && !digits.is_empty();
        all.then(|| u64::from_str_radix(digits, base).ok().map(Number::from))
    };
    if let Some(number) = based("0x", 16).or_else(|| based("0o", 8)) {
        return Some(number);
    }
    let numeric = digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    if !numeric {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Some(Number::from(whole)));
    }
    if let Ok(whole) = digits.parse::<u64>()
        && !text.starts_with('-')
    {
        return Some(Some(Number::from(whole)));
    }
    // Dates and versions have digits and marks too, and are no numbers.
    text.parse::<f64>().ok().map(Number::from_f64)
}
