//! What a release is called and which version it has, beside what there is.
//!
//! *Never:* what was made takes the name of something else that is there.

use semver::Version;
use serde_json::Value;

use super::Built;
use crate::model::{CapabilityName, Digest};
use crate::registry::{Difference, Ending, OperationCard, State, Work, differences};
use crate::synth::{Draft, Source};

/// Names that are tried where one is taken.
const OTHERS_MAX: u32 = 9;

/// A draft under a name that it may have.
pub(super) enum Settled {
    Draft(Draft),
    Over { how: Ending, why: String },
}

/// Gives a draft a name that is free, where it is not to replace what has its name.
pub(super) fn settle(state: &State, work: &Work, mut draft: Draft) -> Result<Settled, String> {
    let wish = &work.want.wish;
    if let Some(before) = &wish.before {
        return Ok(match before.name == draft.name {
            true => Settled::Draft(draft),
            false => {
                let why =
                    format!("it is to replace `{}` and calls itself `{}`", before.name, draft.name);
                Settled::Over { how: Ending::Refused, why }
            }
        });
    }
    let is_taken =
        |name: &CapabilityName| state.lines.contains_key(name) || state.aliases.contains_key(name);
    if !is_taken(&draft.name) {
        return Ok(Settled::Draft(draft));
    }
    if wish.name.as_ref() == Some(&draft.name) || work.want.recipe.is_some() {
        let name = &draft.name;
        let why = format!("`{name}` is there already; `engraft propose change {name}` changes it");
        return Ok(Settled::Over { how: Ending::Refused, why });
    }
    let others =
        (2..=OTHERS_MAX).filter_map(|number| format!("{}-{number}", draft.name).parse().ok());
    let free = others.into_iter().find(|name| !is_taken(name));
    let free: CapabilityName =
        free.ok_or_else(|| format!("every name like `{}` is taken", draft.name))?;
    draft.source = renamed(&draft.source, &free)?;
    draft.name = free;
    Ok(Settled::Draft(draft))
}

/// The release of this name that is exactly this component, and may serve.
pub(super) fn same(state: &State, name: &CapabilityName, component: Digest) -> Option<Version> {
    let line = state.lines.get(name)?;
    let mut releases = line.releases.values();
    let same = releases.find(|it| it.installed.component == component && state.may_serve(it))?;
    Some(same.installed.version.clone())
}

/// The version and the place after everything that there is of a name. What takes something away from
/// callers gets a version that says so.
pub(super) fn next(state: &State, name: &CapabilityName, built: &Built) -> (Version, u64) {
    let releases = state.lines.get(name).map(|line| &line.releases);
    let newest = releases.and_then(|releases| releases.values().next_back());
    let Some(newest) = newest else { return (Version::new(0, 1, 0), 1) };
    let cards: Vec<OperationCard> = built
        .manifest
        .description
        .operations
        .iter()
        .map(|operation| OperationCard {
            name: operation.name.clone(),
            input: operation.input_schema.clone(),
            output: operation.output_schema.clone(),
        })
        .collect();
    let breaks: Vec<Difference> = differences(&newest.installed.operations, &cards);
    let sequences = releases.into_iter().flat_map(|releases| releases.values());
    let sequence = sequences.map(|it| it.installed.sequence).max().unwrap_or_default();
    let Version { major, minor, patch, .. } = newest.installed.version;
    let version = match (breaks.is_empty(), major) {
        (true, _) => Version::new(major, minor, patch + 1),
        (false, 0) => Version::new(0, minor + 1, 0),
        (false, major) => Version::new(major + 1, 0, 0),
    };
    (version, sequence + 1)
}

/// A recipe under another name; a component says its own.
fn renamed(source: &Source, name: &CapabilityName) -> Result<Source, String> {
    let Source::Recipe(text) = source else {
        return Err("its name is taken, and a component cannot be given another".to_owned());
    };
    let json = engraft_recipe::recipe::to_json(text).map_err(|_| "it is no recipe".to_owned())?;
    let mut document: Value = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    if let Some(fields) = document.as_object_mut() {
        fields.insert("name".to_owned(), name.as_str().into());
    }
    Ok(Source::Recipe(format!("{document:#}\n")))
}
