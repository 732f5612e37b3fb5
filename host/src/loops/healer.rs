//! The healer: what a release failed at becomes what the next one has to do.
//!
//! *Never:* a repair gives up what the release before it did right, but where somebody has said that it
//! was wrong.

use serde_json::Value;

use crate::model::{Before, Counterexample, Example, Intent};
use crate::registry::{Want, WantSource, Work};

/// Requests that one repair learns from; more of them say the same again.
pub const COUNTEREXAMPLES_MAX: usize = 12;
/// Tries to make one request smaller; each is a call of a small input.
pub const SHRINKS_MAX: usize = 120;

/// The wish for a release in the place of one that failed.
///
/// # Errors
/// Where nothing is known of what it failed at, in words.
pub fn repair(work: &Work, mut before: Before) -> Result<Want, String> {
    dedupe(&mut before.failed);
    if before.failed.is_empty() {
        let why = "it was taken back, and none of the requests that it failed at is known here; show \
                   what it should give with `engraft propose change`";
        return Err(why.to_owned());
    }
    if let Some(contradiction) = contradiction(&before.failed) {
        return Err(contradiction);
    }
    let mut wish = work.want.wish.clone();
    // What an earlier release failed at is asked of every later one.
    let earlier = wish.before.take().map(|earlier| earlier.failed).unwrap_or_default();
    before.failed.extend(earlier);
    dedupe(&mut before.failed);
    // An author may have left out what was wanted of the release.
    let wanted = std::mem::take(&mut wish.examples).into_iter();
    let is_new = |it: &Example| before.examples.iter().all(|known| known.input != it.input);
    let wanted: Vec<Example> = wanted.filter(is_new).collect();
    before.examples.extend(wanted);
    wish.intents.dedup_by(|one: &mut Intent, other| one == other);
    Ok(Want {
        source: WantSource::Repair,
        wish: wish.in_place_of(before),
        askers: work.want.askers.clone(),
        recipe: None,
        repairs: Some(work.id),
        repairs_before: work.want.repairs_before + 1,
        gap: None,
    })
}

/// What a release has to be held to: its examples, and of what failed whatever was said of it.
#[must_use]
pub fn demands(before: &Before) -> Vec<Demand> {
    before.failed.iter().map(Demand::of).collect()
}

/// What has to come of one request that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// The request.
    pub input: Value,
    /// What has to come; none where anything will do that is not the answer that was wrong.
    pub wanted: Option<Value>,
    /// The answer that was wrong.
    pub not: Option<Value>,
}

impl Demand {
    fn of(failed: &Counterexample) -> Self {
        let Counterexample { input, wanted, found, .. } = failed.clone();
        Self { input, wanted, not: found }
    }

    /// What an example asks for.
    #[must_use]
    pub fn of_example(example: &Example) -> Self {
        Self { input: example.input.clone(), wanted: example.output.clone(), not: None }
    }
}

/// Smaller inputs of the same shape, the smallest steps last: what is tried to find out how little of a
/// request makes it fail.
#[must_use]
pub fn smaller(input: &Value) -> Vec<Value> {
    match input {
        Value::Null | Value::Bool(false) => Vec::new(),
        Value::Bool(true) => vec![Value::Bool(false)],
        Value::Number(number) => smaller_numbers(number.as_f64()),
        Value::String(text) => smaller_texts(text),
        Value::Array(items) => {
            let cut = halves(items.len()).into_iter().map(|(from, to)| {
                let kept = items.iter().enumerate().filter(|(at, _)| *at < from || *at >= to);
                Value::Array(kept.map(|(_, item)| item.clone()).collect())
            });
            let within = items
                .iter()
                .enumerate()
                .flat_map(|(at, item)| smaller(item).into_iter().map(move |less| (at, less)));
            let within = within.map(|(at, less)| {
                let mut swapped = items.clone();
                swapped.iter_mut().skip(at).take(1).for_each(|item| *item = less.clone());
                Value::Array(swapped)
            });
            cut.chain(within).collect()
        }
        // Which properties there are belongs to the shape.
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| smaller(value).into_iter().map(move |less| (name, less)))
            .map(|(name, less)| {
                let mut fields = fields.clone();
                fields.insert(name.clone(), less);
                Value::Object(fields)
            })
            .collect(),
    }
}

