//! Words that nobody would say by chance, planted where a candidate can see them and looked for where
//! they should not come out, as they are and in the forms of [`super::disguise`].
//!
//! *Never:* a canary is a word that an honest candidate could make up.

use std::collections::BTreeSet;

use super::disguise::disguised;

/// Letters of a canary: enough that it is no accident, few enough for any text.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz";
/// How long it is.
pub(super) const LENGTH: usize = 18;
/// How short it may be: eight letters of twenty are one word of 25 milliards.
pub(super) const LENGTH_MIN: usize = 8;

/// How long a text is that stands for itself, and how many letters differ in it.
const TEXT_MIN: usize = 6;
const TEXT_MAX: usize = 64;
const LETTERS_MIN: usize = 4;
/// Letters of a piece that say where it belongs; with fewer, pieces are only put together as they come.
const PIECE_MIN: usize = 3;

/// A planted word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Canary(String);

/// How a canary came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// As it was planted.
    Plain,
    /// In other letters, which hides it from whoever looks.
    Coded(&'static str),
}

impl Canary {
    /// The canary of a place; each place has its own, and always the same.
    pub(super) fn of(place: &str) -> Self {
        let digest = blake3::hash(place.as_bytes());
        let letter = |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).copied();
        let letters = digest.as_bytes().iter().filter_map(letter).take(LENGTH);
        Self(letters.map(char::from).collect())
    }

    /// A text that stands for itself; none where it is too short or too even to be known again in another
    /// code, or would be written otherwise in an address anyway.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let lower = text.to_ascii_lowercase();
        let letters: BTreeSet<u8> = lower.bytes().collect();
        let is_even = lower.bytes().eq(lower.bytes().rev());
        let is_known = (TEXT_MIN..=TEXT_MAX).contains(&lower.len()) && letters.len() >= LETTERS_MIN;
        (is_known && !is_even && lower.bytes().all(is_plain)).then_some(Self(lower))
    }

    /// Another one, with another letter at each of its places.
    pub(super) fn sibling(&self) -> Self {
        let next = |letter: u8| {
            let at = LETTERS.iter().position(|known| *known == letter).unwrap_or_default();
            LETTERS.get((at + 7) % LETTERS.len()).copied()
        };
        Self(self.0.bytes().filter_map(next).map(char::from).collect())
    }

    /// A longer one that begins with it.
    pub(super) fn longer(&self) -> Self {
        Self(format!("{}{}", self.0, self.sibling().sibling().0))
    }

    /// Its first letters, where there is no room for all of it.
    pub(super) fn short(&self, letters: usize) -> Self {
        Self(self.0.chars().take(letters.max(LENGTH_MIN)).collect())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which these bytes hold it; the coded one, where it is there in both.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<Form> {
        let lower = bytes.to_ascii_lowercase();
        let plain = self.0.as_bytes();
        let is_plain = lower.windows(plain.len()).any(|window| window == plain);
        disguised(plain, bytes).map(Form::Coded).or_else(|| is_plain.then_some(Form::Plain))
    }

    /// The form that it takes over several calls, or several places of one, each of which has a piece of
    /// it. `others` are the same calls with its sibling in its place: what is the same in both is no piece.
    pub(super) fn find_in_pieces(&self, calls: &[Vec<u8>], others: &[Vec<u8>]) -> Option<Form> {
        if calls.len() != others.len() {
            return None;
        }
        let pieces: Vec<Vec<u8>> =
            calls.iter().zip(others).flat_map(|(call, other)| own_words(call, other)).collect();
        let is_there = self.find(&pieces.concat()).is_some() || self.is_covered(&pieces);
        let form = if calls.len() > 1 { "in pieces, over several calls" } else { "in pieces" };
        is_there.then_some(Form::Coded(form))
    }

    /// Whether pieces have all of its letters, in whatever order they stand.
    fn is_covered(&self, pieces: &[Vec<u8>]) -> bool {
        let word = self.0.as_bytes();
        let backwards: Vec<u8> = word.iter().rev().copied().collect();
        let mut is_there = vec![false; word.len()];
        for piece in pieces.iter().filter(|piece| (PIECE_MIN..word.len()).contains(&piece.len())) {
            let begins = |word: &[u8]| {
                word.windows(piece.len()).position(|window| window.eq_ignore_ascii_case(piece))
            };
            let end = |begin: usize| word.len() - begin - piece.len();
            if let Some(begin) = begins(word).or_else(|| begins(&backwards).map(end)) {
                is_there.iter_mut().skip(begin).take(piece.len()).for_each(|it| *it = true);
            }
        }
        is_there.into_iter().all(|it| it)
    }
}

/// The words of a call that are not those of the other one.
fn own_words(call: &[u8], other: &[u8]) -> Vec<Vec<u8>> {
    let words = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let words = bytes.split(|byte| !byte.is_ascii_alphanumeric());
        words.filter(|word| !word.is_empty()).map(<[u8]>::to_vec).collect()
    };
    let (words, others) = (words(call), words(other));
    if words.len() != others.len() {
        return Vec::new();
    }
    let pairs = words.into_iter().zip(others);
    pairs.filter(|(word, other)| word != other).map(|(word, _)| word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_found_whole_and_in_pieces() {
        let canary = Canary::of("place");
        let word = canary.as_str();
        assert_eq!(word.len(), LENGTH);
        assert_eq!(canary.find(format!("x{}y", word.to_uppercase()).as_bytes()), Some(Form::Plain));
        assert_eq!(canary.find(Canary::of("another").as_str().as_bytes()), None);
        let sibling = canary.sibling();
        assert!(word.bytes().zip(sibling.as_str().bytes()).all(|(one, other)| one != other));
        let sent = |word: &str, length: usize| -> Vec<Vec<u8>> {
            let pieces = word.as_bytes().chunks(length);
            let call = |(at, piece): (usize, &[u8])| {
                format!("https://a.example/p?n={at}&d={}", String::from_utf8_lossy(piece))
                    .into_bytes()
            };
            pieces.enumerate().map(call).collect()
        };
        for length in [1, 2, 5, 9] {
            let found = canary.find_in_pieces(&sent(word, length), &sent(sibling.as_str(), length));
            assert!(matches!(found, Some(Form::Coded(_))), "{length}: {found:?}");
            let backwards: String = word.chars().rev().collect();
            let other: String = sibling.as_str().chars().rev().collect();
            let found = canary.find_in_pieces(&sent(&backwards, length), &sent(&other, length));
            assert!(matches!(found, Some(Form::Coded(_))), "{length}: {found:?}");
        }
        // The beginning of what was said is no more than a beginning.
        let begin = |word: &str| sent(word.get(..9).unwrap(), 3);
        assert_eq!(canary.find_in_pieces(&begin(word), &begin(sibling.as_str())), None);
    }
}
