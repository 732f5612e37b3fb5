//! Engraft: an embeddable plugin host for programs that grow.

pub mod artifact;
pub mod engine;
mod error;
mod host;
pub mod model;
pub mod store;

pub use engine::{InstancePolicy, Invocation, Metering, Report};
pub use error::{CallError, Class, Error};
pub use host::{Capability, Host, HostBuilder, Ready, Terms, WantsTrust};
