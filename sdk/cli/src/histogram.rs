//! A histogram drawn with characters, on a logarithmic scale: latencies have long tails.
//!
//! *Never:* a call that was counted is left out of the drawing.

use hdrhistogram::Histogram;

use crate::text;

/// Rows of the drawing; it fits on a screen together with the figures above it.
const ROWS_MAX: usize = 16;
/// Columns of the longest bar.
const BAR_COLUMNS: u64 = 48;
/// Rows are at least this far apart, as a factor; less is noise.
const STEP_MIN: f64 = 1.05;

/// The drawing: one row for each class of latencies, each with its lower bound, a bar and a count.
pub(crate) fn draw(histogram: &Histogram<u64>) -> String {
    let classes = classes(histogram);
    let most = classes.iter().map(|(_, count)| *count).max().unwrap_or_default();
    let width = text::count(most).len();
    let mut out = String::new();
    for (from, count) in classes {
        let bar = bar(count, most);
        let number = text::count(count);
        out.push_str(format!("  {:>8} {number:>width$} {bar}", text::nanoseconds(from)).trim_end());
        out.push('\n');
    }
    out
}

/// Lower bounds and counts, from the fastest call to the slowest.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounds of classes are rounded anyway"
)]
fn classes(histogram: &Histogram<u64>) -> Vec<(u64, u64)> {
    if histogram.is_empty() {
        return Vec::new();
    }
    let (least, most) = (histogram.min().max(1), histogram.max().max(1));
    let ratio = most as f64 / least as f64;
    let step = ratio.powf(1.0 / ROWS_MAX as f64).max(STEP_MIN);
    let mut bounds = vec![least];
    let mut bound = least as f64 * step;
    while bounds.len() < ROWS_MAX && bound < most as f64 {
        // A class needs a bound of its own, or its count would be shown twice.
        if bounds.last().is_some_and(|last| bound as u64 > *last) {
            bounds.push(bound as u64);
        }
        bound *= step;
    }
    let mut classes: Vec<(u64, u64)> = bounds.into_iter().map(|from| (from, 0)).collect();
    for value in histogram.iter_recorded() {
        let at = value.value_iterated_to();
        let class = classes.partition_point(|(from, _)| *from <= at).saturating_sub(1);
        if let Some((_, count)) = classes.get_mut(class) {
            *count += value.count_at_value();
        }
    }
    classes
}

/// Eighths of a column are told apart, and whatever is not nothing is seen.
fn bar(count: u64, most: u64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = match most {
        0 => 0,
        most => (count * BAR_COLUMNS * 8 / most).max(u64::from(count > 0)),
    };
    let full = usize::try_from(eighths / 8).unwrap_or_default();
    let rest = usize::try_from(eighths % 8).unwrap_or_default();
    format!("{}{}", "█".repeat(full), EIGHTHS.get(rest).unwrap_or(&""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u64]) -> Histogram<u64> {
        let mut histogram = Histogram::new(3).unwrap();
        values.iter().for_each(|value| histogram.record(*value).unwrap());
        histogram
    }

    #[test]
    fn every_call_is_in_the_drawing() {
        let values: Vec<u64> = (1..=1000).map(|n| n * n).collect();
        let classes = classes(&of(&values));
        assert_eq!(classes.iter().map(|(_, count)| count).sum::<u64>(), 1000);
        assert!(classes.len() <= ROWS_MAX && classes.len() > 10, "{classes:?}");
        assert!(classes.is_sorted_by(|a, b| a.0 < b.0), "{classes:?}");
    }

    #[test]
    fn the_longest_bar_is_full_and_the_shortest_is_seen() {
        let mut values = vec![1_000; 10_000];
        values.push(1_000_000);
        let drawing = draw(&of(&values));
        let lines: Vec<&str> = drawing.lines().collect();
        assert!(lines[0].ends_with(&"█".repeat(48)), "{drawing}");
        assert!(lines[0].starts_with("   1.00 µs 10,000 "), "{drawing}");
        assert!(lines.last().unwrap().ends_with("1 ▏"), "{drawing}");
    }

    #[test]
    fn one_call_and_none_at_all_can_be_drawn() {
        assert_eq!(draw(&of(&[])), "");
        assert_eq!(draw(&of(&[5])).lines().count(), 1);
        assert_eq!(draw(&of(&[0])).lines().count(), 1);
    }
}
