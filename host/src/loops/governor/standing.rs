//! What is next for one piece of work: something to be done, or something to be waited for.
//!
//! *Never:* two pieces of work at once make releases of one capability.

use std::time::Duration;

use super::{Autonomy, Governance, Wait};
use crate::artifact::Risk;
use crate::examine::{Examination, Verdict};
use crate::registry::{Ending, Lifecycle, Release, State, Until, WantSource, Work};

/// Of what may be spent in a day, so many parts of four go into what requests failed at. The rest waits
/// for a person's wish or a repair, whoever makes however many requests fail.
const GAPS_QUARTERS: u64 = 3;
/// Work that nobody had an idea for and that is looked at again when something new serves.
const REOPENED_MAX: usize = 16;

/// What is next for a piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// This may be done now.
    Do(Deed),
    /// It waits.
    Wait(Wait),
    /// Nothing is next.
    Done,
}

/// Something that the grower does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deed {
    /// Has a draft written and tried.
    Write,
    /// Has the draft examined.
    Examine,
    /// Signs it and keeps it.
    Install,
    /// Lets it spread.
    Spread(Autonomy),
    /// Begins work on what was wrong with it.
    Repair,
    /// Ends the work.
    End(Ending, String),
}

/// What is next for a piece of work.
#[must_use]
pub fn standing(state: &State, work: &Work, governance: &Governance, now: Duration) -> Standing {
    if work.ended.is_some() {
        return Standing::Done;
    }
    let lifecycle = state.lifecycle(work);
    // What serves somebody does not while everything stands still.
    if let (Lifecycle::RollingOut | Lifecycle::Live, Some(stop)) = (lifecycle, &state.stop) {
        return Standing::Wait(Wait::Stop { why: stop.why.clone() });
    }
    // What is over or goes by itself waits for no hour.
    match lifecycle {
        Lifecycle::Ended | Lifecycle::Live => return Standing::Done,
        Lifecycle::RollingOut => return Standing::Wait(Wait::Users { said: said(state, work) }),
        Lifecycle::Revoked => {
            return Standing::Do(Deed::End(
                Ending::Refused,
                "its component was revoked".to_owned(),
            ));
        }
        Lifecycle::RolledBack if work.repaired_by.is_some() => return Standing::Done,
        Lifecycle::Installed if work.has_spread => return Standing::Done,
        Lifecycle::Discovered
        | Lifecycle::Proposed
        | Lifecycle::Examined
        | Lifecycle::AwaitingApproval
        | Lifecycle::Installed
        | Lifecycle::RolledBack => {}
    }
    if let Some(why) = dismissed(state, work) {
        return Standing::Do(Deed::End(Ending::Dropped, format!("its gap was dismissed: {why}")));
    }
    if let Some(wait) = held(state, governance, now) {
        return Standing::Wait(wait);
    }
    match lifecycle {
        Lifecycle::Discovered => unwritten(state, work, governance, now),
        Lifecycle::Proposed => Standing::Do(Deed::Examine),
        Lifecycle::Examined => examined(state, work, governance),
        Lifecycle::AwaitingApproval => awaiting(state, work),
        Lifecycle::Installed => installed(state, work, governance),
        Lifecycle::RolledBack => Standing::Do(Deed::Repair),
        Lifecycle::RollingOut | Lifecycle::Live | Lifecycle::Revoked | Lifecycle::Ended => {
            Standing::Done
        }
    }
}

