//! What `engraft examine` looks at: the candidate that a file holds, the release before, names in use.
//!
//! *Never:* anything of it is run here.

use std::path::Path;
use std::sync::Arc;

use engraft::artifact::{Bundle, Manifest};
use engraft::examine::{Candidate, CandidateOrigin, SourceMap, TAPE_FORMAT, Tape};
use engraft::model::CapabilityName;

use super::ExamineArgs;
use crate::desk::Desk;
use crate::draft::{DEVELOPMENT_VERSION, Draft};
use crate::exit::Exit;
use crate::input::{self, Content, Input};
use crate::recipe;
use crate::shelf::ReleaseArg;
use crate::trouble::{Result, Trouble};

/// A recorder keeps some megabytes; as a text with its quotes they may be twice as many.
const TAPE_BYTES_MAX: u64 = 32 << 20;

/// What is examined, and the source that it was built from just now.
pub(super) fn candidate(
    file: &Path,
    args: &ExamineArgs,
    desk: &Desk,
) -> Result<(Candidate, Option<Arc<SourceMap>>)> {
    // A recipe that is none is as damaged as a component that is none; what is wrong with it is listed.
    let input = Input::open(file).map_err(|trouble| {
        let is_none = !trouble.reasons.is_empty();
        if is_none { Trouble { kind: Exit::Corrupt, ..trouble } } else { trouble }
    })?;
    let Content::Bundle(bundle) = &input.content else {
        let draft = Draft::read(args.manifest.as_deref())?.proved_by(&input);
        return Ok((bare(&input, draft, desk)?, input.source.clone()));
    };
    if args.manifest.is_some() {
        return Err(Trouble::usage(format!(
            "`{}` is a bundle, whose manifest is signed; `--manifest` is for a bare component",
            file.display()
        )));
    }
    let keyring = desk.home()?.judge()?;
    Ok((Candidate::of_bundle(Bundle::clone(bundle), &keyring, desk.now()), None))
}

fn bare(input: &Input, draft: Draft, desk: &Desk) -> Result<Candidate> {
    let origin = if recipe::is_recipe(&input.path) {
        CandidateOrigin::Generated
    } else {
        CandidateOrigin::Uploaded
    };
    let name: CapabilityName = draft.name_or(&input.stem())?;
    let sequence = desk.now().as_secs();
    let draft = std::sync::Mutex::new(Some(draft));
    let complete = move |said| {
        let draft = draft.lock().map_err(|_| "the manifest file is in use".to_owned())?.take();
        let draft = draft.unwrap_or_default();
        draft.complete(said, DEVELOPMENT_VERSION, sequence).map_err(|trouble| trouble.message)
    };
    Ok(Candidate::of_component(name, input.component(), origin).completed_by(Arc::new(complete)))
}

/// The release before.
pub(super) fn before(text: &str, args: &ExamineArgs, desk: &Desk) -> Result<Bundle> {
    let path = Path::new(text);
    if path.is_file() {
        let input = Input::open(path)?;
        let Content::Bundle(bundle) = &input.content else {
            return Err(Trouble::usage(format!("`{text}` is no bundle; only those have versions")));
        };
        return Ok(Bundle::clone(bundle));
    }
    let release: ReleaseArg = text.parse().map_err(|why| {
        Trouble::usage(format!("`--against {text}`: {why}, or the file of a bundle"))
    })?;
    let journal = args.shelf.journal(desk)?;
    let state = journal.state();
    let line = state.lines.get(state.resolve_name(&release.name));
    let found = line.and_then(|line| line.releases.get(&release.version));
    let found = found.ok_or_else(|| {
        Trouble::usage(format!("no release `{text}` is installed"))
            .hint("`engraft list` shows those that are; a bundle's file will do as well")
    })?;
    let bytes = journal.log().blob(&found.installed.bundle);
    let bytes = bytes.map_err(|error| Trouble::fault(error.to_string()))?;
    let bytes = bytes.ok_or_else(|| Trouble::fault(format!("the bundle of `{text}` is gone")))?;
    Ok(Bundle::parse(&bytes)?)
}

/// Another candidate: its manifest, as its bundle claims it, and its component.
pub(super) fn other(path: &Path) -> Result<(Manifest, Arc<[u8]>)> {
    match Input::open(path)?.content {
        Content::Bundle(bundle) => Ok((bundle.claimed_manifest().clone(), bundle.component_arc())),
        Content::Bare => Err(Trouble::usage(format!(
            "`{}` is no bundle, and `--beside` wants one, for its operations",
            path.display()
        ))
        .hint("`engraft sign` makes one with the development key")),
    }
}

/// What was recorded.
pub(super) fn tape(path: &Path) -> Result<Arc<Tape>> {
    let bytes = input::read(path, TAPE_BYTES_MAX)?;
    let name = path.display();
    let tape = Tape::from_json(&bytes)
        .map_err(|error| Trouble::corrupt(format!("`{name}` is no tape: {error}")))?;
    if tape.format != TAPE_FORMAT {
        let message = format!("`{name}` has format {}; this reads {TAPE_FORMAT}", tape.format);
        return Err(Trouble::corrupt(message).hint("record it anew"));
    }
    Ok(Arc::new(tape))
}

/// The names in use; none where there is no registry yet.
pub(super) fn names(args: &ExamineArgs, desk: &Desk) -> Result<Vec<CapabilityName>> {
    if !args.shelf.exists(desk)? {
        return Ok(Vec::new());
    }
    let state = args.shelf.journal(desk)?.state();
    Ok(state.lines.keys().cloned().collect())
}
