//! The scores against values worked out by hand, and against what must never move them.

use proptest::prelude::*;

use super::*;

fn block(treatment: (u64, u64), control: (u64, u64)) -> Block {
    Block {
        treatment: Tally::new(treatment.0, treatment.1),
        control: Tally::new(control.0, control.1),
    }
}

/// The formulas once more, written as the design writes them and with plain bisection.
fn by_the_book(blocks: &[Block], margin: f64, history: Tally) -> f64 {
    let (mut n, mut f) = (float(history.requests), float(history.failures));
    let mut logs = ODDS_WORSE.map(|_| 0.0);
    for block in blocks {
        let c_hat = (f + 0.5) / (n + 1.0);
        let [n_t, f_t] = [block.treatment.requests, block.treatment.failures].map(float);
        let [n_c, f_c] = [block.control.requests, block.control.failures].map(float);
        for (log, ratio) in logs.iter_mut().zip(ODDS_WORSE) {
            let t_j = ratio * c_hat / (1.0 - c_hat + ratio * c_hat);
            if t_j <= c_hat + margin {
                continue;
            }
            let (mut low, mut high) = (c_hat, t_j - margin);
            for _ in 0..200 {
                let c = f64::midpoint(low, high);
                let t = c + margin;
                let pull = n_t * (t - t_j) / (t * (1.0 - t)) + n_c * (c - c_hat) / (c * (1.0 - c));
                if pull > 0.0 { high = c } else { low = c }
            }
            let (c, t) = (low, low + margin);
            *log += f_t * (t_j / t).ln()
                + (n_t - f_t) * ((1.0 - t_j) / (1.0 - t)).ln()
                + f_c * (c_hat / c).ln()
                + (n_c - f_c) * ((1.0 - c_hat) / (1.0 - c)).ln();
        }
        n += n_c;
        f += f_c;
    }
    (logs.iter().map(|log| log.exp()).sum::<f64>() / 8.0).ln()
}

proptest! {
    #[test]
    fn the_relative_score_is_the_one_of_the_design(
        blocks in prop::collection::vec((1..5_u64, 0..5_u64, 1..200_u64, 0..5_u64), 1..20),
        margin in prop::sample::select(vec![0.0, 0.005, 0.05]),
        past in 0..20_u64,
    ) {
        let blocks: Vec<Block> = blocks
            .into_iter()
            .map(|(n_t, f_t, n_c, f_c)| block((n_t, f_t.min(n_t)), (n_c, f_c.min(n_c))))
            .collect();
        let history = Tally::new(500, past);
        let mut score = Relative::new(margin, history);
        blocks.iter().for_each(|block| score.observe(block));
        let expected = by_the_book(&blocks, margin, history);
        prop_assert!((score.ln_evidence() - expected).abs() < 1e-6, "{expected}");
    }

    /// Under the null a score is a fair game: its mean after one block is at most what it was
    /// before.
    #[test]
    fn one_block_under_the_null_gains_nothing_in_the_mean(
        n_t in 1..4_u64,
        n_c in 1..6_u64,
        rate in 0.001..0.9_f64,
        margin in prop::sample::select(vec![0.0, 0.02, 0.09]),
        past in 1..400_u64,
    ) {
        let history = Tally::new(800, past);
        let chance = |n: u64, f: u64, p: f64| {
            let ways: f64 = (0..f).map(|i| float(n - i) / float(i + 1)).product();
            ways * p.powi(f as i32) * (1.0 - p).powi((n - f) as i32)
        };
        let (mut worse, mut equal) = (0.0, 0.0);
        for f_t in 0..=n_t {
            for f_c in 0..=n_c {
                let block = block((n_t, f_t), (n_c, f_c));
                let likely = chance(n_t, f_t, rate + margin) * chance(n_c, f_c, rate);
                let mut relative = Relative::new(margin, history);
                relative.observe(&block);
                worse += likely * relative.ln_evidence().exp();
                let mut equivalence = Equivalence::new(margin.max(0.01), history);
                equivalence.observe(&block);
                let likely = chance(n_t, f_t, rate + margin.max(0.01)) * chance(n_c, f_c, rate);
                equal += likely * equivalence.ln_evidence().exp();
            }
        }
        prop_assert!(worse <= 1.0 + 1e-9, "worse {worse}");
        prop_assert!(equal <= 1.0 + 1e-9, "equal {equal}");
    }
}