/// Ended work that is worth another attempt, because something serves that did not when nobody had an
/// idea. Only the last few are looked at, so that whatever begins to serve makes little work.
#[must_use]
pub fn reopened<'a>(state: &'a State, governance: &Governance, now: Duration) -> Option<&'a Work> {
    let is_stuck = |work: &&Work| {
        let gave_up = matches!(work.ended, Some((Ending::GaveUp, _)));
        gave_up && work.proposal.is_none() && matches!(work.until, Some(Until::News { .. }))
    };
    let mut stuck =
        state.growth.works.values().rev().filter(is_stuck).take(REOPENED_MAX).peekable();
    let holds = governance.budget.attempts_max == 0 || held(state, governance, now).is_some();
    if stuck.peek().is_none() || holds {
        return None;
    }
    let now_known = state.known();
    stuck.find(|work| {
        let is_new = matches!(&work.until, Some(Until::News { known, .. }) if *known != now_known);
        let may = autonomy(work, governance, Risk::Safe);
        is_new && may > Autonomy::Observe && dismissed(state, work).is_none()
    })
}

/// Why a person said that the gap of this work is none, where nobody else wants it.
fn dismissed<'a>(state: &'a State, work: &Work) -> Option<&'a str> {
    let of = work.want.gap.filter(|_| work.want.source == WantSource::Gap)?;
    state.dismissed.get(&of.gap).map(String::as_str)
}

/// What holds all work.
fn held(state: &State, governance: &Governance, now: Duration) -> Option<Wait> {
    if let Some(stop) = &state.stop {
        return Some(Wait::Stop { why: stop.why.clone() });
    }
    let left = governance.quiet.iter().filter_map(|hours| hours.left(now)).max()?;
    Some(Wait::Quiet { seconds: left.as_secs() })
}

fn unwritten(state: &State, work: &Work, governance: &Governance, now: Duration) -> Standing {
    let budget = &governance.budget;
    let now_ms = millis(now);
    let may = autonomy(work, governance, Risk::Safe);
    if may == Autonomy::Observe {
        return Standing::Wait(Wait::Person { may });
    }
    if let Some((by, _)) = work.attempt.as_ref().filter(|(_, until)| *until > now_ms) {
        return Standing::Wait(Wait::Attempt { by: by.clone() });
    }
    if let Some(then) = after_attempts(state, work, governance, now_ms) {
        return then;
    }
    if let Some(what) = spent(state, work, governance, now_ms) {
        return Standing::Wait(Wait::Budget { what });
    }
    if let Some(other) = rival(state, work) {
        return Standing::Wait(Wait::Other { work: other });
    }
    let is_under_way =
        |work: &&&Work| work.attempt.as_ref().is_some_and(|(_, until)| *until > now_ms);
    let queue = state.growth.queue();
    let under_way = u32::try_from(queue.iter().filter(is_under_way).count()).unwrap_or(u32::MAX);
    match under_way >= budget.concurrent_max {
        true => Standing::Wait(Wait::Turn { under_way }),
        false => Standing::Do(Deed::Write),
    }
}

/// What the attempts so far make of it; none where another one may be made.
fn after_attempts(
    state: &State,
    work: &Work,
    governance: &Governance,
    now_ms: u64,
) -> Option<Standing> {
    let budget = &governance.budget;
    if budget.attempts_max == 0 {
        let what = "no attempt may be made, as `attempts_max` is 0".to_owned();
        return Some(Standing::Wait(Wait::Budget { what }));
    }
    let told = work.until.as_ref().map(Until::why).or(work.tried.last().map(String::as_str));
    let told = told.unwrap_or("nobody had an idea");
    if let Some(Until::Money { author, micros, .. }) = &work.until {
        let left = budget.day_micros_max.saturating_sub(state.growth.spent_on(now_ms).micros);
        if left < *micros {
            let what = dear(author, *micros, left, budget.day_micros_max);
            return Some(Standing::Wait(Wait::Budget { what: format!("{what}; so far: {told}") }));
        }
    }
    let gave_up = |why: String| Some(Standing::Do(Deed::End(Ending::GaveUp, why)));
    if let Some(Until::News { why, .. }) = &work.until {
        return gave_up(format!("asking again would bring the same: {why}"));
    }
    if work.attempts >= budget.attempts_max {
        return gave_up(format!("{} have brought nothing: {told}", attempts(work.attempts)));
    }
    match &work.until {
        Some(Until::Time { at_ms, why }) if *at_ms > now_ms => {
            let seconds = (at_ms - now_ms).div_ceil(1_000);
            Some(Standing::Wait(Wait::Pause { seconds, until_ms: *at_ms, why: why.clone() }))
        }
        Some(_) | None => None,
    }
}

