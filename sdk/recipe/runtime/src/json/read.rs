//! JSON text to values: numbers without a fraction become integers where they fit.
//!
//! *Never:* recursion beyond the depth that is allowed.

use super::DEPTH_MAX;
use crate::value::Value;
use crate::{map, number};
use alloc::vec::Vec;

/// Digits that 64 bits with a sign always hold.
const EXACT_DIGITS: usize = 18;

/// JSON text and how far it has been read.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Reads one value and nothing after it, from bytes that are known to be UTF-8.
pub(crate) fn read(bytes: &'static [u8]) -> Option<Value> {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.value(DEPTH_MAX)?;
    reader.space();
    (reader.at == bytes.len()).then_some(value)
}

/// The first letter of what ends a run of plain text: a quote, an escape or a control character.
fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// The same letter eight times.
const fn eight(letter: u8) -> u64 {
    u64::from_ne_bytes([letter; 8])
}

/// Whether eight letters are plain, all in one step; no for a few that are.
fn are_plain(word: u64) -> bool {
    let low = |word: u64, bound: u8| word.wrapping_sub(eight(bound)) & !word;
    let ends = low(word ^ eight(b'"'), 1) | low(word ^ eight(b'\\'), 1) | low(word, 0x20);
    ends & eight(0x80) == 0
}

impl Reader<'static> {
    /// The letter that comes next; zero at the end, which begins nothing in JSON.
    fn next(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.next(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// Takes one letter, where it comes next.
    fn take(&mut self, letter: u8) -> bool {
        let comes = self.next() == letter;
        self.at += usize::from(comes);
        comes
    }

    fn word(&mut self, text: &[u8], value: Value) -> Option<Value> {
        self.bytes[self.at..].starts_with(text).then(|| {
            self.at += text.len();
            value
        })
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        self.space();
        match self.next() {
            b'n' => self.word(b"null", Value::null()),
            b't' => self.word(b"true", Value::bool(true)),
            b'f' => self.word(b"false", Value::bool(false)),
            b'"' => self.string(),
            b'[' => self.list(depth.checked_sub(1)?),
            b'{' => self.object(depth.checked_sub(1)?),
            _ => self.number(),
        }
    }

    /// What comes after an item: another one, or the end.
    fn goes_on(&mut self, end: u8) -> Option<bool> {
        self.space();
        if self.take(b',') {
            return Some(true);
        }
        self.take(end).then_some(false)
    }

    fn list(&mut self, depth: u32) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.take(b']') {
            return Some(Value::list(items));
        }
        loop {
            items.push(self.value(depth)?);
            if !self.goes_on(b']')? {
                return Some(Value::list(items));
            }
        }
    }

    fn object(&mut self, depth: u32) -> Option<Value> {
        self.at += 1;
        let mut entries = Vec::new();
        self.space();
        if self.take(b'}') {
            return Some(Value::map(entries));
        }
        loop {
            self.space();
            let key = self.string()?;
            self.space();
            if !self.take(b':') {
                return None;
            }
            entries.push((key, self.value(depth)?));
            if !self.goes_on(b'}')? {
                break;
            }
        }
        // Two readers of one text must not see two things.
        map::named(entries)
    }

    /// Goes on to the end of plain text.
    fn plain(&mut self) {
        while let Some(word) = self.bytes[self.at..].first_chunk() {
            if !are_plain(u64::from_ne_bytes(*word)) {
                break;
            }
            self.at += 8;
        }
        while is_plain(self.next()) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Option<Value> {
        if !self.take(b'"') {
            return None;
        }
        let start = self.at;
        self.plain();
        if self.take(b'"') {
            let text = &self.bytes[start..self.at - 1];
            // SAFETY: the whole text is UTF-8, and quotes split no character.
            return Some(Value::text(unsafe { core::str::from_utf8_unchecked(text) }));
        }
        let mut out = Vec::from(&self.bytes[start..self.at]);
        loop {
            let start = self.at;
            self.plain();
            out.extend_from_slice(&self.bytes[start..self.at]);
            if self.take(b'"') {
                return Some(Value::text_of(out));
            }
            if !self.take(b'\\') {
                return None;
            }
            self.escape(&mut out)?;
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let letter = *self.bytes.get(self.at)?;
        self.at += 1;
        out.push(match letter {
            b'"' | b'\\' | b'/' => letter,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let unit = self.hex()?;
                let code = if (0xd800..0xdc00).contains(&unit) {
                    if !(self.take(b'\\') && self.take(b'u')) {
                        return None;
                    }
                    let low = self.hex()?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return None;
                    }
                    0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                } else {
                    unit
                };
                let mut buffer = [0; 4];
                let text = char::from_u32(code)?.encode_utf8(&mut buffer);
                out.extend_from_slice(text.as_bytes());
                return Some(());
            }
            _ => return None,
        });
        Some(())
    }

    fn hex(&mut self) -> Option<u32> {
        let mut code = 0;
        for digit in self.bytes.get(self.at..self.at + 4)? {
            code = code << 4 | (*digit as char).to_digit(16)?;
        }
        self.at += 4;
        Some(code)
    }

    /// Goes over digits; none where there is none. Gives their value as long as it is exact.
    fn digits(&mut self) -> Option<u64> {
        let (start, mut value) = (self.at, 0_u64);
        while self.next().is_ascii_digit() {
            value = value.wrapping_mul(10).wrapping_add(u64::from(self.next() - b'0'));
            self.at += 1;
        }
        (self.at > start).then_some(value)
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        let negative = self.take(b'-');
        let first = self.at;
        let zero = self.next() == b'0';
        let value = self.digits()?;
        let length = self.at - first;
        if zero && length > 1 {
            return None;
        }
        let mut whole = true;
        if self.take(b'.') {
            self.digits()?;
            whole = false;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
            whole = false;
        }
        // A zero with a sign is a double, or the sign would be lost.
        if whole && !(negative && zero) {
            if length <= EXACT_DIGITS {
                return Some(Value::int(if negative { -(value as i64) } else { value as i64 }));
            }
            let text = &self.bytes[start..self.at];
            if let Some(value) = number::signed(text) {
                return Some(Value::int(value));
            }
            if let Some(value) = number::whole(text) {
                return Some(Value::uint(value));
            }
        }
        let double = number::finite(&self.bytes[first..self.at])?;
        double.is_finite().then(|| Value::double(if negative { -double } else { double }))
    }
}
