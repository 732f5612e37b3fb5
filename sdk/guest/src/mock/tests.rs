use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;
use crate::http::Request;
use crate::kv::Transaction;
use crate::{HttpRule, KvQuota, SecretRule, call, clock, config, http, kv, log, random, secrets};

fn with_kv(bytes: u64, keys: u32) -> Host {
    Host::new().grant(Permission::Kv(KvQuota { bytes, keys }))
}

fn with_http() -> Host {
    Host::new().grant(Permission::Http(HttpRule {
        host: "api.example.org".to_owned(),
        methods: vec![],
        path_prefix: "/v1".to_owned(),
    }))
}

#[test]
fn nothing_is_granted_by_itself() {
    let denied = |result: Result<(), HostError>| matches!(result, Err(HostError::Denied(_)));
    let host = Host::new().config("a", "b").secret("token").value("k", "v");
    host.run(|| {
        assert!(denied(log::line(log::Level::Info, "x").write()));
        assert!(denied(clock::now().map(drop)));
        assert!(denied(clock::monotonic().map(drop)));
        assert!(denied(random::number().map(drop)));
        assert!(denied(random::bytes(3).map(drop)));
        assert!(denied(kv::get("k").map(drop)));
        assert!(denied(kv::set("k", "v")));
        assert!(denied(Request::get("https://a.org/").send().map(drop)));
        assert!(denied(secrets::exists("token").map(drop)));
        assert!(denied(config::get("a").map(drop)));
        let failure = call::invoke::<_, ()>("a.b", "c", &()).unwrap_err();
        assert_eq!(failure.kind(), crate::FailureKind::Denied);
    });
    assert!(host.logged().is_empty() && host.sent().is_empty() && host.called().is_empty());
}

#[test]
fn outside_a_host_there_is_a_hint() {
    let error = config::get("a").unwrap_err();
    assert!(error.message().contains("mock::Host::run"), "{error}");
}

#[test]
fn a_panic_leaves_the_host() {
    let host = Host::new();
    let inner = host.clone();
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        inner.run(|| panic!("on purpose"));
    }));
    assert!(result.is_err() && current().is_err());
}

#[test]
fn the_clock_stands_until_it_is_moved() {
    let host = Host::new().grant(Permission::Clock).clock(clock::Timestamp::new(10, 999_999_999));
    host.run(|| {
        assert_eq!(clock::now(), clock::now());
        host.advance(Duration::from_nanos(2));
        assert_eq!(clock::now().unwrap(), clock::Timestamp::new(11, 1));
        assert_eq!(clock::monotonic().unwrap(), Duration::from_nanos(2));
    });
}

#[test]
fn the_same_seed_gives_the_same_numbers() {
    let draw = |seed| {
        Host::new().grant(Permission::Random).seed(seed).run(|| {
            let mut order: Vec<u64> = (0..20).collect();
            random::shuffle(&mut order).unwrap();
            (order, random::bytes(70_001).unwrap(), random::below(10).unwrap())
        })
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1).0, draw(2).0);
    assert_eq!(draw(1).1.len(), 70_001);
    assert!(draw(3).2 < 10);
}

#[test]
fn the_store_keeps_its_quota() {
    let host = with_kv(10, 2);
    host.run(|| {
        kv::set("a", "1234").unwrap();
        assert!(matches!(kv::set("b", "12345"), Err(HostError::Exhausted(_))));
        assert_eq!(kv::get("b").unwrap(), None, "nothing has happened");
        kv::set("b", "").unwrap();
        assert!(matches!(kv::set("c", ""), Err(HostError::Exhausted(_))));
        assert!(kv::delete("a").unwrap());
        kv::set("c", "").unwrap();
        assert_eq!(kv::keys("").unwrap(), ["b", "c"]);
    });
}

#[test]
fn a_transaction_happens_whole_or_not_at_all() {
    with_kv(100, 9).value("from", "10").run(|| {
        let stale = Transaction::default().expect("from", "9").set("to", "1").commit();
        assert_eq!((stale, kv::get("to").unwrap()), (Ok(false), None));
        let fresh = Transaction::default().expect("from", "10").expect_absent("to");
        assert_eq!(fresh.set("from", "7").set("to", "3").commit(), Ok(true));
        assert_eq!(kv::text("to").unwrap().as_deref(), Some("3"));
        assert_eq!(kv::increment("to", -5), Ok(-2));
    });
}

