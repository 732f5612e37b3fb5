//! What came of a sentence.
//!
//! *Never:* a response says less than what was run, how sure that was, and by which name it can be
//! corrected.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::model::{GapId, Outcome, Output};
use crate::synth::Cause;
use crate::traffic::{Answer, Route};

/// Offers that are named where nothing was clear; as many as a person reads.
const NEAR_MAX: usize = 3;

/// What came of a sentence.
#[derive(Debug)]
#[non_exhaustive]
pub struct Response {
    /// The name of the request, for [feedback](crate::LiveHost::feedback) and
    /// [corrections](crate::LiveHost::correct).
    pub request: String,
    /// What was made of it.
    pub heard: Heard,
    /// Why it was not served; none where it was.
    pub cause: Option<Cause>,
    /// The gap that it is noted in; none where it was served.
    pub gap: Option<GapId>,
    /// Why everything stands still, where it does: what was made here serves nobody meanwhile.
    pub stopped: Option<String>,
}

/// What was made of a sentence.
#[derive(Debug)]
#[non_exhaustive]
pub enum Heard {
    /// It was clear enough what it asks for, and that was called.
    Ran {
        /// What was called, with what, and how sure that was.
        route: Route,
        /// What came of it.
        answer: Box<Answer>,
    },
    /// Nothing was run.
    Unclear {
        /// What came nearest, the surest first.
        near: Vec<Route>,
        /// How sure one would have to be.
        least: f64,
    },
    /// Something does this, and this user does not get it yet.
    NotYet {
        /// What that is.
        route: Route,
    },
    /// It was not looked at.
    TooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
}

impl Response {
    /// What was called; none where nothing was.
    #[must_use]
    pub const fn route(&self) -> Option<&Route> {
        match &self.heard {
            Heard::Ran { route, .. } => Some(route),
            Heard::Unclear { .. } | Heard::NotYet { .. } | Heard::TooLong { .. } => None,
        }
    }

    /// What came of the call; none where nothing was called.
    #[must_use]
    pub const fn answer(&self) -> Option<&Answer> {
        match &self.heard {
            Heard::Ran { answer, .. } => Some(&**answer),
            Heard::Unclear { .. } | Heard::NotYet { .. } | Heard::TooLong { .. } => None,
        }
    }

    /// What the call gave.
    #[must_use]
    pub fn output(&self) -> Option<&Output> {
        let Outcome::Returned(output) = &self.answer()?.report.outcome else { return None };
        Some(output)
    }

    /// How sure it was what the sentence asks for, from 0 to 1.
    #[must_use]
    pub fn confidence(&self) -> f64 {
        let route = self.route().or_else(|| self.near().first());
        route.map_or(0.0, |route| route.confidence)
    }

    /// What came near, where nothing was clear enough.
    #[must_use]
    pub fn near(&self) -> &[Route] {
        match &self.heard {
            Heard::Unclear { near, .. } => near,
            Heard::NotYet { route } => std::slice::from_ref(route),
            Heard::Ran { .. } | Heard::TooLong { .. } => &[],
        }
    }
}

// === impl Response ===

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.heard {
            Heard::Ran { route, answer } if answer.report.outcome.is_returned() => {
                if self.cause.is_some() {
                    let capability = &route.capability;
                    write!(f, "`{capability}` gave what its schema does not allow: ")?;
                }
                write!(f, "{}", answer.report.outcome)
            }
            Heard::Ran { route, answer } => {
                write!(f, "`{}` did not answer: {}", route.capability, answer.report.outcome)
            }
            Heard::Unclear { near, .. } if near.is_empty() => match &self.stopped {
                None => f.write_str("no capability does this; it is noted as missing"),
                Some(_) => f.write_str(
                    "no capability that serves does this, and while everything stands still what \
                     was made here serves nobody; it is noted as missing",
                ),
            },
            Heard::Unclear { near, least } => {
                let near = near.iter().take(NEAR_MAX);
                let near: Vec<_> = near
                    .map(|route| format!("`{}` ({:.2})", route.capability, route.confidence))
                    .collect();
                write!(
                    f,
                    "no capability clearly does this, so nothing was run; nearest {}: {}, and \
                     {least:.2} is needed; say it otherwise, or call it by its name",
                    if near.len() == 1 { "is" } else { "are" },
                    near.join(", ")
                )
            }
            Heard::NotYet { route } => write!(
                f,
                "`{}` does this, and not everybody gets it yet; ask again later",
                route.capability
            ),
            Heard::TooLong { bytes, most } => write!(
                f,
                "a request has {most} bytes at most, and this has {bytes}; call a capability by \
                 its name to give it data"
            ),
        }
    }
}

/// As JSON it is what `engraft ask --json` prints; fields are added in later versions, and none
/// changes its meaning.
impl Serialize for Response {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let outcome = self.answer().map(|answer| &answer.report.outcome);
        let mut fields = serializer.serialize_struct("Response", 14)?;
        fields.serialize_field("request", &self.request)?;
        fields.serialize_field("served", &self.cause.is_none())?;
        fields.serialize_field("confidence", &self.confidence())?;
        fields.serialize_field("capability", &self.route().map(|route| &route.capability))?;
        let version = self.answer().and_then(|answer| answer.version.as_ref());
        fields.serialize_field("version", &version)?;
        fields.serialize_field("operation", &self.route().map(|route| &route.operation))?;
        fields.serialize_field("input", &self.route().map(|route| &route.input))?;
        fields.serialize_field("by", &self.route().map(|route| &route.by))?;
        let output = self.output().and_then(|output| output.read::<serde_json::Value>().ok());
        fields.serialize_field("output", &output)?;
        fields.serialize_field("outcome", &outcome.map(Outcome::word))?;
        fields.serialize_field("cause", &self.cause)?;
        fields.serialize_field("gap", &self.gap)?;
        fields.serialize_field("near", self.near())?;
        fields.serialize_field("stopped", &self.stopped)?;
        fields.end()
    }
}
