//! `engraft make manifest`: recipes of a manifest's tools, and what the others want.
//!
//! *Never:* a tool that could not be taken goes unmentioned.

use clap::Args;
use engraft::model::HostPattern;
use engraft::synth::{Becomes, TOOLS_SCHEMA, Tool, Tools, Wish};
use serde_json::{Value, json};

use super::describe::Describer;
use super::{Ends, Made, made, pages};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::page::Page;
use crate::screen::Reply;
use crate::text;
use crate::trouble::{Result, Trouble};

/// Makes recipes from a manifest of tools
///
/// A manifest in YAML or JSON, whose format `engraft make schema` prints; or a list of
/// tools in another format, of an MCP server or of functions for a chat model. A tool that says how a
/// server is asked becomes a recipe; of another it is told what authors need to make it.
#[derive(Debug, Args)]
pub(crate) struct ManifestArgs {
    #[command(flatten)]
    ends: Ends,
    /// What the names of tools from other formats begin with
    #[arg(long, value_name = "NAME", default_value = "tools")]
    prefix: String,
    /// A host in a private network that is meant, at any port unless one is named; may be given several times
    #[arg(long, value_name = "HOST")]
    allow_private: Vec<HostPattern>,
}

/// Prints the format of tool manifests as a JSON Schema
pub(super) fn schema() -> Reply {
    let json = serde_json::from_str(TOOLS_SCHEMA).unwrap_or(Value::Null);
    let mut page = Page::default();
    page.plain(TOOLS_SCHEMA);
    Reply::fine(json, page)
}

pub(super) fn run(args: &ManifestArgs, desk: &Desk) -> Result<Reply> {
    let text = args.ends.text(&args.allow_private, desk)?;
    let source = &args.ends.source;
    let mut tools = Tools::read(&text, &args.prefix)
        .map_err(|error| Trouble::corrupt(format!("`{source}`: {error}")))?;
    let mut describer = Describer::open(&args.ends.model, desk)?;
    for tool in &mut tools.tools {
        *tool = describer.tool(tool)?;
    }
    tools.hints.append(&mut describer.notes);
    let mut skipped = tools.skipped.clone();
    let mut all: Vec<Made> = Vec::new();
    let mut wishes: Vec<(&Tool, Wish)> = Vec::new();
    for tool in &tools.tools {
        match tool.becomes(&args.allow_private) {
            Ok(Becomes::Draft(draft)) => match made(&draft) {
                Ok(made) => all.push(made),
                Err(reason) => skipped.push((tool.name.to_string(), reason)),
            },
            Ok(Becomes::Wish(wish)) => wishes.push((tool, wish)),
            Err(error) => skipped.push((tool.name.to_string(), error.to_string())),
        }
    }
    args.ends.write(&all)?;
    let left_out: Vec<Value> =
        skipped.iter().map(|(what, why)| json!({"tool": what, "reason": why})).collect();
    let json = json!({
        "format": tools.format,
        "capabilities": all.iter().map(Made::json).collect::<Vec<Value>>(),
        "wanted": wishes.iter().map(|(tool, wish)| wanted(tool, wish)).collect::<Vec<Value>>(),
        "skipped": left_out,
        "hints": tools.hints,
        "manifest": tools.to_json(),
    });
    let (mut page, aside) = pages(&all, &skipped, &tools.hints);
    if !wishes.is_empty() {
        page.heading("wanted");
    }
    for (tool, wish) in &wishes {
        page.line(format!("  {}: {}", tool.name, text::scrub(&needs(wish))));
    }
    let is_nothing = all.is_empty() && wishes.is_empty();
    let exit = if is_nothing { Exit::Failed } else { Exit::Fine };
    Ok(Reply::fine(json, page).aside(aside).exit(exit))
}

fn needs(wish: &Wish) -> String {
    match wish.examples.len() {
        0 => "nothing says how it is done; give it `http`, or `examples`".to_owned(),
        1 => "one example; `engraft learn` wants two or more".to_owned(),
        count => format!("{count} examples, from which `engraft learn` may find it"),
    }
}

fn wanted(tool: &Tool, wish: &Wish) -> Value {
    json!({
        "name": tool.name,
        "summary": tool.summary,
        "examples": wish.examples.len(),
        "needs": needs(wish),
    })
}
