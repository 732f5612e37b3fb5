//! Strings of JSON: views into the text, or what their escapes come to.
//!
//! *Never:* half of a surrogate pair becomes a character.

use super::place::Place;
use crate::row::Row;

/// Reads the rest of a string that has an escape in it, from the end of its first plain text on; the
/// place of its last quote.
pub(super) fn escaped(start: Place, end: Place) -> Option<(Place, &'static [u8])> {
    let mut out = Row::from(start.until(end));
    let mut at = end;
    loop {
        match at.byte() {
            b'"' => return Some((at, out.leak())),
            b'\\' => at = escape(at.on(1), &mut out)?,
            _ => return None,
        }
        let start = at;
        at = start.past_plain();
        out.extend_from_slice(start.until(at));
    }
}

/// What stands behind a backslash.
fn escape(at: Place, out: &mut Row<u8>) -> Option<Place> {
    let letter = at.byte();
    out.push(match letter {
        b'"' | b'\\' | b'/' => letter,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return character(at.on(1), out),
        _ => return None,
    });
    Some(at.on(1))
}

/// The character that one or two units are.
fn character(at: Place, out: &mut Row<u8>) -> Option<Place> {
    let mut code = unit(at)?;
    let mut at = at.on(4);
    if (0xd800..0xdc00).contains(&code) {
        at = at.past(b"\\u")?;
        let low = unit(at)?;
        if !(0xdc00..0xe000).contains(&low) {
            return None;
        }
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at = at.on(4);
    }
    let mut buffer = [0; 4];
    let text = char::from_u32(code)?.encode_utf8(&mut buffer);
    out.extend_from_slice(text.as_bytes());
    Some(at)
}

/// Four digits.
fn unit(at: Place) -> Option<u32> {
    let mut code = 0;
    let mut place = at;
    for _ in 0..4 {
        code = code << 4 | (place.byte() as char).to_digit(16)?;
        place = place.on(1);
    }
    Some(code)
}
