//! The scope of the key that a host signs with what it has made itself.
//!
//! *Never:* it reaches a secret, changes a file, or goes further than what the host grants already.

use super::scope::{Ceiling, Risk, Scope};
use crate::model::{Access, FileRule, Grant, KvQuota, NamePattern, Permissions};

impl Scope {
    /// What a key for making may sign: capabilities of these names that ask for no more than these
    /// grants allow already, and of that neither secrets, nor environment variables, in which secrets
    /// stand, nor writing to files, nor interfaces of the embedding program.
    ///
    /// ```
    /// use engraft::artifact::{Ceiling, Risk, Scope};
    /// use engraft::model::Grant;
    ///
    /// let scope = Scope::of_making(["made.*".parse()?], [&Grant::default()]);
    /// assert_eq!(scope.permissions, Ceiling::Within(Default::default()));
    /// assert_eq!(scope.risk, Risk::Safe);
    /// # Ok::<(), engraft::model::PatternError>(())
    /// ```
    #[must_use]
    pub fn of_making<'a>(
        names: impl IntoIterator<Item = NamePattern>,
        grants: impl IntoIterator<Item = &'a Grant>,
    ) -> Self {
        let permissions = makeable(grants);
        let risk = Risk::least(&permissions);
        Self { risk, permissions: Ceiling::Within(permissions), ..Self::of_names(names) }
    }
}

/// The most that what a host makes may ask for, where it grants this much.
pub(crate) fn makeable<'a>(grants: impl IntoIterator<Item = &'a Grant>) -> Permissions {
    let mut most = Permissions::default();
    for grant in grants {
        most.log |= grant.log;
        most.clock |= grant.clock.is_some();
        most.random |= grant.random.is_some();
        most.progress |= grant.progress;
        most.kv = match (most.kv, grant.kv) {
            (Some(one), Some(other)) => {
                Some(KvQuota { bytes: one.bytes.max(other.bytes), keys: one.keys.max(other.keys) })
            }
            (one, other) => one.or(other),
        };
        most.http.extend(grant.http.iter().cloned());
        most.call.extend(grant.call.iter().cloned());
        most.config.extend(grant.config.iter().cloned());
        let files = grant.files.iter().map(|files| FileRule {
            guest_path: files.guest_path.clone(),
            access: Access::ReadOnly,
        });
        most.files.extend(files);
    }
    most
}
