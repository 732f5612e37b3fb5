//! `engraft make openapi`: recipes of a document's operations.
//!
//! *Never:* an operation that could not be made goes unmentioned.

use clap::{Args, ValueEnum};
use engraft::model::HostPattern;
use engraft::synth::{Grouping, OpenApi, OpenApiError};
use serde_json::{Value, json};

use super::describe::Describer;
use super::{Ends, Made, made, pages};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fetch;
use crate::screen::Reply;
use crate::trouble::{Result, Trouble};

/// Makes recipes from an OpenAPI document
///
/// Versions 3.0 and 3.1, in JSON or YAML. Each recipe asks for exactly the hosts, methods and paths of
/// its operations; keys and tokens are secrets of the host, which puts them into requests. What cannot
/// be made is told with its reason.
#[derive(Debug, Args)]
pub(crate) struct OpenapiArgs {
    #[command(flatten)]
    ends: Ends,
    /// What becomes one capability
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = By::Operation)]
    by: By,
    /// What the names begin with [default: the document's title]
    #[arg(long, value_name = "NAME")]
    prefix: Option<String>,
    /// A server in place of those of the document
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Where the document is from, for servers that are relative to it [default: SOURCE, where that is
    /// a URL]
    #[arg(long, value_name = "URL")]
    base: Option<String>,
    /// A host in a private network that is meant, at any port unless one is named; may be given several times
    #[arg(long, value_name = "HOST")]
    allow_private: Vec<HostPattern>,
    /// A value of a variable in a server's URL; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    variable: Vec<(String, String)>,
    /// The user name of a scheme of basic authentication; may be given several times
    #[arg(long, value_name = "SCHEME=NAME", value_parser = pair)]
    user: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// One operation
    Operation,
    /// All operations with the same first tag
    Tag,
}

pub(super) fn run(args: &OpenapiArgs, desk: &Desk) -> Result<Reply> {
    let text = args.ends.text(&args.allow_private, desk)?;
    let api = reader(args)?.read(&text).map_err(|error| trouble(&args.ends.source, &error))?;
    let mut skipped: Vec<(String, String)> =
        api.skipped.into_iter().map(|one| (one.operation, one.reason)).collect();
    let mut all: Vec<Made> = Vec::new();
    let mut describer = Describer::open(&args.ends.model, desk)?;
    for draft in &api.drafts {
        match made(&describer.draft(draft)?) {
            Ok(made) => all.push(made),
            Err(reason) => skipped.push((draft.name.to_string(), reason)),
        }
    }
    args.ends.write(&all)?;
    let mut notes = api.notes;
    notes.append(&mut describer.notes);
    if !api.secrets.is_empty() {
        notes.push(format!("secrets to give to the host: {}", api.secrets.join(", ")));
    }
    let left_out: Vec<Value> =
        skipped.iter().map(|(what, why)| json!({"operation": what, "reason": why})).collect();
    let json = json!({
        "title": api.title,
        "capabilities": all.iter().map(Made::json).collect::<Vec<Value>>(),
        "skipped": left_out,
        "notes": notes,
        "secrets": api.secrets,
    });
    let (page, aside) = pages(&all, &skipped, &notes);
    let exit = if all.is_empty() { Exit::Failed } else { Exit::Fine };
    Ok(Reply::fine(json, page).aside(aside).exit(exit))
}

fn reader(args: &OpenapiArgs) -> Result<OpenApi> {
    let mut reader = OpenApi::default().grouped(match args.by {
        By::Operation => Grouping::Operation,
        By::Tag => Grouping::Tag,
    });
    if let Some(prefix) = &args.prefix {
        reader = reader.prefix(prefix);
    }
    if let Some(server) = &args.server {
        reader = reader.server(url("--server", server)?);
    }
    let source = Some(&args.ends.source).filter(|source| fetch::is_url(source));
    if let Some(base) = args.base.as_ref().or(source) {
        reader = reader.from_place(url("--base", base)?);
    }
    for host in &args.allow_private {
        reader = reader.allow_private(host.clone());
    }
    for (name, value) in &args.variable {
        reader = reader.variable(name, value);
    }
    for (scheme, user) in &args.user {
        reader = reader.user(scheme, user);
    }
    Ok(reader)
}

fn url<T: std::str::FromStr<Err: std::fmt::Display>>(option: &str, text: &str) -> Result<T> {
    text.parse().map_err(|error| Trouble::usage(format!("`{option} {text}`: {error}")))
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected `NAME=VALUE`")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn trouble(source: &str, error: &OpenApiError) -> Trouble {
    let message = format!("`{source}`: {error}");
    if matches!(error, OpenApiError::Prefix(_)) {
        return Trouble::usage(message);
    }
    Trouble::corrupt(message)
}
