//! Growth from the command line: a wish, what comes of it, and changes to what there is.

use serde_json::{Value, json};

use crate::support::Home;

fn json(home: &Home, arguments: &[&str]) -> Value {
    home.run(&[arguments, &["--json"]].concat()).fine().json()
}

#[test]
fn a_wish_is_kept_without_what_it_tells_in_confidence() {
    let home = Home::new();
    let said = "log in with password hunter2 to postgres://u:s3cr3tpw@db.example.org/x";
    home.run(&["grow", "wish", said]).fine();
    let queue = json(&home, &["grow", "show", "0"]).to_string();
    assert!(queue.contains("log in with password [redacted] to [redacted]"), "{queue}");
    let example = r#"{"input": "mein Passwort ist geheim123", "output": 1}"#;
    home.run(&["grow", "wish", "--example", example]).says(2, "looks like a secret");
    home.run(&["grow", "wish", "find it", "--gives", r#""password: swordfish""#])
        .says(2, "looks like a secret");
    home.write("list.json", r#"[{"input": "9780306406157", "output": "978"}, {"input": "4006381333931", "output": "400"}]"#);
    home.run(&["learn", "list.json"]).fine();
}

#[test]
fn a_wish_is_made_shown_changed_and_taken_back() {
    let home = Home::new();
    home.run(&["grow", "queue"]).says(0, "nothing is wanted");
    let secret = r#"{"input": "sk-live-a1b2c3d4e5f6g7h8i9j0", "output": 1}"#;
    home.run(&["grow", "wish", "--example", secret]).says(2, "looks like a secret");
    home.run(&["grow", "wish"]).says(2, "the wish says nothing");
    let wish = ["grow", "wish", "slugify Hello World", "--gives", r#""hello-world""#];
    home.run(&[&wish[..], &["--asker", "bob", "--by", "ann"]].concat()).fine();
    home.run(&wish).says(2, "wanted already, as work 0");
    home.run(&["grow", "rank", "0", "-1"]).fine();
    let next = |ran: &Value| ran["work"][0]["next"].as_str().unwrap().to_owned();
    let ran = json(&home, &["grow", "run"]);
    assert!(next(&ran).starts_with("a person has to let it in"), "{ran}");
    let status = json(&home, &["grow", "status"]);
    assert_eq!(status["work"][0]["stands"], "examined");
    assert_eq!(status["spent"]["attempts"], 1);
    home.run(&["propose", "apply", "0", "--by", "ann", "--why", "I read it"]).fine();
    let ran = json(&home, &["grow", "run"]);
    assert!(next(&ran).starts_with("users try it"), "{ran}");
    assert_eq!(json(&home, &["grow", "show", "0"])["status"]["stands"], "rolling-out");
    home.run(&["grow", "show", "7"]).says(2, "there is no work 7");

    // A change has a release to follow once that serves.
    let name = status["work"][0]["name"].as_str().unwrap();
    home.run(&["rollout", "promote", name]).fine();
    let example = json!({"input": {"text": "A_B"}, "output": "a_b"}).to_string();
    home.run(&["propose", "change", name]).says(2, "nothing says what is to change");
    home.run(&["propose", "change", name, "--example", &example]).fine();
    let listed = json(&home, &["propose", "list"]);
    assert_eq!(listed["work"][0]["source"], "change");
    let work = listed["work"][0]["work"].to_string();
    home.run(&["propose", "apply", &work, "--by", "ann"]).fine();
    home.run(&["grow", "run"]).fine();
    home.run(&["rollout", "promote", name]).fine();
    // Whoever asks as before is served by what came of the change.
    let asked = json(&home, &["ask", "slugify A_B"]);
    assert_eq!((&asked["output"], &asked["version"]), (&json!("a_b"), &json!("0.1.1")), "{asked}");
}

/// A home whose growth lets through what does no harm.
fn growing() -> Home {
    let home = Home::new();
    home.run(&["key", "list"]).fine();
    std::fs::create_dir_all(home.path("home")).unwrap();
    home.write("home/grow.json", r#"{"otherwise": "canary", "plan": "quick"}"#);
    home
}

fn wish<'a>(sentence: &'a str, gives: &'a str) -> [&'a str; 7] {
    ["grow", "wish", sentence, "--gives", gives, "--name", "text.mine"]
}

#[test]
fn a_run_ends_where_work_comes_after_a_rollout() {
    let home = growing();
    home.run(&wish("slugify Hello World", r#""hello-world""#)).fine();
    home.run(&["grow", "run"]).says(0, "users try it");
    home.run(&wish("slugify Big Cat", r#""big-cat""#)).fine();
    home.run(&["grow", "run"]).says(0, "work 0 makes a release of the same capability first");
    // A change waits for it too, and whoever proposes another one is told at once.
    let example = json!({"input": {"text": "A_B"}, "output": "a_b"}).to_string();
    for _ in 0..2 {
        let proposed = ["propose", "change", "text.mine", "--example", &example];
        home.run(&proposed).says(0, "makes a release of the same capability first");
    }
    // What serves is let in already, and no word does it again.
    for word in ["grow allow", "propose apply"] {
        let word: Vec<&str> = word.split(' ').chain(["0"]).collect();
        home.run(&word).says(2, "there is nothing to let in: work 0 is rolling out");
    }
}

#[test]
fn the_log_and_lists_say_which_work_and_what() {
    let home = growing();
    home.write("home/grow.json", r#"{"gaps": {"requests": 1, "people": 1}}"#);
    home.run(&["grow", "wish", "slugify Hello World", "--gives", r#""hello-world""#]).fine();
    home.run(&["grow", "rank", "0", "-3"]).says(0, "grown work 0: put at place -3");
    home.run(&["grow", "allow", "0"]).says(0, "grown work 0: allowed to go on");
    let dropped = home.run(&["grow", "drop", "0"]).fine();
    dropped.says(0, "grown work 0: ended (dropped)");
    let retried = json(&home, &["grow", "retry", "0"]);
    assert_eq!(retried["next"], "a draft is written and tried");
    let history = home.run(&["history"]).fine();
    for said in ["wanted work 0 `slugify Hello World`", "work 0: to be tried again"] {
        assert!(history.out.contains(said), "{history:#?}");
    }
    home.run(&["grow", "drop", "0"]).fine();

    home.run(&["ask", "make me happy"]).says(1, "it is noted as missing");
    home.run(&["gaps", "list"]).says(0, "worth work");
    home.run(&["grow", "run"]).fine();
    let gaps = json(&home, &["gaps", "list"]);
    let gap = &gaps["gaps"][0];
    assert_eq!(gap["stands"], "ended", "{gaps}");
    let work = gap["work"].as_u64().unwrap();
    let listed = home.run(&["gaps", "list"]).fine();
    assert!(listed.out.contains(&format!("work {work}: ended")), "{listed:#?}");
    assert!(!listed.out.contains("worth work"), "{listed:#?}");
    let shown = home.run(&["gaps", "show", gap["id"].as_str().unwrap()]).fine();
    shown.says(0, "asking again would bring the same");
}

#[test]
fn a_stop_is_told_wherever_somebody_waits() {
    let home = growing();
    home.run(&["grow", "wish", "slugify Hello World", "--gives", r#""hello-world""#]).fine();
    home.run(&["grow", "run"]).says(0, "users try it");
    home.run(&["stop", "--why", "something is odd"]).fine();
    home.run(&["ask", "slugify Hello World"]).says(1, "everything stands still: something is odd");
    let asked = home.run(&["ask", "slugify Hello World", "--json"]).json();
    assert_eq!(asked["stopped"], "something is odd");
    for list in [["grow", "queue"], ["grow", "status"], ["gaps", "list"]] {
        let listed = home.run(&list).fine();
        assert!(listed.out.contains("stands still: something is odd"), "{listed:#?}");
        assert!(!listed.out.contains("users try it"), "{listed:#?}");
    }
}

#[test]
fn what_says_nothing_and_what_is_broken_is_refused_before_it_is_recorded() {
    let home = growing();
    home.run(&["grow", "wish", " "]).says(2, "the sentence is empty");
    home.run(&["ask", ""]).says(2, "the sentence is empty");
    home.write("broken.yaml", "name: a.b\nversion: 0.1.0\nfoo: 1\n");
    home.run(&["grow", "wish", "--recipe", "broken.yaml"]).says(2, "there is no field `foo` here");
    let change = ["propose", "change", "a.b", "--recipe", "broken.yaml"];
    home.run(&change).says(2, "there is no field `foo` here");
    home.run(&["grow", "queue"]).says(0, "nothing is wanted");
    // JSON that is none ends with 4, wherever it comes from.
    home.run(&["grow", "wish", "a", "--gives", "{a"]).says(4, "--gives is not the JSON expected");
    home.run(&["grow", "wish", "--example", "[1"]).says(4, "--example is not the JSON expected");
    home.run(&["grow", "wish", "--example", "{}"]).says(2, "`--example` is not what is expected");
    home.write("broken.json", "[{\"input\": 1");
    home.run(&["learn", "broken.json"]).says(4, "neither JSON nor YAML");
    home.write("home/grow.json", r#"{"plan": "fast"}"#);
    home.run(&["grow", "queue"]).says(4, "there is no plan `fast`");
}

#[test]
fn feedback_for_a_request_of_the_command_says_why_it_cannot_count() {
    let home = growing();
    home.run(&["grow", "wish", "slugify Hello World", "--gives", r#""hello-world""#]).fine();
    let asked = home.run(&["ask", "slugify Hello World", "--json"]).json();
    let request = asked["request"].as_str().unwrap();
    home.run(&["feedback", request, "bad"]).says(2, "was answered by `engraft ask`");
}

/// Ends what it runs, however the test ends.
struct Killed(std::process::Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_killed_process_was_at_is_gone_on_with_at_once() {
    let home = growing();
    // Whoever listens here never answers, so that the attempt lasts.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", silent.local_addr().unwrap());
    let mut wish = vec!["grow", "wish"];
    for example in [
        r#"{"input": {"a": "b1"}, "output": "qzk"}"#,
        r#"{"input": {"a": "c"}, "output": "77#x!m"}"#,
        r#"{"input": {"a": "dd"}, "output": "vv-Zo"}"#,
    ] {
        wish.extend(["--example", example]);
    }
    home.run(&wish).fine();
    let run = ["grow", "run", "--model", "m", "--model-url", &url];
    let mut killed = Killed(home.command(&run).spawn().unwrap());
    // It asks the model: the attempt is under way for as long as nobody answers.
    let asked = silent.accept().unwrap();
    killed.0.kill().unwrap();
    killed.0.wait().unwrap();
    drop(asked);
    let ran = home.run(&["grow", "run"]).fine();
    assert!(!ran.out.contains("works on it"), "{ran:#?}");
    let shown = json(&home, &["grow", "show", "0"]);
    assert!(shown["status"]["tried"].to_string().contains("was gone before"), "{shown}");
}
