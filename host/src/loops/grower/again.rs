//! Work that goes on where it was left: by a process that is gone, or because nobody had an idea.
//!
//! *Never:* work is taken away from whoever is still at it.

use super::{Grower, Workshop, ms};
use crate::loops::governor::reopened;
use crate::registry::{Callee, JournalError, RegistryError, Seat, Step, Work};

impl<C: Callee, W: Workshop> Grower<C, W> {
    /// Tries again what nobody had an idea for, where something serves now that did not then; false
    /// where there is no such work.
    ///
    /// # Errors
    /// Where the log cannot be read or written.
    pub async fn reopen(&self) -> Result<bool, RegistryError> {
        let work = {
            let state = self.registry.journal().state();
            reopened(&state, &self.governance, self.clock.wall()).cloned()
        };
        let Some(work) = work else { return Ok(false) };
        let why = "something serves now that did not when nobody had an idea";
        faster(self.note(&work, why, Step::Retried, Vec::new()).await)
    }

    /// Lays down an attempt that was made in this process or another one of this machine and that
    /// nobody makes any more; false where there is none.
    ///
    /// # Errors
    /// Where the log cannot be read or written.
    pub async fn take_over(&self, is_gone: impl Fn(&Seat) -> bool) -> Result<bool, RegistryError> {
        let now_ms = ms(self.clock.wall());
        let lost = {
            let state = self.registry.journal().state();
            let is_lost = |work: &&&Work| {
                let lasts = work.attempt.as_ref().is_some_and(|(_, until)| *until > now_ms);
                lasts && work.seat.as_ref().is_some_and(&is_gone)
            };
            state.growth.queue().iter().find(is_lost).map(|work| (*work).clone())
        };
        let Some(work) = lost else { return Ok(false) };
        let Some((by, until_ms)) = work.attempt.clone() else { return Ok(false) };
        let why = format!("{by} is gone, and its attempt with it");
        faster(self.note(&work, &why, Step::Lost { by, until_ms }, Vec::new()).await)
    }
}

/// Whether something was done, where somebody else who was faster is no trouble.
fn faster(done: Result<(), RegistryError>) -> Result<bool, RegistryError> {
    match done {
        Err(RegistryError::Journal(JournalError::Rule(_))) => Ok(false),
        done => done.map(|()| true),
    }
}
