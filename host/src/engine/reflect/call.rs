//! A compiled component with its plans, ready to be called with JSON.
//!
//! Everything here is the same for any store: metering, limits and deadlines are the caller's.
//!
//! *Never:* a name is looked up while a call is under way.

use std::sync::Arc;

use wasmtime::AsContextMut;
use wasmtime::component::{Component, ComponentExportIndex, Instance, Val};

use super::anatomy::Anatomy;
use super::command::{self, CommandInput, CommandOutput};
use super::error::{InputError, OutputError, ReflectError};
use super::handles::Handles;
use super::operation::{Act, Plan};
use super::shape::Shape;
use super::{read, write};
use crate::engine::effects::{Lines, scrub};

/// The longest error of a guest that is passed on; a page of text.
const MESSAGE_BYTES_MAX: usize = 4_096;

/// What the host sets aside for values that are no part of the output's text.
const HOSTCALL_FUEL_BASE: usize = 1 << 20;

/// Plans tied to the functions of a compiled component.
#[derive(Clone)]
pub(crate) struct Bound {
    anatomy: Arc<Anatomy>,
    /// As many as there are plans; nothing where there is nothing to look up.
    functions: Arc<[Option<ComponentExportIndex>]>,
}

/// Arguments that were read and fit.
#[derive(Debug)]
pub(crate) struct Arguments(Vec<Val>);

/// What a call gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// The output, as JSON text.
    Output(String),
    /// The function's own error: plain where it is a string, else JSON. Bounded and scrubbed.
    Failure(String),
}

/// Why a call gave nothing.
#[derive(Debug)]
pub(crate) enum CallFault {
    /// It was stopped or broke; the error tells how.
    Guest(wasmtime::Error),
    /// What it gave could not be written. The instance should not be used again: handles in what
    /// it gave may be open in it and known to nobody.
    Output(OutputError),
}

impl Bound {
    /// Finds the functions of the plans.
    pub(crate) fn new(anatomy: Arc<Anatomy>, component: &Component) -> Result<Self, ReflectError> {
        let functions = anatomy
            .plans()
            .iter()
            .map(|plan| match plan.act {
                Act::Drop => Ok(None),
                Act::Function | Act::Command => find(plan, component).map(Some),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { anatomy, functions })
    }

    /// What the bytes told.
    pub(crate) fn anatomy(&self) -> &Anatomy {
        &self.anatomy
    }

    /// The number and the plan of an operation, or a sentence that says why there is none.
    pub(crate) fn plan(&self, operation: &str) -> Result<(usize, &Plan), String> {
        let index = self.anatomy.find(operation)?;
        let plan = self.anatomy.plans().get(index).ok_or("the operation has no plan")?;
        Ok((index, plan))
    }

    /// Calls a function or gives a handle back. Commands go through [`Self::run`].
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        (index, plan): (usize, &Plan),
        mut store: impl AsContextMut<Data = T>,
        instance: &Instance,
        Arguments(arguments): Arguments,
        mut handles: Option<&mut Handles>,
        output_bytes: usize,
    ) -> Result<Reply, CallFault> {
        if let Some(handles) = handles.as_deref_mut() {
            handles.commit();
        }
        if plan.act == Act::Drop {
            for value in arguments {
                if let Val::Resource(any) = value {
                    any.resource_drop_async(&mut store).await.map_err(CallFault::Guest)?;
                }
            }
            return Ok(Reply::Output("null".to_owned()));
        }
        let function = self.function(index, &mut store, instance)?;
        let mut results = [Val::Bool(false)];
        let results = results.get_mut(..usize::from(plan.result.is_some())).unwrap_or_default();
        function.call_async(&mut store, &arguments, results).await.map_err(CallFault::Guest)?;
        plan.reply(results.first(), output_bytes, handles).map_err(CallFault::Output)
    }

