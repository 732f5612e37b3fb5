//! The contract between an Engraft host and its capabilities, and the only owner of it.
//!
//! The WIT text is in `v1/`; it is frozen once released. This crate gives it as text, and with the
//! `host` or `guest` feature as bindings for that side.
//!
//! *Never:* a released file under `v1/` changes meaning; what is new goes into a new minor version.

#[cfg(feature = "guest")]
pub mod guest;
#[cfg(feature = "host")]
pub mod host;

/// The version of the contract that this crate speaks.
pub const VERSION: &str = "1.0.0";

/// The files of the contract, each with its name.
pub const FILES: [(&str, &str); 3] = [
    ("types.wit", include_str!("v1/types.wit")),
    ("imports.wit", include_str!("v1/imports.wit")),
    ("world.wit", include_str!("v1/world.wit")),
];
