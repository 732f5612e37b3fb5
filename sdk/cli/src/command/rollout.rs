//! `engraft rollout`: how releases are let in.
//!
//! *Never:* a release is judged here; the steward of a live program does that, and a person may
//! overrule it.

mod simulate;
mod start;
mod status;

use clap::{Args, Subcommand};
use engraft::model::CapabilityName;
use engraft::registry::Op;
use semver::Version;

use crate::desk::Desk;
use crate::screen::Reply;
use crate::shelf::DeedArgs;
use crate::trouble::Result;

/// Lets releases spread, and tries how a plan would fare
#[derive(Debug, Args)]
pub(crate) struct RolloutArgs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Begins to let a release spread
    Start(start::StartArgs),
    /// Shows the rollouts under way, and what the steward said last
    Status(status::StatusArgs),
    /// Keeps a rollout where it is
    Pause(StepArgs),
    /// Lets a paused rollout go on
    Resume(StepArgs),
    /// Says yes to the stage that a rollout is in
    Approve(StepArgs),
    /// Gives everybody the new release now
    Promote(EndArgs),
    /// Takes the new release back and puts it into quarantine
    Rollback(EndArgs),
    /// Tells how often and after how many requests a plan would roll back, hold or promote
    Simulate(simulate::SimulateArgs),
}

#[derive(Debug, Args)]
struct StepArgs {
    /// Of which capability
    #[arg(value_name = "NAME")]
    name: CapabilityName,
    #[command(flatten)]
    deed: DeedArgs,
}

#[derive(Debug, Args)]
struct EndArgs {
    #[command(flatten)]
    step: StepArgs,
    /// Which of several variants, the others of which go on where it is taken back
    #[arg(long, value_name = "VERSION")]
    variant: Option<Version>,
}

pub(super) fn run(args: RolloutArgs, desk: &Desk) -> Result<Reply> {
    match args.deed {
        Deed::Start(args) => start::start(&args, desk),
        Deed::Status(args) => status::status(&args, desk),
        Deed::Pause(args) => args.record(desk, |name| Op::Paused { name }),
        Deed::Resume(args) => args.record(desk, |name| Op::Resumed { name }),
        Deed::Approve(args) => args.record(desk, |name| Op::Approved { name }),
        Deed::Promote(EndArgs { step, variant: version }) => {
            step.record(desk, |name| Op::Promoted { name, version, decision: None })
        }
        Deed::Rollback(EndArgs { step, variant: version }) => {
            step.record(desk, |name| Op::RolledBack { name, version, decision: None })
        }
        Deed::Simulate(args) => simulate::simulate(&args, desk),
    }
}

impl StepArgs {
    fn record(self, desk: &Desk, op: impl FnOnce(CapabilityName) -> Op) -> Result<Reply> {
        self.deed.record(desk, op(self.name))
    }
}
