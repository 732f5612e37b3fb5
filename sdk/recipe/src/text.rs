//! Texts that stand for moments, lengths of time and addresses, read by the runtime's own rules.
//!
//! *Never:* a text is good here and a fault in the runtime: the files are the same.

#![allow(
    dead_code,
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "written for the runtime, where a wrong index is a trap"
)]

#[path = "../runtime/src/time/calendar.rs"]
mod calendar;
#[path = "../runtime/src/duration/read.rs"]
mod duration;
#[path = "../runtime/src/net/read.rs"]
mod net;
#[path = "../runtime/src/time/read.rs"]
mod time;

/// Whether `timestamp` takes this text.
pub(crate) fn is_time(text: &str) -> bool {
    time::parse(text.as_bytes()).is_some_and(|(seconds, _)| calendar::is_moment(seconds))
}

/// Whether `duration` takes this text.
pub(crate) fn is_duration(text: &str) -> bool {
    duration::parse(text.as_bytes()).is_some()
}

/// Whether `ip` takes this text.
pub(crate) fn is_address(text: &str) -> bool {
    net::read(text.as_bytes()).is_some()
}

/// Whether `cidr` takes this text.
pub(crate) fn is_range(text: &str) -> bool {
    net::read_range(text.as_bytes()).is_some()
}