#[test]
fn an_update_tries_again_when_another_was_quicker() {
    with_kv(100, 9).run(|| {
        let mut tries = 0;
        let sum = kv::update_json("count", |before: Option<u32>| {
            tries += 1;
            if tries == 1 {
                kv::set("count", "5").unwrap();
            }
            before.unwrap_or(0) + 1
        });
        assert_eq!((sum, tries), (Ok(6), 2));
        kv::set("count", "not json").unwrap();
        let unread = kv::update_json("count", |before: Option<u32>| before.unwrap_or(0));
        assert!(matches!(unread, Err(HostError::Invalid(_))));
        assert_eq!(kv::text("count").unwrap().as_deref(), Some("not json"));
    });
}

#[test]
fn more_than_a_page_of_keys_comes_whole() {
    let host = with_kv(1 << 20, 5000);
    let host = (0..2500).fold(host, |host, number| host.value(format!("k{number:04}"), ""));
    let keys = host.run(|| kv::keys("k")).unwrap();
    assert_eq!((keys.len(), keys.last().map(String::as_str)), (2500, Some("k2499")));
}

#[test]
fn requests_meet_their_rules_and_their_answers() {
    #[derive(Deserialize)]
    struct Found {
        n: u32,
    }
    let host = with_http()
        .grant(Permission::Secret(SecretRule {
            name: "token".to_owned(),
            hosts: vec!["api.example.org".to_owned()],
        }))
        .secret("token")
        .answer("GET", "https://api.example.org/v1/n", Answer::json(&json!({"n": 4})));
    host.run(|| {
        let get = || Request::get("https://api.example.org/v1/n");
        let found: Found = get().bearer("token").send().unwrap().success().unwrap().json().unwrap();
        assert_eq!(found.n, 4);
        let all = http::send_all([
            get(),
            Request::post("https://api.example.org/v1/n"),
            Request::get("https://api.example.org/v2"),
            Request::get("https://api.example.org/v1/other"),
            get().bearer("other"),
        ])
        .unwrap();
        assert!(all[0].is_ok());
        assert!(matches!(all[1], Err(HostError::Denied(_))), "another method");
        assert!(matches!(all[2], Err(HostError::Denied(_))), "another path");
        assert!(matches!(all[3], Err(HostError::Unavailable(_))), "no answer");
        assert!(matches!(all[4], Err(HostError::Denied(_))), "another secret");
    });
    let sent = host.sent();
    assert_eq!(sent.len(), 3, "what is denied is not sent");
    assert_eq!(sent[0].secrets, [("token".to_owned(), "bearer".to_owned())]);
}

#[test]
fn other_capabilities_answer_as_scripted() {
    #[derive(Serialize)]
    struct Text {
        text: &'static str,
    }
    let host = Host::new().grant(Permission::Call("text.*".to_owned())).on_call(
        "text.shout",
        "shout",
        |input| match input["text"].as_str() {
            Some(text) => Ok(json!(text.to_uppercase())),
            None => Err(Failure::invalid_input("no text")),
        },
    );
    host.run(|| {
        let asked = |name| call::Request::new(name, "shout", &Text { text: "hey" }).unwrap();
        let answers =
            call::invoke_all::<String>([asked("text.shout"), asked("text.other"), asked("mail.x")]);
        assert_eq!(answers[0], Ok("HEY".to_owned()));
        assert!(answers[1].as_ref().unwrap_err().is_retryable(), "nobody answers");
        assert_eq!(answers[2].as_ref().unwrap_err().kind(), crate::FailureKind::Denied);
    });
    assert_eq!(host.called().len(), 2);
}

#[test]
fn an_interface_can_be_taken_away() {
    let host = with_kv(1, 1).grant(Permission::Log).deny(Interface::Kv);
    host.run(|| {
        assert!(matches!(kv::get("a"), Err(HostError::Denied(_))));
        log::info("still there");
    });
    assert_eq!(host.logged()[0].message, "still there");
}
