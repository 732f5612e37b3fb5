//! A tree as YAML: two spaces a level, lists below their keys indented, one blank line at most.
//!
//! *Never:* a scalar changes its quotes; how a text is written is its author's.

use super::WIDTH;
use super::comments::{Comment, comments};
use crate::recipe::tree::{Content, Entry, Node, Scalar, Style};

/// The document as YAML.
pub(super) fn written(document: &str, tree: &Node) -> String {
    let comments = comments(document, tree);
    let mut writer = Writer { document, comments, next: 0, out: String::new() };
    match &tree.content {
        Content::Map(_, entries) if !entries.is_empty() => writer.map(entries, 0, false),
        Content::List(_, items) if !items.is_empty() => writer.list(items, 0),
        _ => {
            writer.before(tree.span.start, 0);
            let text = writer.inline(tree);
            writer.out.push_str(&text);
            writer.line_end(tree.span.end);
        }
    }
    writer.before(document.len() + 1, 0);
    writer.out
}

struct Writer<'a> {
    document: &'a str,
    comments: Vec<Comment>,
    /// The comment that comes next.
    next: usize,
    out: String,
}

impl Writer<'_> {
    fn raw(&self, start: usize, end: usize) -> &str {
        self.document.get(start..end).unwrap_or_default()
    }

    /// Comments in lines of their own before a place, and a blank line where one was.
    fn before(&mut self, at: usize, indent: usize) {
        while let Some(comment) = self.comments.get(self.next).filter(|it| it.at < at) {
            let (place, text) = (comment.at, comment.text.clone());
            self.blank(place);
            self.next += 1;
            self.margin(indent);
            self.out.push_str(&text);
            self.out.push('\n');
        }
        if at <= self.document.len() {
            self.blank(at);
        }
    }

    /// A blank line, where one stood before the line of this place.
    fn blank(&mut self, at: usize) {
        let line = self.raw(0, at).rfind('\n').unwrap_or_default();
        let above = self.raw(0, line);
        let above = above.rsplit('\n').next().unwrap_or_default();
        if line > 0
            && above.trim().is_empty()
            && !self.out.is_empty()
            && !self.out.ends_with("\n\n")
        {
            self.out.push('\n');
        }
    }

    fn margin(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// Ends a line, behind the comment that stands in the same one.
    fn line_end(&mut self, at: usize) {
        self.line_end_before(at, usize::MAX);
    }

    /// The same, where a comment behind the next value is that value's.
    fn line_end_before(&mut self, at: usize, next: usize) {
        if let Some(comment) = self.comments.get(self.next)
            && !comment.alone
            && comment.at < next
            && !self.raw(at.min(comment.at), comment.at).contains('\n')
        {
            let text = comment.text.clone();
            self.next += 1;
            self.out.push(' ');
            self.out.push_str(&text);
        }
        self.out.push('\n');
    }

    /// The entries of a map; the first may stand in a line that has begun.
    fn map(&mut self, entries: &[Entry], indent: usize, begun: bool) {
        for (at, entry) in entries.iter().enumerate() {
            if at > 0 || !begun {
                self.before(entry.at.start, indent);
                self.margin(indent);
            }
            let key = self.key(entry);
            self.out.push_str(&key);
            self.out.push(':');
            self.value(&entry.node, indent, entry.at.end);
        }
    }

    fn key(&self, entry: &Entry) -> String {
        let written = self.raw(entry.at.start, entry.at.end);
        if written.is_empty() || written.contains('\n') {
            return serde_json::Value::from(entry.name.as_str()).to_string();
        }
        written.to_owned()
    }

    fn list(&mut self, items: &[Node], indent: usize) {
        for item in items {
            self.before(start(item), indent);
            self.margin(indent);
            self.out.push('-');
            match &item.content {
                Content::Map(_, entries) if self.opens(item, indent + 2) => {
                    self.out.push(' ');
                    self.map(entries, indent + 2, true);
                }
                Content::List(_, items) if self.opens(item, indent + 2) => {
                    self.line_end_before(item.span.start, first_start(items));
                    self.list(items, indent + 2);
                }
                _ => self.value(item, indent, item.span.start),
            }
        }
    }

    /// Whether a list or map is written in lines of its own.
    fn opens(&self, node: &Node, column: usize) -> bool {
        let (style, empty) = match &node.content {
            Content::List(style, items) => (*style, items.is_empty()),
            Content::Map(style, entries) => (*style, entries.is_empty()),
            Content::Scalar(_) => return false,
        };
        if empty {
            return false;
        }
        let within = |comment: &Comment| node.span.start < comment.at && comment.at < node.span.end;
        let broken = self.comments.iter().any(within) || self.inline(node).contains('\n');
        style != Style::Flow || broken || column + self.inline(node).chars().count() > WIDTH
    }

    /// What stands behind a key or a dash.
    fn value(&mut self, node: &Node, indent: usize, at: usize) {
        let column = self.out.len() - self.out.rfind('\n').map_or(0, |at| at + 1) + 1;
        match &node.content {
            Content::Map(_, entries) if self.opens(node, column) => {
                let next = entries.first().map_or(at, |entry| entry.at.start);
                self.line_end_before(at, next);
                self.map(entries, indent + 2, false);
            }
            Content::List(_, items) if self.opens(node, column) => {
                self.line_end_before(at, first_start(items));
                self.list(items, indent + 2);
            }
            Content::Scalar(scalar) => self.scalar(scalar, node, indent + 2),
            _ => {
                let text = self.inline(node);
                self.out.push(' ');
                self.out.push_str(&text);
                self.line_end(node.span.end);
            }
        }
    }

    fn scalar(&mut self, scalar: &Scalar, node: &Node, indent: usize) {
        if matches!(scalar.style, Style::Literal | Style::Folded) {
            return self.block(scalar, node, indent);
        }
        let written = self.raw(node.span.start, node.span.end).to_owned();
        for (at, line) in written.lines().enumerate() {
            if at > 0 {
                self.out.push('\n');
            }
            let line = if at == 0 { line.trim_end() } else { line.trim() };
            if line.is_empty() {
                continue;
            }
            if at == 0 {
                self.out.push(' ')
            } else {
                self.margin(indent)
            }
            self.out.push_str(line);
        }
        self.line_end(node.span.end);
    }

    /// A block keeps its lines and how far they stand in from each other.
    fn block(&mut self, scalar: &Scalar, node: &Node, indent: usize) {
        let rest = self.raw(node.span.start, self.document.len());
        let header = rest.lines().next().unwrap_or_default().trim_end().to_owned();
        let (marks, comment) = header.split_at(header.find('#').unwrap_or(header.len()));
        if marks.contains(|mark: char| mark.is_ascii_digit() || mark == '+') {
            return self.literal(&scalar.text, comment, indent);
        }
        let body_at = node.span.start + rest.find('\n').map_or(rest.len(), |at| at + 1);
        let lines = block_lines(self.raw(body_at, self.document.len()));
        let margin = lines
            .iter()
            .find(|line| !line.trim().is_empty())
            .map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
        let cut =
            |line: &&str| line.get(margin..).unwrap_or_default().trim_end_matches('\r').to_owned();
        let lines: Vec<String> = lines.iter().map(cut).collect();
        self.out.push(' ');
        self.out.push_str(&header);
        self.out.push('\n');
        for line in lines {
            if !line.is_empty() {
                self.margin(indent);
                self.out.push_str(&line);
            }
            self.out.push('\n');
        }
    }

    /// A text as a block that says by itself how far its lines stand in.
    fn literal(&mut self, text: &str, comment: &str, indent: usize) {
        let chomp = match text.len() - text.trim_end_matches('\n').len() {
            0 => "-",
            1 => "",
            _ => "+",
        };
        let header = format!(" |2{chomp} {comment}");
        self.out.push_str(header.trim_end());
        self.out.push('\n');
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if !line.is_empty() {
                self.margin(indent);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    /// A value in one line.
    fn inline(&self, node: &Node) -> String {
        match &node.content {
            Content::Scalar(_) if node.span.start == node.span.end => "null".to_owned(),
            Content::Scalar(_) => self.raw(node.span.start, node.span.end).to_owned(),
            Content::List(_, items) => {
                let items: Vec<String> = items.iter().map(|item| self.inline(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Content::Map(_, entries) => {
                let pair =
                    |entry: &Entry| format!("{}: {}", self.key(entry), self.inline(&entry.node));
                let pairs: Vec<String> = entries.iter().map(pair).collect();
                format!("{{{}}}", pairs.join(", "))
            }
        }
    }
}

fn first_start(items: &[Node]) -> usize {
    items.first().map_or(usize::MAX, start)
}

/// Where the first thing in a value stands.
fn start(node: &Node) -> usize {
    match &node.content {
        Content::Map(Style::Plain, entries) => {
            entries.first().map_or(node.span.start, |entry| entry.at.start)
        }
        Content::List(Style::Plain, items) => items.first().map_or(node.span.start, start),
        _ => node.span.start,
    }
}

/// The lines of a block: all that are blank or stand in as far as its first, without blank ones at
/// the end.
fn block_lines(body: &str) -> Vec<&str> {
    let filled = |line: &&str| !line.trim().is_empty();
    let margin =
        body.lines().find(filled).map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
    let inside = |line: &&str| {
        line.trim().is_empty() || line.len() - line.trim_start_matches(' ').len() >= margin.max(1)
    };
    let mut lines: Vec<&str> = body.lines().take_while(inside).collect();
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines
}
