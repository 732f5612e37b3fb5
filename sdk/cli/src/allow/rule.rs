//! One rule as text, and parts of it that know where they stand, so that errors can point there.
//!
//! *Never:* an error about a rule leaves out the right form.

use std::fmt::Display;
use std::str::FromStr;

use super::forms::{FORMS, Form};
use crate::place::Place;
use crate::text;
use crate::trouble::{Result, Trouble};

/// A rule whose kind is known.
pub(super) struct Rule<'a> {
    whole: Part<'a>,
    form: &'static Form,
}

/// A part of a rule.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    whole: &'a str,
    from: usize,
    form: &'static Form,
}

impl<'a> Rule<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self> {
        let name = text.split_once('=').map_or(text, |(name, _)| name);
        match FORMS.iter().find(|form| form.name == name) {
            Some(form) => Ok(Self { whole: Part { text, whole: text, from: 0, form }, form }),
            None => Err(unknown(text, name)),
        }
    }

    pub(super) const fn form(&self) -> &'static Form {
        self.form
    }

    /// What stands behind the first `=`; there must be something.
    pub(super) fn value(&self) -> Result<Part<'a>> {
        match self.optional_value()? {
            Some(value) => Ok(value),
            None => Err(self.whole.wrong(&format!("`{}` needs a value", self.form.name))),
        }
    }

    pub(super) fn optional_value(&self) -> Result<Option<Part<'a>>> {
        match self.whole.split_once('=') {
            None => Ok(None),
            Some((name, value)) if value.text.is_empty() => {
                Err(name.wrong("nothing stands behind the `=`"))
            }
            Some((_, value)) => Ok(Some(value)),
        }
    }

    pub(super) fn without_value(&self) -> Result<()> {
        match self.whole.split_once('=') {
            None => Ok(()),
            Some((name, value)) => Err(value.wrong(&format!("`{}` takes no value", name.text))),
        }
    }
}

impl<'a> Part<'a> {
    /// The bytes before `end`.
    pub(super) fn upto(self, end: usize) -> Self {
        Self { text: self.text.get(..end).unwrap_or_default(), ..self }
    }

    /// The bytes from `start` on.
    pub(super) fn from(self, start: usize) -> Self {
        let text = self.text.get(start..).unwrap_or_default();
        Self { text, from: self.from + start, ..self }
    }

    pub(super) fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let at = self.text.find(separator)?;
        Some((self.upto(at), self.from(at + separator.len_utf8())))
    }

    pub(super) fn split(self, separator: char) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut rest = self;
        while let Some((part, behind)) = rest.split_once(separator) {
            parts.push(part);
            rest = behind;
        }
        parts.push(rest);
        parts
    }

    /// What stands behind a word that must be there.
    pub(super) fn behind(self, word: &str) -> Result<Self> {
        if self.text.starts_with(word) {
            Ok(self.from(word.len()))
        } else {
            Err(self.wrong(&format!("expected `{word}…`")))
        }
    }

    pub(super) fn key_and_value(self, form: &str) -> Result<(Self, Self)> {
        match self.split_once('=') {
            Some((key, _)) if key.text.is_empty() => {
                Err(self.wrong("nothing stands before the `=`"))
            }
            Some(both) => Ok(both),
            None => Err(self.wrong(&format!("expected `{form}`"))),
        }
    }

    pub(super) fn parse<T: FromStr<Err: Display>>(self) -> Result<T> {
        self.text.parse().map_err(|error: T::Err| self.wrong(&error.to_string()))
    }

    pub(super) fn refuse_wildcard(self, why: &str) -> Result<()> {
        if self.text.contains('*') { Err(self.wrong(why)) } else { Ok(()) }
    }

    /// An error that points at this part.
    pub(super) fn wrong(self, why: &str) -> Trouble {
        let Form { form, example, .. } = self.form;
        Trouble::usage(format!("`--allow {}`: {why}", self.whole))
            .at(Place::within("--allow", self.whole, self.from, self.from + self.text.len()))
            .hint(format!("write it as `{form}`, for example `--allow {example}`"))
    }
}

fn unknown(rule: &str, name: &str) -> Trouble {
    let names = || FORMS.iter().map(|form| form.name);
    let hint = match text::nearest(name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", names().collect::<Vec<_>>().join(", ")),
    };
    Trouble::usage(format!("`--allow {rule}`: there is no permission `{name}`"))
        .at(Place::within("--allow", rule, 0, name.len()))
        .hint(hint)
}
