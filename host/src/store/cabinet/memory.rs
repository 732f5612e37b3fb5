//! A cabinet that is gone with the process.
//!
//! *Never:* a paper is lost before that.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Cabinet, Drawer, Kept, Paper};
use crate::store::LogError;

/// A cabinet in memory.
#[derive(Debug, Default)]
pub struct MemoryCabinet {
    drawers: Mutex<BTreeMap<String, Inside>>,
}

/// What is in a drawer.
#[derive(Debug, Default)]
struct Inside {
    version: u64,
    papers: BTreeMap<u64, Vec<u8>>,
}

impl MemoryCabinet {
    fn with<T>(&self, drawer: &str, step: impl FnOnce(&mut Inside) -> T) -> T {
        // Nothing in here panics halfway through a change.
        let mut drawers = self.drawers.lock().unwrap_or_else(PoisonError::into_inner);
        step(drawers.entry(drawer.to_owned()).or_default())
    }
}

// === impl Cabinet ===

impl Cabinet for MemoryCabinet {
    fn version(&self, drawer: &str) -> Result<u64, LogError> {
        Ok(self.with(drawer, |inside| inside.version))
    }

    fn open(&self, drawer: &str) -> Result<Drawer, LogError> {
        Ok(self.with(drawer, |Inside { version, papers }| {
            let papers = papers.iter().map(|(number, text)| (*number, text.clone()));
            Drawer { version: *version, papers: papers.collect() }
        }))
    }

    fn keep(&self, drawer: &str, expected: u64, papers: &[Paper]) -> Result<Kept, LogError> {
        Ok(self.with(drawer, |Inside { version, papers: kept }| {
            if *version != expected {
                return Kept::Changed;
            }
            *version += 1;
            for Paper { number, text } in papers {
                match text {
                    Some(text) => drop(kept.insert(*number, text.clone())),
                    None => drop(kept.remove(number)),
                }
            }
            Kept::Here
        }))
    }
}
