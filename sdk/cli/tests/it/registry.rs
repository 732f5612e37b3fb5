//! A registry from the command line: releases, rollouts, stops, and the log that tells of all of
//! it.

use crate::support::{HONEST_NUMBERS, Home};

/// A home with two releases of `numbers` installed.
pub(crate) fn two() -> Home {
    let home = Home::new();
    for (factor, version, sequence) in [("2", "1.0.0", "1"), ("3", "1.1.0", "2")] {
        let text = HONEST_NUMBERS.replace("(i32.const 2)", &format!("(i32.const {factor})"));
        home.component("numbers.wasm", &text);
        let file = format!("{version}.engraft");
        let sign = ["sign", "numbers.wasm", "--version", version, "--sequence", sequence];
        home.run(&[&sign[..], &["-o", &file]].concat()).fine();
        home.run(&["install", &file, "--by", "ann", "--why", "to try it"]).fine();
    }
    home
}

fn json(home: &Home, arguments: &[&str]) -> serde_json::Value {
    home.run(&[arguments, &["--json"]].concat()).fine().json()
}

#[test]
fn releases_are_installed_shown_and_let_serve() {
    let home = two();
    let listed = json(&home, &["list"]);
    assert_eq!(listed["capabilities"][0]["name"], "numbers");
    assert_eq!(listed["capabilities"][0]["stable"], "1.0.0", "the first serves");
    assert_eq!(listed["capabilities"][0]["releases"], 2);
    home.run(&["show", "numbers"]).says(0, "1.1.0");
    home.run(&["show", "number"]).says(2, "did you mean `numbers`?");
    home.run(&["activate", "numbers@1.1.0"]).fine();
    assert_eq!(json(&home, &["list"])["capabilities"][0]["stable"], "1.1.0");
    home.run(&["activate", "numbers@9.0.0"]).says(2, "it has 1.0.0, 1.1.0");
    home.run(&["pin", "numbers@1.0.0", "--caller", "nightly"]).fine();
    home.run(&["yank", "numbers@1.0.0", "--why", "old"]).fine();
    home.run(&["show", "numbers"]).says(0, "yanked: old");
    let history = json(&home, &["history", "numbers"]);
    let words: Vec<&str> = history["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["op"]["op"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["installed", "installed", "activated", "pinned", "yanked"]);
    assert_eq!(history["entries"][0]["by"]["name"], "ann");
    assert_eq!(history["entries"][2]["before"]["stable"], "1.0.0");
    assert_eq!(history["entries"][2]["after"]["stable"], "1.1.0");
    home.run(&["revoke", "numbers@1.1.0", "--why", "it leaks"]).fine();
    home.run(&["show", "numbers"]).says(0, "revoked: it leaks");
    assert_eq!(json(&home, &["list"])["capabilities"][0]["stable"], "1.0.0");
    home.run(&["activate", "numbers@1.1.0"]).says(3, "is revoked: it leaks");
}

#[test]
fn a_rollout_is_begun_halted_and_ended_by_hand() {
    let home = two();
    home.run(&["rollout", "status"]).says(0, "no rollout is under way");
    home.run(&["rollout", "start", "numbers@1.1.0", "--plan", "none"]).says(2, "`standard`");
    home.run(&["rollout", "start", "numbers@1.1.0", "--plan", "quick"]).fine();
    home.run(&["rollout", "start", "numbers@1.1.0"]).says(2, "has a rollout of 1.1.0 already");
    home.run(&["rollout", "status"]).says(0, "1 of 2: canary");
    home.run(&["rollout", "pause", "numbers"]).fine();
    home.run(&["rollout", "status", "numbers"]).says(0, "(paused)");
    home.run(&["rollout", "resume", "numbers"]).fine();
    home.run(&["rollout", "rollback", "numbers", "--why", "people complain"]).fine();
    let again = ["rollout", "start", "numbers@1.1.0"];
    home.run(&again).says(3, "was rolled back: people complain").says(3, "`rollout start --again`");
    home.run(&[&again[..], &["--again"]].concat()).fine();
    home.run(&["rollout", "promote", "numbers"]).fine();
    assert_eq!(json(&home, &["list"])["capabilities"][0]["stable"], "1.1.0");
    home.run(&["rollout", "promote", "numbers"]).says(2, "no rollout under way");
}

#[test]
fn a_release_is_a_shadow_until_a_person_approves() {
    let home = two();
    let start = ["rollout", "start", "numbers@1.1.0", "--plan", "quick", "--shadow", "12.5%"];
    home.run(&[&start[..], &["--variant", "1.2.0"]].concat()).says(2, "cannot be used with");
    home.run(&start).fine();
    home.run(&["rollout", "status"])
        .says(0, "1 of 3: shadow")
        .says(0, "12.5%, of whose requests the release gets copies")
        .says(0, "0 of 0 answers differed");
    let status = json(&home, &["rollout", "status"]);
    assert_eq!(status["rollouts"][0]["plan"]["stages"][0]["mode"], "shadow");
    assert_eq!(status["rollouts"][0]["comparisons"]["compared"], 0);
    home.run(&["rollout", "approve", "numbers"]).fine();
    let history = json(&home, &["history", "numbers"]);
    let entries = history["entries"].as_array().unwrap();
    assert_eq!(entries[entries.len() - 1]["op"]["op"], "approved");
}

#[test]
fn variants_are_tried_at_once_and_named_to_be_ended() {
    let home = two();
    let text = HONEST_NUMBERS.replace("(i32.const 2)", "(i32.const 4)");
    home.component("numbers.wasm", &text);
    let sign = ["sign", "numbers.wasm", "--version", "1.2.0", "--sequence", "3"];
    home.run(&[&sign[..], &["-o", "1.2.0.engraft"]].concat()).fine();
    home.run(&["install", "1.2.0.engraft"]).fine();
    let start =
        |more: &[&str]| home.run(&[&["rollout", "start", "numbers@1.1.0"][..], more].concat());
    start(&["--variant", "1.2.0=60%", "--weight", "41%"]).says(2, "more than 100 %");
    start(&["--variant", "1.2.0=60%"]).says(2, "1.1.0 has no share");
    start(&["--variant", "1.2.0=1.2345%"]).says(2, "is not a share");
    start(&["--variant", "1.3.0"]).says(2, "has no version 1.3.0");
    start(&["--variant", "1.2.0"]).fine();
    start(&[]).says(2, "or begin one of several variants at once");
    home.run(&["rollout", "status"]).says(0, "numbers 1.1.0, 1.2.0").says(0, "33.333%");
    home.run(&["rollout", "promote", "numbers"]).says(2, "say which one: 1.1.0, 1.2.0");
    let back = ["rollout", "rollback", "numbers", "--variant", "1.1.0", "--why", "slow"];
    home.run(&back).fine();
    home.run(&["rollout", "status"]).says(0, "taken out: slow");
    home.run(&["rollout", "promote", "numbers"]).fine();
    assert_eq!(json(&home, &["list"])["capabilities"][0]["stable"], "1.2.0");
    home.run(&["history"]).says(0, "rolled-back numbers 1.1.0").says(0, "promoted numbers");
}

#[test]
fn a_stop_is_lifted_with_a_persons_key_alone() {
    let home = two();
    home.run(&["stop", "--why", "smoke"]).fine();
    home.run(&["list"]).says(0, "everything stands still: smoke");
    home.run(&["rollout", "start", "numbers@1.1.0"]).says(3, "everything stands still: smoke");
    home.run(&["key", "new", "stranger", "--no-passphrase"]).fine();
    home.run(&["lift", "--key", "stranger"]).says(3, "the keyring does not name it");
    home.run(&["lift", "--key", "development", "--why", "it was toast"]).fine();
    home.run(&["lift", "--key", "development"]).says(2, "no emergency stop");
    home.run(&["rollout", "start", "numbers@1.1.0"]).fine();
}

#[test]
fn what_is_not_trusted_or_older_is_not_installed() {
    let home = two();
    home.run(&["install", "1.0.0.engraft"]).says(3, "sequence");
    let stranger = Home::new();
    let bundle = std::fs::read(home.path("1.0.0.engraft")).unwrap();
    stranger.write("theirs.engraft", bundle);
    stranger.run(&["install", "theirs.engraft"]).says(3, "theirs.engraft");
    stranger.run(&["list"]).says(0, "nothing is installed");
    stranger.write("bad.engraft", "no bundle");
    stranger.run(&["install", "bad.engraft"]).says(4, "bad.engraft");
}

#[test]
fn what_is_installed_was_examined_and_what_is_not_let_through_ends_with_three() {
    let home = Home::new();
    home.bundle();
    let ran = home.run(&["install", "numbers.engraft"]).says(3, "blocks static.endless");
    assert!(ran.out.contains("not installed: `numbers` is blocked by"), "{}", ran.out);
    home.run(&["list"]).says(0, "nothing is installed");
    home.run(&["history"]).says(0, "blocked by static.endless");
    home.run(&["audit", "verify"]).says(0, "holds: 1 entries");
    let unexamined = ["install", "numbers.engraft", "--unexamined"];
    home.run(&unexamined).says(3, "throwaway: admit");
    home.write("dev.yaml", "throwaway: admit\n");
    home.run(&[&unexamined[..], &["--policy", "dev.yaml"]].concat()).says(0, "unexamined");
    home.run(&["show", "numbers"]).says(0, "unexamined");
}

#[test]
fn an_approval_lets_in_on_its_conditions_and_a_withdrawal_takes_out() {
    let home = Home::new();
    home.component("numbers.wasm", HONEST_NUMBERS);
    home.run(&["sign", "numbers.wasm", "--version", "1.0.0"]).fine();
    home.write("policy.yaml", "levels: {installed: basic}\nactions: {safe: {do: approval}}\n");
    let install = ["install", "numbers.engraft", "--policy", "policy.yaml"];
    let ran = home.run(&install).says(3, "needs an approval");
    assert!(ran.out.contains("0 of 1 approvals"), "{}", ran.out);
    // Where a program of its own has examined it, only the registry's log knows of that.
    std::fs::remove_dir_all(home.path("home").join("examinations")).unwrap();
    home.run(&["approvals", "list"]).says(0, "an approval");
    home.run(&["approvals", "show", "numbers"]).says(0, "needs an approval");
    home.run(&["key", "new", "ann", "--no-passphrase"]).fine();
    home.run(&["key", "export", "ann", "--output", "ann.pub"]).fine();
    home.run(&["trust", "add", "ann.pub", "--names", "*"]).fine();
    let approve = ["approvals", "approve", "numbers", "--key", "ann", "--why", "for a start"];
    home.run(&[&approve[..], &["--group", "staff", "--share", "10", "--fuel", "1M"]].concat())
        .fine();
    home.run(&install).fine();
    let shown = home.run(&["show", "numbers"]).says(0, "only for the group `staff`").out;
    assert!(shown.contains("for at most 10% of the users"), "{shown}");
    assert!(shown.contains("within a tighter budget"), "{shown}");
    home.run(&["approvals", "withdraw", "numbers", "--key", "ann"]).fine();
    home.run(&["show", "numbers"]).says(0, "suspended: 0 of 1 approvals are left");
    home.run(&["activate", "numbers@1.0.0"]).says(3, "serves nobody at present");
    let history = json(&home, &["history", "numbers"]);
    let entries = history["entries"].as_array().unwrap();
    let words: Vec<&str> = entries.iter().map(|it| it["op"]["op"].as_str().unwrap()).collect();
    assert_eq!(words, ["examined", "decided", "installed", "decided"]);
    assert_eq!(
        (&entries[1]["why"], &entries[1]["by"]["name"]),
        (&"for a start".into(), &"ann".into())
    );
    assert_eq!(entries[2]["op"]["examination"]["level"], "basic");
    assert_eq!(entries[3]["op"]["decision"], "withdraw");
    home.run(&["history"]).says(0, "withdrawn by key-");
}

#[test]
fn the_log_is_checked_and_proved_offline() {
    let home = two();
    home.run(&["audit", "verify"]).says(0, "holds: 2 entries");
    let shown = json(&home, &["audit", "show"]);
    let (key, checkpoint) = (shown["log_key"].as_str().unwrap(), &shown["checkpoint"]);
    home.write("kept.txt", checkpoint.as_str().unwrap());
    home.run(&["activate", "numbers@1.1.0"]).fine();
    home.run(&["audit", "verify", "--since", "kept.txt"]).says(0, "holds: 3 entries");
    let proof = home.run(&["audit", "prove", "1"]).fine().out;
    let elsewhere = Home::new();
    elsewhere.write("proof.json", &proof);
    let check = ["audit", "verify", "--proof", "proof.json", "--log-key", key];
    elsewhere.run(&check).says(0, "holds: entry 1 installed");
    elsewhere.write("proof.json", proof.replace("to try it", "to keep it"));
    elsewhere.run(&check).says(4, "the proof does not lead");
    home.run(&["audit", "prove", "9"]).says(2, "no entry 9");

    // Somebody goes around the triggers, as only who owns the file can.
    let path = home.path("home/registry.sqlite");
    let bytes = std::fs::read(&path).unwrap();
    let (from, to) = (b"to try it", b"to eat it");
    let at = bytes.windows(from.len()).position(|window| window == from);
    crate::support::change(&path, |bytes| {
        let at = at.unwrap();
        bytes[at..at + to.len()].copy_from_slice(to);
    });
    home.run(&["audit", "verify"]).says(4, "it was edited, moved or put in");
}
