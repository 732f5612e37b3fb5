//! Every verb, and what goes with it.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use engraft::model::{Failure, Grant};
use serde_json::{Value, json};

use crate::server::{Seen, Server};
use crate::stage::Stage;

fn recipe(name: &str, rest: &str) -> String {
    format!("name: {name}\nversion: 1.0.0\nsummary: A test.\n{rest}")
}

fn asks(server: &Server, methods: &str) -> String {
    format!("permissions:\n  http: [{{host: \"{}\", methods: [{methods}]}}]\n", server.address)
}

/// An answer only when so many requests are there at once.
fn together(wanted: usize) -> impl Fn(&Seen) -> (u16, String) + Send + Sync + 'static {
    let (count, changed) = (Mutex::new(0), Condvar::new());
    move |seen: &Seen| {
        let mut here = count.lock().unwrap();
        *here += 1;
        changed.notify_all();
        let wait = changed.wait_timeout_while(here, Duration::from_secs(4), |it| *it < wanted);
        let late = wait.unwrap().1.timed_out();
        (if late { 500 } else { 200 }, format!("\"{}\"", seen.target))
    }
}

#[test]
fn parallel_requests_are_on_their_way_together() {
    let server = Server::start(together(3));
    let text = asks(&server, "GET")
        + &format!(
            "steps:
  - parallel:
      - fetch: http://{0}/a
        as: first
      - fetch: http://{0}/b
        as: second
      - fetch: http://{0}/c
        when: input.?third.orValue(true)
        as: third
return: '[first.body, second.body, third == null ? null : third.status]'
",
            server.address
        );
    let stage = Stage::new().with(&recipe("a.b", &text)).open();
    assert_eq!(stage.gives("a.b", &json!({})), json!(["\"/a\"", "\"/b\"", 200]));
    assert_eq!(stage.gives("a.b", &json!({"third": false}))[2], Value::Null);
}

#[test]
fn each_sends_side_by_side_and_keeps_the_order() {
    let server = Server::start(together(5));
    let text = asks(&server, "GET") + &format!(
        "input: {{type: object, properties: {{ids: {{type: array, items: {{type: integer}}}}}}, required: [ids]}}
steps:
  - fetch: http://{}/{{item}}
    each: input.ids
    max: 6
    as: answers
return: answers.map(answer, answer.body)
",
        server.address
    );
    let stage = Stage::new().with(&recipe("a.b", &text)).open();
    let found = stage.gives("a.b", &json!({"ids": [5, 4, 3, 2, 1]}));
    assert_eq!(found, json!(["\"/5\"", "\"/4\"", "\"/3\"", "\"/2\"", "\"/1\""]));
    assert_eq!(stage.gives("a.b", &json!({"ids": []})), json!([]));
    let failure = stage.refuses("a.b", &json!({"ids": [1, 2, 3, 4, 5, 6, 7]}));
    assert!(failure.to_string().contains("`each` takes 6 items at most"), "{failure}");
    assert_eq!(server.seen().len(), 5);
}

#[test]
fn a_failing_item_has_what_stands_in_for_it() {
    let inner = recipe(
        "n.half",
        "input: {type: object, properties: {n: {type: integer, maximum: 9}}, required: [n]}
return: 10 / input.n
",
    );
    let outer = |rest: &str| {
        recipe(
            "a.b",
            &format!(
                "permissions: {{call: [n.half]}}
input: {{type: object, properties: {{all: {{type: array}}}}, required: [all]}}
steps:
  - call: n.half
    each: input.all
    input: {{n: item}}
    as: halves
{rest}return: halves
"
            ),
        )
    };
    let input = json!({"all": [5, 0, 2, 10, "x"]});
    let stage = Stage::new().with(&inner).with(&outer("    else: \"[item]\"\n")).open();
    assert_eq!(stage.gives("a.b", &input), json!([2, [0], 5, [10], ["x"]]));
    let many: Vec<i32> = (1..=30).map(|at| at % 9 + 1).collect();
    assert_eq!(stage.gives("a.b", &json!({ "all": many })).as_array().unwrap().len(), 30);
    let stage = Stage::new().with(&inner).with(&outer("")).open();
    let failure = stage.refuses("a.b", &input);
    assert!(failure.to_string().contains("division by zero"), "{failure}");
}

#[test]
fn circles_and_depth_are_told() {
    let link = |name: &str, next: &str| {
        recipe(
            name,
            &format!(
                "permissions: {{call: [c.*]}}\nsteps:\n  - call: {next}\n    as: below\nreturn: below\n"
            ),
        )
    };
    let stage = Stage::new().with(&link("c.a", "c.b")).with(&link("c.b", "c.a")).open();
    let failure = stage.refuses("c.a", &json!({}));
    assert!(failure.to_string().contains("circle"), "{failure}");
    let names: Vec<String> = (0..12).map(|at| format!("c.n{at}")).collect();
    let chain =
        names.windows(2).fold(Stage::new(), |stage, pair| stage.with(&link(&pair[0], &pair[1])));
    let end = recipe("c.n11", "return: 1\n");
    let stage = chain.with(&end).open();
    let failure = stage.refuses("c.n0", &json!({}));
    assert!(failure.to_string().contains("deeper"), "{failure}");
    assert_eq!(stage.gives("c.n6", &json!({})), json!(1));
}

