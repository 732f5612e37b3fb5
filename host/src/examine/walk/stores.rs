//! What a body's code puts into memory by itself: constants, each right before the instruction that stores it.
//!
//! *Never:* one of them is left out, since nobody knows which one matters; there are fewer bytes of them than of
//! code.

use wasmparser::Operator;

/// The stores of one body.
#[derive(Debug, Default)]
pub(super) struct Stores {
    /// The constants that come last, the latest behind.
    constants: [Option<u128>; 2],
    /// Where to, from a base that may be unknown, and what.
    stored: Vec<(u64, Stored)>,
}

/// Some bytes of a number, the lowest first.
#[derive(Debug)]
struct Stored {
    number: [u8; 16],
    width: usize,
}

impl Stores {
    pub(super) fn count(&mut self, operator: &Operator<'_>) {
        if let Some((offset, width)) = width(operator) {
            let [base, value] = self.constants;
            if let Some(value) = value {
                let base = base.and_then(|base| u64::try_from(base).ok()).unwrap_or_default();
                let stored = Stored { number: value.to_le_bytes(), width };
                self.stored.push((base.saturating_add(offset), stored));
            }
        }
        let [_, last] = self.constants;
        self.constants = [last, constant(operator)];
    }

    /// Adds the bytes as they are written, and as they lie, behind those of other bodies.
    pub(super) fn add_to(mut self, all: &mut Vec<u8>) {
        if self.stored.is_empty() {
            return;
        }
        let add = |stored: &[(u64, Stored)], all: &mut Vec<u8>| {
            all.extend(stored.iter().flat_map(|(_, it)| it.number.iter().take(it.width)));
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
