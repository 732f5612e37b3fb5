//! What of its inputs, settings and values comes out where.
//!
//! An input that goes to a host that was asked for is what requests are for, and only noted. The same
//! in other letters is hidden from whoever looks, and nothing honest does that; but for the ways that are
//! usual between programs, of which a person is told.
//!
//! *Never:* what could not be looked for counts as not there.

use super::canary::{Canary, Form};
use super::carried::is_carried;
use super::planting::{self, Planted};
use super::unread::Runs;
use super::{Answer, Trial};
use crate::engine::{Invocation, Loaded};
use crate::examine::finding::{Draft, Severity};
use crate::examine::sandbox::{
    Base, Cast, Function, HostCall, Script, Seen, Tally, Values, spoken,
};
use crate::model::phrases::images;
use crate::model::{Change, KvQuota, Transaction};

/// Where inputs, settings and values come out; and where they do in a way that is usual, or unknown, and that a
/// person should see.
pub(super) async fn leak(trial: &Trial<'_>, tally: &mut Tally) -> (Answer, Answer) {
    let loaded = match trial.actor.load(Cast::default()).await {
        Ok(loaded) => loaded,
        Err(error) => return (Err(error.to_string()), Err(error.to_string())),
    };
    let planted = Canaries::default();
    let (mut found, mut encoded) = (Vec::new(), Vec::new());
    for base in &trial.bases {
        for haunted in haunted_calls(trial, &loaded, base, &planted, tally).await {
            let Haunted { seen, canaries, .. } = &haunted;
            let is_heard = |call: &HostCall| call.leaves() || call.function == Function::Log;
            let others = canaries.each_as(Canary::sibling);
            let other = match seen.calls.iter().any(is_heard) {
                true => Some(haunted_again(trial, &loaded, base, &haunted, &others, tally).await),
                false => None,
            };
            let forms = forms(seen, other.as_ref(), canaries);
            if let Some(other) = &other {
                found.extend(in_pieces(seen, other, &forms, canaries.each()));
            }
            if let Some(other) = other.filter(|_| seen.calls.iter().any(HostCall::leaves)) {
                let longer = canaries.each_as(Canary::longer);
                let long = haunted_again(trial, &loaded, base, &haunted, &longer, tally).await;
                let runs = Runs {
                    first: (seen, canaries.each()),
                    other: (&other, others.each()),
                    longer: (&long, longer.each()),
                };
                let is_known = |at: usize| forms.get(at).is_some_and(is_coded);
                encoded.extend(runs.unread(is_known).map(|call| {
                    let message = "what it is given goes out in letters that nobody can read";
                    Draft::new(message).seen(&base.operation, &call.target)
                }));
            }
            going_out(base, seen, (&forms, canaries), &mut found, &mut encoded);
            found.extend(coming_out(base, seen, canaries));
            found.extend(unplanted(base, &haunted));
        }
    }
    for found in [&mut found, &mut encoded] {
        found.dedup_by(|one: &mut Draft, other| one.message == other.message);
    }
    (Ok(found), Ok(encoded))
}

/// The form in which a call holds each canary.
type Forms = [Option<Form>; 3];

/// The same for all calls. What is the same with others in the places of all of them holds none.
fn forms(seen: &Seen, other: Option<&Seen>, canaries: &Canaries) -> Vec<Forms> {
    let other = other.filter(|other| other.calls.len() == seen.calls.len());
    let is_same = |at: usize, call: &HostCall| {
        other.is_some_and(|other| other.calls.get(at).is_some_and(|it| it == call))
    };
    let calls = seen.calls.iter().enumerate();
    let form = |(at, call): (usize, &HostCall)| match is_same(at, call) {
        true => [None; 3],
        false => {
            let bytes = call.outgoing();
            canaries.each().map(|canary| canary.find(&bytes))
        }
    };
    calls.map(form).collect()
}

