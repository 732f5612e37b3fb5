//! Takes out of a text what should not lie in a file: keys and tokens by the forms that their issuers
//! document, and whatever stands under a name that says so.
//!
//! *Never:* the same text is redacted in two ways; what is asked again is compared with what was kept.

use serde_json::Value;

use crate::examine::checks::secrets::carries_secret;

/// What stands in the place of what was taken out.
pub(super) const MARK: &str = "[redacted]";

/// Names, or parts of names, of what is nobody else's business.
const NAMES: [&str; 14] = [
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "authorization",
    "cookie",
    "session",
    "credential",
    "private_key",
    "access_key",
    "signature",
];

/// Whether a member, a parameter or a header of this name is taken out.
pub(super) fn is_private(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|private| name.contains(private))
}

/// A text without keys. JSON stays JSON.
pub(crate) fn redacted(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(mut value) if value.is_object() || value.is_array() => {
            match redact(&mut value) {
                // As it was written, where nothing had to go.
                0 => text.to_owned(),
                _ => value.to_string(),
            }
        }
        _ => words(text),
    }
}

/// A URL without keys in its query, which is written in one way whatever it was written in.
pub(crate) fn redacted_url(text: &str) -> String {
    let Ok(mut url) = url::Url::parse(text) else { return words(text) };
    if url.query().is_some() {
        let clean: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let value = if is_private(&name) { MARK.to_owned() } else { words(&value) };
                (name.into_owned(), value)
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(clean);
    }
    words(url.as_str())
}

/// Takes out of a value, as deep as the strict reader lets values be, and tells how often.
fn redact(value: &mut Value) -> usize {
    match value {
        Value::String(text) => {
            let clean = words(text);
            let count = usize::from(clean != *text);
            *text = clean;
            count
        }
        Value::Array(items) => items.iter_mut().map(redact).sum(),
        Value::Object(members) => {
            let mut count = 0;
            for (name, member) in members.iter_mut() {
                let is_kept = member.is_null() || *member == MARK || !is_private(name);
                if is_kept {
                    count += redact(member);
                } else {
                    *member = MARK.into();
                    count += 1;
                }
            }
            count
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// A text without the words that are keys, and without what is given a private name in it.
fn words(text: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_./+=~".contains(letter);
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(is_part) {
        let (before, word) = rest.split_at(begin);
        let end = word.find(|letter| !is_part(letter)).unwrap_or(word.len());
        let (word, behind) = word.split_at(end);
        clean.push_str(before);
        match word.split_once('=') {
            Some((name, value)) if is_private(name) && !value.is_empty() && value != MARK => {
                clean.push_str(name);
                clean.push('=');
                clean.push_str(MARK);
            }
            _ => clean.push_str(if carries_secret(word.as_bytes()) { MARK } else { word }),
        }
        rest = behind;
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_by_their_form_and_by_their_name_and_all_else_stays() {
        // Put together here, so that nobody who looks through sources finds a key.
        let key = format!("ghp_{}", "aB3dE6gH9jK2mN5pQ8rS".repeat(2));
        assert_eq!(redacted(&format!("use {key}, please")), format!("use {MARK}, please"));
        let json = format!(r#"{{"a":1,"b":["x","{key}"],"apiToken":{{"deep":7}},"password":"p"}}"#);
        let clean: Value = serde_json::from_str(&redacted(&json)).unwrap();
        let wanted = serde_json::json!({
            "a": 1, "b": ["x", MARK], "apiToken": MARK, "password": MARK,
        });
        assert_eq!(clean, wanted);
        for same in [r#"{"b": 1,  "a": [true, null]}"#, "plain words", "\"text\"", "", "[]"] {
            assert_eq!(redacted(same), same);
        }
        let url = redacted_url("https://a.example/b?city=Bern&access_token=abc&q=x");
        assert!(url.starts_with("https://a.example/b?city=Bern&access_token="), "{url}");
        assert!(!url.contains("abc") && url.ends_with("&q=x"), "{url}");
        assert_eq!(redacted("user=ann password=hunter2;"), format!("user=ann password={MARK};"));
        // What was redacted once is so for good.
        for text in [redacted(&json), url.clone()] {
            assert_eq!(redacted(&text), text);
        }
        assert_eq!(redacted_url(&url), url);
    }
}
