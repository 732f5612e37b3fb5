//! `engraft try`: one call in a throwaway host.
//!
//! *Never:* standard output holds anything but the capability's output, so that it can be piped on.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use engraft::artifact::Moment;
use engraft::engine::{LogLevel, LogLine};
use engraft::examine::Recorder;
use engraft::model::{Digest, Failure, Outcome, Usage};
use engraft::{Invocation, Report};
use semver::Version;
use serde::Serialize;
use serde_json::Value;

use crate::desk::Desk;
use crate::exit::Exit;
use crate::input;
use crate::misfit::misfit;
use crate::page::{Page, Style};
use crate::place::Place;
use crate::sandbox::{Sandbox, SandboxArgs};
use crate::screen::Reply;
use crate::text;
use crate::trouble::Result;

use super::call::{self, Call, CallArgs};

/// Calls one operation in a throwaway host
///
/// The output goes to standard output; outcome, figures and logs go to standard error.
#[derive(Debug, Args)]
pub(crate) struct TryArgs {
    #[command(flatten)]
    sandbox: SandboxArgs,
    #[command(flatten)]
    call: CallArgs,
    /// Then call this, as long as every call gives an output: `OPERATION` or `OPERATION JSON` in one
    /// argument; may be given several times. With `--lifetime session`, one instance serves them all
    #[arg(long, value_name = "CALL")]
    then: Vec<String>,
    /// Record what it asks of its host, and what it is answered, to this file: `engraft examine --tape`
    /// plays it where nothing reaches outside. Keys and passwords are taken out; its clock stands still
    /// meanwhile
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

#[derive(Serialize)]
struct Tried<'a> {
    capability: &'a str,
    version: &'a Version,
    digest: Digest,
    operation: &'a str,
    outcome: &'static str,
    /// What the outcome says, for a person; none where it gave an output.
    message: Option<String>,
    /// What is known of a refusal.
    failure: Option<&'a Failure>,
    /// What of the input is not as the operation says it is to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    misfit: Option<String>,
    /// What the operation gave.
    output: Option<Value>,
    /// The output as text, where it is not JSON.
    output_text: Option<&'a str>,
    usage: &'a Usage,
    logs: Vec<Line<'a>>,
    /// The calls after the first, where `--then` asked for any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    then: Vec<Self>,
}

#[derive(Serialize)]
struct Line<'a> {
    level: &'static str,
    message: &'a str,
    fields: std::collections::BTreeMap<&'a str, &'a str>,
}

/// A call, and what came of it.
struct Told {
    call: Call,
    report: Report,
}

pub(super) fn run(args: &TryArgs, desk: &Desk) -> Result<Reply> {
    let recorder = args.record.as_ref().map(|_| recorder(desk));
    let sandbox = Sandbox::open_with(&args.sandbox, recorder.clone(), desk)?;
    let manifest = sandbox.capability.manifest();
    let first = args.call.prepare(manifest)?;
    let then: Vec<Call> =
        args.then.iter().map(|text| Call::parse(manifest, text)).collect::<Result<_>>()?;
    let calls = std::iter::once(first).chain(then);
    let told = desk.wait(call_all(&sandbox, calls))?;
    if let (Some(path), Some(recorder)) = (&args.record, recorder) {
        let tape = recorder.tape(sandbox.capability.name(), sandbox.capability.digest());
        input::write(path, tape.to_json().as_bytes())?;
        desk.screen.note(&format!("recorded to `{}`", path.display()));
    }
    Ok(reply(&sandbox, &told))
}

/// A recorder whose clock stands at this moment, which nobody can foresee either.
fn recorder(desk: &Desk) -> Arc<Recorder> {
    let now = desk.now();
    #[expect(clippy::cast_possible_truncation, reason = "the lower bits are what varies")]
    let seed = now.as_nanos() as u64;
    Recorder::new(Moment::at(now), seed)
}

/// One call after the other, up to the first without an output.
async fn call_all(sandbox: &Sandbox, calls: impl Iterator<Item = Call>) -> Vec<Told> {
    let mut told = Vec::new();
    for call in calls {
        let report = sandbox.call(Invocation::new(&call.operation, &call.input)).await;
        let is_over = !report.outcome.is_returned();
        told.push(Told { call, report });
        if is_over {
            break;
        }
    }
    told
}

fn reply(sandbox: &Sandbox, told: &[Told]) -> Reply {
    let (mut page, mut beside) = (Page::default(), Page::default());
    let mut exit = Exit::Fine;
    for Told { call, report } in told {
        if let Outcome::Returned(output) = &report.outcome {
            page.line(text::scrub_lines(output.as_str()));
        }
        aside(&mut beside, sandbox, call, report);
        exit = Exit::of_outcome(&report.outcome);
    }
    let mut tried = told.iter().map(|told| Tried::of(sandbox, told));
    let json = tried.next().map(|first| Tried { then: tried.collect(), ..first });
    Reply::fine(json, page).exit(exit).aside(beside)
}