#[test]
fn an_empty_arm_says_nothing() {
    let mut score = Relative::new(0.0, Tally::new(1_000, 10));
    score.observe(&block((50, 50), (0, 0)));
    score.observe(&block((0, 0), (50, 0)));
    assert_eq!(score, Relative::new(0.0, Tally::new(1_000, 10)));
}

#[test]
fn history_counts_for_a_thousand_requests_and_is_no_evidence() {
    let long = Relative::new(0.0, Tally::new(1_000_000, 10_000));
    assert_eq!(long, Relative::new(0.0, Tally::new(1_000, 10)));
    assert_eq!(long.ln_evidence(), 0.0);
}

#[test]
fn extremes_give_finite_scores() {
    for history in [Tally::default(), Tally::new(1_000, 0), Tally::new(1_000, 1_000)] {
        for margin in [0.0, 0.01, 0.5] {
            let mut relative = Relative::new(margin, history);
            let mut equivalence = Equivalence::new(margin.max(0.01), history);
            for failures in [(5, 5), (5, 0), (0, 5), (0, 0)] {
                let block = block((5, failures.0), (5, failures.1));
                relative.observe(&block);
                equivalence.observe(&block);
            }
            assert!(relative.ln_evidence().is_finite(), "{history:?} {margin}");
            assert!(equivalence.ln_evidence().is_finite(), "{history:?} {margin}");
        }
    }
}

#[test]
fn a_floor_is_a_likelihood_ratio() {
    let mut floor = Floor::new(0.05);
    floor.observe(Tally::new(10, 3));
    let ratio = |odds: f64| {
        let t = odds * 0.05 / (0.95 + odds * 0.05);
        (t / 0.05_f64).powi(3) * ((1.0 - t) / 0.95_f64).powi(7)
    };
    let mean = ODDS_WORSE.iter().map(|odds| ratio(*odds)).sum::<f64>() / 8.0;
    assert!((floor.ln_evidence() - mean.ln()).abs() < 1e-9);
    let mut attained = Attained::new(0.05);
    attained.observe(Tally::new(10, 3));
    let mean = ODDS_BETTER.iter().map(|odds| ratio(*odds)).sum::<f64>() / 6.0;
    assert!((attained.ln_evidence() - mean.ln()).abs() < 1e-9);
}

#[test]
fn quantiles_follow_to_one_percent() {
    let mut histogram = LogHistogram::new();
    assert_eq!(histogram.quantile(0.5), None);
    let mut values: Vec<f64> = (1..=10_000).map(|i| f64::from((i * 7_919) % 10_007)).collect();
    values.iter().for_each(|value| histogram.record(*value));
    values.sort_by(f64::total_cmp);
    for share in [0.01, 0.5, 0.9, 0.99, 1.0] {
        let place = (share * 10_000.0) as usize - 1;
        let (told, truth) = (histogram.quantile(share).unwrap(), values[place].max(1.0));
        assert!(told >= truth && told <= truth * 1.0101, "{share}: {told} for {truth}");
    }
    // Beyond the last bucket, and below the first.
    histogram.record(1e18);
    histogram.record(-5.0);
    assert_eq!(histogram.total(), 10_002);
}

/// The quantiles kept along with each value are those that a search would find.
#[test]
fn cursors_stand_where_a_search_ends() {
    let mut slowness = LogHistogram::new();
    for i in 0..5_000_u64 {
        slowness.record(float((i * i * 31) % 100_003));
        if i % 97 == 0 {
            for (index, share) in [(0, 0.5), (1, 0.9), (2, 0.99)] {
                assert_eq!(Some(slowness.tracked(index)), slowness.quantile(share), "{i} {share}");
            }
        }
    }
}

/// A hundred microseconds more are ten times as much and still nothing that anybody feels.
#[test]
fn less_than_a_millisecond_is_not_slower() {
    let run = |base: f64, more: f64| {
        let mut history = LogHistogram::new();
        (0..1_000).for_each(|i| history.record(base + f64::from(i % 7)));
        let mut score = Slowness::new(1.1, history);
        for i in 0..200 {
            let control = (0..9).map(|j| base + f64::from((i + j) % 7)).collect();
            score.observe(&LatencyBlock { treatment: vec![base + more], control });
        }
        score.ln_evidence()
    };
    assert!(run(10.0, 100.0) <= 0.0, "{}", run(10.0, 100.0));
    assert!(run(10.0, 5_000.0) > 3.0, "{}", run(10.0, 5_000.0));
    assert!(run(20_000.0, 5_000.0) > 3.0, "{}", run(20_000.0, 5_000.0));
}
