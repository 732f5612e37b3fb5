//! A tape: what a capability asked of its host in real use, and what it was answered, so that the same
//! can be played to it, or to its next version, where nothing reaches outside.
//!
//! What was taken out of a tape is not there when it is played either, so that an answer which depends on
//! the length of a key is another one then.
//!
//! *Never:* a tape holds a secret that the host put into a request; nor, as far as they can be told, keys
//! and passwords that came in inputs, settings, values and answers.

mod recorder;
mod redact;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::artifact::{JsonError, Moment, read_json};
use crate::model::{CapabilityName, Digest, Failure};
pub use recorder::Recorder;
pub(crate) use redact::{redacted, redacted_url};

/// The form of a tape; a change that a reader has to know of raises it.
pub const TAPE_FORMAT: u32 = 1;
/// Calls on one tape: a person tries a dozen, and a thousand say nothing that a hundred do not.
const CALLS_MAX: usize = 256;
/// Exchanges of one call; a call that makes more is cut, and not played.
const EXCHANGES_MAX: usize = 1_000;
/// Bytes of one tape, about: what fits into an editor.
const BYTES_MAX: usize = 8 << 20;

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tape {
    /// [`TAPE_FORMAT`].
    pub format: u32,
    /// The capability.
    pub capability: CapabilityName,
    /// The component that was recorded.
    pub component: Digest,
    /// What its clock stood at all the while.
    pub moment: Moment,
    /// What its random numbers came from.
    pub seed: u64,
    /// The calls, in the order in which they were made.
    pub calls: Vec<TapedCall>,
    /// Calls that were made and are not here, because the tape was full.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub calls_dropped: u64,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TapedCall {
    /// Which operation.
    pub operation: String,
    /// What went in.
    pub input: String,
    /// How it ended, in a word.
    pub outcome: String,
    /// What came out, where something did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// What it asked for, and what it was answered, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Exchange>,
    /// Whether it asked for more than a tape keeps; then it is not played.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cut: bool,
}

/// One call of a host function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What was asked.
    pub asked: Asked,
    /// What was answered.
    pub answer: Answer,
}

/// What a capability asks of its host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "function", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are the arguments of the contract's functions")]
pub enum Asked {
    /// A request; headers are not told apart, for libraries order them as they like.
    Http { method: String, url: String, body: String },
    /// An operation of another capability.
    Call { capability: String, operation: String, input: String },
    /// A setting.
    Config { key: String },
    /// A value.
    KvRead { key: String },
    /// The keys that begin so.
    KvList { prefix: String, after: Option<String>, limit: u32 },
    /// Changes of values, in the tape's own words.
    KvWrite { changes: String },
    /// A function of the embedding program's own interface, by the name that the program gives it, and
    /// what it was given, as JSON.
    Own { name: String, input: String },
}

/// What it is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Answer {
    /// Status, headers and body of a response.
    Response {
        /// The status.
        status: u16,
        /// The headers.
        headers: Vec<(String, String)>,
        /// The body: text, or base64 of what is none.
        body: Bytes,
    },
    /// The output of another capability or of the program's own function, or a setting.
    Text(Option<String>),
    /// A value of `kv`; none where there is none.
    Value(Option<Bytes>),
    /// Keys.
    Keys(Vec<String>),
    /// Each change was made, and this is what each has to say: whether a key was there, a sum.
    Written(Vec<Value>),
    /// An expectation did not hold.
    NotExpected,
    /// Another capability said no.
    Refused(Failure),
    /// It could not be done.
    Failed(String),
}

/// Bytes in a text file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bytes {
    /// They are text.
    Text(String),
    /// They are not.
    Base64(String),
}

impl Tape {
    /// Reads a tape strictly from JSON.
    ///
    /// # Errors
    ///
    /// [`JsonError`], with its place.
    pub fn from_json(bytes: &[u8]) -> Result<Self, JsonError> {
        read_json(bytes)
    }

    /// The tape as JSON, on lines of its own.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Writing plain data to memory does not fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Bytes {
    /// These bytes, without what should not be kept.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        use base64::Engine as _;
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(redacted(text)),
            Err(_) => Self::Base64(base64::engine::general_purpose::STANDARD.encode(bytes)),
        }
    }

    /// The bytes.
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        use base64::Engine as _;
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Base64(text) => {
                base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default()
            }
        }
    }
}

// === impl Asked ===

impl std::fmt::Display for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Http { method, url, .. } => write!(f, "{method} {url}"),
            Self::Call { capability, operation, .. } => write!(f, "call {capability} {operation}"),
            Self::Config { key } => write!(f, "the setting {key}"),
            Self::KvRead { key } => write!(f, "the value {key}"),
            Self::KvList { prefix, .. } => write!(f, "the keys {prefix}*"),
            Self::KvWrite { changes } => write!(f, "changes {changes}"),
            Self::Own { name, input } => write!(f, "{name} {input}"),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde hands it over")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests;
