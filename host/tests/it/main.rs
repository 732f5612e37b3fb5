//! The one integration binary of the host crate: real guests in a real host.

mod reflect;
mod support;
