//! The reference of the command line is a golden file, so that a change of it is seen.

use std::path::Path;

use clap::CommandFactory;

use super::*;

const HEAD: &str = "\
# Reference of the `engraft` command

Made from the command's own help; do not edit. `cargo xtask golden` writes it anew.
";

#[test]
fn the_grammar_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("REFERENCE.md");
    let mut made = String::from(HEAD);
    let mut command = Cli::command();
    command.build();
    describe(&mut command, "engraft", &mut made);
    if std::env::var_os("ENGRAFT_GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = made.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
    assert!(
        made == kept,
        "REFERENCE.md is out of date, first at {differs:?}; `cargo xtask golden` writes it anew"
    );
}

fn describe(command: &mut clap::Command, path: &str, out: &mut String) {
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    out.push_str(&format!("\n## `{path}`\n\n```text\n{}\n```\n", help.join("\n").trim_end()));
    for inner in command.get_subcommands_mut().filter(|inner| inner.get_name() != "help") {
        let path = format!("{path} {}", inner.get_name());
        describe(inner, &path, out);
    }
}

#[test]
fn whom_it_is_for_is_known_even_where_it_cannot_be_parsed() {
    let form = |words: &[&str]| form_of(&words.iter().map(OsString::from).collect::<Vec<_>>());
    assert_eq!(form(&["engraft", "nonsense", "--json"]), Form::Json);
    assert_eq!(form(&["engraft", "nonsense"]), Form::Text);
    assert_eq!(form(&["engraft", "try", "--", "--json"]), Form::Text);
}

#[test]
fn no_option_takes_a_passphrase() {
    let command = Cli::command();
    let options = command.get_arguments().filter_map(clap::Arg::get_long);
    assert!(options.into_iter().all(|option| option != "passphrase"));
}
