//! What a candidate tries, and what of its inputs, settings and values comes out where.
//!
//! An input that goes to a host that was asked for is what requests are for, and only noted. The same
//! in other letters is hidden from whoever looks, and nothing honest does that.
//!
//! *Never:* what the manifest asks for is taken from anything but the manifest.

use super::canary::{Canary, Form};
use super::planting::{self, Planted};
use super::{Answer, Trial};
use serde_json::Value;

use crate::engine::{InstancePolicy, Invocation, Loaded};
use crate::examine::finding::{Draft, Severity};
use crate::examine::sandbox::{
    Allows, Base, Cast, Function, HostCall, Script, Seen, Tally, Values, spoken,
};
use crate::model::phrases::images;
use crate::model::{Change, HttpRule, KvQuota, Permissions, Transaction};

/// Everything is allowed here; what the manifest asks for is held against it afterwards.
pub(super) async fn beyond(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let cast = Cast { allows: Allows::Everything, ..Cast::default() };
    let loaded = trial.actor.load(cast).await.map_err(|error| error.to_string())?;
    let asked = trial.actor.manifest().permissions();
    let mut found: Vec<Draft> = Vec::new();
    for base in &trial.bases {
        let script = Script { any_config: Some("yes".to_owned()), ..Script::default() };
        let seen = trial
            .actor
            .call_with(&loaded, &base.operation, &base.input, script, Values::default())
            .await;
        tally.add(&seen);
        for call in &seen.calls {
            if let Some(what) = excess(call, asked) {
                let message = format!("it tries what it does not ask for: {what}");
                let draft = Draft::new(message).seen(&base.operation, &base.input);
                if !found.iter().any(|known| known.message == draft.message) {
                    found.push(draft);
                }
            }
        }
    }
    Ok(found)
}

/// What of a call the permissions do not cover.
fn excess(call: &HostCall, asked: &Permissions) -> Option<String> {
    match call.function {
        Function::Http => {
            let url = url::Url::parse(&call.target).ok()?;
            let method = call.beside.iter().find(|(name, _)| name == "method");
            let method = method.map(|(_, value)| value.as_str()).unwrap_or_default();
            let host = url.host_str().unwrap_or_default();
            let default = if url.scheme() == "http" { 80 } else { 443 };
            let port = url.port().unwrap_or(default);
            // A slash in a value comes encoded, and is refused by the engine for what it could
            // mean; what is tried is a request to the place that was asked for.
            let path = url.path().replace("%2F", "_").replace("%2f", "_");
            let path = path.replace("%5C", "_").replace("%5c", "_");
            let allows = |rule: &HttpRule| rule.allows(method, host, port, default, &path);
            let allowed = asked.http.iter().any(allows);
            (!allowed).then(|| format!("{method} {host}{}", url.path()))
        }
        Function::Call => {
            let allowed = asked.call.iter().any(|names| names.matches(&call.target));
            (!allowed).then(|| format!("a call of {}", call.target))
        }
        Function::Config => {
            let allowed = asked.config.iter().any(|names| names.matches(&call.target));
            (!allowed).then(|| format!("the setting {}", call.target))
        }
        // What may be asked of the program is decided by what is imported.
        Function::Own
        | Function::Log
        | Function::Progress
        | Function::KvRead
        | Function::KvWrite => None,
    }
}

/// What one user says must not come out for the next one who gets the same instance. Values of `kv`
/// belong to the capability and are taken away in between: only the instance itself is looked at.
pub(super) async fn isolation(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let lifetime = InstancePolicy::Pooled { calls_max: 10_000, idle_max: 1 };
    let loaded = trial
        .actor
        .load(Cast { lifetime, ..Cast::default() })
        .await
        .map_err(|error| error.to_string())?;
    let canary = Canary::of("what the first user said");
    let mut found = Vec::new();
    for base in trial.bases.iter().copied() {
        let Some(Planted { input: first, canary }) =
            planting::everywhere(&base.input, schema(trial, base), &canary)
        else {
            continue;
        };
        // The same twice; and right behind it whatever else can be asked, for one operation may keep what
        // another one tells.
        let others = others(trial, base).into_iter().map(|other| vec![other]);
        for turn in std::iter::once(vec![base, base]).chain(others) {
            tally.add(&trial.actor.call(&loaded, &base.operation, &first).await);
            if let Some(next) = leaking(trial, &loaded, &turn, &canary, tally).await {
                let message = "what one user said comes out for the next one";
                let place = format!("`{}`, then `{}`", base.operation, next.operation);
                found.push(Draft::new(message).seen(place, &next.input));
                break;
            }
        }
    }
    Ok(found)
}

/// The first of these calls that says what was planted before.
async fn leaking<'a>(
    trial: &Trial<'_>,
    loaded: &Loaded,
    turn: &[&'a Base],
    canary: &Canary,
    tally: &mut Tally,
) -> Option<&'a Base> {
    for next in turn {
        let seen = trial.actor.call(loaded, &next.operation, &next.input).await;
        tally.add(&seen);
        if says(&seen, canary) {
            return Some(*next);
        }
    }
    None
}

