//! From a target to an answer: who gets which release, the call, and what is told of it.
//!
//! *Never:* a call ends without having been told of, a dropped one included.

mod call;
mod pick;
#[cfg(test)]
mod tests;

pub use call::{Answer, FeedbackError, Opinion, Sample, Traffic};
pub use pick::{Pick, Target, TargetError, Who, pick};
