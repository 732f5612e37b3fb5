//! Hostile input in URLs, headers, bodies and secrets: none of it gets further than its own place.

use engraft_recipe::recipe::check;
use serde_json::json;

use crate::server::{Seen, Server};
use crate::stage::{Stage, Theatre};

/// What might end a part of a URL, a header or a form, or begin another.
const HOSTILE: [&str; 16] = [
    "a/b",
    "a?b=c",
    "a#b",
    "a@evil.org",
    "a:80",
    "a\\b",
    "a b",
    "%2e%2e",
    "%2F",
    "a;b",
    "a&b=c",
    "a=b",
    "{x}",
    "ü",
    "\r\nX-Evil: 1",
    "\0",
];

fn stage(server: &Server, rest: &str) -> Theatre {
    let text = format!(
        "name: a.b
version: 1.0.0
summary: A test.
input: {{type: object, properties: {{x: {{type: string}}}}, required: [x]}}
permissions:
  http: [{{host: \"{0}\", methods: [GET, POST]}}]
steps:
  - fetch: http://{0}/safe/{rest}
return: \"'sent'\"
",
        server.address
    );
    Stage::new().with(&text).open()
}

fn server() -> Server {
    Server::start(|_: &Seen| (200, String::new()))
}

/// Percent-encoding undone.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_path_keeps_its_segments() {
    let server = server();
    let stage = stage(&server, "{input.x}/end");
    for hostile in HOSTILE {
        stage.gives("a.b", &json!({ "x": hostile }));
        let seen = server.seen();
        let target = &seen.last().unwrap().target;
        let inner = target.strip_prefix("/safe/").unwrap().strip_suffix("/end").unwrap();
        assert!(!inner.contains(['/', '?', '#', '\\', ' ']), "{target}");
        assert_eq!(decoded(inner), hostile);
        assert_eq!(seen.last().unwrap().header("x-evil"), None);
    }
    let sent = server.seen().len();
    for upwards in ["..", ".", ""] {
        let failure = stage.refuses("a.b", &json!({ "x": upwards }));
        assert!(failure.to_string().contains("invalid argument"), "{failure}");
    }
    assert_eq!(server.seen().len(), sent);
}

#[test]
fn dots_do_not_meet_in_a_path() {
    let server = server();
    for template in ["{input.x}{input.x}/end", ".{input.x}", "{input.x}%2e/x", "a/%2E{input.x}?y"] {
        let stage = stage(&server, template);
        let failure = stage.refuses("a.b", &json!({"x": "."}));
        assert!(failure.to_string().contains("upwards"), "{template}: {failure}");
    }
    assert!(server.seen().is_empty());
    stage(&server, "{input.x}{input.x}").gives("a.b", &json!({"x": ".."}));
    assert_eq!(server.seen()[0].target, "/safe/....");
}

#[test]
fn a_query_and_a_form_keep_their_fields() {
    let server = server();
    let query = stage(&server, "?q={input.x}\n    query: {more: input.x}");
    let form = stage(&server, "\n    form: {a: input.x, 'b c': 1}");
    for hostile in HOSTILE {
        query.gives("a.b", &json!({ "x": hostile }));
        let target = server.seen().last().unwrap().target.clone();
        let fields: Vec<&str> = target.strip_prefix("/safe/?").unwrap().split('&').collect();
        let [first, second] = fields[..] else { panic!("{target}") };
        assert_eq!(decoded(first.strip_prefix("q=").unwrap()), hostile);
        assert_eq!(decoded(second.strip_prefix("more=").unwrap()), hostile);
        form.gives("a.b", &json!({ "x": hostile }));
        let seen = server.seen().last().unwrap().clone();
        assert_eq!(seen.method, "POST");
        assert_eq!(seen.header("content-type"), Some("application/x-www-form-urlencoded"));
        let fields: Vec<&str> = seen.body.split('&').collect();
        assert_eq!(decoded(fields[0].strip_prefix("a=").unwrap()), hostile);
        assert_eq!(fields[1..], ["b%20c=1"]);
    }
}

#[test]
fn what_has_no_value_is_left_out_and_a_list_is_given_item_by_item() {
    let server = server();
    let given =
        r#"{a: "dyn(input)[?'a'].orValue(null)", 'b c': "dyn(input)[?'x']", d: [input.x, "'y'"]}"#;
    for (field, mark) in [("query", "?"), ("form", "")] {
        let stage = stage(&server, &format!("\n    {field}: {given}\n    headers: {{x-a: null}}"));
        for hostile in HOSTILE {
            stage.gives("a.b", &json!({ "x": hostile }));
            let seen = server.seen().last().unwrap().clone();
            let sent = if field == "query" { seen.target.clone() } else { seen.body.clone() };
            let fields = sent.strip_prefix("/safe/").unwrap_or(&sent).strip_prefix(mark).unwrap();
            let fields: Vec<&str> = fields.split('&').collect();
            let [one, two, three] = fields[..] else { panic!("{sent}") };
            assert_eq!(decoded(one.strip_prefix("b%20c=").unwrap()), hostile);
            assert_eq!(decoded(two.strip_prefix("d=").unwrap()), hostile);
            assert_eq!(three, "d=y");
            assert_eq!(seen.header("x-a"), None);
        }
    }
    let none = stage(&server, "?z=1\n    query: {a: null, b: \"optional.none()\"}");
    none.gives("a.b", &json!({"x": "x"}));
    assert_eq!(server.seen().last().unwrap().target, "/safe/?z=1");
}

#[test]
fn a_header_is_one_line_and_json_is_json() {
    let server = server();
    let header = stage(&server, "\n    headers: {x-a: input.x}");
    for broken in ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"] {
        let failure = header.refuses("a.b", &json!({ "x": broken }));
        assert!(failure.to_string().contains("one line"), "{failure}");
    }
    assert!(server.seen().is_empty());
    header.gives("a.b", &json!({"x": "a: b; c"}));
    assert_eq!(server.seen()[0].header("x-a"), Some("a: b; c"));
    let body = stage(&server, "\n    json: {x: input.x}");
    for hostile in HOSTILE.into_iter().chain(["\",\"admin\":true,\"y\":\"", "\u{2028}"]) {
        body.gives("a.b", &json!({ "x": hostile }));
        let seen = server.seen().last().unwrap().clone();
        let sent: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
        assert_eq!(sent, json!({ "x": hostile }));
    }
}

#[test]
fn secrets_are_put_where_the_recipe_says() {
    let server = server();
    let text = format!(
        "name: a.b
version: 1.0.0
summary: A test.
permissions:
  http: [{{host: \"{0}\"}}]
  secrets: [{{name: key, hosts: [\"{0}\"]}}]
steps:
  - fetch: http://{0}/
    basic: {{user: ann, secret: key}}
  - fetch: http://{0}/
    secret_headers: {{x-key: key}}
    secret_query: {{token: key}}
return: 1
",
        server.address
    );
    Stage::new().with(&text).secret("key", "t0p").open().gives("a.b", &json!({}));
    let seen = server.seen();
    assert_eq!(seen[0].header("authorization"), Some("Basic YW5uOnQwcA=="));
    assert_eq!(seen[1].header("x-key"), Some("t0p"));
    assert_eq!(seen[1].target, "/?token=t0p");
}

#[test]
fn the_input_does_not_choose_the_host() {
    let checked = |url: &str, host: &str| {
        check(&format!(
            "name: a.b
version: 1.0.0
summary: A test.
input: {{type: object, properties: {{x: {{type: string}}}}, required: [x]}}
permissions: {{http: [{{host: \"{host}\", path: /v1}}]}}
steps:
  - fetch: {url}
return: 1
"
        ))
        .map_err(|problems| problems[0].message.clone())
    };
    for (url, host) in [
        ("https://{input.x}.example.org/v1", "*.example.org"),
        ("https://eu.{input.x}.example.org/v1/a", "*.example.org"),
        ("https://{input.x}/v1", "*"),
        ("https://api.example.org/v1/{input.x}", "api.example.org"),
        ("https://api.example.org:8443/v1", "api.example.org:8443"),
    ] {
        checked(url, host).unwrap_or_else(|why| panic!("{url}: {why}"));
    }
    for (url, host, why) in [
        ("https://{input.x}.example.org/v1", "api.example.org", "choose the host"),
        ("https://{input.x}example.org/v1", "*.example.org", "choose the host"),
        ("https://api.example.org{input.x}/v1", "api.example.org", "choose the host"),
        ("https://{input.x}.example.org:8443/v1", "*.example.org", "choose the host"),
        ("https://api.example.org:{input.x}/v1", "api.example.org", "no port"),
        ("https://user@api.example.org/v1", "api.example.org", "user name"),
        ("https://api.example.com/v1", "api.example.org", "does not ask"),
        ("https://api.example.org/v2", "api.example.org", "this path"),
        ("https://api.example.org/v1/../v2", "api.example.org", "go up"),
        ("https://api.example.org/v1/%2e%2E/", "api.example.org", "go up"),
        ("https://api.example.org/v1#x", "api.example.org", "never sent"),
        ("\"{input.x}\"", "*", "begins with"),
        ("ftp://api.example.org/v1", "*", "begins with"),
    ] {
        let found = checked(url, host).unwrap_err();
        assert!(found.contains(why), "{url}: {found}");
    }
}
