//! The façade: one value that installs signed capabilities and calls them.
//!
//! *Never:* logic of its own; what is decided is decided on the floors below.

mod builder;
mod capability;
mod directory;

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use builder::{HostBuilder, Ready, Terms, WantsTrust};
pub use capability::Capability;
use directory::{Directory, Neighbours};

use crate::artifact::{Bundle, Keyring, Ledger, Verified};
use crate::engine::{Engine, Inspection, Invocation, Loadable, NativeCode, Report};
use crate::model::{CapabilityName, Clock, Description, NamePattern, Outcome};
use crate::{CallError, Error};

/// A host of capabilities. Cheap to clone; every clone is the same host.
#[derive(Clone)]
pub struct Host {
    parts: Arc<Parts>,
}

pub(crate) struct Parts {
    engine: Engine,
    directory: Arc<Directory>,
    keyring: Keyring,
    ledger: Ledger,
    terms: Vec<(NamePattern, Terms)>,
    clock: Arc<dyn Clock>,
}
