//! `engraft grow`: what is missing and is being made, the queue of it, and what a person says to it.
//!
//! *Never:* a command makes anything but where it is told to run.

mod makers;
mod run;
mod settings;
mod show;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use engraft::loops::governor::{Governance, Status};
use engraft::model::{CapabilityName, Example};
use engraft::registry::{Actor, Ending, Lifecycle, Op, State, Step, Want, WantSource, Work};
use engraft::synth::Wish;
use engraft_recipe::recipe::DOCUMENT_MAX;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::shelf::{DeedArgs, ShelfArgs, reply};
use crate::text;
use crate::trouble::{Result, Trouble};

pub(super) use makers::MakersArgs;
pub(super) use run::{Grown, grown};
pub(super) use settings::governance;
pub(super) use show::{rows, told};

/// Shows what is missing and is being made, and lets it be made
#[derive(Debug, Args)]
#[command(after_long_help = settings::HELP)]
pub(crate) struct GrowArgs {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Shows what has come of everything, what was spent today, and what was set
    Status(ShelfArgs),
    /// Shows what waits or is under way, in the order in which it is done
    Queue(ShelfArgs),
    /// Shows one piece of work
    Show(OneArgs),
    /// Wants something: a sentence, and what it should give
    Wish(WishArgs),
    /// Lets what is only observed or proposed go on
    Allow(SayArgs),
    /// Ends a piece of work
    Drop(SayArgs),
    /// Tries again what has ended
    Retry(SayArgs),
    /// Gives a piece of work another place in the queue
    Rank(RankArgs),
    /// Makes what is wanted, by what was set in `grow.json`, which `engraft grow --help` describes
    Run(Box<run::RunArgs>),
}

#[derive(Debug, Args)]
struct OneArgs {
    /// Its number
    #[arg(value_name = "WORK")]
    work: u64,
    #[command(flatten)]
    shelf: ShelfArgs,
}

/// What a person says to a piece of work.
#[derive(Debug, Args)]
pub(super) struct SayArgs {
    /// Its number
    #[arg(value_name = "WORK")]
    work: u64,
    #[command(flatten)]
    deed: DeedArgs,
}

#[derive(Debug, Args)]
struct RankArgs {
    /// Its number
    #[arg(value_name = "WORK")]
    work: u64,
    /// Lower goes first; all begin at 0
    #[arg(value_name = "PLACE", allow_negative_numbers = true)]
    rank: i64,
    #[command(flatten)]
    deed: DeedArgs,
}

#[derive(Debug, Args)]
struct WishArgs {
    /// How somebody would ask for it
    #[arg(value_name = "SENTENCE")]
    sentence: Option<String>,
    /// What the sentence should give, as JSON
    #[arg(long, value_name = "JSON", requires = "sentence")]
    gives: Option<String>,
    /// An input and the output wanted of it: `{"input": {"a": 1}, "output": 2}`
    #[arg(long, value_name = "JSON")]
    example: Vec<String>,
    /// What it is to be called
    #[arg(long, value_name = "NAME")]
    name: Option<CapabilityName>,
    /// A recipe that does it, to be examined and let in as what is made here is
    #[arg(long, value_name = "FILE")]
    recipe: Option<PathBuf>,
    /// Who gets its release first
    #[arg(long, value_name = "USER")]
    asker: Vec<String>,
    #[command(flatten)]
    deed: DeedArgs,
}

pub(super) fn run(args: GrowArgs, desk: &Desk) -> Result<Reply> {
    match args.deed {
        Deed::Status(shelf) => show::status(&shelf, desk),
        Deed::Queue(shelf) => show::queue(&shelf, desk),
        Deed::Show(OneArgs { work, shelf }) => show::one(work, &shelf, desk),
        Deed::Wish(args) => wish(args, desk),
        Deed::Allow(args) => say(&args, Step::Allowed, desk),
        Deed::Drop(args) => say(&args, Step::Ended { how: Ending::Dropped }, desk),
        Deed::Retry(args) => say(&args, Step::Retried, desk),
        Deed::Rank(RankArgs { work, rank, deed }) => {
            say(&SayArgs { work, deed }, Step::Ranked { rank }, desk)
        }
        Deed::Run(args) => run::run(&args, desk),
    }
}

