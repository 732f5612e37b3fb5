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
    /// The column of the first byte of every other line.
    margin: usize,
}

impl Places {
    /// An expression that stands for itself.
    pub(crate) fn new(source: &str) -> Self {
        Self::within(source, 1, 1, 1)
    }

    /// An expression that begins at this line and column; its other lines begin at the margin.
    pub(crate) fn within(source: &str, line: usize, column: usize, margin: usize) -> Self {
        let ends = source.match_indices('\n').map(|(at, _)| at + 1);
        Self { lines: std::iter::once(0).chain(ends).collect(), first: (line, column), margin }
    }

    /// An expression that is a scalar of a document, which is said to begin at this line and column.
    pub(crate) fn of_scalar(document: &str, source: &str, line: usize, column: usize) -> Self {
        let written = document.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        match written.chars().nth(column.saturating_sub(1)) {
            // A block begins on the next line that is not empty.
            Some('|' | '>') => {
                let below = document.lines().enumerate().skip(line);
                let mut filled = below.filter(|(_, text)| !text.trim().is_empty());
                let (at, text) = filled.next().unwrap_or((line, ""));
                let margin = text.len() - text.trim_start().len() + 1;
                Self::within(source, at + 1, margin, margin)
            }
            Some('\'' | '"') => Self::within(source, line, column + 1, 1),
            _ => Self::within(source, line, column, 1),
        }
    }

    /// The same, so many bytes into the scalar's first line.
    pub(crate) fn further(mut self, bytes: usize) -> Self {
        self.first.1 += bytes;
        self
    }

    /// Line and column in one word.
    pub(crate) fn of(&self, span: Span) -> u32 {
        let line = self.lines.partition_point(|start| *start <= span.start).max(1) - 1;
        let start = self.lines.get(line).copied().unwrap_or_default();
        let column = span.start - start + if line == 0 { self.first.1 } else { self.margin };
        let word = (self.first.0 + line) << 12 | column.min(COLUMN_MAX);
        u32::try_from(word).unwrap_or_default()
    }
}