fn smaller_numbers(number: Option<f64>) -> Vec<Value> {
    let Some(number) = number.filter(|number| *number != 0.0) else { return Vec::new() };
    let halved = (number / 2.0).trunc();
    let steps = [0.0, number.trunc(), halved];
    let less = steps.into_iter().filter(|step| step.abs() < number.abs());
    #[expect(clippy::cast_possible_truncation, reason = "a whole number this small is exact")]
    let json = |step: f64| match step.abs() < 9e15 {
        true => Value::from(step as i64),
        false => Value::from(step),
    };
    less.map(json).collect()
}

fn smaller_texts(text: &str) -> Vec<Value> {
    let letters: Vec<char> = text.chars().collect();
    let cut = halves(letters.len()).into_iter().map(|(from, to)| {
        let kept = letters.iter().enumerate().filter(|(at, _)| *at < from || *at >= to);
        Value::String(kept.map(|(_, letter)| *letter).collect())
    });
    cut.collect()
}

/// Parts to be left out: all, halves, quarters and so on, and at last each by itself.
fn halves(length: usize) -> Vec<(usize, usize)> {
    let mut parts = Vec::new();
    let mut size = length;
    while size > 0 {
        parts.extend((0..length).step_by(size).map(|from| (from, (from + size).min(length))));
        size /= 2;
    }
    parts
}

fn dedupe(failed: &mut Vec<Counterexample>) {
    let mut kept: Vec<Counterexample> = Vec::new();
    // What somebody said is wanted counts more than that something was wrong.
    failed.sort_by_key(|it| it.wanted.is_none());
    for one in failed.drain(..) {
        let is_known = |known: &Counterexample| {
            known.input == one.input && (one.wanted.is_none() || known.wanted == one.wanted)
        };
        if !kept.iter().any(is_known) {
            kept.push(one);
        }
    }
    kept.truncate(COUNTEREXAMPLES_MAX);
    *failed = kept;
}

fn contradiction(failed: &[Counterexample]) -> Option<String> {
    for (at, one) in failed.iter().enumerate() {
        let Some(wanted) = &one.wanted else { continue };
        let other = failed.iter().skip(at + 1).find(|other| {
            other.input == one.input && other.wanted.as_ref().is_some_and(|it| it != wanted)
        });
        if let Some(other) = other {
            let other = other.wanted.clone().unwrap_or_default();
            return Some(format!(
                "people disagree on what {} should give, {wanted} or {other}; drop one of them and \
                 say which with `engraft propose change`",
                one.input
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The smallest input that still fails, as whoever calls for real finds it.
    fn least(input: Value, fails: impl Fn(&Value) -> bool) -> Value {
        let mut least = input;
        while let Some(less) = smaller(&least).into_iter().find(&fails) {
            least = less;
        }
        least
    }

    #[test]
    fn a_request_shrinks_to_what_makes_it_fail() {
        let input = json!({"text": "a long text with a % in it", "times": 17});
        let fails = |it: &Value| it["text"].as_str().is_some_and(|text| text.contains('%'));
        assert_eq!(least(input, fails), json!({"text": "%", "times": 0}));
        let input = json!({"rows": [[1, 2], [3, -4], [5]]});
        let fails = |it: &Value| {
            let rows = it["rows"].as_array().into_iter().flatten();
            rows.flat_map(|row| row.as_array().into_iter().flatten())
                .any(|it| it.as_i64().is_some_and(|it| it < 0))
        };
        assert_eq!(least(input, fails), json!({"rows": [[-1]]}));
        assert_eq!(least(json!(12.5), |it| it.as_f64().is_some_and(|it| it > 3.0)), json!(6));
    }

    #[test]
    fn what_is_said_twice_counts_once_and_what_is_contradicted_is_told() {
        let failed = |input: i32, wanted: Option<i32>| Counterexample {
            input: json!(input),
            wanted: wanted.map(|it| json!(it)),
            found: Some(json!(0)),
            how: "wrong".to_owned(),
        };
        let mut all =
            vec![failed(1, None), failed(1, Some(2)), failed(1, Some(2)), failed(3, None)];
        dedupe(&mut all);
        assert_eq!(all, [failed(1, Some(2)), failed(3, None)]);
        let told = contradiction(&[failed(1, Some(2)), failed(1, Some(3))]).unwrap();
        assert!(told.contains("2 or 3"), "{told}");
    }
}
