//! Why a candidate is not approved, with everything that a person needs to change that.
//!
//! *Never:* a refusal leaves out a reason that somebody could act on.

/// Why a candidate is not approved; it is given back together with this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotApproved {
    /// Something blocks it.
    #[error("`{name}` is blocked by {}", .checks.join(", "))]
    Blocked {
        /// Which capability.
        name: String,
        /// The checks that block it.
        checks: Vec<String>,
    },
    /// Less was looked at than the policy wants.
    #[error("`{name}` was not looked at enough: {why}")]
    Incomplete {
        /// Which capability.
        name: String,
        /// What is missing.
        why: String,
    },
    /// A person has said no.
    #[error("`{name}` was rejected{}", listed(.refusals))]
    Rejected {
        /// Which capability.
        name: String,
        /// Who, and why.
        refusals: Vec<String>,
    },
    /// Too few persons have approved it.
    #[error(
        "`{name}` has {counted} of {needed} approvals; `engraft approvals approve` gives one{}",
        listed(.refusals)
    )]
    TooFew {
        /// Which capability.
        name: String,
        /// How many count.
        counted: usize,
        /// How many it takes.
        needed: usize,
        /// Why the others do not count.
        refusals: Vec<String>,
    },
}

fn listed(refusals: &[String]) -> String {
    refusals.iter().map(|why| format!("\n  - {why}")).collect()
}
