//! What compiled recipes call: values on a heap of one call, and the functions of the language.
//!
//! Everything that is exported here is a possible link target; a component carries only what its
//! recipe reaches. What begins with `opt_` works on values of a kind that few recipes make: it is left
//! out of those that do not, though it could be reached.
//!
//! *Never:* memory of one call is seen by the next; the heap starts again with every call.
#![no_std]

extern crate alloc;

mod answer;
mod arith;
mod base64;
mod compare;
mod convert;
mod decimal;
mod duration;
mod effects;
mod fault;
mod format;
mod heap;
mod json;
mod list;
mod map;
mod math;
mod net;
mod number;
mod optional;
mod quote;
mod regex;
mod regex_calls;
mod row;
mod same;
mod text;
mod time;
mod typed;
mod value;
mod zone;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
