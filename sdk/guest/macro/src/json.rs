//! Whether a text in the source is JSON: examples and schemas are looked at before anything runs.
//!
//! *Never:* a value is made of it; where it goes, others read it.

/// Lists and objects in each other deeper than this are refused: the macro's own stack is finite, and
/// nobody writes such an example.
const DEPTH_MAX: usize = 128;

/// Checks that the text is one JSON value.
///
/// # Errors
/// What is wrong, and where.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let mut scan = Scan { text, at: 0 };
    let found = scan.value(0).and_then(|()| match scan.peek() {
        None => Ok(()),
        Some(_) => Err("the value has ended, and something follows"),
    });
    found.map_err(|problem| {
        let read = text.get(..scan.at).unwrap_or(text);
        format!("{problem}, at character {}", read.chars().count() + 1)
    })
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

type Checked = Result<(), &'static str>;

impl Scan<'_> {
    fn here(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.here(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.here()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is_here = self.here() == Some(byte);
        self.at += usize::from(is_here);
        is_here
    }

    fn value(&mut self, depth: usize) -> Checked {
        if depth > DEPTH_MAX {
            return Err("lists and objects are nested too deep");
        }
        match self.peek() {
            Some(b'{') => self.all(b'}', depth),
            Some(b'[') => self.all(b']', depth),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => self.word(),
            None => Err("a value is missing"),
        }
    }

    fn all(&mut self, close: u8, depth: usize) -> Checked {
        self.at += 1;
        self.peek();
        if self.eat(close) {
            return Ok(());
        }
        loop {
            if close == b'}' {
                if self.peek() != Some(b'"') {
                    return Err("a name in quotation marks is missing");
                }
                self.string()?;
                self.peek();
                if !self.eat(b':') {
                    return Err("a `:` is missing");
                }
            }
            self.value(depth + 1)?;
            self.peek();
            if self.eat(close) {
                return Ok(());
            }
            if !self.eat(b',') {
                return Err("a `,` or the end of the list or object is missing");
            }
        }
    }

    fn string(&mut self) -> Checked {
        self.at += 1;
        loop {
            let byte = self.here();
            self.at += 1;
            match byte {
                Some(b'"') => return Ok(()),
                Some(b'\\') => self.escape()?,
                Some(0..0x20) => return Err("a control character in a string is not escaped"),
                Some(_) => {}
                None => return Err("a string has no end"),
            }
        }
    }

    fn escape(&mut self) -> Checked {
        let byte = self.here();
        self.at += 1;
        let digits = match byte {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 0,
            Some(b'u') => 4,
            Some(_) | None => return Err("there is no such escape"),
        };
        for _ in 0..digits {
            if !self.here().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                return Err("`\\u` needs four hexadecimal digits");
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Checked {
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Checked {
        let start = self.at;
        while self.here().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err("a digit is missing") } else { Ok(()) }
    }

    fn word(&mut self) -> Checked {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match ["true", "false", "null"].into_iter().find(|word| rest.starts_with(word)) {
            Some(word) => {
                self.at += word.len();
                Ok(())
            }
            None => Err("this is no JSON value"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn json_is_told_from_what_is_not() {
        for text in [
            "1",
            "-0.5e+3",
            "true",
            "null",
            "\"\\u00e9\\n\"",
            "[]",
            "[1, [2]]",
            "{}",
            " {\"a\": {\"b\": [null]}, \"c\": \"\"} ",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for text in [
            "",
            "01",
            "1.",
            "+1",
            "[1,]",
            "{a: 1}",
            "{\"a\" 1}",
            "{\"a\": 1,}",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "tru",
            "1 2",
            "[1",
            "{\"a\": 1",
            "'a'",
            "\"\t\"",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
        assert!(check("{text: 1}").unwrap_err().ends_with("at character 2"));
        assert!(check(&"[".repeat(100_000)).is_err());
    }
}
