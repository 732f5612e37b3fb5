//! Makes the published table of the rollout judgement again, 2,000 runs a line, and fails where a
//! figure is outside of its tolerance: `cargo run --release -p engraft --example rollout_table`.
//!
//! *Never:* a tolerance is wider than the chance of 2,000 runs and the stated error need.

use std::io::Write;
use std::process::ExitCode;

use engraft::registry::simulate::{Scenario, Summary, Unit, Users, Weather, simulate};
use engraft::registry::{Bound, Metric, Plan, Share, Watch};

/// Runs of one line.
const RUNS: u64 = 2_000;

/// One line of the table.
struct Line {
    name: String,
    scenario: Scenario,
    /// What is read off the runs.
    expected: Vec<Expected>,
}

/// A figure and where it has to lie.
#[derive(Clone, Copy)]
enum Expected {
    RolledBack(u64, u64),
    Promoted(u64, u64),
    Median(u64, u64),
    P90(u64, u64),
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    let mut misses = 0;
    for line in table()? {
        let summary = simulate(&line.scenario, RUNS, 1, 2);
        let missed: Vec<String> =
            line.expected.iter().filter_map(|expected| expected.miss(&summary)).collect();
        misses += missed.len();
        let verdict = if missed.is_empty() { "ok".to_owned() } else { missed.join(", ") };
        writeln!(
            out,
            "{:<44} rolled back {:>4}  promoted {:>4}  median {:>5}  p90 {:>5}  {verdict}",
            line.name,
            summary.rolled_back,
            summary.promoted,
            summary.median_requests,
            summary.p90_requests
        )?;
    }
    writeln!(out, "{misses} figures outside of their tolerance")?;
    Ok(if misses == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn table() -> Result<Vec<Line>, Box<dyn std::error::Error>> {
    let mut lines = failures()?;
    for share in ["1%", "10%"] {
        let single = || -> Result<Plan, Box<dyn std::error::Error>> {
            Ok(Plan::single(share.parse::<Share>()?, 0.05, 10_000))
        };
        let same = |plan| Scenario::new(0.99, 0.99, plan);
        let mut add = |name: &str, scenario, expected: Vec<Expected>| {
            lines.push(Line { name: format!("{name} at {share}"), scenario, expected });
        };
        // An error of 5 % and four standard deviations of 2,000 runs: 139; the design asks for 129.
        let few = vec![Expected::RolledBack(0, 129)];
        add("as good", same(single()?), few.clone());
        let rising = same(single()?).with_weather(Weather::Rising(0.02));
        add("failures 1 → 3 % in both", rising, few.clone());
        let outage = same(single()?).with_weather(Weather::Outage(0.3));
        add("an outage of 30 % in both", outage.clone(), few.clone());
        let mut with_floor = outage;
        with_floor.plan.floors.push(Bound::Success { at_least: 0.95 });
        add("the same with a floor of 95 %", with_floor, few.clone());
        let users = |unit| Users::Few { count: 5_000, unit };
        add("5,000 users, first", same(single()?).with_users(users(Unit::First)), few.clone());
        let every = same(single()?).with_users(users(Unit::Every));
        add("5,000 users, every one", every, vec![Expected::RolledBack(200, RUNS)]);
        let mut slow = single()?;
        slow.watch = vec![Watch { metric: Metric::Latency { factor: 1.1 }, weight: 1.0 }];
        let slow = |factor, stalls| same(slow.clone()).with_latency(factor, stalls).until(2_000);
        add("latency × 2", slow(2.0, 0.0), vec![Expected::Median(15, 32)]);
        add("latency × 1.5", slow(1.5, 0.0), vec![Expected::Median(60, 120)]);
        add("2 % of requests + 200 ms", slow(1.0, 0.02), vec![Expected::Median(400, 760)]);
        add("latency on the boundary", slow(1.1, 0.0), few);
        let soon = || -> Result<Plan, Box<dyn std::error::Error>> {
            Ok(Plan::single(share.parse::<Share>()?, 0.05, 0))
        };
        add("promotion, margin 1 %", same(soon()?), vec![Expected::Median(780, 1_150)]);
        let boundary = Scenario::new(0.99, 0.98, soon()?);
        add("promotion on the boundary", boundary, vec![Expected::Promoted(0, 129)]);
    }
    Ok(lines)
}

/// Success of the new release, share, and published median and p90.
fn failures() -> Result<Vec<Line>, Box<dyn std::error::Error>> {
    let published = [
        (0.95, [(99, 247), (126, 299), (278, 596)]),
        (0.97, [(284, 730), (362, 861), (773, 1_760)]),
        (0.98, [(953, 2_387), (1_215, 2_961), (2_496, 0)]),
        (0.50, [(4, 7), (5, 11), (13, 24)]),
        (0.00, [(2, 2), (2, 3), (5, 8)]),
    ];
    let mut lines = Vec::new();
    for (release, row) in published {
        for (share, (median, p90)) in ["1%", "10%", "50%"].into_iter().zip(row) {
            let plan = Plan::single(share.parse::<Share>()?, 0.05, 10_000);
            // A tenth, and two requests for the rule that three failures are needed.
            let around = |figure: u64| (figure - figure / 10 - 1, figure + figure / 10 + 2);
            let (low, high) = around(median);
            let mut expected = vec![Expected::Median(low, high)];
            if p90 > 0 {
                let (low, high) = around(p90);
                expected.push(Expected::P90(low, high));
            }
            let name = format!(".99 → {release:.2} at {share}, published {median} / {p90}");
            lines.push(Line { name, scenario: Scenario::new(0.99, release, plan), expected });
        }
    }
    Ok(lines)
}

// === impl Expected ===

impl Expected {
    fn miss(self, summary: &Summary) -> Option<String> {
        let (name, found, low, high) = match self {
            Self::RolledBack(low, high) => ("rolled back", summary.rolled_back, low, high),
            Self::Promoted(low, high) => ("promoted", summary.promoted, low, high),
            Self::Median(low, high) => ("median", summary.median_requests, low, high),
            Self::P90(low, high) => ("p90", summary.p90_requests, low, high),
        };
        (!(low..=high).contains(&found)).then(|| format!("{name} not in {low} to {high}"))
    }
}
