//! A stretch of shared bytes, so that taking a bundle apart copies nothing.
//!
//! *Never:* the stretch reaches beyond the bytes; both are fixed when it is made.

use std::ops::{Deref, Range};
use std::sync::Arc;

/// Bytes that are shared, all of them or a part. Cheap to clone.
///
/// ```
/// use engraft::model::Stretch;
///
/// let own: Stretch = vec![1, 2, 3].into();
/// assert_eq!(own.len(), 3);
/// ```
#[derive(Clone)]
pub struct Stretch {
    whole: Whole,
    range: Range<usize>,
}

/// What the stretch is of; taken as it comes, because copying tens of megabytes takes milliseconds.
#[derive(Clone)]
enum Whole {
    Shared(Arc<[u8]>),
    Vector(Arc<Vec<u8>>),
}

impl Stretch {
    /// A part of it; what lies beyond its end is left away.
    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.range.len());
        let start = range.start.min(end);
        let range = self.range.start + start..self.range.start + end;
        Self { whole: self.whole.clone(), range }
    }

    /// The bytes on their own; a copy where they are a part of something larger, or came as a vector.
    #[must_use]
    pub fn to_arc(&self) -> Arc<[u8]> {
        match &self.whole {
            Whole::Shared(whole) if self.range.len() == whole.len() => Arc::clone(whole),
            Whole::Shared(_) | Whole::Vector(_) => Arc::from(&**self),
        }
    }
}

// === impl Stretch ===

impl Deref for Stretch {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let whole: &[u8] = match &self.whole {
            Whole::Shared(whole) => whole,
            Whole::Vector(whole) => whole,
        };
        whole.get(self.range.clone()).unwrap_or_default()
    }
}

impl From<Arc<[u8]>> for Stretch {
    fn from(whole: Arc<[u8]>) -> Self {
        let range = 0..whole.len();
        Self { whole: Whole::Shared(whole), range }
    }
}

impl From<Vec<u8>> for Stretch {
    fn from(whole: Vec<u8>) -> Self {
        let range = 0..whole.len();
        Self { whole: Whole::Vector(Arc::new(whole)), range }
    }
}

impl From<&[u8]> for Stretch {
    fn from(bytes: &[u8]) -> Self {
        Arc::<[u8]>::from(bytes).into()
    }
}

impl PartialEq for Stretch {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Stretch {}

impl std::fmt::Debug for Stretch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.range.len())
    }
}
