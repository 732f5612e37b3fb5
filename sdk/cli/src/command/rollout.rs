//! `engraft rollout`: how releases are let in.
//!
//! *Never:* a decision about a release is made here; the library judges.

mod simulate;

use clap::{Args, Subcommand};

use crate::desk::Desk;
use crate::screen::Reply;
use crate::trouble::Result;

/// Tries how a plan of a rollout would fare
#[derive(Debug, Args)]
pub(crate) struct RolloutArgs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Tells how often and after how many requests a plan would roll back, hold or promote
    Simulate(simulate::SimulateArgs),
}

pub(super) fn run(args: &RolloutArgs, desk: &Desk) -> Result<Reply> {
    match &args.deed {
        Deed::Simulate(args) => simulate::simulate(args, desk),
    }
}
