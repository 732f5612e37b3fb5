//! From a target to an answer: who gets which release, the call, and what is told of it.
//!
//! A call has one outcome for each release that it was given to, and each is counted without loss
//! in the meter of that release; one that is dropped halfway counts as cancelled. What a call was
//! about comes out as a [`Sample`] where somebody listens: bounded, redacted, and lost where nobody
//! keeps up.
//!
//! *Never:* a call ends without having been told of, a dropped one included.

mod again;
mod call;
mod figures;
mod gate;
mod incident;
mod pick;
mod redact;
mod requests;
mod route;
mod sample;
mod shadow;
#[cfg(test)]
mod tests;
mod ticket;

pub use call::{Answer, Traffic};
pub use figures::{
    Figures, LATENCY_BOUNDS, LatencyFigures, ReleaseCounts, ReleaseFigures, Role, ShadowFigures,
    Standing,
};
pub(crate) use incident::{Incident, Incidents};
pub use pick::{Pick, Target, TargetError, Unit, Who, pick};
pub use redact::Redaction;
pub use requests::{Feedback, FeedbackError, Opinion};
#[cfg(feature = "grow")]
pub(crate) use route::sure;
pub use route::{Lexical, Menu, Offer, Offers, Route, Router, Routing, Way};
pub use sample::{Sample, Samples};
