//! JSON text to the values of a call, along a plan.
//!
//! *Never:* a value is built that the plan does not ask for; what is unknown is refused unread, so
//! the depth of the text does not matter, only the depth of the plan.

mod cases;
mod scalars;

use std::collections::HashSet;
use std::sync::Arc;

use wasmtime::component::Val;

use super::error::InputError;
use super::handles::Handles;
use super::json::{Fault, Reader, excerpt};
use super::shape::{Key, Names, Record, Resource, Shape, Whole};

/// Values beyond one for each byte of the input: those that a missing property stands for. Without
/// a bound `[{},{},…]` could become thousands of values for every three bytes.
const IMPLIED_VALUES_MAX: usize = 65_536;

/// Reads a whole text as the named arguments of a function.
pub(super) fn read_arguments(
    text: &str,
    arguments: &Record,
    handles: Option<&mut Handles>,
) -> Result<Vec<Val>, InputError> {
    let mut conversion = Conversion {
        json: Reader::new(text),
        path: Vec::new(),
        values_left: text.len() + IMPLIED_VALUES_MAX,
        handles,
    };
    if let Some(handles) = conversion.handles.as_deref_mut() {
        handles.begin();
    }
    let values = conversion.properties(arguments).and_then(|values| {
        conversion.json.end()?;
        Ok(values)
    });
    values.map_err(|fault| conversion.explain(fault))
}

struct Conversion<'a, 'h> {
    json: Reader<'a>,
    /// The way to a fault, innermost step first: noted on the way out, so that it costs nothing
    /// where all goes well.
    path: Vec<Step>,
    values_left: usize,
    handles: Option<&'h mut Handles>,
}

enum Step {
    Name(String),
    Index(usize),
}

