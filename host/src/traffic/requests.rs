//! Which request counted where, so that what people say of it later finds its place.
//!
//! *Never:* more requests are remembered than the bound says.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::pick::Unit;
use crate::registry::Book;

/// Requests that feedback can still name: at some hundred bytes each a few megabytes, and hours of
/// a person's use. The oldest is forgotten first.
const REQUESTS_MAX: usize = 16_384;

/// What a user says of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opinion {
    /// Content.
    Good,
    /// Not content.
    Bad,
}

/// What somebody says of the answer to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// Which request, by the name that its caller gave it.
    pub request: String,
    /// By which metric of the program; none where it is a person's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// What.
    pub opinion: Opinion,
}

impl Feedback {
    /// What a person says.
    #[must_use]
    pub fn new(request: impl Into<String>, opinion: Opinion) -> Self {
        Self { request: request.into(), metric: None, opinion }
    }

    /// The same by a metric of the program.
    #[must_use]
    pub fn metric(mut self, metric: impl Into<String>) -> Self {
        self.metric = Some(metric.into());
        self
    }
}

/// Why feedback was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no request `{0}` took part in a rollout here, or it is too long ago")]
pub struct FeedbackError(pub String);

/// The requests that are remembered.
#[derive(Debug, Default)]
pub(super) struct Requests {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    known: HashMap<String, Unit<Arc<Book>>>,
    order: VecDeque<String>,
}

impl Requests {
    /// Remembers where a request counts.
    pub(super) fn remember(&self, request: &str, unit: Unit<Arc<Book>>) {
        let mut inner = self.lock();
        if inner.known.insert(request.to_owned(), unit).is_none() {
            inner.order.push_back(request.to_owned());
        }
        if inner.order.len() > REQUESTS_MAX
            && let Some(oldest) = inner.order.pop_front()
        {
            inner.known.remove(&oldest);
        }
    }

    /// Where a request counts.
    pub(super) fn unit(&self, request: &str) -> Result<Unit<Arc<Book>>, FeedbackError> {
        let known = self.lock().known.get(request).cloned();
        known.ok_or_else(|| FeedbackError(request.to_owned()))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Arm;

    #[test]
    fn the_oldest_is_forgotten_first() {
        let (requests, book) = (Requests::default(), Arc::new(Book::new()));
        for number in 0..=REQUESTS_MAX as u64 {
            let unit = Unit { book: Arc::clone(&book), user: number, arm: Arm::Control };
            requests.remember(&number.to_string(), unit);
        }
        assert_eq!(requests.unit("0").map(|_| ()), Err(FeedbackError("0".to_owned())));
        assert_eq!(requests.unit("1").map(|unit| unit.user), Ok(1));
    }
}
