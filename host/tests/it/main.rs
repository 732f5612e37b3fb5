//! The one integration binary of the host crate: real guests in a real host.

mod frozen;
mod guest_sdk;
mod support;
mod template;
