//! Where in a document an expression stands, so that a fault can say it.
//!
//! *Never:* a place outside of the document.

use crate::cel::Span;

/// Columns beyond this are all the same to a message; they share a word with the line.
const COLUMN_MAX: usize = 0xfff;

/// Turns spans of an expression into lines and columns of the document around it.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// Where each line of the expression begins.
    lines: Vec<usize>,
    /// The line and column of the expression's first byte, both from one.
    first: (usize, usize),
}

impl Places {
    /// An expression that stands for itself.
    pub(crate) fn new(source: &str) -> Self {
        Self::within(source, 1, 1)
    }

    /// An expression that begins at this line and column.
    pub(crate) fn within(source: &str, line: usize, column: usize) -> Self {
        let ends = source.match_indices('\n').map(|(at, _)| at + 1);
        Self { lines: std::iter::once(0).chain(ends).collect(), first: (line, column) }
    }

    /// Line and column in one word.
    pub(crate) fn of(&self, span: Span) -> u32 {
        let line = self.lines.partition_point(|start| *start <= span.start).max(1) - 1;
        let start = self.lines.get(line).copied().unwrap_or_default();
        let column = span.start - start + if line == 0 { self.first.1 } else { 1 };
        let word = (self.first.0 + line) << 12 | column.min(COLUMN_MAX);
        u32::try_from(word).unwrap_or_default()
    }
}
