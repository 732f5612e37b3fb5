//! The static checks: each a pure function from what is known to what it found, listed once.
//!
//! *Never:* a check runs anything of the candidate, or decides whether what it found blocks.

mod access;
mod bomb;
mod exports;
mod intents;
mod names;
mod release;
pub(crate) mod schema;
pub(crate) mod secrets;
mod shape;
mod stated;
mod termination;
pub(crate) mod text;
mod trust;

use super::catalogue::CheckId;
use super::finding::Draft;
use super::subject::Subject;

pub(crate) use termination::is_bounded_by_structure;

/// One check over a subject.
pub(crate) type StaticCheck = fn(&Subject<'_>) -> Vec<Draft>;

/// Checks that need nothing but the bytes: they come first, for what they find must never be
/// compiled, not even to ask it what it is.
pub(crate) const OF_BYTES: &[(CheckId, StaticCheck)] = &[
    (CheckId::SIGNATURE, trust::signature),
    (CheckId::MALFORMED, shape::malformed),
    (CheckId::NESTED, shape::nested),
    (CheckId::FEATURES, shape::features),
    (CheckId::BOMB_FUNCTIONS, bomb::functions),
    (CheckId::BOMB_BODY, bomb::body),
    (CheckId::BOMB_NESTING, bomb::nesting),
    (CheckId::BOMB_BLOCKS, bomb::blocks),
    (CheckId::BOMB_LOCALS, bomb::locals),
    (CheckId::BOMB_COMPLEXITY, bomb::complexity),
    (CheckId::BOMB_BR_TABLE, bomb::br_table),
    (CheckId::BOMB_WORK, bomb::work),
    (CheckId::DATA, shape::data),
    (CheckId::START, termination::start),
    (CheckId::ENDLESS, termination::endless),
    (CheckId::SECRET, secrets::secret),
    (CheckId::SECRET_LIKE, secrets::secret_like),
    (CheckId::EMBEDDED, shape::embedded),
];

/// Checks of what it says of itself.
pub(crate) const OF_MANIFEST: &[(CheckId, StaticCheck)] = &[
    (CheckId::UNBOUNDED, termination::unbounded),
    (CheckId::MEMORIES, shape::memories),
    (CheckId::TABLES, shape::tables),
    (CheckId::IMPORTS, access::imports),
    (CheckId::FORBIDDEN, access::forbidden),
    (CheckId::UNUSED, access::unused),
    (CheckId::REACH, access::reach),
    (CheckId::EXPORTS, exports::exports),
    (CheckId::SECRET, secrets::in_manifest),
    (CheckId::INVISIBLE, text::invisible),
    (CheckId::BIDIRECTIONAL, text::bidirectional),
    (CheckId::INSTRUCTION, text::instruction),
    (CheckId::MIXED_SCRIPT, text::mixed_script),
    (CheckId::IMITATION, names::imitation),
    (CheckId::DUPLICATE, names::operations),
    (CheckId::INTENTS, intents::intents),
    (CheckId::SCHEMA_BOMB, schema::bomb),
    (CheckId::SCHEMA_REMOTE, schema::remote),
    (CheckId::SCHEMA_INVALID, schema::invalid),
    (CheckId::REGEX_BOMB, schema::regex),
    (CheckId::BUDGET, trust::budget),
    (CheckId::LIFETIME, trust::validity),
    (CheckId::NEW_PERMISSIONS, release::permissions),
    (CheckId::DROPPED, release::operations),
    (CheckId::LARGER_LIMITS, release::limits),
    (CheckId::ORDER, release::order),
];
