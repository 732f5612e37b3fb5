//! The heap of one call: memory is taken in order, and all of it is given back at once.
//!
//! *Never:* anything is freed singly.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;

/// The bump pointer: the next free byte, and the end of what the memory has.
struct Bump {
    next: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: a component's instance has one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static BUMP: Bump = Bump { next: Cell::new(0), end: Cell::new(0) };

const PAGE: usize = 65_536;

// SAFETY: every piece handed out lies behind the one before, inside of the memory.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mask = layout.align() - 1;
        let start = (self.next.get() + mask) & !mask;
        let stop = start + layout.size();
        if stop > self.end.get() {
            grow(stop);
        }
        self.next.set(stop);
        start as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The last piece grows where it stands.
        if old as usize + layout.size() == self.next.get() && size >= layout.size() {
            let stop = old as usize + size;
            if stop > self.end.get() {
                grow(stop);
            }
            self.next.set(stop);
            return old;
        }
        // SAFETY: the alignment is the old one's.
        let new = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        // SAFETY: both pieces are at least as long as the shorter one, and apart.
        unsafe { core::ptr::copy_nonoverlapping(old, new, layout.size().min(size)) };
        new
    }
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
    align: usize,
    size: usize,
    start: usize,
) -> *mut u8 {
    rt_begin(start);
    // SAFETY: the canonical ABI passes a power of two, and what it was given before.
    unsafe {
        if old_size == 0 {
            return BUMP.alloc(Layout::from_size_align_unchecked(size, align));
        }
        BUMP.realloc(old, Layout::from_size_align_unchecked(old_size, align), size)
    }
}

/// A piece of `size` bytes, aligned to eight.
pub(crate) fn take(size: usize) -> *mut u8 {
    // SAFETY: eight is a power of two.
    unsafe { BUMP.alloc(Layout::from_size_align_unchecked(size, 8)) }
}

/// Where the heap stands now.
pub(crate) fn mark() -> usize {
    BUMP.next.get()
}

/// Gives back everything that was taken since the mark; nothing of it may be used any more.
pub(crate) fn release(mark: usize) {
    BUMP.next.set(mark);
}
