//! The heap of one call: memory is taken in order, and all of it is given back at once.
//!
//! *Never:* anything is freed singly.

use crate::json::BEHIND;
use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;

/// The bump pointer: the next free byte, and the end of what the memory has. Every piece begins at a
/// multiple of eight, which is what the strictest of them wants, and so ends at one.
struct Bump {
    next: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: a component's instance has one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static BUMP: Bump = Bump { next: Cell::new(0), end: Cell::new(0) };

const PAGE: usize = 65_536;

/// What a piece of so many bytes takes.
fn whole(size: usize) -> usize {
    (size + 7) & !7
}

// SAFETY: every piece handed out lies behind the one before, inside of the memory. Nothing in here
// wants to be aligned to more than eight.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size())
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        wider(old as usize, layout.size(), size)
    }
}

/// A piece of `size` bytes.
#[inline(always)]
pub(crate) fn take(size: usize) -> *mut u8 {
    let start = BUMP.next.get();
    reach(start + whole(size));
    start as *mut u8
}

/// Moves on to where a piece ends.
#[inline(always)]
fn reach(stop: usize) {
    if stop > BUMP.end.get() {
        grow(stop);
    }
    BUMP.next.set(stop);
}

/// A piece in the place of another and of what is in it, as long as `size`: the same where it is the
/// last one.
#[inline(never)]
pub(crate) fn wider(old: usize, old_size: usize, size: usize) -> *mut u8 {
    if old + whole(old_size) == BUMP.next.get() {
        reach(old + whole(size));
        return old as *mut u8;
    }
    let new = take(size);
    // SAFETY: the new piece is longer than the old one, and apart from it.
    unsafe { core::ptr::copy_nonoverlapping(old as *const u8, new, old_size.min(size)) };
    new
}

/// Takes whole pages, so that `stop` lies inside of the memory; traps where there are none.
#[cold]
#[inline(never)]
fn grow(stop: usize) {
    let missing = (stop - core::arch::wasm32::memory_size(0) * PAGE).div_ceil(PAGE);
    let missing = if (stop as isize) < 0 { usize::MAX } else { missing };
    if core::arch::wasm32::memory_grow(0, missing) == usize::MAX {
        core::arch::wasm32::unreachable();
    }
    BUMP.end.set(core::arch::wasm32::memory_size(0) * PAGE);
}

/// Begins a heap at `start`, behind the constants of the recipe.
#[unsafe(no_mangle)]
extern "C" fn rt_reset(start: usize) {
    crate::fault::forget();
    BUMP.next.set(start);
    BUMP.end.set(core::arch::wasm32::memory_size(0) * PAGE);
}

/// Begins a heap at `start`, unless this call has one already.
#[unsafe(no_mangle)]
extern "C" fn rt_begin(start: usize) {
    if BUMP.next.get() == 0 {
        rt_reset(start);
    }
}

/// The canonical ABI's way to put arguments into this memory.
#[unsafe(no_mangle)]
extern "C" fn rt_realloc(
    old: *mut u8,
    old_size: usize,
    _: usize,
    size: usize,
    start: usize,
) -> *mut u8 {
    rt_begin(start);
    // What reads JSON looks at so many bytes behind it. The canonical ABI wants nothing aligned to
    // more than eight.
    match old_size {
        0 => take(size + BEHIND),
        _ => wider(old as usize, old_size + BEHIND, size + BEHIND),
    }
}

/// Where the heap stands now.
pub(crate) fn mark() -> usize {
    BUMP.next.get()
}

/// Gives back everything that was taken since the mark; nothing of it may be used any more.
pub(crate) fn release(mark: usize) {
    BUMP.next.set(mark);
}
