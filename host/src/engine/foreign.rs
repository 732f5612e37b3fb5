//! Operations of components that know nothing of the contract: JSON in, values across, JSON out.
//!
//! *Never:* such a component is bounded any less than one of the contract.

use wasmtime::component::Component;

use super::call::Reply;
use super::error::EngineError;
use super::inspect::Facts;
use super::reflect::Reply as Given;
use super::reflect::{Act, Anatomy, Arguments, Bound, CallFault, CommandOutput, OutputError, Plan};
use super::state::CallState;
use super::warm::{Fault, Warm, Work};
use super::wasi::Command;
use crate::model::{Description, Failure, FailureFacts, Limit, Outcome, TrapKind};

/// An operation found by reflection.
pub(crate) struct Reflecting<'a> {
    bound: &'a Bound,
    index: usize,
    plan: &'a Plan,
    input: &'a str,
}

/// What a caller can hold between calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    /// Handles of resources, for the call belongs to a session.
    Session,
    /// Nothing.
    Nothing,
}

/// Reads what a component exports and ties it to its compiled form. Every operation that the
/// manifest lists must be there.
pub(crate) fn reflect(
    capability: &str,
    facts: &Facts,
    component: &Component,
    description: &Description,
) -> Result<Bound, EngineError> {
    let not_callable = |message: String| EngineError::NotCallable {
        capability: capability.to_owned(),
        message: super::outcome::clean(&message),
    };
    let anatomy = Anatomy::from_facts(facts).map_err(|error| not_callable(error.to_string()))?;
    for operation in &description.operations {
        anatomy.find(&operation.name).map_err(|why| {
            not_callable(format!("its manifest lists `{}`: {why}", operation.name))
        })?;
    }
    Bound::new(anatomy.into(), component).map_err(|error| not_callable(error.to_string()))
}

/// Whether a name, in full or in short, means an operation that the manifest lists.
pub(crate) fn check_name(
    bound: &Bound,
    description: &Description,
    operation: &str,
) -> Result<(), Outcome> {
    let (meant, plan) = bound.plan(operation).map_err(invalid_input)?;
    let mut listed = description.operations.iter().map(|listed| bound.plan(&listed.name));
    if listed.any(|listed| listed.is_ok_and(|(index, _)| index == meant)) {
        return Ok(());
    }
    let name = &plan.operation.name;
    Err(invalid_input(format!("the manifest does not list the operation `{name}`")))
}

impl<'a> Reflecting<'a> {
    /// Finds the operation; a no tells what there is.
    pub(crate) fn new(
        bound: &'a Bound,
        operation: &str,
        input: &'a str,
        holding: Holding,
    ) -> Result<Self, Outcome> {
        let (index, plan) = bound.plan(operation).map_err(invalid_input)?;
        if plan.needs_session && holding == Holding::Nothing {
            return Err(invalid_input(plan.session_refusal()));
        }
        Ok(Self { bound, index, plan, input })
    }

    async fn command(self, warm: &mut Warm) -> Result<Reply, Fault> {
        let instance = warm.instance()?;
        let exit_code = self.bound.run(self.index, &mut warm.store, &instance).await?;
        let state = warm.store.data_mut();
        let output_bytes = output_bytes(state);
        let stdio = state.take_stdio();
        let output = CommandOutput { stdout: &stdio.stdout, stderr: &stdio.stderr, exit_code };
        Ok(self.reply(Plan::command_reply(output, output_bytes)?))
    }

    async fn function(self, warm: &mut Warm) -> Result<Reply, Fault> {
        let instance = warm.instance()?;
        let arguments = match self.arguments(warm) {
            Ok(arguments) => arguments,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        let output_bytes = output_bytes(warm.store.data());
        let target = (self.index, self.plan);
        let handles = warm.handles.as_mut();
        let given = self
            .bound
            .call(target, &mut warm.store, &instance, arguments, handles, output_bytes)
            .await?;
        Ok(self.reply(given))
    }

    /// What the input says. A refusal is like the guest's own: nothing has run, and a session goes on.
    fn arguments(&self, warm: &mut Warm) -> Result<Arguments, Failure> {
        let arguments = self.plan.arguments(self.input, warm.handles.as_mut());
        arguments.map_err(|error| no_fit(error.to_string()))
    }

    fn reply(&self, given: Given) -> Reply {
        match given {
            Given::Output(text) => Ok(text),
            Given::Failure(message) => {
                let facts = FailureFacts {
                    message,
                    retryable: false,
                    // The types do not say; what imports no function cannot have done anything.
                    effect_happened: self.bound.anatomy().can_act(),
                };
                Err(Failure::Failed(facts).into())
            }
        }
    }
}

fn invalid_input(message: impl AsRef<str>) -> Outcome {
    Outcome::Refused(no_fit(message))
}

fn no_fit(message: impl AsRef<str>) -> Failure {
    let message = super::outcome::clean(message.as_ref());
    Failure::InvalidInput(FailureFacts::final_without_effect(message))
}

fn output_bytes(state: &CallState) -> usize {
    usize::try_from(state.budget.output_bytes).unwrap_or(usize::MAX)
}

// === impl Work ===

impl Work for Reflecting<'_> {
    type Output = Reply;

    /// What a program is started with must be there before its first instruction.
    fn begin(&self, state: &mut CallState) -> Result<(), Fault> {
        if self.plan.act != Act::Command {
            return Ok(());
        }
        let input = self.plan.command_input(self.input);
        let input = input.map_err(|error| invalid_input(error.to_string()))?;
        state.start_command(Command { args: input.args, stdin: input.stdin });
        Ok(())
    }

    /// A program has its streams, and handles their session.
    fn sprints(&self) -> bool {
        self.plan.act == Act::Function && !self.plan.needs_session
    }

    fn run_here(&self, warm: &mut Warm) -> Result<Reply, Fault> {
        let instance = warm.instance()?;
        let arguments = match self.arguments(warm) {
            Ok(arguments) => arguments,
            Err(refusal) => return Ok(Err(refusal.into())),
        };
        let output_bytes = output_bytes(warm.store.data());
        let target = (self.index, self.plan);
        let given =
            self.bound.call_here(target, &mut warm.store, &instance, arguments, output_bytes)?;
        Ok(self.reply(given))
    }

    /// A program runs once; what is left of it is no program any more.
    fn is_last(&self) -> bool {
        self.plan.act == Act::Command
    }

    async fn run(self, warm: &mut Warm) -> Result<Reply, Fault> {
        match self.plan.act {
            Act::Command => self.command(warm).await,
            Act::Function | Act::Drop => self.function(warm).await,
        }
    }
}

// === impl Fault ===

impl From<CallFault> for Fault {
    fn from(fault: CallFault) -> Self {
        match fault {
            CallFault::Guest(error) => Self::Guest(error),
            CallFault::Output(OutputError::TooLong { limit }) => {
                let allowed = limit as u64;
                let (limit, wanted) = (Limit::OutputBytes, allowed + 1);
                Outcome::Exceeded { limit, allowed, wanted }.into()
            }
            CallFault::Output(OutputError::TooManyHandles { limit }) => {
                let allowed = limit as u64;
                let (limit, wanted) = (Limit::Handles, allowed + 1);
                Outcome::Exceeded { limit, allowed, wanted }.into()
            }
            CallFault::Output(error @ OutputError::Mismatch { .. }) => {
                let (kind, message) = (TrapKind::Component, error.to_string());
                Outcome::Trapped { kind, message }.into()
            }
        }
    }
}
