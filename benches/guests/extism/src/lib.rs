//! The kernels as an Extism plug-in, by its own development kit.
//!
//! *Never:* it does anything but hand over to the kernels.

use extism_pdk::{FnResult, WithReturnCode, plugin_fn};

// The same as in every other guest of the benchmarks.
#[global_allocator]
static HEAP: heap::Heap = heap::Heap::new();

fn run(operation: &str, input: &str) -> FnResult<String> {
    kernels::run(operation, input)
        .map_err(|message| WithReturnCode::from(extism_pdk::Error::msg(message)))
}

#[plugin_fn]
pub fn echo(input: String) -> FnResult<String> {
    run("echo", &input)
}

#[plugin_fn]
pub fn compute(input: String) -> FnResult<String> {
    run("compute", &input)
}
