//! In how many ways a pattern can take a text: whether that number may double with every letter.
//!
//! A pattern is laid out as its letters and which may follow which. Two walks over the same text that part
//! and come together again, on a way that can be gone again and again, double the number each time.
//!
//! *Never:* a walk is taken; only where walks can lead is looked at.

use std::collections::BTreeMap;

use super::parse::{Letters, Node, Repeat};

/// Places of letters in one pattern. Larger ones are judged by a coarser rule.
const PLACES_MAX: usize = 300;
/// Steps of two walks at once.
const STEPS_MAX: usize = 2_000_000;
/// Repeats of fewer rounds are laid out one by one; others count as without bound.
const ROUNDS_MAX: u64 = 7;

/// What can be said of the number of ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ways {
    /// It grows slowly at most.
    Few,
    /// It may double with every letter.
    Doubling,
    /// The pattern is too large to tell.
    Untold,
}

/// The ways of a pattern.
pub(super) fn ways(node: &Node) -> Ways {
    let mut layout = Layout::default();
    if layout.lay(node).is_none() {
        return Ways::Untold;
    }
    let next: Vec<Vec<usize>> =
        layout.follow.iter().map(|follow| follow.keys().copied().collect()).collect();
    let rings = rings(&next);
    let is_round = |from: usize, to: usize| rings.get(from) == rings.get(to);
    let twice =
        layout.follow.iter().enumerate().any(|(from, follow)| {
            follow.iter().any(|(to, steps)| *steps > 1 && is_round(from, *to))
        });
    if twice { Ways::Doubling } else { layout.parting(&next, &rings) }
}

/// Letters by their places, and how many steps lead from one to the next.
#[derive(Default)]
struct Layout {
    letters: Vec<Letters>,
    follow: Vec<BTreeMap<usize, u32>>,
}

/// Where a part begins and ends.
#[derive(Default)]
struct Part {
    first: Vec<usize>,
    last: Vec<usize>,
    can_be_empty: bool,
}

impl Layout {
    /// Lays a part out; none where there are too many places.
    fn lay(&mut self, node: &Node) -> Option<Part> {
        match node {
            Node::Nothing => Some(Part { can_be_empty: true, ..Part::default() }),
            Node::Letters(letters) => {
                let place = self.letters.len();
                self.letters.push(*letters);
                self.follow.push(BTreeMap::new());
                let part = Part { first: vec![place], last: vec![place], can_be_empty: false };
                (place < PLACES_MAX).then_some(part)
            }
            Node::Row(parts) => {
                let empty = Part { can_be_empty: true, ..Part::default() };
                parts.iter().try_fold(empty, |row, part| {
                    let part = self.lay(part)?;
                    Some(self.join(row, part))
                })
            }
            Node::Either(parts) => parts.iter().try_fold(Part::default(), |mut all, part| {
                let part = self.lay(part)?;
                all.first.extend(part.first);
                all.last.extend(part.last);
                all.can_be_empty |= part.can_be_empty;
                Some(all)
            }),
            Node::Repeat(repeat) => self.repeat(repeat),
        }
    }

    fn repeat(&mut self, repeat: &Repeat) -> Option<Part> {
        let Repeat { inside, least, most, .. } = repeat;
        match most {
            Some(most) if *most <= ROUNDS_MAX => {
                let mut all = Part { can_be_empty: true, ..Part::default() };
                for round in 0..*most {
                    let mut part = self.lay(inside)?;
                    part.can_be_empty |= round >= *least;
                    all = self.join(all, part);
                }
                Some(all)
            }
            // So many rounds and no other number of them: there is one way to count them.
            Some(most) if most == least => self.lay(inside),
            Some(_) | None => {
                let part = self.lay(inside)?;
                self.step(&part.last, &part.first);
                Some(Part { can_be_empty: part.can_be_empty || *least == 0, ..part })
            }
        }
    }

    fn join(&mut self, one: Part, other: Part) -> Part {
        self.step(&one.last, &other.first);
        let mut joined = Part { can_be_empty: one.can_be_empty && other.can_be_empty, ..one };
        if !other.can_be_empty {
            joined.last.clear();
        }
        if one.can_be_empty {
            joined.first.extend(other.first);
        }
        joined.last.extend(other.last);
        joined
    }

    fn step(&mut self, from: &[usize], to: &[usize]) {
        for place in from {
            let Some(follow) = self.follow.get_mut(*place) else { continue };
            for next in to {
                *follow.entry(*next).or_default() += 1;
            }
        }
    }

    /// Whether two walks over one text can part and come together again, and again.
    fn parting(&self, next: &[Vec<usize>], rings: &[usize]) -> Ways {
        let count = self.letters.len();
        let meet = |one: usize, other: usize| match (self.letters.get(one), self.letters.get(other))
        {
            (Some(one), Some(other)) => one.meets(*other),
            _ => false,
        };
        let mut steps = 0;
        let mut pairs: Vec<Vec<usize>> = vec![Vec::new(); count * count];
        for (one, ones) in next.iter().enumerate() {
            for (other, others) in next.iter().enumerate() {
                if rings.get(one) != rings.get(other) {
                    continue;
                }
                let Some(pair) = pairs.get_mut(one * count + other) else { continue };
                for to_one in ones {
                    steps += others.len();
                    let both = others.iter().filter(|to_other| meet(*to_one, **to_other));
                    pair.extend(both.map(|to_other| to_one * count + to_other));
                }
                if steps > STEPS_MAX {
                    return Ways::Untold;
                }
            }
        }
        let rings = self::rings(&pairs);
        let mut together: Vec<usize> =
            (0..count).filter_map(|place| rings.get(place * count + place).copied()).collect();
        together.sort_unstable();
        let apart = rings.iter().enumerate().filter(|(pair, _)| pair / count != pair % count);
        let parts = apart.map(|(_, ring)| ring).any(|ring| together.binary_search(ring).is_ok());
        if parts { Ways::Doubling } else { Ways::Few }
    }
}

/// The ring of each place: those that lead to one another have the same, one that does not lead back to
/// itself has its own.
fn rings(next: &[Vec<usize>]) -> Vec<usize> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); next.len()];
    for (from, all) in next.iter().enumerate() {
        for to in all {
            if let Some(before) = before.get_mut(*to) {
                before.push(from);
            }
        }
    }
    let mut rings = vec![usize::MAX; next.len()];
    for place in finished(next).into_iter().rev() {
        let mut left = vec![place];
        while let Some(at) = left.pop() {
            let Some(ring) = rings.get_mut(at).filter(|ring| **ring == usize::MAX) else {
                continue;
            };
            *ring = place;
            left.extend(before.get(at).into_iter().flatten());
        }
    }
    rings
}

/// All places in the order in which a walk through everything is done with them.
fn finished(next: &[Vec<usize>]) -> Vec<usize> {
    let mut seen = vec![false; next.len()];
    let mut done = Vec::with_capacity(next.len());
    for begin in 0..next.len() {
        let mut way = vec![(begin, 0)];
        while let Some((place, turn)) = way.pop() {
            if turn == 0 {
                match seen.get_mut(place) {
                    Some(seen) if !*seen => *seen = true,
                    Some(_) | None => continue,
                }
            }
            match next.get(place).and_then(|all| all.get(turn)) {
                Some(to) => way.extend([(place, turn + 1), (*to, 0)]),
                None => done.push(place),
            }
        }
    }
    done
}
