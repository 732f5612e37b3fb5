//! How fast a candidate is: distributions of time, fuel and memory, what it does under load, and
//! whether it is as fast as the release before.
//!
//! *Never:* a time of another machine or another day is held against a candidate; fuel is the same on
//! all of them.

mod baseline;
mod figures;
mod load;
mod rivals;

pub use baseline::Since;
pub use figures::{Compared, InputFigures, LoadStep, Performance, Quantiles, RateStep, Ratio};
pub(crate) use rivals::Rival;
use rivals::{behind, compare, slower};

use super::catalogue::CheckId;
use super::finding::Draft;
use super::notes::Notes;
use super::sandbox::{Actor, Base, Cast, Run, Seen, Tally};
use super::spread::Samples;
use crate::engine::{InstancePolicy, Loaded};
use crate::model::Digest;

/// Inputs that are measured; the first are examples and ordinary values.
const BASES_MAX: usize = 4;
/// Calls before anything counts: code and memory are warm then.
const WARM_UP: usize = 32;
/// Calls whose distribution is told: enough for a p99 that rests on ten of them.
const CALLS: usize = 1_000;
/// What the calls of one part may burn in all; slower candidates are measured with fewer of them.
const FUEL_MAX: u64 = 1_000_000_000;
/// Slower by more than this is a finding.
const SLOWER_MAX: f64 = 1.10;

/// Measures a candidate with inputs that it answers, and says where it is slower than before.
pub(crate) async fn run(
    run: &Run<'_>,
    actor: &Actor<'_>,
    bases: &[Base],
    notes: &mut Notes<'_>,
    tally: &mut Tally,
) -> Option<Performance> {
    let answered = bases.iter().filter(|base| base.seen.outcome.is_returned());
    let chosen: Vec<&Base> = answered.take(BASES_MAX).collect();
    let measured = measure(actor, &chosen, tally).await;
    let mut performance = match measured {
        Ok(performance) => performance,
        Err(why) => {
            notes.inconclusive(CheckId::SLOWER, why);
            return None;
        }
    };
    match compared(run, actor, &chosen, &mut performance, tally).await {
        Ok(drafts) => notes.found(CheckId::SLOWER, drafts),
        Err(why) => notes.inconclusive(CheckId::SLOWER, why),
    }
    Some(performance)
}

/// Beside the release before, other candidates, and what was measured on another day.
async fn compared(
    run: &Run<'_>,
    actor: &Actor<'_>,
    chosen: &[&Base],
    performance: &mut Performance,
    tally: &mut Tally,
) -> Result<Vec<Draft>, String> {
    let mut drafts = Vec::new();
    for other in run.others {
        // One that answers none of these inputs is a candidate for something else.
        if let Ok(compared) = compare(run, actor, other, chosen, tally).await {
            drafts.extend(behind(&compared));
            performance.others.push(compared);
        }
    }
    if let Some(since) = run.baseline.and_then(|report| Since::of(report, performance)) {
        drafts.extend(since.drafts());
        performance.since = Some(since);
    }
    match run.rival {
        Some(rival) => match compare(run, actor, rival, chosen, tally).await {
            Ok(compared) => {
                drafts.extend(slower(&compared));
                performance.against = Some(compared);
            }
            // What was found beside others stands all the same.
            Err(why) if drafts.is_empty() => return Err(why),
            Err(_) => {}
        },
        None if performance.since.is_none() && performance.others.is_empty() => {
            return Err("there is no release before to compare it with".to_owned());
        }
        None => {}
    }
    Ok(drafts)
}

async fn measure(
    actor: &Actor<'_>,
    bases: &[&Base],
    tally: &mut Tally,
) -> Result<Performance, String> {
    let loaded = warm(actor).await?;
    let mut seen = Vec::new();
    let mut burnt = 0_u64;
    for base in bases.iter().cycle().take(WARM_UP + CALLS) {
        let one = actor.call(&loaded, &base.operation, &base.input).await;
        tally.add(&one);
        burnt = burnt.saturating_add(one.usage.fuel.max(1));
        seen.push(one);
        if burnt > FUEL_MAX && seen.len() > 2 * WARM_UP {
            break;
        }
    }
    let counted = seen.get(WARM_UP..).unwrap_or_default();
    if counted.is_empty() {
        return Err("no input was answered with an output".to_owned());
    }
    let mut samples = Samples::default();
    counted.iter().for_each(|seen| samples.add(&seen.usage));
    let of = |figure: fn(&Seen) -> u64| Quantiles::of(counted.iter().map(figure).collect());
    let latency = of(Seen::nanoseconds);
    let (load, rates) = load::steps(actor, &loaded, bases, latency.p50).await;
    Ok(Performance {
        calls: counted.len() as u64,
        latency_ns: latency,
        fuel: of(|seen| seen.usage.fuel),
        memory_bytes: of(|seen| seen.usage.memory_bytes_peak),
        spreads: samples.spreads(),
        load,
        rates,
        inputs: inputs(counted, bases),
        against: None,
        others: Vec::new(),
        since: None,
    })
}

/// What each input took, on a warm instance: the least, which is the same in every run.
fn inputs(counted: &[Seen], bases: &[&Base]) -> Vec<InputFigures> {
    let figures = bases.iter().enumerate().filter_map(|(at, base)| {
        // The calls went round, and the first ones do not count.
        let skip = (at + bases.len() - WARM_UP % bases.len()) % bases.len();
        let own = || counted.iter().skip(skip).step_by(bases.len());
        let (fuel, memory) =
            (own().map(|seen| seen.usage.fuel), own().map(|it| it.usage.memory_bytes_peak));
        Some(InputFigures {
            operation: base.operation.clone(),
            input: Digest::of(base.input.as_bytes()),
            fuel: fuel.min()?,
            memory_bytes: memory.min()?,
        })
    });
    figures.collect()
}

/// On an instance that is kept, as releases that are called often have them.
async fn warm(actor: &Actor<'_>) -> Result<Loaded, String> {
    let lifetime = InstancePolicy::Pooled { calls_max: u32::MAX, idle_max: 8 };
    actor.load(Cast { lifetime, ..Cast::default() }).await.map_err(|error| error.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "sums of times and fuel are far below 2^52")]
const fn float(sum: u64) -> f64 {
    sum as f64
}

impl Seen {
    fn nanoseconds(&self) -> u64 {
        u64::try_from(self.usage.duration.as_nanos()).unwrap_or(u64::MAX)
    }
}
