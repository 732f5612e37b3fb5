//! The ledger of releases: nobody is led back to an old one unless they ask for it by name.

use crate::support::{Home, NUMBERS, OTHER_NUMBERS, change};

/// Two releases of one name, the second later than the first.
fn two_releases() -> Home {
    let home = Home::new();
    home.component("first.wasm", NUMBERS);
    home.component("second.wasm", OTHER_NUMBERS);
    for (file, sequence) in [("first", "7"), ("second", "8")] {
        let component = format!("{file}.wasm");
        home.run(&["sign", &component, "--name", "math.numbers", "--sequence", sequence]).fine();
    }
    home
}

const DOUBLE: [&str; 4] = ["try", "first.engraft", "double", r#"{"number": 2}"#];
const TRIPLE: [&str; 4] = ["try", "second.engraft", "triple", r#"{"number": 2}"#];

#[test]
fn an_older_release_is_refused_once_a_later_one_was_used() {
    let home = two_releases();
    assert_eq!(home.run(&DOUBLE).fine().out, "4\n");
    assert_eq!(home.run(&TRIPLE).fine().out, "6\n");
    let refused = home.run(&DOUBLE).says(3, "has sequence 7, and 8 was seen already");
    assert!(refused.err.contains("hint: `--rollback 7` names it"), "{}", refused.err);
    home.run(&["check", "first.engraft"]).says(3, "8 was seen already");
    let shown = home.run(&["inspect", "first.engraft", "--json"]).fine().json();
    assert_eq!(shown["trust"]["trusted"], false);
    home.run(&["check", "second.engraft"]).fine();
}

#[test]
fn a_check_notes_nothing() {
    let home = two_releases();
    home.run(&["check", "second.engraft"]).fine();
    home.run(&["inspect", "second.engraft"]).fine();
    home.run(&DOUBLE).fine();
}

#[test]
fn a_person_gets_the_older_one_that_they_name() {
    let home = two_releases();
    home.run(&TRIPLE).fine();
    let call = |sequence| [&DOUBLE[..], &["--rollback", sequence]].concat();
    assert_eq!(home.run(&call("7")).fine().out, "4\n");
    home.run(&call("6")).says(3, "is not the rollback to `math.numbers`");
    home.run(&["check", "first.engraft", "--rollback", "7"]).fine();
    // It was asked for once and not for ever.
    home.run(&DOUBLE).says(3, "8 was seen already");
    home.run(&TRIPLE).fine();
    let bare = ["try", "first.wasm", "double", r#"{"number": 2}"#, "--rollback", "7"];
    home.run(&bare).says(2, "`--rollback` is for a bundle");
}

#[test]
fn a_bare_component_takes_nobody_s_place() {
    let home = two_releases();
    home.write("named.json", r#"{"name": "math.numbers"}"#);
    let bare = ["try", "second.wasm", "triple", r#"{"number": 2}"#, "--manifest", "named.json"];
    home.run(&bare).fine();
    home.run(&DOUBLE).fine();
    home.run(&TRIPLE).fine();
    home.run(&bare).fine();
}

#[test]
fn a_new_signature_comes_after_what_was_used() {
    let home = two_releases();
    let far = "9000000000";
    let sign = ["sign", "first.wasm", "--name", "math.numbers"];
    home.run(&[&sign[..], &["--sequence", far]].concat()).fine();
    home.run(&DOUBLE).fine();
    let json = home.run(&[&sign[..], &["--json"]].concat()).fine().json();
    assert_eq!(json["sequence"].as_u64(), Some(9_000_000_001));
    home.run(&DOUBLE).fine();
}

#[test]
fn another_release_in_the_same_place_is_refused() {
    let home = two_releases();
    home.run(&DOUBLE).fine();
    let other = ["sign", "second.wasm", "--name", "math.numbers", "--sequence", "7"];
    home.run(&other).fine();
    home.run(&TRIPLE).says(3, "which another release has already");
}

#[test]
fn a_broken_ledger_is_no_new_beginning() {
    let home = two_releases();
    home.run(&TRIPLE).fine();
    change(&home.path("home/seen.json"), |bytes| bytes.truncate(bytes.len() / 2));
    for command in [&DOUBLE[..], &TRIPLE, &["check", "first.engraft"]] {
        home.run(command).says(4, "seen.json").says(4, "old releases would pass for new");
    }
}
