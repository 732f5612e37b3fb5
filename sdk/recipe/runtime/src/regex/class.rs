//! Classes of characters: ranges in order.
//!
//! *Never:* ranges that overlap, once a class is finished.

use alloc::vec::Vec;

/// Ranges of code points, both ends inside.
#[derive(Clone, Default)]
pub(crate) struct Class {
    pub(crate) ranges: Vec<(u32, u32)>,
}

pub(crate) const LAST: u32 = 0x10_ffff;

impl Class {
    pub(crate) fn of(ranges: &[(u32, u32)]) -> Self {
        Self { ranges: ranges.to_vec() }
    }

    pub(crate) fn add(&mut self, low: u32, high: u32) {
        self.ranges.push((low, high));
    }

    /// Sorts and joins the ranges.
    pub(crate) fn finish(&mut self) {
        // By insertion: classes are small or in order already, and a faster sort is kilobytes of code.
        for at in 1..self.ranges.len() {
            let mut place = at;
            while place > 0 && self.ranges[place - 1] > self.ranges[place] {
                self.ranges.swap(place - 1, place);
                place -= 1;
            }
        }
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(self.ranges.len());
        for (low, high) in self.ranges.iter().copied() {
            match joined.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => joined.push((low, high)),
            }
        }
        self.ranges = joined;
    }

    /// Everything else.
    pub(crate) fn negate(&mut self) {
        self.finish();
        let mut others = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0;
        for (low, high) in self.ranges.iter().copied() {
            if low > next {
                others.push((next, low - 1));
            }
            next = high + 1;
        }
        if next <= LAST {
            others.push((next, LAST));
        }
        self.ranges = others;
    }

    /// Adds the other case of every letter.
    pub(crate) fn fold(&mut self) {
        let ranges = self.ranges.clone();
        for (low, high) in ranges {
            // Letters with a case lie below this, with few exceptions above; wide ranges hold all.
            for code in low..=high.min(0x1_e943) {
                for_each_case(code, |other| self.ranges.push((other, other)));
            }
        }
        self.finish();
    }
}

/// The letters that are the same but for their case, each once.
fn for_each_case(code: u32, mut then: impl FnMut(u32)) {
    let Some(letter) = char::from_u32(code) else { return };
    let single = |mut letters: &mut dyn Iterator<Item = char>| {
        let first = (&mut letters).next();
        first.filter(|_| letters.next().is_none())
    };
    if code < 0x80 && !letter.is_ascii_alphabetic() {
        return;
    }
    let lower = single(&mut letter.to_lowercase()).unwrap_or(letter);
    let upper = single(&mut letter.to_uppercase()).unwrap_or(letter);
    for other in [lower, upper] {
        if other != letter {
            then(other as u32);
        }
    }
    // Letters whose cases are more than two.
    match lower {
        'k' => then(0x212a),
        's' => then(0x17f),
        'å' => then(0x212b),
        _ => {}
    }
}

const DIGITS: [(u32, u32); 1] = [(0x30, 0x39)];
const SPACES: [(u32, u32); 3] = [(9, 10), (12, 13), (32, 32)];
const WORDS: [(u32, u32); 4] = [(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];

/// `\d`, `\s`, `\w` and their opposites: ASCII, as RE2 has them.
pub(crate) fn perl(letter: char) -> Option<Class> {
    let mut class = match letter.to_ascii_lowercase() {
        'd' => Class::of(&DIGITS),
        's' => Class::of(&SPACES),
        'w' => Class::of(&WORDS),
        _ => return None,
    };
    if letter.is_ascii_uppercase() {
        class.negate();
    }
    Some(class)
}

/// `[:alpha:]` and its like.
pub(crate) fn posix(name: &str) -> Option<Class> {
    Some(Class::of(match name {
        "alnum" => &[(0x30, 0x39), (0x41, 0x5a), (0x61, 0x7a)],
        "alpha" => &[(0x41, 0x5a), (0x61, 0x7a)],
        "ascii" => &[(0, 0x7f)],
        "blank" => &[(9, 9), (32, 32)],
        "cntrl" => &[(0, 0x1f), (0x7f, 0x7f)],
        "digit" => &DIGITS,
        "graph" => &[(0x21, 0x7e)],
        "lower" => &[(0x61, 0x7a)],
        "print" => &[(0x20, 0x7e)],
        "punct" => &[(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)],
        "space" => &[(9, 13), (32, 32)],
        "upper" => &[(0x41, 0x5a)],
        "word" => &WORDS,
        "xdigit" => &[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
        _ => return None,
    }))
}
