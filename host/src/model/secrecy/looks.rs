//! What looks like a secret by itself: keys of services, numbers of cards and accounts, credentials in
//! an address.
//!
//! *Never:* a number is taken for a card's because it is long; its digits have to add up.

/// A word of so many letters and digits without a space is more often a key than a word.
const TOKEN_CHARS_MIN: usize = 20;
/// How keys of well-known services begin, and how many characters such a key has at least.
const TOKEN_PREFIXES: [&str; 14] = [
    "sk-",
    "sk_",
    "pk_",
    "rk_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xox",
    "AKIA",
    "ASIA",
    "AIza",
    "eyJ",
];
const PREFIXED_CHARS_MIN: usize = 12;
/// What stands around a key that is a part of a word: `key=sk-…`, `"sk-…"`.
const AROUND: &[char] =
    &['=', ':', ',', ';', '"', '\'', '`', '(', ')', '[', ']', '{', '}', '<', '>', '&', '?', '|'];
/// A secret access key of AWS has 40 letters; others of this look have more and a few less.
const RANDOM_CHARS: std::ops::RangeInclusive<usize> = 32..=128;
/// Runs of small letters in which nobody could say a syllable. Words that are written together have
/// one or two of them in so many letters, and random letters have them all along.
const UNSPOKEN_MIN: usize = 3;
/// How long the number of an account is, in letters and digits.
const IBAN_CHARS: std::ops::RangeInclusive<usize> = 15..=34;
/// Groups in which people write a card or an account, the last one aside.
const CARD_GROUP_DIGITS: std::ops::RangeInclusive<usize> = 3..=6;
/// So many groups are read as one number at most: the longest account has nine.
const GROUPS: std::ops::RangeInclusive<usize> = 3..=9;

/// Whether a word looks like a key, the number of a card or of an account, or an address with a password.
pub(crate) fn looks_secret(word: &str) -> bool {
    let count = |is: fn(&char) -> bool| word.chars().filter(is).count();
    let (letters, digits) = (count(|c| c.is_alphabetic()), count(char::is_ascii_digit));
    // Addresses of pages and long words have few digits.
    (letters + digits >= TOKEN_CHARS_MIN && digits >= 3 && letters >= 3)
        || word.split(AROUND).any(|part| is_prefixed(part) || is_random(part) || is_iban(part))
        || word.split(|letter: char| !is_of_number(letter)).any(is_card)
        || has_credentials(word)
}

fn is_prefixed(part: &str) -> bool {
    TOKEN_PREFIXES.iter().any(|prefix| part.starts_with(prefix))
        && part.len() >= PREFIXED_CHARS_MIN
        && part.chars().any(|letter| letter.is_ascii_digit() || letter.is_uppercase())
}

/// Whether an address in a text holds a user's password: `postgres://ann:word@host`.
pub(super) fn has_credentials(text: &str) -> bool {
    text.match_indices("://").any(|(at, mark)| {
        let behind = text.get(at + mark.len()..).unwrap_or_default();
        let ends = |letter: char| letter.is_whitespace() || "/\"`<>".contains(letter);
        let place = behind.split(ends).next().unwrap_or_default();
        let user = place.rsplit_once('@').and_then(|(user, _)| user.split_once(':'));
        user.is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('{'))
    })
}

/// Whether somebody drew lots for these letters: small ones and large ones that make no syllables.
fn is_random(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/+=_-".contains(&byte);
    let has = |is: fn(&u8) -> bool| part.as_bytes().iter().any(is);
    let is_candidate = RANDOM_CHARS.contains(&part.len())
        && part.bytes().all(plain)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(|byte| byte.is_ascii_digit() || b"/+".contains(byte));
    if !is_candidate {
        return false;
    }
    let runs =
        part.split(|letter: char| !letter.is_ascii_lowercase()).filter(|run| !run.is_empty());
    let (mut spoken, mut unspoken) = (0_usize, 0_usize);
    for run in runs {
        let is_spoken = run.len() > 1 && run.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        *if is_spoken { &mut spoken } else { &mut unspoken } += 1;
    }
    unspoken >= UNSPOKEN_MIN && unspoken >= spoken
}

fn is_of_number(letter: char) -> bool {
    // A number behind a plus is somebody's telephone.
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '+')
}

/// Whether digits, with or without dashes, are the number of a payment card.
fn is_card(word: &str) -> bool {
    let is_plain = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_plain && is_card_number(&word.replace('-', ""))
}

/// Whether digits begin and add up as those of a payment card do.
fn is_card_number(digits: &str) -> bool {
    let begins = |count: usize| digits.get(..count).and_then(|it| it.parse::<u32>().ok());
    let (Some(two), Some(three), Some(four)) = (begins(2), begins(3), begins(4)) else {
        return false;
    };
    let fits = match digits.len() {
        // A book's number or that of a thing in a shop has as many digits, and adds up in its own way.
        13 => (40..50).contains(&two) && !is_ean(digits),
        14 => matches!(two, 36 | 38 | 39) || (300..306).contains(&three),
        15 => matches!(two, 34 | 37),
        16 => matches!(two, 35 | 40..=59 | 60..=69) || (2221..=2720).contains(&four),
        17..=19 => matches!(two, 40..=49 | 50 | 56..=59 | 60..=69),
        _ => false,
    };
    fits && adds_up(digits)
}

