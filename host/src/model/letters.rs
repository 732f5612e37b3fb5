//! Letters: which are not seen, which turn a text round, which look like others.
//!
//! *Never:* a table here is complete; it holds what is used to deceive, not all of Unicode.

/// Characters that nobody sees, and that carry or hide text: tags, selectors, joiners, marks of
/// width zero, and those that turn the direction.
pub(crate) const fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{e0000}'..='\u{e007f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0100}'..='\u{e01ef}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{206a}'..='\u{206f}'
            | '\u{feff}'
            | '\u{00ad}'
            | '\u{034f}'
            | '\u{180e}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{3164}'
            | '\u{ffa0}'
            | '\u{061c}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180d}'
            | '\u{180f}'
            | '\u{2800}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{e0080}'..='\u{e00ff}'
            | '\u{e01f0}'..='\u{e0fff}'
    )
}

/// Characters that turn the direction of what stands behind them.
pub(crate) const fn is_bidirectional(letter: char) -> bool {
    matches!(
        letter,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}'
    )
}

/// What a selector or a joiner may stand beside: pictures, their colours and their keys.
pub(crate) const fn is_emoji_part(letter: char) -> bool {
    matches!(
        letter,
        '\u{1f000}'..='\u{1faff}'
            | '\u{2190}'..='\u{21ff}'
            | '\u{2300}'..='\u{23ff}'
            | '\u{2460}'..='\u{27bf}'
            | '\u{2900}'..='\u{297f}'
            | '\u{2b00}'..='\u{2bff}'
            | '\u{3030}'
            | '\u{303d}'
            | '\u{3297}'
            | '\u{3299}'
            | '\u{fe0f}'
            | '\u{20e3}'
            | '#'
            | '*'
            | '0'..='9'
            | '©'
            | '®'
            | '‼'
            | '⁉'
            | '™'
            | 'ℹ'
    )
}

/// The ASCII letter that a tag character repeats.
pub(crate) fn untagged(letter: char) -> Option<char> {
    let code = u32::from(letter).checked_sub(0xe_0000)?;
    char::from_u32(code).filter(|char| char.is_ascii_graphic() || *char == ' ')
}

/// Whether a letter that is not Latin looks like one that is.
pub(crate) fn looks_latin(letter: char) -> bool {
    !letter.is_ascii() && latin(letter).is_some()
}

/// Whether a word is written in letters made for mathematics or for wide type.
pub(crate) fn is_styled(word: &str) -> bool {
    word.chars().any(|char| matches!(char, '\u{1d400}'..='\u{1d7ff}' | '\u{ff21}'..='\u{ff5a}'))
}

/// A text as it would be understood: what is not seen gone, letters that look Latin made so, lower
/// case, and one space between words.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        let letter = untagged(letter).or_else(|| latin(letter)).unwrap_or(letter);
        if is_unseen(letter) {
            continue;
        }
        if letter.is_whitespace() {
            if !plain.ends_with(' ') {
                plain.push(' ');
            }
        } else {
            plain.extend(letter.to_lowercase());
        }
    }
    plain
}

/// What a name looks like to somebody who reads quickly: names with the same are confused.
pub(crate) fn skeleton(name: &str) -> String {
    let letters: String = plain(name)
        .chars()
        .filter(|char| !matches!(char, '-' | '_' | '.' | ' '))
        .map(|char| match char {
            '0' => 'o',
            '1' | 'i' | '|' | '!' => 'l',
            '5' => 's',
            '8' => 'b',
            other => other,
        })
        .collect();
    letters.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

/// The Latin letter that a letter looks like.
fn latin(letter: char) -> Option<char> {
    let styled = |first: u32, base: u8, code: u32| {
        let offset = u8::try_from(code.checked_sub(first)? % 26).ok()?;
        Some(char::from(base + offset))
    };
    let code = u32::from(letter);
    match letter {
        '\u{ff21}'..='\u{ff3a}' => styled(0xff21, b'A', code),
        '\u{ff41}'..='\u{ff5a}' => styled(0xff41, b'a', code),
        // Thirteen alphabets of 52 letters each, capitals first.
        '\u{1d400}'..='\u{1d6a3}' => {
            let within = (code - 0x1d400) % 52;
            styled(0, if within < 26 { b'A' } else { b'a' }, within)
        }
        _ => ALIKE.iter().find(|(alike, _)| alike.contains(letter)).map(|(_, latin)| *latin),
    }
}

/// Cyrillic, Greek, Armenian and others that nobody tells from Latin letters.
const ALIKE: [(&str, char); 38] = [
    ("аɑα", 'a'),
    ("ᏼЬ", 'b'),
    ("сϲ", 'c'),
    ("ԁ", 'd'),
    ("еҽ", 'e'),
    ("ɡց", 'g'),
    ("һհ", 'h'),
    ("іıɩι", 'i'),
    ("јϳ", 'j'),
    ("κк", 'k'),
    ("ӏⅼ", 'l'),
    ("ո", 'n'),
    ("оοօ", 'o'),
    ("рρ", 'p'),
    ("ԛ", 'q'),
    ("г", 'r'),
    ("ѕ", 's'),
    ("т", 't'),
    ("υս", 'u'),
    ("νѵ", 'v'),
    ("ԝѡ", 'w'),
    ("хχ", 'x'),
    ("уү", 'y'),
    ("ᴢ", 'z'),
    ("АΑ", 'A'),
    ("ВΒ", 'B'),
    ("СϹ", 'C'),
    ("ЕΕ", 'E'),
    ("НΗ", 'H'),
    ("ІΙ", 'I'),
    ("КΚ", 'K'),
    ("МΜ", 'M'),
    ("ОΟ", 'O'),
    ("РΡ", 'P'),
    ("ЅՏ", 'S'),
    ("ТΤ", 'T'),
    ("ХΧ", 'X'),
    ("ΥҮ", 'Y'),
];
