//! What goes over the pipes: frames with a magic number and two lengths, and what is said in them.
//!
//! A frame has a head, which is a message, and a body, which is a long text or a component as it is.
//! Both ends are of one build as a rule; the version in the command line and in the first word tells
//! where they are not.
//!
//! *Never:* a length is believed before it is compared with what may come; a worker may lie.

use std::time::Duration;

use engraft_wit::host::imports;
use engraft_wit::host::imports::kv::{Change, Expectation};
use engraft_wit::host::imports::types::Description;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::wall::Walls;
use crate::engine::report::LogLine;
use crate::engine::services::LogLevel;

/// The version of all that is said here.
pub(super) const VERSION: u32 = 3;
/// The first word of a worker's command line.
pub(super) const MARK: &str = "engraft-worker";

/// What begins a frame: four letters, the length of the head, the length of the body.
pub(super) const PREFIX_BYTES: usize = 12;
const MAGIC: [u8; 4] = *b"EgW1";
/// A component, or what a budget lets a call take in. More than a budget can say is never sent.
pub(super) const BYTES_MAX: u64 = 512 << 20;

/// What a parent says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// Compiles the body, keeps nothing of it, and gives the code.
    Compile,
    /// Loads the body, once in a worker's life: a component, and behind it what another worker has
    /// compiled it to, where there was one.
    Load(Box<Casting>),
    /// Calls what is loaded; the body is the input.
    Call(CallOrder),
    /// Answers the last question; the body is what was asked for.
    Answer,
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Word {
    /// The first word: which walls stand.
    Ready { version: u32, walls: Walls },
    /// It is compiled; the body is the code.
    Compiled(Result<(), String>),
    /// It is loaded; the body is the code, where it had to be compiled.
    Loaded(Result<Traits, String>),
    /// The guest asks for something, and waits.
    Ask(Ask),
    /// The call has ended; the body is its output.
    Ended(Box<Ended>),
}

/// How a component is loaded. Plain data of ours goes as JSON, which it is written as elsewhere.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Casting {
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) description: String,
    pub(super) budget: String,
    /// What WASI gives by itself. Whatever the contract has, the parent gives.
    pub(super) surroundings: Surroundings,
    pub(super) instances: Instances,
    /// Whether nobody knows yet what it asks for. It is linked then, and denied all that it tries.
    pub(super) is_unnamed: bool,
    /// How much of the body is the component.
    pub(super) component_bytes: u64,
}

/// How long instances live in a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Instances {
    /// A new one for each call.
    Fresh,
    /// One for all calls, as long as nothing breaks it.
    Kept,
}

/// What WASI shows of the world without asking the parent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Surroundings {
    pub(super) env: Vec<(String, String)>,
    pub(super) log: bool,
    /// Some where the time may be told; within it the moment at which it stands still.
    pub(super) clock: Option<Option<Duration>>,
    /// Some where random numbers may be drawn; within it their seed.
    pub(super) random: Option<Option<u64>>,
}

/// What a loaded component can do besides its operations.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Traits {
    pub(super) is_stateful: bool,
    pub(super) is_self_testing: bool,
}

/// One call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CallOrder {
    pub(super) deed: Deed,
    pub(super) operation: String,
    pub(super) fuel: u64,
    pub(super) time: Duration,
}

/// What is done with an instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Deed {
    /// An operation.
    Invoke,
    /// An operation, and then what these exports give, on the same instance.
    Trace { readers: Vec<String> },
    /// What these exports give, before anything is called.
    Read { readers: Vec<String> },
    /// What it says of itself.
    Describe,
    /// Its checks of itself.
    SelfTest,
    /// Its state is saved.
    Save,
    /// What another version has saved is handed over.
    Restore { version: String },
}

/// What a guest asks of its host, as the contract has it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Ask {
    Log {
        level: imports::log::Level,
        message: String,
        fields: Vec<(String, String)>,
    },
    Now,
    Monotonic,
    Random {
        count: u32,
    },
    Number,
    Progress {
        fraction: Option<f64>,
        message: String,
    },
    Config {
        key: String,
    },
    Secret {
        name: String,
    },
    KvGet {
        key: String,
    },
    KvSet {
        key: String,
        value: Vec<u8>,
    },
    KvDelete {
        key: String,
    },
    KvKeys {
        prefix: String,
        after: Option<String>,
        limit: u32,
    },
    KvIncrement {
        key: String,
        delta: i64,
    },
    KvTransact {
        expectations: Vec<Expectation>,
        changes: Vec<Change>,
    },
    Send(imports::http::Request),
    SendAll(Vec<imports::http::Request>),
    Call {
        requests: Vec<imports::call::Request>,
        fuel: Option<u64>,
    },
    /// Of the embedding program's own.
    Own {
        function: String,
        asked: String,
    },
}

