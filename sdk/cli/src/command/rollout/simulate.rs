//! `engraft rollout simulate`: a plan against releases whose true rates are known.
//!
//! *Never:* the same options and seed give another answer.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use engraft::registry::simulate::{
    REQUESTS_MAX, Scenario, Summary, Unit, Users, Weather, simulate as run,
};
use engraft::registry::{Bound, Metric, Plan, Share, Watch};

use crate::desk::Desk;
use crate::page::{Page, Style};
use crate::place::Place;
use crate::screen::Reply;
use crate::trouble::{Result, Trouble};

/// A plan is a page of JSON; nothing that is much larger is one.
const PLAN_BYTES_MAX: u64 = 1 << 20;
/// Beyond this a person has mistyped; a thousand runs give a percent's precision.
const RUNS_MAX: u64 = 1_000_000;

/// Users that one run keeps in memory.
const USERS_MAX: u64 = 1_000_000;
/// A stage in which ten million have asked for the release has decided, or never will.
const UNTIL_MAX: u64 = 10_000_000;

/// Tells how often and after how many requests a plan would roll back, hold or promote
#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// How often the old release succeeds, from 0 to 1
    #[arg(long, value_name = "RATE", value_parser = rate)]
    control: f64,
    /// How often the new release succeeds, from 0 to 1
    #[arg(long, value_name = "RATE", value_parser = rate)]
    release: f64,
    /// The share of users who get the new release, in percent [default: 10; a plan has its own]
    #[arg(long, value_name = "PERCENT")]
    share: Option<Share>,
    /// How often a stage may roll back a release that is not worse [default: 0.05, or the plan's]
    #[arg(long, value_name = "SHARE")]
    alpha: Option<f64>,
    /// How many rollouts are simulated
    #[arg(long, default_value_t = 2_000, value_name = "COUNT",
        value_parser = clap::value_parser!(u64).range(1..=RUNS_MAX))]
    runs: u64,
    /// Where the dice start; the same seed gives the same answer
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
    /// How many times as long requests of the new release take
    #[arg(long, value_name = "FACTOR", value_parser = factor)]
    latency_factor: Option<f64>,
    /// The share of requests of the new release that take 200 ms longer
    #[arg(long, value_name = "RATE", value_parser = rate)]
    stalls: Option<f64>,
    /// Failures that come to both releases alike: none at the beginning, this share at the end
    #[arg(long, value_name = "RATE", value_parser = rate, conflicts_with = "outage")]
    drift: Option<f64>,
    /// Failures of this share that come to both alike, in the second fifth of the run
    #[arg(long, value_name = "RATE", value_parser = rate)]
    outage: Option<f64>,
    /// So many users who come again and again, of whom those who fail once fail always [default:
    /// each request comes from another user]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=USERS_MAX))]
    users: Option<u64>,
    /// Requests of the new release after which a stage that has not decided is held
    #[arg(long, value_name = "COUNT", default_value_t = REQUESTS_MAX,
        value_parser = clap::value_parser!(u64).range(1..=UNTIL_MAX))]
    until: u64,
    /// A plan as JSON; without one, a single stage is judged until 10,000 requests of the new
    /// release
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
}

pub(super) fn simulate(args: &SimulateArgs, desk: &Desk) -> Result<Reply> {
    let plan = plan(args, desk)?;
    plan.check().map_err(|error| Trouble::usage(error.to_string()))?;
    let scenario = scenario(args, plan);
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let progress = desk.screen.progress("simulating");
    let summary = run(&scenario, args.runs, args.seed, threads);
    drop(progress);
    Ok(Reply::fine(&summary, page(&summary, &scenario.plan)))
}

fn scenario(args: &SimulateArgs, plan: Plan) -> Scenario {
    let weather = match (args.drift, args.outage) {
        (Some(most), _) => Weather::Rising(most),
        (None, Some(failures)) => Weather::Outage(failures),
        (None, None) => Weather::Steady,
    };
    let users = match args.users {
        Some(count) => Users::Few { count, unit: Unit::First },
        None => Users::Many,
    };
    let scenario = Scenario::new(args.control, args.release, plan).until(args.until);
    let scenario = scenario.with_weather(weather).with_users(users);
    if asks_of_latency(args) || looks_at_latency(&scenario.plan) {
        let (factor, stalls) = (args.latency_factor.unwrap_or(1.0), args.stalls.unwrap_or(0.0));
        return scenario.with_latency(factor, stalls);
    }
    scenario
}

