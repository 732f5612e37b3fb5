//! A word in other letters: turned round, shifted, masked, spaced out, or written in the codes that bytes
//! are written in, one in another.
//!
//! Which shift and which mask was taken does not matter: what stays the same under any is compared, the
//! difference of each letter to the next.
//!
//! *Never:* a word is found that is not there whole.

use crate::examine::codes;

/// Codes inside one another: each is a third longer than what is in it, so nobody goes on for long.
const LAYERS_MAX: usize = 2;
/// Bytes at either end that are looked through; requests and lines are far shorter.
const LOOKED_BYTES_MAX: usize = 64 << 10;

/// A way to write bytes, and the bytes that a text in it stands for: several where it may begin at several
/// places.
type Code = (&'static str, fn(&[u8]) -> Vec<Vec<u8>>);

const CODES: [Code; 7] = [
    ("in base64", from_base64),
    ("in hexadecimal", from_hex),
    ("in base32", from_base32),
    ("with its letters as numbers", from_numbers),
    ("as one large number", from_large_numbers),
    ("in base85", from_base85),
    ("compressed", codes::inflated),
];

/// How a word of small letters is hidden in these bytes; none where it is not, or stands there plainly.
pub(super) fn disguised(word: &[u8], bytes: &[u8]) -> Option<&'static str> {
    let begin = bytes.get(..LOOKED_BYTES_MAX).unwrap_or(bytes);
    let rest = bytes.get(begin.len()..).unwrap_or_default();
    let end = rest.get(rest.len().saturating_sub(LOOKED_BYTES_MAX)..).unwrap_or_default();
    [begin, end].into_iter().find_map(|part| {
        let found = turned(word, part).or_else(|| spaced(word, part));
        found.or_else(|| coded(word, part, LAYERS_MAX))
    })
}

fn coded(word: &[u8], bytes: &[u8], layers: usize) -> Option<&'static str> {
    let layers = layers.checked_sub(1)?;
    let is_in = |plain: &Vec<u8>| {
        has(word, plain)
            || turned(word, plain).is_some()
            || spaced(word, plain).is_some()
            || coded(word, plain, layers).is_some()
    };
    let found =
        CODES.iter().find_map(|(how, decode)| decode(bytes).iter().any(is_in).then_some(*how));
    // Escapes leave most of a text as it is: what is in it plainly is not hidden by those around it.
    let is_escaped = || !has(word, bytes) && from_escapes(bytes).iter().any(is_in);
    found.or_else(|| is_escaped().then_some("with its letters escaped"))
}

fn has(word: &[u8], bytes: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}

/// Backwards, shifted in the alphabet, or under a mask.
fn turned(word: &[u8], bytes: &[u8]) -> Option<&'static str> {
    let backwards: Vec<u8> = word.iter().rev().copied().collect();
    if has(&backwards, bytes) {
        return Some("backwards");
    }
    // In the alphabet a shift goes round; turned round, the alphabet runs the other way.
    let letters = |one: u8, other: u8| {
        let at = |letter: u8| (letter | 0x20).checked_sub(b'a').filter(|at| *at < 26);
        Some((26 + at(other)? - at(one)?) % 26)
    };
    let mirrored = |one: u8, other: u8| letters(other, one);
    let masked = |one: u8, other: u8| Some(one ^ other);
    let added = |one: u8, other: u8| Some(other.wrapping_sub(one));
    let is_same = |word: &[u8],
                   how: &dyn Fn(u8, u8) -> Option<u8>,
                   of: &dyn Fn(u8, u8) -> Option<u8>| {
        let wanted = steps(word, of);
        bytes.windows(word.len()).any(|window| {
            // As it is it is not hidden; most windows differ at their first step.
            !window.eq_ignore_ascii_case(word) && wanted.is_some() && is_like(window, &wanted, how)
        })
    };
    for word in [word, &backwards] {
        if is_same(word, &letters, &letters) || is_same(word, &mirrored, &letters) {
            return Some("with its letters shifted");
        }
        if is_same(word, &masked, &masked) || is_same(word, &added, &added) {
            return Some("under a mask");
        }
    }
    None
}

type Steps = Option<Vec<u8>>;

fn steps(word: &[u8], of: &dyn Fn(u8, u8) -> Option<u8>) -> Steps {
    word.windows(2).map(|pair| of(*pair.first()?, *pair.last()?)).collect()
}

fn is_like(window: &[u8], wanted: &Steps, of: &dyn Fn(u8, u8) -> Option<u8>) -> bool {
    let pairs = window.windows(2).map(|pair| of(*pair.first()?, *pair.last()?));
    wanted.iter().flatten().map(|step| Some(*step)).eq(pairs)
}