#[test]
fn facts_of_a_failure_are_passed_on() {
    let server = Server::start(|_: &Seen| (200, "1".to_owned()));
    let away = recipe(
        "x.away",
        "permissions: {http: [{host: \"127.0.0.1:1\"}]}\nsteps:\n  - fetch: http://127.0.0.1:1/\nreturn: 1\n",
    );
    let post = recipe(
        "x.post",
        &(asks(&server, "POST, GET")
            + &format!(
                "input: {{type: object, properties: {{method: {{type: string}}}}}}
steps:
  - fetch: http://{0}/
    method: GET
  - fetch: http://{0}/
    method: POST
    when: input.?method.orValue('') == 'POST'
return: '1 / 0'
",
                server.address
            )),
    );
    let calls = recipe(
        "x.calls",
        "permissions: {call: [x.*]}
input: {type: object, properties: {name: {type: string}}}
steps:
  - call: x.away
    when: input.name == 'away'
  - call: x.post
    when: input.name == 'post'
    input: {method: \"'POST'\"}
  - call: x.nobody
    when: input.name == 'nobody'
return: 1
",
    );
    let stage = Stage::new().with(&away).with(&post).with(&calls).open();
    let facts = |failure: &Failure| (failure.facts().retryable, failure.facts().effect_happened);
    let failure = stage.refuses("x.away", &json!({}));
    assert!(matches!(failure, Failure::Unavailable(_)), "{failure}");
    assert_eq!(facts(&failure), (true, false), "{failure}");
    assert_eq!(facts(&stage.refuses("x.post", &json!({}))), (false, false));
    assert_eq!(facts(&stage.refuses("x.post", &json!({"method": "POST"}))), (false, true));
    let called = |name: &str| stage.refuses("x.calls", &json!({ "name": name }));
    assert_eq!(facts(&called("away")), (true, false));
    assert_eq!(facts(&called("post")), (false, true));
    assert!(called("away").to_string().contains("(line 7, column 5)"), "{}", called("away"));
    assert!(!facts(&called("nobody")).1);
}

#[test]
fn what_is_denied_can_be_caught_or_is_told_with_its_place() {
    let text = |otherwise: &str| {
        recipe(
            "a.b",
            &format!("permissions: {{kv: {{bytes: 100, keys: 2}}, log: true, config: [a.b], clock: true}}
steps:
  - get: \"'key'\"
    as: got
{otherwise}return: got
"),
        )
    };
    let denied = Stage::new().granted(&text(""), Grant::default()).open();
    let failure = denied.refuses("a.b", &json!({}));
    assert!(matches!(failure, Failure::Denied(_)), "{failure}");
    assert!(failure.to_string().contains("(line 6, column 5)"), "{failure}");
    let caught = Stage::new().granted(&text("    else: \"'none'\"\n"), Grant::default()).open();
    assert_eq!(caught.gives("a.b", &json!({})), json!("none"));
}

#[test]
fn small_verbs_do_what_they_say() {
    let text = recipe(
        "a.b",
        "permissions: {clock: true, random: true, progress: true, log: true, config: [mail.*], kv: {bytes: 1000, keys: 5}}
input: {type: object, properties: {stop: {type: boolean}}}
steps:
  - now: {}
    as: moment
  - random: {}
    as: number
  - config: \"'mail.locale'\"
    as: locale
  - config: \"'mail.none'\"
    as: none
  - progress: \"'half way'\"
    value: 0.5
  - log: \"{'at': moment}\"
    level: warn
  - put: \"'k'\"
    value: {list: [1, 2.5, \"'x'\"], when: moment}
    as: put
  - return: \"'stopped'\"
    when: input.?stop.orValue(false)
  - get: \"'k'\"
    as: kept
return: {moment: moment, small: number >= 0, locale: locale, none: none, kept: kept, put: put.list}
",
    );
    let stage = Stage::new().with(&text).setting("mail.locale", "de");
    let told = stage.told.clone();
    let stage = stage.open();
    let report = stage.report("a.b", &json!({}));
    assert_eq!(report.logs.len(), 1);
    assert!(report.logs[0].message.contains("2026-11-29T12:00:00Z"), "{}", report.logs[0].message);
    assert_eq!(
        stage.gives("a.b", &json!({})),
        json!({
            "moment": "2026-11-29T12:00:00Z", "small": true, "locale": "de", "none": null,
            "kept": {"list": [1, 2.5, "x"], "when": "2026-11-29T12:00:00Z"}, "put": [1, 2.5, "x"]
        })
    );
    assert_eq!(told.0.lock().unwrap()[0], (Some(0.5), "half way".to_owned()));
    assert_eq!(stage.gives("a.b", &json!({"stop": true})), json!("stopped"));
}
