//! Engraft: an embeddable plugin host for programs that grow.
//!
//! A program links this crate and calls **capabilities**: WebAssembly components that are signed,
//! limited in fuel, memory and time, and swapped while the program runs. Begin with [`Host`].
//!
//! | module | what is in it |
//! |---|---|
//! | [`model`] | names, digests, permissions, budgets, outcomes: plain data |
//! | [`artifact`] | bundles, manifests, keys, and whom to trust |
//! | [`engine`] | what loads and calls components; its [`raw`](engine::raw) is for WIT worlds of your own |
//! | [`worker`] | a second wall: processes that compile and run what nobody trusts yet |
//! | [`examine`] | looks at a component before anything may be made of it |
//! | [`registry`] | who gets which release, and whether a new one stays |
//! | [`traffic`] | calls on behalf of users, and what is told of them |
//! | [`loops`] | what drives rollouts, and growth |
//! | `export` | figures for Prometheus and OpenTelemetry, by features of their own |
//! | [`synth`] | what is missing, and who could make it |
//! | [`store`] | where values of `kv` are kept |
//!
//! What is allowed when nobody says anything: nothing. A capability gets what both its manifest asks
//! for and a [`Grant`](model::Grant) allows; every part of a grant begins empty. Calls run on a fresh
//! instance, metered by fuel, inside the [`Budget`](model::Budget) of the manifest.
//!
//! | feature | what it adds | default |
//! |---|---|---|
//! | `http` | requests to the outside, for the contract and for `wasi:http` | off |
//! | `sqlite` | values of `kv` that survive a restart | off |
//! | `wasi-p3` | components that import WASI 0.3; with `http`, its `wasi:http` too | off |
//! | `prometheus` | what releases do, as the text that Prometheus reads | off |
//! | `otlp` | the same, sent to an OpenTelemetry collector | off |
//! | `open-feature` | gates of rollouts that are flags of OpenFeature | off |
//! | `worker` | processes behind walls, for examinations and for what is trusted least; Linux | off |
//! | `learn` | an author that learns programs from examples | off |
//! | `grow` | work on what is missing, from a wish to a release | off |
//! | `yaml` | OpenAPI documents and tool manifests in YAML | off |
//! | `language-model` | an author that asks a language model, where one is configured | off |
//! | `full` | all of these | off |
//!
//! *Never:* an unsigned component is installed; there is no switch that turns verification off.

pub mod artifact;
pub mod engine;
mod error;
pub mod examine;
#[cfg(any(feature = "prometheus", feature = "otlp"))]
pub mod export;
mod host;
pub mod loops;
pub mod model;
pub mod registry;
pub mod store;
pub mod synth;
pub mod traffic;
#[cfg(any(feature = "otlp", feature = "language-model"))]
mod wire;

pub use engine::{InstancePolicy, Invocation, Metering, Report, worker};
pub use error::{CallError, Class, Error};
#[cfg(feature = "grow")]
pub use host::{Behaved, Change, Difference, Discovered, Edit, Growth, MakingError};
pub use host::{
    Bystander, Capability, Clerk, FeedbackTrouble, Heard, Host, HostBuilder, LiveHost, Missed,
    Program, Ready, Response, Terms, WantsTrust, kept_gaps,
};