/// One input of each other operation.
fn others<'a>(trial: &'a Trial<'_>, base: &'a Base) -> Vec<&'a Base> {
    let mut others: Vec<&Base> = Vec::new();
    for other in &trial.bases {
        let is_known = others.iter().any(|known| known.operation == other.operation);
        if other.operation != base.operation && !is_known {
            others.push(other);
        }
    }
    others
}

/// Whether an answer, or anything that goes out, holds a canary in any form.
fn says(seen: &Seen, canary: &Canary) -> bool {
    let output = seen.output().unwrap_or_default().as_bytes().to_vec();
    let said = seen.calls.iter().map(HostCall::outgoing).chain([output]);
    said.into_iter().any(|bytes| canary.find(&bytes).is_some())
}

/// Where inputs, settings and values come out.
pub(super) async fn leak(trial: &Trial<'_>, tally: &mut Tally) -> Answer {
    let loaded = trial.actor.load(Cast::default()).await.map_err(|error| error.to_string())?;
    let planted = Canaries::default();
    let mut found: Vec<Draft> = Vec::new();
    for base in &trial.bases {
        for haunted in haunted_calls(trial, &loaded, base, &planted, tally).await {
            let Haunted { seen, canaries, .. } = &haunted;
            if seen.calls.len() > 1 {
                let other = haunted_again(trial, &loaded, base, &haunted, tally).await;
                found.extend(in_pieces(seen, &other, canaries.each()));
            }
            found.extend(going_out(base, seen, canaries));
        }
    }
    found.dedup_by(|one, other| one.message == other.message);
    Ok(found)
}

/// What of one run holds a canary that it should not.
fn going_out(base: &Base, seen: &Seen, canaries: &Canaries) -> Vec<Draft> {
    let mut found = Vec::new();
    for call in &seen.calls {
        let bytes = call.outgoing();
        for (canary, what) in canaries.each().into_iter().zip(PLANTED) {
            let Some(form) = canary.find(&bytes) else { continue };
            found.extend(told(call, what, form).map(|it| it.seen(&base.operation, &call.target)));
        }
    }
    let output = seen.output().unwrap_or_default();
    found.extend(shown(base, &spoken(output), canaries));
    if let Some(form) = canaries.set.find(output.as_bytes()) {
        let severity = if form == Form::Plain { Severity::Note } else { Severity::Error };
        let message = format!("a setting comes out in its output {}", words(form));
        found.push(Draft::new(message).severity(severity).seen(&base.operation, output));
    }
    found
}

/// What goes out by images, which whoever shows the output fetches. Openly, that is what one of a chart or of
/// a map is for.
fn shown(base: &Base, output: &str, canaries: &Canaries) -> Vec<Draft> {
    let mut found = Vec::new();
    for address in images(output) {
        for (canary, what) in canaries.each().into_iter().zip(PLANTED) {
            let Some(form) = canary.find(address.as_bytes()) else { continue };
            let severity = if form == Form::Plain { Severity::Warning } else { Severity::Error };
            let message = format!("{what} goes out by an image in its output {}", words(form));
            let draft = Draft::new(message).severity(severity);
            found.push(draft.seen(&base.operation, address));
        }
    }
    found
}

/// What is planted where.
struct Canaries {
    said: Canary,
    set: Canary,
    kept: Canary,
}

impl Default for Canaries {
    fn default() -> Self {
        let (said, set, kept) = ("an input", "a setting", "a value");
        Self { said: Canary::of(said), set: Canary::of(set), kept: Canary::of(kept) }
    }
}

impl Canaries {
    /// In the order of [`PLANTED`].
    const fn each(&self) -> [&Canary; 3] {
        [&self.said, &self.set, &self.kept]
    }

    fn siblings(&self) -> Self {
        let Self { said, set, kept } = self;
        Self { said: said.sibling(), set: set.sibling(), kept: kept.sibling() }
    }
}

/// A call with canaries in everything that it can see.
struct Haunted {
    seen: Seen,
    input: String,
    canaries: Canaries,
}

/// With canaries in all texts of the input; and where that is refused, in one after the other.
async fn haunted_calls(
    trial: &Trial<'_>,
    loaded: &Loaded,
    base: &Base,
    planted: &Canaries,
    tally: &mut Tally,
) -> Vec<Haunted> {
    let schema = schema(trial, base);
    let everywhere = planting::everywhere(&base.input, schema, &planted.said);
    let first = haunted(trial, loaded, base, planted, everywhere).await;
    tally.add(&first.seen);
    if first.seen.outcome.is_returned() {
        return vec![first];
    }
    let mut all = vec![first];
    for one in planting::one_by_one(&base.input, schema, &planted.said) {
        let next = haunted(trial, loaded, base, planted, Some(one)).await;
        tally.add(&next.seen);
        all.push(next);
    }
    all
}

