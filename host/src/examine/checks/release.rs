//! What a release can do that the one before could not, and what it no longer does.
//!
//! *Never:* a difference is excused by its size.

mod schemas;

use crate::examine::finding::{Draft, Severity};
use crate::examine::subject::Subject;
use crate::model::{Budget, FileRule, Permissions};
use schemas::{Weight, changes};

/// Each single thing that is new. [`Permissions::beyond`] names the first; what it names is taken as
/// covered, and it is asked again for the next.
pub(super) fn permissions(subject: &Subject<'_>) -> Vec<Draft> {
    let (Some(before), Some(now)) = (subject.before, subject.manifest) else { return Vec::new() };
    let old = before.permissions();
    let single = singles(now.permissions());
    single
        .iter()
        .filter_map(|asked| asked.beyond(old))
        .map(|what| {
            let version = &before.version;
            Draft::new(format!("it asks for {what}, and version {version} did not"))
                .seen("permissions", what)
        })
        .collect()
}

/// Each thing asked for, as a set of its own.
fn singles(all: &Permissions) -> Vec<Permissions> {
    let none = Permissions::default;
    let mut single = vec![
        Permissions { log: all.log, ..none() },
        Permissions { clock: all.clock, ..none() },
        Permissions { random: all.random, ..none() },
        Permissions { progress: all.progress, ..none() },
        Permissions { kv: all.kv, ..none() },
    ];
    single.extend(all.http.iter().map(|rule| Permissions { http: vec![rule.clone()], ..none() }));
    single.extend(
        all.secrets.iter().map(|rule| Permissions { secrets: vec![rule.clone()], ..none() }),
    );
    single.extend(all.call.iter().map(|name| Permissions { call: vec![name.clone()], ..none() }));
    single
        .extend(all.config.iter().map(|name| Permissions { config: vec![name.clone()], ..none() }));
    single.extend(all.env.iter().map(|name| Permissions { env: vec![name.clone()], ..none() }));
    single
        .extend(all.custom.iter().map(|name| Permissions { custom: vec![name.clone()], ..none() }));
    let file = |rule: &FileRule| Permissions { files: vec![rule.clone()], ..none() };
    single.extend(all.files.iter().map(file));
    single
}

pub(super) fn operations(subject: &Subject<'_>) -> Vec<Draft> {
    let (Some(before), Some(now)) = (subject.before, subject.manifest) else { return Vec::new() };
    // A new major version says itself that callers have to look.
    let is_breaking = now.version.major > before.version.major
        || (now.version.major == 0 && now.version.minor > before.version.minor);
    let severity = |weight: Weight| match weight {
        Weight::Breaks if !is_breaking => Severity::Error,
        Weight::Unclear if !is_breaking => Severity::Warning,
        Weight::Breaks | Weight::Unclear | Weight::Adds => Severity::Note,
    };
    let mut found = Vec::new();
    for old in &before.description.operations {
        let (name, version) = (&old.name, &before.version);
        let Some(new) = now.description.operation(name) else {
            let what = format!("it no longer has `{name}`, which version {version} had");
            let draft = Draft::new(what).severity(severity(Weight::Breaks));
            found.push(draft.seen("operations", name));
            continue;
        };
        let changes = changes(old, new);
        for (weight, how) in [
            (Weight::Breaks, "breaks callers of"),
            (Weight::Unclear, "may not fit callers of"),
            (Weight::Adds, "has more than in"),
        ] {
            let of_weight = changes.iter().filter(|change| change.weight == weight);
            let draft = of_weight.fold(None::<Draft>, |draft, change| {
                let begin = || Draft::new(format!("`{name}` {how} version {version}"));
                Some(draft.unwrap_or_else(begin).seen(&change.place, &change.what))
            });
            found.extend(draft.map(|draft| draft.severity(severity(weight))));
        }
    }
    found
}

pub(super) fn limits(subject: &Subject<'_>) -> Vec<Draft> {
    let (Some(before), Some(now)) = (subject.before, subject.manifest) else { return Vec::new() };
    let (old, new) = (figures(&before.budget), figures(&now.budget));
    let pairs = old.into_iter().zip(new);
    pairs
        .filter(|((_, old), (_, new))| new > old)
        .map(|((name, old), (_, new))| {
            let what = format!("its `{name}` grew from {old} to {new}");
            Draft::new(what).seen("budget", name)
        })
        .collect()
}

fn figures(budget: &Budget) -> [(&'static str, u64); 12] {
    let milliseconds = u64::try_from(budget.deadline.as_millis()).unwrap_or(u64::MAX);
    [
        ("fuel", budget.fuel),
        ("deadline_ms", milliseconds),
        ("memory_bytes", budget.memory_bytes),
        ("table_elements", budget.table_elements),
        ("instances", budget.instances.into()),
        ("host_calls", budget.host_calls),
        ("log_bytes", budget.log_bytes),
        ("input_bytes", budget.input_bytes),
        ("output_bytes", budget.output_bytes),
        ("http_bytes", budget.http_bytes),
        ("call_depth", budget.call_depth.into()),
        ("concurrent_calls", budget.concurrent_calls.into()),
    ]
}

pub(super) fn order(subject: &Subject<'_>) -> Vec<Draft> {
    let (Some(before), Some(now)) = (subject.before, subject.manifest) else { return Vec::new() };
    if before.name() != now.name() {
        let what = format!("it is `{}`, and the release before is `{}`", now.name(), before.name());
        return vec![Draft::new(what)];
    }
    let same = before.version == now.version && before.sequence == now.sequence;
    let mut found = Vec::new();
    if now.version < before.version {
        let what = format!("its version {} is lower than {}", now.version, before.version);
        found.push(Draft::new(what));
    }
    if now.sequence <= before.sequence && !same {
        let what = format!("its sequence {} does not come after {}", now.sequence, before.sequence);
        found.push(Draft::new(what));
    }
    found
}
