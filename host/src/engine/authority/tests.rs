//! Every effect with no key, either key and both.

use super::*;
use crate::model::FileRule;

fn rule(host: &str, methods: &[&str], path_prefix: &str) -> HttpRule {
    HttpRule {
        host: host.parse().unwrap(),
        methods: methods.iter().map(|method| (*method).to_owned()).collect(),
        path_prefix: path_prefix.to_owned(),
    }
}

fn names(patterns: &[&str]) -> Vec<NamePattern> {
    patterns.iter().map(|pattern| pattern.parse().unwrap()).collect()
}

fn secret(name: &str, host: &str) -> SecretRule {
    SecretRule { name: name.to_owned(), hosts: vec![host.parse().unwrap()] }
}

fn asked() -> Permissions {
    Permissions {
        log: true,
        clock: true,
        random: true,
        progress: true,
        kv: Some(KvQuota { bytes: 100, keys: 50 }),
        http: vec![rule("*.example.org", &["GET", "POST"], "/v1")],
        secrets: vec![secret("token", "*.example.org")],
        call: names(&["text.*"]),
        config: names(&["locale"]),
        env: vec!["LANG".to_owned()],
        files: vec![FileRule { guest_path: "/data/".to_owned(), access: Access::ReadWrite }],
        custom: names(&["paint"]),
    }
}

fn granted() -> Grant {
    Grant {
        log: true,
        clock: Some(ClockMode::Real),
        random: Some(RandomMode::Seeded(1)),
        progress: true,
        kv: Some(KvQuota { bytes: 50, keys: 100 }),
        http: vec![rule("api.example.org", &["GET"], "")],
        private_hosts: vec![],
        secrets: vec![secret("token", "api.example.org")],
        call: names(&["text.slugify"]),
        config: names(&["*"]),
        env: [("LANG", "C"), ("HOME", "/root")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        disk_bytes: None,
        files: vec![FileGrant {
            host_path: "/srv".into(),
            guest_path: "/data".to_owned(),
            access: Access::ReadOnly,
        }],
        custom: names(&["paint"]),
    }
}

fn target<'a>(method: &'a str, host: &'a str, path: &'a str) -> HttpTarget<'a> {
    HttpTarget { method, host, port: 443, default_port: 443, path }
}

/// What every effect says, one after the other.
fn answers(authority: &Authority) -> Vec<Result<(), Denial>> {
    vec![
        authority.log(),
        authority.progress(),
        authority.clock().map(drop),
        authority.random().map(drop),
        authority.kv().map(drop),
        authority.http_at_all(),
        authority.http(target("GET", "api.example.org", "/v1")),
        authority.secret("token"),
        authority.secret_to("token", target("GET", "api.example.org", "/v1")),
        authority.call("text.slugify"),
        authority.config("locale"),
        authority.custom("paint"),
    ]
}

#[test]
fn an_effect_needs_both_keys() {
    let missing = |authority: &Authority| -> Vec<_> {
        answers(authority).into_iter().map(|answer| answer.err().map(|d| d.missing())).collect()
    };
    let both = Authority::of(&asked(), &granted());
    assert!(missing(&both).iter().all(Option::is_none), "{:?}", missing(&both));
    let only_asked = Authority::of(&asked(), &Grant::default());
    assert!(missing(&only_asked).iter().all(|key| *key == Some(MissingKey::Granted)));
    let only_granted = Authority::of(&Permissions::default(), &granted());
    assert!(missing(&only_granted).iter().all(|key| *key == Some(MissingKey::Asked)));
    for one_key in [only_asked, only_granted, Authority::default()] {
        assert!(one_key.env().is_empty() && one_key.files().is_empty());
        assert_eq!(one_key.secret_names().count(), 0);
    }
}

#[test]
fn where_both_say_something_the_lesser_holds() {
    let both = Authority::of(&asked(), &granted());
    assert_eq!(both.kv(), Ok(KvQuota { bytes: 50, keys: 50 }));
    assert_eq!(both.env(), [("LANG".to_owned(), "C".to_owned())]);
    assert_eq!(both.files()[0].access, Access::ReadOnly);
    assert!(both.http(target("POST", "api.example.org", "/v1")).is_err(), "method not granted");
    assert!(both.http(target("GET", "www.example.org", "/v1")).is_err(), "host not granted");
    assert!(both.http(target("GET", "api.example.org", "/v2")).is_err(), "path not asked for");
    assert!(both.call("text.count").is_err());
    assert!(both.config("mail.user").is_err());
    assert!(both.secret_to("token", target("GET", "www.example.org", "/")).is_err());
}

#[test]
fn a_denial_says_which_key_is_missing_and_what_to_add() {
    let only_granted = Authority::of(&Permissions::default(), &granted());
    assert_eq!(
        only_granted.clock().unwrap_err().to_string(),
        "`clock` was not asked for in the manifest; add `clock` to the permissions of the manifest"
    );
    let both = Authority::of(&asked(), &granted());
    let denial = both.http(target("POST", "api.example.org", "/v1")).unwrap_err().to_string();
    assert!(denial.contains("POST request to api.example.org:443/v1"), "{denial}");
    assert!(denial.contains("not granted by the host"), "{denial}");
    let forged = both.config("a\u{1b}[31m\r\nb").unwrap_err().to_string();
    assert!(!forged.contains(['\u{1b}', '\r', '\n']), "{forged:?}");
}

#[test]
fn private_addresses_must_be_named_by_the_grant() {
    let wide = Permissions { http: vec![rule("*", &[], "")], ..Permissions::default() };
    let grant = |host: &str| Grant { http: vec![rule(host, &[], "")], ..Grant::default() };
    let may = |grant: &Grant, host: &str| {
        Authority::of(&wide, grant).may_be_private(target("GET", host, "/"))
    };
    assert!(may(&grant("127.0.0.1"), "127.0.0.1"));
    assert!(may(&grant("localhost"), "localhost"));
    assert!(may(&grant("nas.local"), "nas.local"));
    assert!(!may(&grant("*"), "127.0.0.1"), "a wildcard names nobody");
    assert!(!may(&grant("*.local"), "nas.local"));
    assert!(!may(&grant("127.0.0.1:8080"), "127.0.0.1"), "another port was named");
    assert!(!may(&grant("api.example.org"), "api.example.org"), "the public DNS may point it here");
    let company =
        Grant { private_hosts: vec!["git.example.org".parse().unwrap()], ..grant("*.example.org") };
    assert!(may(&company, "git.example.org"));
    assert!(!may(&company, "www.example.org"));
}
