//! The script, run as a person runs it: every step of it happened, and the recording shows the same.
//!
//! *Never:* a step is believed because the program ended well; each is looked for.

#![allow(
    clippy::unwrap_used,
    reason = "a test that meets what it did not expect must fail at once"
)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Everything that the script has to show.
const STEPS: [&str; 18] = [
    "four requests were answered by signed capabilities",
    "three failures of two people became one gap that is worth work",
    "the gap became work by itself, and a recipe",
    "it was examined, and nothing is in the way",
    "it was signed with the making key, and no other",
    "whoever asked for it has it first",
    "nobody else has it but one user in a hundred",
    "it held with one in a hundred and with half, and serves everybody",
    "two people's word became the next release: all examples hold, and it spreads",
    "its users found it worse than the old one beside it, and it was taken back",
    "the release before it serves everybody again",
    "it was repaired from its counterexamples",
    "the repaired release holds every example, and serves everybody",
    "a program was found that gives all three",
    "it gives the right answer to what it was never shown",
    "what asks for a host that nobody has granted is not made",
    "with the grant it was made and examined, and waits for a person",
    "it asked the server over HTTP, and nowhere else",
];

fn assistant(arguments: &[&str], typed: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_assistant"))
        .args(arguments)
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that has ended already reads nothing.
    drop(program.stdin.take().unwrap().write_all(typed.as_bytes()));
    program.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn ticked(output: &str) -> Vec<String> {
    output.lines().filter_map(|line| Some(line.strip_prefix("✓ ")?.to_owned())).collect()
}

/// What of the recording is text.
fn recorded() -> String {
    let svg = include_str!("../recording.svg");
    let drawn = svg.lines().filter(|line| line.starts_with("<text "));
    let plain = |line: &str| {
        let pieces = line.split('<').filter_map(|piece| piece.split_once('>'));
        let text: String = pieces.map(|(_, text)| text).collect();
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        text.replace("&amp;", "&")
    };
    drawn.map(plain).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_step_of_the_script_happens_and_the_recording_shows_the_same() {
    let ran = assistant(&["--script"], "");
    let (out, told) = (text(&ran.stdout), text(&ran.stderr));
    assert!(ran.status.success(), "{told}\n{out}");
    let steps = ticked(&out);
    assert_eq!(steps, STEPS, "{out}");
    assert!(out.contains(&format!("all {} steps happened", steps.len())), "{out}");
    assert!(!out.contains('\u{1b}'), "colour where nobody sees it");
    // What is told beside the steps comes from where it happened.
    for shown in
        ["surname of {text}", "written by the author `catalogue`", "proved of", "rolled back"]
    {
        assert!(out.contains(shown), "`{shown}` is missing of\n{out}");
    }
    assert_eq!(ticked(&recorded()), steps, "`cargo xtask recording` makes the recording anew");
}

#[test]
fn a_person_at_the_prompt_is_answered_taught_and_told() {
    let folder = std::env::temp_dir().join(format!("engraft-prompt-{}", std::process::id()));
    let store = folder.display().to_string();
    let typed = "help\nslugify Hello World\nsurname of Ada Lovelace\nmake me a sandwich\n\
                 teach shout {text}\nhi => HI!\nnonsense\nyes => YES!\nno way => NO WAY!\n\n\
                 shout go\nteach\nstatus\ngaps\nquit\n";
    let ran = assistant(&["--store", &store], typed);
    let (out, told) = (text(&ran.stdout), text(&ran.stderr));
    assert!(ran.status.success(), "{told}\n{out}");
    for shown in [
        "says what the last answer should have been",
        "hello-world",
        "Lovelace",
        "nothing is made of it now",
        "`nonsense` is no example",
        "GO!",
        "say how it is asked for",
        "work",
        "make me a sandwich",
    ] {
        assert!(out.contains(shown), "`{shown}` is missing of\n{out}");
    }
    // Another day it knows what it learned.
    let ran = assistant(&["--store", &store], "shout hello\nsurname of Alan Turing\n");
    let out = text(&ran.stdout);
    drop(std::fs::remove_dir_all(&folder));
    assert!(out.contains("HELLO!") && out.contains("Turing"), "{out}");
    let ran = assistant(&["--stroe"], "");
    assert_eq!(ran.status.code(), Some(2));
    assert!(text(&ran.stderr).contains("`--stroe`"));
}
