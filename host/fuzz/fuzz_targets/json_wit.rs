//! JSON to values of the component model and back, on types made out of the input.

#![no_main]

use engraft::engine::reflect::probe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    probe::check_text(data);
    probe::check_value(data);
});
