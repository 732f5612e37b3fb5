//! What the callers saw, moment by moment.

use std::sync::{Mutex, PoisonError};

/// Moments that stand beside one another in a strip.
const COLUMNS: usize = 60;
const HEIGHTS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Answers by release, and calls that failed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    pub(crate) answered: [u64; 3],
    pub(crate) failed: u64,
}

/// What was seen, cut into moments.
#[derive(Debug, Default)]
pub(crate) struct Film(Mutex<Vec<Seen>>);

impl Film {
    /// A moment ends, and the next begins.
    pub(crate) fn cut(&self) {
        self.with(|moments| moments.push(Seen::default()));
    }

    pub(crate) fn answered(&self, release: usize) {
        self.last(|seen| {
            if let Some(count) = seen.answered.get_mut(release) {
                *count += 1;
            }
        });
    }

    pub(crate) fn failed(&self) {
        self.last(|seen| seen.failed += 1);
    }

    /// All moments so far together.
    pub(crate) fn tell(&self) -> Seen {
        self.with(|moments| {
            moments.iter().fold(Seen::default(), |mut all, seen| {
                for (sum, count) in all.answered.iter_mut().zip(seen.answered) {
                    *sum += count;
                }
                all.failed += seen.failed;
                all
            })
        })
    }

    /// One row a release, one column a few moments, higher where more calls were answered.
    pub(crate) fn strip(&self) -> String {
        let columns: Vec<Seen> = self.with(|moments| {
            // The middle one of a few stands for them: a sum would hide that they take turns, and
            // so would an even number of them.
            let together = moments.len().div_ceil(COLUMNS) | 1;
            moments.chunks(together).filter_map(|few| few.get(few.len() / 2)).copied().collect()
        });
        let of = |seen: &Seen, row: usize| seen.answered.get(row).copied().unwrap_or_default();
        let most = columns.iter().flat_map(|seen| seen.answered).max().unwrap_or_default().max(1);
        let row = |row: usize| -> String {
            let height = |seen: &Seen| usize::try_from((of(seen, row) * 8).div_ceil(most));
            let columns = columns.iter().map(|seen| height(seen).unwrap_or_default());
            columns.map(|height| HEIGHTS.get(height).copied().unwrap_or('█')).collect()
        };
        let failed = columns.iter().map(|seen| if seen.failed == 0 { '·' } else { '×' });
        let failed: String = failed.collect();
        format!("  1.0.0   {}\n  1.1.0   {}\n  failed  {failed}\n", row(0), row(1))
    }

    fn last(&self, change: impl FnOnce(&mut Seen)) {
        self.with(|moments| {
            if moments.is_empty() {
                moments.push(Seen::default());
            }
            if let Some(last) = moments.last_mut() {
                change(last);
            }
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Vec<Seen>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
