//! `engraft install`, `list`, `show`, `history`, `activate`, `yank`, `pin`, `revoke`: the releases
//! of a registry.
//!
//! *Never:* a bundle that is not trusted is kept.

mod look;

use std::path::PathBuf;

use clap::Args;
use engraft::Clerk;
use engraft::artifact::Bundle;
use engraft::examine::Approval;
use engraft::model::Digest;
use engraft::registry::{Op, RegistryError};

use crate::archive::Archive;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::page::Style;
use crate::screen::Reply;
use crate::shelf::{DeedArgs, ReleaseArg, reply};
use crate::text;
use crate::trouble::{Result, Trouble};

pub(crate) use look::{HistoryArgs, ListArgs, ShowArgs, history, list, show};

/// Verifies and examines a bundle, and keeps it in the registry
///
/// The first release of a name serves at once; a later one waits for `rollout start` or `activate`.
/// What the policy does not let through ends with 3; where a person may approve it, it waits for
/// `approvals approve`, and is installed by the same command then.
#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    /// A bundle that the keyring trusts
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The policy that it is held to, in YAML or JSON [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Keep work in progress without an examination; the policy has to say `throwaway: admit`
    #[arg(long)]
    unexamined: bool,
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
    let policy = super::examine::policy(args.policy.as_deref())?;
    let approvals = Archive::open(desk)?.approvals()?;
    let progress = desk.screen.progress("examining");
    let installed = desk.wait(async {
        let clerk = args.deed.clerk(policy, desk)?;
        hand_over(&clerk, &bundle, &approvals, args).await?;
        let (by, why) = (args.deed.actor(), args.deed.why());
        Ok::<_, Trouble>(match args.unexamined {
            true => clerk.install_unexamined(&bundle, by, why).await,
            false => clerk.install(&bundle, by, why).await,
        })
    })?;
    drop(progress);
    match installed? {
        Ok(record) => Ok(reply(&record)),
        Err(engraft::Error::NotApproved { report, why }) => {
            Archive::open(desk)?.keep(&report)?;
            let mut page = super::examine::page(&report);
            page.verdict(Style::Bad, "not installed", &text::scrub_lines(&why.to_string()));
            let exit = super::examine::exit(&report);
            let exit = if exit == Exit::Fine { Exit::Refused } else { exit };
            Ok(Reply::fine(&report, page).exit(exit))
        }
        Err(error) => Err(Trouble::from(error).about(&args.file)),
    }
}

/// Lets the log hear what persons have said of this component so far.
async fn hand_over(
    clerk: &Clerk,
    bundle: &[u8],
    approvals: &[Approval],
    args: &InstallArgs,
) -> Result<()> {
    let component =
        Bundle::parse(bundle).map_err(|error| Trouble::from(error).about(&args.file))?;
    let component = component.digest();
    for approval in approvals {
        if approval.claimed_component() != Some(component) {
            continue;
        }
        match clerk.decide(approval, args.deed.actor()).await {
            // Whom the keyring does not trust is told of where approvals are counted.
            Ok(_) | Err(engraft::Error::Registry(RegistryError::NotSaid { .. })) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
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
