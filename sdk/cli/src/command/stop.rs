//! `engraft stop` and `lift`: everything stands still, and goes on.
//!
//! *Never:* a stop is lifted without a person's key.

use clap::Args;
use engraft::registry::{Op, lift as lifted};

use crate::desk::Desk;
use crate::screen::Reply;
use crate::shelf::DeedArgs;
use crate::trouble::Result;

/// Halts every rollout, promotion and generated capability at once
#[derive(Debug, Args)]
pub(crate) struct StopArgs {
    #[command(flatten)]
    deed: DeedArgs,
}

/// Lifts an emergency stop, with a key that the keyring names
#[derive(Debug, Args)]
pub(crate) struct LiftArgs {
    /// Whose key, by its label
    #[arg(long, value_name = "LABEL")]
    key: String,
    #[command(flatten)]
    deed: DeedArgs,
}

pub(super) fn stop(args: &StopArgs, desk: &Desk) -> Result<Reply> {
    args.deed.record(desk, Op::Stopped)
}

pub(super) fn lift(args: &LiftArgs, desk: &Desk) -> Result<Reply> {
    let state = args.deed.shelf.journal(desk)?.state();
    let key = desk.signing_key(&args.key)?;
    let keyring = desk.home()?.keyring()?;
    let op = lifted(&state, &key, &keyring).map_err(engraft::Error::from)?;
    args.deed.record(desk, op)
}
