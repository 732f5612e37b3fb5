//! `engraft feedback`: what somebody says of the answer to a request, for the program that gave it.
//!
//! *Never:* feedback is said to have counted where no program took it.

use clap::{Args, ValueEnum};
use engraft::model::SystemClock;
use engraft::traffic::{Feedback, Opinion};
use engraft::{Bystander, FeedbackTrouble};

use crate::desk::Desk;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::shelf::ShelfArgs;
use crate::text;
use crate::trouble::{Result, Trouble};

/// Says of the answer to a request whether it was any good
///
/// A running program that has the same registry takes it, and counts it for or against the release
/// that answered, if the request took part in a rollout. A request of `engraft ask` takes part in none.
#[derive(Debug, Args)]
pub(crate) struct FeedbackArgs {
    /// Which request, by the name that the program gave it
    #[arg(value_name = "REQUEST")]
    request: String,
    /// Whether the answer was any good
    #[arg(value_name = "OPINION")]
    opinion: Word,
    /// A metric of the program that says so, in the place of a person
    #[arg(long, value_name = "NAME")]
    metric: Option<String>,
    #[command(flatten)]
    shelf: ShelfArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Word {
    /// It was
    Good,
    /// It was not
    Bad,
}

pub(super) fn run(args: &FeedbackArgs, desk: &Desk) -> Result<Reply> {
    if args.request.starts_with(super::ask::REQUEST) {
        let message = format!(
            "`{}` was answered by `engraft ask`, which counts for no release and has ended since",
            text::line(&args.request)
        );
        return Err(Trouble::usage(message).hint(
            "feedback is for requests of programs that run; `engraft propose change NAME --example` \
             says what an answer should be",
        ));
    }
    let opinion = match args.opinion {
        Word::Good => Opinion::Good,
        Word::Bad => Opinion::Bad,
    };
    let mut feedback = Feedback::new(&args.request, opinion);
    feedback.metric.clone_from(&args.metric);
    let bystander = args.shelf.bystander(desk)?;
    bystander.feedback(&feedback, &SystemClock).map_err(|error| trouble(&error))?;
    let mut page = Page::default();
    page.verdict(Style::Good, "counted", &text::line(&args.request));
    Ok(Reply::fine(&feedback, page))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else it is, the board is to blame")]
fn trouble(error: &FeedbackTrouble) -> Trouble {
    let message = error.to_string();
    match error {
        FeedbackTrouble::Nobody { .. } => Trouble::usage(message)
            .hint("start the program, or give `--store FILE` if it uses another registry"),
        FeedbackTrouble::Unknown { .. } => Trouble::usage(message),
        _ => Trouble::fault(message),
    }
}

/// A look at the programs that run on a registry.
impl ShelfArgs {
    pub(super) fn bystander(&self, desk: &Desk) -> Result<Bystander> {
        let bystander = Bystander::of(&*self.log(desk)?);
        let bystander = bystander.map_err(|error| Trouble::fault(error.to_string()))?;
        bystander.ok_or_else(|| Trouble::fault("this registry is one that nobody else can see"))
    }
}