/// What an author takes that there is not.
fn dear(author: &str, micros: u64, left: u64, most: u64) -> String {
    if micros == u64::MAX {
        return format!("nothing says what asking `{author}` costs");
    }
    format!(
        "`{author}` takes up to {micros} millionths for a wish, and {left} of {most} are left today \
         (`day_micros_max`)"
    )
}

fn attempts(count: u32) -> String {
    if count == 1 { "1 attempt".to_owned() } else { format!("{count} attempts") }
}

/// What of the day's budget is used up.
fn spent(state: &State, work: &Work, governance: &Governance, now_ms: u64) -> Option<String> {
    let (spent, budget) = (state.growth.spent_on(now_ms), &governance.budget);
    let part = |most: u64| match work.want.source {
        WantSource::Gap => most.saturating_mul(GAPS_QUARTERS).div_ceil(4),
        WantSource::Person | WantSource::Discovery | WantSource::Repair | WantSource::Change => {
            most
        }
    };
    let (attempts, attempts_max) =
        (u64::from(spent.attempts), part(budget.day_attempts_max.into()));
    if attempts >= attempts_max {
        return Some(format!("{attempts} attempts of {attempts_max} were made today"));
    }
    let (seconds, seconds_max) = (spent.ms / 1_000, part(budget.day_seconds_max));
    if seconds >= seconds_max {
        return Some(format!("{seconds} seconds of {seconds_max} were worked today"));
    }
    None
}

/// Earlier work that makes a release of the same capability and is not done with it.
fn rival(state: &State, work: &Work) -> Option<u64> {
    let name = work.name()?;
    let is_busy = |other: &&Work| {
        let stands = state.lifecycle(other);
        let makes = other.proposal.is_some() || other.attempt.is_some();
        // What waits for somebody to say what was meant holds up nobody who says it.
        let is_asking = stands == Lifecycle::Examined && other.is_doubted();
        makes
            && !is_asking
            && stands < Lifecycle::Live
            && !(stands == Lifecycle::Installed && other.has_spread)
    };
    let mut others = state.growth.queue().into_iter();
    let other = others.find(|it| it.id != work.id && it.name() == Some(name) && is_busy(it))?;
    Some(other.id)
}

fn examined(state: &State, work: &Work, governance: &Governance) -> Standing {
    let Some(examination) = &work.examination else { return Standing::Do(Deed::Examine) };
    if examination.verdict == Verdict::Blocked {
        let checks: Vec<&str> = examination.blocking.iter().map(|check| check.as_str()).collect();
        let why = format!("its examination is blocked by {}", checks.join(", "));
        return Standing::Do(Deed::End(Ending::Refused, why));
    }
    if is_rejected(state, examination) {
        let why = "a person has rejected it".to_owned();
        return Standing::Do(Deed::End(Ending::Dropped, why));
    }
    if let Some(other) = successor(state, work) {
        let why = format!("work {other} was shown more, and has taken its place");
        return Standing::Do(Deed::End(Ending::Replaced, why));
    }
    let risk = examination.risk.unwrap_or(Risk::Critical);
    let may = autonomy(work, governance, risk);
    if may >= Autonomy::Canary {
        return Standing::Do(Deed::Install);
    }
    let is_for_doubts = governance.autonomy(work.want.source, risk) >= Autonomy::Canary;
    Standing::Wait(match doubts(work).filter(|_| is_for_doubts) {
        Some(doubts) => Wait::Doubt { doubts: doubts.to_vec() },
        None => Wait::Person { may },
    })
}

/// Why a draft may not be what was meant, where there is one and anything speaks against it.
fn doubts(work: &Work) -> Option<&[String]> {
    let doubts = work.proposal.as_ref().map(|proposal| proposal.doubts.as_slice());
    doubts.filter(|doubts| !doubts.is_empty())
}

