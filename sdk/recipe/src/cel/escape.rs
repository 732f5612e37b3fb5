//! Escapes in string and bytes literals.
//!
//! *Never:* an escape that the language does not have is passed on as it stands.

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
            let mut value = start;
            for _ in 0..count {
                let digit = letters.next().and_then(|(_, letter)| letter.to_digit(base));
                value = value * base + digit.ok_or((at, "this escape has too few digits"))?;
            }
            Ok(value)
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
        let letter = char::from_u32(code).ok_or((at, "this is not a character"))?;
        then(Piece::Letter(letter));
    }
    Ok(())
}
