//! Patterns to trees.
//!
//! *Never:* a pattern nested deeper than the stack has room for.

use super::class::{Class, LAST, perl, posix};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What a pattern asks for.
pub(crate) enum Node {
    Class(Class),
    Assert(Assert),
    Group(Box<Node>, u32),
    Concat(Vec<Node>),
    Either(Vec<Node>),
    Repeat { node: Box<Node>, least: u32, most: Option<u32>, greedy: bool },
}

/// Places without a width.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(crate) enum Assert {
    TextStart = 0,
    TextEnd = 1,
    LineStart = 2,
    LineEnd = 3,
    Word = 4,
    NotWord = 5,
}

/// Unicode's classes by name, where there is a table of them.
pub(crate) type Tables = fn(&str) -> Option<Vec<(u32, u32)>>;

#[derive(Clone, Copy, Default)]
struct Flags {
    fold: bool,
    lines: bool,
    dot_all: bool,
    swap_greed: bool,
}

/// Groups within groups beyond this are refused: each takes a frame of the stack.
const DEPTH_MAX: u32 = 50;

/// RE2's own limit of counted repetition.
const REPEAT_MAX: u32 = 1_000;

pub(crate) struct Parser<'a> {
    letters: Vec<char>,
    at: usize,
    flags: Flags,
    pub(crate) groups: u32,
    depth: u32,
    tables: &'a Tables,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(pattern: &str, tables: &'a Tables) -> Self {
        let letters = pattern.chars().collect();
        Self { letters, at: 0, flags: Flags::default(), groups: 0, depth: 0, tables }
    }

    pub(crate) fn whole(&mut self) -> Option<Node> {
        let node = self.either()?;
        (self.at == self.letters.len()).then_some(node)
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    fn eat(&mut self, letter: char) -> bool {
        let found = self.peek() == Some(letter);
        self.at += usize::from(found);
        found
    }

    fn either(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let mut branches = Vec::new();
        loop {
            branches.push(self.concat()?);
            if !self.eat('|') {
                break;
            }
        }
        self.depth -= 1;
        if branches.len() == 1 { branches.pop() } else { Some(Node::Either(branches)) }
    }

    fn concat(&mut self) -> Option<Node> {
        let mut parts = Vec::new();
        while let Some(letter) = self.peek() {
            if letter == '|' || letter == ')' {
                break;
            }
            if letter == '\\' && self.letters.get(self.at + 1) == Some(&'Q') {
                self.at += 2;
                self.quoted(&mut parts);
                continue;
            }
            if let Some(node) = self.atom()? {
                let node = self.repeated(node)?;
                parts.push(node);
            }
        }
        Some(Node::Concat(parts))
    }

    /// `\Q...\E`: letters that mean themselves.
    fn quoted(&mut self, parts: &mut Vec<Node>) {
        while let Some(letter) = self.next() {
            if letter == '\\' && self.eat('E') {
                return;
            }
            parts.push(self.letter(letter));
        }
    }

    fn letter(&self, letter: char) -> Node {
        self.class(Class::of(&[(letter as u32, letter as u32)]))
    }

    fn class(&self, mut class: Class) -> Node {
        if self.flags.fold {
            class.fold();
        }
        class.finish();
        Node::Class(class)
    }

    /// One atom; none inside where only flags were set.
    fn atom(&mut self) -> Option<Option<Node>> {
        let node = match self.next()? {
            '(' => return self.group(),
            '[' => self.bracket()?,
            '.' => {
                let mut class = Class::of(&[(10, 10)]);
                class.negate();
                Node::Class(if self.flags.dot_all { Class::of(&[(0, LAST)]) } else { class })
            }
            '^' if self.flags.lines => Node::Assert(Assert::LineStart),
            '^' => Node::Assert(Assert::TextStart),
            '$' if self.flags.lines => Node::Assert(Assert::LineEnd),
            '$' => Node::Assert(Assert::TextEnd),
            '*' | '+' | '?' => return None,
            '\\' => self.escape()?,
            letter => self.letter(letter),
        };
        Some(Some(node))
    }

    fn group(&mut self) -> Option<Option<Node>> {
        let before = self.flags;
        let mut number = None;
        if self.eat('?') {
            let named = if self.eat('P') { self.peek()? == '<' } else { self.peek()? == '<' };
            if named {
                self.name()?;
                self.groups += 1;
                number = Some(self.groups);
            } else if self.set_flags()? {
                return Some(None);
            }
        } else {
            self.groups += 1;
            number = Some(self.groups);
        }
        let node = self.either()?;
        if !self.eat(')') {
            return None;
        }
        self.flags = before;
        Some(Some(match number {
            Some(number) => Node::Group(Box::new(node), number),
            None => node,
        }))
    }

    fn name(&mut self) -> Option<()> {
        self.at += 1;
        let start = self.at;
        while self.next()? != '>' {}
        let name = self.letters.get(start..self.at - 1)?;
        let good = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
        (!name.is_empty() && name.iter().all(good)).then_some(())
    }

    /// `(?i)` and `(?i:`; tells whether it was the first, which ends the group.
    fn set_flags(&mut self) -> Option<bool> {
        let mut on = true;
        let mut flags = self.flags;
        loop {
            match self.next()? {
                'i' => flags.fold = on,
                'm' => flags.lines = on,
                's' => flags.dot_all = on,
                'U' => flags.swap_greed = on,
                '-' if on => on = false,
                end @ (':' | ')') => {
                    self.flags = flags;
                    return Some(end == ')');
                }
                _ => return None,
            }
        }
    }

    fn repeated(&mut self, node: Node) -> Option<Node> {
        let Some((least, most)) = self.count()? else { return Some(node) };
        let greedy = !self.eat('?') != self.flags.swap_greed;
        // A repetition of a repetition is an error in RE2.
        if self.count()?.is_some() {
            return None;
        }
        Some(Node::Repeat { node: Box::new(node), least, most, greedy })
    }

    fn count(&mut self) -> Option<Option<(u32, Option<u32>)>> {
        let counts = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return Some(self.braces()?),
            _ => return Some(None),
        };
        self.at += 1;
        Some(Some(counts))
    }

    /// `{2}`, `{2,}`, `{2,5}`; anything else in braces is letters.
    fn braces(&mut self) -> Option<Option<(u32, Option<u32>)>> {
        let start = self.at;
        self.at += 1;
        let Some(least) = self.number() else {
            self.at = start;
            return Some(None);
        };
        let most = if self.eat(',') {
            if self.peek() == Some('}') { None } else { Some(self.number()) }
        } else {
            Some(Some(least))
        };
        if matches!(most, Some(None)) || !self.eat('}') {
            self.at = start;
            return Some(None);
        }
        let most = most.flatten();
        let good = least <= REPEAT_MAX && most.is_none_or(|most| (least..=REPEAT_MAX).contains(&most));
        good.then_some(Some((least, most)))
    }

    fn number(&mut self) -> Option<u32> {
        let start = self.at;
        let mut value: u32 = 0;
        while let Some(digit) = self.peek().and_then(|letter| letter.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(digit);
            self.at += 1;
        }
        (self.at > start).then_some(value)
    }

    fn escape(&mut self) -> Option<Node> {
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

    fn bracket(&mut self) -> Option<Node> {
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
