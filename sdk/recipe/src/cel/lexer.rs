//! Source text to tokens.
//!
//! *Never:* a literal that is out of range is cut to fit.

use super::ast::Span;
use super::escape;

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name; keywords are names too.
    Name(String),
    /// A name in backquotes, for fields only.
    Quoted(String),
    /// Digits; the sign comes from the parser, since the least integer needs it.
    Int(u64),
    Uint(u64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// An operator or bracket.
    Mark(&'static str),
    End,
}

/// What is wrong with a piece of source.
#[derive(Debug, Clone)]
pub(super) struct LexError {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) mend: &'static str,
}

/// Longest first, so that `<=` is not read as `<`.
const MARKS: [&str; 26] = [
    "==", "!=", "<=", ">=", "&&", "||", "[?", "{?", ".?", "<", ">", "+", "-", "*", "/", "%", "!",
    "?", ":", ".", ",", "(", ")", "[", "]", "{",
];

pub(super) struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn fail(&self, start: usize, message: impl Into<String>, mend: &'static str) -> LexError {
        let end = self.at.max(start + 1).min(self.source.len().max(start));
        LexError { span: Span { start, end }, message: message.into(), mend }
    }

    fn skip_space(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with("//") {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    pub(super) fn next(&mut self) -> Result<(Token, Span), LexError> {
        self.skip_space();
        let start = self.at;
        let token = self.token()?;
        Ok((token, Span { start, end: self.at }))
    }

    fn token(&mut self) -> Result<Token, LexError> {
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        if let Some((prefix, raw, bytes)) = string_prefix(rest) {
            self.at += prefix;
            return self.string(start, raw, bytes);
        }
        if first.is_ascii_alphabetic() || first == '_' {
            let length = rest
                .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                .unwrap_or(rest.len());
            self.at += length;
            return Ok(Token::Name(rest.get(..length).unwrap_or_default().to_owned()));
        }
        let point = first == '.' && rest[1..].starts_with(|letter: char| letter.is_ascii_digit());
        if first.is_ascii_digit() || point {
            return self.number();
        }
        if first == '`' {
            return self.quoted_name();
        }
        if rest.starts_with('}') {
            self.at += 1;
            return Ok(Token::Mark("}"));
        }
        if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            self.at += mark.len();
            return Ok(Token::Mark(mark));
        }
        self.at += first.len_utf8();
        let mend = match first {
            '=' => "compare with `==`; there is no assignment",
            '&' => "write `&&`",
            '|' => "write `||`",
            _ => "remove it, or put it between quotes",
        };
        Err(self.fail(start, format!("`{first}` means nothing here"), mend))
    }

    fn quoted_name(&mut self) -> Result<Token, LexError> {
        let start = self.at;
        let inside = self.rest().get(1..).unwrap_or_default();
        let Some(length) = inside.find('`') else {
            self.at = self.source.len();
            return Err(self.fail(start, "this name has no end", "close it with a backquote"));
        };
        self.at += length + 2;
        let name = inside.get(..length).unwrap_or_default();
        let good = |letter: char| letter.is_ascii_alphanumeric() || "_.-/ ".contains(letter);
        if name.is_empty() || !name.chars().all(good) {
            return Err(self.fail(
                start,
                "this name has letters it may not have",
                "use `['name']`",
            ));
        }
        Ok(Token::Quoted(name.to_owned()))
    }

    fn digits(&mut self) {
        let rest = self.rest();
        self.at += rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    }

    fn number(&mut self) -> Result<Token, LexError> {
        let start = self.at;
        if self.rest().starts_with("0x") {
            self.at += 2;
            let rest = self.rest();
            let length =
                rest.find(|letter: char| !letter.is_ascii_hexdigit()).unwrap_or(rest.len());
            self.at += length;
            return self.whole(start, rest.get(..length).unwrap_or_default(), 16);
        }
        self.digits();
        let mut double = false;
        let after = self.rest();
        if after.starts_with('.') && after[1..].starts_with(|letter: char| letter.is_ascii_digit())
        {
            self.at += 1;
            self.digits();
            double = true;
        }
        let after = self.rest();
        let signed = after.get(1..).unwrap_or_default().trim_start_matches(['+', '-']);
        let sign = after.len().saturating_sub(1) - signed.len();
        if after.starts_with(['e', 'E'])
            && sign <= 1
            && signed.starts_with(|letter: char| letter.is_ascii_digit())
        {
            self.at += 1 + sign;
            self.digits();
            double = true;
        }
        let text = self.source.get(start..self.at).unwrap_or_default();
        if !double {
            return self.whole(start, text, 10);
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Token::Double(value)),
            _ => Err(self.fail(start, "this number is too large", "use a smaller number")),
        }
    }

    fn whole(&mut self, start: usize, digits: &str, base: u32) -> Result<Token, LexError> {
        let Ok(value) = u64::from_str_radix(digits, base) else {
            let mend = "whole numbers have 64 bits; write a double, such as `1e30`";
            return Err(self.fail(start, "this number is too large", mend));
        };
        if self.rest().starts_with(['u', 'U']) {
            self.at += 1;
            return Ok(Token::Uint(value));
        }
        Ok(Token::Int(value))
    }

    fn string(&mut self, start: usize, raw: bool, bytes: bool) -> Result<Token, LexError> {
        let rest = self.rest();
        let quote = rest.get(..1).unwrap_or_default();
        let triple = rest.get(..3).filter(|triple| *triple == quote.repeat(3));
        let mark = triple.unwrap_or(quote);
        self.at += mark.len();
        let open = self.at;
        loop {
            let rest = self.rest();
            if rest.starts_with(mark) {
                break;
            }
            let Some(letter) = rest.chars().next() else {
                return Err(self.fail(start, "this text has no end", "close it with its quote"));
            };
            if mark.len() == 1 && (letter == '\n' || letter == '\r') {
                let mend = "close it with its quote, or use three quotes for many lines";
                return Err(self.fail(start, "this text ends with its line", mend));
            }
            self.at += letter.len_utf8();
            // A raw literal has no escapes, so that a backslash keeps no quote from ending it.
            if letter == '\\' && !raw {
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
            }
        }
        let inside = self.source.get(open..self.at).unwrap_or_default();
        self.at += mark.len();
        let wrong = |(offset, message): (usize, &'static str)| LexError {
            span: Span { start: open + offset, end: open + offset + 2 },
            message: message.to_owned(),
            mend: "double the backslash to mean a backslash",
        };
        if bytes {
            return escape::bytes(inside, raw).map(Token::Bytes).map_err(wrong);
        }
        escape::text(inside, raw).map(Token::Text).map_err(wrong)
    }
}

/// How long the prefix of a string literal is, whether it is raw, and whether it is bytes.
fn string_prefix(rest: &str) -> Option<(usize, bool, bool)> {
    let letters: Vec<char> = rest.chars().take(3).collect();
    let is_quote = |letter: &char| matches!(letter, '"' | '\'');
    match letters.as_slice() {
        [quote, ..] if is_quote(quote) => Some((0, false, false)),
        ['r' | 'R', quote, ..] if is_quote(quote) => Some((1, true, false)),
        ['b' | 'B', quote, ..] if is_quote(quote) => Some((1, false, true)),
        ['b' | 'B', 'r' | 'R', quote] if is_quote(quote) => Some((2, true, true)),
        _ => None,
    }
}
