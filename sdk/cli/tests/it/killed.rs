//! A growing host that is killed at any moment: the next one goes on from where it was, and what it
//! leaves is whole.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::Home;

/// So many hosts are killed, each a little later than the one before.
const KILLS: u32 = 8;
const ATTEMPT: Duration = Duration::from_secs(2);
/// Longer than any host needs to finish what another has left.
const PATIENCE: Duration = Duration::from_secs(60);

const RUN: [&str; 5] = ["grow", "run", "--policy", "policy.yaml", "--json"];

/// Where something is wanted that nobody has made yet.
fn wanted() -> Home {
    let home = Home::new();
    std::fs::create_dir_all(home.path("home")).unwrap();
    let budget = json!({"attempt_seconds_max": ATTEMPT.as_secs()});
    home.write("home/grow.json", json!({"otherwise": "canary", "budget": budget}).to_string());
    home.write("policy.yaml", "levels: {generated: basic}\n");
    let wish = ["grow", "wish", "slugify Hello World", "--gives", r#""hello-world""#];
    home.run(&[&wish[..], &["--asker", "bob"]].concat()).fine();
    home
}

fn work(home: &Home) -> Value {
    home.run(&["grow", "show", "0", "--json"]).fine().json()["status"].clone()
}

#[test]
fn a_host_that_is_killed_loses_nothing_and_makes_nothing_twice() {
    let home = wanted();
    let start = Instant::now();
    home.run(&RUN).fine();
    let whole = start.elapsed();
    assert_eq!(work(&home)["stands"], "rolling-out");

    let mut stood = Vec::new();
    for kill in 1..=KILLS {
        let home = wanted();
        let mut host =
            home.command(&RUN).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * kill / (KILLS + 1));
        host.kill().unwrap();
        host.wait().unwrap();
        home.run(&["audit", "verify"]).fine();
        stood.push(work(&home)["stands"].as_str().unwrap().to_owned());

        let start = Instant::now();
        while work(&home)["stands"] != "rolling-out" {
            assert!(start.elapsed() < PATIENCE, "killed at {stood:?}: {}", work(&home));
            home.run(&RUN).fine();
        }
        let asked = ["ask", "slugify Ab Cd", "--who", "bob", "--policy", "policy.yaml"];
        home.run(&asked).says(0, "ab-cd");
        let history = home.run(&["history", "--json"]).fine().json();
        let entries = history["entries"].as_array().unwrap();
        for once in ["installed", "rollout-started"] {
            let count = entries.iter().filter(|entry| entry["op"]["op"] == once).count();
            assert_eq!(count, 1, "{once}, killed at {stood:?}: {history}");
        }
    }
    // Where all died before they did anything, or after all was done, this would have shown nothing.
    stood.dedup();
    assert!(stood.len() > 1, "{stood:?}");
}
