//! `engraft trust`: whose signatures count on this machine.
//!
//! *Never:* a key is trusted with anything that the command line did not name.

mod add;
mod list;
mod revoke;
mod rotate;

use clap::{Args, Subcommand};

use crate::desk::Desk;
use crate::screen::Reply;
use crate::trouble::Result;

/// Says whose signatures count on this machine
#[derive(Debug, Args)]
pub(crate) struct TrustArgs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Trusts a key, as far as the options say
    Add(add::AddArgs),
    /// Lets a new key follow an old one: for a while both count, then only the new one
    Rotate(rotate::RotateArgs),
    /// Shows whom and what the keyring trusts, and what is revoked
    List,
    /// Revokes a key or a digest, for good
    Revoke(revoke::RevokeArgs),
    /// Takes over a signed list of revocations from somebody else
    Apply(revoke::ApplyArgs),
    /// Asks for several distinct signers
    Require(add::RequireArgs),
}

pub(super) fn run(args: TrustArgs, desk: &Desk) -> Result<Reply> {
    match args.deed {
        Deed::Add(args) => add::add(args, desk),
        Deed::Rotate(args) => rotate::rotate(&args, desk),
        Deed::List => list::list(desk),
        Deed::Revoke(args) => revoke::revoke(&args, desk),
        Deed::Apply(args) => revoke::apply(&args, desk),
        Deed::Require(args) => add::require(args, desk),
    }
}
