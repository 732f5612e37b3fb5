//! The kernels as a native plug-in: no isolation at all, the floor of what a call can cost.
//!
//! *Never:* it frees what the host owns; the host hands every answer back to `release`.

use std::slice;

/// Text that this library owns until it is released.
#[repr(C)]
pub struct Text {
    bytes: *mut u8,
    length: usize,
    capacity: usize,
}

/// Does one operation; 0 where it went well, else `answer` holds the message.
///
/// # Safety
/// The two texts are valid UTF-8 of these lengths, and `answer` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bench_invoke(
    operation: *const u8,
    operation_length: usize,
    input: *const u8,
    input_length: usize,
    answer: *mut Text,
) -> i32 {
    // SAFETY: as the caller promises.
    let (operation, input) = unsafe {
        (
            str::from_utf8_unchecked(slice::from_raw_parts(operation, operation_length)),
            str::from_utf8_unchecked(slice::from_raw_parts(input, input_length)),
        )
    };
    let (text, code) = match kernels::run(operation, input) {
        Ok(text) => (text, 0),
        Err(message) => (message, 1),
    };
    let mut text = std::mem::ManuallyDrop::new(text.into_bytes());
    let text = Text { bytes: text.as_mut_ptr(), length: text.len(), capacity: text.capacity() };
    // SAFETY: as the caller promises.
    unsafe { answer.write(text) };
    code
}

/// Takes an answer back.
///
/// # Safety
/// The text came from `bench_invoke` and was not released before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bench_release(text: Text) {
    // SAFETY: as the caller promises.
    drop(unsafe { Vec::from_raw_parts(text.bytes, text.length, text.capacity) });
}
