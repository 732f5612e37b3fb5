//! What level `standard` asks: does it load, does it say what its manifest says, do its examples and
//! its own checks hold, does it bear inputs that fit and inputs that do not.
//!
//! *Never:* an answer that a script has given counts for or against what an example says.

use serde_json::Value;

use super::actor::{Actor, Cast, Seen};
use super::cases::cases;
use super::{Base, Function, Tally, guesses};
use crate::artifact::Manifest;
use crate::engine::{ComponentKind, Engine, InstancePolicy, Loaded};
use crate::examine::catalogue::CheckId;
use crate::examine::checks::text::{leaking_image, slipped_in};
use crate::examine::conform::{mismatch, same};
use crate::examine::finding::{Draft, Severity};
use crate::examine::notes::Notes;
use crate::examine::place::Place;
use crate::model::letters::plain;
use crate::model::{Description, Operation, Outcome};

/// Operations that are tried; the largest reflected interfaces have more, and are alike.
const OPERATIONS_MAX: usize = 24;

/// Tries a loaded candidate, and gives the inputs that it took.
pub(super) async fn run(
    actor: &Actor<'_>,
    loaded: &Loaded,
    notes: &mut Notes<'_>,
    tally: &mut Tally,
) -> Vec<Base> {
    let manifest = actor.manifest();
    description(actor, notes).await;
    self_test(actor, loaded, notes, tally).await;
    let mut bases = Vec::new();
    let mut drafts = Drafts::default();
    for operation in manifest.description.operations.iter().take(OPERATIONS_MAX) {
        examples(actor, loaded, operation, &mut drafts, tally, &mut bases).await;
        generated(actor, loaded, operation, &mut drafts, tally, &mut bases).await;
        answered(actor, loaded, operation, &mut drafts, tally, &mut bases).await;
    }
    instantiation(actor, &bases, notes, tally).await;
    notes.found(CheckId::EXAMPLES, drafts.examples);
    if drafts.scripted_examples > 0 {
        let because = format!("{} examples need answers from outside", drafts.scripted_examples);
        notes.inconclusive(CheckId::EXAMPLES, because);
    }
    notes.found(CheckId::CASES, drafts.cases);
    if let Some(because) = not_run(manifest) {
        notes.inconclusive(CheckId::CASES, because);
    }
    notes.found(CheckId::INVALID_INPUT, drafts.invalid);
    notes.found(CheckId::OUTPUT_SCHEMA, drafts.outputs);
    notes.found(CheckId::OUTPUT_TEXT, drafts.texts);
    bases
}

/// What to say of operations beyond those that are tried: nobody can say that they passed.
pub(in crate::examine) fn not_run(manifest: &Manifest) -> Option<String> {
    let mut beyond = manifest.description.operations.iter().skip(OPERATIONS_MAX);
    let first = &beyond.next()?.name;
    Some(format!("`{first}` and {} more operations were not run", beyond.count()))
}

#[derive(Default)]
struct Drafts {
    examples: Vec<Draft>,
    scripted_examples: usize,
    cases: Vec<Draft>,
    invalid: Vec<Draft>,
    outputs: Vec<Draft>,
    texts: Vec<Draft>,
}

/// Holds what a component of the contract says of itself against its manifest.
async fn description(actor: &Actor<'_>, notes: &mut Notes<'_>) {
    let manifest = actor.manifest();
    let kind = Engine::inspect(&actor.component()).map(|inspection| inspection.kind);
    if !matches!(kind, Ok(ComponentKind::Contract)) {
        // Of any other component reflection tells, and a manifest may well tell more.
        return notes.found(CheckId::DESCRIPTION, Vec::new());
    }
    let said = match actor.describe().await {
        Ok(said) => said,
        Err(error) => {
            let draft =
                Draft::new("it does not say what it is").seen("`describe`", error.to_string());
            return notes.found(CheckId::DESCRIPTION, vec![draft]);
        }
    };
    notes.found(CheckId::DESCRIPTION, differences(&said, &manifest.description));
}

fn differences(said: &Description, signed: &Description) -> Vec<Draft> {
    let mut found = Vec::new();
    if let Some(what) = said.permissions.beyond(&signed.permissions) {
        let message = format!("it says that it needs {what}, and its manifest does not");
        found.push(Draft::new(message).seen("permissions", what));
    }
    for operation in &signed.operations {
        let name = &operation.name;
        let Some(own) = said.operation(name) else {
            let message = format!("its manifest has `{name}`, and it says nothing of that");
            found.push(Draft::new(message).seen("operations", name));
            continue;
        };
        if own.input_schema != operation.input_schema
            || own.output_schema != operation.output_schema
        {
            let message = format!("the schemas of `{name}` are not those that it tells");
            found.push(Draft::new(message).severity(Severity::Warning).seen("operations", name));
        }
    }
    found
}

