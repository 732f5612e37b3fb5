//! Examination: nothing is admitted that was not looked at.
//!
//! ```text
//! Candidate ─examine→ Examined ─approve→ Approved ─sign→ Bundle
//! ```
//!
//! Each step consumes the value before it, and none but the last step of the work makes the next
//! value; so a skipped check does not compile. What was found stands in a [`Report`], which is plain
//! data; what may be done with a candidate follows from the value that holds it.
//!
//! | level | what it looks at |
//! |---|---|
//! | basic | signature, manifest, and every nested component and module, without running anything |
//! | standard | and it runs: examples, checks of itself, generated inputs |
//! | comprehensive | and how it behaves: determinism, isolation, leaks, faults, growth |
//! | production | and how fast it is, behind the walls of a worker |
//!
//! *Never:* a candidate is compiled or run in this process before its bytes have passed.

mod approval;
mod behaviour;
mod candidate;
mod catalogue;
mod checks;
mod codes;
mod conform;
mod coverage;
mod examination;
mod examined;
mod examiner;
mod facts;
mod finding;
mod glance;
mod level;
mod lines;
mod moments;
mod notes;
mod performance;
mod place;
mod policy;
mod report;
mod risk;
mod sandbox;
mod spread;
mod subject;
mod tape;
mod texts;
mod walk;
mod walls;

pub use approval::{APPROVAL_LIFE, Approval, Binding, Decision, Said, consequences};
pub use candidate::{Candidate, CandidateOrigin, Complete};
pub use catalogue::{CHECKS, Check, CheckId, UnknownCheck};
pub(crate) use conform::mismatch;
#[cfg(feature = "grow")]
pub(crate) use conform::same;
pub use coverage::{
    Coverage, ExpressionCoverage, FunctionCoverage, KeptCase, ModuleCoverage, Search, SearchBounds,
    SearchEnd, Share, SourceCoverage, SourceMap, SourceSpan,
};
pub use examination::Examination;
pub use examined::{Approved, Cleared, Examined, NotApproved};
pub use examiner::{ExamineError, Examiner, Order};
pub use finding::{Blocks, Evidence, Finding, Severity};
pub use glance::glance;
pub use level::{Bounds, Level, Profile};
pub use performance::{
    Compared, InputFigures, LoadStep, Performance, Quantiles, RateStep, Ratio, Since,
};
pub use policy::{Action, Conditions, Forbidden, Policy, Rule, Throwaway};
pub use report::{CheckEnd, CheckRun, Measures, REPORT_FORMAT, Report, Subject, Verdict};
pub use risk::{CountsTo, Factor, RiskReport, Weights};
pub use spread::{Bin, Spreads};
pub use tape::{Answer, Asked, Bytes, Exchange, Recorder, TAPE_FORMAT, Tape, TapedCall};
