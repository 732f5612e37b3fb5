//! Code that a worker has compiled, on its way to the workers after it.
//!
//! Whoever compiles what nobody trusts may by then do what that says, so its code is as little to be
//! trusted as the component: it is for processes behind the same walls.
//!
//! *Never:* such code is loaded in a process without them.

use std::sync::Arc;

use super::wire::BYTES_MAX;
use crate::engine::NativeCode;

/// Bytes of the hash, as hexadecimal digits, that names what code runs on.
const COMPATIBILITY_BYTES: usize = 64;
/// Machine code is up to a dozen times as long as what it was made from.
const TIMES: u64 = 32;
/// What any compiled component has besides.
const BESIDES: u64 = 4 << 20;

/// Code for workers, which nobody else can read.
#[derive(Clone)]
pub(crate) struct AwayCode(Arc<[u8]>);

impl AwayCode {
    /// What a worker has sent; none where it sent nothing.
    pub(super) fn of(body: Vec<u8>) -> Option<Self> {
        (!body.is_empty()).then(|| Self(body.into()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The most that the code of a component of this length can be.
pub(super) fn code_bytes_max(component: usize) -> u64 {
    (component as u64).saturating_mul(TIMES).saturating_add(BESIDES).min(BYTES_MAX)
}

/// As it goes through a pipe.
pub(super) fn packed(native: &NativeCode) -> Vec<u8> {
    [native.compatibility.as_bytes(), &*native.bytes].concat()
}

/// As it came through a pipe; none where nothing did.
pub(super) fn unpacked(bytes: &[u8]) -> Option<NativeCode> {
    let (compatibility, code) = bytes.split_at_checked(COMPATIBILITY_BYTES)?;
    let compatibility = str::from_utf8(compatibility).ok()?.to_owned();
    Some(NativeCode { compatibility, bytes: code.into() })
}
