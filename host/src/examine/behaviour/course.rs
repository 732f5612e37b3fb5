//! The same again: on used instances, a thousand times, with values that are kept, with larger inputs.
//!
//! *Never:* a difference counts that the candidate's own values explain; a counter may count.

use std::collections::BTreeSet;

use serde_json::Value;

use super::later::Later;
use super::resize::{Resize, foreign, stretched, widened};
use super::{Answer, Trial};
use crate::engine::{InstancePolicy, Invocation, Loaded};
use crate::examine::conform::same;
use crate::examine::finding::{Draft, Severity};
use crate::examine::sandbox::{
    Base, Cast, Function, HostCall, Moment, Script, Seen, Tally, Values,
};
use crate::model::Outcome;

/// Calls of the long run.
const CALLS: usize = 1_000;
/// Calls before memory and fuel are taken as what they settle at.
const SETTLED: usize = 100;
/// Growth between settling and the end that is no growth: a heap that is rounded up.
const GROWTH_BYTES_MAX: u64 = 512 << 10;
/// A collector lets its heap grow by a part before it looks at it: Go's guest goes from 4.5 to 5.5 MiB
/// once, and stays there. So half of what there was is no growth either, up to this.
const COLLECTED_BYTES_MAX: u64 = 4 << 20;
/// The same for fuel: half as much again is another algorithm.
const GROWTH_FUEL_PERCENT_MAX: u64 = 150;
/// Fuel that the long run may burn in all; slower candidates are asked with fewer calls.
const RUN_FUEL_MAX: u64 = 3_000_000_000;

/// Lengths of the texts of inputs.
const LENGTHS: [usize; 3] = [64, 1_024, 16_384];
/// Lengths of their lists.
const COUNTS: [usize; 2] = [64, 1_000];
/// Sizes that nobody would call large: what is done with the same input at one of them is not done for
/// its size.
const SMALL: [usize; 2] = [3, 8];
/// Calls over which values are kept, and after how many of these whom it calls is known.
const KEPT_CALLS: usize = 150;
const KNOWN_AFTER: usize = 15;

/// The same input, seed and time give the same answer and the same calls, fresh and on an instance
/// that was used before.
pub(super) async fn determinism(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let fresh = trial.actor.load(Cast::default()).await.map_err(|error| error.to_string())?;
    let lifetime = InstancePolicy::Pooled { calls_max: 10_000, idle_max: 1 };
    let pooled = trial
        .actor
        .load(Cast { lifetime, ..Cast::default() })
        .await
        .map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for base in &trial.bases {
        let again = trial.actor.call(&fresh, &base.operation, &base.input).await;
        let first = trial.actor.call(&pooled, &base.operation, &base.input).await;
        let reused = trial.actor.call(&pooled, &base.operation, &base.input).await;
        for seen in [&again, &first, &reused] {
            tally.add(seen);
        }
        for (seen, when) in [
            (&again, "run again"),
            (&first, "on a new warm instance"),
            (&reused, "on a used instance"),
        ] {
            if let Some(what) = differs(&base.seen, seen) {
                let message = format!("`{}` does otherwise {when}: {what}", base.operation);
                found.push(Draft::new(message).seen(&base.input, shown(seen)));
            }
        }
    }
    Ok(found)
}

/// What is different between two runs.
pub(super) fn differs(one: &Seen, other: &Seen) -> Option<&'static str> {
    if !same_outcome(one, other) {
        return Some("another answer");
    }
    (one.calls != other.calls).then_some("other calls of the host")
}

fn same_outcome(one: &Seen, other: &Seen) -> bool {
    let json = |seen: &Seen| serde_json::from_str::<Value>(seen.output()?).ok();
    match (json(one), json(other)) {
        (Some(one), Some(other)) => same(&one, &other),
        _ => one.outcome == other.outcome,
    }
}

pub(super) fn shown(seen: &Seen) -> String {
    seen.outcome.to_string()
}

/// A thousand calls on one instance: what grows, and what begins only then.
pub(super) async fn thousand(trial: &Trial<'_>, tally: &mut Tally) -> (Answer, Answer) {
    let lifetime = InstancePolicy::Pooled { calls_max: u32::MAX, idle_max: 1 };
    let loaded = match trial.actor.load(Cast { lifetime, ..Cast::default() }).await {
        Ok(loaded) => loaded,
        Err(error) => return (Err(error.to_string()), Err(error.to_string())),
    };
    let (mut growth, mut late) = (Vec::new(), Vec::new());
    let mut is_short = false;
    let mut operations: BTreeSet<&str> = BTreeSet::new();
    for base in &trial.bases {
        if !operations.insert(&base.operation) {
            continue;
        }
        let run = long_run(trial, &loaded, &base.operation, tally).await;
        is_short |= run.calls < CALLS;
        growth.extend(run.growth());
        late.extend(run.change);
    }
    let short = || Err(format!("it is too slow for {CALLS} calls; fewer were made"));
    let growth = if growth.is_empty() && is_short { short() } else { Ok(growth) };
    (growth, Ok(late))
}