/// How it went, beside the output.
fn aside(page: &mut Page, sandbox: &Sandbox, call: &Call, report: &Report) {
    for line in &report.logs {
        let (style, level) = level(line.level);
        page.styled(style, format!("{level:>5}"));
        page.plain(format!(" {}", text::scrub(&line.message)));
        for (name, value) in &line.fields {
            page.styled(Style::Dim, format!(" {}={}", text::scrub(name), text::scrub(value)));
        }
        page.plain("\n");
    }
    let word = report.outcome.word();
    if report.outcome.is_returned() {
        page.verdict(Style::Good, word, "");
    } else {
        let name = sandbox.capability.name();
        let why = text::scrub(&report.outcome.to_string());
        page.verdict(Style::Bad, word, &format!("`{name}` `{}`: {why}", call.operation));
        if let Some(place) = place(&report.outcome, &call.input) {
            page.line(place.drawing());
        }
        if let Some(fault) = unfit(sandbox, call, &report.outcome) {
            page.verdict(Style::Title, "hint", &text::scrub(&fault));
        }
        if Exit::of_outcome(&report.outcome) == Exit::Refused {
            page.verdict(Style::Title, "hint", "here `--allow` is what the host grants");
        }
    }
    page.facts(&figures(&report.usage));
}

fn figures(usage: &Usage) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("fuel", text::count(usage.fuel)),
        ("memory", text::bytes(usage.memory_bytes_peak)),
        ("time", text::time(usage.duration)),
    ];
    if usage.host_calls > 0 {
        facts.push(("host calls", text::count(usage.host_calls)));
    }
    if usage.http_bytes > 0 {
        facts.push(("received", text::bytes(usage.http_bytes)));
    }
    if usage.log_bytes_dropped > 0 {
        facts.push(("log dropped", text::bytes(usage.log_bytes_dropped)));
    }
    facts
}

/// Where in the input it does not fit, as reflection and most JSON parsers tell it:
/// `(line 2, column 7)`, `at line 2 column 7`.
fn place(outcome: &Outcome, input: &str) -> Option<Place> {
    let Outcome::Refused(Failure::InvalidInput(facts)) = outcome else { return None };
    let (_, rest) = facts.message.rsplit_once("line ")?;
    let (line, rest) = rest.split_once(" column ")?;
    let digits = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    let (line, column) =
        (line.trim_end_matches(',').parse().ok()?, rest.get(..digits)?.parse().ok()?);
    Some(Place::at(call::INPUT, input, line, column))
}

/// What of an input is not as the operation says, and what is wanted there.
fn unfit(sandbox: &Sandbox, call: &Call, outcome: &Outcome) -> Option<String> {
    let description = &sandbox.capability.manifest().description;
    let operation = description.operations.iter().find(|it| it.name == call.operation)?;
    misfit(&operation.input_schema, &serde_json::from_str(&call.input).ok()?, outcome)
}

const fn level(level: LogLevel) -> (Style, &'static str) {
    match level {
        LogLevel::Trace => (Style::Dim, "trace"),
        LogLevel::Debug => (Style::Dim, "debug"),
        LogLevel::Info => (Style::Title, "info"),
        LogLevel::Warn => (Style::Warn, "warn"),
        LogLevel::Error => (Style::Bad, "error"),
    }
}

// === impl Tried ===

impl<'a> Tried<'a> {
    fn of(sandbox: &'a Sandbox, told: &'a Told) -> Self {
        let Told { call, report } = told;
        let capability = &sandbox.capability;
        let outcome = &report.outcome;
        let output =
            if let Outcome::Returned(output) = outcome { Some(output.as_str()) } else { None };
        let failure = if let Outcome::Refused(failure) = outcome { Some(failure) } else { None };
        let value = output.and_then(|text| serde_json::from_str(text).ok());
        Self {
            capability: capability.name().as_str(),
            version: capability.version(),
            digest: capability.digest(),
            operation: &call.operation,
            outcome: report.outcome.word(),
            message: output.is_none().then(|| report.outcome.to_string()),
            misfit: unfit(sandbox, call, outcome),
            failure,
            output_text: output.filter(|_| value.is_none()),
            output: value,
            usage: &report.usage,
            logs: report.logs.iter().map(Line::of).collect(),
            then: Vec::new(),
        }
    }
}

// === impl Line ===

impl<'a> Line<'a> {
    fn of(line: &'a LogLine) -> Self {
        let fields = line.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Self { level: level(line.level).1, message: &line.message, fields: fields.collect() }
    }
}

#[cfg(test)]
mod tests {
    use engraft::model::FailureFacts;

    use super::*;

    #[test]
    fn the_place_that_a_guest_tells_is_found_and_nothing_else_taken_for_one() {
        let refused = |message: &str| {
            Outcome::Refused(Failure::InvalidInput(FailureFacts::final_without_effect(message)))
        };
        let at = |message| place(&refused(message), "{\n12345}").map(|it| (it.line, it.column));
        assert_eq!(at("`/a` (line 2, column 3): expected a text"), Some((2, 3)));
        assert_eq!(at("expected a string at line 2 column 3"), Some((2, 3)));
        for message in
            ["", "line ", "line 2", "line two column 3", "line 2 column ", "line -1 column 2"]
        {
            assert_eq!(at(message), None, "{message}");
        }
        assert_eq!(place(&Outcome::Cancelled, "{}"), None);
    }
}