fn wish(args: WishArgs, desk: &Desk) -> Result<Reply> {
    if args.sentence.as_deref().is_some_and(|sentence| sentence.trim().is_empty()) {
        return Err(Trouble::usage("the sentence is empty")
            .hint("say what is wanted, such as `engraft grow wish 'slugify Hello World'`"));
    }
    let mut wish = args.sentence.map(Wish::asked).unwrap_or_default();
    if let Some(gives) = &args.gives {
        wish = wish.gives(read::<Value>("--gives", gives)?);
    }
    wish.examples = examples(&args.example)?;
    wish.name = args.name;
    let recipe = args.recipe.as_deref().map(recipe).transpose()?;
    let want = Want { askers: args.asker, recipe, ..Want::new(WantSource::Person, wish) };
    let want = want.clean().map_err(engraft::Error::from)?;
    args.deed.record(desk, Op::Wanted(Box::new(want)))
}

/// The text of a recipe that a person has written, which can be built.
pub(super) fn recipe(path: &Path) -> Result<String> {
    crate::recipe::check(path)?;
    let bytes = crate::input::read(path, DOCUMENT_MAX as u64)?;
    String::from_utf8(bytes)
        .map_err(|_| Trouble::corrupt(format!("`{}` is not UTF-8 text", path.display())))
}

/// Examples that were given as JSON.
pub(super) fn examples(texts: &[String]) -> Result<Vec<Example>> {
    texts.iter().map(|text| read("--example", text)).collect()
}

fn read<T: serde::de::DeserializeOwned>(option: &str, text: &str) -> Result<T> {
    crate::json_text::check(option, text.as_bytes())?;
    serde_json::from_str(text).map_err(|error| {
        Trouble::usage(format!("`{option}` is not what is expected: {error}"))
            .hint("an example is such as `{\"input\": {\"text\": \"a\"}, \"output\": \"b\"}`")
    })
}

/// Records what a person says to a piece of work.
pub(super) fn say(args: &SayArgs, step: Step, desk: &Desk) -> Result<Reply> {
    let governance = governance(desk)?;
    let next = |state: &State| {
        let work = state.growth.works.get(&args.work)?;
        Some(status(state, work, &governance, desk.now()))
    };
    let journal = args.shelf().journal(desk)?;
    let before = next(&journal.state());
    if let Some(status) = before.filter(|it| step == Step::Allowed && was_let_in(it)) {
        return Err(Trouble::usage(format!(
            "there is nothing to let in: work {} is {}; next: {}",
            args.work,
            status.stands,
            text::line(&status.next)
        )));
    }
    let record = journal.record(args.actor(), args.why(), Op::Grown { work: args.work, step });
    let record = record.map_err(engraft::Error::from)?;
    let mut reply = reply(&record);
    if let Some(status) = next(&journal.state()) {
        reply.page.facts(&[("next", text::line(&status.next))]);
        if let Some(json) = reply.json.as_object_mut() {
            json.insert("next".to_owned(), status.next.into());
        }
    }
    Ok(reply)
}

/// Whether the release of a piece of work serves or has served, so that no word lets it in.
fn was_let_in(status: &Status) -> bool {
    let spread =
        [Lifecycle::RollingOut, Lifecycle::Live, Lifecycle::RolledBack, Lifecycle::Revoked];
    let was_taken_out = status.stands == Lifecycle::Installed && status.is_settled();
    spread.contains(&status.stands) || was_taken_out
}

impl SayArgs {
    pub(super) const fn work(&self) -> u64 {
        self.work
    }

    pub(super) fn actor(&self) -> Actor {
        self.deed.actor()
    }

    pub(super) fn why(&self) -> &str {
        self.deed.why()
    }

    pub(super) const fn shelf(&self) -> &ShelfArgs {
        &self.deed.shelf
    }
}

/// A piece of work as a person reads it.
pub(super) fn status(state: &State, work: &Work, governance: &Governance, now: Duration) -> Status {
    Status::of(state, work, governance, now)
}

/// What is set, in a few lines.
fn set(page: &mut Page, governance: &Governance, state: &State, now: Duration) {
    let at_ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    let spent = state.growth.spent_on(at_ms);
    let budget = &governance.budget;
    page.heading("Today");
    page.facts(&[
        ("attempts", format!("{} of {}", spent.attempts, budget.day_attempts_max)),
        ("time", format!("{} s of {} s", spent.ms / 1_000, budget.day_seconds_max)),
        ("money", format!("{} of {} millionths", spent.micros, budget.day_micros_max)),
        ("at once", budget.concurrent_max.to_string()),
        ("otherwise", governance.otherwise.to_string()),
        ("plan", governance.plan.name.clone()),
    ]);
    if let Some(stop) = &state.stop {
        page.verdict(Style::Bad, "stopped", &text::line(&stop.why));
    }
}

fn json_of(statuses: &[Status]) -> Value {
    json!({ "work": statuses })
}
