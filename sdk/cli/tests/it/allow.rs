//! What `--allow` allows reaches the guest, and nothing else does.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::support::{EFFECTS_MANIFEST, Home, NUMBERS, Ran, SURROUNDINGS, effects};

fn home() -> Home {
    let home = Home::new();
    home.write("effects.wasm", effects());
    home.write("effects.json", EFFECTS_MANIFEST);
    home
}

fn ran(home: &Home, operation: &str, input: &Value, allow: &[&str]) -> Ran {
    let (input, manifest) = (input.to_string(), ["--manifest", "effects.json"]);
    let mut arguments = vec!["try", "effects.wasm", operation, &input];
    arguments.extend(manifest);
    allow.iter().for_each(|rule| arguments.extend(["--allow", rule]));
    home.run(&arguments).fine()
}

fn told(home: &Home, operation: &str, input: &Value, allow: &[&str]) -> Value {
    serde_json::from_str(&ran(home, operation, input, allow).out).unwrap()
}

#[test]
fn a_rule_opens_what_it_says_and_no_rule_opens_nothing() {
    let home = home();
    home.write("token.txt", "hunter2\n");
    let secret = "secret=token=@token.txt@api.example.org";
    let (frozen, seeded) = ("clock=frozen:2026-11-20T19:30:00Z", "random=seed:7");
    let number = told(&home, "number", &json!({}), &[seeded]);
    for (operation, input, rule, answer) in [
        ("now", json!({}), frozen, json!({"ok": [1_795_203_000, 0]})),
        ("number", json!({}), seeded, number),
        ("config", json!({"key": "mail.locale"}), "config=mail.locale=de", json!({"ok": "de"})),
        ("secret", json!({"name": "token"}), secret, json!({"ok": true})),
        ("set", json!({"key": "a", "value": "b"}), "kv", json!({"ok": null})),
    ] {
        assert_eq!(told(&home, operation, &input, &[rule]), answer, "{operation}");
        assert!(answer.get("ok").is_some(), "{answer}");
        let denied = told(&home, operation, &input, &["progress"]);
        let why = denied["denied"].as_str().unwrap_or_else(|| panic!("{operation}: {denied}"));
        assert!(why.contains("not granted"), "{why}");
    }
}

#[test]
fn the_lesser_of_asking_and_granting_holds() {
    let home = home();
    let set =
        |bytes: u64, allow: &str| told(&home, "set", &json!({"key": "a", "fill": bytes}), &[allow]);
    assert!(set(500, "kv").get("ok").is_some());
    assert!(set(2_000, "kv=1MiB").get("exhausted").is_some(), "more than asked for");
    assert!(set(500, "kv=100").get("exhausted").is_some(), "more than granted");
}

#[test]
fn log_lines_are_shown_beside_the_output() {
    let home = home();
    let input = json!({"message": "careful\u{1b}[31m", "fields": {"part": "brakes"}});
    let shown = ran(&home, "log", &input, &["log"]);
    assert!(shown.err.contains("info careful"), "{}", shown.err);
    assert!(shown.err.contains("part=brakes") && !shown.err.contains('\u{1b}'), "{}", shown.err);
    assert_eq!(shown.out, "{\"ok\":null}\n");
    let input = input.to_string();
    let call = ["try", "effects.wasm", "log", &input, "--manifest", "effects.json", "--json"];
    let logs = home.run(&[&call[..], &["--allow", "log"]].concat()).fine().json()["logs"].clone();
    assert_eq!(logs.as_array().unwrap().len(), 1);
    assert_eq!((&logs[0]["level"], &logs[0]["fields"]["part"]), (&json!("info"), &json!("brakes")));
}

#[test]
fn a_program_sees_the_variables_and_directories_that_are_named() {
    let home = Home::new();
    home.component("around.wasm", SURROUNDINGS);
    std::fs::create_dir(home.path("data")).unwrap();
    let count = |operation: &str, rules: &[&str]| {
        let allow = rules.iter().flat_map(|rule| ["--allow", rule]);
        home.run(&["try", "around.wasm", operation].into_iter().chain(allow).collect::<Vec<_>>())
    };
    let rules = ["env=A=1", "env=B=2", "fs=data::/data:ro"];
    assert_eq!(count("environment", &rules).fine().out, "2\n", "and nothing inherited");
    assert_eq!(count("directories", &rules).fine().out, "1\n");
}

#[test]
fn progress_is_for_terminals() {
    let home = home();
    let input = json!({"fraction": 0.5, "message": "halfway"});
    let shown = ran(&home, "progress", &input, &["progress"]);
    assert_eq!(shown.out, "{\"ok\":null}\n");
    assert!(!shown.err.contains("halfway"), "{}", shown.err);
    assert!(told(&home, "progress", &input, &["log"]).get("denied").is_some());
}

#[test]
fn another_capability_is_called_where_its_name_is_allowed() {
    let home = home();
    home.component("numbers.wasm", NUMBERS);
    let input = json!({"number": 21});
    let input = json!({"capability": "numbers", "operation": "double", "input": input}).to_string();
    let call = ["try", "effects.wasm", "call", &input, "--manifest", "effects.json"];
    let answer = |more: &[&str]| {
        let ran = home.run(&[&call[..], more].concat()).fine();
        serde_json::from_str::<Value>(&ran.out).unwrap()
    };
    let with = ["--with", "numbers.wasm", "--allow"];
    assert_eq!(answer(&[&with[..], &["call=numbers"]].concat()), json!({"ok": 42}));
    let denied = answer(&[&with[..], &["call=other"]].concat());
    assert!(denied.get("denied").is_some(), "{denied}");
    let alone = answer(&["--allow", "call=numbers"]);
    assert!(alone.get("unavailable").is_some(), "{alone}");
}

#[test]
fn a_secret_goes_into_the_request_and_never_into_the_guest() {
    let home = Home::new();
    home.write("effects.wasm", effects());
    home.write("token.txt", "hunter2\n");
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = server.local_addr().unwrap().to_string();
    let mut manifest: Value = serde_json::from_str(EFFECTS_MANIFEST).unwrap();
    manifest["permissions"]["http"] = json!([{"host": host, "path_prefix": "/v1"}]);
    manifest["permissions"]["secrets"] = json!([{"name": "token", "hosts": [host]}]);
    home.write("effects.json", manifest.to_string());
    let get = |path: &str, allow: &[&str]| {
        let input = json!({"url": format!("http://{host}{path}"), "credentials": ["token"]});
        told(&home, "http", &input, allow)
    };
    let secret = format!("secret=token=@token.txt@{host}");
    let rule = format!("http={host}/v1");
    assert!(get("/v1", &[&rule]).get("denied").is_some(), "the secret was not granted");
    assert!(get("/v1", &[&secret]).get("denied").is_some(), "the request was not granted");
    assert!(get("/v2", &[&rule, &secret]).get("denied").is_some(), "another path was granted");
    let (answer, request) = std::thread::scope(|scope| {
        let answering = scope.spawn(|| serve_once(&server));
        (get("/v1", &[&rule, &secret]), answering.join().unwrap())
    });
    assert_eq!((&answer["ok"]["status"], &answer["ok"]["body"]), (&json!(200), &json!("hi")));
    assert!(!answer.to_string().contains("hunter2"), "{answer}");
    let request = request.to_lowercase();
    assert!(request.contains("authorization: bearer hunter2\r\n"), "{request}");
}

/// Takes one request, answers it, and tells its head.
fn serve_once(server: &TcpListener) -> String {
    let (mut stream, _) = server.accept().unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        request.push(byte[0]);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").unwrap();
    String::from_utf8(request).unwrap()
}
