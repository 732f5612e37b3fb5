//! The words of JSON in a text: white space, numbers, strings, and what to pass over.
//!
//! *Never:* a place in the text is read without asking whether it is there.

use std::borrow::Cow;

use super::error::Error;

/// Lists and objects in each other deeper than this are refused: each level is a frame on a stack of
/// one mebibyte, and no input that people write is nested so deep.
const DEPTH_MAX: u8 = 128;

/// A place in a text.
pub(super) struct Scan<'de> {
    pub(super) text: &'de str,
    pub(super) at: usize,
    depth: u8,
}

/// A number as it is written.
pub(super) struct Digits<'de> {
    pub(super) text: &'de str,
    pub(super) is_whole: bool,
}

impl<'de> Scan<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The byte here.
    pub(super) fn here(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no white space.
    pub(super) fn peek(&mut self) -> Result<u8, Error> {
        while let Some(byte) = self.here() {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(Error::plain("the text ends too early"))
    }

    /// Goes past this byte if it is the next one.
    pub(super) fn eat(&mut self, byte: u8) -> Result<bool, Error> {
        let is_next = self.peek()? == byte;
        self.at += usize::from(is_next);
        Ok(is_next)
    }

    /// Goes past this byte, which has to be the next one.
    pub(super) fn need(&mut self, byte: u8, problem: &str) -> Result<(), Error> {
        if self.eat(byte)? { Ok(()) } else { Err(Error::plain(problem)) }
    }

    /// Goes past `true`, `false` or `null`.
    pub(super) fn word(&mut self, word: &str) -> Result<(), Error> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err(Error::plain("this is no JSON value"));
        }
        self.at += word.len();
        Ok(())
    }

    pub(super) fn deeper(&mut self) -> Result<(), Error> {
        if self.depth >= DEPTH_MAX {
            return Err(Error::plain("lists and objects are nested too deep"));
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn shallower(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Goes past a number.
    pub(super) fn number(&mut self) -> Result<Digits<'de>, Error> {
        let start = self.at;
        let mut is_whole = true;
        self.at += usize::from(self.here() == Some(b'-'));
        if self.here() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.here() == Some(b'.') {
            is_whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.here(), Some(b'e' | b'E')) {
            is_whole = false;
            self.at += 1;
            self.at += usize::from(matches!(self.here(), Some(b'+' | b'-')));
            self.digits()?;
        }
        if self.here().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(Error::plain("a number does not begin with 0"));
        }
        Ok(Digits { text: self.text.get(start..self.at).unwrap_or_default(), is_whole })
    }

    fn digits(&mut self) -> Result<(), Error> {
        let start = self.at;
        while self.here().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(Error::plain("a digit is missing here")) } else { Ok(()) }
    }

    /// Goes past a string, which begins here; borrowed where nothing in it is escaped.
    pub(super) fn string(&mut self) -> Result<Cow<'de, str>, Error> {
        self.at += 1;
        let mut whole = Cow::Borrowed("");
        loop {
            let part = self.run()?;
            match (&mut whole, self.here()) {
                (Cow::Borrowed(""), Some(b'"')) => whole = Cow::Borrowed(part),
                (whole, _) => whole.to_mut().push_str(part),
            }
            let byte = self.here();
            self.at += 1;
            if byte == Some(b'"') {
                return Ok(whole);
            }
            let escaped = self.escaped()?;
            whole.to_mut().push(escaped);
        }
    }

    /// The text up to a quotation mark or a backslash, one of which follows.
    fn run(&mut self) -> Result<&'de str, Error> {
        let start = self.at;
        loop {
            match self.here() {
                Some(b'"' | b'\\') => {
                    return Ok(self.text.get(start..self.at).unwrap_or_default());
                }
                Some(0..0x20) => {
                    return Err(Error::plain("a control character in a string is not escaped"));
                }
                Some(_) => self.at += 1,
                None => return Err(Error::plain("the string has no end")),
            }
        }
    }

    /// What the escape after a backslash stands for.
    fn escaped(&mut self) -> Result<char, Error> {
        let byte = self.here();
        self.at += 1;
        Ok(match byte {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            Some(_) | None => return Err(Error::plain("there is no such escape")),
        })
    }

    fn unicode(&mut self) -> Result<char, Error> {
        let mut code = self.unit()?;
        // A character outside the basic plane is written as two surrogates.
        if (0xd800..0xdc00).contains(&code) && self.text.get(self.at..self.at + 2) == Some("\\u") {
            self.at += 2;
            let low = self.unit()?;
            code = match low {
                0xdc00..0xe000 => 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00),
                _ => code,
            };
        }
        char::from_u32(code).ok_or_else(|| Error::plain("a surrogate stands alone"))
    }

    fn unit(&mut self) -> Result<u32, Error> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.here().and_then(|byte| char::from(byte).to_digit(16));
            let digit = digit.ok_or_else(|| Error::plain("`\\u` needs four hexadecimal digits"))?;
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }

    /// Goes past any value.
    pub(super) fn pass(&mut self) -> Result<(), Error> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.number().map(drop),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            b'[' => self.pass_all(b']'),
            b'{' => self.pass_all(b'}'),
            _ => Err(Error::plain("this is no JSON value")),
        }
    }

    fn pass_all(&mut self, close: u8) -> Result<(), Error> {
        self.at += 1;
        self.deeper()?;
        let mut is_first = true;
        while !self.closes(close, is_first)? {
            is_first = false;
            if close == b'}' {
                self.key()?;
                self.need(b':', "a `:` is missing here")?;
            }
            self.pass()?;
        }
        self.shallower();
        Ok(())
    }

    /// Goes past the bracket if the list or object ends here, else past the comma before the next.
    pub(super) fn closes(&mut self, close: u8, is_first: bool) -> Result<bool, Error> {
        if self.eat(close)? {
            return Ok(true);
        }
        if !is_first {
            self.need(b',', "a `,` or the end of the list or object is missing here")?;
        }
        Ok(false)
    }

    /// Goes past the name of a property.
    pub(super) fn key(&mut self) -> Result<Cow<'de, str>, Error> {
        if self.peek()? != b'"' {
            return Err(Error::plain("a name in quotation marks is missing here"));
        }
        self.string()
    }
}
