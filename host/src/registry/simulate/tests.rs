//! The published figures, with fewer or shorter runs where a build without optimisation would take
//! too long; `cargo run --release -p engraft --example rollout_table` makes the whole table.

use super::dice::Dice;
use super::*;
use crate::registry::evidence::Tally;
use crate::registry::judge::{Facts, History, Judge, Observation, Verdict};
use crate::registry::plan::{Bound, Metric, Watch};
use crate::registry::share::Share;

fn plan(share: &str, requests_min: u64) -> Plan {
    Plan::single(share.parse::<Share>().unwrap(), 0.05, requests_min)
}

fn run(scenario: &Scenario, runs: u64) -> Summary {
    simulate(scenario, runs, 1, 2)
}

#[test]
fn a_seed_replays_on_any_number_of_threads() {
    let scenario = Scenario::new(0.99, 0.9, plan("10%", 500)).with_latency(1.2, 0.0).until(500);
    let one = simulate(&scenario, 40, 7, 1);
    assert_eq!(one, simulate(&scenario, 40, 7, 3));
    assert_ne!(one, simulate(&scenario, 40, 8, 3));
    assert_eq!(one.runs, 40);
    assert_eq!(one.rolled_back + one.held + one.promoted, 40);
}

#[test]
fn a_worse_release_is_found_after_as_many_requests_as_published() {
    // Success of the new release, share, and where median and p90 have to lie: the published
    // figures with a tenth and more for the chance of 600 runs.
    let cases = [
        (0.95, "1%", 80..=120, 200..=290),
        (0.95, "10%", 100..=160, 250..=350),
        (0.95, "50%", 240..=320, 500..=690),
        (0.97, "10%", 310..=420, 740..=990),
        (0.50, "10%", 4..=7, 8..=13),
        (0.50, "50%", 11..=15, 20..=28),
    ];
    for (release, share, median, p90) in cases {
        let summary = run(&Scenario::new(0.99, release, plan(share, 5_000)).until(5_000), 600);
        assert_eq!(summary.rolled_back, 600, "{release} {share}");
        assert!(median.contains(&summary.median_requests), "{release} {share}: {summary:?}");
        assert!(p90.contains(&summary.p90_requests), "{release} {share}: {summary:?}");
    }
}

#[test]
fn a_dead_release_is_gone_after_three_requests() {
    for share in ["1%", "10%"] {
        let summary = run(&Scenario::new(0.99, 0.0, plan(share, 100)).until(100), 300);
        assert_eq!((summary.rolled_back, summary.median_requests), (300, 3), "{share}");
        assert!(summary.p90_requests <= 5, "{share}: {summary:?}");
    }
}

/// Most false alarms come early: those of the first 1,000 requests are nearly all of the published
/// 35 to 55 of 2,000; 129 are more than chance would give an error of 5 %.
#[test]
fn a_release_that_is_as_good_stays() {
    let summary = run(&Scenario::new(0.99, 0.99, plan("10%", 1_000)).until(1_000), 2_000);
    assert!((15..=129).contains(&summary.rolled_back), "{summary:?}");
}

#[test]
fn failures_that_both_share_condemn_nobody() {
    let rising = Weather::Rising(0.02);
    for weather in [rising, Weather::Outage(0.3)] {
        let mut plan = plan("10%", 1_000);
        plan.floors.push(Bound::Success { at_least: 0.95 });
        let scenario = Scenario::new(0.99, 0.99, plan).with_weather(weather).until(1_000);
        let summary = run(&scenario, 500);
        assert!(summary.rolled_back <= 40, "{weather:?}: {summary:?}");
    }
}

#[test]
fn a_few_users_who_always_fail_condemn_nobody() {
    let few = |unit| {
        let scenario = Scenario::new(0.99, 0.99, plan("10%", 1_500)).until(1_500);
        run(&scenario.with_users(Users::Few { count: 1_000, unit }), 400).rolled_back
    };
    assert!(few(Unit::First) <= 32, "first outcomes: {}", few(Unit::First));
    assert!(few(Unit::Every) >= 48, "what every outcome would do: {}", few(Unit::Every));
}

fn latency(share: &str, requests: u64) -> Plan {
    let mut plan = plan(share, requests);
    plan.watch = vec![Watch { metric: Metric::Latency { factor: 1.1 }, weight: 1.0 }];
    plan
}

#[test]
fn a_slower_release_is_found_and_one_on_the_boundary_is_not() {
    for (factor, median) in [(2.0, 15..=34), (1.5, 65..=130)] {
        let scenario = Scenario::new(0.99, 0.99, latency("10%", 1_000)).with_latency(factor, 0.0);
        let summary = run(&scenario.until(1_000), 200);
        assert_eq!(summary.rolled_back, 200, "{factor}");
        assert!(median.contains(&summary.median_requests), "{factor}: {summary:?}");
    }
    let boundary = Scenario::new(0.99, 0.99, latency("10%", 300)).with_latency(1.1, 0.0).until(300);
    let summary = run(&boundary, 500);
    assert!(summary.rolled_back <= 40, "{summary:?}");
}

#[test]
fn promotion_asks_for_evidence_and_is_seldom_wrong() {
    let good = run(&Scenario::new(0.99, 0.99, plan("10%", 0)).until(4_000), 100);
    assert!(good.promoted >= 90, "{good:?}");
    assert!((800..=1_250).contains(&good.median_requests), "{good:?}");
    // Exactly on the margin, where no promotion is right.
    let bad = run(&Scenario::new(0.99, 0.98, plan("10%", 0)).until(1_500), 400);
    assert!(bad.promoted <= 32, "{bad:?}");
}

#[test]
fn a_share_of_nobody_is_passed_over_and_everybody_has_no_control() {
    let summary = run(&Scenario::new(0.99, 0.2, Plan::preset("standard").unwrap()).until(500), 20);
    assert_eq!(summary.rolled_back, 20);
    let all = run(&Scenario::new(0.99, 0.2, plan("100%", 10)).until(200), 5);
    assert_eq!(all.held, 5, "nothing to compare with is hold");
}

/// The error is divided among variants, so that all of them together keep it; they share a control.
#[test]
fn of_several_variants_that_are_as_good_any_is_seldom_taken_out() {
    let plan = plan("50%", 1_000);
    let failing = 0.05;
    let is_wrong = |number: &u64| {
        let mut dice = Dice::new(1, *number);
        let success = Tally::new(1_000, dice.hits(1_000, failing));
        let history = History { success, ..History::default() };
        let judge = Judge::of_variant(&plan, 0, &history, 3).unwrap();
        let mut judges = vec![judge; 3];
        (0..250).any(|_| {
            let control = Tally::new(1, dice.hits(1, failing));
            judges.iter_mut().any(|judge| {
                let mut seen = Observation::default();
                seen.success.control = control;
                seen.success.treatment.count(dice.chance(failing).into());
                judge.observe(&seen);
                matches!(judge.verdict(&Facts::default()), Verdict::RollBack(_))
            })
        })
    };
    let wrong = (0..300).filter(is_wrong).count();
    // 5 % of 300, and four standard deviations.
    assert!(wrong <= 30, "{wrong} of 300");
}