/// What a long run showed.
struct LongRun {
    operation: String,
    calls: usize,
    settled: (u64, u64),
    end: (u64, u64),
    change: Option<Draft>,
}

async fn long_run(
    trial: &Trial<'_>,
    loaded: &Loaded,
    operation: &str,
    tally: &mut Tally,
) -> LongRun {
    let mut run = LongRun {
        operation: operation.to_owned(),
        calls: 0,
        settled: (0, 0),
        end: (0, 0),
        change: None,
    };
    let mut burnt = 0_u64;
    // In turns, because a change may not show in the answer to one of them; growth is read off the
    // first alone, because other inputs need other amounts.
    let bases: Vec<&Base> =
        trial.bases.iter().copied().filter(|it| it.operation == operation).collect();
    for (turn, base) in (0..bases.len()).zip(&bases).cycle() {
        if run.calls >= CALLS || burnt >= RUN_FUEL_MAX {
            break;
        }
        let seen = trial.actor.call(loaded, &base.operation, &base.input).await;
        tally.add(&seen);
        run.calls += 1;
        burnt = burnt.saturating_add(seen.usage.fuel.max(1));
        if turn == 0 {
            run.end = (seen.usage.memory_bytes_peak, seen.usage.fuel);
            if run.calls <= SETTLED {
                run.settled = run.end;
            }
        }
        if run.change.is_none()
            && let Some(what) = differs(&base.seen, &seen)
        {
            let (name, number) = (&base.operation, run.calls);
            let message = format!("`{name}` does otherwise after many calls: {what}");
            let detail = format!("call {number}: {}", shown(&seen));
            run.change = Some(Draft::new(message).seen(&base.input, detail));
        }
        if !seen.is_orderly() {
            break;
        }
    }
    run
}

impl LongRun {
    fn growth(&self) -> Vec<Draft> {
        if self.calls <= SETTLED {
            return Vec::new();
        }
        let (name, calls) = (&self.operation, self.calls);
        let mut found = Vec::new();
        let ((bytes, fuel), (bytes_end, fuel_end)) = (self.settled, self.end);
        let allowed = (bytes / 2).clamp(GROWTH_BYTES_MAX, COLLECTED_BYTES_MAX);
        if bytes_end > bytes.saturating_add(allowed) {
            let message = format!("`{name}` keeps growing while it is called again and again");
            let detail = format!("{bytes} bytes after {SETTLED} calls, {bytes_end} after {calls}");
            found.push(Draft::new(message).seen("memory", detail));
        }
        if fuel_end.saturating_mul(100) > fuel.saturating_mul(GROWTH_FUEL_PERCENT_MAX) {
            let message = format!("`{name}` becomes slower while it is called again and again");
            let detail = format!("{fuel} fuel after {SETTLED} calls, {fuel_end} after {calls}");
            found.push(Draft::new(message).seen("fuel", detail));
        }
        found
    }
}

/// Larger inputs: whom it calls must not depend on them.
pub(super) async fn large(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let mut found: Vec<Draft> = Vec::new();
    let loaded = trial.actor.load(Cast::default()).await.map_err(|error| error.to_string())?;
    for base in &trial.bases {
        let longer = LENGTHS.map(|length| {
            (stretched as Resize, length, format!("with a text of {length} letters"))
        });
        let foreign = [(foreign as Resize, 1_024, "with a text of long letters".to_owned())];
        let more =
            COUNTS.map(|count| (widened as Resize, count, format!("with a list of {count} items")));
        for (resize, size, what) in longer.into_iter().chain(foreign).chain(more) {
            let Some(input) = resize(&base.input, size) else { continue };
            let seen = trial.actor.call(&loaded, &base.operation, &input).await;
            tally.add(&seen);
            // A long input may well be refused, or be more than the budget takes; nothing breaks of it.
            let is_broken = matches!(seen.outcome, Outcome::Trapped { .. });
            if (is_broken || seen.outcome.is_returned())
                && let Some(draft) = changed(base, &seen, &what)
                && (is_broken
                    || !is_done_when_small(trial, &loaded, base, resize, &seen, tally).await)
            {
                found.push(draft);
            }
        }
    }
    found.truncate(8);
    Ok(found)
}

