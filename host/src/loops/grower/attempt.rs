//! One attempt: a draft is written within the limits of time and money, and what came of it recorded.
//!
//! *Never:* an attempt that was cut off is paid with more than was spent.

use std::time::Duration;

use super::{Grower, Made, Needs, Workshop, Writing, ms};
use crate::registry::{Callee, Proposal, RegistryError, Spent, Step, Until, Work};
use crate::synth::Purse;

/// An attempt at which something outside was away or answered badly is made again after this long, and
/// then after five times as long: a server that has too much to do is not helped by three at once.
const PAUSE: Duration = Duration::from_secs(5);
const PAUSE_TIMES: u32 = 5;
/// The longest of these pauses, whatever a server asks for.
const PAUSE_MAX: Duration = Duration::from_secs(600);

impl<C: Callee, W: Workshop> Grower<C, W> {
    pub(super) async fn write(&self, work: &Work) -> Result<(), RegistryError> {
        let limit = Duration::from_secs(self.governance.budget.attempt_seconds_max);
        let now = self.clock.wall();
        let until_ms = ms(now.saturating_add(limit));
        let attempts = Spent { attempts: 1, ..Spent::default() };
        let (by, seat) = (self.program.clone(), self.seat.clone());
        let begun = Step::Begun { by, until_ms, spent: attempts, seat };
        let why = format!("attempt {} begins, for {}", work.attempts + 1, work.want.source);
        self.note(work, &why, begun, Vec::new()).await?;
        let spent = self.registry.journal().state().growth.spent_on(ms(now));
        let money_max = self.governance.budget.day_micros_max.saturating_sub(spent.micros);
        let started = self.clock.monotonic();
        let purse = Purse::new(money_max);
        let written = tokio::time::timeout(limit, self.workshop.write(work, &purse)).await;
        let took = ms(self.clock.monotonic().saturating_duration_since(started));
        let spent = Spent { attempts: 0, ms: took, micros: purse.taken() };
        match written {
            Ok(written) => self.wrote(work, written, spent).await,
            Err(_) => {
                let tried = vec![format!("the attempt took longer than its {} s", limit.as_secs())];
                let why = "the attempt took too long".to_owned();
                let failed = Step::Failed { tried, spent, until: None };
                self.note(work, &why, failed, Vec::new()).await
            }
        }
    }

    /// Records what came of an attempt.
    async fn wrote(
        &self,
        work: &Work,
        written: Writing,
        spent: Spent,
    ) -> Result<(), RegistryError> {
        let Writing { made, tried } = written;
        match made {
            Made::Draft { proposal, blobs } => {
                let Proposal { name, version, author, reasons, doubts, .. } = &*proposal;
                let reason = reasons.first().map_or("", String::as_str);
                let doubts: String = doubts.iter().map(|doubt| format!("; but {doubt}")).collect();
                let why = format!("{author} wrote `{name}` {version}: {reason}{doubts}");
                self.note(work, &why, Step::Proposed { proposal, tried, spent }, blobs).await
            }
            Made::Nothing { needs, why } => {
                let until = Some(self.until(work, needs, why.clone()));
                self.note(work, &why, Step::Failed { tried, spent, until }, Vec::new()).await
            }
            Made::Over { how, why } => {
                let failed = Step::Failed { tried, spent, until: None };
                self.note(work, &why, failed, Vec::new()).await?;
                self.end(work, how, &why).await
            }
        }
    }

    /// What the next attempt waits for.
    fn until(&self, work: &Work, needs: Needs, why: String) -> Until {
        match needs {
            Needs::Time(least) => {
                let times = PAUSE_TIMES.saturating_pow(work.attempts);
                let pause = PAUSE.saturating_mul(times).max(least).min(PAUSE_MAX);
                Until::Time { at_ms: ms(self.clock.wall().saturating_add(pause)), why }
            }
            Needs::Money { author, micros } => Until::Money { author, micros, why },
            Needs::News => Until::News { known: self.registry.journal().state().known(), why },
        }
    }
}
