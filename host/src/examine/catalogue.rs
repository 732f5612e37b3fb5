//! Every check by its id: the level from which it runs, how grave its findings are, what it asks.
//!
//! *Never:* an id changes its meaning or is given to another check; reports and policies name them.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::finding::Severity;
use super::level::Level;

/// The id of a check, for example `static.imports`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId(&'static str);

/// What there is to know of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// Its id.
    pub id: CheckId,
    /// The level from which it runs.
    pub level: Level,
    /// How grave its findings are, where one does not say otherwise.
    pub severity: Severity,
    /// What it asks.
    pub question: &'static str,
}

/// A text that is no id of a check.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no check `{0}`; `engraft examine --checks` lists them all")]
pub struct UnknownCheck(String);

macro_rules! checks {
    ($( $name:ident = $id:literal, $level:ident, $severity:ident, $question:literal; )*) => {
        impl CheckId {
            $( #[doc = concat!("`", $id, "`: ", $question)] pub const $name: Self = Self($id); )*
        }

        /// Every check, in the order in which they run.
        pub const CHECKS: &[Check] = &[
            $( Check {
                id: CheckId::$name,
                level: Level::$level,
                severity: Severity::$severity,
                question: $question,
            }, )*
        ];
    };
}

checks! {
    SIGNATURE = "trust.signature", Basic, Error, "does the keyring trust its signatures?";
    MALFORMED = "static.malformed", Basic, Critical, "is every module and component in it valid?";
    NESTED = "static.nested", Basic, Critical, "are there few modules and components in it, nested little?";
    FEATURES = "static.features", Basic, Error, "does it keep to what the engine runs?";
    BOMB_FUNCTIONS = "static.bomb.functions", Basic, Critical, "has it few enough functions to compile?";
    BOMB_BODY = "static.bomb.body", Basic, Critical, "is every function small enough to compile?";
    BOMB_NESTING = "static.bomb.nesting", Basic, Critical, "are blocks nested little enough to compile?";
    BOMB_BLOCKS = "static.bomb.blocks", Basic, Critical, "has every function few enough blocks to compile?";
    BOMB_LOCALS = "static.bomb.locals", Basic, Critical, "has every function few enough locals to compile?";
    BOMB_COMPLEXITY = "static.bomb.complexity", Basic, Critical, "are locals times blocks few enough to compile?";
    BOMB_BR_TABLE = "static.bomb.br-table", Basic, Critical, "are jump tables small enough to compile?";
    BOMB_WORK = "static.bomb.work", Basic, Critical, "is all of it together little enough to compile?";
    MEMORIES = "static.memories", Basic, Error, "do its memories fit into its budget?";
    TABLES = "static.tables", Basic, Error, "do its tables fit into its budget?";
    DATA = "static.data", Basic, Error, "is its data small and of few pieces?";
    START = "static.start", Basic, Error, "does nothing of weight run before anybody calls it?";
    ENDLESS = "static.endless", Basic, Error, "can every export come to an end?";
    DESCRIBED = "manifest.described", Basic, Error, "does it say what it is?";
    UNBOUNDED = "static.unbounded", Basic, Note, "do loops and recursion have a bound, in their structure or proved?";
    IMPORTS = "static.imports", Basic, Error, "does it import only what its manifest asks for?";
    FORBIDDEN = "static.forbidden", Basic, Error, "does it keep to what the policy lets anybody have?";
    UNUSED = "static.unused-permission", Basic, Warning, "does it ask only for what it imports?";
    REACH = "static.reach", Basic, Warning, "does it name the hosts, keys and names that it asks for?";
    EXPORTS = "static.exports", Basic, Error, "is every export one that somebody can reach?";
    SECRET = "static.secret", Basic, Error, "is it free of keys and tokens?";
    SECRET_LIKE = "static.secret-like", Basic, Warning, "is it free of what looks like keys?";
    EMBEDDED = "static.embedded", Basic, Error, "is it free of programs for other machines?";
    INVISIBLE = "text.invisible", Basic, Error, "can a reader see every character of its texts?";
    BIDIRECTIONAL = "text.bidirectional", Basic, Error, "do its texts run in the order in which they stand?";
    INSTRUCTION = "text.instruction", Basic, Error, "do its texts describe, and tell a language model nothing?";
    MIXED_SCRIPT = "text.mixed-script", Basic, Error, "is every word of one alphabet?";
    IMITATION = "names.imitation", Basic, Error, "is its name unlike any other name here?";
    DUPLICATE = "names.operations", Basic, Error, "can its operations be told apart?";
    INTENTS = "names.intents", Basic, Warning, "do its intents say what they are about?";
    SCHEMA_BOMB = "schema.bomb", Basic, Error, "are its schemas small enough to validate with?";
    SCHEMA_REMOTE = "schema.remote", Basic, Error, "do its schemas refer to nothing outside of them?";
    SCHEMA_INVALID = "schema.invalid", Basic, Warning, "are its schemas schemas?";
    REGEX_BOMB = "schema.regex", Basic, Error, "do its patterns match in linear time?";
    BUDGET = "manifest.budget", Basic, Warning, "does it ask for no more than a small tool needs?";
    LIFETIME = "manifest.validity", Basic, Warning, "is it valid now?";
    NEW_PERMISSIONS = "release.permissions", Basic, Warning, "does it ask for nothing that the release before did not?";
    DROPPED = "release.operations", Basic, Error, "does it still do what the release before did?";
    LARGER_LIMITS = "release.limits", Basic, Warning, "does it need no more than the release before?";
    ORDER = "release.order", Basic, Error, "does it come after the release before?";
    LOADS = "sandbox.load", Standard, Error, "does it compile and link?";
    DESCRIPTION = "sandbox.description", Standard, Error, "does it say of itself what its manifest says?";
    INSTANTIATION = "sandbox.instantiation", Standard, Error, "does it start without effects and without much fuel?";
    EXAMPLES = "sandbox.examples", Standard, Error, "do its examples hold?";
    SELF_TEST = "sandbox.self-test", Standard, Error, "do its checks of itself hold?";
    CASES = "sandbox.cases", Standard, Error, "does it answer or refuse every input that fits its schema?";
    INVALID_INPUT = "sandbox.invalid-input", Standard, Error, "does it bear inputs that do not fit?";
    OUTPUT_SCHEMA = "sandbox.output", Standard, Error, "do its outputs fit their schema?";
    OUTPUT_TEXT = "sandbox.output-text", Standard, Error, "do its outputs tell a language model nothing?";
    BOUND = "sandbox.bound", Standard, Error, "does no run go over the bound that it states?";
    TAPE = "sandbox.tape", Standard, Error, "does it do on a recorded tape what it did then?";
    SEARCHED = "coverage.searched", Comprehensive, Error, "does it bear the inputs that reach the rest of it?";
    BEYOND = "behaviour.beyond", Comprehensive, Error, "does it try only what it asked for?";
    DETERMINISM = "behaviour.determinism", Comprehensive, Error, "do the same input, seed and time give the same answer and calls?";
    ISOLATION = "behaviour.isolation", Comprehensive, Error, "does nothing of one user reach the next?";
    LEAK = "behaviour.leak", Comprehensive, Error, "does nothing of its inputs, state and settings leave where it should not?";
    ENCODED = "behaviour.encoded", Comprehensive, Warning, "can a reader see what it sends of what it is given?";
    FAULTS = "behaviour.faults", Comprehensive, Error, "does it bear failing host functions?";
    FUEL_CUT = "behaviour.fuel-cut", Comprehensive, Error, "do its values stay whole when it is cut off?";
    GROWTH = "behaviour.growth", Comprehensive, Error, "do memory and fuel stay level over a thousand calls?";
    CALLS = "release.calls", Comprehensive, Warning, "does it call as the release before did?";
    LATE = "behaviour.late", Comprehensive, Error, "does it do the same later, on other days and for larger inputs?";
    RISK = "policy.risk", Basic, Error, "does the policy take its risk?";
    WALL = "worker.wall", Production, Error, "does every wall stand around the worker?";
    REHEARSAL = "worker.rehearsal", Production, Critical, "does it run in a worker before it runs here?";
    WORKER_SAME = "worker.same", Production, Error, "does it do in the worker what it does in this process?";
    SLOWER = "performance.regression", Production, Error, "is it as fast as the release before?";
}

/// What these warn of is more than the release before could do, more than anybody else can see, or more than
/// one capability's due: a person has to have seen it.
pub(crate) const SHOWN: [CheckId; 5] = [
    CheckId::NEW_PERMISSIONS,
    CheckId::LARGER_LIMITS,
    CheckId::CALLS,
    CheckId::ENCODED,
    CheckId::INTENTS,
];

impl CheckId {
    /// The id as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// What there is to know of it.
    #[must_use]
    pub fn check(self) -> Option<&'static Check> {
        CHECKS.iter().find(|check| check.id == self)
    }
}

// === impl CheckId ===

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::str::FromStr for CheckId {
    type Err = UnknownCheck;

    fn from_str(text: &str) -> Result<Self, UnknownCheck> {
        let known = CHECKS.iter().map(|check| check.id).find(|id| id.0 == text);
        known.ok_or_else(|| UnknownCheck(text.chars().take(64).collect()))
    }
}

// Not derived: serde would take the text for one that is borrowed from the input.
impl Serialize for CheckId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for CheckId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_there_once_and_is_read_back() {
        for (at, check) in CHECKS.iter().enumerate() {
            assert_eq!(check.id.as_str().parse::<CheckId>().as_ref(), Ok(&check.id));
            assert!(CHECKS[at + 1..].iter().all(|other| other.id != check.id), "{}", check.id);
            assert!(check.question.ends_with('?'), "{}", check.id);
        }
        assert!("static.import".parse::<CheckId>().is_err());
    }
}
