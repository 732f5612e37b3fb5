//! The one integration binary of the host crate: real guests in a real host.

mod engine_lab;
mod hostile;
mod support;
