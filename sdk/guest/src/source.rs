//! What the source of a capability says of it, as constant data.
//!
//! A component turns it into the contract's words in one step; tests see it as a
//! [`Description`](crate::Description).
//!
//! *Never:* anything here is decided when the capability runs.

use crate::schema::{Schema, of_input, of_output};
use crate::{Description, Example, HttpRule, KvQuota, Operation, Permission, SecretRule};

type Texts = &'static [&'static str];

/// A capability.
pub struct Source {
    /// The dotted name.
    pub name: &'static str,
    /// One sentence for a person.
    pub summary: &'static str,
    /// What it can do.
    pub operations: &'static [Described],
    /// Everything it asks for.
    pub permissions: &'static [Asked],
}

/// What the source says of an operation beside its types.
pub struct Told {
    /// Lower-case words joined by hyphens.
    pub name: &'static str,
    /// One sentence for a person.
    pub summary: &'static str,
    /// Sentences that ask for it.
    pub intents: Texts,
    /// Inputs, with outputs where those are always the same.
    pub examples: &'static [(&'static str, Option<&'static str>)],
}

/// An operation with its schemas.
pub struct Described {
    pub(crate) told: Told,
    pub(crate) input_schema: fn() -> String,
    pub(crate) output_schema: fn() -> String,
}

/// A permission that is asked for.
pub enum Asked {
    /// `log`.
    Log,
    /// `clock`.
    Clock,
    /// `random`.
    Random,
    /// `progress`.
    Progress,
    /// `kv`.
    Kv(KvQuota),
    /// `http`, with host, methods and path prefix.
    Http(&'static str, Texts, &'static str),
    /// `secret`, with its name and hosts.
    Secret(&'static str, Texts),
    /// `call`.
    Call(&'static str),
    /// `config`.
    Config(&'static str),
}

/// Describes one operation; the schemas are those of the function's own types.
pub const fn operation<I: Schema, O: Schema, E>(_: fn(I) -> Result<O, E>, told: Told) -> Described {
    Described { told, input_schema: of_input::<I>, output_schema: of_output::<O> }
}

/// Describes one operation whose schemas `schemars` makes.
#[cfg(feature = "schemars")]
pub const fn operation_by_schemars<I: schemars::JsonSchema, O: schemars::JsonSchema, E>(
    _: fn(I) -> Result<O, E>,
    told: Told,
) -> Described {
    use schemars::generate::SchemaSettings;
    // What is read and what is written differ: a default makes a property optional only in what is
    // read.
    Described {
        told,
        input_schema: || by_schemars::<I>(SchemaSettings::draft2020_12().for_deserialize()),
        output_schema: || by_schemars::<O>(SchemaSettings::draft2020_12().for_serialize()),
    }
}

#[cfg(feature = "schemars")]
fn by_schemars<T: schemars::JsonSchema>(settings: schemars::generate::SchemaSettings) -> String {
    let schema = settings.into_generator().into_root_schema_for::<T>();
    // A schema is a JSON value with string keys, so writing it cannot fail; were it to, the empty text
    // is refused by the host as not being JSON.
    crate::json::to_string(&schema).unwrap_or_default()
}

pub(crate) fn owned(texts: Texts) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

// === impl Source ===

impl Source {
    pub(crate) fn description(&self) -> Description {
        Description {
            name: self.name.to_owned(),
            summary: self.summary.to_owned(),
            operations: self.operations.iter().map(Described::operation).collect(),
            permissions: self.permissions.iter().map(Asked::permission).collect(),
        }
    }
}

impl Described {
    fn operation(&self) -> Operation {
        let Told { name, summary, intents, examples } = &self.told;
        let example = |&(input, output): &(&str, Option<&str>)| Example {
            input: input.to_owned(),
            output: output.map(str::to_owned),
        };
        Operation {
            name: (*name).to_owned(),
            summary: (*summary).to_owned(),
            input_schema: (self.input_schema)(),
            output_schema: (self.output_schema)(),
            intents: owned(intents),
            examples: examples.iter().map(example).collect(),
        }
    }
}

impl Asked {
    fn permission(&self) -> Permission {
        match self {
            Self::Log => Permission::Log,
            Self::Clock => Permission::Clock,
            Self::Random => Permission::Random,
            Self::Progress => Permission::Progress,
            Self::Kv(quota) => Permission::Kv(*quota),
            Self::Http(host, methods, path_prefix) => Permission::Http(HttpRule {
                host: (*host).to_owned(),
                methods: owned(methods),
                path_prefix: (*path_prefix).to_owned(),
            }),
            Self::Secret(name, hosts) => {
                Permission::Secret(SecretRule { name: (*name).to_owned(), hosts: owned(hosts) })
            }
            Self::Call(pattern) => Permission::Call((*pattern).to_owned()),
            Self::Config(pattern) => Permission::Config((*pattern).to_owned()),
        }
    }
}
