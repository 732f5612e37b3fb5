//! Why a command did not do what it was asked: for people a sentence, a place and a way on; for
//! machines the same as JSON.
//!
//! *Never:* an error without its exit code.

mod library;

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::exit::Exit;
use crate::page::{Page, Style};
use crate::place::Place;
use crate::text;

/// Shorthand for what every step gives.
pub(crate) type Result<T> = std::result::Result<T, Trouble>;

/// Why a command did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Trouble {
    /// Decides the exit code.
    pub(crate) kind: Exit,
    /// What happened, and to what.
    pub(crate) message: String,
    /// Single reasons, where there is more than one thing to mend.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reasons: Vec<String>,
    /// Where, in a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Box<Place>>,
    /// What to do about it, where the message does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
}

impl Trouble {
    pub(crate) fn new(kind: Exit, message: impl Into<String>) -> Self {
        let message = text::scrub_lines(&message.into());
        Self { kind, message, reasons: Vec::new(), place: None, hint: None }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, message)
    }

    pub(crate) fn corrupt(message: impl Into<String>) -> Self {
        Self::new(Exit::Corrupt, message)
    }

    pub(crate) fn fault(message: impl Into<String>) -> Self {
        Self::new(Exit::Fault, message)
    }

    /// A file that could not be read or written. One that is not there, or is closed to us, is for
    /// the person to mend; anything else is the machine's fault.
    pub(crate) fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        let ours_to_mend = [
            Kind::NotFound,
            Kind::PermissionDenied,
            Kind::IsADirectory,
            Kind::NotADirectory,
            Kind::AlreadyExists,
            Kind::InvalidInput,
            Kind::ReadOnlyFilesystem,
        ];
        let kind = if ours_to_mend.contains(&error.kind()) { Exit::Usage } else { Exit::Fault };
        Self::new(kind, format!("cannot {doing} `{}`: {error}", path.display()))
    }

    /// Says which file it is about, where the message cannot know.
    pub(crate) fn about(mut self, path: &Path) -> Self {
        self.message = format!("`{}`: {}", text::line(&path.display().to_string()), self.message);
        self
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Some(Box::new(place));
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(text::scrub_lines(&hint.into()));
        self
    }

    pub(crate) fn reasons(mut self, reasons: Vec<String>) -> Self {
        self.reasons = reasons.iter().map(|reason| text::scrub(reason)).collect();
        self
    }

    /// For people.
    pub(crate) fn page(&self) -> Page {
        let mut page = Page::default();
        page.styled(Style::Bad, "error");
        page.plain(format!(": {}\n", self.message));
        for reason in &self.reasons {
            page.plain(format!("  - {reason}\n"));
        }
        if let Some(place) = &self.place {
            page.plain(format!("{}\n", place.drawing()));
        }
        if let Some(hint) = &self.hint {
            page.styled(Style::Title, "hint");
            page.plain(format!(": {hint}\n"));
        }
        page
    }

    /// For machines.
    pub(crate) fn json(&self) -> serde_json::Value {
        let mut error = serde_json::to_value(self).unwrap_or_default();
        if let Some(error) = error.as_object_mut() {
            error.insert("exit".to_owned(), self.kind.code().into());
        }
        serde_json::json!({ "error": error })
    }
}
