//! What people say should have come of requests.
//!
//! *Never:* anything is learned that has a secret in it, or that contradicts itself.

use serde_json::Value;

use super::super::LiveHost;
use super::Failure;
use crate::model::GapId;
use crate::model::secrecy::REDACTED;
use crate::synth::{Cause, TeachError, Teacher, Wish};

/// The owner among the numbers of people.
pub(super) const OWNER: u64 = u64::MAX;

impl LiveHost {
    /// Says what should have come of a request, which a response or
    /// [`Who::request`](crate::traffic::Who::request) named. It is the word of the user who asked: one
    /// of many, and what users do not agree on teaches nothing.
    ///
    /// Where a release gave the answer that was made here, the next one has to give something else; and
    /// once as many agree as [`Governance::gaps`](crate::loops::governor::Governance::gaps) asks for, it
    /// has to give what they want, and work on it begins by itself while
    /// [growth](crate::Growth::run) runs.
    ///
    /// # Errors
    /// Where the request is not remembered, or what was asked or wanted may not be kept.
    pub async fn correct(&self, request: &str, wanted: Value) -> Result<GapId, TeachError> {
        self.note_incidents().await;
        let noted = self.inner.needs.recent().of(request);
        let (noted, who) = noted.ok_or_else(|| TeachError::UnknownRequest(request.to_owned()))?;
        let wish = wish_of(&noted.failure, wanted)?;
        let by = Teacher::User(self.number(&who));
        let mut notebook = self.notebook().await.lock_owned().await;
        let gap = match noted.gap.filter(|gap| notebook.gaps().gap(*gap).is_some()) {
            Some(gap) => notebook.teach_more(gap, wish, by).map(|()| gap)?,
            None => notebook.teach(noted.failure, wish, by, self.number(&who), self.wall())?,
        };
        drop(notebook);
        #[cfg(feature = "grow")]
        if let Some(failures) = self.inner.failures.get() {
            failures.found_wrong(request, None);
        }
        self.keep_taught().await;
        Ok(gap)
    }

    /// Learns from examples, by the word of whoever owns the program: sentences or inputs with what
    /// they are to give, under a name where there is one for it. The gap is worth work at once.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use engraft::artifact::{Keyring, Origin, SigningKey};
    /// # use engraft::store::MemoryLog;
    /// use engraft::synth::{Threshold, Wish};
    /// # use engraft::{Host, LiveHost};
    /// use serde_json::json;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let key = SigningKey::generate(Origin::Development)?;
    /// # let host = Host::builder().trust(Keyring::for_development(key.public())).build()?;
    /// # let log_key = SigningKey::generate(Origin::Release)?;
    /// # let live = LiveHost::open(host, Arc::new(MemoryLog::new()), log_key).await?;
    /// let initials = Wish::default()
    ///     .example(json!({"name": "Ada Lovelace"}), json!("A. L."))
    ///     .example(json!({"name": "Alan Turing"}), json!("A. T."))
    ///     .named("text.initials".parse()?);
    /// let id = live.teach(&initials).await?;
    /// assert_eq!(live.gaps_due(Threshold::default()).await[0].id(), id);
    ///
    /// let secret = Wish::default().example(json!({"password": "hunter2"}), json!("fine"));
    /// let refused = live.teach(&secret).await.unwrap_err();
    /// assert!(refused.to_string().contains("seems to hold a secret at `/password`"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Where the examples contradict each other, seem to hold a secret, or are too large or too many;
    /// then nothing is learned.
    pub async fn teach(&self, wish: &Wish) -> Result<GapId, TeachError> {
        let sentence = wish.asked.first().map_or("", |asked| asked.sentence.as_str());
        let mut failure = Failure::of_sentence(sentence, Cause::Missing);
        if let Some(name) = &wish.name {
            let snapshot = self.inner.registry.snapshot();
            let is_there = snapshot.line(name.as_str()).is_some();
            failure.cause = if is_there { Cause::WrongOutput } else { Cause::Missing };
            failure.capability = Some(name.clone());
        }
        let mut notebook = self.notebook().await.lock_owned().await;
        let gap = notebook.teach(failure, wish.clone(), Teacher::Owner, OWNER, self.wall())?;
        drop(notebook);
        self.keep_taught().await;
        Ok(gap)
    }

    /// The same for a gap that is known: what it should give, where that was not clear.
    ///
    /// # Errors
    /// As [`LiveHost::teach`], and where the gap is not known.
    pub async fn teach_gap(&self, gap: GapId, wish: &Wish) -> Result<(), TeachError> {
        let mut notebook = self.notebook().await.lock_owned().await;
        notebook.teach_more(gap, wish.clone(), Teacher::Owner)?;
        drop(notebook);
        self.keep_taught().await;
        Ok(())
    }

    /// What a person taught is kept at once. Where that fails, the next second tries again.
    async fn keep_taught(&self) {
        if let Err(error) = self.keep_gaps().await {
            tracing::warn!(target: "engraft::gaps", %error, "what was taught is not kept yet");
        }
    }
}

/// What should have come of a request, as a wish. What was redacted says nothing certain.
fn wish_of(failure: &Failure, wanted: Value) -> Result<Wish, TeachError> {
    let is_redacted = |text: &str| text.contains(REDACTED);
    let number = 1;
    if is_redacted(&failure.sentence) {
        return Err(TeachError::Secret { number, place: String::new() });
    }
    let mut wish = Wish::default();
    if !failure.sentence.is_empty() {
        wish = Wish::asked(failure.sentence.as_str()).gives(wanted.clone());
    }
    // Where something was called with an input that is known, it should have given this.
    if let Some(input) = failure.input.as_ref().filter(|input| !is_redacted(&input.to_string())) {
        wish = wish.example(input.clone(), wanted);
    }
    Ok(wish)
}
