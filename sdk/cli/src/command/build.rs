//! `engraft build`: from source to a signed bundle.
//!
//! *Never:* a bundle is written whose examples do not hold.

use std::path::{Path, PathBuf};

use clap::Args;
use engraft::artifact::{Bundle, Digests};
use engraft::model::{self, Permissions};
use engraft_build::{Access, Effort, Language, Project, Reproducibility, Wasi};
use semver::Version;
use serde::Serialize;

use super::inspect::permissions;
use crate::desk::Desk;
use crate::draft::{DEVELOPMENT_VERSION, Draft};
use crate::home;
use crate::input::{self, Input};
use crate::page::{Page, Style};
use crate::rehearsal;
use crate::sandbox;
use crate::screen::Reply;
use crate::text;
use crate::trouble::{Result, Trouble};

/// Builds a capability and signs it with the development key
///
/// Makes the bindings, runs the language's compiler, makes a component of what comes out, holds it
/// against its own description and examples, and signs it. The bundle is in `build/`.
#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The capability's folder
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Run the capability's own tests first, which need no host
    #[arg(long)]
    test: bool,
}

/// A capability that was built.
#[derive(Serialize)]
pub(super) struct Made {
    /// The bundle.
    pub(super) file: PathBuf,
    component: PathBuf,
    language: Language,
    name: String,
    version: Version,
    digest: Digests,
    bytes: usize,
    imports: Vec<String>,
    permissions: Permissions,
    /// How many examples hold.
    pub(super) examples: usize,
    reproducible: bool,
    /// Why two builds differ, where they do.
    differs: Option<&'static str>,
    /// What compilers and tests said.
    pub(super) said: String,
    #[serde(skip)]
    skipped: Vec<String>,
}

pub(super) fn run(args: &BuildArgs, desk: &Desk) -> Result<Reply> {
    let project = Project::open(&args.folder)?;
    let tested = if args.test {
        let _shown = desk.screen.progress("running its tests");
        engraft_build::test(&project, &desk.toolchains()?)?
    } else {
        String::new()
    };
    let mut made = make(&project, desk, Effort::Release, 0)?;
    made.said = format!("{tested}{}", made.said);
    let page = page(&made);
    let mut aside = Page::default();
    if !made.said.trim().is_empty() {
        aside.line(text::scrub_lines(made.said.trim_end()));
    }
    Ok(Reply::fine(made, page).aside(aside))
}

/// Builds, checks and signs. The release comes after that of sequence `after`, however soon.
pub(super) fn make(project: &Project, desk: &Desk, effort: Effort, after: u64) -> Result<Made> {
    let built = {
        let _shown = desk.screen.progress(&format!("compiling {}", project.language));
        engraft_build::build(project, &desk.toolchains()?, effort)?
    };
    let component = project.folder.join("build/capability.wasm");
    input::write(&component, &built.component)?;
    let input = Input::open(&component)?;
    let inspection = input.inspect()?;
    let mut draft = Draft::default();
    draft.version = Some(project.version.clone());
    let host = sandbox::bare_host(desk)?;
    let sequence = desk.now().as_secs().max(after + 1);
    let mut described = {
        let _shown = desk.screen.progress("reading what it says of itself");
        draft.describe(&input, &host, desk)?
    };
    if let Some(wasi) = &project.wasi {
        ask_for(&mut described.permissions, wasi);
    }
    let manifest = draft.complete(described, DEVELOPMENT_VERSION, sequence)?;
    let key = home::development_key(desk)?;
    let bundle = Bundle::sign(input.component(), &manifest, &[&key])?;
    let rehearsed = rehearsal::run(&bundle, desk)?;
    if !rehearsed.problems.is_empty() {
        return Err(Trouble::new(
            crate::exit::Exit::Failed,
            format!("{} does not do what it says; no bundle was written", manifest.name()),
        )
        .reasons(rehearsed.problems)
        .hint("mend the code, or the schema and the example"));
    }
    let file = project.folder.join(format!("build/{}.engraft", manifest.name()));
    input::write(&file, &bundle.to_bytes())?;
    let differs = match project.language.reproducibility() {
        Reproducibility::Bytes => None,
        Reproducibility::Differs(why) => Some(why),
    };
    Ok(Made {
        file,
        language: project.language,
        name: manifest.name().to_string(),
        version: manifest.version.clone(),
        digest: bundle.claimed_digests(),
        bytes: built.component.len(),
        imports: inspection
            .imports
            .into_iter()
            .map(|import| import.name)
            // What has no interface is a type that the world uses.
            .filter(|name| name.contains('/'))
            .collect(),
        permissions: manifest.permissions().clone(),
        examples: rehearsed.held,
        skipped: rehearsed.skipped,
        reproducible: differs.is_none(),
        differs,
        said: built.said,
        component,
    })
}

/// The contract's `describe` has no words for what WASI is asked for; the manifest has.
fn ask_for(permissions: &mut Permissions, wasi: &Wasi) {
    permissions.env.clone_from(&wasi.env);
    let rules = wasi.files.iter().map(|rule| model::FileRule {
        guest_path: rule.guest_path.clone(),
        access: match rule.access {
            Access::ReadOnly => model::Access::ReadOnly,
            Access::ReadWrite => model::Access::ReadWrite,
        },
    });
    permissions.files = rules.collect();
}

fn page(made: &Made) -> Page {
    let mut page = Page::default();
    page.verdict(
        Style::Good,
        "built",
        &format!("{} {} in {}", made.name, made.version, made.language),
    );
    page.facts(&facts(made));
    for skipped in &made.skipped {
        page.verdict(Style::Warn, "note", skipped);
    }
    page.line(format!("  engraft try {}", shown(&made.file)));
    page
}

fn facts(made: &Made) -> Vec<(&'static str, String)> {
    let asked: Vec<String> = permissions::lines(&made.permissions)
        .into_iter()
        .map(
            |(name, detail)| {
                if detail.is_empty() { name.to_owned() } else { format!("{name} ({detail})") }
            },
        )
        .collect();
    let list =
        |items: &[String]| if items.is_empty() { "none".to_owned() } else { items.join(", ") };
    vec![
        ("bundle", shown(&made.file)),
        ("component", text::bytes(made.bytes as u64)),
        ("digest", made.digest.blake3.to_string()),
        ("imports", list(&made.imports)),
        ("permissions", list(&asked)),
        ("examples", format!("{} hold", made.examples)),
        (
            "same bytes",
            made.differs.map_or_else(|| "in every build".to_owned(), |why| format!("no: {why}")),
        ),
    ]
}

fn shown(path: &Path) -> String {
    text::line(&path.display().to_string())
}
