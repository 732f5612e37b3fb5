//! Who may be in a stage at all: conditions on what a program says of its users.
//!
//! *Never:* a user of whom an attribute is not known meets a condition on it.

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

use super::{PlanError, bounded, wrong};

/// Values of one condition; a list of users belongs into a group.
const VALUES_MAX: usize = 1_000;

/// A condition on one attribute of a user: `{"attribute": "country", "one_of": ["CH", "DE"]}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Constraint {
    /// The attribute, as the program calls it.
    pub attribute: String,
    /// What has to hold of its value.
    #[serde(flatten)]
    pub condition: Condition,
}

/// What has to hold of a value, which is text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Condition {
    /// It is one of these.
    OneOf(Vec<String>),
    /// It is none of these.
    NoneOf(Vec<String>),
    /// It is a number of at least this.
    AtLeast(f64),
    /// It is a number of at most this.
    AtMost(f64),
    /// It is a version that this requirement allows: `^2.1`.
    Version(VersionReq),
}

impl Constraint {
    /// Whether it holds of a value; of one that is not known it does not.
    #[must_use]
    pub fn holds(&self, value: Option<&str>) -> bool {
        let Some(value) = value else { return false };
        let number = || value.parse::<f64>().unwrap_or(f64::NAN);
        match &self.condition {
            Condition::OneOf(allowed) => allowed.iter().any(|one| one == value),
            Condition::NoneOf(refused) => refused.iter().all(|one| one != value),
            Condition::AtLeast(least) => number() >= *least,
            Condition::AtMost(most) => number() <= *most,
            Condition::Version(wanted) => {
                Version::parse(value).is_ok_and(|version| wanted.matches(&version))
            }
        }
    }

    pub(super) fn check(&self) -> Result<(), PlanError> {
        if self.attribute.is_empty() {
            return Err(wrong("where", "a condition names no attribute".to_owned()));
        }
        match &self.condition {
            Condition::OneOf(values) | Condition::NoneOf(values) => {
                bounded("where, values of a condition", values.len(), 1..=VALUES_MAX)
            }
            Condition::AtLeast(bound) | Condition::AtMost(bound) if !bound.is_finite() => {
                Err(wrong("where", format!("{bound} is no bound")))
            }
            Condition::AtLeast(_) | Condition::AtMost(_) | Condition::Version(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_hold_of_values_and_never_of_none() {
        let cases = [
            (r#"{"attribute": "a", "one_of": ["CH", "DE"]}"#, "CH", "FR"),
            (r#"{"attribute": "a", "none_of": ["CH"]}"#, "FR", "CH"),
            (r#"{"attribute": "a", "at_least": 18}"#, "18", "17.9"),
            (r#"{"attribute": "a", "at_most": 18}"#, "-3", "old"),
            (r#"{"attribute": "a", "version": "^2.1"}"#, "2.3.0", "3.0.0"),
        ];
        for (text, yes, no) in cases {
            let constraint: Constraint = serde_json::from_str(text).unwrap();
            constraint.check().unwrap();
            assert!(constraint.holds(Some(yes)), "{text} of {yes}");
            assert!(!constraint.holds(Some(no)), "{text} of {no}");
            assert!(!constraint.holds(None), "{text} of nothing");
            let again = serde_json::to_string(&constraint).unwrap();
            assert_eq!(serde_json::from_str::<Constraint>(&again).unwrap(), constraint);
        }
        for bad in [r#"{"attribute": "", "at_most": 1}"#, r#"{"attribute": "a", "one_of": []}"#] {
            assert!(serde_json::from_str::<Constraint>(bad).unwrap().check().is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<Constraint>(r#"{"attribute": "a"}"#).is_err());
    }
}
