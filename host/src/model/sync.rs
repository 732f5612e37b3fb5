//! What threads meet in: locks, atomics and the swap. Files that are tried under every schedule take
//! these from here, so that a model can put others in their place.
//!
//! *Never:* anything but names of what others have made.

pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use arc_swap::{ArcSwap, Guard};
pub(crate) use crossbeam_utils::atomic::AtomicCell;
