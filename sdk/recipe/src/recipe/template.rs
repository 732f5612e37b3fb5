//! URLs with expressions in braces, each of which is escaped.
//!
//! *Never:* what an expression gives changes where a URL's parts end.

use crate::cel::Span;
use crate::diagnostic::Diagnostic;

/// A part of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text as it is.
    Text(&'a str),
    /// An expression, and where it begins in the template.
    Expression(&'a str, usize),
}

/// Splits a template at its braces.
pub(super) fn split(template: &str) -> Result<Vec<Piece<'_>>, Diagnostic> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = template.get(at..).filter(|rest| !rest.is_empty()) {
        let open = rest.find('{').unwrap_or(rest.len());
        if open > 0 {
            pieces.push(Piece::Text(rest.get(..open).unwrap_or_default()));
            at += open;
            continue;
        }
        let Some(length) = closing(rest) else {
            let span = Span { start: at, end: at + 1 };
            return Err(Diagnostic::new(span, "this brace is not closed")
                .mend("close it with `}`, or write `%7B` to mean a brace"));
        };
        pieces.push(Piece::Expression(rest.get(1..length).unwrap_or_default(), at + 1));
        at += length + 1;
    }
    Ok(pieces)
}

/// Where the brace that opens `text` closes, past braces and quotes inside.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_hold_expressions() {
        let pieces = split("https://a.org/{x['}']}/{ {'a': 1}.a }").unwrap();
        let wanted = [
            Piece::Text("https://a.org/"),
            Piece::Expression("x['}']", 15),
            Piece::Text("/"),
            Piece::Expression(" {'a': 1}.a ", 24),
        ];
        assert_eq!(pieces, wanted);
        assert!(split("https://a.org/{x").is_err());
    }
}
