//! What is noted about one value: how it was before a release on probation first wrote it, and what
//! that release wrote last.
//!
//! *Never:* a note that cannot be read is taken for one that says "there was nothing".

use crate::model::Digest;

/// Digests have 32 bytes.
const DIGEST_BYTES: usize = 32;

/// The note about one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    before: Option<Vec<u8>>,
    /// Unknown where the release, or its host, died between the note and the write.
    last: Option<Digest>,
}

impl Note {
    /// A value as it is before it is first written.
    pub(super) const fn before(value: Option<Vec<u8>>) -> Self {
        Self { before: value, last: None }
    }

    /// Notes what was written.
    pub(super) fn wrote(&mut self, value: Option<&[u8]>) {
        self.last = Some(digest(value));
    }

    /// Whether a value is still the one that was written last, as far as is known.
    pub(super) fn is_last(&self, value: Option<&[u8]>) -> bool {
        self.last.is_none_or(|last| last == digest(value))
    }

    /// The value as it was.
    pub(super) fn into_before(self) -> Option<Vec<u8>> {
        self.before
    }

    /// One byte that says what follows, the digest, the value.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let what = u8::from(self.before.is_some()) | (u8::from(self.last.is_some()) << 1);
        let digest = self.last.map_or([0; DIGEST_BYTES], |last| *last.as_bytes());
        [&[what], &digest[..], self.before.as_deref().unwrap_or_default()].concat()
    }

    /// Reads it; none where it is no note.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (what, rest) = bytes.split_first()?;
        let (digest, value) = rest.split_first_chunk::<DIGEST_BYTES>()?;
        if *what > 3 {
            return None;
        }
        let before = (what & 1 != 0).then(|| value.to_vec());
        let last = (what & 2 != 0).then(|| Digest::from(*digest));
        Some(Self { before, last })
    }
}

/// The digest of a value; one that is not there has another than an empty one.
fn digest(value: Option<&[u8]>) -> Digest {
    match value {
        Some(value) => Digest::of_all(&[&[1], value]),
        None => Digest::of(&[0]),
    }
}
