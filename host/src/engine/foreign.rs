//! Calls of components that know nothing of the contract: their own functions, with JSON, inside the
//! bounds of every other call.
//!
//! *Never:* an operation runs that the manifest does not list, whatever the component exports.

use super::call::Answer;
use super::effects::{Lines, scrub};
use super::error::EngineError;
use super::reflect::{Act, Anatomy, Bound, CallFault, CommandOutput, OutputError, Plan};
use super::reflect::{Reply as Gave, hostcall_fuel};
use super::stop::Stop;
use super::warm::{Warm, Work};
use super::wasi::Command;
use crate::model::{Description, Failure, FailureFacts, Limit, Outcome};

/// An operation of a foreign component.
pub(crate) struct Calling<'a> {
    bound: &'a Bound,
    plan: (usize, &'a Plan),
    input: &'a str,
    has_session: bool,
}

/// Reads a component's bytes and ties its plans to the compiled code. Every operation of the
/// manifest must be there.
pub(crate) fn bind(
    capability: &str,
    bytes: &[u8],
    component: &wasmtime::component::Component,
    description: &Description,
) -> Result<Bound, EngineError> {
    let refuse =
        |message: String| EngineError::NotCallable { capability: capability.to_owned(), message };
    let anatomy = Anatomy::of(bytes).map_err(|error| refuse(error.to_string()))?;
    for operation in &description.operations {
        let missing = |why| format!("its manifest lists the operation `{}`: {why}", operation.name);
        anatomy.find(&operation.name).map_err(|why| refuse(missing(why)))?;
    }
    Bound::new(anatomy.into(), component).map_err(|error| refuse(error.to_string()))
}

impl<'a> Calling<'a> {
    /// Finds the plan; any name that means one operation will do, and the manifest must list that.
    pub(crate) fn new(
        bound: &'a Bound,
        description: &Description,
        operation: &str,
        input: &'a str,
        has_session: bool,
    ) -> Result<Self, Outcome> {
        let plan = bound.plan(operation).map_err(invalid)?;
        let lists = |listed: &crate::model::Operation| {
            bound.plan(&listed.name).is_ok_and(|(index, _)| index == plan.0)
        };
        if !description.operations.iter().any(lists) {
            let name = &plan.1.operation.name;
            return Err(invalid(format!("the manifest does not list the operation `{name}`")));
        }
        if plan.1.needs_session && !has_session {
            return Err(invalid(plan.1.session_refusal().to_string()));
        }
        Ok(Self { bound, plan, input, has_session })
    }

    async fn function(self, warm: &mut Warm) -> wasmtime::Result<Answer> {
        let instance = warm.instance()?;
        let output_bytes = allowed(warm);
        let mut handles = self.has_session.then(|| warm.handles.get_or_insert_default());
        let arguments =
            match self.plan.1.arguments(self.input, handles.as_deref_mut().map(|it| &mut **it)) {
                Ok(arguments) => arguments,
                Err(error) => return Ok(Err(invalid(error.to_string()))),
            };
        let handles = handles.map(|handles| &mut **handles);
        warm.store.set_hostcall_fuel(hostcall_fuel(output_bytes));
        let called = self.bound.call(
            self.plan,
            &mut warm.store,
            &instance,
            arguments,
            handles,
            output_bytes,
        );
        self.answer(called.await)
    }

    async fn command(self, warm: &mut Warm) -> wasmtime::Result<Answer> {
        let instance = warm.instance()?;
        let input = match self.plan.1.command_input(self.input) {
            Ok(input) => input,
            Err(error) => return Ok(Err(invalid(error.to_string()))),
        };
        let output_bytes = allowed(warm);
        warm.store.data_mut().start_command(Command { args: input.args, stdin: input.stdin });
        let exit_code = match self.bound.run(self.plan.0, &mut warm.store, &instance).await {
            Ok(exit_code) => exit_code,
            Err(fault) => return self.answer(Err(fault)),
        };
        let stdio = warm.store.data_mut().take_stdio();
        let output = CommandOutput { stdout: &stdio.stdout, stderr: &stdio.stderr, exit_code };
        self.answer(Plan::command_reply(output, output_bytes))
    }

    fn answer(&self, gave: Result<Gave, CallFault>) -> wasmtime::Result<Answer> {
        match gave {
            Ok(Gave::Output(output)) => Ok(Ok(Ok(output))),
            Ok(Gave::Failure(message)) => Ok(Ok(Err(Failure::Failed(FailureFacts {
                message,
                retryable: false,
                // Nobody but the component knows; one that can do nothing outside has done nothing.
                effect_happened: self.bound.anatomy().can_act(),
            })))),
            Err(CallFault::Guest(error)) => Err(error),
            Err(CallFault::Output(OutputError::TooLong { limit })) => {
                let allowed = limit as u64;
                let (limit, wanted) = (Limit::OutputBytes, allowed + 1);
                Err(Stop::Limit { limit, allowed, wanted }.into())
            }
            Err(CallFault::Output(error)) => Err(error.into()),
        }
    }
}

fn allowed(warm: &Warm) -> usize {
    usize::try_from(warm.store.data().budget.output_bytes).unwrap_or(usize::MAX)
}

fn invalid(message: String) -> Outcome {
    /// Room for a path, an excerpt and the names that would have fitted.
    const PROBLEM_BYTES_MAX: usize = 2_048;
    let facts = FailureFacts::final_without_effect(scrub(&message, PROBLEM_BYTES_MAX, Lines::One));
    Outcome::Refused(Failure::InvalidInput(facts))
}

// === impl Calling ===

impl Work for Calling<'_> {
    type Output = Answer;

    async fn run(self, warm: &mut Warm) -> wasmtime::Result<Self::Output> {
        match self.plan.1.act {
            Act::Command => self.command(warm).await,
            Act::Function | Act::Drop => self.function(warm).await,
        }
    }
}