/// With signs between its letters.
fn spaced(word: &[u8], bytes: &[u8]) -> Option<&'static str> {
    let letters: Vec<u8> =
        bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()).copied().collect();
    let backwards: Vec<u8> = word.iter().rev().copied().collect();
    let is_hidden = !has(word, bytes) && (has(word, &letters) || has(&backwards, &letters));
    is_hidden.then_some("with signs between its letters")
}

/// Stretches of bytes that belong to a code, of at least this length.
fn stretches(
    bytes: &[u8],
    least: usize,
    belongs: impl Fn(u8) -> bool,
) -> impl Iterator<Item = &[u8]> {
    bytes.split(move |byte| !belongs(*byte)).filter(move |stretch| stretch.len() >= least)
}

/// Base64 takes three letters at a time, so that where a word begins decides how it looks: what stands
/// there is decoded from each of four beginnings.
fn from_base64(bytes: &[u8]) -> Vec<Vec<u8>> {
    let belongs =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let mut all = Vec::new();
    for stretch in stretches(bytes, 16, belongs) {
        for begin in 0..4 {
            let rest = stretch.get(begin..).unwrap_or_default();
            let whole = rest.get(..rest.len() - rest.len() % 4).unwrap_or_default();
            all.extend([whole, rest].into_iter().filter_map(codes::from_base64));
        }
    }
    all
}

/// Two digits a letter, with or without signs between.
fn from_hex(bytes: &[u8]) -> Vec<Vec<u8>> {
    let pairs = |digits: &[u8]| {
        let whole = digits.get(..digits.len() - digits.len() % 2).unwrap_or_default();
        codes::from_hex(whole).unwrap_or_default()
    };
    let mut all = Vec::new();
    for stretch in stretches(bytes, 16, |byte| byte.is_ascii_hexdigit()) {
        all.push(pairs(stretch));
        all.push(pairs(stretch.get(1..).unwrap_or_default()));
    }
    // `62:63` and the like: pairs by themselves.
    let alone = stretches(bytes, 2, |byte| byte.is_ascii_hexdigit()).filter(|pair| pair.len() == 2);
    all.push(alone.flat_map(pairs).collect());
    all
}

