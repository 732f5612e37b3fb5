//! A host for unit tests: everything that a capability can see of the world, set by the test.
//!
//! It is as strict as a real host: what a capability does not ask for is denied, quotas count, and an
//! unscripted request fails. Time stands still, and random numbers come from a seed.
//!
//! ```
//! use engraft_guest::{Permission, config, log, mock::Host};
//!
//! let host = Host::new()
//!     .grant(Permission::Log)
//!     .grant(Permission::Config("locale".to_owned()))
//!     .config("locale", "de");
//! let locale = host.run(|| {
//!     log::info("looking");
//!     config::get("locale")
//! });
//! assert_eq!(locale.unwrap().as_deref(), Some("de"));
//! assert_eq!(host.logged().len(), 1);
//! ```
//!
//! *Never:* a test through this host touches a real clock, file or network.

mod effects;
mod pattern;
mod script;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use crate::clock::Timestamp;
use crate::log::Level;
use crate::{Capability, Failure, HostError, Permission};

pub use script::{Answer, Called, Sent};

/// A host whose every answer is set by the test. Clones are the same host.
#[derive(Clone, Default)]
pub struct Host {
    state: Rc<State>,
}

/// A part of the contract, to be denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interface {
    /// `log`.
    Log,
    /// `clock`.
    Clock,
    /// `random`.
    Random,
    /// `progress`.
    Progress,
    /// `kv`.
    Kv,
    /// `http`.
    Http,
    /// `secrets`, and secrets in requests.
    Secrets,
    /// `call`.
    Call,
    /// `config`.
    Config,
}

/// A line that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// How much it matters.
    pub level: Level,
    /// The text.
    pub message: String,
    /// The named fields beside it.
    pub fields: Vec<(String, String)>,
}

/// A report of progress.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// From 0 to 1, where known.
    pub fraction: Option<f64>,
    /// What is being done.
    pub message: String,
}

#[derive(Default)]
struct State {
    permissions: RefCell<Vec<Permission>>,
    values: RefCell<BTreeMap<String, Vec<u8>>>,
    config: RefCell<BTreeMap<String, String>>,
    secrets: RefCell<BTreeSet<String>>,
    now: RefCell<Now>,
    random: RefCell<u64>,
    logged: RefCell<Vec<Logged>>,
    reported: RefCell<Vec<Reported>>,
    script: script::Script,
}

#[derive(Default)]
struct Now {
    start_seconds: i64,
    start_nanoseconds: u32,
    elapsed: Duration,
}

thread_local! {
    /// The hosts that this thread runs under, the innermost last.
    static RUNNING: RefCell<Vec<Host>> = const { RefCell::new(Vec::new()) };
}

/// The host that this thread runs under.
pub(crate) fn current() -> Result<Host, HostError> {
    RUNNING.with(|running| running.borrow().last().cloned()).ok_or_else(|| {
        HostError::Unavailable(
            "there is no host here; in a test, run this inside `mock::Host::run`".to_owned(),
        )
    })
}

// === impl Host ===

impl Host {
    /// A host that grants nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A host that grants what this capability asks for, and nothing else.
    #[must_use]
    pub fn granting<C: Capability>() -> Self {
        let host = Self::new();
        *host.state.permissions.borrow_mut() = C::describe().permissions;
        host
    }

    /// Grants one permission more.
    #[must_use]
    pub fn grant(self, permission: Permission) -> Self {
        self.state.permissions.borrow_mut().push(permission);
        self
    }

    /// Takes every permission of one interface away.
    #[must_use]
    pub fn deny(self, interface: Interface) -> Self {
        let of = |permission: &Permission| match permission {
            Permission::Log => Interface::Log,
            Permission::Clock => Interface::Clock,
            Permission::Random => Interface::Random,
            Permission::Progress => Interface::Progress,
            Permission::Kv(_) => Interface::Kv,
            Permission::Http(_) => Interface::Http,
            Permission::Secret(_) => Interface::Secrets,
            Permission::Call(_) => Interface::Call,
            Permission::Config(_) => Interface::Config,
        };
        self.state.permissions.borrow_mut().retain(|permission| of(permission) != interface);
        self
    }

    /// Puts a value into the store.
    #[must_use]
    pub fn value(self, key: impl Into<String>, value: impl AsRef<[u8]>) -> Self {
        self.state.values.borrow_mut().insert(key.into(), value.as_ref().to_vec());
        self
    }

