//! The command line as a whole: what there is to say, and to whom it speaks.
//!
//! *Never:* an argument takes a secret; those come from files and prompts.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser};

use crate::command::Command;
use crate::exit::Exit;
use crate::screen::Form;

/// Makes, checks, tries and signs capabilities: WebAssembly components behind a contract.
#[derive(Debug, Parser)]
#[command(
    name = "engraft",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = Exit::HELP
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Give one JSON document on standard output, errors included
    #[arg(long, global = true, help_heading = "Common options")]
    pub(crate) json: bool,
    /// Where keys, keyring and compiled code are kept [default: $ENGRAFT_HOME, or `engraft` in the
    /// platform's data directory]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Common options")]
    pub(crate) home: Option<PathBuf>,
    /// Read the passphrase of a key from the first line of a file instead of asking for it
    #[arg(long, global = true, value_name = "FILE", help_heading = "Common options")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// Whom a command line is for that could not be parsed.
pub(crate) fn form_of(arguments: &[OsString]) -> Form {
    let mut words = arguments.iter().take_while(|word| *word != "--");
    if words.any(|word| word == "--json") { Form::Json } else { Form::Text }
}

#[cfg(test)]
mod tests;