async fn self_test(actor: &Actor<'_>, loaded: &Loaded, notes: &mut Notes<'_>, tally: &mut Tally) {
    if !loaded.is_self_testing() {
        return notes.inconclusive(CheckId::SELF_TEST, "it has no checks of itself");
    }
    let (checks, seen) = actor.self_test(loaded).await;
    tally.add(&seen);
    let mut found = Vec::new();
    if !seen.outcome.is_returned() {
        let why = seen.outcome.to_string();
        found.push(
            Draft::new("its checks of itself did not come to an end").seen("`self-test`", why),
        );
    }
    for check in &checks {
        if let Some(problem) = &check.problem {
            let message = format!("its own check `{}` does not hold", check.name);
            found.push(Draft::new(message).seen("`self-test`", problem));
        }
    }
    // Whoever offers checks and makes none says of itself what is not so.
    if checks.is_empty() && found.is_empty() {
        let draft = Draft::new("it offers checks of itself, and makes none of them");
        found.push(draft.severity(Severity::Warning).seen("`self-test`", "no check"));
    }
    notes.found(CheckId::SELF_TEST, found);
}

async fn examples(
    actor: &Actor<'_>,
    loaded: &Loaded,
    operation: &Operation,
    drafts: &mut Drafts,
    tally: &mut Tally,
    bases: &mut Vec<Base>,
) {
    let name = &operation.name;
    for example in &operation.examples {
        let input = example.input.to_string();
        if let Some(why) = mismatch(&operation.input_schema, &example.input) {
            let draft = Draft::new(format!("an example of `{name}` does not fit its input schema"));
            drafts.examples.push(draft.severity(Severity::Warning).seen(&input, why));
        }
        let seen = actor.call(loaded, name, &input).await;
        tally.add(&seen);
        let problem = match (seen.output(), &example.output) {
            (Some(output), Some(wanted)) => match serde_json::from_str::<Value>(output) {
                Ok(given) if same(&given, wanted) => None,
                Ok(given) => Some(format!("it gave {given}, not {wanted}")),
                Err(_) => Some(format!("it gave what is not JSON: {output}")),
            },
            (Some(_), None) => None,
            (None, _) => Some(seen.outcome.to_string()),
        };
        match problem {
            None => note_output(operation, &seen, drafts),
            Some(_) if seen.is_scripted() && seen.is_orderly() => drafts.scripted_examples += 1,
            Some(why) => {
                let draft = Draft::new(format!("an example of `{name}` does not hold"));
                drafts.examples.push(draft.seen(&input, why));
            }
        }
        note_texts(operation, &input, &seen, drafts);
        bases.push(Base { operation: name.clone(), input, seen });
    }
}

async fn generated(
    actor: &Actor<'_>,
    loaded: &Loaded,
    operation: &Operation,
    drafts: &mut Drafts,
    tally: &mut Tally,
    bases: &mut Vec<Base>,
) {
    let name = &operation.name;
    let cases = cases(&operation.input_schema);
    for input in cases.valid {
        let input = input.to_string();
        let seen = actor.call(loaded, name, &input).await;
        tally.add(&seen);
        if !seen.is_orderly() {
            let draft = Draft::new(format!("`{name}` breaks on an input that fits its schema"));
            drafts.cases.push(draft.seen(&input, seen.outcome.to_string()));
        }
        note_output(operation, &seen, drafts);
        note_texts(operation, &input, &seen, drafts);
        bases.push(Base { operation: name.clone(), input, seen });
    }
    for input in cases.invalid {
        let input = input.to_string();
        let seen = actor.call(loaded, name, &input).await;
        tally.add(&seen);
        if !seen.is_orderly() {
            let draft = Draft::new(format!("`{name}` breaks on an input that does not fit"));
            drafts.invalid.push(draft.seen(&input, seen.outcome.to_string()));
        }
        note_texts(operation, &input, &seen, drafts);
    }
}

/// Where nothing was answered: the same again with what it may want to hear from outside. What comes of made
/// up answers says nothing of outputs; it only shows what else is done.
async fn answered(
    actor: &Actor<'_>,
    loaded: &Loaded,
    operation: &Operation,
    drafts: &mut Drafts,
    tally: &mut Tally,
    bases: &mut [Base],
) {
    let own = || bases.iter().filter(|base| base.operation == operation.name);
    if own().any(|base| base.seen.outcome.is_returned()) {
        return;
    }
    let asked: Vec<&Base> = own().collect();
    if !guesses::find(actor, loaded, &asked, tally).await {
        return;
    }
    for base in bases.iter_mut().filter(|base| base.operation == operation.name) {
        base.seen = actor.call(loaded, &base.operation, &base.input).await;
        tally.add(&base.seen);
        note_texts(operation, &base.input, &base.seen, drafts);
    }
}