impl<'a> Conversion<'a, '_> {
    fn value(&mut self, shape: &Shape) -> Result<Val, Fault> {
        self.spend(1)?;
        match shape {
            Shape::Bool => self.boolean().map(Val::Bool),
            Shape::Whole(whole) => self.whole(*whole),
            Shape::F32 => self.f32().map(Val::Float32),
            Shape::F64 => self.f64().map(Val::Float64),
            Shape::Char => self.character().map(Val::Char),
            Shape::Text => self.text("a string").map(|text| Val::String(text.into_owned())),
            Shape::Bytes => self.bytes(),
            Shape::Data => match self.json.peek() {
                Some(b'"') => self.text("a string").map(|text| Val::String(text.into_owned())),
                _ => self.bytes(),
            },
            Shape::List(item) => self.list(item).map(Val::List),
            Shape::FixedList(item, count) => self.fixed_list(item, *count),
            Shape::Map(key, value) => self.map(*key, value),
            Shape::Record(record) => self.record(record),
            Shape::Tuple(items) => self.tuple(items),
            Shape::Variant(variant) => self.variant(variant),
            Shape::Enum(choice) => self.case(&choice.names).map(Val::Enum),
            Shape::Flags(choice) => self.flags(&choice.names),
            Shape::Option(inner) => self.option(inner),
            Shape::Result { ok, err } => self.result(ok.as_deref(), err.as_deref()),
            Shape::Handle { resource, owned } => self.handle(resource, *owned),
        }
    }

    fn spend(&mut self, values: usize) -> Result<(), Fault> {
        match self.values_left.checked_sub(values) {
            Some(left) => {
                self.values_left = left;
                Ok(())
            }
            None => Err(self.json.fault(format!(
                "the input stands for too many values: at most one for each of its bytes and \
                 {IMPLIED_VALUES_MAX} more"
            ))),
        }
    }

    /// Refuses what comes next.
    fn unexpected<T>(&mut self, expected: &str) -> Result<T, Fault> {
        let found = self.json.found();
        Err(self.json.fault(format!("expected {expected}, found {found}")))
    }

    fn open(&mut self, bracket: u8, expected: &str) -> Result<(), Fault> {
        if self.json.take(bracket) { Ok(()) } else { self.unexpected(expected) }
    }

    /// The items of an array, each with its place in the path.
    fn items(
        &mut self,
        expected: &str,
        mut item: impl FnMut(&mut Self, usize) -> Result<(), Fault>,
    ) -> Result<usize, Fault> {
        self.open(b'[', expected)?;
        if self.json.take(b']') {
            return Ok(0);
        }
        for index in 0.. {
            if let Err(fault) = item(self, index) {
                self.path.push(Step::Index(index));
                return Err(fault);
            }
            if !self.json.more(b']')? {
                return Ok(index + 1);
            }
        }
        Ok(0)
    }

    /// The properties of an object, each with its place in the path.
    fn entries(
        &mut self,
        expected: &str,
        mut entry: impl FnMut(&mut Self, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.open(b'{', expected)?;
        if self.json.take(b'}') {
            return Ok(());
        }
        loop {
            if self.json.peek() != Some(b'"') {
                return self.unexpected("the name of a property");
            }
            let name = self.json.string()?;
            let entered = self.json.demand(b':').and_then(|()| entry(self, &name));
            if let Err(fault) = entered {
                self.path.push(Step::Name(excerpt(&name)));
                return Err(fault);
            }
            if !self.json.more(b'}')? {
                return Ok(());
            }
        }
    }

    fn list(&mut self, item: &Shape) -> Result<Vec<Val>, Fault> {
        let mut values = Vec::new();
        self.items("an array", |this, _| {
            values.push(this.value(item)?);
            Ok(())
        })?;
        Ok(values)
    }

    fn fixed_list(&mut self, item: &Shape, count: u32) -> Result<Val, Fault> {
        let start = self.json.at();
        let values = self.list(item)?;
        if values.len() == count as usize {
            return Ok(Val::FixedLengthList(values));
        }
        let problem = format!("expected an array of {count} items, found {}", values.len());
        Err(Fault { at: start, problem })
    }

    fn tuple(&mut self, shapes: &[Arc<Shape>]) -> Result<Val, Fault> {
        let start = self.json.at();
        let mut values = Vec::with_capacity(shapes.len());
        let expected = || format!("expected an array of {} items", shapes.len());
        let found = self.items("an array", |this, index| match shapes.get(index) {
            Some(shape) => {
                values.push(this.value(shape)?);
                Ok(())
            }
            None => Err(this.json.fault(format!("{}, found more", expected()))),
        })?;
        if found == shapes.len() {
            return Ok(Val::Tuple(values));
        }
        Err(Fault { at: start, problem: format!("{}, found {found}", expected()) })
    }

    fn record(&mut self, record: &Record) -> Result<Val, Fault> {
        let values = self.properties(record)?;
        let named = record.names.iter().zip(values).map(|(name, value)| (name.to_owned(), value));
        Ok(Val::Record(named.collect()))
    }

    /// The values of a record's fields, or of a function's arguments, in their order.
    fn properties(&mut self, record: &Record) -> Result<Vec<Val>, Fault> {
        let start = self.json.at();
        let mut values: Vec<Option<Val>> = Vec::new();
        self.spend(record.names.len())?;
        values.resize_with(record.names.len(), || None);
        let mut likely = 0;
        self.entries("an object", |this, name| {
            let index = this.find(&record.names, name, likely, "property")?;
            likely = index + 1;
            let (Some(slot), Some(shape)) = (values.get_mut(index), record.fields.get(index))
            else {
                return Ok(());
            };
            if slot.is_some() {
                return Err(this.json.fault("this property is given twice".to_owned()));
            }
            *slot = Some(this.value(shape)?);
            Ok(())
        })?;
        let missing = |index: usize| Fault {
            at: start,
            problem: format!("the property `{}` is missing", record.names.name(index)),
        };
        let fields = record.fields.iter().zip(values).enumerate();
        fields
            .map(|(index, (shape, value))| match value {
                Some(value) => Ok(value),
                None if shape.is_option() => Ok(Val::Option(None)),
                None => Err(missing(index)),
            })
            .collect()
    }

    fn find(&self, names: &Names, name: &str, likely: usize, kind: &str) -> Result<usize, Fault> {
        names.find(name, likely).ok_or_else(|| {
            let known = one_of(names);
            self.json.fault(format!("no {kind} is called `{}`; {known}", excerpt(name)))
        })
    }

    /// An object with exactly one property.
    fn one_entry(
        &mut self,
        expected: &str,
        mut entry: impl FnMut(&mut Self, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let start = self.json.at();
        let mut count = 0_usize;
        self.entries(expected, |this, name| {
            count += 1;
            if count > 1 {
                return Err(this.json.fault(format!("expected {expected}, found a second one")));
            }
            entry(this, name)
        })?;
        if count == 1 {
            return Ok(());
        }
        let problem = format!("expected {expected}, found an empty object");
        Err(Fault { at: start, problem })
    }

    fn map(&mut self, key: Key, value: &Shape) -> Result<Val, Fault> {
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        self.entries("an object", |this, name| {
            this.spend(1)?;
            if !seen.insert(name.to_owned()) {
                return Err(this.json.fault("this key is given twice".to_owned()));
            }
            let key = this.key(key, name)?;
            entries.push((key, this.value(value)?));
            Ok(())
        })?;
        Ok(Val::Map(entries))
    }

    fn handle(&mut self, resource: &Resource, owned: bool) -> Result<Val, Fault> {
        let mut found = None;
        let expected = r#"a handle: `{"handle": number}`"#;
        self.one_entry(expected, |this, name| {
            if name != "handle" {
                let problem = format!("expected {expected}, found `{}`", excerpt(name));
                return Err(this.json.fault(problem));
            }
            let start = this.json.at();
            let Val::U32(number) = this.whole(Whole::U32)? else { return Ok(()) };
            let looked_up = match this.handles.as_deref_mut() {
                Some(handles) => handles.look_up(number, resource, owned),
                None => Err("a handle lives only within a session".to_owned()),
            };
            found = Some(looked_up.map_err(|problem| Fault { at: start, problem })?);
            Ok(())
        })?;
        found.map(Val::Resource).ok_or_else(|| self.json.fault(format!("expected {expected}")))
    }

    fn explain(&self, fault: Fault) -> InputError {
        let mut path = String::new();
        for step in self.path.iter().rev() {
            path.push('/');
            match step {
                Step::Index(index) => path.push_str(&index.to_string()),
                Step::Name(name) => path.push_str(&name.replace('~', "~0").replace('/', "~1")),
            }
        }
        let (line, column) = self.json.place(fault.at);
        InputError { path, line, column, problem: fault.problem }
    }
}

/// The names that would have fitted, as far as a person wants to read them.
fn one_of(names: &Names) -> String {
    const NAMED_MAX: usize = 8;
    let known: Vec<String> =
        names.iter().take(NAMED_MAX).map(|name| format!("`{}`", excerpt(name))).collect();
    match names.len() {
        0 => "none is known".to_owned(),
        count if count > NAMED_MAX => {
            format!("one of {} and {} more", known.join(", "), count - NAMED_MAX)
        }
        _ => format!("one of {}", known.join(", ")),
    }
}
