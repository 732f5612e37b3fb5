//! Decimal text to doubles and back, by the runtime's own file, against the standard library.
//!
//! *Never:* a number is read otherwise than to the nearest double, or written longer than it need be.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may break")]

extern crate alloc;

/// The runtime's heap, of which nothing is needed here.
mod heap {
    pub(crate) fn mark() -> usize {
        0
    }

    pub(crate) fn release(_: usize) {}
}

/// What the runtime's rows are here.
mod row {
    pub(crate) type Row<T> = Vec<T>;
}

#[path = "../runtime/src/number.rs"]
#[allow(unreachable_pub, reason = "written for the runtime")]
mod number;

fn same(text: &str) {
    let (found, wanted) = (number::parse(text.as_bytes()).unwrap(), text.parse::<f64>().unwrap());
    assert_eq!(found.to_bits(), wanted.to_bits(), "{text}: {found:e}, not {wanted:e}");
}

/// The shortest digits of a double, held against those that the standard library writes.
fn short(double: f64) {
    let (whole, power) = number::shortest(double);
    let wanted = format!("{double:e}");
    let (digits, exponent) = wanted.split_once('e').unwrap();
    let behind = digits.split_once('.').map_or(0, |(_, behind)| behind.len());
    let exponent = exponent.parse::<i32>().unwrap() - i32::try_from(behind).unwrap();
    let digits = digits.replace('.', "");
    if whole.to_string() != digits {
        // Halfway between two that are as short, the even one is as good.
        let exact = format!("{double:.780e}").replace('.', "");
        let rest = exact.split('e').next().unwrap()[digits.len()..].trim_end_matches('0');
        assert!(rest == "5" && whole % 2 == 0, "{wanted}, not {whole}");
        assert_eq!(whole.to_string().len(), digits.len(), "{wanted}");
    }
    assert_eq!(power, exponent, "{wanted}");
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

#[test]
fn numbers_are_written_as_short_as_they_can_be() {
    let mut state = 11;
    for power in -1_074..1_024 {
        let two = 2_f64.powi(power);
        for double in [two, two.next_up(), two.next_down()] {
            if double > 0.0 {
                short(double);
            }
        }
    }
    for _ in 0..100_000 {
        let bits = random(&mut state) >> 1;
        for double in [bits, bits % (1 << 52), bits % (1 << (bits % 51 + 1))].map(f64::from_bits) {
            if double > 0.0 && double.is_finite() {
                short(double);
            }
        }
        short((bits % 10_000_000 + 1) as f64 / 1_000.0);
    }
}

#[test]
fn whole_numbers_are_read_only_where_they_fit() {
    assert_eq!(number::whole(b"18446744073709551615"), Some(u64::MAX));
    assert_eq!(number::signed(b"-9223372036854775808"), Some(i64::MIN));
    assert_eq!((number::signed(b"+7"), number::signed(b"0012")), (Some(7), Some(12)));
    for text in ["", "+", "-", "18446744073709551616", "99999999999999999999", "1.0", " 1", "+1"] {
        assert_eq!(number::whole(text.as_bytes()), None, "{text}");
    }
    for text in ["9223372036854775808", "-9223372036854775809", "--1", "+-1", "1e3"] {
        assert_eq!(number::signed(text.as_bytes()), None, "{text}");
    }
}
