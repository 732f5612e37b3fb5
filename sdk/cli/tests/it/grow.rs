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
