//! Requests by their names, so that what people say of an answer later finds what was asked.
//!
//! *Never:* more of them are remembered than the bound says, or any with a secret in it.

use std::collections::{HashMap, VecDeque};

use super::Failure;
use crate::model::GapId;
use crate::traffic::Who;

/// Requests that can still be corrected: at some kilobytes each a few megabytes, and hours of a
/// person's use. The oldest is forgotten first.
const REQUESTS_MAX: usize = 2_048;
/// A longer name is data.
const NAME_BYTES_MAX: usize = 256;

/// What is known of a request.
#[derive(Debug, Clone)]
pub(in crate::host::live) struct Noted {
    /// What was asked, as it would be noted if it were no good.
    pub(in crate::host::live) failure: Failure,
    /// The gap that it was noted in; none where it was served.
    pub(in crate::host::live) gap: Option<GapId>,
}

/// The requests that are remembered.
#[derive(Debug, Default)]
pub(in crate::host::live) struct Recent {
    known: HashMap<String, Entry>,
    order: VecDeque<String>,
}

#[derive(Debug, Default)]
struct Entry {
    what: Option<(Noted, Who)>,
    /// Whether whoever asks tells of it.
    is_expected: bool,
}

impl Recent {
    /// A request that is under way, and that whoever asks will tell of.
    pub(super) fn expect(&mut self, request: &str) {
        if let Some(entry) = self.entry(request) {
            *entry = Entry { what: None, is_expected: true };
        }
    }

    /// Whether whoever asks tells of it, or has done so.
    pub(super) fn is_expected(&self, request: &str) -> bool {
        self.known.get(request).is_some_and(|entry| entry.is_expected)
    }

    pub(super) fn remember(&mut self, request: &str, who: &Who, noted: Noted) {
        let who =
            Who { sticky: who.sticky.clone(), request: who.request.clone(), ..Who::default() };
        if let Some(entry) = self.entry(request) {
            entry.what = Some((noted, who));
        }
    }

    /// What was asked by this name, and who asked.
    pub(super) fn of(&self, request: &str) -> Option<(Noted, Who)> {
        self.known.get(request)?.what.clone()
    }

    fn entry(&mut self, request: &str) -> Option<&mut Entry> {
        if request.len() > NAME_BYTES_MAX {
            return None;
        }
        if !self.known.contains_key(request) {
            self.order.push_back(request.to_owned());
        }
        if self.order.len() > REQUESTS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        Some(self.known.entry(request.to_owned()).or_default())
    }
}
