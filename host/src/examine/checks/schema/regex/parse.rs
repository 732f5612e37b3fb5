//! Reads a pattern of ECMA-262 as far as its danger goes: letters, rows, alternatives, repeats.
//!
//! *Never:* groups are followed deeper than [`DEPTH_MAX`]; what is deeper is an error.

use std::iter::Peekable;
use std::str::Chars;

/// Groups inside one another. Nobody reads more than three.
const DEPTH_MAX: usize = 32;
/// A count with more digits is a mistake or worse.
const COUNT_MAX: u64 = 1_000_000_000;

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// One letter of these.
    Letters(Letters),
    /// One after the other.
    Row(Vec<Self>),
    /// One of these.
    Either(Vec<Self>),
    Repeat(Repeat),
    /// What matches no letter: anchors, looks around.
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repeat {
    pub(super) inside: Box<Node>,
    pub(super) least: u64,
    /// None is without bound.
    pub(super) most: Option<u64>,
    /// As it is written, shortened.
    pub(super) text: String,
}

/// A set of letters: of ASCII one by one, all others as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letters {
    ascii: u128,
    others: bool,
}

/// A pattern that was read.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) node: Node,
    pub(super) has_back_reference: bool,
}

pub(super) fn parse(pattern: &str) -> Result<Parsed, String> {
    let mut parser =
        Parser { letters: pattern.chars().peekable(), depth: 0, has_back_reference: false };
    let node = parser.either()?;
    if parser.letters.next().is_some() {
        return Err("it has a `)` too many".to_owned());
    }
    Ok(Parsed { node, has_back_reference: parser.has_back_reference })
}

struct Parser<'a> {
    letters: Peekable<Chars<'a>>,
    depth: usize,
    has_back_reference: bool,
}

impl Parser<'_> {
    fn either(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("its groups are nested more than {DEPTH_MAX} deep"));
        }
        let mut alternatives = vec![self.row()?];
        while self.letters.next_if_eq(&'|').is_some() {
            alternatives.push(self.row()?);
        }
        self.depth -= 1;
        match <[Node; 1]>::try_from(alternatives) {
            Ok([only]) => Ok(only),
            Err(several) => Ok(Node::Either(several)),
        }
    }

    fn row(&mut self) -> Result<Node, String> {
        let mut parts = Vec::new();
        while let Some(letter) = self.letters.next_if(|letter| !matches!(letter, '|' | ')')) {
            let begin = self.letters.clone();
            let node = self.atom(letter)?;
            let node = self.repeated(node, letter, &begin)?;
            parts.push(node);
        }
        Ok(Node::Row(parts))
    }

    fn atom(&mut self, letter: char) -> Result<Node, String> {
        Ok(match letter {
            '^' | '$' => Node::Nothing,
            '.' => Node::Letters(Letters::of('\n').not()),
            '(' => return self.group(),
            '[' => Node::Letters(self.class()?),
            '\\' => self.escape()?,
            '*' | '+' | '?' => return Err(format!("a `{letter}` repeats nothing")),
            other => Node::Letters(Letters::of(other)),
        })
    }

    fn group(&mut self) -> Result<Node, String> {
        let mut looks = false;
        if self.letters.next_if_eq(&'?').is_some() {
            match self.letters.next() {
                Some(':') => {}
                Some('=' | '!') => looks = true,
                Some('<') => match self.letters.next_if(|letter| matches!(letter, '=' | '!')) {
                    Some(_) => looks = true,
                    None => {
                        let name = self.letters.by_ref().take_while(|letter| *letter != '>');
                        drop(name.collect::<String>());
                    }
                },
                _ => return Err("a group begins in a way that is not known".to_owned()),
            }
        }
        let inside = self.either()?;
        if self.letters.next() != Some(')') {
            return Err("a group does not end".to_owned());
        }
        // What is looked at is matched by itself; dangers in it count, its letters do not.
        Ok(if looks {
            Node::Row(vec![Node::Repeat(Repeat {
                inside: Box::new(inside),
                least: 0,
                most: Some(1),
                text: String::new(),
            })])
        } else {
            inside
        })
    }

    fn repeated(
        &mut self,
        node: Node,
        letter: char,
        begin: &Peekable<Chars<'_>>,
    ) -> Result<Node, String> {
        let (least, most) = match self.letters.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => match counts(self.letters.clone()) {
                Some(counts) => counts,
                None => return Ok(node),
            },
            _ => return Ok(node),
        };
        if self.letters.next() == Some('{') {
            self.letters.by_ref().find(|letter| *letter == '}');
        }
        // Whether it takes much or little first does not change how often it may be cut.
        self.letters.next_if_eq(&'?');
        if most.is_some_and(|most| most < least) {
            return Err("a repeat counts backwards".to_owned());
        }
        let left = self.letters.clone().count();
        let length = begin.clone().count().saturating_sub(left);
        let text: String =
            std::iter::once(letter).chain(begin.clone().take(length.min(40))).collect();
        Ok(Node::Repeat(Repeat { inside: Box::new(node), least, most, text }))
    }

    fn escape(&mut self) -> Result<Node, String> {
        let Some(letter) = self.letters.next() else {
            return Err("it ends in a `\\`".to_owned());
        };
        Ok(match letter {
            'b' | 'B' => Node::Nothing,
            '1'..='9' | 'k' => {
                self.has_back_reference = true;
                Node::Nothing
            }
            other => Node::Letters(self.escaped(other)),
        })
    }

    /// The letters that an escape stands for.
    fn escaped(&mut self, letter: char) -> Letters {
        let digit = Letters::range('0', '9');
        let word =
            digit.or(Letters::range('a', 'z')).or(Letters::range('A', 'Z')).or(Letters::of('_'));
        // Spaces beyond ASCII are left out: with them it would seem to meet all other letters there.
        let space = [' ', '\t', '\n', '\r', '\u{b}', '\u{c}'];
        let space = space.into_iter().map(Letters::of).fold(Letters::NONE, Letters::or);
        match letter {
            'd' => digit,
            'D' => digit.not(),
            'w' => word,
            'W' => word.not(),
            's' => space,
            'S' => Letters { others: true, ..space.not() },
            'n' => Letters::of('\n'),
            'r' => Letters::of('\r'),
            't' => Letters::of('\t'),
            'p' | 'P' => {
                if self.letters.next_if_eq(&'{').is_some() {
                    self.letters.by_ref().find(|letter| *letter == '}');
                }
                Letters { ascii: u128::MAX, others: true }
            }
            'x' => self.coded(2),
            'u' if self.letters.next_if_eq(&'{').is_some() => {
                let digits = self.letters.by_ref().take_while(|letter| *letter != '}');
                coded(&digits.take(8).collect::<String>())
            }
            'u' => self.coded(4),
            other => Letters::of(other),
        }
    }

    fn coded(&mut self, digits: usize) -> Letters {
        let mut hex = String::new();
        while hex.len() < digits
            && let Some(digit) = self.letters.next_if(char::is_ascii_hexdigit)
        {
            hex.push(digit);
        }
        coded(&hex)
    }

    fn class(&mut self) -> Result<Letters, String> {
        let is_other = self.letters.next_if_eq(&'^').is_some();
        let mut letters = Letters::NONE;
        loop {
            let Some(letter) = self.letters.next() else {
                return Err("a class does not end".to_owned());
            };
            let low = match letter {
                ']' => break,
                '\\' => match self.letters.next() {
                    Some('b') => Letters::of('\u{8}'),
                    Some(escaped) => self.escaped(escaped),
                    None => return Err("a class does not end".to_owned()),
                },
                other => Letters::of(other),
            };
            letters = letters.or(low);
            let mut ahead = self.letters.clone();
            if ahead.next() == Some('-') && ahead.peek().is_some_and(|next| *next != ']') {
                self.letters.next();
                let high = match self.letters.next() {
                    Some('\\') => self.letters.next().map(|escaped| self.escaped(escaped)),
                    other => other.map(Letters::of),
                };
                letters = letters.or(low.up_to(high.unwrap_or(Letters::NONE)));
            }
        }
        Ok(if is_other { letters.not() } else { letters })
    }
}

