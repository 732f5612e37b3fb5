//! Patterns to trees.
//!
//! *Never:* a pattern nested deeper than the stack has room for.

use super::class::{Class, LAST};
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
pub(super) struct Flags {
    pub(super) fold: bool,
    lines: bool,
    dot_all: bool,
    swap_greed: bool,
}

/// Groups within groups beyond this are refused: each takes a frame of the stack.
const DEPTH_MAX: u32 = 50;

/// RE2's own limit of counted repetition.
const REPEAT_MAX: u32 = 1_000;

pub(crate) struct Parser<'a> {
    pub(super) letters: Vec<char>,
    pub(super) at: usize,
    pub(super) flags: Flags,
    pub(crate) groups: u32,
    /// Where the names of groups stand: none is given twice.
    names: Vec<(usize, usize)>,
    depth: u32,
    pub(super) tables: &'a Tables,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(pattern: &str, tables: &'a Tables) -> Self {
        let letters = pattern.chars().collect();
        Self {
            letters,
            at: 0,
            flags: Flags::default(),
            groups: 0,
            names: Vec::new(),
            depth: 0,
            tables,
        }
    }

    pub(crate) fn whole(&mut self) -> Option<Node> {
        let node = self.either()?;
        (self.at == self.letters.len()).then_some(node)
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    pub(super) fn eat(&mut self, letter: char) -> bool {
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

    pub(super) fn class(&self, mut class: Class) -> Node {
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
            let marked = self.eat('P');
            let named = self.peek()? == '<';
            if marked && !named {
                return None;
            }
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
        let is_name = !name.is_empty() && name.iter().all(good);
        let known = |(from, to): &(usize, usize)| self.letters.get(*from..*to) == Some(name);
        if !is_name || self.names.iter().any(known) {
            return None;
        }
        self.names.push((start, self.at - 1));
        Some(())
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
        let greedy = self.eat('?') == self.flags.swap_greed;
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
            Some('{') => return self.braces(),
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
        let good =
            least <= REPEAT_MAX && most.is_none_or(|most| (least..=REPEAT_MAX).contains(&most));
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
}