/// The sum of Luhn: every second digit from the end counts twice.
fn adds_up(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            let twice = digit * if at % 2 == 1 { 2 } else { 1 };
            if twice > 9 { twice - 9 } else { twice }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The sum of article numbers: every second digit counts three times.
fn is_ean(digits: &str) -> bool {
    let weighed = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| u32::from(byte.wrapping_sub(b'0')) * if at % 2 == 1 { 3 } else { 1 });
    weighed.sum::<u32>().is_multiple_of(10)
}

/// Whether a word is the number of an account: a country, two digits of proof, and what they prove.
fn is_iban(word: &str) -> bool {
    if !IBAN_CHARS.contains(&word.len()) || !is_iban_head(word.get(..4).unwrap_or_default()) {
        return false;
    }
    let (head, rest) = word.split_at(4);
    // The proof is a remainder, which is taken letter by letter.
    let rest = rest.chars().chain(head.chars()).try_fold(0_u32, |rest, letter| {
        let value = letter.to_digit(36)?;
        Some(if value > 9 { rest * 100 + value } else { rest * 10 + value } % 97)
    });
    rest == Some(1)
}

fn is_iban_head(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes, [a, b, c, d, ..] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic()
        && c.is_ascii_digit() && d.is_ascii_digit())
}

/// Where words stand that are the groups of one long number: of a card, or of an account.
pub(super) fn long_numbers(words: &[&str]) -> Vec<(usize, usize)> {
    let (mut found, mut from) = (Vec::new(), 0);
    while from < words.len() {
        match number_from(words, from) {
            Some(to) => {
                found.push((from, to));
                from = to;
            }
            None => from += 1,
        }
    }
    found
}

/// Where the number ends that begins at a word, if one does.
fn number_from(words: &[&str], from: usize) -> Option<usize> {
    let first = words.get(from).filter(|first| first.len() == 4)?;
    let is_account = is_iban_head(first);
    if !is_account && !first.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut joined = String::new();
    for (at, word) in words.iter().enumerate().skip(from).take(*GROUPS.end()) {
        let is_group = match is_account {
            true => word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            false => {
                CARD_GROUP_DIGITS.contains(&word.len())
                    && word.bytes().all(|byte| byte.is_ascii_digit())
            }
        };
        if word.is_empty() || !is_group {
            return None;
        }
        joined.push_str(word);
        let is_whole = if is_account { is_iban(&joined) } else { is_card_number(&joined) };
        if is_whole && at + 1 - from >= *GROUPS.start() {
            return Some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_secret_where_their_digits_add_up() {
        for card in [
            "4111111111111111",
            "4111-1111-1111-1111",
            "378282246310005",
            "5555555555554444",
            "6011111111111117",
            "30569309025904",
            "DE89370400440532013000",
            "GB82WEST12345698765432",
            "NL91ABNA0417164300",
            "no=4111111111111111",
        ] {
            assert!(looks_secret(card), "{card}");
        }
        for plain in [
            "9780306406157",
            "978-0-306-40615-7",
            "4006381333931",
            "5901234123457",
            "+4915112345678",
            "00493012345678",
            "20261130215109",
            "2026-11-30-21-51-09",
            "1700000000000",
            "1700000000000000",
            "169.254.169.254",
            "0.5105105105105100",
            "123456789012",
            "3.141592653589793",
        ] {
            assert!(!looks_secret(plain), "{plain}");
        }
    }

    #[test]
    fn letters_that_nobody_could_say_are_a_key() {
        for key in [
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "qZtRkLmNpXvBcDfGhJkLwQrTsYpBnMxCvZkHgFd1",
            "\"sk-proj-abc123def456\"",
        ] {
            assert!(looks_secret(key), "{key}");
        }
        for plain in [
            "getUserAccountSettingsFromDatabase/NowBy",
            "Donaudampfschifffahrtsgesellschaft/Kapitaen",
            "src/main/java/com/Example/FooBarService",
            "honorificabilitudinitatibus",
            "Content-Type/Application-Json-And-Others",
        ] {
            assert!(!looks_secret(plain), "{plain}");
        }
    }

    #[test]
    fn an_address_with_a_password_is_one() {
        assert!(looks_secret("postgres://u:s3cr3tpw@db.example.org/x"));
        assert!(has_credentials("see https://a.org and (redis://:word@host)"));
        for plain in
            ["https://a.org:8080/x", "https://a.org/@me", "mailto:a@b.org", "a://{u}:{p}@h"]
        {
            assert!(!has_credentials(plain), "{plain}");
        }
    }
}
