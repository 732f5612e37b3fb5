//! `engraft rollout start` and `status`.
//!
//! *Never:* a plan begins that cannot be followed.

use std::path::{Path, PathBuf};

use clap::Args;
use engraft::model::CapabilityName;
use engraft::registry::{Op, PRESETS, Plan, Rollout};
use serde::Serialize;

use super::simulate::read;
use crate::desk::Desk;
use crate::page::Page;
use crate::screen::Reply;
use crate::shelf::{DeedArgs, ReleaseArg, ShelfArgs};
use crate::text;
use crate::trouble::{Result, Trouble};

/// Begins to let a release spread
#[derive(Debug, Args)]
pub(super) struct StartArgs {
    /// Which one: `text.slugify@1.2.0`
    #[arg(value_name = "RELEASE")]
    release: ReleaseArg,
    /// How: `quick`, `standard`, `careful`, or a plan as JSON
    #[arg(long, value_name = "PLAN", default_value = "standard")]
    plan: String,
    /// Try a release again that was rolled back
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    deed: DeedArgs,
}

/// Shows the rollouts under way, and what the steward said last
#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// Of which capability [default: of all]
    #[arg(value_name = "NAME")]
    name: Option<CapabilityName>,
    #[command(flatten)]
    shelf: ShelfArgs,
}

#[derive(Serialize)]
struct Status<'a> {
    rollouts: Vec<Under<'a>>,
}

#[derive(Serialize)]
struct Under<'a> {
    name: &'a CapabilityName,
    #[serde(flatten)]
    rollout: &'a Rollout,
}

pub(super) fn start(args: &StartArgs, desk: &Desk) -> Result<Reply> {
    let plan = match Plan::preset(&args.plan) {
        Some(plan) => plan,
        None => from_file(&args.plan)?,
    };
    let length = args.deed.shelf.journal(desk)?.length();
    let ReleaseArg { name, version } = &args.release;
    let mut op = Op::rollout(name, version, plan, length);
    if let Op::RolloutStarted { again, .. } = &mut op {
        *again = args.again;
    }
    args.deed.record(desk, op)
}

fn from_file(word: &str) -> Result<Plan> {
    let path = PathBuf::from(word);
    if path.exists() {
        return read(Path::new(word));
    }
    let known = PRESETS.join("`, `");
    Err(Trouble::usage(format!("`{word}` is neither a plan that exists nor a file"))
        .hint(format!("the plans are `{known}`")))
}

pub(super) fn status(args: &StatusArgs, desk: &Desk) -> Result<Reply> {
    let state = args.shelf.journal(desk)?.state();
    let wanted = args.name.as_ref().map(|name| state.resolve_name(name));
    let lines = state.lines.iter().filter(|(name, _)| wanted.is_none_or(|w| w == *name));
    let under =
        lines.filter_map(|(name, line)| Some(Under { name, rollout: line.rollout.as_ref()? }));
    let status = Status { rollouts: under.collect() };
    let mut page = Page::default();
    if status.rollouts.is_empty() {
        page.line("no rollout is under way");
    }
    for Under { name, rollout } in &status.rollouts {
        let Some(stage) = rollout.stage_now() else { continue };
        page.heading(&format!("{name} {}", rollout.version));
        let paused = if rollout.is_paused { " (paused)" } else { "" };
        let stages = rollout.plan.stages.len();
        page.facts(&[
            ("plan", text::line(&rollout.plan.name)),
            (
                "stage",
                format!("{} of {stages}: {}{paused}", rollout.stage + 1, text::line(&stage.name)),
            ),
            ("share", stage.share.to_string()),
            ("said last", rollout.said.as_deref().map(text::line).unwrap_or_default()),
        ]);
    }
    Ok(Reply::fine(&status, page))
}
