//! What the template of Rust links, fetched before there is anything of a stranger, and kept beside it:
//! behind the walls cargo finds it there and asks nobody.
//!
//! *Never:* anything is fetched for a source that somebody else wrote.

use std::path::Path;

use super::{WorkshopError, place};
use crate::Language;
use crate::compile;

/// Says what was fetched for which template.
const STAMP: &str = "vendor/of-template";
/// A library that links nothing new, so that the template can be read without the file that is foreign.
const EMPTY: &[u8] = b"";

/// Fetches it, unless it is there for exactly these files.
pub(super) fn fetch(project: &Path, files: &[(String, Vec<u8>)]) -> Result<(), WorkshopError> {
    let mut hash = blake3::Hasher::new();
    for (name, bytes) in files {
        hash.update(name.as_bytes()).update(&bytes.len().to_le_bytes()).update(bytes);
    }
    let wanted = hash.finalize().to_hex().to_string();
    let stamp = project.join(STAMP);
    if std::fs::read_to_string(&stamp).is_ok_and(|known| known == wanted) {
        return Ok(());
    }
    place::put(project, &[(Language::Rust.source().to_owned(), EMPTY.to_vec())])?;
    compile::vendor(project, "vendor").map_err(|error| WorkshopError::Linked {
        language: Language::Rust,
        why: error.to_string(),
    })?;
    place::put(project, &[(STAMP.to_owned(), wanted.into_bytes())])?;
    Ok(())
}
