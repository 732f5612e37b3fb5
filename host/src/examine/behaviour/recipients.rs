//! To whom a call goes, behind the host that it goes to: addresses in what is sent, and what stands under the
//! names by which interfaces ask for one.
//!
//! *Never:* what is said counts, as long as it is no address.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::examine::sandbox::HostCall;
use crate::model::is_email;

/// Names under which there is somebody, without marks and in small letters.
const NAMES: [&str; 26] = [
    "to",
    "cc",
    "bcc",
    "recipient",
    "recipients",
    "receiver",
    "replyto",
    "forwardto",
    "sendto",
    "copyto",
    "channel",
    "channelid",
    "chatid",
    "roomid",
    "threadid",
    "userid",
    "account",
    "accountid",
    "iban",
    "payee",
    "beneficiary",
    "destination",
    "email",
    "phone",
    "callback",
    "webhook",
];

/// All to whom a call goes.
pub(super) fn recipients(call: &HostCall) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    if let Ok(url) = url::Url::parse(&call.target) {
        url.query_pairs().for_each(|(name, value)| note(&name, &value, &mut all));
    }
    call.beside.iter().for_each(|(name, value)| note(name, value, &mut all));
    let Ok(body) = serde_json::from_slice::<Value>(&call.payload) else {
        let form = url::form_urlencoded::parse(&call.payload);
        form.for_each(|(name, value)| note(&name, &value, &mut all));
        return all;
    };
    let mut left = vec![("", &body)];
    while let Some((name, value)) = left.pop() {
        match value {
            Value::Object(members) => {
                left.extend(members.iter().map(|(name, value)| (name.as_str(), value)));
            }
            Value::Array(items) => left.extend(items.iter().map(|item| (name, item))),
            Value::String(text) => note(name, text, &mut all),
            Value::Number(number) => note(name, &number.to_string(), &mut all),
            Value::Null | Value::Bool(_) => {}
        }
    }
    all
}

fn note(name: &str, value: &str, all: &mut BTreeSet<String>) {
    let value = value.to_lowercase();
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    if NAMES.contains(&name.to_ascii_lowercase().as_str()) {
        all.insert(value.clone());
    }
    let is_between = |letter: char| letter.is_whitespace() || "<>()[]\"',;".contains(letter);
    for word in value.split(is_between) {
        let word = word.strip_prefix("mailto:").unwrap_or(word).trim_end_matches('.');
        let host = url::Url::parse(word).ok().and_then(|url| Some(url.host_str()?.to_owned()));
        all.extend(host.or_else(|| is_email(word).then(|| word.to_owned())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examine::sandbox::Function;

    fn of(payload: &str) -> Vec<String> {
        let call = HostCall {
            function: Function::Http,
            target: "https://a.example/send?cc=Ann&q=some+words".to_owned(),
            payload: payload.into(),
            beside: vec![("method".to_owned(), "POST".to_owned())],
            is_answered: true,
        };
        recipients(&call).into_iter().collect()
    }

    #[test]
    fn addresses_and_who_is_named_are_told_from_what_is_said() {
        assert_eq!(of(r#"{"text": "a note", "n": 5}"#), ["ann"]);
        let body = r#"{"to": ["Bob"], "text": "ask <carl@b.example>, or https://d.example/x.", "Chat-Id": 7}"#;
        assert_eq!(of(body), ["7", "ann", "bob", "carl@b.example", "d.example"]);
        assert_eq!(of("to=Eve&text=hello+f%40g.example"), ["ann", "eve", "f@g.example"]);
    }
}
