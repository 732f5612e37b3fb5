//! Runs capabilities: the only user of wasmtime, and where every limit is enforced.
//!
//! *Never:* a guest runs without a meter, a deadline and bounds on what it holds; nor does a type of
//! wasmtime leave this module, save through `raw`.

mod authority;
mod effects;
mod http;
mod invocation;
mod limits;
mod services;
mod state;
mod stop;
mod wasi;

pub use http::{HttpSettings, Lookup, Resolver, SystemResolver};
pub use invocation::{Invocation, Lineage, PeerAnswer, PeerCall, Peers};
pub use services::{
    ConfigMap, ConfigSource, LogLevel, LogRecord, LogSink, ProgressReport, ProgressSink,
    RandomError, RandomSource, SecretMap, SecretSource, SecretValue, Services, SystemRandom,
    TracingLog, TracingProgress,
};
