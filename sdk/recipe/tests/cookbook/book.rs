//! The cookbook: every recipe in `examples/recipes`, run with its examples; those that ask the outside
//! run against a server, and those that call run against the others.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use engraft_recipe::recipe::{self, build};
use serde_json::{Value, json};

use crate::server::{Seen, Server};
use crate::stage::{Stage, same};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes")
}

pub(crate) fn recipes() -> BTreeMap<String, String> {
    let yaml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "yaml");
    let read = |path: PathBuf| {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        (stem, std::fs::read_to_string(&path).unwrap())
    };
    let entries = std::fs::read_dir(folder()).unwrap().flatten();
    entries.map(|entry| entry.path()).filter(yaml).map(read).collect()
}

fn text(name: &str) -> String {
    recipes().remove(name).unwrap()
}

#[test]
fn there_are_thirty_of_all_kinds_and_each_has_examples() {
    let all = recipes();
    assert_eq!(all.len(), 30);
    for kind in ["call", "date", "http", "json", "kv", "list", "net", "number", "text"] {
        let count = all.keys().filter(|name| name.starts_with(&format!("{kind}-"))).count();
        assert!(count >= 2, "{kind}: {count}");
    }
    let page = std::fs::read_to_string(folder().join("README.md")).unwrap();
    for (name, text) in &all {
        let recipe = recipe::check(text).unwrap();
        assert!(page.contains(&format!("[{name}]({name}.yaml) | {}", recipe.summary)), "{name}");
        assert!(!recipe.examples.is_empty(), "{name}");
        assert!(!recipe.summary.is_empty() && recipe.version != "0.0.0", "{name}");
    }
}

#[test]
fn examples_are_tests() {
    let all = recipes();
    let stage = all.values().fold(Stage::new(), |stage, text| stage.with(text)).open();
    let mut ran = 0;
    for (file, text) in &all {
        let recipe = recipe::check(text).unwrap();
        for example in &recipe.examples {
            let Some(wanted) = &example.output else { continue };
            let found = stage.gives(&recipe.name, &example.input);
            assert!(same(&found, wanted), "{file}: gave {found}, not {wanted}");
            ran += 1;
        }
    }
    assert!(ran >= 40, "only {ran} examples ran");
    // Each call was held against its bound. Inputs of examples are small, so that most of a bound is
    // what it allows for a call in any case.
    let distance = stage.distance();
    writeln!(std::io::stdout(), "fuel: median bound by use {distance:.1}").unwrap();
    assert!(distance < 300.0, "{distance}");
}

/// What the component in the middle of the cookbook may weigh, in bytes.
const MEDIAN_MAX: usize = 30_000;

#[test]
fn components_are_small() {
    let weigh = |(name, text): (String, String)| (build(&text).unwrap().component.len(), name);
    let mut sizes: Vec<(usize, String)> = recipes().into_iter().map(weigh).collect();
    sizes.sort();
    let mut out = std::io::stdout().lock();
    for (bytes, name) in &sizes {
        writeln!(out, "{bytes:>6} {name}").unwrap();
    }
    let median = (sizes[14].0 + sizes[15].0) / 2;
    writeln!(out, "{median:>6} in the middle").unwrap();
    assert!(median < MEDIAN_MAX, "{median} bytes");
}

#[test]
fn the_same_recipe_gives_the_same_bytes() {
    for (name, text) in recipes() {
        assert_eq!(build(&text).unwrap().component, build(&text).unwrap().component, "{name}");
    }
}

/// Opens one recipe whose hosts are all this server.
fn against(server: &Server, name: &str, hosts: &[&str]) -> Stage {
    let text = hosts.iter().fold(text(name), |text, host| server.stands_for(host, &text));
    Stage::new().with(&text).secret("github", "t0p-secret")
}

