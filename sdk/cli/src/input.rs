//! Files that a command is pointed at: bundles, bare components, and recipes, which become components
//! on the spot.
//!
//! *Never:* a bundle or component is believed to be what its name says.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engraft::artifact::{BUNDLE_BYTES_MAX, Bundle, BundleError};
use engraft::engine::{Engine, EngineError, Inspection};
use engraft::examine::SourceMap;
use engraft::synth::Proved;
use semver::Version;

use crate::recipe;
use crate::text;
use crate::trouble::{Result, Trouble};

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) content: Content,
    /// What is proved of a recipe.
    pub(crate) proved: Option<Proved>,
    /// The version that a recipe gives itself.
    pub(crate) version: Option<Version>,
    /// The text of a recipe, and where the code of its expressions is.
    pub(crate) source: Option<Arc<SourceMap>>,
}

/// What a file holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// A bundle, whole and readable. Nobody has decided to trust it.
    Bundle(Box<Bundle>),
    /// WebAssembly that nobody has signed.
    Bare,
}

impl Input {
    /// Reads a bundle or a bare component, or builds the component of a recipe.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if recipe::is_recipe(path) {
            let built = recipe::build(path)?;
            let (proved, version) = (Some(Proved::of(&built)), built.recipe.version.parse().ok());
            let source = Some(Arc::new(recipe::source(path, &built)?));
            let (path, bytes) = (path.to_owned(), built.component.into());
            return Ok(Self { path, bytes, content: Content::Bare, proved, version, source });
        }
        let bytes: Arc<[u8]> = read(path, BUNDLE_BYTES_MAX as u64)?.into();
        if bytes.is_empty() {
            return Err(Trouble::corrupt(format!("`{}` is empty", path.display())));
        }
        let content = match Bundle::from_arc(&bytes) {
            Ok(bundle) => Content::Bundle(Box::new(bundle)),
            Err(BundleError::Unsigned) => Content::Bare,
            Err(BundleError::Foreign) => {
                let name = path.display();
                return Err(Trouble::corrupt(format!(
                    "`{name}` is neither a component nor a bundle: it begins as neither"
                ))
                .hint("give a `.wasm` component, or an `.engraft` bundle made by `engraft sign`"));
            }
            Err(error) => {
                return Err(Trouble::corrupt(format!("`{}`: {error}", path.display())));
            }
        };
        let path = path.to_owned();
        Ok(Self { path, bytes, content, proved: None, version: None, source: None })
    }

    /// The component, wherever it is.
    pub(crate) fn component(&self) -> Arc<[u8]> {
        match &self.content {
            Content::Bundle(bundle) => bundle.component_arc(),
            Content::Bare => Arc::clone(&self.bytes),
        }
    }

    /// What the component shows without being run.
    pub(crate) fn inspect(&self) -> Result<Inspection> {
        Engine::inspect(&self.component())
            .map_err(|error| engraft::Error::from(self.named(error)).into())
    }

    /// The same error of a component that has a file, where the engine knows of bytes only.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others name what they are about")]
    fn named(&self, error: EngineError) -> EngineError {
        let capability = self.path.display().to_string();
        match error {
            EngineError::CoreModule { .. } => EngineError::CoreModule { capability },
            EngineError::NotWasm { .. } => EngineError::NotWasm { capability },
            EngineError::Invalid { message, .. } => EngineError::Invalid { capability, message },
            other => other,
        }
    }

    /// The file's name without its ending; what a bare component is called by until it has a name.
    pub(crate) fn stem(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// Reads a whole file of at most so many bytes.
pub(crate) fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let fail = |error| Trouble::file("read", path, &error);
    let file = File::open(path).map_err(fail)?;
    if file.metadata().map_err(fail)?.is_dir() {
        return Err(Trouble::usage(format!("`{}` is a directory", path.display())));
    }
    let mut bytes = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > bytes_max {
        return Err(Trouble::corrupt(format!(
            "`{}` has more than {bytes_max} bytes; nothing larger is read",
            path.display()
        )));
    }
    Ok(bytes)
}

/// Reads all of standard input, of at most so many bytes.
pub(crate) fn standard(bytes_max: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(bytes_max + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Trouble::fault(format!("standard input cannot be read: {error}")))?;
    if bytes.len() as u64 > bytes_max {
        let most = text::bytes(bytes_max);
        return Err(Trouble::corrupt(format!(
            "the input has more than {most}; no host takes that"
        )));
    }
    Ok(bytes)
}

/// Writes a file in one step: beside its place first, then moved there.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = PathBuf::from(beside);
    let fail = |error| Trouble::file("write", path, &error);
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        drop(std::fs::remove_file(&beside));
    }
    written.map_err(fail)
}
