//! What a component says of itself, laid out as the contract's records lie in memory.
//!
//! *Never:* code runs to describe: the answer stands in the data.

use crate::wasm::Data;

/// What a capability says of itself.
#[derive(Debug, Clone, Default)]
pub struct Description {
    /// The dotted name.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// What it can do.
    pub operations: Vec<Operation>,
    /// What it asks for.
    pub permissions: Vec<Permission>,
}

/// One operation.
#[derive(Debug, Clone, Default)]
pub struct Operation {
    /// Its name.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// A JSON Schema.
    pub input_schema: String,
    /// A JSON Schema.
    pub output_schema: String,
    /// Sentences that ask for it.
    pub intents: Vec<String>,
    /// Inputs and their outputs.
    pub examples: Vec<Example>,
}

/// A worked example.
#[derive(Debug, Clone, Default)]
pub struct Example {
    /// JSON text.
    pub input: String,
    /// JSON text; none where it varies.
    pub output: Option<String>,
}

/// One thing that a capability asks to be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// To write log lines.
    Log,
    /// To read the time.
    Clock,
    /// To draw random numbers.
    Random,
    /// To report progress.
    Progress,
    /// To keep values between calls.
    Kv {
        /// The most bytes.
        bytes: u64,
        /// The most keys.
        keys: u32,
    },
    /// To send requests.
    Http {
        /// A host name or pattern.
        host: String,
        /// Methods; empty for GET and HEAD.
        methods: Vec<String>,
        /// What paths begin with.
        path_prefix: String,
    },
    /// To have a secret sent.
    Secret {
        /// Its name.
        name: String,
        /// Where to.
        hosts: Vec<String>,
    },
    /// To call capabilities whose names match.
    Call(String),
    /// To read configuration.
    Config(String),
}

impl Description {
    /// Puts the record and everything in it into the data; gives its address.
    pub(crate) fn place(&self, data: &mut Data) -> u32 {
        let mut operations = Vec::new();
        for operation in &self.operations {
            operations.extend(operation.words(data));
        }
        let operations = list(data, &operations, self.operations.len());
        let mut permissions = Vec::new();
        for permission in &self.permissions {
            permissions.extend(permission.words(data));
        }
        let permissions = list(data, &permissions, self.permissions.len());
        let record = [data.string(&self.name), data.string(&self.summary), operations, permissions];
        data.words(&record.concat())
    }
}

/// The place and length of a list whose elements are these words.
fn list(data: &mut Data, words: &[u32], count: usize) -> [u32; 2] {
    [data.words(words), u32::try_from(count).unwrap_or(u32::MAX)]
}

fn strings(data: &mut Data, texts: &[String]) -> [u32; 2] {
    let words: Vec<u32> = texts.iter().flat_map(|text| data.string(text)).collect();
    list(data, &words, texts.len())
}

impl Operation {
    fn words(&self, data: &mut Data) -> Vec<u32> {
        let mut examples = Vec::new();
        for example in &self.examples {
            examples.extend(data.string(&example.input));
            let output = example.output.as_ref().map(|output| data.string(output));
            examples.push(u32::from(output.is_some()));
            examples.extend(output.unwrap_or_default());
        }
        let parts = [
            data.string(&self.name),
            data.string(&self.summary),
            data.string(&self.input_schema),
            data.string(&self.output_schema),
            strings(data, &self.intents),
            list(data, &examples, self.examples.len()),
        ];
        parts.concat()
    }
}

impl Permission {
    /// The case, padding to eight bytes, and the longest payload's six words.
    fn words(&self, data: &mut Data) -> [u32; 8] {
        let (case, payload): (u32, Vec<u32>) = match self {
            Self::Log => (0, vec![]),
            Self::Clock => (1, vec![]),
            Self::Random => (2, vec![]),
            Self::Progress => (3, vec![]),
            Self::Kv { bytes, keys } => {
                let low = u32::try_from(bytes & 0xffff_ffff).unwrap_or_default();
                let high = u32::try_from(bytes >> 32).unwrap_or_default();
                (4, vec![low, high, *keys])
            }
            Self::Http { host, methods, path_prefix } => {
                let (host, methods) = (data.string(host), strings(data, methods));
                (5, [host, methods, data.string(path_prefix)].concat())
            }
            Self::Secret { name, hosts } => (6, [data.string(name), strings(data, hosts)].concat()),
            Self::Call(pattern) => (7, data.string(pattern).to_vec()),
            Self::Config(key) => (8, data.string(key).to_vec()),
        };
        let mut words = [0; 8];
        for (slot, word) in words.iter_mut().zip([case, 0].into_iter().chain(payload)) {
            *slot = word;
        }
        words
    }
}
