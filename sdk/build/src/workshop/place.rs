//! Files of a workshop: what is as it should be is left alone, because compilers look at the times of
//! files.
//!
//! *Never:* more of a file is read than it may have.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::compile::{self, BuildError};
use crate::project::Project;
use crate::workshop::WorkshopError;

/// Writes those files that are not as they should be.
pub(super) fn put(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), BuildError> {
    for (name, bytes) in files {
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|present| present == *bytes) {
            continue;
        }
        if let Some(parent) = path.parent() {
            make_folder(parent)?;
        }
        std::fs::write(&path, bytes).map_err(|source| io(&path, source))?;
    }
    Ok(())
}

/// The bindings of what is described in a folder.
pub(super) fn add_bindings(folder: &Path) -> Result<(), WorkshopError> {
    let project = Project::open(folder).map_err(crate::template::NewError::from)?;
    let bindings = compile::bindings(&project).map_err(BuildError::from)?;
    put(folder, &bindings)?;
    make_folder(&project.output())?;
    Ok(())
}

/// A file of at most so many bytes.
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, BuildError> {
    let file = File::open(path).map_err(|source| io(path, source))?;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|source| io(path, source))?;
    if bytes.len() as u64 > most {
        let why = format!("it has more than {most} bytes");
        return Err(io(path, std::io::Error::other(why)));
    }
    Ok(bytes)
}

/// A file that one process has at a time; the others wait.
pub(super) fn lock(path: &Path) -> Result<File, BuildError> {
    let file = File::create(path).map_err(|source| io(path, source))?;
    file.lock().map_err(|source| io(path, source))?;
    Ok(file)
}

pub(super) fn make_folder(path: &Path) -> Result<(), BuildError> {
    std::fs::create_dir_all(path).map_err(|source| io(path, source))
}

fn io(path: &Path, source: std::io::Error) -> BuildError {
    BuildError::Io { path: path.display().to_string(), source }
}