    /// Calls a function without a fibre, for components whose imports never wait and that hand over no
    /// handles.
    pub(crate) fn call_here<T: 'static>(
        &self,
        (index, plan): (usize, &Plan),
        mut store: impl AsContextMut<Data = T>,
        instance: &Instance,
        Arguments(arguments): Arguments,
        output_bytes: usize,
    ) -> Result<Reply, CallFault> {
        let function = self.function(index, &mut store, instance)?;
        let mut results = [Val::Bool(false)];
        let results = results.get_mut(..usize::from(plan.result.is_some())).unwrap_or_default();
        function.call(&mut store, &arguments, results).map_err(CallFault::Guest)?;
        plan.reply(results.first(), output_bytes, None).map_err(CallFault::Output)
    }

    /// Runs a command; `Err` is a trap. Its streams are whatever the store's WASI context holds.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        index: usize,
        mut store: impl AsContextMut<Data = T>,
        instance: &Instance,
    ) -> Result<i32, CallFault> {
        let function = self.function(index, &mut store, instance)?;
        let mut results = [Val::Bool(false)];
        let called = function.call_async(&mut store, &[], &mut results).await;
        let ended = called.map(|()| match results {
            [Val::Result(Ok(_))] => Ok(()),
            _ => Err(()),
        });
        command::exit_code(ended).map_err(CallFault::Guest)
    }

    fn function(
        &self,
        index: usize,
        store: impl AsContextMut,
        instance: &Instance,
    ) -> Result<wasmtime::component::Func, CallFault> {
        let function = self.functions.get(index).copied().flatten();
        function
            .and_then(|function| instance.get_func(store, function))
            .ok_or_else(|| CallFault::Guest(wasmtime::format_err!("the function is not there")))
    }
}

impl Plan {
    /// Reads the input. Handles need their session; what the input gives away is gone once the call
    /// is made, not before.
    pub(crate) fn arguments(
        &self,
        input: &str,
        handles: Option<&mut Handles>,
    ) -> Result<Arguments, InputError> {
        if self.needs_session && handles.is_none() {
            let problem = self.session_refusal();
            return Err(InputError { path: String::new(), line: 1, column: 1, problem });
        }
        read::read_arguments(input, &self.arguments, handles).map(Arguments)
    }

    /// Reads the input of a command.
    pub(crate) fn command_input(&self, input: &str) -> Result<CommandInput, InputError> {
        CommandInput::read(input, &self.arguments)
    }

    /// Writes what a command left behind.
    pub(crate) fn command_reply(
        output: CommandOutput<'_>,
        output_bytes: usize,
    ) -> Result<Reply, CallFault> {
        output.write(output_bytes).map(Reply::Output).map_err(CallFault::Output)
    }

    fn reply(
        &self,
        result: Option<&Val>,
        limit: usize,
        handles: Option<&mut Handles>,
    ) -> Result<Reply, OutputError> {
        let Some(Shape::Result { ok, err }) = self.result.as_deref() else {
            let text = write::write_value(self.result.as_deref(), result, limit, handles);
            return text.map(Reply::Output);
        };
        match result {
            Some(Val::Result(Ok(value))) => {
                write::write_value(ok.as_deref(), value.as_deref(), limit, handles)
                    .map(Reply::Output)
            }
            Some(Val::Result(Err(error))) => match error.as_deref() {
                None => Ok(Reply::Failure("the function gave an error without a word".to_owned())),
                Some(Val::String(text)) => Ok(Reply::Failure(clean(text))),
                Some(error) => write::write_value(err.as_deref(), Some(error), limit, handles)
                    .map(|text| Reply::Failure(clean(&text))),
            },
            _ => Err(OutputError::Mismatch { expected: "a result" }),
        }
    }
}

/// What the store should allow a guest to hand over in one piece so that an output of this size can
/// be lifted. Lifting keeps a value for every item, and an item is at least one byte of output text
/// (a quarter less where bytes become base64), so what is refused could not have been written.
pub(crate) const fn hostcall_fuel(output_bytes: usize) -> usize {
    output_bytes.saturating_mul(size_of::<Val>()).saturating_add(HOSTCALL_FUEL_BASE)
}

fn find(plan: &Plan, component: &Component) -> Result<ComponentExportIndex, ReflectError> {
    let place = &plan.place;
    let interface = match &place.interface {
        None => Some(None),
        Some(interface) => component.get_export_index(None, interface).map(Some),
    };
    interface
        .and_then(|interface| component.get_export_index(interface.as_ref(), &place.function))
        .ok_or_else(|| ReflectError::Unbound { name: place.name() })
}

/// A guest's words, bounded; their lines stay, for they are shown as a text of their own.
fn clean(text: &str) -> String {
    scrub(text, MESSAGE_BYTES_MAX, Lines::Many)
}

#[cfg(test)]
mod tests;
