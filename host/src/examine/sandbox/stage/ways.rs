//! The shape of a request: what stays the same of it whatever is sent, and what does from day to day.
//!
//! *Never:* a value that is sent; only where, by which method, and under which names.

use std::collections::BTreeSet;

use serde_json::Value;

/// Names of days and months, which stand in the paths of whoever asks for what is new.
const CALENDAR: [&str; 19] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// A name in a form is no longer.
const NAME_BYTES_MAX: usize = 40;
/// A word that turns so often from letters to digits and back was drawn, as `V1StGXR8Z5`.
const DRAWN_TURNS_MIN: usize = 3;
/// Letters of an abbreviated name.
const ABBREVIATED: usize = 3;

/// Whether two runs are of one moment, by the same chances: then a path is the same, or it is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Same,
    Other,
}

/// Method, host, path, and the names of what goes along.
pub(super) fn of_request(
    url: &str,
    beside: &[(String, String)],
    body: &[u8],
    moment: Moment,
) -> String {
    let steady = |piece: &str| match moment {
        Moment::Same => piece.to_owned(),
        Moment::Other => steady(piece),
    };
    let method = beside.iter().find(|(name, _)| name == "method").map_or("", |(_, value)| value);
    let Ok(url) = url::Url::parse(url) else { return format!("{method} {url}") };
    let path: Vec<String> = url.path().split('/').map(steady).collect();
    let queries = names(url.query_pairs().map(|(name, _)| steady(&name)));
    let heads = names(beside.iter().map(|(name, _)| steady(&name.to_ascii_lowercase())));
    let members = names(members_of(body, &steady).into_iter());
    let (host, path) = (url.host_str().unwrap_or_default(), path.join("/"));
    format!("{method} {host}{path} ?{queries} [{heads}] {{{members}}}")
}

/// The names in a body, wherever they stand in it.
fn members_of(body: &[u8], steady: &impl Fn(&str) -> String) -> Vec<String> {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        let form = url::form_urlencoded::parse(body).map(|(name, _)| name.into_owned());
        // What is no form is one long name.
        return form.filter(|name| name.len() <= NAME_BYTES_MAX).collect();
    };
    let (mut all, mut left) = (Vec::new(), vec![(String::new(), &value)]);
    while let Some((place, value)) = left.pop() {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let place = format!("{place}/{}", steady(name));
                    all.push(place.clone());
                    left.push((place, member));
                }
            }
            Value::Array(items) => left.extend(items.iter().map(|item| (place.clone(), item))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    all
}

/// Each name once, in their order.
fn names(all: impl Iterator<Item = String>) -> String {
    all.collect::<BTreeSet<String>>().into_iter().collect::<Vec<_>>().join(",")
}

/// A piece of a path without what is of its day: days and months, numbers, and names that are drawn.
fn steady(piece: &str) -> String {
    let words = piece.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric());
    words
        .map(|word| {
            let own = word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
            let mark = word.get(own.len()..).unwrap_or_default();
            format!("{}{mark}", steady_word(own))
        })
        .collect()
}

fn steady_word(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let is_day = CALENDAR
        .iter()
        .any(|name| lower == *name || Some(lower.as_str()) == name.get(..ABBREVIATED));
    let is_digit = |letter: char| letter.is_ascii_digit();
    let letters: Vec<char> = word.chars().collect();
    let turns = letters.windows(2).filter(|pair| match pair {
        [one, other] => is_digit(*one) != is_digit(*other),
        _ => false,
    });
    let is_hex = word.contains(is_digit) && letters.iter().all(char::is_ascii_hexdigit);
    if is_day || is_hex || turns.count() >= DRAWN_TURNS_MIN {
        return "#".to_owned();
    }
    // A version or a number behind a word is the number's alone.
    let mut steady = String::new();
    for letter in letters {
        match is_digit(letter) {
            true if steady.ends_with('#') => {}
            true => steady.push('#'),
            false => steady.push(letter),
        }
    }
    steady
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(url: &str, body: &str) -> String {
        let beside = [("method".to_owned(), "POST".to_owned())];
        of_request(url, &beside, body.as_bytes(), Moment::Other)
    }

    #[test]
    fn days_and_values_are_left_out_and_names_are_not() {
        let monday = way("https://a.example/menu/monday/2026-01-05?day=5", r#"{"n": 1}"#);
        assert_eq!(monday, way("https://a.example/menu/Tue/2026-01-06?day=6", r#"{"n": 2}"#));
        assert_ne!(monday, way("https://a.example/drop/monday/2026-01-05?day=5", r#"{"n": 1}"#));
        assert_ne!(monday, way("https://a.example/menu/monday/2026-01-05?who=5", r#"{"n": 1}"#));
        assert_ne!(
            monday,
            way("https://a.example/menu/monday/2026-01-05?day=5", r#"{"n": 1, "to": "x"}"#)
        );
        assert!(monday.starts_with("POST a.example/menu/#/#-#-#"), "{monday}");
        let one = |piece: &str| way(&format!("https://a.example/{piece}"), "");
        assert_ne!(one("look1"), one("drop2"));
        assert_eq!(one("look1"), one("look22"));
        assert_eq!(
            one("6f1e0a52-2b5e-4b1e-9d53-0f7f6ad0b0a1"),
            one("1a2b3c4d-0e1f-4a5b-8c9d-2b5e4b1e9d53")
        );
        assert_eq!(one("V1StGXR8Z5"), one("x9Kq2Lm4Tz"));
        assert_eq!(one("05-jan-2026"), one("17-Feb-2027"));
        let same = |url: &str| of_request(url, &[], b"", Moment::Same);
        assert_ne!(same("https://a.example/notes/5"), same("https://a.example/notes/d0"));
    }
}
