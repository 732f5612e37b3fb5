//! What is wrong with a recipe, where, and how to mend it.
//!
//! *Never:* a message without a place.

use crate::cel::Span;
use ariadne::{Config, IndexType, Label, Report, ReportKind, Source};

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

    /// The same, where the source is a part of a larger one.
    #[must_use]
    pub fn shifted(mut self, by: usize) -> Self {
        self.span.start += by;
        self.span.end += by;
        self
    }
}

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct Problem {
    /// From one.
    pub line: usize,
    /// From one.
    pub column: usize,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub mend: Option<String>,
}

impl Problem {
    /// A message about a place in a document.
    #[must_use]
    pub fn new(line: usize, column: usize, message: impl Into<String>) -> Self {
        Self { line, column, message: message.into(), mend: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }
}

/// Problems drawn into the document that they are in, without colours.
///
/// ```
/// use engraft_recipe::diagnostic::{Problem, drawing};
///
/// let problem = Problem::new(2, 3, "this is wrong").mend("mend it");
/// let drawn = drawing("a.yaml", "one\n  two\n", &[problem]);
/// assert!(drawn.contains("this is wrong") && drawn.contains("a.yaml:2:3"));
/// ```
#[must_use]
pub fn drawing(name: &str, document: &str, problems: &[Problem]) -> String {
    let mut drawn = Vec::new();
    let config = Config::default().with_color(false).with_index_type(IndexType::Byte);
    for problem in problems {
        let place = (name, problem.bytes(document));
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

impl Problem {
    /// The bytes of the character that the problem is at.
    fn bytes(&self, document: &str) -> std::ops::Range<usize> {
        let line = self.line.saturating_sub(1);
        let start: usize = document.split_inclusive('\n').take(line).map(str::len).sum();
        let text = document.get(start..).unwrap_or_default();
        let before = text.char_indices().nth(self.column.saturating_sub(1));
        let at = start + before.map_or(0, |(at, _)| at);
        let width =
            document.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        at..at + width
    }
}
