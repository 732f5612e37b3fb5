//! Rows of plain values that grow on the heap of one call: what `Vec` is elsewhere, in a tenth of the
//! code, since nothing here is ever given back or dropped.
//!
//! *Never:* a row grows over what was taken behind it.

use crate::heap;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

/// A row of values.
pub(crate) struct Row<T> {
    bare: Bare,
    values: PhantomData<T>,
}

/// A row whatever its values are.
struct Bare {
    start: usize,
    len: usize,
    room: usize,
}

/// Where a row without room stands: nowhere, but aligned.
const NOWHERE: usize = 8;

/// A row that grows takes room for so many bytes at first.
const FIRST: usize = 64;

impl Bare {
    /// Takes room for more values of this size, and for as many again.
    #[inline(never)]
    fn grow(&mut self, more: usize, size: usize) {
        let least = self.len + more;
        self.widen(least.max(self.room * 2).max(FIRST / size), size);
    }

    /// Takes room for so many values of this size.
    fn widen(&mut self, wanted: usize, size: usize) {
        let Some(bytes) = wanted.checked_mul(size) else { core::arch::wasm32::unreachable() };
        self.start = heap::wider(self.start, self.room * size, bytes) as usize;
        self.room = wanted;
    }
}

impl<T: Copy> Row<T> {
    pub(crate) const fn new() -> Self {
        Self { bare: Bare { start: NOWHERE, len: 0, room: 0 }, values: PhantomData }
    }

    /// A row with room for so many values, and no more.
    pub(crate) fn with_room(room: usize) -> Self {
        let mut row = Self::new();
        row.reserve(room);
        row
    }

    pub(crate) fn push(&mut self, value: T) {
        if self.bare.len == self.bare.room {
            self.bare.grow(1, size_of::<T>());
        }
        // SAFETY: there is room for one more.
        unsafe { (self.bare.start as *mut T).add(self.bare.len).write(value) };
        self.bare.len += 1;
    }

    pub(crate) fn extend_from_slice(&mut self, values: &[T]) {
        if values.len() > self.bare.room - self.bare.len {
            self.bare.grow(values.len(), size_of::<T>());
        }
        // SAFETY: there is room for all of them, and it is this row's alone.
        unsafe {
            let end = (self.bare.start as *mut T).add(self.bare.len);
            core::ptr::copy_nonoverlapping(values.as_ptr(), end, values.len());
        }
        self.bare.len += values.len();
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        let last = self.last().copied()?;
        self.bare.len -= 1;
        Some(last)
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.bare.len = self.bare.len.min(len);
    }

    pub(crate) fn clear(&mut self) {
        self.bare.len = 0;
    }

    /// Takes room for so many values more, and no more than that.
    pub(crate) fn reserve(&mut self, more: usize) {
        if more > self.bare.room - self.bare.len {
            self.bare.widen(self.bare.len + more, size_of::<T>());
        }
    }

    /// Makes it so long, with this value where there was none.
    pub(crate) fn resize(&mut self, len: usize, value: T) {
        self.reserve(len.saturating_sub(self.bare.len));
        while self.bare.len < len {
            self.push(value);
        }
        self.bare.len = len;
    }

    /// Puts a value in front of that at a place.
    pub(crate) fn insert(&mut self, at: usize, value: T) {
        self.push(value);
        let last = self.bare.len - 1;
        self.copy_within(at..last, at + 1);
        self[at] = value;
    }

    /// Takes the first values out.
    pub(crate) fn drop_front(&mut self, count: usize) {
        let len = self.bare.len - count;
        self.copy_within(count.., 0);
        self.bare.len = len;
    }

    /// Its values, which live as long as the call.
    pub(crate) fn leak(self) -> &'static mut [T] {
        // SAFETY: so many values stand there, and nobody else has them.
        unsafe { core::slice::from_raw_parts_mut(self.bare.start as *mut T, self.bare.len) }
    }
}

impl<T> Deref for Row<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: so many values stand there.
        unsafe { core::slice::from_raw_parts(self.bare.start as *const T, self.bare.len) }
    }
}

impl<T> DerefMut for Row<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: so many values stand there, and this row alone has them.
        unsafe { core::slice::from_raw_parts_mut(self.bare.start as *mut T, self.bare.len) }
    }
}

impl<T: Copy> From<&[T]> for Row<T> {
    fn from(values: &[T]) -> Self {
        let mut row = Self::with_room(values.len());
        row.extend_from_slice(values);
        row
    }
}

impl<T: Copy> Extend<T> for Row<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<T: Copy> FromIterator<T> for Row<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let values = values.into_iter();
        let mut row = Self::with_room(values.size_hint().0);
        row.extend(values);
        row
    }
}
