//! Why the host could not take a component. What a guest does wrong in a call is an outcome instead.
//!
//! *Never:* a variant leaves out what a person needs to mend it.

use std::path::PathBuf;

use crate::model::Altered;

/// Why an engine could not be made, or a component not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The bytes are a core module, not a component.
    #[error(
        "`{capability}` is a core module, not a component: build it for a component target, or turn \
         it into one with `wasm-tools component new`"
    )]
    CoreModule {
        /// Which capability, or what stands for it.
        capability: String,
    },
    /// The bytes are not WebAssembly.
    #[error("`{capability}` is not WebAssembly: it does not begin with `\\0asm`")]
    NotWasm {
        /// Which capability.
        capability: String,
    },
    /// The bytes are a component, and a broken one, or one that needs what this host lacks.
    #[error("`{capability}` is no component that runs here: {message}")]
    Invalid {
        /// Which capability.
        capability: String,
        /// What is wrong with it.
        message: String,
    },
    /// The bytes are not those that were installed.
    #[error("the component of `{capability}` cannot be compiled: {message}; install it again")]
    Altered {
        /// Which capability.
        capability: String,
        /// What they were to be.
        message: String,
    },
    /// The component can do what its manifest does not ask for.
    #[error(
        "the component of `{capability}` imports `{import}`, and its manifest does not ask for the \
         permission `{permission}`: ask for it, or build the component without the import"
    )]
    NotAsked {
        /// Which capability.
        capability: String,
        /// What it imports.
        import: String,
        /// Which permission the import needs.
        permission: String,
    },
    /// The manifest asks for a host interface of the embedding program, which grants it not.
    #[error(
        "the component of `{capability}` imports `{import}`, and the permission `{permission}` is \
         not granted to it"
    )]
    NotGranted {
        /// Which capability.
        capability: String,
        /// What it imports.
        import: String,
        /// Which permission the import needs.
        permission: String,
    },
    /// The component imports what this host does not offer.
    #[error(
        "the component of `{capability}` imports `{import}`, which this host does not offer: \
         {hint}"
    )]
    UnknownImport {
        /// Which capability.
        capability: String,
        /// What it imports.
        import: String,
        /// What may be done about it.
        hint: String,
    },
    /// A directory that is granted is not there.
    #[error("`{capability}`: {message}")]
    Directory {
        /// Which capability.
        capability: String,
        /// Which directory, and what the system says.
        message: String,
    },
    /// It is to run in a worker, and cannot.
    #[error("`{capability}` cannot run in a worker: {message}")]
    Walled {
        /// Which capability.
        capability: String,
        /// Why, and what to do about it.
        message: String,
    },
    /// The component has no export that a caller could use.
    #[error("the component of `{capability}` cannot be called: {message}")]
    NotCallable {
        /// Which capability.
        capability: String,
        /// What is missing.
        message: String,
    },
    /// The component was asked to describe itself and did not.
    #[error("the component does not describe itself: {message}")]
    NotDescribed {
        /// What came instead.
        message: String,
    },
    /// The cache of compiled code cannot be opened.
    #[error("the cache of compiled code at {}: {source}; mend it or set another `cache_dir`", path.display())]
    Cache {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The machine does not give what an engine needs.
    #[error("no engine can be made here: {message}")]
    Setup {
        /// What is missing.
        message: String,
    },
}

impl EngineError {
    pub(crate) fn altered(capability: &str, why: Altered) -> Self {
        Self::Altered { capability: capability.to_owned(), message: why.to_string() }
    }
}
