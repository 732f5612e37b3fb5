//! What is wrong with a recipe, where, and how to mend it.
//!
//! *Never:* a message without a place.

use crate::cel::Span;
use crate::place::Places;
use ariadne::{Config, IndexType, Label, Report, ReportKind, Source};
use serde::Serialize;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Diagnostic {
    /// Where, in bytes of the source that was read.
    pub span: Span,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub mend: Option<String>,
}

impl Diagnostic {
    /// A message about a place.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), mend: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }
}

/// One thing that is wrong with a document. Its fields are what editors want, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
#[non_exhaustive]
pub struct Problem {
    /// Where it begins, from one.
    pub line: usize,
    /// Where it begins, in characters from one.
    pub column: usize,
    /// Where it ends.
    pub end_line: usize,
    /// One past its last character.
    pub end_column: usize,
    /// The first byte of the document that it is about.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub mend: Option<String>,
}

/// Diagnostics of a document as problems: in its order, and none twice.
#[must_use]
pub fn problems(document: &str, diagnostics: Vec<Diagnostic>) -> Vec<Problem> {
    let places = Places::new(document);
    let mut all: Vec<Problem> =
        diagnostics.into_iter().map(|diagnostic| problem(&places, document, diagnostic)).collect();
    all.sort_by_key(|problem| (problem.start, problem.end));
    all.dedup();
    all
}

/// What can be said where nothing better is known: the mistake is seldom far away.
const ANYHOW: &str = "look at what stands just before this place";

fn problem(places: &Places, document: &str, diagnostic: Diagnostic) -> Problem {
    let Span { start, end } = diagnostic.span;
    // Somebody may have counted to the middle of a letter; nothing is cut there.
    let start = document.floor_char_boundary(start.min(document.len()));
    let end = document.ceil_char_boundary(end.min(document.len())).max(start);
    let ((line, column), (end_line, end_column)) = (places.position(start), places.position(end));
    let Diagnostic { message, mend, .. } = diagnostic;
    let mend = mend.or_else(|| Some(ANYHOW.to_owned()));
    Problem { line, column, end_line, end_column, start, end, message, mend }
}

/// Problems drawn into the document that they are in, without colours.
///
/// ```
/// use engraft_recipe::cel::Span;
/// use engraft_recipe::diagnostic::{Diagnostic, drawing, problems};
///
/// let document = "one\n  two\n";
/// let wrong = Diagnostic::new(Span { start: 6, end: 9 }, "this is wrong").mend("mend it");
/// let drawn = drawing("a.yaml", document, &problems(document, vec![wrong]));
/// assert!(drawn.contains("this is wrong") && drawn.contains("a.yaml:2:3"));
/// ```
#[must_use]
pub fn drawing(name: &str, document: &str, problems: &[Problem]) -> String {
    let mut drawn = Vec::new();
    let config = Config::default().with_color(false).with_index_type(IndexType::Byte);
    for problem in problems {
        let end = problem.end.max((problem.start + 1).min(document.len()));
        let place = (name, problem.start..document.ceil_char_boundary(end));
        let mut report = Report::build(ReportKind::Error, place.clone())
            .with_config(config)
            .with_message(&problem.message)
            .with_label(Label::new(place).with_message("here"));
        if let Some(mend) = &problem.mend {
            report = report.with_help(mend);
        }
        // Writing into memory does not fail.
        drop(report.finish().write((name, Source::from(document)), &mut drawn));
    }
    String::from_utf8_lossy(&drawn).into_owned()
}
