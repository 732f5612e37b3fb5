//! `engraft completions`: scripts that complete this command in a shell.
//!
//! *Never:* a script is kept beside the grammar; it is made from it.

use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell;
use serde::Serialize;

use crate::grammar::Cli;
use crate::page::Page;
use crate::screen::Reply;

/// Writes completions for a shell
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    shell: Shell,
}

#[derive(Serialize)]
struct Completions {
    shell: String,
    script: String,
}

pub(super) fn run(args: &CompletionsArgs) -> Reply {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "engraft", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let shell = args.shell.to_possible_value().map(|value| value.get_name().to_owned());
    let mut page = Page::default();
    page.plain(script.clone());
    Reply::fine(Completions { shell: shell.unwrap_or_default(), script }, page)
}
