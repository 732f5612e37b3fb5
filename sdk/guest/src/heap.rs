//! The allocator of a component: it begins in memory that the component has from its start.
//!
//! The standard one asks for its first page with `memory.grow`. In a fresh instance that is a system
//! call or two in the host, which in a program with threads interrupt every other core; they cost more
//! than the rest of a small call together. This one is the same `dlmalloc` that Rust's own targets for
//! WebAssembly use, and gives it an arena first; what does not fit there grows as usual.
//!
//! It is there by default. A capability that brings its own `#[global_allocator]`, or is built with
//! threads, takes `engraft-guest` with `default-features = false`.
//!
//! *Never:* memory is given out twice; the arena is handed over once and never taken back.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, UnsafeCell};

use dlmalloc::{Allocator, Dlmalloc};

#[cfg(target_feature = "atomics")]
compile_error!(
    "the feature `heap` of engraft-guest is for components without threads; take engraft-guest with \
     `default-features = false`"
);

/// Enough for the payloads of most calls. It is address space until it is touched, and no part of the
/// component's bytes.
const ARENA_BYTES: usize = 256 << 10;
/// By how much memory grows at least; WebAssembly says so.
const PAGE_BYTES: usize = 64 << 10;

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(Dlmalloc::new_with_allocator(Source)));

static ARENA: Arena =
    Arena { bytes: UnsafeCell::new([0; ARENA_BYTES]), is_given: Cell::new(false) };

struct Heap(UnsafeCell<Dlmalloc<Source>>);

#[repr(align(16))]
struct Arena {
    bytes: UnsafeCell<[u8; ARENA_BYTES]>,
    is_given: Cell<bool>,
}

/// Where `dlmalloc` has its memory from.
struct Source;

// SAFETY: without the `atomics` feature of the target, which is refused above, there is one thread.
unsafe impl Sync for Heap {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

// SAFETY: every block comes from `Dlmalloc`, which keeps the rules; there is one thread, and `Dlmalloc`
// never allocates itself, so the exclusive borrow is the only one.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { (*self.0.get()).malloc(layout.size(), layout.align()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { (*self.0.get()).calloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { (*self.0.get()).free(block, layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe { (*self.0.get()).realloc(block, layout.size(), layout.align(), size) }
    }
}

// SAFETY: what is given is unused and zero: the arena once, then new pages; nothing is taken back.
unsafe impl Allocator for Source {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        if !ARENA.is_given.get() && size <= ARENA_BYTES {
            ARENA.is_given.set(true);
            return (ARENA.bytes.get().cast(), ARENA_BYTES, 0);
        }
        let pages = size.div_ceil(PAGE_BYTES);
        let before = core::arch::wasm32::memory_grow::<0>(pages);
        if before == usize::MAX {
            return (std::ptr::null_mut(), 0, 0);
        }
        ((before * PAGE_BYTES) as *mut u8, pages * PAGE_BYTES, 0)
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        std::ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE_BYTES
    }
}
