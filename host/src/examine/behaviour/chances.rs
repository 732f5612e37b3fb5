//! Other days, other hours, other chances: whom a candidate calls, and in which way, must not hang on them.
//!
//! *Never:* an answer counts, for it may well be of its day; nor what a request says, but where it goes.

use std::collections::BTreeSet;
use std::time::Duration;

use super::course::{deeds, shown};
use super::later::Later;
use super::succession::{Ways, new_way, ways};
use super::{Answer, Trial};
use crate::examine::finding::{Draft, Severity};
use crate::examine::moments;
use crate::examine::sandbox::{Base, Cast, MOMENT, Moment, Seen, Tally};

/// Days on which something might begin: the first of a century and of a year, a leap day, a night, a
/// weekend, the ends of 32 bits, some years on.
const DAYS: [u64; 8] = [
    946_684_800,
    1_767_225_600,
    1_709_208_000,
    1_782_356_400,
    1_790_424_000,
    2_147_483_648,
    1_893_456_000,
    4_102_444_800,
];
const HOUR: u64 = 3_600;
/// Each hour of a day, each day of a week and each month of a year, for one input of each operation.
const HOURS: std::ops::Range<u64> = 1..24;
const WEEK: std::ops::Range<u64> = 1..7;
const MONTHS: std::ops::Range<u64> = 1..12;
const DAYS_OF_A_MONTH: u64 = 30;
/// More of them would say the same again.
const FOUND_MAX: usize = 8;
/// Chances that are tried: what is done once in eight times is missed once in five thousand times.
const SEEDS: std::ops::Range<u64> = 1_000..1_064;

/// Other moments, where it can tell the time.
pub(super) async fn days(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    if !trial.actor.manifest().permissions().clock {
        return Ok(Vec::new());
    }
    // And those that its own code tells of, a second later: whoever waits for one waits until then.
    let told = trial.actor.facts().map(moments::of).unwrap_or_default();
    let told = told.into_iter().map(|moment| moment + 1);
    let mut found = Vec::new();
    let all = planted(trial, &trial.bases);
    for day in DAYS.into_iter().chain(told) {
        let cast = Cast { moment: Duration::from_secs(day), ..Cast::default() };
        let what = format!("on the day {day} seconds after 1970");
        found.extend(on(trial, cast, &all, &what, tally).await?);
    }
    let week = WEEK.map(|day| 24 * day);
    let months = MONTHS.map(|month| 24 * DAYS_OF_A_MONTH * month);
    let first = planted(trial, &first_of_each(&trial.bases));
    for later in HOURS.chain(week).chain(months) {
        let cast = Cast { moment: MOMENT + Duration::from_secs(later * HOUR), ..Cast::default() };
        found.extend(on(trial, cast, &first, &format!("{later} hours later"), tally).await?);
    }
    found.truncate(FOUND_MAX);
    Ok(found)
}

/// Other chances, where it can draw them.
pub(super) async fn seeds(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    if !trial.actor.manifest().permissions().random {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let first = planted(trial, &first_of_each(&trial.bases));
    for seed in SEEDS {
        let cast = Cast { seed, ..Cast::default() };
        found.extend(on(trial, cast, &first, "by chance", tally).await?);
    }
    found.dedup_by(|one, other| one.message == other.message);
    found.truncate(FOUND_MAX);
    Ok(found)
}

/// What is done otherwise where it is loaded so.
async fn on(
    trial: &Trial<'_>,
    cast: Cast,
    bases: &[(&Base, Option<Later<'_>>)],
    when: &str,
    tally: &mut Tally,
) -> Answer {
    let loaded = trial.actor.load(cast).await.map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for (base, later) in bases {
        let seen = trial.actor.call(&loaded, &base.operation, &base.input).await;
        tally.add(&seen);
        found.extend(changed(trial, base, &seen, when));
        if let Some(later) = later {
            let (operation, input) = (&base.operation, later.input());
            let seen = trial.actor.call(&loaded, operation, input).await;
            tally.add(&seen);
            found.extend(later.coded(&seen, when));
        }
    }
    Ok(found)
}

/// Inputs, each with the same once more that has a canary in it.
fn planted<'a>(trial: &Trial<'_>, bases: &[&'a Base]) -> Vec<(&'a Base, Option<Later<'a>>)> {
    bases.iter().map(|base| (*base, Later::of(trial, base))).collect()
}

/// The first input of each operation.
fn first_of_each<'a>(bases: &[&'a Base]) -> Vec<&'a Base> {
    let mut names = BTreeSet::new();
    bases.iter().copied().filter(|base| names.insert(base.operation.as_str())).collect()
}

/// Whom a run calls that the first one did not, or in a way in which no input had it call; and whether it
/// breaks where that one did not.
fn changed(trial: &Trial<'_>, base: &Base, seen: &Seen, when: &str) -> Option<Draft> {
    let name = &base.operation;
    if !seen.is_orderly() {
        let message = format!("`{name}` breaks {when}");
        return Some(Draft::new(message).seen(&base.input, shown(seen)));
    }
    let (before, after) = (deeds(&base.seen), deeds(seen));
    if let Some((function, target)) = after.difference(&before).next() {
        let message = format!("`{name}` calls whom it did not call before, {when}");
        let draft = Draft::new(message).severity(Severity::Error);
        return Some(draft.seen(&base.input, format!("{function:?} {target}")));
    }
    let usual = trial.bases.iter().filter(|other| other.operation == base.operation);
    let usual: Ways = usual.flat_map(|it| ways(&it.seen, Moment::Other)).collect();
    let call = new_way(&usual, seen, Moment::Other)?;
    let severity = if call.may_change() { Severity::Error } else { Severity::Warning };
    let message = format!("`{name}` calls in a way in which it did not call before, {when}");
    let draft = Draft::new(message).severity(severity);
    Some(draft.seen(&base.input, format!("{:?} {}", call.function, call.target)))
}
