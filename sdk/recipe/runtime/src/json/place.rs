//! A place in JSON text, and what stands there.
//!
//! Behind the text stand a zero, which begins and continues nothing in JSON, and as many bytes more as
//! are looked at in one step. So no step has to ask whether the text goes on.
//!
//! *Never:* a step behind the zero.

use core::num::NonZeroU32;

/// So many bytes stand behind the text, of which the first is zero.
pub(crate) const BEHIND: usize = 8;

/// The address of a letter.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Place(NonZeroU32);

impl Place {
    /// The beginning of text that ends with a zero.
    ///
    /// # Safety
    ///
    /// [`BEHIND`] bytes follow the text, the first of them zero; all of it lives as long as the call.
    pub(crate) unsafe fn of(start: u32) -> Self {
        // SAFETY: nothing that is taken from the heap stands at zero.
        Self(unsafe { NonZeroU32::new_unchecked(start) })
    }

    pub(crate) fn byte(self) -> u8 {
        // SAFETY: a place is one of the text's, or that of the zero behind it.
        unsafe { *(self.0.get() as *const u8) }
    }

    /// The place so many letters on.
    pub(crate) fn on(self, count: u32) -> Self {
        // SAFETY: an address within the memory, which does not wrap around.
        Self(unsafe { NonZeroU32::new_unchecked(self.0.get() + count) })
    }

    /// How far it is from an earlier place.
    pub(crate) fn since(self, start: Self) -> u32 {
        self.0.get() - start.0.get()
    }

    /// The text up to a later place.
    pub(crate) fn until(self, end: Self) -> &'static [u8] {
        let length = end.since(self) as usize;
        // SAFETY: both stand in the same text, which lives as long as the call.
        unsafe { core::slice::from_raw_parts(self.0.get() as *const u8, length) }
    }

    /// The next place that is no white space.
    #[inline(always)]
    pub(crate) fn past_space(self) -> Self {
        let mut at = self;
        // Most of the time there is none, which one comparison tells.
        while at.byte() <= b' ' && matches!(at.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            at = at.on(1);
        }
        at
    }

    /// The place behind a letter, if it stands here.
    #[inline(always)]
    pub(crate) fn past_letter(self, letter: u8) -> Option<Self> {
        (self.byte() == letter).then(|| self.on(1))
    }

    /// The place behind a word, if it stands here.
    pub(crate) fn past(self, word: &'static [u8]) -> Option<Self> {
        let mut at = self;
        for letter in word {
            at = at.past_letter(*letter)?;
        }
        Some(at)
    }

    /// The end of plain text: a quote, an escape or a control character, of which the zero is one.
    #[inline(always)]
    pub(crate) fn past_plain(self) -> Self {
        let mut at = self;
        loop {
            // SAFETY: as many bytes stand behind the text.
            let ends = ends(unsafe { (at.0.get() as *const u64).read_unaligned() });
            if ends != 0 {
                return at.on(ends.trailing_zeros() / 8);
            }
            at = at.on(8);
        }
    }
}

/// The same letter eight times.
const fn eight(letter: u8) -> u64 {
    u64::from_ne_bytes([letter; 8])
}

/// Of eight letters a bit for the first that is not plain, and perhaps for others behind it.
fn ends(word: u64) -> u64 {
    // Taking from a byte that is too small takes from the next one too, so only the first is exact.
    let low = |word: u64, bound: u8| word.wrapping_sub(eight(bound)) & !word;
    let ends = low(word ^ eight(b'"'), 1) | low(word ^ eight(b'\\'), 1) | low(word, 0x20);
    ends & eight(0x80)
}
