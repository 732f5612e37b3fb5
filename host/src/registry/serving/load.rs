//! What a registry asks of whoever makes releases ready: the seam between it and the engine.
//!
//! *Never:* a release that could not take over what the one before it keeps is let in.

use std::pin::Pin;

use super::Handover;
use crate::model::CapabilityName;
use crate::registry::state::{Release, State};

/// Makes what can be called out of a release and its bundle: verified again, compiled, warm.
pub trait Load<C>: Send + Sync + 'static {
    /// Loads a release. Its bundle comes as it is kept, and may have been damaged since.
    fn load<'a>(&'a self, release: &'a Release, bundle: Vec<u8>) -> Loading<'a, C>;

    /// Loads a release whose effects do not happen, to be asked beside the one that answers.
    fn load_shadow<'a>(&'a self, release: &'a Release, bundle: Vec<u8>) -> Loading<'a, C> {
        drop((release, bundle));
        Box::pin(async { Err("nothing here makes shadows".to_owned()) })
    }

    /// Lets a release take over what the one before it keeps, before anybody gets it. Where that
    /// fails, all is as it was, and the old one goes on serving.
    fn take_over<'a>(&'a self, old: &'a C, new: &'a C, how: Handover) -> Loading<'a, ()> {
        let _ = (old, new, how);
        Box::pin(async { Ok(()) })
    }

    /// Is told who serves and what spreads of a capability, after that has changed and when a program
    /// starts: where a release was taken back, what it did to the state of its capability is undone.
    fn settle<'a>(&'a self, name: &'a CapabilityName, state: &'a State) -> Loading<'a, ()> {
        let _ = (name, state);
        Box::pin(async { Ok(()) })
    }
}

/// A release while it is being made ready.
pub type Loading<'a, C> = Pin<Box<dyn Future<Output = Result<C, String>> + Send + 'a>>;
