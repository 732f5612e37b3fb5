//! A host that keeps releases in a log from which others serve: what a command does beside a program
//! that runs, or where none does.
//!
//! *Never:* what serves by the log is loaded, called, or asked for its state here.

use std::fmt;
use std::sync::Arc;

use super::{Host, LiveHost};
use crate::Error;
use crate::artifact::SigningKey;
use crate::examine::{Approval, Candidate};
use crate::registry::{Actor, Record};
use crate::store::OpLog;

/// A host that keeps releases in a log and serves nothing. Programs that serve from the log follow.
///
/// ```no_run
/// use std::sync::Arc;
/// use engraft::artifact::{Keyring, Origin, SigningKey};
/// use engraft::registry::Actor;
/// use engraft::store::SqliteLog;
/// use engraft::{Clerk, Host};
///
/// # async fn example(keyring: Keyring, log_key: SigningKey) -> Result<(), Box<dyn std::error::Error>> {
/// let host = Host::builder().trust(keyring).build()?;
/// let clerk = Clerk::open(host, Arc::new(SqliteLog::open("registry.sqlite")?), log_key)?;
/// let bundle = std::fs::read("slugify.engraft")?;
/// clerk.install(&bundle, Actor::person("ann"), "to try it").await?;
/// # Ok(())
/// # }
/// ```
pub struct Clerk {
    desk: LiveHost,
}

impl Clerk {
    /// A clerk of a log; `key` is the one that signs its checkpoints.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub fn open(host: Host, log: Arc<dyn OpLog>, key: SigningKey) -> Result<Self, Error> {
        Ok(Self { desk: LiveHost::to_write(host, log, key)? })
    }

    /// Verifies a bundle, examines it by the host's policy, sees that it can be loaded, and keeps it:
    /// see [`LiveHost::install`].
    ///
    /// # Errors
    /// As [`LiveHost::install`].
    pub async fn install(&self, bundle: &[u8], by: Actor, why: &str) -> Result<Record, Error> {
        self.desk.install(bundle, by, why).await
    }

    /// The same for any candidate: see [`LiveHost::admit`].
    ///
    /// # Errors
    /// As [`LiveHost::admit`].
    pub async fn admit(
        &self,
        candidate: Candidate,
        keys: &[&SigningKey],
        by: Actor,
        why: &str,
    ) -> Result<Record, Error> {
        self.desk.admit(candidate, keys, by, why).await
    }

    /// Keeps a bundle that nobody has looked at: see [`LiveHost::install_unexamined`].
    ///
    /// # Errors
    /// As [`LiveHost::install_unexamined`].
    pub async fn install_unexamined(
        &self,
        bundle: &[u8],
        by: Actor,
        why: &str,
    ) -> Result<Record, Error> {
        self.desk.install_unexamined(bundle, by, why).await
    }

    /// Takes in what a person has signed of a candidate: see [`LiveHost::decide`].
    ///
    /// # Errors
    /// As [`LiveHost::decide`].
    pub async fn decide(&self, approval: &Approval, by: Actor) -> Result<Vec<Record>, Error> {
        self.desk.decide(approval, by).await
    }
}

// === impl Clerk ===

impl fmt::Debug for Clerk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clerk").field("registry", self.desk.registry()).finish()
    }
}
