//! Exit codes: the one place where errors and outcomes become numbers.
//!
//! *Never:* a number is chosen anywhere else.

use std::process::ExitCode;

use engraft::Class;
use engraft::model::{Failure, Outcome};
use serde::Serialize;

/// How a run of the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Exit {
    /// What was asked for was done.
    Fine,
    /// The capability ran, and did not give an output.
    Failed,
    /// The command line, or a file that it names, asks for what cannot be.
    Usage,
    /// Trust or a permission said no.
    Refused,
    /// The bytes are damaged, or are not what they should be.
    Corrupt,
    /// Engraft or this machine could not do it; the input is not to blame.
    Fault,
}

impl Exit {
    /// Every code with what it means, for help and reference.
    pub(crate) const HELP: &str = "\
Exit codes:
  0  fine
  1  the capability failed: it refused, broke, or went over a limit
  2  usage: the command line, or a file that it names, asks for what cannot be
  3  refused by policy or trust
  4  corrupt input: not a component or bundle, damaged, or malformed JSON
  5  a fault of ours, or of this machine";

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Corrupt => 4,
            Self::Fault => 5,
        }
    }

    /// Who can mend an error of the library.
    #[expect(clippy::wildcard_enum_match_arm, reason = "a class of later is a fault")]
    pub(crate) const fn of_class(class: Class) -> Self {
        match class {
            Class::Caller => Self::Usage,
            Class::Policy => Self::Refused,
            Class::Corrupt => Self::Corrupt,
            // Whatever class comes later, it is not known to be the input's fault.
            _ => Self::Fault,
        }
    }

    /// What a call's end amounts to.
    #[expect(clippy::wildcard_enum_match_arm, reason = "an outcome of later is a failed call")]
    pub(crate) const fn of_outcome(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Returned(_) => Self::Fine,
            // The guest's own denial is one too: some permission was not allowed to it.
            Outcome::Denied { .. } | Outcome::Refused(Failure::Denied(_)) => Self::Refused,
            // Nobody but the host itself cancels or turns away a call here.
            Outcome::Cancelled | Outcome::Unavailable { .. } => Self::Fault,
            _ => Self::Failed,
        }
    }
}

// === impl Exit ===

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use engraft::model::{FailureFacts, Output};

    use super::*;

    #[test]
    fn a_denial_is_told_apart_from_a_failure() {
        let facts = FailureFacts::final_without_effect("no");
        for (outcome, exit) in [
            (Outcome::Returned(Output::new("1".to_owned())), Exit::Fine),
            (Outcome::Refused(Failure::InvalidInput(facts.clone())), Exit::Failed),
            (Outcome::Refused(Failure::Denied(facts)), Exit::Refused),
            (Outcome::OutOfFuel { limit: 1 }, Exit::Failed),
            (Outcome::Denied { message: String::new() }, Exit::Refused),
            (Outcome::Unavailable { message: String::new() }, Exit::Fault),
        ] {
            assert_eq!(Exit::of_outcome(&outcome), exit, "{outcome:?}");
        }
    }

    #[test]
    fn the_help_tells_every_code() {
        for exit in
            [Exit::Fine, Exit::Failed, Exit::Usage, Exit::Refused, Exit::Corrupt, Exit::Fault]
        {
            assert!(Exit::HELP.contains(&format!("\n  {}  ", exit.code())), "{exit:?}");
        }
    }
}
