//! The one integration binary of the host crate: real guests in a real host.

mod engine;
mod engine_lab;
mod hostile;
mod limits;
mod support;
