//! For what a user was counted, and how that is kept: ten bytes, the user's number and the marks.
//!
//! *Never:* a mark is taken away from a user while a stage lasts.

/// For what a user was counted, a bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counted(u16);

/// Bytes of one user as they are kept.
const MARK_BYTES: usize = 10;
/// Bits for metrics of the embedding program. Names that share a bit share a user's first word; of
/// several metrics, each is then told by fewer users, and by none twice.
const METRIC_BITS: u32 = 14;

impl Counted {
    pub(super) const OUTCOME: Self = Self(1);
    pub(super) const FEEDBACK: Self = Self(2);

    pub(super) const fn has(self, what: Self) -> bool {
        self.0 & what.0 == what.0
    }

    pub(super) const fn add(&mut self, what: Self) {
        self.0 |= what.0;
    }
}

/// The mark of a metric by its name, the same in every run.
pub(super) fn metric(name: &str) -> Counted {
    let hash = name
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    Counted(4 << (hash % METRIC_BITS))
}

/// Writes users and what they were counted for behind what is there.
pub(super) fn write(counted: &[(u64, Counted)], to: &mut Vec<u8>) {
    to.reserve(counted.len() * MARK_BYTES);
    for (user, Counted(marks)) in counted {
        to.extend_from_slice(&user.to_le_bytes());
        to.extend_from_slice(&marks.to_le_bytes());
    }
}

/// Reads them; none where these are not whole.
pub(super) fn read(bytes: &[u8]) -> Option<impl Iterator<Item = (u64, Counted)>> {
    let (users, []) = bytes.as_chunks::<MARK_BYTES>() else { return None };
    Some(users.iter().map(|[a, b, c, d, e, f, g, h, low, high]| {
        let user = u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
        (user, Counted(u16::from_le_bytes([*low, *high])))
    }))
}
