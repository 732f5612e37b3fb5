//! What is shown: the registry as its log tells it, beside what running programs tell of their calls.
//!
//! *Never:* figures of a program that is gone pass for those of one that runs.

use std::collections::BTreeMap;
use std::time::Duration;

use engraft::artifact::Moment;
use engraft::model::SystemClock;
use engraft::registry::judge::Decision;
use engraft::registry::{Journal, Line, Op, Record, Rollout, State};
use engraft::traffic::{ReleaseFigures, Standing};
use engraft::{Bystander, Program};
use serde::Serialize;

use crate::shelf::sentence;
use crate::text;
use crate::trouble::{Result, Trouble};

/// Entries that are looked through for decisions: those of some days, in a registry where little
/// happens.
const ENTRIES_READ: u64 = 500;

/// Looks again and again, and knows what it saw before.
pub(super) struct Watcher {
    journal: Journal,
    bystander: Bystander,
    last: usize,
    before: Option<Counted>,
}

/// How many calls there were by a moment.
struct Counted {
    at_ms: u64,
    calls: BTreeMap<(String, String), u64>,
}

/// One look.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct View {
    /// How many entries the log has.
    pub(super) entries: u64,
    /// Why everything stands still, where it does.
    pub(super) stopped: Option<String>,
    pub(super) programs: Vec<ProgramRow>,
    pub(super) releases: Vec<ReleaseRow>,
    pub(super) rollouts: Vec<RolloutRow>,
    /// The latest last.
    pub(super) decisions: Vec<Said>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct ProgramRow {
    pub(super) name: String,
    pub(super) live: bool,
    pub(super) seconds_ago: f64,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(super) struct ReleaseRow {
    pub(super) name: String,
    pub(super) version: String,
    /// What it is to the others of its name, in words.
    pub(super) role: String,
    #[serde(flatten)]
    pub(super) calls: Calls,
}

/// What came of the calls of a release, in all programs that run.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(super) struct Calls {
    pub(super) begun: u64,
    pub(super) ended: u64,
    pub(super) returned: u64,
    pub(super) fallen_back: u64,
    pub(super) per_second: Option<f64>,
    /// Of the slowest program, where there are several.
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct RolloutRow {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) stage: String,
    pub(super) share: String,
    pub(super) paused: bool,
    pub(super) new: Calls,
    pub(super) old: Calls,
    /// Where it stands now, or stood when the steward spoke last.
    pub(super) decision: Option<Decision>,
    /// Whether that is now.
    pub(super) is_now: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Said {
    pub(super) at: String,
    pub(super) words: String,
}

impl Watcher {
    pub(super) const fn new(journal: Journal, bystander: Bystander, last: usize) -> Self {
        Self { journal, bystander, last, before: None }
    }

    /// Looks once.
    pub(super) fn look(&mut self) -> Result<View> {
        self.journal.follow().map_err(|error| Trouble::from(engraft::Error::from(error)))?;
        let programs = self.bystander.programs(&SystemClock).map_err(|error| fault(&error))?;
        let records = self.records()?;
        let state = self.journal.state();
        let mut view = view(&state, self.journal.length(), &programs, &records, self.last);
        self.rates(&mut view, &programs);
        Ok(view)
    }

    fn records(&self) -> Result<Vec<Record>> {
        let from = self.journal.length().saturating_sub(ENTRIES_READ);
        let limit = usize::try_from(ENTRIES_READ).unwrap_or(usize::MAX);
        let entries = self.journal.log().read(from, limit).map_err(|error| fault(&error))?;
        let read = |entry: engraft::store::Entry| {
            serde_json::from_slice(&entry.bytes)
                .map_err(|error| Trouble::corrupt(format!("entry {}: {error}", entry.sequence)))
        };
        entries.into_iter().map(read).collect()
    }

    /// Calls a second since the last look at newer figures.
    fn rates(&mut self, view: &mut View, programs: &[Program]) {
        let at_ms = programs.iter().map(|program| program.figures.at_ms).max().unwrap_or_default();
        let key = |row: &ReleaseRow| (row.name.clone(), row.version.clone());
        let calls: BTreeMap<_, _> =
            view.releases.iter().map(|row| (key(row), row.calls.begun)).collect();
        if let Some(before) = &self.before {
            let seconds = Duration::from_millis(at_ms.saturating_sub(before.at_ms)).as_secs_f64();
            for row in &mut view.releases {
                let begun = before.calls.get(&key(row)).copied().unwrap_or_default();
                row.calls.per_second = rate(row.calls.begun.saturating_sub(begun), seconds);
            }
        }
        // A rate over the time between two figures; the same figures again say nothing new.
        if self.before.as_ref().is_none_or(|before| at_ms > before.at_ms + 2_000) {
            self.before = Some(Counted { at_ms, calls });
        }
    }
}

/// One look, of what was read.
pub(super) fn view(
    state: &State,
    entries: u64,
    programs: &[Program],
    records: &[Record],
    last: usize,
) -> View {
    let live: Vec<&Program> = programs.iter().filter(|program| program.is_live()).collect();
    let mut releases = Vec::new();
    let mut rollouts = Vec::new();
    for (name, line) in &state.lines {
        for version in line.releases.keys().rev() {
            let calls = calls(&live, name.as_str(), version);
            let (version, role) = (version.to_string(), role(state, line, version));
            if role.is_empty() && calls.begun == 0 {
                continue;
            }
            releases.push(ReleaseRow { name: name.to_string(), version, role, calls });
        }
        if let Some(rollout) = &line.rollout {
            let row =
                |version| rollout_row((name.as_str(), version), line, rollout, &live, records);
            rollouts.extend(rollout.versions().map(row));
        }
    }
    let decisions = records.iter().map(said).collect::<Vec<_>>();
    let decisions = decisions.into_iter().rev().take(last).rev().collect();
    let row = |program: &Program| ProgramRow {
        name: text::line(&program.name),
        live: program.is_live(),
        seconds_ago: program.age.as_secs_f64(),
    };
    View {
        entries,
        stopped: state.stop.as_ref().map(|stop| text::line(&stop.why)),
        programs: programs.iter().map(row).collect(),
        releases,
        rollouts,
        decisions,
    }
}

fn rollout_row(
    (name, version): (&str, &semver::Version),
    line: &Line,
    rollout: &Rollout,
    live: &[&Program],
    records: &[Record],
) -> RolloutRow {
    let standings = live.iter().flat_map(|program| &program.figures.rollouts);
    let mut standings =
        standings.filter(|standing| standing.name.as_str() == name && standing.version == *version);
    let now = standings.next().map(|Standing { decision, .. }| decision.clone());
    let is_now = now.is_some();
    let stage = rollout.stage_now();
    let stages = rollout.plan.stages.len();
    let old = line.stable.as_ref().map(|version| calls(live, name, version));
    RolloutRow {
        name: name.to_owned(),
        version: version.to_string(),
        stage: stage.map_or_else(String::new, |stage| {
            format!("{} of {stages}: {}", rollout.stage + 1, text::line(&stage.name))
        }),
        share: share(rollout, version),
        paused: rollout.is_paused,
        new: calls(live, name, version),
        old: old.unwrap_or_default(),
        decision: now.or_else(|| decided(records, name)),
        is_now,
    }
}

/// Who gets a version, in words.
fn share(rollout: &Rollout, version: &semver::Version) -> String {
    let Some(stage) = rollout.stage_now() else { return String::new() };
    let variant = rollout.variants.iter().find(|variant| variant.version == *version);
    match variant {
        Some(variant) => format!("{}, {} of them", stage.share, variant.weight),
        None if rollout.is_shadow() => format!("copies for {}", stage.share),
        None => stage.share.to_string(),
    }
}

/// What the steward said last of a capability.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other op is a judgement")]
fn decided(records: &[Record], of: &str) -> Option<Decision> {
    let latest = records.iter().rev().take_while(|record| {
        let starts = matches!(record.op, Op::RolloutStarted { .. });
        !(starts && record.op.name().is_some_and(|name| name.as_str() == of))
    });
    let mut decisions = latest.filter_map(|record| match &record.op {
        Op::Advanced { name, decision, .. } if name.as_str() == of => decision.clone(),
        Op::Held { name, decision } if name.as_str() == of => Some(decision.clone()),
        _ => None,
    });
    decisions.next().map(|decision| *decision)
}

fn calls(live: &[&Program], name: &str, version: &semver::Version) -> Calls {
    let releases = live.iter().flat_map(|program| &program.figures.releases);
    let ours =
        |release: &&ReleaseFigures| release.name.as_str() == name && release.version == *version;
    releases.filter(ours).fold(Calls::default(), |all, release| Calls {
        begun: all.begun + release.counts.begun,
        ended: all.ended + release.counts.ended(),
        returned: all.returned + release.counts.returned(),
        fallen_back: all.fallen_back + release.counts.fallen_back,
        per_second: None,
        p50_us: all.p50_us.max(release.latency.p50_us),
        p99_us: all.p99_us.max(release.latency.p99_us),
    })
}

fn role(state: &State, line: &Line, version: &semver::Version) -> String {
    let component = line.releases.get(version).map(|release| release.installed.component);
    let known = |digests: &BTreeMap<engraft::model::Digest, String>| {
        component.is_some_and(|component| digests.contains_key(&component))
    };
    if known(&state.revoked) {
        return "revoked".to_owned();
    }
    if known(&state.quarantined) {
        return "rolled back".to_owned();
    }
    if let Some(rollout) = line.rollout.as_ref().filter(|rollout| rollout.has(version)) {
        let what = if rollout.is_shadow() { "shadow" } else { "spreads" };
        return format!("{what}, {}", share(rollout, version));
    }
    let serves = line.stable.as_ref() == Some(version);
    if serves { "serves".to_owned() } else { String::new() }
}

fn said(record: &Record) -> Said {
    let moment = Moment::at(Duration::from_millis(record.at_ms));
    Said { at: moment.to_string(), words: sentence(record) }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is read, not counted with")]
fn rate(calls: u64, seconds: f64) -> Option<f64> {
    (seconds > 0.0).then(|| calls as f64 / seconds)
}

fn fault(error: &engraft::store::LogError) -> Trouble {
    Trouble::fault(error.to_string())
}

// === impl Calls ===

impl Calls {
    /// The share of ended calls that gave an output.
    #[expect(clippy::cast_precision_loss, reason = "a share is read, not counted with")]
    pub(super) fn success(&self) -> Option<f64> {
        (self.ended > 0).then(|| self.returned as f64 / self.ended as f64)
    }

    /// Success in words.
    pub(super) fn success_words(&self) -> String {
        self.success().map_or_else(|| "–".to_owned(), |share| format!("{:.2} %", share * 100.0))
    }

    /// Latencies in words: the usual call, and the slow one.
    pub(super) fn latency_words(&self) -> [String; 2] {
        [self.p50_us, self.p99_us].map(|microseconds| match self.ended {
            0 => "–".to_owned(),
            _ => text::time(Duration::from_secs_f64(microseconds / 1e6)),
        })
    }
}

impl View {
    /// Who runs, in words.
    pub(super) fn programs_in_words(&self) -> String {
        let live = self.programs.iter().filter(|program| program.live).count();
        match (live, self.programs.first()) {
            (1, _) => "1 program runs".to_owned(),
            (2.., _) => format!("{live} programs run"),
            (0, Some(last)) => {
                format!("no program runs; one was seen {:.0} s ago", last.seconds_ago)
            }
            (0, None) => "no program runs".to_owned(),
        }
    }
}

impl RolloutRow {
    /// Evidence against its threshold, in words.
    pub(super) fn evidence_in_words(&self) -> String {
        let Some(decision) = &self.decision else {
            return "nobody has judged it yet".to_owned();
        };
        let when = if self.is_now { "" } else { ", when it was judged last" };
        format!("evidence {:.2} of {:.0}{when}", decision.evidence, decision.threshold)
    }

    /// How near the evidence is to its threshold, from 0 to 1. Evidence grows by factors.
    pub(super) fn nearness(&self) -> f64 {
        let Some(decision) = &self.decision else { return 0.0 };
        let nearness = decision.evidence.max(0.0).ln_1p() / decision.threshold.max(1.0).ln_1p();
        nearness.clamp(0.0, 1.0)
    }

    /// What the judge counted of one arm, in words: the first call of each user.
    pub(super) fn judged_in_words(tally: &engraft::registry::evidence::Tally) -> String {
        let users = text::count(tally.requests);
        format!("{} of {users} users failed", text::count(tally.failures))
    }
}
