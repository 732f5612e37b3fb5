//! What a program wrote to a terminal, line by line: text in a few inks.
//!
//! *Never:* a sequence that is not known changes how something looks; it is left out.

/// A line, in pieces of one ink each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) pieces: Vec<Piece>,
}

/// Text in an ink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) ink: Ink,
    pub(super) text: String,
}

/// How text looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Ink {
    #[default]
    Plain,
    Strong,
    Dim,
    Red,
    Green,
    Cyan,
}

/// Reads what was written.
pub(super) fn read(output: &str) -> Vec<Line> {
    output.lines().map(line).collect()
}

fn line(text: &str) -> Line {
    let mut pieces = Vec::new();
    let mut ink = Ink::Plain;
    let mut put = |ink: Ink, text: &str| {
        if !text.is_empty() {
            pieces.push(Piece { ink, text: text.to_owned() });
        }
    };
    let mut parts = text.split("\u{1b}[");
    put(ink, parts.next().unwrap_or_default());
    for part in parts {
        // A sequence ends with a letter; what it says stands before.
        let end = part.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(part.len());
        let (code, rest) = part.split_at(end);
        let mut rest = rest.chars();
        if rest.next() == Some('m') {
            ink = Ink::of(code);
        }
        put(ink, rest.as_str());
    }
    Line { pieces }
}

// === impl Ink ===

impl Ink {
    fn of(code: &str) -> Self {
        match code {
            "1" => Self::Strong,
            "2" => Self::Dim,
            "31" => Self::Red,
            "32" => Self::Green,
            "36" => Self::Cyan,
            _ => Self::Plain,
        }
    }

    /// What the drawing calls it.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Plain => "p",
            Self::Strong => "s",
            Self::Dim => "d",
            Self::Red => "r",
            Self::Green => "g",
            Self::Cyan => "c",
        }
    }
}

// === impl Line ===

impl Line {
    /// The text alone.
    pub(super) fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inks_are_read_and_other_sequences_left_out() {
        let lines = read("a \u{1b}[32mgood\u{1b}[0m day\n\u{1b}[2F\u{1b}[Jnext");
        let piece = |ink: Ink, text: &str| Piece { ink, text: text.to_owned() };
        let first = [piece(Ink::Plain, "a "), piece(Ink::Green, "good"), piece(Ink::Plain, " day")];
        assert_eq!(lines[0].pieces, first);
        assert_eq!((lines[1].text(), lines.len()), ("next".to_owned(), 2));
    }
}
