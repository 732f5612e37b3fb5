//! A growing host that is killed at any moment: the next one goes on from where it was, and what it
//! leaves is whole.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::grown::{self, status};
use crate::support::Home;

/// Each host is killed when its log has grown so often since it began.
const KILLS: std::ops::RangeInclusive<u32> = 2..=10;
const ATTEMPT: Duration = Duration::from_secs(2);
/// Longer than any host needs to finish what another has left.
const PATIENCE: Duration = Duration::from_secs(60);

const RUN: [&str; 5] = ["grow", "run", "--policy", "policy.yaml", "--json"];

/// Where something is wanted that nobody has made yet.
fn wanted() -> Home {
    let budget = json!({"attempt_seconds_max": ATTEMPT.as_secs()});
    let home = grown::home(&json!({"otherwise": "canary", "budget": budget}).to_string());
    let wish = ["grow", "wish", "slugify Hello World", "--gives", r#""hello-world""#];
    home.run(&[&wish[..], &["--asker", "bob"]].concat()).fine();
    home
}

/// Waits until the log has grown so often, or the host has ended.
fn until_grown(home: &Home, host: &mut Child, times: u32) {
    let wal = home.path("home/registry.sqlite-wal");
    let (mut bytes, mut grown) = (0, 0);
    while grown < times && host.try_wait().unwrap().is_none() {
        let now = std::fs::metadata(&wal).map_or(0, |file| file.len());
        grown += u32::from(now > bytes);
        bytes = now;
        std::thread::sleep(Duration::from_micros(200));
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a run takes real time")]
fn a_host_that_is_killed_loses_nothing_and_makes_nothing_twice() {
    let mut stood = Vec::new();
    for times in KILLS {
        let home = wanted();
        let mut host =
            home.command(&RUN).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        until_grown(&home, &mut host, times);
        host.kill().unwrap();
        host.wait().unwrap();
        home.run(&["audit", "verify"]).fine();
        stood.push(status(&home, "0")["stands"].as_str().unwrap().to_owned());

        let start = Instant::now();
        while status(&home, "0")["stands"] != "rolling-out" {
            assert!(start.elapsed() < PATIENCE, "killed at {stood:?}: {}", status(&home, "0"));
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
    println!("killed at {stood:?}");
    // Where all died before they did anything, or after all was done, this would have shown nothing.
    stood.dedup();
    assert!(stood.len() > 2, "{stood:?}");
}