/// Five bits a letter, from each of eight beginnings.
fn from_base32(bytes: &[u8]) -> Vec<Vec<u8>> {
    let value = |byte: u8| match byte.to_ascii_uppercase() {
        letter @ b'A'..=b'Z' => Some(u32::from(letter - b'A')),
        digit @ b'2'..=b'7' => Some(u32::from(digit - b'2') + 26),
        _ => None,
    };
    let mut all = Vec::new();
    for stretch in stretches(bytes, 16, |byte| value(byte).is_some()) {
        for begin in 0..8 {
            let (mut decoded, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
            for five in stretch.iter().skip(begin).filter_map(|byte| value(*byte)) {
                held = (held << 5 | five) & 0xfff;
                bits += 5;
                if bits >= 8 {
                    bits -= 8;
                    decoded.extend(u8::try_from(held >> bits & 0xff));
                }
            }
            all.push(decoded);
        }
    }
    all
}

/// Digits and letters that are one number: base58 and its like have no other beginning than their own.
fn from_large_numbers(bytes: &[u8]) -> Vec<Vec<u8>> {
    let words = stretches(bytes, 16, |byte| byte.is_ascii_alphanumeric());
    words.flat_map(codes::from_number).collect()
}

/// Five letters for four bytes, from each of five beginnings.
fn from_base85(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for digits in codes::FIVES {
        for stretch in stretches(bytes, 16, |byte| digits.contains(&byte)) {
            let begins = (0..5).filter_map(|begin| stretch.get(begin..));
            all.extend(begins.filter_map(|rest| codes::from_base85(rest, digits)));
        }
    }
    all
}

/// Numbers in a row, whatever stands between them.
fn from_numbers(bytes: &[u8]) -> Vec<Vec<u8>> {
    let numbers = stretches(bytes, 1, |byte| byte.is_ascii_digit());
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u8>().ok();
    vec![numbers.filter_map(number).collect()]
}

/// A letter as `%62`, or with a stroke, `u` and four digits.
fn from_escapes(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let digits = match (first, after.first()) {
            (b'%', _) => after.get(..2),
            (b'\\', Some(b'u')) => after.get(1..5),
            _ => None,
        };
        let byte = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, digits) {
            (Some(byte), Some(digits)) => {
                plain.push(byte);
                let length = digits.len() + usize::from(*first == b'\\');
                rest = after.get(length..).unwrap_or_default();
            }
            _ => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    if plain == bytes { Vec::new() } else { vec![plain] }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

    use super::*;

    const WORD: &[u8] = b"bqxzrtwkdmpfhgsvcn";

    fn hex(bytes: &[u8], between: &str) -> String {
        let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(between)
    }

    fn base32(bytes: &[u8]) -> String {
        let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
        let fives = bits.as_bytes().chunks(5).map(|five| {
            let five = format!("{:0<5}", String::from_utf8_lossy(five));
            usize::from_str_radix(&five, 2).unwrap()
        });
        fives.map(|at| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[at])).collect()
    }

    fn base58(bytes: &[u8]) -> String {
        const DIGITS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        let mut rest = bytes.to_vec();
        let mut text = Vec::new();
        while rest.iter().any(|byte| *byte != 0) {
            let mut left = 0;
            for byte in &mut rest {
                let whole = left * 256 + usize::from(*byte);
                *byte = u8::try_from(whole / 58).unwrap();
                left = whole % 58;
            }
            text.insert(0, char::from(DIGITS[left]));
        }
        text.into_iter().collect()
    }

    fn base85(bytes: &[u8]) -> String {
        let four = |four: &[u8]| {
            let mut whole = four.iter().fold(0, |whole, byte| whole * 256 + usize::from(*byte));
            let mut digits = [0; 5];
            for digit in digits.iter_mut().rev() {
                *digit = whole % 85;
                whole /= 85;
            }
            digits.map(|digit| char::from(33 + u8::try_from(digit).unwrap()))
        };
        bytes.as_chunks::<4>().0.iter().flat_map(|it| four(it)).collect()
    }

    #[test]
    fn a_word_is_found_in_every_disguise() {
        let text = String::from_utf8_lossy(WORD).into_owned();
        let backwards: Vec<u8> = WORD.iter().rev().copied().collect();
        let shifted =
            |by: u8| WORD.iter().map(|it| (it - b'a' + by) % 26 + b'a').collect::<Vec<u8>>();
        let mirrored: Vec<u8> = WORD.iter().map(|letter| b'z' - (letter - b'a')).collect();
        let masked: Vec<u8> = WORD.iter().map(|letter| letter ^ 0x5a).collect();
        let numbers: Vec<String> = WORD.iter().map(ToString::to_string).collect();
        let dashed: Vec<String> = text.chars().map(String::from).collect();
        let percent: String = WORD.iter().map(|byte| format!("%{byte:02X}")).collect();
        let unicode: String = WORD.iter().map(|byte| format!("\\u00{byte:02x}")).collect();
        let twice = STANDARD_NO_PAD.encode(STANDARD_NO_PAD.encode(WORD));
        let mut all =
            vec![backwards.clone(), shifted(1), shifted(13), shifted(25), mirrored, masked.clone()];
        all.extend(
            [hex(WORD, ""), hex(WORD, ":"), hex(&masked, ""), hex(&backwards, "")]
                .map(String::into_bytes),
        );
        all.extend(
            [numbers.join(","), dashed.join("-"), percent, unicode, twice].map(String::into_bytes),
        );
        for before in ["", "a", "ab", "abc", "abcd"] {
            let all_of_it = format!("{before}{text}!?");
            let packed = miniz_oxide::deflate::compress_to_vec_zlib(all_of_it.as_bytes(), 6);
            all.extend([hex(&packed, ""), STANDARD_NO_PAD.encode(&packed)].map(String::into_bytes));
            all.push(base58(all_of_it.as_bytes()).into_bytes());
            all.push(base85(format!("{all_of_it}...").as_bytes()).into_bytes());
            all.push(STANDARD_NO_PAD.encode(&all_of_it).into_bytes());
            all.push(URL_SAFE_NO_PAD.encode(&all_of_it).into_bytes());
            all.push(base32(all_of_it.as_bytes()).into_bytes());
        }
        for coded in all {
            let sent = [b"https://a.example/x?d=".as_slice(), &coded, b"&y=1"].concat();
            assert!(disguised(WORD, &sent).is_some(), "{}", String::from_utf8_lossy(&sent));
        }
    }

    #[test]
    fn what_stands_there_plainly_or_not_at_all_is_not_hidden() {
        let text = String::from_utf8_lossy(WORD).into_owned();
        for plain in [
            text.clone(),
            text.to_uppercase(),
            format!("some words {text}, and more"),
            format!("q={text}%20x"),
        ] {
            assert_eq!(disguised(WORD, plain.as_bytes()), None, "{plain}");
        }
        let begun = text.get(..12).unwrap();
        for other in [
            "some words of an ordinary text, and numbers: 1, 2, 3, 98, 113",
            begun,
            &STANDARD_NO_PAD.encode(begun),
            "https://api.example.org/v1/weather?city=Basel&days=3",
        ] {
            assert_eq!(disguised(WORD, other.as_bytes()), None, "{other}");
        }
    }
}
