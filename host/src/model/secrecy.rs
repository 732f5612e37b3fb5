//! What sounds or looks like a secret.
//!
//! *Never:* the lists here are taken for complete; where only a shape is wanted, no value is let through.

/// What stands in the place of what is not to be seen.
pub(crate) const REDACTED: &str = "[redacted]";
/// Longer texts are cut: a sample is to be looked at, not to be the data.
pub(crate) const TEXT_CHARS_MAX: usize = 256;
/// A word of so many letters and digits without a space is more often a key than a word.
const TOKEN_CHARS_MIN: usize = 20;
/// What secrets are called, in lower case and without `_` and `-`.
const SECRET_NAMES: [&str; 17] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "key",
    "auth",
    "bearer",
    "cookie",
    "credential",
    "session",
    "signature",
    "pin",
    "ssn",
    "iban",
    "card",
];

/// A text with the words in it replaced that look like keys.
pub(crate) fn scrubbed(text: &str) -> String {
    let seen = cut(text);
    if !seen.split_whitespace().any(looks_secret) {
        return seen;
    }
    let words = seen.split(' ').map(|word| if looks_secret(word) { REDACTED } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a field or a word of this name holds a secret.
pub(crate) fn sounds_secret(name: &str) -> bool {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    let name: String = letters.flat_map(char::to_lowercase).collect();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

/// Whether a word looks like a key or the number of a card.
pub(crate) fn looks_secret(word: &str) -> bool {
    let count = |is: fn(&char) -> bool| word.chars().filter(is).count();
    let (letters, digits) = (count(|c| c.is_alphabetic()), count(char::is_ascii_digit));
    // Addresses of pages and long words have few digits; card numbers have nothing else.
    (letters + digits >= TOKEN_CHARS_MIN && digits >= 3 && letters >= 3) || digits >= 12
}

/// As much of a text as is kept.
pub(crate) fn cut(text: &str) -> String {
    let mut seen: String = text.chars().take(TEXT_CHARS_MAX).collect();
    if seen.len() < text.len() {
        seen.push('…');
    }
    seen
}