/// Later work that was shown all of this and is let in, where this one waits for what was meant.
fn successor(state: &State, work: &Work) -> Option<u64> {
    doubts(work)?;
    let name = work.name()?;
    let is_in = |other: &&Work| {
        let stands = state.lifecycle(other);
        let serves = (Lifecycle::Installed..=Lifecycle::Live).contains(&stands);
        serves && other.name() == Some(name) && other.id > work.id && holds(other, work)
    };
    state.growth.works.values().find(is_in).map(|other| other.id)
}

/// Whether later work was shown all that an earlier one was: of one gap more is known each time.
fn holds(later: &Work, work: &Work) -> bool {
    let gap = |work: &Work| work.want.gap.map(|of| of.gap);
    if gap(work).is_some() && gap(work) == gap(later) {
        return true;
    }
    let (old, new) = (&work.want.wish, &later.want.wish);
    old.examples.iter().all(|it| new.examples.contains(it))
        && old.asked.iter().all(|it| new.asked.contains(it))
}

/// A candidate that persons approve needs nobody's word beside theirs.
fn awaiting(state: &State, work: &Work) -> Standing {
    let Some(examination) = &work.examination else { return Standing::Do(Deed::Examine) };
    if is_rejected(state, examination) {
        let why = "a person has rejected it".to_owned();
        return Standing::Do(Deed::End(Ending::Dropped, why));
    }
    let needed = examination.approvals();
    let counted = approvals(state, examination);
    match counted >= needed {
        true => Standing::Do(Deed::Install),
        false => Standing::Wait(Wait::Approvals { counted, needed }),
    }
}

fn installed(state: &State, work: &Work, governance: &Governance) -> Standing {
    let release = work.proposal.as_ref().and_then(|proposal| state.release_of(proposal));
    let Some(release) = release else { return Standing::Done };
    let line = state.lines.get(&release.installed.name);
    if line.is_some_and(|line| line.rollout.is_some()) {
        return Standing::Wait(Wait::Rollout);
    }
    if let Some(why) = &release.reach.suspended {
        return Standing::Do(Deed::End(Ending::Refused, why.clone()));
    }
    Standing::Do(Deed::Spread(spreads(work, governance, release)))
}

/// How far a release goes by itself. A person who let it in has not said that it is promoted.
fn spreads(work: &Work, governance: &Governance, release: &Release) -> Autonomy {
    let risk = release.installed.examination.as_ref().and_then(|examination| examination.risk);
    autonomy(work, governance, risk.unwrap_or(Risk::Critical))
}

fn autonomy(work: &Work, governance: &Governance, risk: Risk) -> Autonomy {
    let may = governance.autonomy(work.want.source, risk);
    let may = if doubts(work).is_some() { may.min(governance.doubtful) } else { may };
    match work.allowed_by.is_some() {
        true => may.max(Autonomy::Canary),
        false => may,
    }
}

fn approvals(state: &State, examination: &Examination) -> usize {
    let words = state.words.get(&examination.component).into_iter().flatten();
    words.filter(|word| word.counts(examination)).count()
}

fn is_rejected(state: &State, examination: &Examination) -> bool {
    let mut words = state.words.get(&examination.component).into_iter().flatten();
    words.any(|word| word.said.decision == crate::examine::Decision::Reject)
}

fn said(state: &State, work: &Work) -> String {
    let line = work.name().and_then(|name| state.lines.get(name));
    let rollout = line.and_then(|line| line.rollout.as_ref());
    let stage = rollout.and_then(|rollout| rollout.stage_now());
    let stage = stage.map(|stage| format!("stage `{}`", stage.name)).unwrap_or_default();
    match rollout.and_then(|rollout| rollout.said.clone()) {
        Some(said) => format!("{stage}: {said}"),
        None => stage,
    }
}

pub(super) fn millis(now: Duration) -> u64 {
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
