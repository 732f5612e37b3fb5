//! Makes what is wanted: a live host with the making key, until nothing more can be done.
//!
//! *Never:* what is made here has more than the command line allows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use engraft::loops::governor::Status;
use engraft::{Growth, LiveHost};

use super::makers::{Makers, MakersArgs};
use super::{governance, json_of, rows};
use crate::desk::Desk;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::shelf::{ShelfArgs, making_key};
use crate::text;
use crate::trouble::{Result, Trouble};

/// How often it is looked whether anything is left to do.
const LOOK_EVERY: Duration = Duration::from_millis(50);

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Go on for so many seconds, in the place of ending where nothing more can be done
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u64>,
    /// The policy that is held to, in YAML or JSON [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    makers: MakersArgs,
    #[command(flatten)]
    shelf: ShelfArgs,
}

/// A host that grows.
pub(in crate::command) struct Grown {
    pub(in crate::command) live: LiveHost,
    pub(in crate::command) growth: Growth,
}

/// A host with this registry that grows by what was set.
pub(in crate::command) async fn grown(
    shelf: &ShelfArgs,
    policy: Option<&Path>,
    makers: &Makers,
    desk: &Desk,
) -> Result<Grown> {
    // Made first, so that the host trusts it.
    let key = making_key(desk)?;
    let policy = crate::command::examine::policy(policy)?;
    let live = shelf.live(policy, &makers.allowed, desk).await?;
    let growth = live.grow(key, makers.authors(&live), governance(desk)?)?;
    Ok(Grown { live, growth })
}

pub(super) fn run(args: &RunArgs, desk: &Desk) -> Result<Reply> {
    let makers = args.makers.read(desk)?;
    let progress = desk.screen.progress("growing");
    let (queue, left_out) = desk.wait(async {
        let Grown { live, growth } =
            grown(&args.shelf, args.policy.as_deref(), &makers, desk).await?;
        let left_out = makers.discover(&growth).await?;
        // What requests failed at is no work before the first step, and nothing would seem left to do.
        growth.step().await?;
        let until = async {
            match args.seconds {
                Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
                None => idle(&growth).await,
            }
        };
        tokio::select! {
            () = live.clone().run() => {}
            () = growth.clone().run() => {}
            () = until => {}
        }
        Ok::<_, Trouble>((growth.queue(), left_out))
    })??;
    drop(progress);
    let mut page = Page::default();
    match queue.is_empty() {
        true => page.line("nothing is left to do; `engraft grow status` shows what came of all"),
        false => page.table(&["work", "about", "from", "stands", "next"], rows(&queue)),
    }
    let mut aside = Page::default();
    for (what, why) in left_out {
        aside.verdict(Style::Warn, "left out", &text::scrub(&format!("{what}: {why}")));
    }
    Ok(Reply::fine(json_of(&queue), page).aside(aside))
}

/// Waits until nothing more can be done.
async fn idle(growth: &Growth) {
    while !growth.queue().iter().all(Status::is_settled) {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
