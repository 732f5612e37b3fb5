//! `engraft install`, `list`, `show`, `history`, `activate`, `yank`, `pin`, `revoke`: the releases
//! of a registry.
//!
//! *Never:* a bundle that is not trusted is kept.

mod look;

use std::path::PathBuf;

use clap::Args;
use engraft::model::Digest;
use engraft::registry::Op;

use crate::desk::Desk;
use crate::screen::Reply;
use crate::shelf::{DeedArgs, ReleaseArg, reply};
use crate::trouble::{Result, Trouble};

pub(crate) use look::{HistoryArgs, ListArgs, ShowArgs, history, list, show};

/// Verifies a bundle and keeps it in the registry
///
/// The first release of a name serves at once; a later one waits for `rollout start` or `activate`.
#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    /// A bundle that the keyring trusts
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    deed: DeedArgs,
}

/// Lets a release serve everybody, without a rollout
#[derive(Debug, Args)]
pub(crate) struct ActivateArgs {
    /// Which one: `text.slugify@1.2.0`
    #[arg(value_name = "RELEASE")]
    release: ReleaseArg,
    #[command(flatten)]
    deed: DeedArgs,
}

/// Keeps requirements on versions from choosing a release
#[derive(Debug, Args)]
pub(crate) struct YankArgs {
    /// Which one: `text.slugify@1.2.0`
    #[arg(value_name = "RELEASE")]
    release: ReleaseArg,
    /// Take the yank back
    #[arg(long)]
    undo: bool,
    #[command(flatten)]
    deed: DeedArgs,
}

/// Gives one caller one version, whatever else happens
#[derive(Debug, Args)]
pub(crate) struct PinArgs {
    /// Which one: `text.slugify@1.2.0`
    #[arg(value_name = "RELEASE")]
    release: ReleaseArg,
    /// Who calls, as the program says
    #[arg(long, value_name = "NAME")]
    caller: String,
    /// Take the pin away
    #[arg(long)]
    remove: bool,
    #[command(flatten)]
    deed: DeedArgs,
}

/// Keeps a component from ever running again
#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// Which one: `text.slugify@1.2.0`, or the digest of its component
    #[arg(value_name = "RELEASE")]
    what: String,
    #[command(flatten)]
    deed: DeedArgs,
}

pub(super) fn install(args: &InstallArgs, desk: &Desk) -> Result<Reply> {
    let fail = |error: &std::io::Error| Trouble::file("read", &args.file, error);
    let bundle = std::fs::read(&args.file).map_err(|error| fail(&error))?;
    let progress = desk.screen.progress("compiling");
    let record = desk.wait(async {
        let live = args.deed.live(desk).await?;
        Ok::<_, Trouble>(live.install(&bundle, args.deed.actor(), args.deed.why()).await?)
    })?;
    drop(progress);
    Ok(reply(&record.map_err(|error| error.about(&args.file))?))
}

pub(super) fn activate(args: ActivateArgs, desk: &Desk) -> Result<Reply> {
    let ReleaseArg { name, version } = args.release;
    args.deed.record(desk, Op::Activated { name, version })
}

pub(super) fn yank(args: YankArgs, desk: &Desk) -> Result<Reply> {
    let ReleaseArg { name, version } = args.release;
    let op = match args.undo {
        true => Op::Unyanked { name, version },
        false => Op::Yanked { name, version },
    };
    args.deed.record(desk, op)
}

pub(super) fn pin(args: PinArgs, desk: &Desk) -> Result<Reply> {
    let ReleaseArg { name, version } = args.release;
    let version = (!args.remove).then_some(version);
    args.deed.record(desk, Op::Pinned { caller: args.caller, name, version })
}

pub(super) fn revoke(args: &RevokeArgs, desk: &Desk) -> Result<Reply> {
    let digest = match args.what.parse::<Digest>() {
        Ok(digest) => digest,
        Err(_) => {
            let release: ReleaseArg = args.what.parse().map_err(Trouble::usage)?;
            let state = args.deed.shelf.journal(desk)?.state();
            let line = state.lines.get(state.resolve_name(&release.name));
            let found = line.and_then(|line| line.releases.get(&release.version));
            let found = found.ok_or_else(|| {
                Trouble::usage(format!("no release `{}` is installed", args.what))
            })?;
            found.installed.component
        }
    };
    args.deed.record(desk, Op::Revoked { digest })
}