#[test]
fn the_weather_is_looked_up_in_two_requests() {
    let server = Server::start(|seen: &Seen| match seen.target.split('?').next().unwrap() {
        "/v1/search" if seen.target.contains("name=Nowhere") => (200, "{}".to_owned()),
        "/v1/search" => (
            200,
            r#"{"results": [{"name": "Berlin", "latitude": 52.52, "longitude": 13.41}]}"#
                .to_owned(),
        ),
        _ => (200, r#"{"current": {"temperature_2m": 4.5}}"#.to_owned()),
    });
    let hosts = ["geocoding-api.open-meteo.com", "api.open-meteo.com"];
    let stage = against(&server, "http-weather", &hosts).open();
    let found = stage.gives("weather.now", &json!({"city": "Berlin & Spandau"}));
    assert_eq!(found, json!({"known": true, "place": "Berlin", "celsius": 4.5}));
    let seen = server.seen();
    assert_eq!(seen[0].target, "/v1/search?name=Berlin%20%26%20Spandau&count=1");
    assert_eq!(
        seen[1].target,
        "/v1/forecast?latitude=52.52&longitude=13.41&current=temperature_2m"
    );
    assert_eq!(stage.gives("weather.now", &json!({"city": "Nowhere"})), json!({"known": false}));
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn a_second_service_stands_in_for_the_first() {
    let first = Server::start(|seen: &Seen| match seen.target.contains("base=XXX") {
        true => (500, String::new()),
        false => (200, r#"{"rates": {"USD": 1.25}}"#.to_owned()),
    });
    let second = Server::start(|_: &Seen| (200, r#"{"rates": {"USD": 2.0}}"#.to_owned()));
    let text = first.stands_for("api.frankfurter.dev", &text("http-exchange-rate"));
    let stage = Stage::new().with(&second.stands_for("open.er-api.com", &text)).open();
    let ask = |from: &str| json!({"amount": 10, "from": from, "to": "USD"});
    let found = stage.gives("money.exchange", &ask("EUR"));
    assert!(same(&found, &json!({"amount": 12.5, "source": "frankfurter"})), "{found}");
    let report = stage.report("money.exchange", &ask("XXX"));
    assert_eq!(report.logs.len(), 1);
    assert!(second.seen()[0].target.ends_with("/v6/latest/XXX"));
}

#[test]
fn pages_are_asked_for_side_by_side_and_a_missing_one_is_left_out() {
    let server = Server::start(|seen: &Seen| match seen.target.contains("page=2") {
        true => (502, String::new()),
        false => {
            let page = seen.target.rsplit('=').next().unwrap();
            (200, format!(r#"[{{"title": "issue {page}a"}}, {{"title": "issue {page}b"}}]"#))
        }
    });
    let stage = against(&server, "http-open-issues", &["api.github.com"]).open();
    let input = json!({"owner": "a", "repository": "b c", "pages": 3});
    let found = stage.gives("github.open-issues", &input);
    assert_eq!(found, json!(["issue 1a", "issue 1b", "issue 3a", "issue 3b"]));
    for seen in server.seen() {
        assert_eq!(seen.header("authorization"), Some("Bearer t0p-secret"));
        assert!(seen.target.starts_with("/repos/a/b%20c/issues?state=open&per_page=100&page="));
    }
    let four = json!({"owner": "a", "repository": "b", "pages": 6});
    assert!(stage.refuses("github.open-issues", &four).to_string().contains("more than 5"));
}

#[test]
fn an_issue_is_opened_with_a_body_of_json() {
    let server = Server::start(|seen: &Seen| match seen.body.contains("locked") {
        true => (403, String::new()),
        false => (201, r#"{"number": 7}"#.to_owned()),
    });
    let stage = against(&server, "http-create-issue", &["api.github.com"]).open();
    let input = json!({"owner": "a", "repository": "b", "title": "it's \"open\"", "labels": ["x"]});
    let found = stage.gives("github.create-issue", &input);
    assert_eq!(found, json!({"created": true, "number": 7}));
    let seen = &server.seen()[0];
    assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/repos/a/b/issues"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(body, json!({"title": "it's \"open\"", "body": "", "labels": ["x"]}));
    let locked = json!({"owner": "a", "repository": "b", "title": "locked"});
    let found = stage.gives("github.create-issue", &locked);
    assert_eq!(found, json!({"created": false, "status": 403}));
}

#[test]
fn forty_pages_are_checked_in_batches() {
    let server = Server::start(|seen: &Seen| {
        (if seen.target.ends_with('7') { 404 } else { 200 }, String::new())
    });
    let stage = against(&server, "http-check-sites", &["www.example.org"]).open();
    let paths: Vec<String> = (0..40).map(|at| format!("page-{at}")).collect();
    let found = stage.gives("net.check-pages", &json!({ "paths": paths }));
    assert_eq!(found.as_array().unwrap().len(), 40);
    assert_eq!(found[7], json!({"path": "page-7", "status": 404, "ok": false}));
    assert_eq!(found[39], json!({"path": "page-39", "status": 200, "ok": true}));
    assert!(server.seen().iter().all(|seen| seen.method == "HEAD"));
}

#[test]
fn a_kept_rate_is_not_asked_for_again() {
    let server = Server::start(|_: &Seen| (200, r#"{"rates": {"USD": 1.5}}"#.to_owned()));
    let stage = against(&server, "kv-cached-rate", &["api.frankfurter.dev"]).open();
    let input = json!({"to": "USD"});
    assert_eq!(stage.gives("money.cached-rate", &input), json!({"rate": 1.5, "fresh": true}));
    assert_eq!(stage.gives("money.cached-rate", &input), json!({"rate": 1.5, "fresh": false}));
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn what_was_put_is_there_in_the_next_call() {
    let stage = Stage::new().with(&text("kv-counter")).open();
    for count in 1..=10 {
        let report = stage.report("habit.counter", &json!({"habit": "run"}));
        assert!(report.outcome.is_returned(), "{:?}", report.outcome);
        assert_eq!(report.logs.len(), usize::from(count == 10));
    }
}

#[test]
fn days_are_counted_from_the_hosts_clock() {
    let stage = Stage::new().with(&text("date-until")).open();
    let days = |date: &str| stage.gives("date.until", &json!({ "date": date }));
    assert_eq!(days("2026-12-01"), json!({"days": 2, "past": false}));
    assert_eq!(days("2026-11-28"), json!({"days": -1, "past": true}));
    let wrong = stage.refuses("date.until", &json!({"date": "2026-02-30"}));
    assert!(wrong.to_string().contains("date is no date"), "{wrong}");
}
