//! Escapes in string and bytes literals.
//!
//! *Never:* an escape that the language does not have is passed on as it stands.

use std::str::CharIndices;

/// Where in the literal, and what is wrong.
type Wrong = (usize, &'static str);

/// One piece of a literal: a character, or a single byte.
enum Piece {
    Letter(char),
    Byte(u8),
}

pub(super) fn text(inside: &str, raw: bool) -> Result<String, Wrong> {
    let mut out = String::with_capacity(inside.len());
    if raw {
        out.push_str(inside);
        return Ok(out);
    }
    each(inside, false, |piece| match piece {
        Piece::Letter(letter) => out.push(letter),
        Piece::Byte(byte) => out.push(char::from(byte)),
    })?;
    Ok(out)
}

pub(super) fn bytes(inside: &str, raw: bool) -> Result<Vec<u8>, Wrong> {
    let mut out = Vec::with_capacity(inside.len());
    if raw {
        out.extend_from_slice(inside.as_bytes());
        return Ok(out);
    }
    each(inside, true, |piece| match piece {
        Piece::Letter(letter) => {
            out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Piece::Byte(byte) => out.push(byte),
    })?;
    Ok(out)
}

/// So many digits, as a number that goes on from `start`.
fn digits(letters: &mut CharIndices<'_>, count: usize, base: u32, start: u32) -> Option<u32> {
    (0..count).try_fold(start, |value, _| Some(value * base + letters.next()?.1.to_digit(base)?))
}

fn each(inside: &str, bytes: bool, mut then: impl FnMut(Piece)) -> Result<(), Wrong> {
    let mut letters = inside.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter != '\\' {
            then(Piece::Letter(letter));
            continue;
        }
        let Some((_, escaped)) = letters.next() else {
            return Err((at, "nothing follows this backslash"));
        };
        let mut number = |count: usize, base: u32, start: u32| {
            digits(&mut letters, count, base, start).ok_or((at, "this escape has too few digits"))
        };
        let code = match escaped {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            '\\' | '?' | '"' | '\'' | '`' => escaped as u32,
            'x' | 'X' => number(2, 16, 0)?,
            'u' if !bytes => number(4, 16, 0)?,
            'U' if !bytes => number(8, 16, 0)?,
            '0'..='3' => number(2, 8, escaped as u32 - '0' as u32)?,
            _ => return Err((at, "there is no such escape")),
        };
        if bytes {
            then(Piece::Byte(u8::try_from(code).map_err(|_| (at, "this is not a byte"))?));
            continue;
        }
        // Halves of a pair of 16 bits are none either, not even both of them together.
        let letter = char::from_u32(code).ok_or((at, "this is not a character"))?;
        then(Piece::Letter(letter));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_characters_are_no_escapes() {
        assert_eq!(text(r"\u00e9\U0001f600", false).as_deref(), Ok("\u{e9}\u{1f600}"));
        for half in [r"\ud83d", r"\ud83d\ude00", r"\ude00", r"\U0000d83d"] {
            assert!(text(half, false).is_err(), "{half}");
        }
    }
}
