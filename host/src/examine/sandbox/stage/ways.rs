//! The shape of a request: what stays the same of it from day to day.
//!
//! *Never:* a value that is sent; only where, by which method, and under which names.

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
/// Letters of an abbreviated name.
const ABBREVIATED: usize = 3;

/// Method, host, path, and the names of what goes along.
pub(super) fn of_request(url: &str, beside: &[(String, String)], body: &[u8]) -> String {
    let method = beside.iter().find(|(name, _)| name == "method").map_or("", |(_, value)| value);
    let Ok(url) = url::Url::parse(url) else { return format!("{method} {url}") };
    let path: Vec<&str> = url.path().split('/').map(steady).collect();
    let queries = names(url.query_pairs().map(|(name, _)| name.into_owned()));
    let heads = names(beside.iter().map(|(name, _)| name.to_ascii_lowercase()));
    let members = names(members_of(body).into_iter());
    let (host, path) = (url.host_str().unwrap_or_default(), path.join("/"));
    format!("{method} {host}{path} ?{queries} [{heads}] {{{members}}}")
}

/// The names in a body, wherever they stand in it.
fn members_of(body: &[u8]) -> Vec<String> {
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

/// Each name once, in their order; those with a number in them are one.
fn names(all: impl Iterator<Item = String>) -> String {
    let all: std::collections::BTreeSet<String> =
        all.map(|name| steady(&name).to_owned()).collect();
    all.into_iter().collect::<Vec<_>>().join(",")
}

/// A piece of a path, or what stands for all that has a number or a day in it.
fn steady(piece: &str) -> &str {
    let lower = piece.to_ascii_lowercase();
    let is_day = CALENDAR
        .iter()
        .any(|name| lower == *name || Some(lower.as_str()) == name.get(..ABBREVIATED));
    if is_day || piece.bytes().any(|byte| byte.is_ascii_digit()) { "#" } else { piece }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(url: &str, body: &str) -> String {
        of_request(url, &[("method".to_owned(), "POST".to_owned())], body.as_bytes())
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
        assert!(monday.starts_with("POST a.example/menu/#/#"), "{monday}");
    }
}
