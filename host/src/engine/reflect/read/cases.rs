//! Values that are one of several: enumerations, flags, variants, results, options.
//!
//! *Never:* two texts that mean different cases read as the same one.

use std::collections::BTreeSet;

use wasmtime::component::Val;

use super::super::json::{Fault, excerpt};
use super::super::shape::{Names, Shape, Variant};
use super::{Conversion, one_of};

impl Conversion<'_, '_> {
    pub(super) fn case(&mut self, names: &Names) -> Result<String, Fault> {
        let start = self.json.at();
        let name = self.text("a string")?;
        match names.find(&name, 0) {
            Some(_) => Ok(name.into_owned()),
            None => Err(Fault {
                at: start,
                problem: format!("expected {}, found `{}`", one_of(names), excerpt(&name)),
            }),
        }
    }

    pub(super) fn flags(&mut self, names: &Names) -> Result<Val, Fault> {
        let mut given = BTreeSet::new();
        self.items("an array of strings", |this, _| {
            let name = this.text("a string")?;
            let index = this.find(names, &name, 0, "flag")?;
            if !given.insert(index) {
                return Err(this.json.fault("this flag is given twice".to_owned()));
            }
            Ok(())
        })?;
        Ok(Val::Flags(given.into_iter().map(|index| names.name(index).to_owned()).collect()))
    }

    pub(super) fn variant(&mut self, variant: &Variant) -> Result<Val, Fault> {
        let names = &variant.names;
        if self.json.peek() == Some(b'"') {
            let start = self.json.at();
            let name = self.case(names)?;
            let index = names.find(&name, 0);
            if index.and_then(|index| variant.payloads.get(index)).is_some_and(Option::is_some) {
                let problem = format!("the case `{name}` has a payload: {{\"{name}\": …}}");
                return Err(Fault { at: start, problem });
            }
            return Ok(Val::Variant(name, None));
        }
        let mut value = None;
        self.one_entry("a case: a string, or an object with one property", |this, name| {
            let index = this.find(names, name, 0, "case")?;
            let payload = match variant.payloads.get(index).and_then(Option::as_deref) {
                Some(shape) => Some(Box::new(this.value(shape)?)),
                None => this.nothing()?,
            };
            value = Some(Val::Variant(name.to_owned(), payload));
            Ok(())
        })?;
        Ok(value.unwrap_or(Val::Bool(false)))
    }

    pub(super) fn result(&mut self, ok: Option<&Shape>, err: Option<&Shape>) -> Result<Val, Fault> {
        let mut value = Val::Bool(false);
        let expected = r#"`{"ok": …}` or `{"err": …}`"#;
        self.one_entry(expected, |this, name| {
            let shape = match name {
                "ok" => ok,
                "err" => err,
                _ => {
                    let problem = format!("expected {expected}, found `{}`", excerpt(name));
                    return Err(this.json.fault(problem));
                }
            };
            let payload = match shape {
                Some(shape) => Some(Box::new(this.value(shape)?)),
                None => this.nothing()?,
            };
            value = Val::Result(if name == "ok" { Ok(payload) } else { Err(payload) });
            Ok(())
        })?;
        Ok(value)
    }

    pub(super) fn option(&mut self, inner: &Shape) -> Result<Val, Fault> {
        if self.json.word("null") {
            return Ok(Val::Option(None));
        }
        if !inner.is_option() {
            return Ok(Val::Option(Some(Box::new(self.value(inner)?))));
        }
        let mut value = None;
        self.one_entry(r#"null or `{"some": …}`"#, |this, name| {
            if name != "some" {
                let problem = format!("expected `some`, found `{}`", excerpt(name));
                return Err(this.json.fault(problem));
            }
            value = Some(Box::new(this.value(inner)?));
            Ok(())
        })?;
        Ok(Val::Option(value))
    }

    /// The payload of a case without one.
    fn nothing(&mut self) -> Result<Option<Box<Val>>, Fault> {
        if self.json.word("null") { Ok(None) } else { self.unexpected("null") }
    }
}
