//! A reader of JSON text, token by token, that always knows where it is.
//!
//! Our own rather than a crate's because a conversion needs three things at once: floats that are
//! read exactly, 64-bit integers that are never rounded, and the place of every error. It is
//! compared with `serde_json` on the fuzz corpus.
//!
//! *Never:* it recurses; depth belongs to the plan that drives it.

use std::borrow::Cow;

/// The text and how far it has been read.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// A message and the byte that it is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) problem: String,
}

/// Enough of a text to recognise it by, little enough for a log line.
const EXCERPT_CHARS_MAX: usize = 40;

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The first byte of what comes next, white space skipped.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let blank = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.at += blank.unwrap_or(rest.len());
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes this byte if it comes next.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Takes this byte or says what is there instead.
    pub(super) fn demand(&mut self, byte: u8) -> Result<(), Fault> {
        if self.take(byte) {
            return Ok(());
        }
        let found = self.found();
        Err(self.fault(format!("not JSON: expected `{}`, found {found}", char::from(byte))))
    }

    /// Takes a word such as `null` if it comes next.
    pub(super) fn word(&mut self, word: &str) -> bool {
        self.peek();
        let found = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// After an item of an array or object: whether another follows.
    pub(super) fn more(&mut self, end: u8) -> Result<bool, Fault> {
        if self.take(b',') {
            return Ok(true);
        }
        if self.take(end) {
            return Ok(false);
        }
        let found = self.found();
        Err(self.fault(format!("not JSON: expected `,` or `{}`, found {found}", char::from(end))))
    }

    /// Nothing but white space may follow.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(_) => {
                let found = self.found();
                Err(self.fault(format!("not JSON: expected the end of the text, found {found}")))
            }
        }
    }

    /// The number that comes next, as it is written. Checked against JSON's grammar.
    pub(super) fn number(&mut self) -> Result<&'a str, Fault> {
        self.peek();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest
            .bytes()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
            .unwrap_or(rest.len());
        let number = rest.get(..length).unwrap_or_default();
        if !is_number(number) {
            return Err(self.fault(format!("not JSON: `{}` is not a number", excerpt(number))));
        }
        self.at += length;
        Ok(number)
    }

    /// The string that comes next; borrowed where nothing in it is escaped.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.demand(b'"')?;
        let mut owned: Option<String> = None;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest
                .bytes()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
                .ok_or_else(|| self.fault("not JSON: the string does not end".to_owned()))?;
            let chunk = rest.get(..plain).unwrap_or_default();
            self.at += plain;
            match rest.as_bytes().get(plain) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(match owned {
                        None => Cow::Borrowed(chunk),
                        Some(mut text) => {
                            text.push_str(chunk);
                            Cow::Owned(text)
                        }
                    });
                }
                Some(b'\\') => {
                    let text = owned.get_or_insert_default();
                    text.push_str(chunk);
                    text.push(self.escape()?);
                }
                _ => {
                    return Err(self.fault(
                        "not JSON: a control character in a string must be escaped".to_owned(),
                    ));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let letter = self.text.as_bytes().get(self.at + 1).copied();
        let plain = match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.fault("not JSON: an unknown escape in a string".to_owned())),
        };
        self.at += 2;
        Ok(plain)
    }

    /// `\u` and four digits; two of them for characters beyond the first 65,536.
    fn unicode_escape(&mut self) -> Result<char, Fault> {
        let lone = || "not JSON: half of a surrogate pair in a string".to_owned();
        let first = self.hex_escape(self.at)?;
        let (code, length) = match first {
            0xd800..=0xdbff => {
                let second = self.hex_escape(self.at + 6).map_err(|_| self.fault(lone()))?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(self.fault(lone()));
                }
                (0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00), 12)
            }
            code => (code, 6),
        };
        let found = char::from_u32(code).ok_or_else(|| self.fault(lone()))?;
        self.at += length;
        Ok(found)
    }

    fn hex_escape(&self, at: usize) -> Result<u32, Fault> {
        self.text
            .get(at..at + 6)
            .and_then(|escape| escape.strip_prefix("\\u"))
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.fault("not JSON: `\\u` wants four hexadecimal digits".to_owned()))
    }

    pub(super) fn fault(&self, problem: String) -> Fault {
        Fault { at: self.at, problem }
    }

    /// What comes next, in words for a message. Does not move.
    pub(super) fn found(&mut self) -> String {
        match self.peek() {
            None => "the end of the text".to_owned(),
            Some(b'{') => "an object".to_owned(),
            Some(b'[') => "an array".to_owned(),
            Some(b'"') => {
                let start = self.at;
                let text = self.string();
                self.at = start;
                text.map_or_else(
                    |_| "a broken string".to_owned(),
                    |text| format!("the string `{}`", excerpt(&text)),
                )
            }
            Some(b'-' | b'0'..=b'9') => {
                let start = self.at;
                let number = self.number();
                self.at = start;
                number.map_or_else(
                    |_| "a broken number".to_owned(),
                    |text| format!("the number {}", excerpt(text)),
                )
            }
            Some(_) => {
                let rest = self.text.get(self.at..).unwrap_or_default();
                let word = ["true", "false", "null"].iter().find(|word| rest.starts_with(**word));
                let other = || rest.chars().next().unwrap_or_default().escape_default().to_string();
                word.map_or_else(|| format!("the character `{}`", other()), |word| (*word).into())
            }
        }
    }

    /// Line and column of a byte, both from 1.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        (line, column)
    }
}

/// JSON's grammar of numbers: no leading zeros, digits on both sides of a point.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    all_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(all_digits)
        && exponent.is_none_or(all_digits)
}

pub(super) fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The beginning of a foreign text, without control characters.
pub(super) fn excerpt(text: &str) -> String {
    let mut short: String =
        text.chars().take(EXCERPT_CHARS_MAX).flat_map(char::escape_debug).collect();
    if text.chars().nth(EXCERPT_CHARS_MAX).is_some() {
        short.push('…');
    }
    short
}