/// A call where input, settings and values have a canary in them each.
async fn haunted(
    trial: &Trial<'_>,
    loaded: &Loaded,
    base: &Base,
    planted: &Canaries,
    input: Option<Planted>,
) -> Haunted {
    let Canaries { said, set, kept } = planted;
    let (input, said) = match input {
        Some(Planted { input, canary }) => (input, canary),
        None => (base.input.clone(), said.clone()),
    };
    let canaries = Canaries { said, set: set.clone(), kept: kept.clone() };
    let seen = run_haunted(trial, loaded, base, &input, &canaries).await;
    Haunted { seen, input, canaries }
}

/// The same with the siblings of all canaries in their places.
async fn haunted_again(
    trial: &Trial<'_>,
    loaded: &Loaded,
    base: &Base,
    haunted: &Haunted,
    tally: &mut Tally,
) -> Seen {
    let siblings = haunted.canaries.siblings();
    // Where a canary is longer than what is looked for of it, the rest stays, and is alike in both.
    let (word, sibling) = (haunted.canaries.said.as_str(), siblings.said.as_str());
    let input = haunted.input.replace(word, sibling);
    let input = input.replace(&word.to_uppercase(), &sibling.to_uppercase());
    let seen = run_haunted(trial, loaded, base, &input, &siblings).await;
    tally.add(&seen);
    seen
}

async fn run_haunted(
    trial: &Trial<'_>,
    loaded: &Loaded,
    base: &Base,
    input: &str,
    canaries: &Canaries,
) -> Seen {
    let any_config = Some(canaries.set.as_str().to_owned());
    let script = Script { any_config, ..Script::default() };
    // Values that the candidate itself has written, with a canary in each of them.
    let values = haunted_values(trial, loaded, &base.operation, input, &canaries.kept).await;
    trial.actor.call_with(loaded, &base.operation, input, script, values).await
}

/// What an operation says of its inputs.
fn schema<'a>(trial: &'a Trial<'_>, base: &Base) -> &'a Value {
    let operation = trial.actor.manifest().description.operation(&base.operation);
    operation.map_or(&Value::Null, |operation| &operation.input_schema)
}

/// What goes out in so many calls that none of them has it whole.
fn in_pieces(seen: &Seen, other: &Seen, canaries: [&Canary; 3]) -> Vec<Draft> {
    let mut found = Vec::new();
    for function in [Function::Http, Function::Call, Function::Own, Function::Log] {
        let of = |seen: &Seen| -> Vec<Vec<u8>> {
            let calls = seen.calls.iter().filter(|call| call.function == function);
            calls.map(HostCall::outgoing).collect()
        };
        let (calls, others) = (of(seen), of(other));
        for (canary, what) in canaries.into_iter().zip(PLANTED) {
            // Whole in one of them, it is told of there.
            if calls.iter().any(|bytes| canary.find(bytes).is_some()) {
                continue;
            }
            let form = canary.find_in_pieces(&calls, &others);
            let call = seen.calls.iter().find(|call| call.function == function);
            if let (Some(form), Some(call)) = (form, call) {
                found.extend(told(call, what, form));
            }
        }
    }
    found
}

/// What canaries are planted in.
const PLANTED: [&str; 3] = ["its input", "a setting", "a value"];

/// How a canary in a call is to be taken.
fn told(call: &HostCall, what: &str, form: Form) -> Option<Draft> {
    let goes_out = match call.function {
        Function::Http => "goes out in a request",
        Function::Call => "goes to another capability",
        Function::Own => "goes to the program",
        Function::Log => "goes into the log",
        Function::Progress => "goes into its progress",
        Function::KvWrite | Function::KvRead | Function::Config => return None,
    };
    let severity = match (form, call.function, what) {
        (Form::Coded(_), ..) => Severity::Error,
        // What was kept for one user goes out in the request of another.
        (Form::Plain, Function::Http, "a value") => Severity::Warning,
        (Form::Plain, ..) => Severity::Note,
    };
    let message = format!("{what} {goes_out} {}", words(form));
    Some(Draft::new(message).severity(severity))
}

const fn words(form: Form) -> &'static str {
    match form {
        Form::Plain => "as it is",
        Form::Coded(how) => how,
    }
}

/// The values that a call leaves behind, each with a canary in it where it is text.
async fn haunted_values(
    trial: &Trial<'_>,
    loaded: &Loaded,
    operation: &str,
    input: &str,
    canary: &Canary,
) -> Values {
    trial.actor.stage.begin(Script::default(), Values::default());
    trial.actor.go_on(loaded, Invocation::new(operation, input)).await;
    let mut values = trial.actor.stage.values();
    let changes: Vec<Change> = values
        .texts()
        .map(|(key, text)| Change::Set(key.to_owned(), planting::kept(text, canary).into()))
        .collect();
    let quota = KvQuota { bytes: u64::MAX, keys: u32::MAX };
    let transaction = Transaction { expectations: Vec::new(), changes, quota };
    // Nothing is expected of them, so that nothing refuses them.
    drop(values.apply(&transaction));
    values
}
