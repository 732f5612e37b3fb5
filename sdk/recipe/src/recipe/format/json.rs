//! A document that is JSON stays JSON.
//!
//! *Never:* a string is written other than it was: its escapes are its author's.

use super::WIDTH;
use crate::recipe::tree::{Content, Node};

/// The document, indented by two.
pub(super) fn written(document: &str, tree: &Node) -> String {
    let mut out = String::new();
    node(document, tree, 0, &mut out);
    out.push('\n');
    out
}

fn raw(document: &str, start: usize, end: usize) -> &str {
    document.get(start..end).unwrap_or_default()
}

fn node(document: &str, node: &Node, indent: usize, out: &mut String) {
    let line = inline(document, node);
    let column = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
    if matches!(node.content, Content::Scalar(_)) || indent > 0 && column + line.len() < WIDTH {
        out.push_str(&line);
        return;
    }
    let margin = " ".repeat(indent + 2);
    let part = |out: &mut String, first: bool, name: Option<&str>, value: &Node| {
        out.push_str(if first { "\n" } else { ",\n" });
        out.push_str(&margin);
        if let Some(name) = name {
            out.push_str(name);
            out.push_str(": ");
        }
        self::node(document, value, indent + 2, out);
    };
    let close = match &node.content {
        Content::Map(_, entries) => {
            out.push('{');
            for (at, entry) in entries.iter().enumerate() {
                let name = raw(document, entry.at.start, entry.at.end);
                part(out, at == 0, Some(name), &entry.node);
            }
            '}'
        }
        Content::List(_, items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                part(out, at == 0, None, item);
            }
            ']'
        }
        Content::Scalar(_) => return,
    };
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push(close);
}

fn inline(document: &str, node: &Node) -> String {
    match &node.content {
        Content::Scalar(_) => raw(document, node.span.start, node.span.end).to_owned(),
        Content::List(_, items) => {
            let items: Vec<String> = items.iter().map(|item| inline(document, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Content::Map(_, entries) => {
            let pair = |entry: &crate::recipe::tree::Entry| {
                let name = raw(document, entry.at.start, entry.at.end);
                format!("{name}: {}", inline(document, &entry.node))
            };
            let pairs: Vec<String> = entries.iter().map(pair).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}
