//! Failures on their way to the gaps: those of calls, and those that somebody told of.
//!
//! *Never:* more of one is kept than a sentence and a small input, and neither before it is redacted.

use std::time::SystemTime;

use semver::Version;
use serde_json::Value;

use super::super::LiveHost;
use super::super::ask::Called;
use super::Noted;
use crate::model::secrecy::{kept_sentence, kept_value};
use crate::model::{CapabilityName, Output};
use crate::synth::{self, Cause, Facts, Failed};
use crate::traffic::{Incident, Incidents, Who};

/// A larger input is data; a repair is tried with small ones.
const INPUT_BYTES_MAX: usize = 2_048;

/// A request that was not served, redacted.
#[derive(Debug, Clone)]
pub(in crate::host::live) struct Failure {
    pub(in crate::host::live) sentence: String,
    pub(in crate::host::live) cause: Cause,
    pub(in crate::host::live) capability: Option<CapabilityName>,
    pub(in crate::host::live) operation: String,
    pub(in crate::host::live) version: Option<Version>,
    pub(in crate::host::live) input: Option<Value>,
    pub(in crate::host::live) near: Option<CapabilityName>,
    pub(in crate::host::live) why: Option<String>,
}

impl Failure {
    /// A sentence that was not served.
    pub(in crate::host::live) fn of_sentence(sentence: &str, cause: Cause) -> Self {
        Self {
            sentence: kept_sentence(sentence),
            cause,
            capability: None,
            operation: String::new(),
            version: None,
            input: None,
            near: None,
            why: None,
        }
    }

    /// The same with what was called.
    pub(in crate::host::live) fn called(
        mut self,
        capability: CapabilityName,
        operation: &str,
        version: Option<Version>,
        input: Option<&Value>,
    ) -> Self {
        let small = input.map(kept_value);
        self.input = small.filter(|input| input.to_string().len() <= INPUT_BYTES_MAX);
        self.capability = Some(capability);
        operation.clone_into(&mut self.operation);
        self.version = version;
        self
    }

    /// As it is given to the gaps.
    pub(super) fn failed(&self, who: u64, at: SystemTime) -> Failed<'_> {
        let call = (!self.operation.is_empty()).then_some(synth::Called {
            operation: &self.operation,
            version: self.version.as_ref(),
            input: self.input.as_ref(),
        });
        Failed {
            sentence: &self.sentence,
            cause: self.cause,
            capability: self.capability.as_ref(),
            call,
            near: self.near.as_ref(),
            why: self.why.as_deref(),
            who,
            at,
        }
    }
}

impl LiveHost {
    /// Hears of the calls that were told of since: what releases that were made here failed at is known
    /// from then on, and they can be found wrong.
    pub(in crate::host) fn hear_calls(&self) {
        let mut incidents = self.inner.needs.incidents();
        let Some(incidents) = incidents.as_mut() else { return };
        #[cfg(feature = "grow")]
        if let Some(failures) = self.inner.failures.get() {
            let state = self.inner.registry.journal().state();
            return incidents.hear(|incident| failures.hear(&state, incident));
        }
        incidents.hear(|_| ());
    }

    /// Notes what came in since it was looked last: calls that failed, and answers that somebody did
    /// not like.
    pub(in crate::host::live) async fn note_incidents(&self) {
        self.hear_calls();
        let next = || self.inner.needs.incidents().as_mut().and_then(Incidents::next);
        while let Some(incident) = next() {
            self.note_incident(incident).await;
        }
        for request in self.inner.needs.take_complaints() {
            let Some((noted, who)) = self.inner.needs.recent().of(&request) else { continue };
            // What was noted as a failure already is no worse for not being liked.
            if noted.gap.is_none() {
                self.note(noted.failure, &who).await;
            }
        }
    }

    async fn note_incident(&self, incident: Incident) {
        let Incident { capability, version, operation, input, outcome, user, request, .. } =
            incident;
        let output = incident.output.filter(|_| incident.is_looked_at);
        if request.as_ref().is_some_and(|request| self.inner.needs.recent().is_expected(request)) {
            return;
        }
        let is_known = self.inner.registry.snapshot().line(capability.as_str()).is_some();
        let fits = output.and_then(|output| {
            let (capability, version) = (&capability, version.as_ref()?);
            let called = Called { capability, version, operation: &operation };
            self.output_fits(&called, &Output::new(output))
        });
        let facts = Facts { found_nothing: !is_known, fits, ..Facts::of(&outcome) };
        let cause = facts.cause();
        let input: Option<Value> = input.and_then(|input| serde_json::from_str(&input).ok());
        let failure = Failure::of_sentence("", cause.unwrap_or(Cause::WrongOutput));
        let failure = failure.called(capability, &operation, version, input.as_ref());
        let who = Who { sticky: user, request, ..Who::default() };
        match cause {
            Some(_) => drop(self.note(failure, &who).await),
            None => self.inner.needs.remember(&who, Noted { failure, gap: None }),
        }
    }
}
