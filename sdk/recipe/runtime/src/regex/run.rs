//! Programs at work: all ways through the pattern at once, one character after the other.
//!
//! *Never:* a step is visited twice at one place of the text.

use super::program::{HEAD, STEP, step};
use crate::row::Row;

/// Where groups begin and end; `NOWHERE` for those that took no part.
pub(crate) struct Found {
    pub(crate) slots: Row<u32>,
}

pub(crate) const NOWHERE: u32 = u32::MAX;

/// The ways that are open at one place of the text.
struct Ways {
    order: Row<u32>,
    /// By step, one more than its place in `order`, if it is there.
    places: Row<u32>,
    slots: Row<u32>,
}

impl Ways {
    fn new(steps: usize, slots: usize) -> Self {
        Self { order: Row::new(), places: filled(0, steps), slots: filled(NOWHERE, steps * slots) }
    }

    fn clear(&mut self) {
        self.order.clear();
    }

    fn holds(&self, at: u32) -> bool {
        let place = self.places[at as usize] as usize;
        self.order.get(place) == Some(&at)
    }

    fn insert(&mut self, at: u32) {
        self.places[at as usize] = self.order.len() as u32;
        self.order.push(at);
    }
}

/// A program and the room it works in.
pub(crate) struct Machine<'a> {
    words: &'a [u32],
    slots: usize,
    now: Ways,
    next: Ways,
    stack: Row<(u32, u32, u32)>,
}

/// A stack entry with this mark puts a slot's old place back instead of going on.
const RESTORE: u32 = 1 << 31;

impl<'a> Machine<'a> {
    /// Keeps only the first `slots` slots; none are needed to tell whether there is a match at all.
    pub(crate) fn new(words: &'a [u32], slots: usize) -> Self {
        let steps = words[1] as usize;
        Self {
            words,
            slots,
            now: Ways::new(steps, slots),
            next: Ways::new(steps, slots),
            stack: roomy(steps),
        }
    }

    /// How many groups the pattern has.
    pub(crate) fn groups(words: &[u32]) -> usize {
        words[0] as usize
    }

    fn step(&self, at: u32) -> [u32; 3] {
        let start = HEAD + at as usize * STEP;
        [self.words[start], self.words[start + 1], self.words[start + 2]]
    }

    fn takes(&self, step: [u32; 3], letter: u32) -> bool {
        if step[0] == step::CHAR {
            return step[1] == letter;
        }
        let ranges = &self.words[step[1] as usize..step[1] as usize + step[2] as usize * 2];
        // Few ranges are read in order, which is as fast as halving them.
        if ranges.len() <= 16 {
            return ranges.chunks_exact(2).any(|range| range[0] <= letter && letter <= range[1]);
        }
        let (mut low, mut high) = (0, ranges.len() / 2);
        while low < high {
            let middle = (low + high) / 2;
            if ranges[middle * 2 + 1] < letter {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low * 2 < ranges.len() && ranges[low * 2] <= letter
    }

    /// The first match from `start` on.
    pub(crate) fn find(&mut self, text: &str, start: usize) -> Option<Found> {
        let bytes = text.as_bytes();
        let mut found: Option<Row<u32>> = None;
        let mut begin = filled(NOWHERE, self.slots);
        self.now.clear();
        let mut at = start;
        loop {
            let letter = text[at..].chars().next();
            if found.is_none() {
                begin.fill(NOWHERE);
                Self::follow(
                    self.words,
                    self.slots,
                    &mut self.stack,
                    &mut self.now,
                    0,
                    &mut begin,
                    bytes,
                    at,
                );
            }
            if self.now.order.is_empty() {
                break;
            }
            let next_at = at + letter.map_or(1, char::len_utf8);
            self.next.clear();
            let mut place = 0;
            while let Some(way) = self.now.order.get(place).copied() {
                place += 1;
                let step = self.step(way);
                let slots = way as usize * self.slots..(way as usize + 1) * self.slots;
                match step[0] {
                    step::MATCH => {
                        found = Some(Row::from(&self.now.slots[slots]));
                        // Ways of less priority are of no more interest.
                        break;
                    }
                    step::CHAR | step::CLASS => {
                        let Some(letter) = letter else { continue };
                        if self.takes(step, letter as u32) {
                            begin.copy_from_slice(&self.now.slots[slots]);
                            Self::follow(
                                self.words,
                                self.slots,
                                &mut self.stack,
                                &mut self.next,
                                way + 1,
                                &mut begin,
                                bytes,
                                next_at,
                            );
                        }
                    }
                    _ => {}
                }
            }
            if found.is_some() && self.slots == 0 {
                break;
            }
            core::mem::swap(&mut self.now, &mut self.next);
            if letter.is_none() {
                break;
            }
            at = next_at;
        }
        found.map(|slots| Found { slots })
    }

    /// Adds a step and everything that is reached from it without a character.
    #[expect(clippy::too_many_arguments, reason = "fields of one machine, borrowed apart")]
    fn follow(
        words: &[u32],
        slot_count: usize,
        stack: &mut Row<(u32, u32, u32)>,
        ways: &mut Ways,
        first: u32,
        slots: &mut [u32],
        text: &[u8],
        at: usize,
    ) {
        stack.push((first, 0, 0));
        while let Some((way, slot, old)) = stack.pop() {
            if way == RESTORE {
                slots[slot as usize] = old;
                continue;
            }
            let mut way = way;
            loop {
                if ways.holds(way) {
                    break;
                }
                ways.insert(way);
                let start = HEAD + way as usize * STEP;
                let (a, b) = (words[start + 1], words[start + 2]);
                match words[start] {
                    step::JUMP => way = a,
                    step::SPLIT => {
                        stack.push((b, 0, 0));
                        way = a;
                    }
                    step::SAVE => {
                        if let Some(slot) = slots.get_mut(a as usize) {
                            stack.push((RESTORE, a, *slot));
                            *slot = at as u32;
                        }
                        way += 1;
                    }
                    step::ASSERT if !holds(a, text, at) => break,
                    step::ASSERT => way += 1,
                    _ => {
                        let place = way as usize * slot_count;
                        ways.slots[place..place + slot_count].copy_from_slice(slots);
                        break;
                    }
                }
            }
        }
    }
}

/// Nothing, with room for so much.
#[allow(clippy::reserve_after_initialization, reason = "a row of the runtime knows no other way")]
fn roomy<T: Copy>(count: usize) -> Row<T> {
    let mut row = Row::new();
    row.reserve(count);
    row
}

/// So many of a number.
fn filled(number: u32, count: usize) -> Row<u32> {
    let mut row = Row::new();
    row.resize(count, number);
    row
}

fn is_word(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn holds(assert: u32, text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    let after = text.get(at);
    match assert {
        0 => at == 0,
        1 => at == text.len(),
        2 => before.is_none_or(|byte| *byte == b'\n'),
        3 => after.is_none_or(|byte| *byte == b'\n'),
        4 => is_word(before) != is_word(after),
        _ => is_word(before) == is_word(after),
    }
}
