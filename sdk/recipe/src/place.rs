//! Lines and columns of a source, so that a fault or a message can say where it arose.
//!
//! *Never:* a place outside of the source.

use crate::cel::Span;

/// Columns beyond this are all the same to a message; they share a word with the line.
const COLUMN_MAX: usize = 0xfff;

/// Turns bytes of a source into lines and columns.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    source: String,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl Places {
    /// The places of a source.
    pub(crate) fn new(source: &str) -> Self {
        let ends = source.match_indices('\n').map(|(at, _)| at + 1);
        Self { source: source.to_owned(), lines: std::iter::once(0).chain(ends).collect() }
    }

    /// No source: everything stands nowhere.
    #[cfg(test)]
    pub(crate) fn nowhere() -> Self {
        Self { source: String::new(), lines: Vec::new() }
    }

    /// The line and the column of a byte, both from one; columns count characters.
    pub(crate) fn position(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= at).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        let before = self.source.get(start..at.min(self.source.len()));
        (line, before.map_or(0, |before| before.chars().count()) + 1)
    }

    /// Line and column in one word.
    pub(crate) fn of(&self, span: Span) -> u32 {
        let (line, column) = self.position(span.start);
        u32::try_from(line << 12 | column.min(COLUMN_MAX)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let places = Places::new("one\nzwölf x\n");
        let position = |at| places.position(at);
        assert_eq!(position(0), (1, 1));
        assert_eq!(position(4), (2, 1));
        assert_eq!(position(11), (2, 7));
        assert_eq!(position(999).0, 3);
        assert_eq!(places.of(Span { start: 11, end: 12 }), 2 << 12 | 7);
    }
}
