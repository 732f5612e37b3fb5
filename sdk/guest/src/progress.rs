//! How far a long operation has come. Needs the `progress` permission.
//!
//! *Never:* an operation fails because nobody watches; these functions give nothing back.

use std::fmt::Display;

use crate::sys;

/// Reports a fraction from 0 to 1 and what is being done.
pub fn report(fraction: f64, message: impl Display) {
    drop(sys::progress_report(Some(fraction), &message.to_string()));
}

/// Reports what is being done where nobody knows how much is left.
pub fn note(message: impl Display) {
    drop(sys::progress_report(None, &message.to_string()));
}
