//! The null hypothesis nearest to an alternative, given how large both arms of a block are.
//!
//! *Never:* a pair of rates outside of the open square from 0 to 1 leaves here.

/// Rates of failure in both arms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rates {
    pub(super) treatment: f64,
    pub(super) control: f64,
}

/// Newton's steps are few; a step that leaves the bracket halves it instead, and 64 halvings
/// exhaust a float.
const STEPS_MAX: usize = 64;

/// Where successive values differ by less, the logarithms made of them no longer do.
const STEP_MIN: f64 = 1e-14;

/// The rates with `treatment = control + margin` that are nearest to `alternative` for a block of
/// these sizes: the root of
/// `n_t (t − t_j) / (t(1 − t)) + n_c (c − ĉ) / (c(1 − c))`.
pub(super) fn project(alternative: Rates, margin: f64, sizes: (f64, f64)) -> Rates {
    let (n_t, n_c) = sizes;
    if margin == 0.0 {
        let both = (n_t * alternative.treatment + n_c * alternative.control) / (n_t + n_c);
        return Rates { treatment: both, control: both };
    }
    // One term pulls towards each end, so the root lies between them; both terms rise everywhere.
    let ends = (alternative.control, alternative.treatment - margin);
    let mut low = ends.0.min(ends.1).max(f64::EPSILON);
    let mut high = ends.0.max(ends.1).min(1.0 - margin - f64::EPSILON);
    let mut control = f64::midpoint(low, high);
    for _ in 0..STEPS_MAX {
        let (pull_t, slope_t) = pull(control + margin, alternative.treatment);
        let (pull_c, slope_c) = pull(control, alternative.control);
        let value = n_t * pull_t + n_c * pull_c;
        if value > 0.0 {
            high = control;
        } else {
            low = control;
        }
        let next = control - value / (n_t * slope_t + n_c * slope_c);
        let next = if next > low && next < high { next } else { f64::midpoint(low, high) };
        let step = (next - control).abs();
        control = next;
        if step < STEP_MIN {
            break;
        }
    }
    Rates { treatment: control + margin, control }
}

/// `(x − a) / (x(1 − x))` and its slope.
fn pull(x: f64, a: f64) -> (f64, f64) {
    let spread = x * (1.0 - x);
    let value = (x - a) / spread;
    let slope = ((x - a) * (x - a) + a * (1.0 - a)) / (spread * spread);
    (value, slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_a_root_for_every_margin_and_size() {
        for margin in [0.0, 0.001, 0.01, 0.2] {
            for (treatment, control) in [(0.5, 0.01), (0.02, 0.001), (0.01, 0.01), (0.99, 0.3)] {
                for sizes in [(1.0, 99.0), (1.0, 1.0), (50.0, 2.0)] {
                    let rates = project(Rates { treatment, control }, margin, sizes);
                    assert!((rates.treatment - rates.control - margin).abs() < 1e-12);
                    let at = |c: f64| {
                        sizes.0 * pull(c + margin, treatment).0 + sizes.1 * pull(c, control).0
                    };
                    let near = 1e-9;
                    assert!(at(rates.control - near) < 0.0, "{treatment} {control} {margin}");
                    assert!(at(rates.control + near) > 0.0, "{treatment} {control} {margin}");
                }
            }
        }
    }
}