    /// Makes a setting.
    #[must_use]
    pub fn config(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.state.config.borrow_mut().insert(key.into(), value.into());
        self
    }

    /// Holds a secret of this name.
    #[must_use]
    pub fn secret(self, name: impl Into<String>) -> Self {
        self.state.secrets.borrow_mut().insert(name.into());
        self
    }

    /// Stops the clock at this moment; without it, at the start of 1970.
    #[must_use]
    pub fn clock(self, now: Timestamp) -> Self {
        *self.state.now.borrow_mut() = Now {
            start_seconds: now.seconds(),
            start_nanoseconds: now.nanoseconds(),
            elapsed: Duration::ZERO,
        };
        self
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let mut now = self.state.now.borrow_mut();
        now.elapsed = now.elapsed.saturating_add(by);
    }

    /// Draws random numbers from this seed; without it, from 0.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        *self.state.random.borrow_mut() = seed;
        self
    }

    /// Answers every request with this method and URL.
    #[must_use]
    pub fn answer(self, method: &str, url: &str, answer: Answer) -> Self {
        let (method, url) = (method.to_owned(), url.to_owned());
        self.answer_with(move |request| {
            (request.method == method && request.url == url).then(|| Ok(answer.clone()))
        })
    }

    /// Answers requests by a function; `None` leaves the request to the answers set before.
    #[must_use]
    pub fn answer_with(
        self,
        answer: impl FnMut(&Sent) -> Option<Result<Answer, HostError>> + 'static,
    ) -> Self {
        self.state.script.add_answer(Box::new(answer));
        self
    }

    /// Answers calls of one operation of another capability.
    #[must_use]
    pub fn on_call(
        self,
        capability: &str,
        operation: &str,
        answer: impl FnMut(Value) -> Result<Value, Failure> + 'static,
    ) -> Self {
        self.state.script.add_call(capability, operation, Box::new(answer));
        self
    }

    /// Runs code under this host.
    pub fn run<R>(&self, run: impl FnOnce() -> R) -> R {
        RUNNING.with(|running| running.borrow_mut().push(self.clone()));
        // A test that panics leaves its host too.
        let leave = Leave;
        let result = run();
        drop(leave);
        result
    }

    /// Does one operation as a host would: JSON in, JSON out.
    ///
    /// # Errors
    /// What the operation fails with.
    pub fn invoke<C: Capability>(&self, operation: &str, input: &str) -> Result<Value, Failure> {
        let output = self.run(|| C::invoke(operation, input))?;
        serde_json::from_str(&output).map_err(Failure::failed)
    }

    /// Runs every example of every operation, as an examination does.
    ///
    /// # Panics
    /// Where an example fails or gives another output, with all that did.
    pub fn check_examples<C: Capability>(&self) {
        let mut problems = Vec::new();
        for operation in C::describe().operations {
            for example in &operation.examples {
                let named = format!("`{}` of {}", operation.name, example.input);
                match (self.invoke::<C>(&operation.name, &example.input), &example.output) {
                    (Err(failure), _) => problems.push(format!("{named} failed: {failure}")),
                    (Ok(output), Some(wanted)) => match serde_json::from_str::<Value>(wanted) {
                        Ok(wanted) if wanted == output => {}
                        Ok(wanted) => {
                            problems.push(format!("{named} gave {output} instead of {wanted}"));
                        }
                        Err(error) => problems.push(format!("{named}: its output: {error}")),
                    },
                    (Ok(_), None) => {}
                }
            }
        }
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }

    /// Every line written so far.
    #[must_use]
    pub fn logged(&self) -> Vec<Logged> {
        self.state.logged.borrow().clone()
    }

    /// Every report of progress so far.
    #[must_use]
    pub fn reported(&self) -> Vec<Reported> {
        self.state.reported.borrow().clone()
    }

    /// Every request sent so far; those that were denied were not sent.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.state.script.sent()
    }

    /// Every call of another capability so far.
    #[must_use]
    pub fn called(&self) -> Vec<Called> {
        self.state.script.called()
    }

    /// What the store holds under a key.
    #[must_use]
    pub fn stored(&self, key: &str) -> Option<Vec<u8>> {
        self.state.values.borrow().get(key).cloned()
    }
}

/// Leaves the innermost host when dropped.
struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        RUNNING.with(|running| drop(running.borrow_mut().pop()));
    }
}
