//! Decimal text to doubles, by the runtime's own file, against the standard library.
//!
//! *Never:* a number is read otherwise than to the nearest double.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may break")]

extern crate alloc;

/// The runtime's heap, of which nothing is needed here.
mod heap {
    pub(crate) fn mark() -> usize {
        0
    }

    pub(crate) fn release(_: usize) {}
}

#[path = "../runtime/src/number.rs"]
#[allow(unreachable_pub, reason = "written for the runtime")]
mod number;

fn same(text: &str) {
    let (found, wanted) = (number::parse(text.as_bytes()).unwrap(), text.parse::<f64>().unwrap());
    assert_eq!(found.to_bits(), wanted.to_bits(), "{text}: {found:e}, not {wanted:e}");
}

/// Numbers at random, by the method of Marsaglia.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn hard_numbers_are_read_to_the_nearest() {
    for text in [
        "0",
        "1e23",
        "9007199254740993",
        "9007199254740993.00000000000000000000000001",
        "4.9e-324",
        "2.4703282292062327208e-324",
        "2.4703282292062328e-324",
        "2.4703282292062327e-324",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e309",
        "1e-400",
        "0.1",
        "123456789012345678901",
        "6.631236846766476e-316",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
    ] {
        same(text);
    }
    same(&format!("1{}e-400", "0".repeat(700)));
    same(&format!("0.{}1", "0".repeat(330)));
}

#[test]
fn random_numbers_are_read_to_the_nearest() {
    let mut state = 7;
    for _ in 0..200_000 {
        let (bits, digits) = (random(&mut state), random(&mut state));
        let double = f64::from_bits(bits);
        if double.is_finite() {
            same(&format!("{double:e}"));
            // Halfway to the next: exact, and as near to it as its digits can be.
            let small = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | (bits % 2_000) << 52);
            if small.is_finite() {
                same(&format!("{small:.30e}"));
            }
        }
        same(&format!("{}.{digits}e{}", bits % 10, (digits % 660) as i64 - 340));
        same(&format!("{}e{}", digits >> (bits % 60), (bits % 700) as i64 - 360));
    }
}
