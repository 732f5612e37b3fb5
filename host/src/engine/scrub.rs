//! Makes text of a guest fit to be shown: bounded, and without control characters.
//!
//! *Never:* a terminal escape, a line break that forges a log line, or a hidden direction mark
//! passes.

/// Long enough for a sentence with a path in it, short enough for a log line.
pub(crate) const MESSAGE_BYTES_MAX: usize = 1_024;

/// The text on one line, at most `bytes_max` long, cut at a character with `…` in place of the rest.
pub(crate) fn scrub(text: &str, bytes_max: usize) -> String {
    const CUT: char = '…';
    let mut clean = String::with_capacity(text.len().min(bytes_max));
    for character in text.chars() {
        let shown = shown(character);
        if clean.len() + shown.len_utf8() > bytes_max {
            while clean.len() + CUT.len_utf8() > bytes_max && clean.pop().is_some() {}
            if bytes_max >= CUT.len_utf8() {
                clean.push(CUT);
            }
            break;
        }
        clean.push(shown);
    }
    clean
}

/// A character as it is shown: line ends and tabs as a space, what cannot be seen as `�`.
fn shown(character: char) -> char {
    match character {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => char::REPLACEMENT_CHARACTER,
        character if character.is_control() => char::REPLACEMENT_CHARACTER,
        character => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unseen_passes() {
        assert_eq!(scrub("a\u{1b}[31mb\nc\u{202e}d\u{85}", 100), "a�[31mb c�d�");
        assert_eq!(scrub("plain – ünïcode", 100), "plain – ünïcode");
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(scrub("abcdef", 6), "abcdef");
        assert_eq!(scrub("abcdefg", 6), "abc…");
        assert_eq!(scrub("äöüäöü", 7), "äö…");
        assert_eq!(scrub("abc", 2), "");
        for bytes_max in 0..12 {
            assert!(scrub("aä€😀\u{0}zzzz", bytes_max).len() <= bytes_max.max(0));
        }
    }
}
