//! Comments of a document: everything between `#` and the end of a line that is in no value.
//!
//! *Never:* a comment is lost.

use crate::recipe::tree::{Content, Node};

/// A comment, and where it stands.
#[derive(Debug)]
pub(super) struct Comment {
    pub(super) at: usize,
    /// From its `#` on.
    pub(super) text: String,
    /// Whether nothing else stands in its line.
    pub(super) alone: bool,
}

/// All comments, in their order.
pub(super) fn comments(document: &str, tree: &Node) -> Vec<Comment> {
    let mut spans = Vec::new();
    scalars(tree, &mut spans);
    spans.push((document.len(), document.len()));
    let mut found = Vec::new();
    let mut at = 0;
    for (start, end) in spans {
        // Between values there are marks, blanks and comments, so each `#` begins one.
        while let Some(hash) = document.get(at..start.max(at)).and_then(|gap| gap.find('#')) {
            let begin = at + hash;
            let rest = document.get(begin..).unwrap_or_default();
            let text = rest.lines().next().unwrap_or_default();
            let line =
                document.get(..begin).and_then(|before| before.rfind('\n')).map_or(0, |it| it + 1);
            let alone = document.get(line..begin).is_some_and(|before| before.trim().is_empty());
            found.push(Comment { at: begin, text: text.trim_end().to_owned(), alone });
            at = begin + text.len();
        }
        at = at.max(end);
    }
    found
}

/// Where keys and scalars stand, in their order.
fn scalars(node: &Node, spans: &mut Vec<(usize, usize)>) {
    match &node.content {
        Content::Scalar(_) => spans.push((node.span.start, node.span.end)),
        Content::List(_, items) => items.iter().for_each(|item| scalars(item, spans)),
        Content::Map(_, entries) => {
            for entry in entries {
                spans.push((entry.at.start, entry.at.end));
                scalars(&entry.node, spans);
            }
        }
    }
}
