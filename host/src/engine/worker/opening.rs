//! What is to be served by workers, whether or not there are any.
//!
//! *Never:* anything in it has run in this process.

use super::AwayCode;
use crate::engine::Loadable;
use crate::engine::authority::Authority;
use crate::engine::inspect::Needs;

/// What is to be served by workers.
#[cfg_attr(
    not(all(feature = "worker", target_os = "linux")),
    allow(dead_code, reason = "nobody looks at it where nothing is done elsewhere")
)]
pub(crate) struct Opening<'a> {
    pub(crate) loadable: &'a Loadable,
    pub(crate) needs: &'a Needs,
    pub(crate) authority: &'a Authority,
    /// Whether nobody knows yet what it asks for.
    pub(crate) is_unnamed: bool,
    /// What another worker has compiled.
    pub(crate) code: Option<AwayCode>,
}
