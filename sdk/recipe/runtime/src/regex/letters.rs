//! Escapes and classes in brackets.
//!
//! *Never:* an escape that RE2 does not have is passed over.

use super::class::{Class, LAST, perl, posix};
use super::parse::{Assert, Node, Parser};

impl Parser<'_> {
    pub(super) fn escape(&mut self) -> Option<Node> {
        let letter = self.peek()?;
        let assert = match letter {
            'A' => Some(Assert::TextStart),
            'z' => Some(Assert::TextEnd),
            'b' => Some(Assert::Word),
            'B' => Some(Assert::NotWord),
            _ => None,
        };
        if let Some(assert) = assert {
            self.at += 1;
            return Some(Node::Assert(assert));
        }
        if let Some(class) = self.class_escape()? {
            return Some(self.class(class));
        }
        let letter = self.escaped_letter()?;
        Some(self.class(Class::of(&[(letter, letter)])))
    }

    /// `\d`, `\pL`, `\P{Greek}`; the backslash has been read.
    fn class_escape(&mut self) -> Option<Option<Class>> {
        let letter = self.peek()?;
        if let Some(class) = perl(letter) {
            self.at += 1;
            return Some(Some(class));
        }
        if letter != 'p' && letter != 'P' {
            return Some(None);
        }
        self.at += 1;
        let mut negated = letter == 'P';
        let mut name = alloc::string::String::new();
        if self.eat('{') {
            negated ^= self.eat('^');
            loop {
                match self.next()? {
                    '}' => break,
                    letter => name.push(letter),
                }
            }
        } else {
            name.push(self.next()?);
        }
        let mut class = Class { ranges: (self.tables)(&name)? };
        if negated {
            class.negate();
        }
        Some(Some(class))
    }

    fn escaped_letter(&mut self) -> Option<u32> {
        Some(match self.next()? {
            'a' => 7,
            'f' => 12,
            't' => 9,
            'n' => 10,
            'r' => 13,
            'v' => 11,
            'x' => return self.hex(),
            first @ '0'..='7' => {
                // A single digit other than zero would refer to a group, which is not to be had.
                let alone = !self.peek().is_some_and(|letter| letter.is_digit(8));
                if first != '0' && alone {
                    return None;
                }
                let mut value = first.to_digit(8)?;
                for _ in 0..2 {
                    let Some(digit) = self.peek().and_then(|letter| letter.to_digit(8)) else {
                        break;
                    };
                    value = value * 8 + digit;
                    self.at += 1;
                }
                value
            }
            letter if letter.is_ascii_punctuation() => letter as u32,
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let mut value = 0;
        if self.eat('{') {
            let start = self.at;
            loop {
                match self.next()? {
                    '}' if self.at > start + 1 => return Some(value),
                    letter => value = value * 16 + letter.to_digit(16)?,
                }
                if value > LAST {
                    return None;
                }
            }
        }
        for _ in 0..2 {
            value = value * 16 + self.next()?.to_digit(16)?;
        }
        Some(value)
    }

    pub(super) fn bracket(&mut self) -> Option<Node> {
        let negated = self.eat('^');
        let mut class = Class::default();
        let mut first = true;
        loop {
            let letter = self.next()?;
            if letter == ']' && !first {
                break;
            }
            first = false;
            if letter == '[' && self.eat(':') {
                self.posix_into(&mut class)?;
                continue;
            }
            if letter == '\\'
                && let Some(inner) = self.class_escape()?
            {
                class.ranges.extend(inner.ranges);
                continue;
            }
            let low = if letter == '\\' { self.escaped_letter()? } else { letter as u32 };
            let dash = self.peek() == Some('-');
            let high = if dash && self.letters.get(self.at + 1).is_some_and(|next| *next != ']') {
                self.at += 1;
                match self.next()? {
                    '\\' => self.escaped_letter()?,
                    letter => letter as u32,
                }
            } else {
                low
            };
            if high < low {
                return None;
            }
            class.add(low, high);
        }
        if self.flags.fold {
            class.fold();
        }
        class.finish();
        if negated {
            class.negate();
        }
        Some(Node::Class(class))
    }

    /// `[:alpha:]`, from behind the colon on.
    fn posix_into(&mut self, class: &mut Class) -> Option<()> {
        let negated = self.eat('^');
        let mut name = alloc::string::String::new();
        loop {
            match self.next()? {
                ':' => break,
                letter => name.push(letter),
            }
        }
        if !self.eat(']') {
            return None;
        }
        let mut inner = posix(&name)?;
        if negated {
            inner.negate();
        }
        class.ranges.extend(inner.ranges);
        Some(())
    }
}
