//! Codes that bytes are written in as text, read back.
//!
//! *Never:* a word is read that belongs to a code only in part.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

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
}
