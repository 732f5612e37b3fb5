//! What was inspected, for a person.
//!
//! *Never:* foreign text is shown unscrubbed.

use engraft::engine::{Import, Skipped};
use engraft::model::{Budget, Operation, Permissions};

use super::signatures::{Dropped, Signed, Trust};
use super::{Component, Inspected, permissions, schema};
use crate::command::precompile::Native;
use crate::page::{Page, Style};
use crate::text;

pub(super) fn draw(inspected: &Inspected) -> Page {
    let mut page = Page::default();
    head(&mut page, inspected);
    if let Some(trust) = &inspected.trust {
        signatures(&mut page, trust);
    }
    let (operations, permissions): (&[Operation], Option<&Permissions>) =
        match (&inspected.manifest, &inspected.description) {
            (Some(manifest), _) => (&manifest.description.operations, Some(manifest.permissions())),
            (None, Some(said)) => (&said.operations, Some(&said.permissions)),
            (None, None) => (&[], None),
        };
    self::operations(&mut page, operations, &inspected.component.skipped);
    if let Some(permissions) = permissions {
        page.heading("Permissions asked for");
        match permissions::lines(permissions).as_slice() {
            [] => page.line("  none"),
            lines => page.facts(lines),
        }
    }
    imports(&mut page, &inspected.component.imports);
    if let Some(manifest) = &inspected.manifest {
        page.heading("Limits of a call");
        page.facts(&limits(&manifest.budget));
    }
    if !inspected.native.is_empty() {
        page.plain("\n");
        page.table(&Native::HEADER, inspected.native.iter().map(Native::row).collect());
    }
    page
}

fn head(page: &mut Page, inspected: &Inspected) {
    let Inspected { manifest, description, component, .. } = inspected;
    let (title, summary) = match (manifest, description) {
        (Some(manifest), _) => (
            format!("{} {}", manifest.name(), manifest.version),
            manifest.description.summary.as_str(),
        ),
        (None, Some(said)) => (said.name.to_string(), said.summary.as_str()),
        (None, None) => (inspected.file.display().to_string(), ""),
    };
    page.styled(Style::Title, title);
    page.line(match (manifest.is_some(), component.kind) {
        (true, _) => "",
        (false, _) => " (a bare component, unsigned)",
    });
    if !summary.is_empty() {
        page.line(text::line(summary));
    }
    if let Some(problem) = &component.problem {
        page.verdict(Style::Bad, "problem", &text::scrub_lines(problem));
    }
    page.facts(&facts(inspected, component));
}

fn facts(inspected: &Inspected, component: &Component) -> Vec<(&'static str, String)> {
    let sha256 = serde_json::to_value(component.digest)
        .ok()
        .and_then(|digests| digests.get("sha256").and_then(|it| it.as_str().map(str::to_owned)))
        .unwrap_or_default();
    let mut facts = vec![
        ("digest", component.digest.blake3.to_string()),
        ("sha256", sha256),
        ("component", text::bytes(component.bytes as u64)),
    ];
    if let Some(kind) = component.kind {
        let word = serde_json::to_value(kind).unwrap_or_default();
        facts.push(("called as", word.as_str().unwrap_or_default().to_owned()));
    }
    if let Some(manifest) = &inspected.manifest {
        facts.push(("sequence", manifest.sequence.to_string()));
        if let Some(from) = manifest.validity.not_before {
            facts.push(("valid from", from.to_string()));
        }
        if let Some(to) = manifest.validity.not_after {
            facts.push(("valid until", to.to_string()));
        }
    }
    if let Some(origin) = inspected.origin {
        facts.push(("made for", origin.to_string()));
    }
    facts
}

fn signatures(page: &mut Page, trust: &Trust) {
    page.heading("Signatures");
    let row = |signed: &Signed| {
        let says = match (&signed.reason, signed.counts) {
            (_, true) => "counts".to_owned(),
            (reason, false) => reason.clone().unwrap_or_default(),
        };
        vec![signed.key.clone(), signed.label.clone().unwrap_or_default(), says]
    };
    page.table(&["key", "whose", "here it"], trust.signatures.iter().map(row).collect());
    match &trust.refusal {
        None => page.verdict(Style::Good, "trusted", "by the local keyring"),
        Some(why) => page.verdict(Style::Warn, "not trusted", why),
    }
    for Dropped { target, reason, .. } in &trust.native_dropped {
        let text =
            format!("the native code for {} would be left unused: {reason}", text::line(target));
        page.verdict(Style::Warn, "note", &text);
    }
}

fn operations(page: &mut Page, operations: &[Operation], skipped: &[Skipped]) {
    if !operations.is_empty() {
        page.heading("Operations");
    }
    for operation in operations {
        page.plain("  ");
        page.styled(Style::Title, text::line(&operation.name));
        page.plain(format!(
            "\n    {} → {}\n",
            schema::brief(&operation.input_schema),
            schema::brief(&operation.output_schema)
        ));
        if !operation.summary.is_empty() {
            page.plain(format!("    {}\n", text::line(&operation.summary)));
        }
        for intent in &operation.intents {
            page.styled(Style::Dim, format!("    “{}”\n", text::line(intent)));
        }
    }
    if !skipped.is_empty() {
        page.heading("Functions that cannot be called with JSON");
        let row = |it: &Skipped| vec![text::line(&it.function), text::line(&it.why)];
        page.table(&["function", "why"], skipped.iter().map(row).collect());
    }
}

fn imports(page: &mut Page, imports: &[Import]) {
    page.heading("Imports");
    if imports.is_empty() {
        page.line("  none");
    }
    for import in imports {
        page.line(format!("  {}", text::line(&import.name)));
    }
}

fn limits(budget: &Budget) -> Vec<(&'static str, String)> {
    let number = |number: u32| text::count(number.into());
    vec![
        ("fuel", text::count(budget.fuel)),
        ("deadline", text::time(budget.deadline)),
        ("memory", text::bytes(budget.memory_bytes)),
        ("table elements", text::count(budget.table_elements)),
        ("instances", number(budget.instances)),
        ("host calls", text::count(budget.host_calls)),
        ("log", text::bytes(budget.log_bytes)),
        ("input", text::bytes(budget.input_bytes)),
        ("output", text::bytes(budget.output_bytes)),
        ("received by http", text::bytes(budget.http_bytes)),
        ("call depth", number(budget.call_depth)),
        ("calls at once", number(budget.concurrent_calls)),
    ]
}
