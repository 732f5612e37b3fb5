//! Whether bytes are the same, several in one step: names and words are short, and compared often.
//!
//! *Never:* a byte is looked at that is not one of theirs.

/// Whether both are the same bytes.
#[inline(never)]
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && are_same(left.as_ptr(), right.as_ptr(), left.len())
}

/// Whether one is the beginning of the other.
pub(crate) fn begins(whole: &[u8], part: &[u8]) -> bool {
    whole.len() >= part.len() && are_same(whole.as_ptr(), part.as_ptr(), part.len())
}

/// Whether one is the end of the other.
pub(crate) fn ends(whole: &[u8], part: &[u8]) -> bool {
    match whole.len().checked_sub(part.len()) {
        Some(start) => are_same(whole[start..].as_ptr(), part.as_ptr(), part.len()),
        None => false,
    }
}

/// Whether so many bytes at both places, which are all theirs, are the same.
fn are_same(left: *const u8, right: *const u8, count: usize) -> bool {
    let mut at = 0;
    // SAFETY: no step goes over the last of so many bytes.
    unsafe {
        while count - at >= 8 {
            let words = (left.add(at).cast::<u64>(), right.add(at).cast::<u64>());
            if words.0.read_unaligned() != words.1.read_unaligned() {
                return false;
            }
            at += 8;
        }
        if count - at >= 4 {
            let words = (left.add(at).cast::<u32>(), right.add(at).cast::<u32>());
            if words.0.read_unaligned() != words.1.read_unaligned() {
                return false;
            }
            at += 4;
        }
        while at < count {
            if *left.add(at) != *right.add(at) {
                return false;
            }
            at += 1;
        }
    }
    true
}
