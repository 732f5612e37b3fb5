//! A recorded call that is played: what is asked is looked up on its tape.
//!
//! *Never:* one exchange of a tape answers twice.

use crate::examine::tape::{Answer, Asked, Exchange, TapedCall};

/// Differences that are told of one call; more of them would say the same again.
const SURPRISES_MAX: usize = 4;

/// What of a recorded call is still to come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Playing {
    left: Vec<Exchange>,
    surprises: Vec<String>,
}

impl Playing {
    pub(crate) fn of(call: &TapedCall) -> Self {
        Self { left: call.exchanges.clone(), surprises: Vec::new() }
    }

    /// The answer to this, whatever comes before it on the tape: requests side by side have no order.
    pub(super) fn answer(&mut self, asked: &Asked) -> Option<Answer> {
        match self.left.iter().position(|exchange| exchange.asked == *asked) {
            Some(at) => Some(self.left.remove(at).answer),
            None => {
                self.surprises.push(format!("it asks what is not on the tape: {asked}"));
                None
            }
        }
    }

    /// What was other than on the tape.
    pub(crate) fn surprises(mut self) -> Vec<String> {
        let left = self.left.iter().map(|exchange| &exchange.asked);
        self.surprises.extend(left.map(|asked| format!("it does not ask any more: {asked}")));
        self.surprises.truncate(SURPRISES_MAX);
        self.surprises
    }
}

/// The answer to something like this, for calls that are on no tape: the same, or a request to the same
/// place with another query or body, or the same operation or function with another input.
pub(super) fn likeliest<'a>(library: &'a [Exchange], asked: &Asked) -> Option<&'a Answer> {
    let of = |is_it: &dyn Fn(&Asked) -> bool| library.iter().find(|it| is_it(&it.asked));
    let same = of(&|known| known == asked);
    let found = same.or_else(|| of(&|known| kind(known) == kind(asked)));
    found.map(|exchange| &exchange.answer)
}

fn kind(asked: &Asked) -> (&str, &str, &str) {
    match asked {
        Asked::Http { method, url, .. } => {
            ("http", method, url.split(['?', '#']).next().unwrap_or_default())
        }
        Asked::Call { capability, operation, .. } => ("call", capability, operation),
        Asked::Config { key } => ("config", key, ""),
        Asked::KvRead { key } => ("kv-read", key, ""),
        Asked::KvList { prefix, .. } => ("kv-list", prefix, ""),
        Asked::KvWrite { changes } => ("kv-write", changes, ""),
        Asked::Own { name, .. } => ("own", name, ""),
    }
}
