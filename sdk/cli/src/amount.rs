//! Amounts as a person writes them: `64MiB`, `10M`, `2s`.
//!
//! *Never:* an amount without a unit is anything but the plain unit: bytes, pieces; a time needs one.

use std::time::Duration;

const BYTE_UNITS: [(&str, u64); 8] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
    ("", 1),
];
const COUNT_UNITS: [(&str, u64); 4] =
    [("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("", 1)];
const TIME_UNITS: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// `65536`, `64KiB`, `1.5GiB`.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    amount(text, &BYTE_UNITS).ok_or_else(|| {
        "expected an amount of bytes such as `65536`, `64KiB` or `1.5GiB`".to_owned()
    })
}

/// `1000000`, `1_000_000`, `10M`.
pub(crate) fn count(text: &str) -> Result<u64, String> {
    amount(text, &COUNT_UNITS)
        .ok_or_else(|| "expected a number such as `5000`, `1_000_000` or `10M`".to_owned())
}

/// As [`count`], up to what 32 bits hold.
pub(crate) fn small_count(text: &str) -> Result<u32, String> {
    u32::try_from(count(text)?).map_err(|_| format!("at most {} fit", u32::MAX))
}

/// `2s`, `500ms`, `1.5m`.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    amount(text, &TIME_UNITS)
        .map(Duration::from_nanos)
        .ok_or_else(|| "expected a time with its unit such as `500ms`, `2s` or `1m`".to_owned())
}

/// Exact, so that no limit is rounded: a fraction must come out as a whole number of units.
fn amount(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let end = text
        .find(|char: char| !char.is_ascii_digit() && char != '_' && char != '.')
        .unwrap_or(text.len());
    let (number, unit) = (text.get(..end)?, text.get(end..)?);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let well_formed = |digits: &str| {
        digits.starts_with(|first: char| first.is_ascii_digit())
            && !digits.ends_with('_')
            && digits.len() <= 20
    };
    if !well_formed(whole) || !well_formed(fraction) {
        return None;
    }
    let digits = |digits: &str| digits.replace('_', "").parse::<u64>().ok();
    let scale = 10_u64.checked_pow(u32::try_from(fraction.replace('_', "").len()).ok()?)?;
    let part = digits(fraction)?.checked_mul(*factor)?;
    let exact = part.is_multiple_of(scale);
    digits(whole)?.checked_mul(*factor)?.checked_add(part / scale).filter(|_| exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_written() {
        assert_eq!(bytes("64MiB"), Ok(64 << 20));
        assert_eq!(bytes("1.5GiB"), Ok(3 << 29));
        assert_eq!(bytes("4096"), Ok(4096));
        assert_eq!(count("1_000_000"), Ok(1_000_000));
        assert_eq!(count("10M"), Ok(10_000_000));
        assert_eq!(time("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(time("1.5ms"), Ok(Duration::from_micros(1500)));
        assert_eq!(time("1m"), Ok(Duration::from_secs(60)));
    }

    #[test]
    fn nonsense_is_refused_with_the_right_form() {
        for bad in ["", "MiB", "-1", "1 MiB", "1mib", "_1", "1_", "1.", ".5", "1.2.3", "1e9"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
        assert!(bytes("99999999999GiB").is_err(), "more than 64 bits");
        assert!(bytes("0.5").is_err(), "half a byte");
        assert!(time("2").unwrap_err().contains("`2s`"), "a time needs its unit");
        assert!(small_count("10G").is_err());
    }
}
