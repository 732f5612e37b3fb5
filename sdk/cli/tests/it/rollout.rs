//! `engraft rollout`, as a person and a program see it.

use crate::support::Home;

const FEW: [&str; 6] = ["rollout", "simulate", "--control", "0.99", "--runs", "200"];

fn json(home: &Home, release: &str, more: &[&str]) -> serde_json::Value {
    let all = [&FEW[..], &["--json", "--release", release], more].concat();
    home.run(&all).fine().json()
}

#[test]
fn a_simulation_tells_the_six_figures_and_replays() {
    let home = Home::new();
    let one = json(&home, "0.5", &["--share", "10", "--alpha", "0.05", "--seed", "1"]);
    let fields: Vec<&String> = one.as_object().unwrap().keys().collect();
    let expected = ["held", "median_requests", "p90_requests", "promoted", "rolled_back", "runs"];
    assert_eq!(fields, expected);
    assert_eq!((one["runs"].as_u64(), one["rolled_back"].as_u64()), (Some(200), Some(200)));
    assert!(one["median_requests"].as_u64().unwrap() <= 8, "{one}");
    assert_eq!(one, json(&home, "0.5", &[]), "the defaults are these, and a seed replays");
    let slow = json(&home, "0.99", &["--latency-factor", "2"]);
    assert_eq!(slow["rolled_back"], 200, "{slow}");
}

#[test]
fn a_plan_from_a_file_is_what_is_simulated() {
    let home = Home::new();
    home.write(
        "plan.json",
        r#"{"name": "short", "stages": [{"name": "all", "share": "50%", "requests_min": 2}]}"#,
    );
    let told = json(&home, "1", &["--plan", "plan.json"]);
    assert_eq!((told["promoted"].as_u64(), told["median_requests"].as_u64()), (Some(200), Some(2)));
    let arguments: Vec<&str> =
        FEW.iter().chain(&["--release", "1", "--plan", "plan.json"]).copied().collect();
    home.run(&arguments).fine().says(0, "plan short");
}

#[test]
fn what_makes_no_sense_is_refused_with_its_place() {
    let home = Home::new();
    let run = |more: &[&str]| {
        let all = [&FEW[..], &["--release", "0.5"], more].concat();
        home.run(&all)
    };
    run(&["--share", "101"]).says(2, "is not a share");
    run(&["--alpha", "0"]).says(2, "alpha");
    run(&["--latency-factor", "0"]).says(2, "it is not from");
    run(&["--plan", "none.json"]).says(2, "none.json");
    home.write("bad.json", r#"{"name": "x", "stages": [{"name": "a", "share": "300%"}]}"#);
    run(&["--plan", "bad.json"]).says(4, "is not a share");
}

#[test]
fn what_both_releases_share_and_who_comes_again_can_be_simulated() {
    let home = Home::new();
    let rolled_back = |more: &[&str]| {
        let told = json(&home, "0.99", &[&["--until", "300"][..], more].concat());
        told["rolled_back"].as_u64().unwrap()
    };
    for shared in [&["--drift", "0.3"][..], &["--outage", "0.5"], &["--users", "500"]] {
        assert!(rolled_back(shared) <= 24, "{shared:?}: 5 % of 200, and four standard deviations");
    }
    let stalled = json(&home, "0.99", &["--stalls", "0.5"]);
    assert_eq!(stalled["rolled_back"], 200, "{stalled}");
    let both = [&FEW[..], &["--release", "1", "--drift", "0.1", "--outage", "0.1"]].concat();
    home.run(&both).says(2, "cannot be used with");
    home.write(
        "soon.json",
        r#"{"name": "soon", "stages": [{"name": "a", "share": "10%",
            "gates": [{"gate": "not-worse", "margin": 0.01}]}]}"#,
    );
    let told = json(&home, "1", &["--plan", "soon.json", "--until", "3000"]);
    assert_eq!(told["promoted"], 200, "{told}");
}
