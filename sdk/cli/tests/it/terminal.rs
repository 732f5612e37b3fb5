//! Passphrases, asked for at a real terminal: `script` of util-linux gives the command one.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::Home;

/// The command at a terminal of its own, and what has appeared there so far.
struct Terminal {
    child: Child,
    shown: String,
}

impl Terminal {
    fn run(home: &Home, arguments: &str) -> Self {
        Self::run_through("", home, arguments)
    }

    /// The same, started by another command.
    fn run_through(starter: &str, home: &Home, arguments: &str) -> Self {
        let engraft = Path::new(env!("CARGO_BIN_EXE_engraft")).display();
        // A terminal that nobody sized has no room for anything.
        let command = format!(
            "stty rows 30 cols 100; {starter} '{engraft}' {arguments}; code=$?; stty -a; exit $code"
        );
        let child = Command::new("script")
            .args(["--quiet", "--return", "--command", &command])
            .arg("/dev/null")
            .current_dir(home.path("."))
            .env("ENGRAFT_HOME", home.path("home"))
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("this test needs `script` of util-linux: {error}"));
        Self { child, shown: String::new() }
    }

    /// Waits for a question, then types a line as a person would: not in the moment between the
    /// question and the end of the echo.
    fn answer(&mut self, question: &str, line: &str) {
        let mut byte = [0];
        let from = self.shown.len();
        while !self.shown[from..].contains(question) {
            let read = self.child.stdout.as_mut().unwrap().read(&mut byte).unwrap();
            assert_eq!(read, 1, "nobody asked “{question}”: {}", self.shown);
            self.shown.push(char::from(byte[0]));
        }
        std::thread::sleep(Duration::from_millis(500));
        let typed = format!("{line}\n");
        self.child.stdin.as_mut().unwrap().write_all(typed.as_bytes()).unwrap();
    }

    /// The exit code, and everything that appeared.
    fn end(mut self) -> (Option<i32>, String) {
        self.child.stdout.as_mut().unwrap().read_to_string(&mut self.shown).unwrap();
        (self.child.wait().unwrap().code(), self.shown)
    }
}

#[test]
fn a_passphrase_is_asked_for_twice_and_never_shown() {
    let home = Home::new();
    home.component("numbers.wasm", crate::support::NUMBERS);
    let mut terminal = Terminal::run(&home, "key new alice");
    terminal.answer("Passphrase for `alice`", "correct horse");
    terminal.answer("The same again", "correct horse");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("passphrase") && !shown.contains("horse"), "{shown}");
    let sign = "sign numbers.wasm --version 1.0.0 --key alice";
    let mut terminal = Terminal::run(&home, sign);
    terminal.answer("Passphrase of `alice`", "correct house");
    let (code, shown) = terminal.end();
    assert!(code == Some(3) && shown.contains("the passphrase is wrong"), "{code:?} {shown}");
    let mut terminal = Terminal::run(&home, sign);
    terminal.answer("Passphrase of `alice`", "correct horse");
    let (code, shown) = terminal.end();
    assert!(code == Some(0) && shown.contains("wrote numbers.engraft"), "{code:?} {shown}");
    assert!(!shown.contains("horse"), "{shown}");
}

#[test]
fn two_different_passphrases_make_no_key() {
    let home = Home::new();
    let mut terminal = Terminal::run(&home, "key new alice");
    terminal.answer("Passphrase for `alice`", "one");
    terminal.answer("The same again", "other");
    let (code, shown) = terminal.end();
    assert!(code == Some(2) && shown.contains("the two passphrases differ"), "{code:?} {shown}");
    home.run(&["key", "list"]).says(0, "no keys");
}

#[test]
fn an_empty_passphrase_relies_on_the_file_alone() {
    let home = Home::new();
    let mut terminal = Terminal::run(&home, "key new alice");
    terminal.answer("empty for none", "");
    let (code, shown) = terminal.end();
    assert!(code == Some(0) && shown.contains("file-permissions"), "{code:?} {shown}");
}

#[test]
fn a_live_view_is_drawn_and_a_key_gives_the_terminal_back() {
    let home = Home::new();
    home.run(&["list"]).fine();
    let mut terminal = Terminal::run(&home, "watch");
    terminal.answer("decisions", "q");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("engraft watch   no program runs"), "{shown}");
    given_back(&shown);
}

#[test]
fn a_live_view_that_is_asked_to_end_gives_the_terminal_back_too() {
    let home = Home::new();
    home.run(&["list"]).fine();
    for signal in ["TERM", "HUP", "INT"] {
        let starter = format!("timeout --foreground --signal {signal} 2");
        let (code, shown) = Terminal::run_through(&starter, &home, "watch").end();
        assert_eq!(code, Some(124), "it did not end by itself: {shown}");
        given_back(&shown);
    }
}

/// The other screen was entered and left again, and the terminal takes lines and shows what is typed.
fn given_back(shown: &str) {
    let (entered, left) = (shown.find("\u{1b}[?1049h"), shown.find("\u{1b}[?1049l"));
    assert!(entered.is_some() && entered < left, "{shown:?}");
    let after = &shown[left.unwrap()..];
    assert!(after.contains(" icanon") && after.contains(" echo "), "{after:?}");
}
