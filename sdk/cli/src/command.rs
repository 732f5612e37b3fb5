//! The commands, one file each.
//!
//! *Never:* a command prints; it gives a reply, and the screen shows it.

mod bench;
mod call;
mod check;
mod completions;
mod inspect;
mod key;
mod precompile;
mod recipe;
mod sign;
mod trial;
mod trust;

use clap::Subcommand;

use crate::desk::Desk;
use crate::screen::Reply;
use crate::trouble::Result;

/// What the command does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes and shows keys to sign with
    Key(key::KeyArgs),
    /// Makes a signed bundle of a component, or adds a signature to a bundle
    Sign(sign::SignArgs),
    /// Shows what a bundle or a component is, trusted or not
    Inspect(inspect::InspectArgs),
    /// Tells whether a bundle would be taken and would load, or every reason why not
    Check(check::CheckArgs),
    /// Calls one operation in a throwaway host
    Try(trial::TryArgs),
    /// Measures calls of one operation
    Bench(bench::BenchArgs),
    /// Puts compiled code into a bundle
    Precompile(precompile::PrecompileArgs),
    /// Checks, builds, runs and tests recipes
    Recipe(recipe::RecipeArgs),
    /// Says whose signatures count on this machine
    Trust(trust::TrustArgs),
    /// Writes completions for a shell
    Completions(completions::CompletionsArgs),
}

/// Runs a command.
pub(crate) fn run(command: Command, desk: &Desk) -> Result<Reply> {
    match command {
        Command::Key(args) => key::run(args, desk),
        Command::Sign(args) => sign::run(&args, desk),
        Command::Inspect(args) => inspect::run(&args, desk),
        Command::Check(args) => check::run(&args, desk),
        Command::Try(args) => trial::run(&args, desk),
        Command::Bench(args) => bench::run(&args, desk),
        Command::Precompile(args) => precompile::run(&args, desk),
        Command::Recipe(args) => recipe::run(args, desk),
        Command::Trust(args) => trust::run(args, desk),
        Command::Completions(args) => Ok(completions::run(&args)),
    }
}
