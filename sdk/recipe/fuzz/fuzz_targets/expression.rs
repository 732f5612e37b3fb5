//! Fuzzes what `entries::expression` reads; see there for what must hold.
//!
//! *Never:* anything is asserted here that the replay does not assert.

#![no_main]

#[path = "../entries.rs"]
mod entries;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entries::expression(bytes));
