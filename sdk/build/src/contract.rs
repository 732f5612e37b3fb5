//! The contract as a project sees it: only the interfaces that its permissions open.
//!
//! A component made by an interpreter imports its whole world, and a host refuses an import that the
//! manifest does not ask for; so each project has a world of its own, made from its permissions.
//!
//! *Never:* a project's world holds more than it asks for.

use wit_bindgen_core::wit_parser::{Resolve, SourceMap, WorldId};

use crate::description::Description;

/// What the world of every project is called.
pub const WORLD: &str = "guest";
/// The name that the project's world has among the files of the contract.
const WORLD_FILE: &str = "guest.wit";

/// A contract that does not parse: a fault of ours.
#[derive(Debug, thiserror::Error)]
#[error("the project's world cannot be made: {0}")]
pub struct ContractError(pub(crate) String);

/// The contract's files with the project's world in place of its own: name and text.
#[must_use]
pub(crate) fn files(description: &Description) -> Vec<(&'static str, String)> {
    let contract = engraft_wit::FILES.iter().map(|(name, text)| (*name, (*text).to_owned()));
    contract.chain([(WORLD_FILE, world(description))]).collect()
}

/// The project's world as text.
fn world(description: &Description) -> String {
    let mut text = "\
// Made by `engraft build` from capability.yaml: what its permissions open, and nothing else.
package engraft:capability@1.0.0;

world guest {
    use types.{description, failure};

"
    .to_owned();
    for interface in description.permissions.interfaces() {
        text.push_str(&format!("    import {interface};\n"));
    }
    text.push_str(
        "
    export describe: func() -> description;
    export invoke: func(operation: string, input: string) -> result<string, failure>;
",
    );
    if description.state {
        text.push_str("    export state;\n");
    }
    text.push_str("}\n");
    text
}

/// The contract with the project's world in it.
pub(crate) fn resolve(description: &Description) -> Result<(Resolve, WorldId), ContractError> {
    resolve_with(WORLD_FILE, &world(description), WORLD)
}

/// The contract with a file beside it, and a world of that file.
pub(crate) fn resolve_with(
    file: &str,
    text: &str,
    world: &str,
) -> Result<(Resolve, WorldId), ContractError> {
    let mut sources = SourceMap::new();
    for (name, text) in engraft_wit::FILES {
        sources.push_str(name, text);
    }
    sources.push_str(file, text);
    let group = sources.parse().map_err(|(_, error)| ContractError(format!("{error:?}")))?;
    let mut resolve = Resolve::default();
    let package = resolve.push_group(group).map_err(|error| ContractError(format!("{error:?}")))?;
    let world = resolve
        .select_world(&[package], Some(world))
        .map_err(|error| ContractError(format!("{error:#}")))?;
    Ok((resolve, world))
}
