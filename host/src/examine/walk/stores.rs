//! What a body's code puts into memory by itself: constants, each right before the instruction that stores it.
//!
//! *Never:* more is kept than a text of some thousand letters.

use wasmparser::Operator;

/// Bytes that are kept of one body, and of all.
const BODY_BYTES_MAX: usize = 4 << 10;
const BYTES_MAX: usize = 256 << 10;

/// The stores of one body.
#[derive(Debug, Default)]
pub(super) struct Stores {
    /// The constants that come last, the latest behind.
    constants: [Option<u128>; 2],
    /// Where to, from a base that may be unknown, and what.
    stored: Vec<(u64, Vec<u8>)>,
    bytes: usize,
}

impl Stores {
    pub(super) fn count(&mut self, operator: &Operator<'_>) {
        if let Some((offset, width)) = width(operator) {
            let [base, value] = self.constants;
            if let Some(value) = value
                && self.bytes < BODY_BYTES_MAX
            {
                let base = base.and_then(|base| u64::try_from(base).ok()).unwrap_or_default();
                let bytes = value.to_le_bytes().into_iter().take(width).collect();
                self.stored.push((base.saturating_add(offset), bytes));
                self.bytes += width;
            }
        }
        let [_, last] = self.constants;
        self.constants = [last, constant(operator)];
    }

    /// Adds the bytes as they are written, and as they lie, behind those of other bodies.
    pub(super) fn add_to(mut self, all: &mut Vec<u8>) {
        if self.stored.is_empty() || all.len() > BYTES_MAX {
            return;
        }
        let add = |stored: &[(u64, Vec<u8>)], all: &mut Vec<u8>| {
            all.extend(stored.iter().flat_map(|(_, bytes)| bytes));
            all.push(0);
        };
        add(&self.stored, all);
        self.stored.sort_by_key(|(at, _)| *at);
        add(&self.stored, all);
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other instructions put no number down")]
fn constant(operator: &Operator<'_>) -> Option<u128> {
    match operator {
        Operator::I32Const { value } => Some(value.cast_unsigned().into()),
        Operator::I64Const { value } => Some(value.cast_unsigned().into()),
        Operator::V128Const { value } => Some(u128::from_le_bytes(*value.bytes())),
        _ => None,
    }
}

/// The offset and the bytes of a store.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other instructions store nothing")]
const fn width(operator: &Operator<'_>) -> Option<(u64, usize)> {
    match operator {
        Operator::I32Store8 { memarg } | Operator::I64Store8 { memarg } => Some((memarg.offset, 1)),
        Operator::I32Store16 { memarg } | Operator::I64Store16 { memarg } => {
            Some((memarg.offset, 2))
        }
        Operator::I32Store { memarg } | Operator::I64Store32 { memarg } => Some((memarg.offset, 4)),
        Operator::I64Store { memarg } => Some((memarg.offset, 8)),
        Operator::V128Store { memarg } => Some((memarg.offset, 16)),
        _ => None,
    }
}