/// Whether a call holds any of them in a code that is known.
fn is_coded(forms: &Forms) -> bool {
    forms.iter().any(|form| matches!(form, Some(Form::Coded(_))))
}

/// Texts that took no canary, as a day or a code of a pattern, and go out in other letters themselves.
fn unplanted(base: &Base, haunted: &Haunted) -> Vec<Draft> {
    let mut found = Vec::new();
    for text in planting::unplanted(&haunted.input, &haunted.canaries.said) {
        for call in &haunted.seen.calls {
            let form = text.find(&call.outgoing());
            if matches!(form, Some(Form::Coded(_))) && !is_carried(call, &text) {
                let draft = form.and_then(|form| told(call, "its input", form));
                found.extend(draft.map(|it| it.seen(&base.operation, &call.target)));
            }
        }
    }
    found
}

/// What of the calls of one run holds a canary that it should not; and what does in base64 as it is usual
/// between programs.
fn going_out(
    base: &Base,
    seen: &Seen,
    (forms, canaries): (&[Forms], &Canaries),
    found: &mut Vec<Draft>,
    encoded: &mut Vec<Draft>,
) {
    for (call, forms) in seen.calls.iter().zip(forms) {
        for ((form, canary), what) in forms.iter().zip(canaries.each()).zip(PLANTED) {
            let Some(form) = *form else { continue };
            if form != Form::Plain && is_carried(call, canary) {
                let message = format!("{what} goes out in a request as one value in base64");
                encoded.push(Draft::new(message).seen(&base.operation, &call.target));
            } else {
                let draft = told(call, what, form);
                found.extend(draft.map(|it| it.seen(&base.operation, &call.target)));
            }
        }
    }
}

/// What of an output holds a canary that it should not.
fn coming_out(base: &Base, seen: &Seen, canaries: &Canaries) -> Vec<Draft> {
    let mut found = Vec::new();
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

    /// Others in the place of each.
    fn each_as(&self, other: fn(&Canary) -> Canary) -> Self {
        let Self { said, set, kept } = self;
        Self { said: other(said), set: other(set), kept: other(kept) }
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
    let schema = trial.schema(base);
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
    if !all.iter().any(|one| one.seen.outcome.is_returned()) {
        // As it was: then its own texts are looked for.
        let last = haunted(trial, loaded, base, planted, None).await;
        tally.add(&last.seen);
        all.push(last);
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

/// The same with others in the places of all canaries.
async fn haunted_again(
    trial: &Trial<'_>,
    loaded: &Loaded,
    base: &Base,
    haunted: &Haunted,
    others: &Canaries,
    tally: &mut Tally,
) -> Seen {
    // Where a canary is longer than what is looked for of it, the rest stays, and is alike in both.
    let (word, other) = (haunted.canaries.said.as_str(), others.said.as_str());
    let input = haunted.input.replace(word, other);
    let input = input.replace(&word.to_uppercase(), &other.to_uppercase());
    let seen = run_haunted(trial, loaded, base, &input, others).await;
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

/// What goes out in so many calls, or places of one, that none of them has it whole.
fn in_pieces(seen: &Seen, other: &Seen, forms: &[Forms], canaries: [&Canary; 3]) -> Vec<Draft> {
    let mut found = Vec::new();
    for function in [Function::Http, Function::Call, Function::Own, Function::Log] {
        let of = |seen: &Seen| -> Vec<Vec<u8>> {
            let calls = seen.calls.iter().filter(|call| call.function == function);
            calls.map(HostCall::outgoing).collect()
        };
        let (calls, others) = (of(seen), of(other));
        let own = || seen.calls.iter().zip(forms).filter(|(call, _)| call.function == function);
        for (place, (canary, what)) in canaries.into_iter().zip(PLANTED).enumerate() {
            // Whole in one of them, it is told of there.
            let is_whole = |forms: &Forms| forms.get(place).is_some_and(Option::is_some);
            if own().any(|(_, forms)| is_whole(forms)) {
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
