//! `engraft ask`: a sentence, asked of the capabilities of a registry.
//!
//! *Never:* standard output holds anything but the answer, so that it can be piped on.

use std::path::PathBuf;

use clap::Args;
use engraft::Response;
use engraft::model::Outcome;
use engraft::registry::State;
use engraft::traffic::{Way, Who};
use serde_json::Value;

use crate::allow::{self, Allowed};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::misfit::misfit;
use crate::page::{Page, Style};
use crate::screen::Reply;
use crate::shelf::ShelfArgs;
use crate::text;
use crate::trouble::{Result, Trouble};

/// Asks the capabilities of the registry for what a sentence says
///
/// The capability whose intent fits is called, as a program would call it for this user, and with no
/// permission but what `--allow` gives it. Where none is clear enough, nothing is run, those that came near are named, and the
/// request is noted as part of a gap. An answer ends with 0; else the command ends with 1, or with 3
/// where something was denied.
///
/// With `--json`: `request` names the request, `served` says whether it was served, `confidence` how
/// sure it was from 0 to 1; `capability`, `version`, `operation`, `input` and `by` say what was called
/// and why, `output` what it gave and `outcome` how it ended; `cause` says why the request was not
/// served, `gap` where that is noted, and `near` what came near; `stopped` says why everything stands
/// still, where it does. A request of this command is over when the command is: `engraft feedback` is for
/// those of programs that run.
#[derive(Debug, Args)]
#[command(after_long_help = allow::help())]
pub(crate) struct AskArgs {
    /// The sentence, in one argument
    #[arg(value_name = "SENTENCE")]
    sentence: String,
    /// On whose behalf; rollouts, pins and gaps tell users apart by it
    #[arg(long, value_name = "USER")]
    who: Option<String>,
    /// A group that the user is in; may be given several times
    #[arg(long, value_name = "NAME")]
    group: Vec<String>,
    /// What else is known of the user; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    attribute: Vec<(String, String)>,
    /// The part of a program that asks, which may be pinned to a version
    #[arg(long, value_name = "NAME")]
    caller: Option<String>,
    /// Allow the capabilities something, where they ask for it; may be given several times. `--help`
    /// tells every rule
    #[arg(long, value_name = "RULE", help_heading = "Permissions")]
    allow: Vec<String>,
    /// The policy of the registry, in YAML or JSON [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    shelf: ShelfArgs,
}

pub(super) fn run(args: &AskArgs, desk: &Desk) -> Result<Reply> {
    if args.sentence.trim().is_empty() {
        return Err(Trouble::usage("the sentence is empty")
            .hint("say what is wanted, such as `engraft ask 'slugify Hello World'`"));
    }
    args.shelf.must_exist(desk)?;
    let policy = super::examine::policy(args.policy.as_deref())?;
    let allowed = Allowed::parse(&args.allow)?;
    let asked = desk.wait(async {
        let live = args.shelf.live(policy, &allowed, desk).await?;
        // What a release fails at is kept, for its repair.
        live.hear_failures();
        let response = live.ask(&args.sentence, &who(args, desk)).await;
        live.keep_gaps().await?;
        let unfit = unfit(&live.registry().journal().state(), &response);
        Ok::<_, Trouble>((response, unfit))
    })?;
    let (response, unfit) = asked?;
    Ok(reply(&response, unfit))
}

/// What of what a sentence says is not as the operation says that was called.
fn unfit(state: &State, response: &Response) -> Option<String> {
    let (route, answer) = response.route().zip(response.answer())?;
    let release = state.release(&route.capability, answer.version.as_ref()?)?;
    let mut operations = release.installed.operations.iter();
    let operation = operations.find(|it| it.name == route.operation)?;
    misfit(&operation.input, &Value::Object(route.input.clone()), &answer.report.outcome)
}

/// What requests of this command are called: nobody who could be told of them lives on.
pub(super) const REQUEST: &str = "ask-";

fn who(args: &AskArgs, desk: &Desk) -> Who {
    Who {
        sticky: args.who.clone(),
        caller: args.caller.clone(),
        groups: args.group.clone(),
        attributes: args.attribute.iter().cloned().collect(),
        request: Some(format!("{REQUEST}{}-{}", desk.now().as_millis(), std::process::id())),
    }
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected `NAME=VALUE`")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn reply(response: &Response, unfit: Option<String>) -> Reply {
    let (mut page, mut aside) = (Page::default(), Page::default());
    match response.output() {
        Some(output) => page.line(text::scrub_lines(output.as_str())),
        None => aside.verdict(Style::Bad, "not served", &text::scrub_lines(&response.to_string())),
    }
    if let Some(fault) = unfit {
        aside.verdict(Style::Title, "hint", &text::scrub(&fault));
    }
    if let Some(why) = &response.stopped {
        let why =
            format!("{}; `engraft lift` lets what was made here serve again", text::line(why));
        aside.verdict(Style::Bad, "everything stands still", &why);
    }
    if let Some((cause, true)) = response.cause.map(|it| (it, response.output().is_some())) {
        aside.verdict(Style::Warn, "noted", &cause.to_string());
    }
    aside.facts(&facts(response));
    Reply::fine(response, page).aside(aside).exit(exit(response))
}

fn facts(response: &Response) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let (Some(route), Some(answer)) = (response.route(), response.answer()) {
        let version = answer.version.as_ref().map(|version| format!(" {version}"));
        let capability = format!("{}{}", route.capability, version.unwrap_or_default());
        facts.push(("capability", format!("{capability}, `{}`", text::line(&route.operation))));
        let input = serde_json::to_string(&route.input).unwrap_or_default();
        facts.push(("input", text::line(&input)));
        let why = match &route.by {
            Way::Pattern(pattern) => format!("fits `{}`", text::line(pattern)),
            Way::Words => "has words in common with it".to_owned(),
            Way::Own(why) => text::line(why),
            _ => String::new(),
        };
        facts.push(("sure", format!("{:.2}; {why}", route.confidence)));
    }
    facts.push(("request", text::line(&response.request)));
    if let Some(gap) = response.gap {
        facts.push(("gap", format!("{gap}; `engraft gaps show {gap}` tells more")));
    }
    facts
}

fn exit(response: &Response) -> Exit {
    match response.answer().map(|answer| &answer.report.outcome) {
        // What was not run was not run because no capability could.
        None => Exit::Failed,
        Some(Outcome::Returned(_)) if response.cause.is_some() => Exit::Failed,
        Some(outcome) => Exit::of_outcome(outcome),
    }
}

#[cfg(test)]
mod tests {
    use super::pair;

    #[test]
    fn attributes_are_pairs() {
        assert_eq!(pair("plan=pro=x").unwrap(), ("plan".to_owned(), "pro=x".to_owned()));
        assert!(pair("plan").is_err());
    }
}
