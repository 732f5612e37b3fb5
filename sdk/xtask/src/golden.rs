//! Files that are made from others and checked in: makes them, or tells which are stale.
//!
//! *Never:* a golden file changes without a person seeing it in a diff.

use std::path::Path;

use crate::bindings;
use crate::repository::{Problem, root};
use crate::run::{cargo, finish};
use crate::test::FEATURES;

/// Writes every golden file that is not current and tells which those were.
pub(crate) fn write() -> Result<Vec<String>, Problem> {
    let root = root();
    let stale = stale(&root)?;
    for (path, text) in &stale {
        let path = root.join(path);
        std::fs::write(&path, text).map_err(|error| Problem::file(&path, &error))?;
    }
    let mut lines: Vec<String> = stale.into_iter().map(|(path, _)| path).collect();
    lines.extend(write_reference(&root)?);
    Ok(lines)
}

const REFERENCE: &str = "sdk/cli/REFERENCE.md";

/// The command knows its own grammar, so its test writes the reference of it.
fn write_reference(root: &Path) -> Result<Option<String>, Problem> {
    let read = || std::fs::read_to_string(root.join(REFERENCE)).ok();
    let before = read();
    let mut command = cargo(&["test", "--quiet", "--bin", "engraft"]);
    command.args(FEATURES).args(["--", "the_reference_is_up_to_date"]);
    finish(command.env("ENGRAFT_GOLDEN", "write"))?;
    Ok((read() != before).then(|| REFERENCE.to_owned()))
}

/// The golden files that are not current, with the text that they should have.
fn stale(root: &Path) -> Result<Vec<(String, String)>, Problem> {
    let expected = bindings::expected(root)?;
    Ok(expected
        .into_iter()
        .filter(|(path, text)| std::fs::read_to_string(root.join(path)).ok().as_ref() != Some(text))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guest_bindings_are_what_the_contract_gives() {
        let stale = stale(&root()).unwrap();
        let names: Vec<_> = stale.iter().map(|(path, _)| path).collect();
        assert!(
            names.is_empty(),
            "{names:?} are stale; run `cargo xtask golden` and look at the diff"
        );
    }

    #[test]
    fn a_changed_binding_is_noticed() {
        let elsewhere = std::env::temp_dir().join(format!("engraft-golden-{}", std::process::id()));
        std::fs::create_dir_all(elsewhere.join("wit/v1")).unwrap();
        for name in ["types", "imports", "world"] {
            let file = format!("wit/v1/{name}.wit");
            std::fs::copy(root().join(&file), elsewhere.join(&file)).unwrap();
        }
        let found = stale(&elsewhere).unwrap();
        std::fs::remove_dir_all(&elsewhere).unwrap();
        assert_eq!(found.len(), 3, "files that are not there are stale");
    }
}
