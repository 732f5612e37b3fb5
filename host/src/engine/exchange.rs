//! What passes between a capability and the embedding program's own interfaces, as text that a tape can
//! keep: the program's host functions say what was asked and answered, and are told where a tape answers.
//!
//! *Never:* what a tape answers is done as well.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::state::CallState;
use crate::model::CapabilityName;

/// Whoever keeps exchanges, or has the answers of some.
pub(crate) trait Exchanges: Send + Sync {
    /// The answer, as JSON, where it comes from here; an error where it should and there is none.
    fn played(
        &self,
        capability: &CapabilityName,
        function: &str,
        asked: &str,
    ) -> Option<Result<String, String>>;

    /// What was asked and answered.
    fn heard(&self, capability: &CapabilityName, function: &str, asked: &str, answer: &str);
}

/// Nothing answers for a function of the embedding program: no fault of the guest's, whose call ends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unplayed(String);

impl Unplayed {
    pub(crate) const fn new(why: String) -> Self {
        Self(why)
    }
}

impl CallState {
    /// Answers a function of the embedding program's own interface: from the tape that is played, or by
    /// doing it, which is kept on the tape that is recorded. Where neither is, it is just done. An
    /// interface whose functions all go through here says so with
    /// [`Interface::on_tape`](super::raw::Interface::on_tape).
    ///
    /// What is asked and answered becomes JSON; many bytes are better told as text, in base64. Where a
    /// function is called as in WIT (`screen.pixel`, or in full `acme:desk/screen#pixel`), and is told its
    /// arguments and its result and nothing else, a tape is played without the program too: by the command
    /// `engraft examine --tape`, and in workers.
    ///
    /// ```
    /// use engraft::engine::raw::Interface;
    ///
    /// let screen = Interface::new("acme:desk/screen@1.0.0", "desk.screen", |linker| {
    ///     let mut screen = linker.instance("acme:desk/screen@1.0.0")?;
    ///     screen.func_wrap("pixel", |mut call, at: (u32, u32)| {
    ///         let pixel = call.data_mut().exchange("screen.pixel", &at, |_| at.0 ^ at.1)?;
    ///         Ok((pixel,))
    ///     })
    /// });
    /// let screen = screen.on_tape();
    /// ```
    ///
    /// # Errors
    /// Where the tape that is played does not have it; the call ends then.
    pub fn exchange<A, R>(
        &mut self,
        function: &str,
        asked: &A,
        answer: impl FnOnce(&mut Self) -> R,
    ) -> wasmtime::Result<R>
    where
        A: Serialize + ?Sized,
        R: Serialize + DeserializeOwned,
    {
        if let Some(played) = self.played(function, asked)? {
            return Ok(played);
        }
        let answer = answer(self);
        self.note(function, asked, &answer)?;
        Ok(answer)
    }

    /// The first half of an [`exchange`](Self::exchange), for a function that waits for its answer: what
    /// a tape says, where one is played.
    ///
    /// # Errors
    /// As [`exchange`](Self::exchange).
    pub fn played<A, R>(&mut self, function: &str, asked: &A) -> wasmtime::Result<Option<R>>
    where
        A: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        let Some(exchanges) = &self.identity.services.exchanges else { return Ok(None) };
        let asked = serde_json::to_string(asked)?;
        let Some(played) = exchanges.played(&self.identity.name, function, &asked) else {
            return Ok(None);
        };
        let answer = played.map_err(Unplayed::new)?;
        Ok(Some(serde_json::from_str(&answer)?))
    }

    /// What a tape answers for a function of a program that is not here.
    pub(crate) fn stood_in(&self, function: &str, asked: &str) -> Result<String, String> {
        let exchanges = self.identity.services.exchanges.as_ref();
        let played = exchanges.and_then(|it| it.played(&self.identity.name, function, asked));
        played.unwrap_or_else(|| Err(format!("`{function}`: its program is not here to answer")))
    }

    /// The other half: what was answered, once it was.
    ///
    /// # Errors
    /// Where either cannot be told as JSON.
    pub fn note<A, R>(&mut self, function: &str, asked: &A, answer: &R) -> wasmtime::Result<()>
    where
        A: Serialize + ?Sized,
        R: Serialize + ?Sized,
    {
        if let Some(exchanges) = &self.identity.services.exchanges {
            let (asked, answer) = (serde_json::to_string(asked)?, serde_json::to_string(answer)?);
            exchanges.heard(&self.identity.name, function, &asked, &answer);
        }
        Ok(())
    }
}
