//! `engraft sign`: a component becomes a bundle, or a bundle gets one more signature.
//!
//! *Never:* a manifest is signed that the component's own bytes do not bear out.

use std::path::PathBuf;

use clap::Args;
use engraft::artifact::{Bundle, Digests, Origin, Seen, SigningKey};
use engraft::model::CapabilityName;
use semver::Version;
use serde::Serialize;

use crate::desk::Desk;
use crate::draft::{DEVELOPMENT_VERSION, Draft};
use crate::input::{self, Content, Input};
use crate::page::Page;
use crate::sandbox;
use crate::screen::Reply;
use crate::trouble::{Result, Trouble};

/// Makes a signed bundle of a component, or adds a signature to a bundle
#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// A component, or a bundle that gets a further signature
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key to sign with; may be given several times [default: the development key, which is made
    /// on first use]
    #[arg(long, value_name = "NAME")]
    key: Vec<String>,
    /// A JSON file with any parts of the manifest: name, summary, operations, permissions, version,
    /// sequence, budget, world, validity. What it leaves out comes from the component
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// The version; a recipe has one, anything else needs it for a release key and is 0.0.0 otherwise
    #[arg(long, value_name = "VERSION")]
    version: Option<Version>,
    /// The capability's name, such as `text.slugify` [default: what the component says, or else the
    /// file's name]
    #[arg(long, value_name = "NAME")]
    name: Option<CapabilityName>,
    /// Its place in the line of releases, higher than that of the release before [default: the
    /// seconds since 1970]
    #[arg(long, value_name = "NUMBER")]
    sequence: Option<u64>,
    /// Where to write the bundle [default: beside FILE, ending in `.engraft`; a bundle is replaced]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// A bundle that was written.
#[derive(Serialize)]
pub(super) struct Written {
    file: PathBuf,
    name: String,
    version: Version,
    sequence: u64,
    origin: Origin,
    digest: Digests,
    bytes: usize,
    signatures: Vec<String>,
}

pub(super) fn run(args: &SignArgs, desk: &Desk) -> Result<Reply> {
    let input = Input::open(&args.file)?;
    let bundle = match &input.content {
        Content::Bundle(bundle) => countersign(args, (**bundle).clone(), desk)?,
        Content::Bare => sign(args, &input, desk)?,
    };
    let output = match (&args.output, &input.content) {
        (Some(path), _) => path.clone(),
        (None, Content::Bundle(_)) => args.file.clone(),
        (None, Content::Bare) => args.file.with_extension("engraft"),
    };
    let bytes = bundle.to_bytes();
    input::write(&output, &bytes)?;
    let written = Written::of(&bundle, output, bytes.len());
    let mut page = Page::default();
    page.line(format!("wrote {}", written.file.display()));
    page.facts(&written.facts());
    Ok(Reply::fine(written, page))
}

fn countersign(args: &SignArgs, bundle: Bundle, desk: &Desk) -> Result<Bundle> {
    let given = [
        ("--manifest", args.manifest.is_some()),
        ("--version", args.version.is_some()),
        ("--name", args.name.is_some()),
        ("--sequence", args.sequence.is_some()),
    ];
    if let Some((option, _)) = given.iter().find(|(_, given)| *given) {
        return Err(Trouble::usage(format!(
            "`{}` is a bundle, whose manifest is signed already; `{option}` would change it",
            args.file.display()
        ))
        .hint("sign the component anew, or leave the option out to add a signature"));
    }
    let mut bundle = bundle;
    for key in desk.signing_keys(&args.key)? {
        bundle = bundle.countersign(&key)?;
    }
    Ok(bundle)
}

fn sign(args: &SignArgs, input: &Input, desk: &Desk) -> Result<Bundle> {
    // What is no component is told before a key is made for it.
    drop(input.inspect()?);
    let mut draft = Draft::read(args.manifest.as_deref())?.proved_by(input);
    draft.name = args.name.clone().or(draft.name);
    draft.version = args.version.clone().or(draft.version);
    draft.sequence = args.sequence.or(draft.sequence);
    let keys = desk.signing_keys(&args.key)?;
    if draft.version.is_none() && is_release(&keys) {
        return Err(Trouble::usage(format!(
            "`{}` would be released without a version",
            args.file.display()
        ))
        .hint("give `--version`, or write `version` into the manifest file"));
    }
    let host = sandbox::bare_host(desk)?;
    let described = {
        let _shown = desk.screen.progress(&format!("reading {}", args.file.display()));
        draft.describe(input, &host, desk)?
    };
    let name = draft.name.as_ref().unwrap_or(&described.name);
    // Two releases of one second must not take the same place.
    let after =
        desk.home()?.ledger()?.highest(name)?.map_or(0, |seen| seen.sequence.saturating_add(1));
    let sequence = desk.now().as_secs().max(after);
    let manifest = draft.complete(described, DEVELOPMENT_VERSION, sequence)?;
    Ok(Bundle::sign(input.component(), &manifest, &keys.iter().collect::<Vec<_>>())?)
}

fn is_release(keys: &[SigningKey]) -> bool {
    keys.iter().any(|key| key.origin() == Origin::Release)
}

// === impl Written ===

impl Written {
    pub(super) fn of(bundle: &Bundle, file: PathBuf, bytes: usize) -> Self {
        let manifest = bundle.claimed_manifest();
        Self {
            file,
            name: manifest.name().to_string(),
            version: manifest.version.clone(),
            sequence: manifest.sequence,
            origin: bundle.claimed_origin(),
            digest: bundle.claimed_digests(),
            bytes,
            signatures: bundle.claims().into_iter().map(|claim| claim.key).collect(),
        }
    }

    fn facts(&self) -> [(&'static str, String); 5] {
        [
            ("capability", format!("{} {}", self.name, self.version)),
            ("sequence", self.sequence.to_string()),
            ("digest", self.digest.blake3.to_string()),
            ("made for", self.origin.to_string()),
            ("signed by", self.signatures.join(", ")),
        ]
    }
}
