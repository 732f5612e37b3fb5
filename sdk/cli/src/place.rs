//! A place in a text, shown as its line and a caret below it.
//!
//! *Never:* more than a window of the line is shown, however long the line is.

use serde::Serialize;

use crate::text;

/// Characters of the line on each side of the place. Both fit on a usual screen.
const WINDOW_CHARS: usize = 48;

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Place {
    /// The file, or what else the text came from: `--allow`, `the input`.
    pub(crate) source: String,
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
    /// The line, as much of it as is shown.
    pub(crate) text: String,
    /// Characters of `text` before the place.
    #[serde(skip)]
    before: usize,
    /// Characters that are meant.
    #[serde(skip)]
    width: usize,
}

impl Place {
    /// The place at a line and a column in bytes, both from 1, as JSON parsers tell it; column 0 is
    /// the end of the line before.
    pub(crate) fn at(source: &str, whole: &str, line: usize, column: usize) -> Self {
        let (line, column) = match column {
            0 if line > 1 => (line - 1, usize::MAX),
            column => (line.max(1), column),
        };
        let shown = whole.split('\n').nth(line - 1).unwrap_or_default().trim_end_matches('\r');
        let bytes = column.saturating_sub(1).min(shown.len());
        Self::new(source, line, shown, shown.get(..bytes).map_or(0, |t| t.chars().count()), 1)
    }

    /// The place of bytes `from..to` in a text of one line.
    pub(crate) fn within(source: &str, whole: &str, from: usize, to: usize) -> Self {
        let chars = |end: usize| whole.get(..end).map_or(0, |text| text.chars().count());
        let (from, to) = (chars(from.min(whole.len())), chars(to.min(whole.len())));
        Self::new(source, 1, whole, from, to.saturating_sub(from).max(1))
    }

    fn new(source: &str, line: usize, whole: &str, before: usize, width: usize) -> Self {
        let skipped = before.saturating_sub(WINDOW_CHARS);
        let mut shown: String =
            whole.chars().skip(skipped).take(before - skipped + WINDOW_CHARS).collect();
        if whole.chars().count() > skipped + shown.chars().count() {
            shown.push('…');
        }
        let mut before_shown = before - skipped;
        if skipped > 0 {
            shown.insert(0, '…');
            before_shown += 1;
        }
        let width = width.min(shown.chars().count().saturating_sub(before_shown)).max(1);
        Self {
            source: text::line(source),
            line,
            column: before + 1,
            text: text::scrub(&shown),
            before: before_shown,
            width,
        }
    }

    /// Where it is, the line, and a caret below it.
    pub(crate) fn drawing(&self) -> String {
        let Self { source, line, column, text, before, width } = self;
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let (indent, carets) = (" ".repeat(*before), "^".repeat(*width));
        format!(
            "{margin}--> {source}:{line}:{column}\n{margin} |\n{number} | {text}\n{margin} | \
             {indent}{carets}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_below_the_place() {
        let place = Place::at("a.json", "{\n  \"ä\": x\n}", 2, 9);
        assert_eq!((place.line, place.column), (2, 8));
        assert_eq!(place.drawing(), " --> a.json:2:8\n  |\n2 |   \"ä\": x\n  |        ^");
        let place = Place::within("--allow", "http=a b", 6, 7);
        assert!(place.drawing().ends_with("1 | http=a b\n  |       ^"), "{}", place.drawing());
    }

    #[test]
    fn column_zero_is_the_end_of_the_line_before() {
        let place = Place::at("a", "[1,\n", 2, 0);
        assert_eq!((place.line, place.column), (1, 4));
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let long = "é".repeat(10_000);
        let place = Place::at("a", &long, 1, 2 * 5_000 + 1);
        assert_eq!(place.column, 5_001);
        assert!(place.text.chars().count() < 120, "{}", place.text.chars().count());
        let caret = place.drawing().lines().last().unwrap().chars().count();
        assert_eq!(caret, 4 + 1 + WINDOW_CHARS + 1);
    }

    #[test]
    fn a_place_that_is_not_there_is_not_a_panic() {
        for (line, column) in [(0, 0), (9, 9), (1, usize::MAX)] {
            assert!(Place::at("a", "é", line, column).drawing().contains('^'));
        }
        assert_eq!(Place::at("a", "é", 1, 2).column, 1);
    }
}
