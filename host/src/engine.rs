//! Runs capabilities: the only user of wasmtime, and where every limit is enforced.
//!
//! *Never:* a guest runs without a meter, a deadline and bounds on what it holds; nor does a type of
//! wasmtime leave this module, save through `raw`.

mod authority;
mod effects;
mod invocation;
mod limits;
mod services;
mod state;
mod stop;

pub use invocation::{Invocation, Lineage, PeerAnswer, PeerCall, Peers};
pub use services::Services;
