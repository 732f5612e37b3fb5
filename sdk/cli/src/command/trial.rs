//! `engraft try`: one call in a throwaway host.
//!
//! *Never:* standard output holds anything but the capability's output, so that it can be piped on.

use clap::Args;
use engraft::engine::{LogLevel, LogLine};
use engraft::model::{Digest, Failure, Outcome, Usage};
use engraft::{InstancePolicy, Invocation, Report};
use semver::Version;
use serde::Serialize;
use serde_json::Value;

use crate::desk::Desk;
use crate::exit::Exit;
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
    /// What the operation gave.
    output: Option<Value>,
    /// The output as text, where it is not JSON.
    output_text: Option<&'a str>,
    usage: &'a Usage,
    logs: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    level: &'static str,
    message: &'a str,
    fields: std::collections::BTreeMap<&'a str, &'a str>,
}

pub(super) fn run(args: &TryArgs, desk: &Desk) -> Result<Reply> {
    let sandbox = Sandbox::open(&args.sandbox, InstancePolicy::Fresh, desk)?;
    let call = args.call.prepare(sandbox.capability.manifest())?;
    let invocation = Invocation::new(&call.operation, &call.input);
    let report = desk.wait(sandbox.call(invocation))?;
    Ok(reply(&sandbox, &call, &report))
}

fn reply(sandbox: &Sandbox, call: &Call, report: &Report) -> Reply {
    let capability = &sandbox.capability;
    let output =
        if let Outcome::Returned(output) = &report.outcome { Some(output.as_str()) } else { None };
    let failure =
        if let Outcome::Refused(failure) = &report.outcome { Some(failure) } else { None };
    let value = output.and_then(|text| serde_json::from_str(text).ok());
    let json = Tried {
        capability: capability.name().as_str(),
        version: capability.version(),
        digest: capability.digest(),
        operation: &call.operation,
        outcome: report.outcome.word(),
        message: output.is_none().then(|| report.outcome.to_string()),
        failure,
        output_text: output.filter(|_| value.is_none()),
        output: value,
        usage: &report.usage,
        logs: report.logs.iter().map(Line::of).collect(),
    };
    let mut page = Page::default();
    if let Some(output) = output {
        page.line(text::scrub_lines(output));
    }
    let exit = Exit::of_outcome(&report.outcome);
    Reply::fine(json, page).exit(exit).aside(aside(sandbox, call, report))
}

/// How it went, beside the output.
fn aside(sandbox: &Sandbox, call: &Call, report: &Report) -> Page {
    let mut page = Page::default();
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
        if Exit::of_outcome(&report.outcome) == Exit::Refused {
            page.verdict(Style::Title, "hint", "here `--allow` is what the host grants");
        }
    }
    page.facts(&figures(&report.usage));
    page
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

/// Where in the input it does not fit, as reflection tells it: `(line 2, column 7)`.
fn place(outcome: &Outcome, input: &str) -> Option<Place> {
    let Outcome::Refused(Failure::InvalidInput(facts)) = outcome else { return None };
    let (_, rest) = facts.message.split_once("(line ")?;
    let (line, rest) = rest.split_once(", column ")?;
    let (column, _) = rest.split_once(')')?;
    Some(Place::at(call::INPUT, input, line.parse().ok()?, column.parse().ok()?))
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

// === impl Line ===

impl<'a> Line<'a> {
    fn of(line: &'a LogLine) -> Self {
        let fields = line.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Self { level: level(line.level).1, message: &line.message, fields: fields.collect() }
    }
}
