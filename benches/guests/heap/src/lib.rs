//! The allocator of Rust's own WASM targets, beginning in memory that the module has from its start.
//!
//! The standard one asks for its first page with `memory.grow`. In a fresh instance that is two calls
//! of `mprotect` in the host, which in a program with threads must interrupt every other core; they
//! cost more than the rest of a call together.
//!
//! *Never:* memory is given out twice; the arena is handed over once, then memory grows as usual.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;

use dlmalloc::{Allocator, Dlmalloc};

/// Enough for the payloads of most calls; it is address space until it is touched.
const ARENA_BYTES: usize = 256 << 10;
const PAGE_BYTES: usize = 64 << 10;

/// Put it into a guest with `#[global_allocator] static HEAP: heap::Heap = heap::Heap::new();`.
pub struct Heap(UnsafeCell<Dlmalloc<Grow>>);

struct Grow;

#[repr(align(16))]
struct Arena(UnsafeCell<[u8; ARENA_BYTES]>);
struct Given(UnsafeCell<bool>);

static ARENA: Arena = Arena(UnsafeCell::new([0; ARENA_BYTES]));
static GIVEN: Given = Given(UnsafeCell::new(false));

// SAFETY: a component without threads has one.
unsafe impl Sync for Arena {}
// SAFETY: as above.
unsafe impl Sync for Given {}
// SAFETY: as above.
unsafe impl Sync for Heap {}

impl Heap {
    pub const fn new() -> Self {
        Self(UnsafeCell::new(Dlmalloc::new_with_allocator(Grow)))
    }
}

impl Default for Heap {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: every block comes from `Dlmalloc`, which keeps the rules; there is one thread.
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

// SAFETY: what is given is unused, zeroed or the arena, and never taken back.
unsafe impl Allocator for Grow {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        // SAFETY: one thread.
        let given = unsafe { &mut *GIVEN.0.get() };
        if !*given && size <= ARENA_BYTES {
            *given = true;
            return (ARENA.0.get().cast(), ARENA_BYTES, 0);
        }
        grow(size)
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

    // The arena is zero at first, but it may be used before what grew.
    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE_BYTES
    }
}

#[cfg(target_arch = "wasm32")]
fn grow(size: usize) -> (*mut u8, usize, u32) {
    let pages = size.div_ceil(PAGE_BYTES);
    let before = core::arch::wasm32::memory_grow::<0>(pages);
    if before == usize::MAX {
        return (std::ptr::null_mut(), 0, 0);
    }
    ((before * PAGE_BYTES) as *mut u8, pages * PAGE_BYTES, 0)
}

#[cfg(not(target_arch = "wasm32"))]
fn grow(_: usize) -> (*mut u8, usize, u32) {
    (std::ptr::null_mut(), 0, 0)
}
