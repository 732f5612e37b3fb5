//! Foreign text made fit to be shown, and numbers made fit to be read.
//!
//! *Never:* text from a file or a guest reaches a terminal without passing through here.

use std::time::Duration;

/// A cell of a table; what is longer is cut, and `--json` has it whole.
const CELL_CHARS_MAX: usize = 240;

/// One line of foreign text without control characters, and bounded.
pub(crate) fn line(text: &str) -> String {
    let mut shown: String = scrub(text).chars().take(CELL_CHARS_MAX).collect();
    if text.chars().count() > CELL_CHARS_MAX {
        shown.push('…');
    }
    shown
}

/// Foreign text whole and on one line, with control characters and bidirectional overrides replaced.
pub(crate) fn scrub(text: &str) -> String {
    let plain = |char| match char {
        '\n' | '\t' => ' ',
        char if is_deceptive(char) => '\u{fffd}',
        char => char,
    };
    // The ends of lines that other systems write are one letter here.
    text.replace("\r\n", "\n").trim_end_matches('\n').chars().map(plain).collect()
}

/// As [`scrub`], and lines and tabs stay.
pub(crate) fn scrub_lines(text: &str) -> String {
    let plain = |char| char == '\n' || char == '\t' || !is_deceptive(char);
    text.chars().map(|char| if plain(char) { char } else { '\u{fffd}' }).collect()
}

/// `65,536`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `64 KiB`, `1.5 MiB`.
pub(crate) fn bytes(number: u64) -> String {
    const UNITS: [(&str, u32); 4] = [("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0)];
    let (unit, shift) =
        UNITS.into_iter().find(|(_, shift)| number >> shift > 0).unwrap_or(("B", 0));
    let whole = number >> shift;
    let tenths = ((number - (whole << shift)) * 10) >> shift;
    if tenths == 0 { format!("{whole} {unit}") } else { format!("{whole}.{tenths} {unit}") }
}

/// `1.25 ms`: three digits and a unit.
pub(crate) fn time(time: Duration) -> String {
    nanoseconds(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}

/// As [`time`].
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub(crate) fn nanoseconds(time: u64) -> String {
    let (value, unit) = match time {
        0..1_000 => return format!("{time} ns"),
        1_000..1_000_000 => (time as f64 / 1e3, "µs"),
        1_000_000..1_000_000_000 => (time as f64 / 1e6, "ms"),
        _ => (time as f64 / 1e9, "s"),
    };
    match value {
        value if value < 10.0 => format!("{value:.2} {unit}"),
        value if value < 100.0 => format!("{value:.1} {unit}"),
        value => format!("{value:.0} {unit}"),
    }
}

/// The known word that is nearest to this one, where one is near.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the letters wrong is still a slip of the hand; more is another word.
    let slips_max = (word.chars().count() / 3).max(1);
    known
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(slips, _)| *slips <= slips_max)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Letters to add, drop, change or swap with their neighbour.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before: Vec<usize> = vec![];
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let at =
                |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&above, column) + usize::from(letter != other);
            let mut least = changed.min(at(&above, column + 1) + 1).min(at(&line, column) + 1);
            let swapped = row > 0
                && column > 0
                && left.get(row - 1) == Some(other)
                && right.get(column - 1) == Some(letter);
            if swapped {
                least = least.min(at(&before, column - 1) + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().unwrap_or_default()
}

fn is_deceptive(char: char) -> bool {
    char.is_control() || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(count(65_536), "65,536");
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(64 << 20), "64 MiB");
        assert_eq!(bytes((3 << 20) / 2), "1.5 MiB");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(nanoseconds(999), "999 ns");
        assert_eq!(nanoseconds(1_250_000), "1.25 ms");
        assert_eq!(time(Duration::from_secs(75)), "75.0 s");
    }

    #[test]
    fn a_slip_is_recognized_and_another_word_is_not() {
        let known = ["slugify", "count-words", "run"];
        assert_eq!(nearest("slugfiy", known.into_iter()), Some("slugify"));
        assert_eq!(nearest("count-word", known.into_iter()), Some("count-words"));
        assert_eq!(nearest("translate", known.into_iter()), None);
        assert_eq!(nearest("", known.into_iter()), None);
    }

    #[test]
    fn a_terminal_sees_no_control_characters() {
        let shown = line("a\u{1b}[2J\u{202e}b\r\n");
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\r', '\n']), "{shown:?}");
        assert_eq!(scrub_lines("a\n\tb\u{1b}"), "a\n\tb\u{fffd}");
        assert_eq!(line("it is wrong:\n  here\r\nand there\n"), "it is wrong:   here and there");
        assert_eq!(line(&"x".repeat(500)).chars().count(), CELL_CHARS_MAX + 1);
    }
}
