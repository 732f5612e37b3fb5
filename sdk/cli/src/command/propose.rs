//! `engraft propose`: changes to capabilities, what they would change, and letting them in.
//!
//! *Never:* a change serves anybody before it went through what every release goes through.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use engraft::loops::governor::Status;
use engraft::model::CapabilityName;
use engraft::registry::{Step, WantSource};
use engraft::synth::Wish;
use engraft::{Behaved, Change, Difference, Edit};
use serde_json::json;

use super::grow::{
    Grown, MakersArgs, SayArgs, examples, governance, grown, recipe, rows, say, status, told,
};
use crate::desk::Desk;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::shelf::{DeedArgs, ShelfArgs, reply};
use crate::text;
use crate::trouble::{Result, Trouble};

/// Proposes changes to capabilities, shows what they would change, and lets them in
#[derive(Debug, Args)]
pub(crate) struct ProposeArgs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Proposes another version of a capability
    Change(Box<ChangeArgs>),
    /// Shows the changes that were proposed
    List(ShelfArgs),
    /// Shows what a change would change: source, permissions, limits, answers
    Show(Box<ShowArgs>),
    /// Lets a change in: it spreads from then on
    Apply(SayArgs),
    /// Takes the release of a change back
    Back(SayArgs),
}

#[derive(Debug, Args)]
struct ChangeArgs {
    /// Which capability
    #[arg(value_name = "NAME")]
    name: CapabilityName,
    /// The recipe of the new version
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// What it is to give from now on: `{"input": {"a": 1}, "output": 2}`
    #[arg(long, value_name = "JSON")]
    example: Vec<String>,
    #[command(flatten)]
    makers: MakersArgs,
    #[command(flatten)]
    deed: DeedArgs,
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// The number of the work
    #[arg(value_name = "WORK")]
    work: u64,
    #[command(flatten)]
    makers: MakersArgs,
    #[command(flatten)]
    shelf: ShelfArgs,
}

pub(super) fn run(args: ProposeArgs, desk: &Desk) -> Result<Reply> {
    match args.deed {
        Deed::Change(args) => change(&args, desk),
        Deed::List(shelf) => list(&shelf, desk),
        Deed::Show(args) => show(&args, desk),
        Deed::Apply(args) => say(&args, Step::Allowed, desk),
        Deed::Back(args) => back(&args, desk),
    }
}

/// Proposes it, and makes it at once: whoever proposes wants to see what it would change.
fn change(args: &ChangeArgs, desk: &Desk) -> Result<Reply> {
    let recipe = args.recipe.as_deref().map(recipe);
    let wish = Wish::shown(examples(&args.example)?);
    if recipe.is_none() && wish.examples.is_empty() {
        return Err(Trouble::usage("nothing says what is to change")
            .hint("give `--recipe FILE`, or `--example JSON`"));
    }
    let change = Change { wish, recipe: recipe.transpose()? };
    let makers = args.makers.read(desk)?;
    let progress = desk.screen.progress("making");
    let status = desk.wait(async {
        let Grown { growth, .. } = grown(&args.deed.shelf, None, &makers, desk).await?;
        let (by, why) = (args.deed.actor(), args.deed.why());
        let work = growth.propose(&args.name, change, by, why).await?;
        tokio::select! {
            () = growth.clone().run() => Ok(None),
            settled = growth.settled(work) => Ok::<_, Trouble>(settled),
        }
    })??;
    drop(progress);
    let status = status.ok_or_else(|| Trouble::fault("the work is gone"))?;
    let mut page = Page::default();
    told(&mut page, &status);
    Ok(Reply::fine(status, page))
}

fn list(shelf: &ShelfArgs, desk: &Desk) -> Result<Reply> {
    let (state, governance, now) = (shelf.journal(desk)?.state(), governance(desk)?, desk.now());
    let all = state.growth.works.values();
    let changes =
        all.filter(|work| matches!(work.want.source, WantSource::Change | WantSource::Repair));
    let changes: Vec<Status> = changes.map(|work| status(&state, work, &governance, now)).collect();
    let mut page = Page::default();
    if changes.is_empty() {
        page.line("no change was proposed");
    }
    page.table(&["work", "about", "from", "stands", "next"], rows(&changes));
    Ok(Reply::fine(json!({ "work": changes }), page))
}

fn show(args: &ShowArgs, desk: &Desk) -> Result<Reply> {
    let makers = args.makers.read(desk)?;
    let (status, difference) = desk.wait(async {
        let Grown { growth, .. } = grown(&args.shelf, None, &makers, desk).await?;
        let difference = growth.difference(args.work).await?;
        Ok::<_, Trouble>((growth.status(args.work), difference))
    })??;
    let mut page = Page::default();
    if let Some(status) = &status {
        told(&mut page, status);
    }
    differences(&mut page, &difference);
    Ok(Reply::fine(json!({ "status": status, "difference": difference }), page))
}

fn back(args: &SayArgs, desk: &Desk) -> Result<Reply> {
    let makers = MakersArgs::default().read(desk)?;
    let record = desk.wait(async {
        let Grown { growth, .. } = grown(args.shelf(), None, &makers, desk).await?;
        Ok::<_, Trouble>(growth.roll_back(args.work(), args.actor(), args.why()).await?)
    })??;
    Ok(reply(&record))
}

fn differences(page: &mut Page, difference: &Difference) {
    let Difference { before, after, recipe, permissions, limits, behaviour, compared, .. } =
        difference;
    let before = before.as_deref().unwrap_or("nothing");
    page.heading(&format!("From {before} to {after}"));
    for (heading, edits) in [("Source", recipe), ("Permissions", permissions), ("Limits", limits)] {
        if edits.is_empty() {
            continue;
        }
        page.heading(heading);
        for edit in edits {
            let (mark, line, style) = match edit {
                Edit::Same(line) => (' ', line, None),
                Edit::Gone(line) => ('-', line, Some(Style::Bad)),
                Edit::New(line) => ('+', line, Some(Style::Good)),
            };
            let line = format!("{mark} {}\n", text::scrub(line));
            match style {
                Some(style) => page.styled(style, line),
                None => page.plain(line),
            }
        }
    }
    page.heading(&format!("Answers: {} of {compared} requests differ", behaviour.len()));
    for Behaved { input, before, after } in behaviour {
        let line = format!("{input}: {before} → {after}");
        page.line(format!("  {}", text::line(&line)));
    }
}
