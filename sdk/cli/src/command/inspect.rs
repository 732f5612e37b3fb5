//! `engraft inspect`: what a bundle or a component is.
//!
//! *Never:* what a file claims is shown as if it were true; who vouches for it is said beside it.

mod page;
mod permissions;
mod schema;
mod signatures;

use std::path::PathBuf;

use clap::Args;
use engraft::artifact::{Bundle, Digests, Manifest, Origin};
use engraft::engine::{ComponentKind, Import, Inspection, Skipped};
use engraft::model::Description;
use serde::Serialize;

use super::precompile::Native;
use crate::desk::Desk;
use crate::draft::Draft;
use crate::exit::Exit;
use crate::input::{Content, Input};
use crate::sandbox;
use crate::screen::Reply;
use crate::trouble::Result;
use signatures::Trust;

/// Shows what a bundle or a component is, trusted or not
///
/// Nothing of it is run, save that a bare component which speaks the contract is asked to describe
/// itself, in a sandbox without any permission.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A bundle or a component
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What a file is.
#[derive(Serialize)]
struct Inspected {
    file: PathBuf,
    /// `bundle` or `component`.
    kind: &'static str,
    bytes: usize,
    component: Component,
    /// What a bundle's signers say of it.
    manifest: Option<Manifest>,
    /// What it was signed for.
    origin: Option<Origin>,
    /// What a bare component says of itself.
    description: Option<Description>,
    /// Whether the local keyring takes it, and who signed it.
    trust: Option<Trust>,
    native: Vec<Native>,
}

/// The component itself.
#[derive(Serialize)]
struct Component {
    digest: Digests,
    bytes: usize,
    /// How it is called.
    kind: Option<ComponentKind>,
    imports: Vec<Import>,
    /// Functions that cannot be called with JSON, and why.
    skipped: Vec<Skipped>,
    /// Why it is no usable component, where it is not.
    problem: Option<String>,
}

pub(super) fn run(args: &InspectArgs, desk: &Desk) -> Result<Reply> {
    let input = Input::open(&args.file)?;
    let bytes = input.component();
    let inspection = input.inspect();
    let (exit, inspected) = match &input.content {
        Content::Bare => {
            let inspection = inspection?;
            (Exit::Fine, bare(&input, inspection, desk)?)
        }
        Content::Bundle(bundle) => {
            let (exit, component) = match inspection {
                Ok(inspection) => (Exit::Fine, Component::of(&bytes, inspection)),
                Err(trouble) => (trouble.kind, Component::broken(&bytes, trouble.message)),
            };
            (exit, signed(&input, bundle, component, desk)?)
        }
    };
    let page = page::draw(&inspected);
    Ok(Reply::fine(inspected, page).exit(exit))
}

fn bare(input: &Input, inspection: Inspection, desk: &Desk) -> Result<Inspected> {
    let host = sandbox::bare_host(desk)?;
    let mut component = Component::of(&input.bytes, inspection);
    let description = match Draft::default().describe(input, &host, desk) {
        Ok(description) => Some(description),
        // It is still a component, and the rest of it can be shown.
        Err(trouble) => {
            component.problem = Some(trouble.message);
            None
        }
    };
    Ok(Inspected {
        file: input.path.clone(),
        kind: "component",
        bytes: input.bytes.len(),
        component,
        manifest: None,
        origin: None,
        description,
        trust: None,
        native: Vec::new(),
    })
}

fn signed(input: &Input, bundle: &Bundle, component: Component, desk: &Desk) -> Result<Inspected> {
    let keyring = desk.home()?.judge()?;
    Ok(Inspected {
        file: input.path.clone(),
        kind: "bundle",
        bytes: input.bytes.len(),
        component,
        manifest: Some(bundle.claimed_manifest().clone()),
        origin: Some(bundle.claimed_origin()),
        description: None,
        trust: Some(Trust::of(bundle, &keyring, desk.now())),
        native: bundle.native().iter().map(Native::of).collect(),
    })
}

// === impl Component ===

impl Component {
    fn of(bytes: &[u8], inspection: Inspection) -> Self {
        Self {
            digest: Digests::of(bytes),
            bytes: bytes.len(),
            kind: Some(inspection.kind),
            imports: inspection.imports,
            skipped: inspection.skipped,
            problem: None,
        }
    }

    fn broken(bytes: &[u8], problem: String) -> Self {
        Self {
            digest: Digests::of(bytes),
            bytes: bytes.len(),
            kind: None,
            imports: Vec::new(),
            skipped: Vec::new(),
            problem: Some(problem),
        }
    }
}
