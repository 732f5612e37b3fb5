//! Codes that bytes are written in as text, read back.
//!
//! *Never:* a word is read that belongs to a code only in part.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};

/// Letters of a number that is read: its length squared is what that takes.
const NUMBER_LETTERS_MAX: usize = 512;
/// Bytes that a compressed text may come to; what is beyond is cut off.
const INFLATED_BYTES_MAX: usize = 64 << 10;

/// Digits and letters as digits of one large number, in the orders that are in use.
const NUMBERS: [&[u8]; 5] = [
    b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    b"123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ",
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    b"0123456789abcdefghijklmnopqrstuvwxyz",
];

/// Five letters for four bytes: what Adobe wrote, and what is safe in a line of code.
pub(super) const FIVES: [&[u8]; 2] = [
    b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu",
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#",
];

/// What a word stands for in base64, in either alphabet and without padding.
pub(super) fn from_base64(word: &[u8]) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(word).or_else(|_| URL_SAFE_NO_PAD.decode(word)).ok()
}

/// What a word stands for in hexadecimal, of either case.
pub(super) fn from_hex(word: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let pair = |pair: &[u8]| Some(digit(pair.first()?)? << 4 | digit(pair.last()?)?);
    if word.len().is_multiple_of(2) { word.chunks(2).map(pair).collect() } else { None }
}

/// What a word stands for as one large number: base58, base62 and base36, each as it is usual.
pub(super) fn from_number(word: &[u8]) -> Vec<Vec<u8>> {
    if word.len() > NUMBER_LETTERS_MAX {
        return Vec::new();
    }
    NUMBERS.iter().filter_map(|digits| number(word, digits)).collect()
}

/// The number whose digits these are, its highest byte first.
fn number(word: &[u8], digits: &[u8]) -> Option<Vec<u8>> {
    let base = u32::try_from(digits.len()).ok()?;
    // The lowest byte first, so that what is carried goes up.
    let mut bytes: Vec<u8> = Vec::new();
    for letter in word {
        let digit = digits.iter().position(|known| known == letter)?;
        let mut carried = u32::try_from(digit).ok()?;
        for byte in &mut bytes {
            carried += u32::from(*byte) * base;
            *byte = carried.to_le_bytes()[0];
            carried >>= 8;
        }
        while carried > 0 {
            bytes.push(carried.to_le_bytes()[0]);
            carried >>= 8;
        }
    }
    bytes.reverse();
    Some(bytes)
}

/// What a word stands for in base85 with these digits, five letters at a time.
pub(super) fn from_base85(word: &[u8], digits: &[u8]) -> Option<Vec<u8>> {
    let value = |letter: &u8| digits.iter().position(|known| known == letter);
    let letters: Vec<usize> = word.iter().map(value).collect::<Option<_>>()?;
    Some(letters.chunks(5).flat_map(four).collect())
}

/// Up to five digits as one byte less; where some are missing, the last one that there is stands for them.
fn four(digits: &[usize]) -> Vec<u8> {
    let all = digits.iter().copied().chain(std::iter::repeat(84)).take(5);
    let whole = all.fold(0_u64, |whole, digit| whole * 85 + u64::try_from(digit).unwrap_or(0));
    let [.., a, b, c, d] = whole.to_be_bytes();
    [a, b, c, d].into_iter().take(digits.len().saturating_sub(1)).collect()
}

/// What these bytes were before they were compressed: with the head of gzip or of zlib, or with none.
pub(super) fn inflated(bytes: &[u8]) -> Vec<Vec<u8>> {
    let begins = |head: &[u8]| {
        let found = bytes.windows(head.len()).position(|window| window == head);
        found.and_then(|at| bytes.get(at..))
    };
    let mut all = Vec::new();
    if let Some(rest) = begins(&[0x1f, 0x8b, 8]).and_then(behind_gzip) {
        all.push(kept(decompress_to_vec_with_limit(rest, INFLATED_BYTES_MAX)));
    }
    for level in [0x01, 0x5e, 0x9c, 0xda] {
        if let Some(rest) = begins(&[0x78, level]) {
            all.push(kept(decompress_to_vec_zlib_with_limit(rest, INFLATED_BYTES_MAX)));
        }
    }
    all.push(kept(decompress_to_vec_with_limit(bytes, INFLATED_BYTES_MAX)));
    all.retain(|plain| !plain.is_empty());
    all
}

/// Also of a text that was cut off, or goes on too long, what could be read of it.
fn kept(inflated: Result<Vec<u8>, miniz_oxide::inflate::DecompressError>) -> Vec<u8> {
    inflated.unwrap_or_else(|stopped| stopped.output)
}

/// What follows the head of a gzip file, with its name and all else that may stand there.
fn behind_gzip(file: &[u8]) -> Option<&[u8]> {
    let flags = *file.get(3)?;
    let mut rest = file.get(10..)?;
    if flags & 4 != 0 {
        let length = usize::from(u16::from_le_bytes(*rest.first_chunk()?));
        rest = rest.get(2 + length..)?;
    }
    for text in [8, 16] {
        if flags & text != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & 2 != 0 { rest.get(2..) } else { Some(rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_whole_or_not_at_all() {
        assert_eq!(from_base64(b"aGk_"), Some(b"hi?".to_vec()));
        assert_eq!(from_base64(b"aGk/"), Some(b"hi?".to_vec()));
        assert_eq!(from_base64(b"aGk!"), None);
        assert_eq!(from_hex(b"686A"), Some(b"hj".to_vec()));
        assert_eq!(from_hex(b"686"), None);
        assert_eq!(from_hex(b"68g0"), None);
    }

    #[test]
    fn a_number_is_read_in_the_bases_that_are_in_use() {
        let reads = |word: &[u8]| from_number(word).contains(&b"Hello World!".to_vec());
        assert!(reads(b"2NEpo7TZRRrLZSi2U"));
        assert!(reads(b"T8dgcjRGkZ3aysdN"));
        assert!(!reads(b"2NEpo7TZRRrLZSi2V"));
        assert!(from_number(&[b'a'; NUMBER_LETTERS_MAX + 1]).is_empty());
    }

    #[test]
    fn five_letters_are_four_bytes() {
        let [adobe, zeromq] = FIVES;
        let reads = |text: &[u8], digits, plain: &[u8]| {
            assert_eq!(from_base85(text, digits).as_deref(), Some(plain));
        };
        reads(b"87cURD]i,\"Ebo80", adobe, b"Hello World!");
        reads(b"87cURD]i,\"Ebo7", adobe, b"Hello World");
        reads(b"HelloWorld", zeromq, &[0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b]);
        assert_eq!(from_base85(b"Hello World", zeromq), None);
    }

    #[test]
    fn what_was_compressed_is_read_also_where_it_is_cut_off() {
        let text = b"a line of text, and a line of text, and another line of text";
        let raw = miniz_oxide::deflate::compress_to_vec(text, 6);
        let zlib = miniz_oxide::deflate::compress_to_vec_zlib(text, 6);
        let named = [&[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3][..], b"name\0", &raw, &[0; 8]].concat();
        for file in [raw.clone(), [b"before ".as_slice(), &zlib].concat(), named] {
            assert!(inflated(&file).iter().any(|read| read == text), "{file:?}");
        }
        let cut = raw.get(..raw.len() - 4).unwrap();
        assert!(inflated(cut).iter().any(|read| read.starts_with(b"a line of text")));
        assert!(inflated(b"nothing of the kind").iter().all(|read| read.len() < 1_000));
    }
}
