//! Guest text made fit to be seen: one bounded line, without anything that moves a cursor, hides or
//! turns around.
//!
//! *Never:* text of a guest reaches a person, a terminal or a file otherwise.

/// What stands at the end of text that was cut.
const CUT: char = '…';

/// What becomes of line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    /// They are spelt out, so that a guest cannot forge a second line.
    One,
    /// They stay, where a person is shown a text of its own.
    Many,
}

/// The same text, scrubbed, in at most `bytes_max` bytes.
pub(crate) fn scrub(text: &str, bytes_max: usize, lines: Lines) -> String {
    let mut clean = String::with_capacity(text.len().min(bytes_max));
    // Where to cut so that the mark still fits.
    let (room, mut cut) = (bytes_max.checked_sub(CUT.len_utf8()), 0);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_control_sequence(&mut rest),
            '\n' if lines == Lines::Many => clean.push('\n'),
            '\n' | '\u{2028}' | '\u{2029}' => clean.push_str("\\n"),
            '\r' => {}
            '\t' => clean.push(' '),
            c if is_unseen(c) => {}
            c if c.is_control() => clean.push(char::REPLACEMENT_CHARACTER),
            c => clean.push(c),
        }
        if clean.len() > bytes_max {
            clean.truncate(cut);
            if room.is_some() {
                clean.push(CUT);
            }
            break;
        }
        if room.is_some_and(|room| clean.len() <= room) {
            cut = clean.len();
        }
    }
    clean
}

/// Skips what an escape begins: `[…` to its final letter, a string such as `]…` to its end, else one
/// character.
fn skip_escape(rest: &mut std::str::Chars<'_>) {
    match rest.next() {
        Some('[') => skip_control_sequence(rest),
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(c) = rest.next() {
                if c == '\u{7}' || c == '\u{9c}' {
                    break;
                }
                if c == '\u{1b}' {
                    rest.next();
                    break;
                }
            }
        }
        Some(_) | None => {}
    }
}

fn skip_control_sequence(rest: &mut std::str::Chars<'_>) {
    for c in rest.by_ref() {
        if ('\u{40}'..='\u{7e}').contains(&c) {
            break;
        }
    }
}

/// Characters that are not seen and change how others are: marks of direction, joiners, fillers,
/// tags, annotations.
const fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        scrub(text, 1000, Lines::One)
    }

    #[test]
    fn nothing_moves_hides_or_turns_around() {
        assert_eq!(line("plain grüße 漢字 🦀"), "plain grüße 漢字 🦀");
        assert_eq!(line("a\r\nb\nc\u{2028}d\te"), "a\\nb\\nc\\nd e");
        assert_eq!(
            line("\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}x\u{1b}]8;;u\u{1b}\\y"),
            "red xy"
        );
        assert_eq!(line("\u{9b}2Jgone\u{1b}Pq\u{9c}z"), "gonez");
        assert_eq!(line("a\u{202e}b\u{2066}c\u{200b}d\u{feff}e\u{e0041}f\u{ad}g"), "abcdefg");
        assert_eq!(line("a\0b\u{7f}c\u{85}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(line("cut off \u{1b}["), "cut off ");
        assert_eq!(scrub("a\nb\u{1b}[1mc", 100, Lines::Many), "a\nbc");
    }

    #[test]
    fn it_fits_and_says_where_it_was_cut() {
        assert_eq!(scrub("abcdef", 6, Lines::One), "abcdef");
        assert_eq!(scrub("abcdefg", 6, Lines::One), "abc…");
        assert_eq!(scrub("ääää", 7, Lines::One), "ää…");
        assert_eq!(scrub("abc", 2, Lines::One), "");
        for max in 0..40 {
            let text = scrub("añ漢🦀\n\u{1b}[31mb\u{202e}tail of it", max, Lines::One);
            assert!(text.len() <= max, "{text:?} {max}");
        }
    }
}
