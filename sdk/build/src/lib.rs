//! Makes capabilities in any language that compiles to WebAssembly: where the toolchains are, the
//! templates to begin from, bindings, and components of the contract.
//!
//! *Never:* anything here runs a component or signs one; that is the host's.

mod adapter;
mod bindings;
mod border;
mod compile;
mod component;
mod contract;
mod description;
mod emit;
mod language;
mod project;
mod schema;
mod stub;
mod template;
mod toolchain;
mod wasi;
mod workshop;
mod yaml;

pub use border::Foreign;
pub use compile::{BuildError, Built, Effort, bindings, build, test};
pub use component::{COMPONENT_BYTES_MAX, ComponentError};
pub use contract::{ContractError, WORLD};
pub use description::{
    Description, DescriptionError, Example, FILE, HttpRule, KvQuota, Operation, Permissions,
    SecretRule,
};
pub use language::{Language, Reproducibility, UnknownLanguage};
pub use project::{Project, ProjectError};
pub use schema::mismatch;
pub use template::{NewError, Wanted, create};
pub use toolchain::{
    InstallError, MissingTool, Package, Ran, Registry, RunError, Status, Tool, Toolchains,
};
pub use wasi::{Access, FileRule, NoFiles, Variant, Wasi};
pub use workshop::{BuildLimits, Workshop, WorkshopError, build_if_asked};
pub use yaml::YamlError;