fn note_output(operation: &Operation, seen: &Seen, drafts: &mut Drafts) {
    let Outcome::Returned(output) = &seen.outcome else { return };
    let problem = match serde_json::from_str::<Value>(output.as_str()) {
        Ok(value) => mismatch(&operation.output_schema, &value),
        Err(error) => Some(format!("it is not JSON: {error}")),
    };
    if let Some(why) = problem {
        let draft =
            Draft::new(format!("an output of `{}` does not fit its schema", operation.name));
        drafts.outputs.push(draft.seen(output.as_str(), why));
    }
}

/// Everything that is said in a run and that a language model may come to read: the output, a refusal, log
/// lines and progress.
fn note_texts(operation: &Operation, input: &str, seen: &Seen, drafts: &mut Drafts) {
    let name = &operation.name;
    let mut said: Vec<(&str, String)> = Vec::new();
    if let Outcome::Returned(output) = &seen.outcome {
        said.push(("an output", spoken(output.as_str())));
    }
    if let Outcome::Refused(failure) = &seen.outcome {
        said.push(("a refusal", failure.facts().message.clone()));
    }
    for call in &seen.calls {
        let what = match call.function {
            Function::Log => "a log line",
            Function::Progress => "its progress",
            Function::Config
            | Function::KvRead
            | Function::KvWrite
            | Function::Http
            | Function::Call
            | Function::Own => continue,
        };
        let message = String::from_utf8_lossy(&call.payload);
        let fields = call.beside.iter().flat_map(|(name, value)| [name.as_str(), value]);
        let all: Vec<&str> = std::iter::once(&*message).chain(fields).collect();
        said.push((what, all.join("\n")));
    }
    let heard = spoken(input);
    for (what, text) in said {
        if let Some(orders) = slipped_in(&text, &heard) {
            let draft = Draft::new(format!("{what} of `{name}` gives a language model orders"));
            drafts.texts.push(draft.seen(input, orders));
        }
        // One of a chart or of a map names what it shows; whoever reads the report knows which it is.
        if let Some(image) = leaking_image(&plain(&text), Some(&plain(&heard))) {
            let message = format!("{what} of `{name}` has an image that may carry something away");
            let draft = Draft::new(message).severity(Severity::Warning);
            drafts.texts.push(draft.seen(input, image));
        }
    }
}

/// Escapes are for JSON; whoever reads it reads what they stand for.
pub(in crate::examine) fn spoken(json: &str) -> String {
    serde_json::from_str::<Value>(json).map_or_else(|_| json.to_owned(), |value| words(&value))
}

/// All texts of a value and all names in it, one after the other.
fn words(value: &Value) -> String {
    let (mut words, mut left) = (String::new(), vec![value]);
    let mut say = |text: &str| {
        words.push_str(text);
        words.push('\n');
    };
    while let Some(value) = left.pop() {
        match value {
            Value::String(text) => say(text),
            Value::Array(items) => left.extend(items.iter().rev()),
            Value::Object(members) => {
                members.keys().for_each(|name| say(name));
                left.extend(members.values().rev());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    words
}

/// What an instance burns before its first call does anything: the first call on it against the
/// second, which finds it made.
async fn instantiation(
    actor: &Actor<'_>,
    bases: &[Base],
    notes: &mut Notes<'_>,
    tally: &mut Tally,
) {
    let Some(base) = bases.iter().find(|base| base.seen.outcome.is_returned()) else {
        return notes.inconclusive(CheckId::INSTANTIATION, "no input was answered");
    };
    let lifetime = InstancePolicy::Pooled { calls_max: 10, idle_max: 1 };
    let Ok(loaded) = actor.load(Cast { lifetime, ..Cast::default() }).await else {
        return notes.inconclusive(CheckId::INSTANTIATION, "it could not be loaded again");
    };
    let first = actor.call(&loaded, &base.operation, &base.input).await;
    let second = actor.call(&loaded, &base.operation, &base.input).await;
    tally.add(&first);
    tally.add(&second);
    // In a worker an instance copies its first data, for one unit of fuel a byte.
    let copied = if actor.place() == Place::Worker { actor.data_bytes() } else { 0 };
    let most = notes.profile.bounds.start_fuel.saturating_add(copied);
    let start = first.usage.fuel.saturating_sub(second.usage.fuel);
    let mut found = Vec::new();
    if start > most {
        let message = format!("starting it burns {start} fuel, and {most} is the most");
        found.push(Draft::new(message));
    }
    notes.found(CheckId::INSTANTIATION, found);
}
