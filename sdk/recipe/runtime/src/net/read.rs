//! Text to addresses and ranges of them. The compiler of recipes includes this file too, to tell
//! what can never be read.
//!
//! *Never:* an address is read loosely: no zones, no leading zeros, no mapped addresses with dots.

/// An address: its family, and its bits, from the left for family 4 too.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) family: u32,
    pub(crate) bits: u128,
}

fn read_four(text: &[u8]) -> Option<u32> {
    let mut bits = 0;
    let mut parts = 0;
    for part in text.split(|byte| *byte == b'.') {
        let padded = part.len() > 1 && part[0] == b'0';
        if part.is_empty() || part.len() > 3 || padded || !part.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = part.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        if number > 255 {
            return None;
        }
        bits = bits << 8 | number;
        parts += 1;
    }
    (parts == 4).then_some(bits)
}

fn read_six(text: &[u8]) -> Option<u128> {
    let (mut groups, mut count, mut gap) = ([0_u16; 8], 0, None);
    let mut rest = text;
    if let [b':', b':', after @ ..] = rest {
        gap = Some(0);
        rest = after;
    }
    while !rest.is_empty() {
        let length = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let (digits, after) = rest.split_at(length);
        if after.first() == Some(&b'.') {
            let four = read_four(rest)?;
            *groups.get_mut(count)? = (four >> 16) as u16;
            *groups.get_mut(count + 1)? = four as u16;
            count += 2;
            break;
        }
        if digits.is_empty() || digits.len() > 4 {
            return None;
        }
        let hex = |digit: &u8| (*digit as char).to_digit(16).unwrap_or(0) as u16;
        *groups.get_mut(count)? = digits.iter().fold(0, |sum, digit| sum << 4 | hex(digit));
        count += 1;
        rest = match after {
            [] => break,
            [b':', b':', after @ ..] if gap.is_none() => {
                gap = Some(count);
                after
            }
            [b':', after @ ..] if !after.is_empty() && after[0] != b':' => after,
            _ => return None,
        };
    }
    let missing = 8 - count;
    let gap = match gap {
        // A gap stands for at least one group.
        Some(gap) if missing > 0 => gap,
        None if missing == 0 => 8,
        _ => return None,
    };
    let mut bits = 0;
    for at in 0..8 {
        let group = match at {
            at if at < gap => groups[at],
            at if at < gap + missing => 0,
            at => groups[at - missing],
        };
        bits = bits << 16 | u128::from(group);
    }
    Some(bits)
}

/// Addresses of family 4 within family 6.
const MAPPED: u128 = 0xffff;

/// An address of either family.
pub(crate) fn read(text: &[u8]) -> Option<Address> {
    if !text.contains(&b':') {
        return Some(Address { family: 4, bits: u128::from(read_four(text)?) << 96 });
    }
    let bits = read_six(text)?;
    if bits >> 32 != MAPPED {
        return Some(Address { family: 6, bits });
    }
    // Written with dots it is forbidden; written in hexadecimal it is the address it stands for.
    (!text.contains(&b'.')).then_some(Address { family: 4, bits: bits << 96 })
}

fn width(address: Address) -> u32 {
    if address.family == 4 { 32 } else { 128 }
}

/// A range: an address, and how many of its bits all others in it share.
pub(crate) fn read_range(text: &[u8]) -> Option<(Address, u32)> {
    let slash = text.iter().rposition(|byte| *byte == b'/')?;
    let (before, digits) = (&text[..slash], &text[slash + 1..]);
    let address = read(before)?;
    if address.family == 4 && before.contains(&b':') {
        return None;
    }
    let padded = digits.len() > 1 && digits[0] == b'0';
    if digits.is_empty() || digits.len() > 3 || padded || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let prefix = digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    (prefix <= width(address)).then_some((address, prefix))
}
