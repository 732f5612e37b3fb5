//! What a component gives the host: the crate's words turned into those of the contract.
//!
//! *Never:* a panic ends without a word; the hook tells the host before the trap.

use std::panic::PanicHookInfo;

use engraft_wit::guest::capability::engraft::capability::{fault, types as wit};
use engraft_wit::guest::self_test::exports::engraft::capability::self_test::Check;

use crate::json::push_unsigned;
use crate::operation::SelfChecks;
use crate::source::{Asked, Described, owned};
use crate::{Capability, Failure, FailureKind};

/// Sends what a panic says to the host. Called at the start of every export; setting the hook again
/// costs less than knowing whether it is set.
pub fn listen_for_panics() {
    std::panic::set_hook(Box::new(report));
}

/// The capability's description, as the contract has it.
#[must_use]
pub fn describe<C: Capability>() -> wit::Description {
    let source = C::SOURCE;
    wit::Description {
        name: source.name.to_owned(),
        summary: source.summary.to_owned(),
        operations: source.operations.iter().map(operation).collect(),
        permissions: source.permissions.iter().map(permission).collect(),
    }
}

/// One operation of the capability.
///
/// # Errors
/// What the operation gave.
pub fn invoke<C: Capability>(operation: &str, input: &str) -> Result<String, wit::Failure> {
    C::invoke(operation, input).map_err(failure)
}

/// What the capability wants to keep over a swap.
///
/// # Errors
/// What the capability gave.
pub fn save<E: Into<Failure>>(save: fn() -> Result<Vec<u8>, E>) -> Result<Vec<u8>, wit::Failure> {
    save().map_err(|error| failure(error.into()))
}

/// Hands over what another version kept.
///
/// # Errors
/// What the capability gave.
pub fn restore<E: Into<Failure>>(
    restore: fn(&str, Vec<u8>) -> Result<(), E>,
    version: &str,
    saved: Vec<u8>,
) -> Result<(), wit::Failure> {
    restore(version, saved).map_err(|error| failure(error.into()))
}

/// Runs the checks that the capability makes of itself.
#[must_use]
pub fn self_test(checks: SelfChecks) -> Vec<Check> {
    checks
        .iter()
        .map(|(name, check)| Check { name: (*name).to_owned(), problem: check().err() })
        .collect()
}

fn report(info: &PanicHookInfo<'_>) {
    let mut text =
        info.payload_as_str().unwrap_or("it panicked with a value of its own").to_owned();
    if let Some(place) = info.location() {
        text.push_str(" at ");
        text.push_str(place.file());
        text.push(':');
        push_unsigned(place.line().into(), &mut text);
    }
    fault::report(&text);
}

fn failure(failure: Failure) -> wit::Failure {
    let facts = wit::FailureFacts {
        message: failure.message,
        retryable: failure.retryable,
        effect_happened: failure.effect_happened,
    };
    match failure.kind {
        FailureKind::InvalidInput => wit::Failure::InvalidInput(facts),
        FailureKind::Denied => wit::Failure::Denied(facts),
        FailureKind::Unavailable => wit::Failure::Unavailable(facts),
        FailureKind::Failed => wit::Failure::Failed(facts),
    }
}

fn operation(operation: &Described) -> wit::Operation {
    let told = &operation.told;
    let example = |&(input, output): &(&str, Option<&str>)| wit::Example {
        input: input.to_owned(),
        output: output.map(str::to_owned),
    };
    wit::Operation {
        name: told.name.to_owned(),
        summary: told.summary.to_owned(),
        input_schema: (operation.input_schema)(),
        output_schema: (operation.output_schema)(),
        intents: owned(told.intents),
        examples: told.examples.iter().map(example).collect(),
    }
}

fn permission(asked: &Asked) -> wit::Permission {
    match *asked {
        Asked::Log => wit::Permission::Log,
        Asked::Clock => wit::Permission::Clock,
        Asked::Random => wit::Permission::Random,
        Asked::Progress => wit::Permission::Progress,
        Asked::Kv(quota) => {
            wit::Permission::Kv(wit::KvQuota { bytes: quota.bytes, keys: quota.keys })
        }
        Asked::Http(host, methods, path_prefix) => wit::Permission::Http(wit::HttpRule {
            host: host.to_owned(),
            methods: owned(methods),
            path_prefix: path_prefix.to_owned(),
        }),
        Asked::Secret(name, hosts) => {
            wit::Permission::Secret(wit::SecretRule { name: name.to_owned(), hosts: owned(hosts) })
        }
        Asked::Call(pattern) => wit::Permission::Call(pattern.to_owned()),
        Asked::Config(pattern) => wit::Permission::Config(pattern.to_owned()),
    }
}
