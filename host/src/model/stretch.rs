//! A stretch of shared bytes, so that taking a bundle apart copies nothing.
//!
//! *Never:* the stretch reaches beyond the bytes; both are fixed when it is made.

use std::ops::Range;
use std::sync::Arc;

#[derive(Clone)]
pub(crate) struct Part {
    whole: Arc<[u8]>,
    range: Range<usize>,
}

impl Part {
    pub(crate) fn new(whole: Arc<[u8]>) -> Self {
        let range = 0..whole.len();
        Self { whole, range }
    }

    /// A stretch of `whole`; what lies beyond its end is left away.
    pub(crate) fn of(whole: &Arc<[u8]>, range: Range<usize>) -> Self {
        let end = range.end.min(whole.len());
        Self { whole: Arc::clone(whole), range: range.start.min(end)..end }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.whole.get(self.range.clone()).unwrap_or_default()
    }

    /// The bytes on their own; a copy only where they are a part of something larger.
    pub(crate) fn to_arc(&self) -> Arc<[u8]> {
        if self.range.len() == self.whole.len() {
            Arc::clone(&self.whole)
        } else {
            Arc::from(self.bytes())
        }
    }
}

// === impl Part ===

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.range.len())
    }
}
