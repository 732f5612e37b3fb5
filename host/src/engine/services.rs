//! What stands behind the host functions: stores, clients, sinks; shared by all calls of a host.
//!
//! *Never:* a service decides what is allowed; authority has decided before it is asked.

/// The services of one engine. The default offers none; every use says so to the guest.
#[derive(Debug, Default)]
pub struct Services {}