const fn asks_of_latency(args: &SimulateArgs) -> bool {
    args.latency_factor.is_some() || args.stalls.is_some()
}

fn plan(args: &SimulateArgs, desk: &Desk) -> Result<Plan> {
    if let Some(path) = &args.plan {
        let mut plan = read(path)?;
        plan.alpha = args.alpha.unwrap_or(plan.alpha);
        if args.share.is_some() {
            desk.screen.note("the plan has shares of its own, so `--share` changes nothing");
        }
        if asks_of_latency(args) && !looks_at_latency(&plan) {
            let word = "the plan does not look at latency, so `--latency-factor` and `--stalls` change \
                        nothing; let it watch `latency`";
            desk.screen.note(word);
        }
        return Ok(plan);
    }
    let share = args.share.or_else(|| Share::from_units(10_000).ok()).unwrap_or_default();
    let mut plan = Plan::single(share, args.alpha.unwrap_or(0.05), args.until);
    if asks_of_latency(args) {
        let factor = engraft::registry::evidence::SLOWNESS_FACTOR;
        // Whoever gives a factor asks about latency, so that most of the error is spent on it; a fifth
        // is left for failures, so that a release which also fails is found as well.
        plan.watch.push(Watch { metric: Metric::Latency { factor }, weight: 4.0 });
    }
    Ok(plan)
}

pub(super) fn read(path: &Path) -> Result<Plan> {
    let fail = |error: &std::io::Error| Trouble::file("read the plan", path, error);
    let size = std::fs::metadata(path).map_err(|error| fail(&error))?.len();
    if size > PLAN_BYTES_MAX {
        return Err(Trouble::usage(format!(
            "a plan has at most {PLAN_BYTES_MAX} bytes, and this has {size}"
        ))
        .about(path));
    }
    let text = std::fs::read_to_string(path).map_err(|error| fail(&error))?;
    serde_json::from_str(&text).map_err(|error| {
        let message = error.to_string();
        let source = path.display().to_string();
        let place = Place::at(&source, &text, error.line(), error.column());
        Trouble::corrupt(format!("{source} is no plan: {message}")).at(place)
    })
}

fn looks_at_latency(plan: &Plan) -> bool {
    let watched = plan.watch.iter().any(|watch| matches!(watch.metric, Metric::Latency { .. }));
    watched || plan.floors.iter().any(|bound| matches!(bound, Bound::Latency { .. }))
}

fn rate(text: &str) -> std::result::Result<f64, String> {
    within(text, 0.0..=1.0)
}

fn factor(text: &str) -> std::result::Result<f64, String> {
    within(text, 0.01..=1_000.0)
}

fn within(text: &str, range: std::ops::RangeInclusive<f64>) -> std::result::Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "it is not a number".to_owned())?;
    if range.contains(&value) {
        return Ok(value);
    }
    Err(format!("it is not from {} to {}", range.start(), range.end()))
}

fn page(summary: &Summary, plan: &Plan) -> Page {
    let mut page = Page::default();
    let name = crate::text::line(&plan.name);
    page.line(format!("plan {name}, α = {} a stage, {} runs", plan.alpha, summary.runs));
    for (style, word, count) in [
        (Style::Bad, "rolled back", summary.rolled_back),
        (Style::Warn, "held", summary.held),
        (Style::Good, "promoted", summary.promoted),
    ] {
        page.verdict(style, word, &format!("{count} ({})", percent(count, summary.runs)));
    }
    page.line(format!(
        "decided after {} requests of the new release in the middle run, {} in nine of ten",
        summary.median_requests, summary.p90_requests
    ));
    page
}

/// A count in tenths of a percent, exactly rounded down.
fn percent(count: u64, all: u64) -> String {
    let thousandths = count.saturating_mul(1_000) / all.max(1);
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}
