//! Which secrets there are. Needs a `secret` permission for each.
//!
//! To use one, name it in a request: [`Request::bearer`](crate::http::Request::bearer) and its like.
//!
//! *Never:* the value of a secret comes here; the host puts it into the request.

use crate::{HostError, sys};

/// Whether the host holds this secret for this capability.
///
/// # Errors
/// Where the secret was not asked for or not granted.
pub fn exists(name: &str) -> Result<bool, HostError> {
    sys::secret_exists(name)
}