/// How a call ended.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ended {
    /// As JSON; none where it returned, and its output is the body.
    pub(super) outcome: Option<String>,
    /// As JSON.
    pub(super) usage: String,
    /// What WASI's streams said.
    pub(super) logs: Vec<Line>,
    /// Of its checks of itself.
    pub(super) checks: Vec<(String, Option<String>)>,
    /// What it said of itself.
    pub(super) description: Option<Box<Description>>,
    /// What readers gave.
    pub(super) traces: Vec<Vec<u8>>,
}

/// One line of a log.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) level: imports::log::Level,
    pub(super) message: String,
    pub(super) fields: Vec<(String, String)>,
}

/// A message and what comes with it.
#[derive(Debug)]
pub(super) struct Frame<T> {
    pub(super) message: T,
    pub(super) body: Vec<u8>,
}

/// Why bytes are no frame.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    #[error("it does not begin like one")]
    Magic,
    #[error("it has {bytes} bytes, and {most} are the most")]
    TooLong { bytes: u64, most: u64 },
    #[error("{0}")]
    Message(#[from] postcard::Error),
}

/// The bytes of a frame, but for its body.
pub(super) fn pack<T: Serialize>(message: &T, body: &[u8]) -> Result<Vec<u8>, WireError> {
    let head = postcard::to_allocvec(message)?;
    let too_long = |bytes: usize| WireError::TooLong { bytes: bytes as u64, most: BYTES_MAX };
    let length = |bytes: usize| u32::try_from(bytes).map_err(|_| too_long(bytes));
    let mut packed = Vec::with_capacity(PREFIX_BYTES + head.len());
    packed.extend_from_slice(&MAGIC);
    packed.extend_from_slice(&length(head.len())?.to_le_bytes());
    packed.extend_from_slice(&length(body.len())?.to_le_bytes());
    packed.extend_from_slice(&head);
    Ok(packed)
}

/// The lengths of head and body that a prefix tells.
pub(super) fn lengths(prefix: [u8; PREFIX_BYTES], most: u64) -> Result<(usize, usize), WireError> {
    let [m0, m1, m2, m3, h0, h1, h2, h3, b0, b1, b2, b3] = prefix;
    if [m0, m1, m2, m3] != MAGIC {
        return Err(WireError::Magic);
    }
    let (head, body) = (u32::from_le_bytes([h0, h1, h2, h3]), u32::from_le_bytes([b0, b1, b2, b3]));
    let bytes = u64::from(head) + u64::from(body);
    if bytes > most {
        return Err(WireError::TooLong { bytes, most });
    }
    Ok((head as usize, body as usize))
}

/// The message of a head.
pub(super) fn unpack<T: DeserializeOwned>(head: &[u8]) -> Result<T, WireError> {
    Ok(postcard::from_bytes(head)?)
}

// === impl Line ===

impl From<LogLine> for Line {
    fn from(line: LogLine) -> Self {
        use imports::log::Level;
        let level = match line.level {
            LogLevel::Trace => Level::Trace,
            LogLevel::Debug => Level::Debug,
            LogLevel::Info => Level::Info,
            LogLevel::Warn => Level::Warn,
            LogLevel::Error => Level::Error,
        };
        Self { level, message: line.message, fields: line.fields }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_back_and_a_lie_is_refused() {
        let ask = Word::Ask(Ask::KvSet { key: "a".to_owned(), value: vec![0, 255] });
        let packed = pack(&ask, b"body").unwrap();
        let prefix: [u8; PREFIX_BYTES] = packed[..PREFIX_BYTES].try_into().unwrap();
        let (head, body) = lengths(prefix, 1_000).unwrap();
        assert_eq!((PREFIX_BYTES + head, body), (packed.len(), 4));
        let read: Word = unpack(&packed[PREFIX_BYTES..]).unwrap();
        assert_eq!(format!("{read:?}"), format!("{ask:?}"));
        assert!(matches!(lengths(prefix, 4), Err(WireError::TooLong { .. })));
        let mut other = prefix;
        other[3] = b'2';
        assert!(matches!(lengths(other, 1_000), Err(WireError::Magic)));
        let mut long = prefix;
        long[4..].fill(255);
        assert!(matches!(lengths(long, BYTES_MAX), Err(WireError::TooLong { .. })));
    }

    #[test]
    fn what_is_no_message_is_an_error_and_no_panic() {
        let packed = pack(&Order::Compile, b"").unwrap();
        for at in 0..=255_u8 {
            for length in 0..12 {
                let read: Result<Word, _> = unpack(&vec![at; length]);
                drop(read);
            }
        }
        assert!(unpack::<Word>(&[200, 200]).is_err());
        assert!(unpack::<Order>(&packed[PREFIX_BYTES..]).is_ok());
    }
}