/// Whether whom a large input has called is whom inputs of usual sizes call anyway, and the same input calls
/// them when it is small too: a single point is no name to ask for, and three points are one. Where only one
/// of the two holds, its size may be what it waits for.
async fn is_done_when_small(
    trial: &Trial<'_>,
    loaded: &Loaded,
    base: &Base,
    resize: Resize,
    large: &Seen,
    tally: &mut Tally,
) -> bool {
    let wanted = deeds(large);
    let mut usual = trial.bases.iter().filter(|other| other.operation == base.operation);
    if !usual.any(|other| wanted.is_subset(&deeds(&other.seen))) {
        return false;
    }
    for input in SMALL.iter().filter_map(|size| resize(&base.input, *size)) {
        let small = trial.actor.call(loaded, &base.operation, &input).await;
        tally.add(&small);
        if wanted.is_subset(&deeds(&small)) {
            return true;
        }
    }
    false
}

/// Whom a run calls, and with which function. Saying something is no deed.
pub(super) fn deeds(seen: &Seen) -> BTreeSet<(Function, String)> {
    let says = |call: &&HostCall| !matches!(call.function, Function::Log | Function::Progress);
    seen.calls.iter().filter(says).map(HostCall::kind).collect()
}

/// Many calls that find the values which those before them have left: what it keeps must not bring it to
/// call whom it did not call before. Elsewhere each call begins with nothing.
pub(super) async fn kept(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let asked = trial.actor.manifest().permissions();
    let reaches_out = !asked.http.is_empty() || !asked.call.is_empty() || !asked.custom.is_empty();
    if asked.kv.is_none() || !reaches_out || trial.bases.is_empty() {
        return Ok(Vec::new());
    }
    let loaded = trial.actor.load(Cast::default()).await.map_err(|error| error.to_string())?;
    trial.actor.stage.begin(Script::default(), Values::default());
    let (mut whom, mut ways) = (BTreeSet::new(), BTreeSet::new());
    // Whoever has many inputs has each of them in turn before anything is taken for new.
    let known_after = KNOWN_AFTER.max(2 * trial.bases.len());
    for (number, base) in trial.bases.iter().cycle().take(KEPT_CALLS).enumerate() {
        let seen = trial.actor.go_on(&loaded, Invocation::new(&base.operation, &base.input)).await;
        tally.add(&seen);
        for call in seen.calls.iter().filter(|call| call.leaves()) {
            let (is_new_one, is_new_way) =
                (whom.insert(call.kind()), ways.insert(call.way(Moment::Other)));
            if number < known_after || !(is_new_one || is_new_way) {
                continue;
            }
            let how = if is_new_one { "whom" } else { "in a way in which" };
            let weighs = is_new_one || call.may_change();
            let severity = if weighs { Severity::Error } else { Severity::Warning };
            let name = &base.operation;
            let message = format!("`{name}` calls {how} it did not call before, after many calls");
            let detail = format!("call {}: {:?} {}", number + 1, call.function, call.target);
            return Ok(vec![Draft::new(message).severity(severity).seen(&base.input, detail)]);
        }
    }
    let mut found = Vec::new();
    for base in &trial.bases {
        let Some(later) = Later::of(trial, base) else { continue };
        let seen = trial.actor.go_on(&loaded, later.invocation()).await;
        tally.add(&seen);
        found.extend(later.coded(&seen, "after many calls"));
    }
    found.dedup_by(|one: &mut Draft, other| one.message == other.message);
    Ok(found)
}

/// Whom a run calls that the first one did not, and whether it breaks where that one did not.
fn changed(base: &Base, seen: &Seen, when: &str) -> Option<Draft> {
    let (before, after) = (deeds(&base.seen), deeds(seen));
    let name = &base.operation;
    if !seen.is_orderly() {
        let message = format!("`{name}` breaks {when}");
        return Some(Draft::new(message).seen(&base.input, shown(seen)));
    }
    let (function, target) = after.difference(&before).next()?;
    let message = format!("`{name}` calls whom it did not call before, {when}");
    Some(
        Draft::new(message)
            .severity(Severity::Error)
            .seen(&base.input, format!("{function:?} {target}")),
    )
}

/// Several answers to one question.
pub(super) fn together(answers: impl IntoIterator<Item = Answer>) -> Answer {
    let all: Result<Vec<Vec<Draft>>, String> = answers.into_iter().collect();
    Ok(all?.concat())
}
