//! Every form of rule, and every way to get it wrong.

use std::time::Duration;

use super::*;

fn parse(rule: &str) -> Allowed {
    Allowed::parse(&[rule.to_owned()]).unwrap()
}

/// The sentence, and the part of the rule that the caret stands below.
fn wrong(rule: &str) -> (String, String) {
    let error = Allowed::parse(&[rule.to_owned()]).unwrap_err();
    assert_eq!(error.kind.code(), 2, "{rule}");
    let drawing = error.place.as_deref().unwrap().drawing();
    let mut lines = drawing.lines().rev();
    let (carets, line) = (lines.next().unwrap(), lines.next().unwrap());
    let marked = line.chars().zip(carets.chars()).filter(|(_, c)| *c == '^').map(|(c, _)| c);
    (format!("{} {}", error.message, error.hint.unwrap_or_default()), marked.collect())
}

#[test]
fn every_example_is_right_and_asks_for_what_it_grants() {
    for form in &FORMS {
        let allowed = parse(form.example);
        assert_ne!(allowed.grant, Grant::default(), "{}", form.name);
        let is_beside = matches!(form.name, "private-host" | "disk");
        assert_eq!(allowed.asks.is_empty(), is_beside, "{}", form.name);
        assert!(form.form.starts_with(form.name) && help().contains(form.form), "{}", form.name);
    }
}

#[test]
fn nothing_is_allowed_by_no_rule() {
    assert_eq!(Allowed::parse(&[]).unwrap(), Allowed::default());
    assert_eq!(Allowed::default().grant, Grant::default());
}

#[test]
fn http_is_host_prefix_and_methods() {
    let rule = |text: &str| parse(text).grant.http.remove(0);
    let plain = rule("http=api.example.org");
    assert_eq!((plain.methods.len(), plain.path_prefix.as_str()), (0, ""));
    let full = rule("http=*.example.org:8443/v1/x+GET+POST");
    assert_eq!(full.host.to_string(), "*.example.org:8443");
    assert_eq!(full.path_prefix, "/v1/x");
    assert_eq!(full.methods, ["GET", "POST"]);
    assert_eq!(rule("http=[::1]:80/a").host.to_string(), "[::1]:80");
}

#[test]
fn directories_are_read_only_unless_said() {
    let grant = |text: &str| parse(text).grant.files.remove(0);
    assert_eq!(grant("fs=./a::/data").access, Access::ReadOnly);
    assert_eq!(grant("fs=./a::/data:ro").access, Access::ReadOnly);
    let full = grant("fs=a::b::/data:rw");
    assert_eq!((full.access, full.host_path), (Access::ReadWrite, "a::b".into()));
    assert_eq!(full.guest_path, "/data");
}

#[test]
fn modes_and_quotas_are_read() {
    let at = Duration::from_secs(1_795_203_000);
    let frozen = parse("clock=frozen:2026-11-20T19:30:00Z").grant.clock;
    assert_eq!(frozen, Some(ClockMode::Frozen(at)));
    assert_eq!(parse("clock").grant.clock, Some(ClockMode::Real));
    assert_eq!(parse("random=seed:7").grant.random, Some(RandomMode::Seeded(7)));
    assert_eq!(parse("kv").grant.kv, Some(KvQuota { bytes: KV_BYTES, keys: KV_KEYS }));
    assert_eq!(parse("kv=2KiB,5").asks.kv, Some(KvQuota { bytes: 2048, keys: 5 }));
    assert_eq!(parse("disk=2KiB").grant.disk_bytes, Some(2048));
    assert_eq!(parse("kv").grant.disk_bytes, None);
}

#[test]
fn a_secret_is_a_file_and_hosts() {
    let allowed = parse("secret=token=@a@b.txt@api.example.org+*.example.net");
    assert_eq!(allowed.secrets, [("token".to_owned(), PathBuf::from("a@b.txt"))]);
    assert_eq!(allowed.asks.secrets[0].hosts.len(), 2);
    let (sentence, marked) = wrong("secret=token=hunter2");
    assert!(sentence.contains("never its value"), "{sentence}");
    assert_eq!(marked, "hunter2");
    assert!(wrong("secret=token=@file").0.contains("which hosts"));
}

#[test]
fn values_may_hold_an_equals_sign() {
    assert_eq!(parse("env=A=b=c").grant.env.get("A").map(String::as_str), Some("b=c"));
    assert_eq!(parse("config=a.b=").config, [("a.b".to_owned(), String::new())]);
}

#[test]
fn errors_point_at_the_place_and_tell_the_right_form() {
    for (rule, marked, says) in [
        ("htpp=a.org", "htpp", "did you mean `http`?"),
        ("root", "root", "there is log, progress"),
        ("", "", "there is no permission"),
        ("log=yes", "yes", "takes no value"),
        ("clock=2026", "2026", "expected `frozen:…`"),
        ("clock=frozen:today", "today", "2026-11-20T19:30:00Z"),
        ("random=seed:x", "x", "whole number"),
        ("kv=many", "many", "`64KiB`"),
        ("kv=1KiB,-1", "-1", "number"),
        ("http", "http", "needs a value"),
        ("http=", "http", "behind the `=`"),
        ("http=https://a.org", "https://", "leave the scheme out"),
        ("http=a.org+get", "get", "upper case"),
        ("http=a.org:99999/x", "a.org:99999", "port"),
        ("http=a b", "a b", "http=HOST"),
        ("fs=./a", "./a", "where the guest sees"),
        ("fs=./a::data", "data", "begins with `/`"),
        ("fs=./a::/x/../y", "/x/../y", "no `..`"),
        ("disk", "disk", "needs a value"),
        ("disk=half", "half", "`64KiB`"),
        ("env=A", "A", "KEY=VALUE"),
        ("config=a.*=1", "a.*", "one key"),
        ("call=Text", "Text", "call=NAME"),
    ] {
        let (sentence, found) = wrong(rule);
        assert!(sentence.contains(says), "{rule}: {sentence} should say {says}");
        assert_eq!(found, marked, "{rule}");
    }
}
