//! The one place that writes to the terminal.
//!
//! *Never:* a reader who goes away (a closed pipe) is a panic or an error.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};

use engraft::engine::{ProgressReport, ProgressSink};
use serde_json::Value;

use crate::environment::Environment;
use crate::exit::Exit;
use crate::page::{Page, Style};
use crate::text;
use crate::trouble::Result;

/// What a command gives: for people two pages, for machines one JSON document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    /// How it ended.
    pub(crate) exit: Exit,
    /// To standard output with `--json`.
    pub(crate) json: Value,
    /// To standard output without.
    pub(crate) page: Page,
    /// To standard error without `--json`: what belongs beside the output, not into it.
    pub(crate) aside: Page,
}

/// Where a run of the command writes to.
#[derive(Debug)]
pub(crate) struct Screen {
    form: Form,
    out_is_colourful: bool,
    err_is_colourful: bool,
    err_is_terminal: bool,
    notes: RefCell<Vec<String>>,
}

/// Whom a run of the command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A person.
    Text,
    /// A program: one JSON document on standard output, whatever happens.
    Json,
}

/// Something that takes its time, shown while it does; gone when dropped.
#[must_use = "it is shown until it is dropped"]
pub(crate) struct Progress {
    width: usize,
}

/// Shows what a guest reports of its progress, to a person at a terminal only.
#[derive(Debug)]
pub(crate) struct GuestProgress {
    is_shown: bool,
}

impl Screen {
    pub(crate) fn new(form: Form, environment: &Environment) -> Self {
        let colour = !environment.plain;
        let err_is_terminal = io::stderr().is_terminal();
        Self {
            form,
            out_is_colourful: colour && io::stdout().is_terminal(),
            err_is_colourful: colour && err_is_terminal,
            err_is_terminal,
            notes: RefCell::default(),
        }
    }

    /// Whom this run is for.
    pub(crate) const fn form(&self) -> Form {
        self.form
    }

    /// Tells of something that was done beside what was asked for. People see it at once; machines
    /// find it under `notes`.
    pub(crate) fn note(&self, text: &str) {
        if self.form == Form::Json {
            self.notes.borrow_mut().push(text.to_owned());
            return;
        }
        let mut page = Page::default();
        page.verdict(Style::Warn, "note", text);
        self.write_err(&page);
    }

    /// Shows that something takes its time, to a person at a terminal only.
    pub(crate) fn progress(&self, doing: &str) -> Progress {
        if self.form == Form::Json || !self.err_is_terminal {
            return Progress { width: 0 };
        }
        let text = format!("{doing} …");
        written(write!(io::stderr(), "\r{text}").and_then(|()| io::stderr().flush()));
        Progress { width: text.chars().count() }
    }

    /// Where progress reports of guests go.
    pub(crate) fn guest_progress(&self) -> GuestProgress {
        GuestProgress { is_shown: self.form == Form::Text && self.err_is_terminal }
    }

    /// Writes what came of a command, and says how the process is to end.
    pub(crate) fn finish(&self, result: Result<Reply>) -> Exit {
        let (exit, json) = match result {
            Ok(reply) => {
                if self.form == Form::Text {
                    self.write_out(&reply.page);
                    self.write_err(&reply.aside);
                }
                (reply.exit, reply.json)
            }
            Err(trouble) => {
                if self.form == Form::Text {
                    self.write_err(&trouble.page());
                }
                (trouble.kind, trouble.json())
            }
        };
        if self.form == Form::Json {
            self.write_json(json);
        }
        exit
    }

    /// Help and errors of the grammar, which come with their own styles.
    pub(crate) fn usage(&self, error: &clap::Error) -> Exit {
        let styled = error.render();
        let is_help = !error.use_stderr();
        if self.form == Form::Json && !is_help {
            return self.finish(Err(crate::trouble::Trouble::usage(usage_sentence(error))));
        }
        let (colour, to) = match is_help {
            true => (self.out_is_colourful, &mut io::stdout() as &mut dyn Write),
            false => (self.err_is_colourful, &mut io::stderr() as &mut dyn Write),
        };
        let styled = if colour { styled.ansi().to_string() } else { styled.to_string() };
        written(to.write_all(styled.as_bytes()).and_then(|()| to.flush()));
        if is_help { Exit::Fine } else { Exit::Usage }
    }

    fn write_out(&self, page: &Page) {
        let text = if self.out_is_colourful { page.to_colour() } else { page.to_plain() };
        let mut out = io::stdout().lock();
        written(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
    }

    fn write_err(&self, page: &Page) {
        let text = if self.err_is_colourful { page.to_colour() } else { page.to_plain() };
        written(io::stderr().lock().write_all(text.as_bytes()));
    }

    fn write_json(&self, mut json: Value) {
        let notes = self.notes.take();
        if let (Some(fields), false) = (json.as_object_mut(), notes.is_empty()) {
            let said = fields.entry("notes").or_insert_with(|| Value::Array(Vec::new()));
            if let Some(said) = said.as_array_mut() {
                said.extend(notes.into_iter().map(Value::from));
            }
        }
        let mut out = io::stdout().lock();
        let text = serde_json::to_string_pretty(&json).unwrap_or_default();
        written(writeln!(out, "{text}").and_then(|()| out.flush()));
    }
}

/// Nobody is left to be told where writing fails: the pipe is closed, or the disk behind it full.
fn written(result: io::Result<()>) {
    drop(result);
}

/// The first paragraph of what clap says, on one line and without its own `error:`.
fn usage_sentence(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let first = text.split("\n\nUsage:").next().unwrap_or_default();
    let words: Vec<&str> = first.trim_start_matches("error:").split_whitespace().collect();
    words.join(" ")
}

// === impl Reply ===

impl Reply {
    /// What was asked for, done.
    pub(crate) fn fine(json: impl serde::Serialize, page: Page) -> Self {
        let json = serde_json::to_value(json).unwrap_or_default();
        Self { exit: Exit::Fine, json, page, aside: Page::default() }
    }

    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    pub(crate) fn aside(mut self, aside: Page) -> Self {
        self.aside = aside;
        self
    }
}

// === impl GuestProgress ===

impl ProgressSink for GuestProgress {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share from 0 to 1 becomes whole percents"
    )]
    fn report(&self, report: &ProgressReport<'_>) {
        if self.is_shown {
            let share = report.fraction.map(|part| format!("{:>3} %", (part * 100.0) as u8));
            let share = share.unwrap_or_else(|| "    …".to_owned());
            written(writeln!(io::stderr(), "{share} {}", text::line(report.message)));
        }
    }
}

// === impl Progress ===

impl Drop for Progress {
    fn drop(&mut self) {
        if self.width > 0 {
            let blank = " ".repeat(self.width);
            written(write!(io::stderr(), "\r{blank}\r").and_then(|()| io::stderr().flush()));
        }
    }
}
