//! A component's bytes under the digest that names them.
//!
//! *Never:* bytes are handed out that were not held against the digest.

use std::sync::{Arc, OnceLock};

use super::{Digest, Stretch};

/// The bytes of a component and their digest. Cheap to clone.
///
/// ```
/// use engraft::model::{Content, Digest};
///
/// let content = Content::new(vec![0, b'a', b's', b'm']);
/// assert_eq!(content.digest(), Digest::of(b"\0asm"));
/// ```
#[derive(Debug, Clone)]
pub struct Content {
    digest: Digest,
    bytes: Stretch,
    /// Whether the bytes have that digest, once somebody wanted them.
    is_whole: Arc<OnceLock<bool>>,
}

/// Bytes that are not those of their digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "its bytes are damaged: they do not have the digest {}, under which they were kept",
    .0.short()
)]
pub(crate) struct Altered(Digest);

impl Content {
    /// These bytes, under the digest that they have.
    #[must_use]
    pub fn new(bytes: impl Into<Stretch>) -> Self {
        let bytes = bytes.into();
        Self::held(Digest::of(&bytes), bytes)
    }

    /// Bytes that were found to have this digest.
    pub(crate) fn held(digest: Digest, bytes: Stretch) -> Self {
        Self { digest, bytes, is_whole: Arc::new(OnceLock::from(true)) }
    }

    /// Bytes that are said to have this digest. Whoever wants them has them held against it first;
    /// nothing is read where nobody does.
    pub(crate) fn listed(digest: Digest, bytes: Stretch) -> Self {
        Self { digest, bytes, is_whole: Arc::default() }
    }

    /// The digest of the bytes.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn bytes(&self) -> Result<&Stretch, Altered> {
        match self.is_whole.get_or_init(|| Digest::of_many(&self.bytes) == self.digest) {
            true => Ok(&self.bytes),
            false => Err(Altered(self.digest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_another_digest_are_never_handed_out() {
        let listed = |digest| Content::listed(digest, b"component".as_slice().into());
        assert!(listed(Digest::of(b"component")).bytes().is_ok());
        let altered = listed(Digest::of(b"another"));
        assert!(altered.bytes().is_err());
        assert!(altered.clone().bytes().is_err());
    }
}
