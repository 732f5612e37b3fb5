//! What a component gives the host: the crate's words turned into those of the contract.
//!
//! *Never:* a panic ends without a word; the hook tells the host before the trap.

use std::panic::PanicHookInfo;

use engraft_wit::guest::capability::engraft::capability::{fault, types as wit};
use engraft_wit::guest::self_test::exports::engraft::capability::self_test::Check;

use crate::operation::SelfChecks;
use crate::{Capability, Failure, FailureKind, Operation, Permission};

/// Sends what a panic says to the host. Called at the start of every export; setting the hook again
/// costs less than knowing whether it is set.
pub fn listen_for_panics() {
    std::panic::set_hook(Box::new(report));
}

/// The capability's description, as the contract has it.
#[must_use]
pub fn describe<C: Capability>() -> wit::Description {
    let description = C::describe();
    wit::Description {
        name: description.name,
        summary: description.summary,
        operations: description.operations.into_iter().map(operation).collect(),
        permissions: description.permissions.into_iter().map(permission).collect(),
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
        text.push_str(&place.line().to_string());
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

fn operation(operation: Operation) -> wit::Operation {
    let examples = operation
        .examples
        .into_iter()
        .map(|example| wit::Example { input: example.input, output: example.output });
    wit::Operation {
        name: operation.name,
        summary: operation.summary,
        input_schema: operation.input_schema,
        output_schema: operation.output_schema,
        intents: operation.intents,
        examples: examples.collect(),
    }
}

fn permission(permission: Permission) -> wit::Permission {
    match permission {
        Permission::Log => wit::Permission::Log,
        Permission::Clock => wit::Permission::Clock,
        Permission::Random => wit::Permission::Random,
        Permission::Progress => wit::Permission::Progress,
        Permission::Kv(quota) => {
            wit::Permission::Kv(wit::KvQuota { bytes: quota.bytes, keys: quota.keys })
        }
        Permission::Http(rule) => wit::Permission::Http(wit::HttpRule {
            host: rule.host,
            methods: rule.methods,
            path_prefix: rule.path_prefix,
        }),
        Permission::Secret(rule) => {
            wit::Permission::Secret(wit::SecretRule { name: rule.name, hosts: rule.hosts })
        }
        Permission::Call(pattern) => wit::Permission::Call(pattern),
        Permission::Config(pattern) => wit::Permission::Config(pattern),
    }
}
