//! What a person reads: lines, facts and tables, with a few colours.
//!
//! *Never:* a colour carries what the words do not say.

use comfy_table::{ContentArrangement, Table, presets};

/// How a piece of text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Names and headings.
    Title,
    /// It holds.
    Good,
    /// It holds, but.
    Warn,
    /// It does not hold.
    Bad,
    /// Beside the point.
    Dim,
}

/// A text with styles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pieces: Vec<(Option<Style>, String)>,
}

impl Page {
    pub(crate) fn plain(&mut self, text: impl Into<String>) {
        self.pieces.push((None, text.into()));
    }

    pub(crate) fn styled(&mut self, style: Style, text: impl Into<String>) {
        self.pieces.push((Some(style), text.into()));
    }

    pub(crate) fn line(&mut self, text: impl Into<String>) {
        self.plain(text);
        self.plain("\n");
    }

    /// A styled word at the beginning of a line.
    pub(crate) fn verdict(&mut self, style: Style, word: &str, text: &str) {
        self.styled(style, word);
        self.plain(format!("{}{text}\n", if text.is_empty() { "" } else { ": " }));
    }

    /// A heading with an empty line above it.
    pub(crate) fn heading(&mut self, text: &str) {
        self.plain("\n");
        self.styled(Style::Title, text);
        self.plain("\n");
    }

    /// Names and values below one another, the values aligned.
    pub(crate) fn facts(&mut self, facts: &[(&str, String)]) {
        let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        for (name, value) in facts {
            let gap = " ".repeat(width - name.chars().count() + 2);
            self.plain("  ");
            self.styled(Style::Dim, *name);
            self.plain(format!("{gap}{value}\n"));
        }
    }

    /// Rows below a header; nothing at all where there are none.
    pub(crate) fn table(&mut self, header: &[&str], rows: Vec<Vec<String>>) {
        if rows.is_empty() {
            return;
        }
        let mut table = Table::new();
        table
            .load_preset(presets::NOTHING)
            // A key id or a digest that is broken over lines cannot be copied.
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(header);
        for row in rows {
            table.add_row(row);
        }
        for line in table.lines() {
            self.plain(format!(" {}\n", line.trim_end()));
        }
    }

    pub(crate) fn to_plain(&self) -> String {
        self.pieces.iter().map(|(_, text)| text.as_str()).collect()
    }

    pub(crate) fn to_colour(&self) -> String {
        let paint = |(style, text): &(Option<Style>, String)| match style {
            None => text.clone(),
            Some(style) => format!("\u{1b}[{}m{text}\u{1b}[0m", style.code()),
        };
        self.pieces.iter().map(paint).collect()
    }
}

impl Style {
    /// The terminal's number for it.
    const fn code(self) -> &'static str {
        match self {
            Self::Title => "1",
            Self::Good => "1;32",
            Self::Warn => "1;33",
            Self::Bad => "1;31",
            Self::Dim => "2",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_the_words_are_the_same() {
        let mut page = Page::default();
        page.verdict(Style::Bad, "refused", "no such key");
        page.facts(&[("a", "1".to_owned()), ("long", "2".to_owned())]);
        page.table(&["x", "y"], vec![vec!["1".to_owned(), "2".to_owned()]]);
        let plain = page.to_plain();
        assert!(plain.starts_with("refused: no such key\n  a     1\n  long  2\n"), "{plain}");
        assert!(plain.contains("x") && !plain.contains('\u{1b}'), "{plain}");
        let colour = page.to_colour();
        assert!(colour.starts_with("\u{1b}[1;31mrefused\u{1b}[0m: no such key"), "{colour:?}");
    }

    #[test]
    fn an_empty_table_leaves_no_header_behind() {
        let mut page = Page::default();
        page.table(&["x"], vec![]);
        assert_eq!(page, Page::default());
    }
}
