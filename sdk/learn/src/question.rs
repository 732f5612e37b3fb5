//! Questions: inputs on which programs differ that agree on all examples.
//!
//! *Never:* a question is asked whose answer would settle nothing.

use crate::lesson::{Answer, Program, Question};
use crate::task::Example;
use crate::value::Value;

/// Questions that a person has patience for.
const QUESTIONS_MAX: usize = 3;
/// Programs that are much dearer than the best are no serious doubt.
const COST_RANGE: u32 = 60;
/// Inputs that are made up.
const PROBES_MAX: usize = 60;
/// Of long inputs fewer are made up.
const PROBES_BYTES_MAX: usize = 4 << 20;

/// Inputs that are likely to come: those that were given without an output, and the examples' own
/// with parts exchanged, left out and put twice.
pub(crate) fn probes(
    examples: &[Example],
    unlabelled: &[Vec<Value>],
    seed: u64,
) -> Vec<Vec<Value>> {
    let mut probes: Vec<Vec<Value>> = unlabelled.iter().take(PROBES_MAX).cloned().collect();
    let inputs: Vec<&Vec<Value>> = examples.iter().map(|example| &example.input).collect();
    let mut random = Random(seed ^ 0x9e37_79b9_7f4a_7c15);
    let mut bytes = 0;
    for _ in 0..PROBES_MAX * 3 {
        if probes.len() >= PROBES_MAX || bytes >= PROBES_BYTES_MAX || inputs.is_empty() {
            break;
        }
        let one = random.of(&inputs);
        let other = random.of(&inputs);
        let (Some(one), Some(other)) = (one, other) else { break };
        let probe: Vec<Value> = one
            .iter()
            .zip(other.iter())
            .map(|(value, other)| changed(value, other, &mut random))
            .collect();
        bytes += probe.iter().map(Value::bytes).sum::<usize>();
        if !inputs.contains(&&probe) && !probes.contains(&probe) {
            probes.push(probe);
        }
    }
    probes
}

/// The inputs that tell the program from the others, those first that tell it from the likeliest.
pub(crate) fn questions(
    program: &Program,
    others: &[Program],
    probes: &[Vec<Value>],
) -> Vec<Question> {
    let mut found: Vec<Question> = Vec::new();
    let serious = others.iter().filter(|other| other.cost() <= program.cost() + COST_RANGE);
    let serious: Vec<&Program> = serious.collect();
    for other in &serious {
        let settled =
            found.iter().any(|question| other.run(&question.input) != program.run(&question.input));
        if settled || found.len() >= QUESTIONS_MAX {
            continue;
        }
        // An input on which both give something is a better question than a failure.
        let telling = |input: &&Vec<Value>| program.run(input) != other.run(input);
        let both = |input: &&Vec<Value>| {
            telling(input) && program.run(input).is_some() && other.run(input).is_some()
        };
        let Some(input) = probes.iter().find(both).or_else(|| probes.iter().find(telling)) else {
            continue;
        };
        let mut answers: Vec<Answer> = Vec::new();
        for one in std::iter::once(program).chain(serious.iter().copied()) {
            let output = one.run(input);
            if !answers.iter().any(|answer| answer.output == output) {
                answers.push(Answer { output, program: one.clone() });
            }
        }
        found.push(Question { input: input.clone(), answers });
    }
    found
}

fn changed(value: &Value, other: &Value, random: &mut Random) -> Value {
    match (value, other) {
        (Value::Text(text), Value::Text(other)) => Value::text(spliced(text, other, random)),
        (Value::Int(whole), Value::Int(_)) => {
            let by = i64::try_from(random.below(7)).unwrap_or_default();
            Value::Int(whole.saturating_add(by - 3))
        }
        (Value::List(items), Value::List(others)) => {
            let mut all: Vec<Value> = items.iter().chain(others.iter()).cloned().collect();
            let keep = random.below(all.len().saturating_add(1));
            all.truncate(keep.max(1));
            Value::list(all)
        }
        _ if random.below(2) == 0 => value.clone(),
        _ => other.clone(),
    }
}

/// Words of one text and of another: one exchanged, one left out, or one more.
fn spliced(text: &str, other: &str, random: &mut Random) -> String {
    let mark = text.chars().find(|letter| !letter.is_alphanumeric()).unwrap_or(' ').to_string();
    let mut words: Vec<&str> = text.split(mark.as_str()).collect();
    let others: Vec<&str> = other.split(mark.as_str()).collect();
    let at = random.below(words.len());
    match (random.below(4), random.of(&others)) {
        (0, _) if words.len() > 1 => {
            words.remove(at);
        }
        (1, Some(word)) => words.insert(at, word),
        (2, Some(word)) => words.push(word),
        (_, Some(word)) => {
            if let Some(slot) = words.get_mut(at) {
                *slot = word;
            }
        }
        _ => {}
    }
    words.join(&mark)
}

/// Numbers that a seed decides; what they are used for needs no better ones.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(1).max(1);
        usize::try_from(self.next() % count).unwrap_or_default()
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let at = self.below(all.len());
        all.get(at).copied()
    }
}
