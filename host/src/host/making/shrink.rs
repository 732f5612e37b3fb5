//! Makes requests that a release failed at as small as they still fail, by asking that release.
//!
//! *Never:* a request becomes another failure: how it ends stays the same.

use super::{Bench, Built};
use crate::loops::healer::{COUNTEREXAMPLES_MAX, SHRINKS_MAX, smaller};
use crate::model::{CapabilityName, Counterexample};

/// Makes every request smaller that nobody said an answer to: what is wanted of a smaller one is not
/// known.
pub(super) async fn all(
    bench: &Bench,
    name: &CapabilityName,
    built: &Built,
    failed: &mut [Counterexample],
) {
    let loaded = match bench.load(built).await {
        Ok(loaded) => loaded,
        Err(why) => {
            tracing::debug!(target: "engraft::healer", %name, why, "requests stay as they are");
            return;
        }
    };
    for one in failed.iter_mut().take(COUNTEREXAMPLES_MAX) {
        if one.wanted.is_some() || one.found.is_some() {
            continue;
        }
        let mut left = SHRINKS_MAX;
        // Each round takes the first smaller one that fails alike; it ends where none does.
        'rounds: loop {
            for less in smaller(&one.input) {
                if left == 0 {
                    break 'rounds;
                }
                left -= 1;
                let outcome = Bench::ask(&loaded, built.operation(), &less.to_string()).await;
                if outcome.word() == one.how {
                    one.input = less;
                    continue 'rounds;
                }
            }
            break;
        }
    }
}
