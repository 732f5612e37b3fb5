//! JSON text to values: numbers without a fraction become integers where they fit.
//!
//! *Never:* recursion beyond the depth that is allowed.

use super::DEPTH_MAX;
use crate::value::Value;
use crate::{map, number};
use alloc::vec::Vec;

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

impl Reader<'static> {
    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, text: &[u8]) -> Option<()> {
        let found = self.bytes[self.at..].starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found.then_some(())
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        self.space();
        match self.bytes.get(self.at)? {
            b'n' => self.eat(b"null").map(|()| Value::null()),
            b't' => self.eat(b"true").map(|()| Value::bool(true)),
            b'f' => self.eat(b"false").map(|()| Value::bool(false)),
            b'"' => self.string(),
            b'[' => self.list(depth.checked_sub(1)?),
            b'{' => self.object(depth.checked_sub(1)?),
            _ => self.number(),
        }
    }

    fn list(&mut self, depth: u32) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.eat(b"]").is_some() {
            return Some(Value::list(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.space();
            if self.eat(b"]").is_some() {
                return Some(Value::list(items));
            }
            self.eat(b",")?;
        }
    }

    fn object(&mut self, depth: u32) -> Option<Value> {
        self.at += 1;
        let mut entries = Vec::new();
        self.space();
        if self.eat(b"}").is_some() {
            return Some(Value::map(entries));
        }
        loop {
            self.space();
            let key = self.string()?;
            self.space();
            self.eat(b":")?;
            entries.push((key, self.value(depth)?));
            self.space();
            if self.eat(b"}").is_some() {
                break;
            }
            self.eat(b",")?;
        }
        // Two readers of one text must not see two things.
        map::named(entries)
    }

    fn string(&mut self) -> Option<Value> {
        self.eat(b"\"")?;
        let start = self.at;
        let plain = self.bytes[start..].iter();
        self.at += plain.take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)).count();
        if self.bytes.get(self.at) == Some(&b'"') {
            let text = &self.bytes[start..self.at];
            self.at += 1;
            // SAFETY: the whole text is UTF-8, and quotes split no character.
            return Some(Value::text(unsafe { core::str::from_utf8_unchecked(text) }));
        }
        let mut out = Vec::from(&self.bytes[start..self.at]);
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' => return Some(Value::text_of(out)),
                b'\\' => self.escape(&mut out)?,
                0..=0x1f => return None,
                _ => out.push(byte),
            }
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
                    self.eat(b"\\u")?;
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

    fn digits(&mut self) -> Option<usize> {
        let start = self.at;
        self.at += self.bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        (self.at > start).then_some(self.at - start)
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        let negative = self.eat(b"-").is_some();
        let zero = self.bytes.get(self.at) == Some(&b'0');
        let digits = self.digits()?;
        if zero && digits > 1 {
            return None;
        }
        let mut whole = true;
        if self.eat(b".").is_some() {
            self.digits()?;
            whole = false;
        }
        if self.eat(b"e").is_some() || self.eat(b"E").is_some() {
            let _ = self.eat(b"+").is_some() || self.eat(b"-").is_some();
            self.digits()?;
            whole = false;
        }
        let text = &self.bytes[start..self.at];
        // A zero with a sign is a double, or the sign would be lost.
        if whole && !(negative && zero) {
            if let Some(value) = number::signed(text) {
                return Some(Value::int(value));
            }
            if let Some(value) = number::whole(text) {
                return Some(Value::uint(value));
            }
        }
        let double = number::finite(&text[usize::from(negative)..])?;
        double.is_finite().then(|| Value::double(if negative { -double } else { double }))
    }
}