/// `{2}`, `{2,}` and `{2,5}`; anything else in braces is text.
fn counts(letters: Peekable<Chars<'_>>) -> Option<(u64, Option<u64>)> {
    let inside: String = letters.skip(1).take(32).take_while(|letter| *letter != '}').collect();
    let number = |text: &str| text.parse::<u64>().ok().map(|count| count.min(COUNT_MAX));
    match inside.split_once(',') {
        None => number(&inside).map(|count| (count, Some(count))),
        Some((least, "")) => number(least).map(|least| (least, None)),
        Some((least, most)) => Some((number(least)?, Some(number(most)?))),
    }
}

fn coded(hex: &str) -> Letters {
    let letter = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
    letter.map_or(Letters { ascii: 0, others: true }, Letters::of)
}

// === impl Letters ===

impl Letters {
    pub(super) const NONE: Self = Self { ascii: 0, others: false };

    fn of(letter: char) -> Self {
        match u32::from(letter) {
            code @ 0..=127 => Self { ascii: 1 << code, others: false },
            _ => Self { ascii: 0, others: true },
        }
    }

    fn range(low: char, high: char) -> Self {
        (low..=high).map(Self::of).fold(Self::NONE, Self::or)
    }

    /// From the highest of one set to the highest of the other, as `a-z` means it.
    fn up_to(self, high: Self) -> Self {
        if self.others || high.others {
            return Self { ascii: 0, others: true };
        }
        let (low, high) = (self.ascii.trailing_zeros(), 127 - high.ascii.leading_zeros().min(127));
        let within = (low..=high).filter(|code| *code < 128).map(|code| 1_u128 << code);
        Self { ascii: within.fold(0, |all, one| all | one), others: false }
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self { ascii: self.ascii | other.ascii, others: self.others || other.others }
    }

    const fn not(self) -> Self {
        Self { ascii: !self.ascii, others: true }
    }

    /// One of them that a person would write; another one for each way.
    pub(super) fn one(self, way: usize) -> Option<char> {
        const USUAL: [&[u8]; 4] = [b"a1A- ", b"b2B_ ", b"z9Z. ", b"05xX/ "];
        let usual = USUAL.get(way % USUAL.len()).copied().unwrap_or_default();
        let has = |code: &u8| *code < 128 && self.ascii & (1_u128 << *code) != 0;
        let any = || (b' '..=b'~').find(&has);
        let ascii = usual.iter().copied().find(&has).or_else(any).map(char::from);
        ascii.or_else(|| self.others.then_some('é'))
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.ascii & other.ascii != 0 || (self.others && other.others)
    }
}
