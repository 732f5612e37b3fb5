//! An author that learns from examples: the simplest program that gives all of them.
//!
//! *Never:* what looks like a secret in an example becomes a part of a program.

use engraft_learn::{Conflict, Doubt, Learned, Learner, Lesson, Task, Title, Value as Learnt};
use serde_json::{Value, json};

use super::author::{Author, AuthorError, Cost, Draft, Drafting, Source};
use super::shown;
use super::wish::Wish;
use crate::model::secrecy::{looks_secret, shows_secret};
use crate::model::{CapabilityName, Example, Intent};

/// How sure a program is that nothing speaks against, and one that something does.
const SURE: f64 = 0.7;
const UNSURE: f64 = 0.3;
/// What a program is called that nobody gave a name.
const NAME: &str = "learned.from-examples";

/// Learns programs from what a wish shows. A search takes up to half a second of one core and never
/// waits, so it belongs where that disturbs nobody.
#[derive(Debug, Clone)]
pub struct FromExamples {
    steps: u64,
}

impl FromExamples {
    /// With the steps that the learner spends by itself.
    #[must_use]
    pub const fn new() -> Self {
        Self { steps: Learner::STEPS }
    }

    /// With so many steps for one wish.
    #[must_use]
    pub const fn steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    fn drafts(&self, wish: &Wish) -> Result<Vec<Draft>, AuthorError> {
        let examples = shown::examples(wish);
        let listed: Vec<Value> =
            examples.iter().map(|it| json!({"input": it.input, "output": it.output})).collect();
        // Examples that are none are no reason to stop asking others.
        let Ok(task) = Task::of_json(&listed.into()) else { return Ok(Vec::new()) };
        let learner = Learner::default().steps(self.steps);
        let lesson = learner.allow(|text| !text.split_whitespace().any(looks_secret)).learn(&task);
        if let Lesson::Contradiction(conflicts) = &lesson {
            return Err(contradicting(conflicts));
        }
        if let Lesson::GaveUp { steps } = &lesson {
            let limit = format!("{steps} steps");
            return Err(AuthorError::TooDear { author: "examples".to_owned(), limit });
        }
        let doubts = if let Lesson::LowConfidence(_, doubts) = &lesson { &doubts[..] } else { &[] };
        let draft = lesson.learned().and_then(|it| draft(wish, &task, examples, it, doubts));
        Ok(draft.into_iter().collect())
    }
}

fn draft(
    wish: &Wish,
    task: &Task,
    examples: Vec<Example>,
    learned: &Learned,
    doubts: &[Doubt],
) -> Option<Draft> {
    let name = wish.name.clone().or_else(|| NAME.parse::<CapabilityName>().ok())?;
    let mut title = Title::new(name.as_str());
    if let Some(summary) = wish.before.as_ref().and_then(|before| before.summary.as_ref()) {
        title.summary.clone_from(summary);
    }
    // A pattern whose slots are not what the program takes asks for something else.
    let takes =
        |name: &str| examples.first().is_some_and(|example| example.input.get(name).is_some());
    let asking = wish.intents.iter().filter(|intent| intent.slots().all(|slot| takes(&slot.name)));
    title.intents = asking.map(Intent::plain).collect();
    let sure = if doubts.is_empty() { SURE } else { UNSURE };
    let mut reasons = vec![format!("`{}` gives all {} examples", learned.program, examples.len())];
    let (grave, slight): (Vec<&Doubt>, Vec<&Doubt>) = doubts.iter().partition(|it| is_grave(it));
    reasons.extend(slight.into_iter().map(ToString::to_string));
    let mut doubts: Vec<String> = grave.into_iter().map(ToString::to_string).collect();
    // A recipe is shown and shipped; an example with a secret in it stays behind.
    let clean: Vec<engraft_learn::Example> =
        task.examples().iter().filter(|example| !holds_secret(example)).cloned().collect();
    let asks = learned.questions.iter().filter_map(|question| {
        let answer = |at: usize| question.answers.get(at)?.output.as_ref().map(Learnt::to_json);
        let input = learned.program.input(&question.input);
        Some(format!("of {input} it gives {}, and {} would fit as well", answer(0)?, answer(1)?))
    });
    // A question is no doubt yet where the examples say enough; where they do not, it is what to ask.
    if doubts.is_empty() { &mut reasons } else { &mut doubts }.extend(asks);
    Some(Draft {
        author: "examples".to_owned(),
        name,
        source: Source::Recipe(learned.program.recipe(&title, &clean)),
        examples,
        reasons,
        doubts,
        confidence: sure + (1.0 - SURE) * learned.confidence,
    })
}

/// Whether a program may well be another one than was meant: what the most examples do not foresee, or what one
/// alone says. Of three examples one is often the odd one.
const fn is_grave(doubt: &Doubt) -> bool {
    match doubt {
        Doubt::FewExamples(_) | Doubt::AsLongAsATable => true,
        Doubt::Unstable { right, of } => 2 * *right < *of,
        Doubt::Undefined(_) | _ => false,
    }
}

fn holds_secret(example: &engraft_learn::Example) -> bool {
    let values = example.input.iter().chain([&example.output]);
    values.into_iter().any(|value| shows_secret(&value.to_json()))
}

fn contradicting(conflicts: &[Conflict]) -> AuthorError {
    let values =
        |values: &[Learnt]| values.iter().map(|it| it.to_json().to_string()).collect::<Vec<_>>();
    let (input, outputs) = conflicts
        .first()
        .map(|conflict| (values(&conflict.input).join(", "), values(&conflict.outputs)))
        .unwrap_or_default();
    AuthorError::Contradicting { input, outputs }
}

// === impl FromExamples ===

impl Default for FromExamples {
    fn default() -> Self {
        Self::new()
    }
}

impl Author for FromExamples {
    fn name(&self) -> &str {
        "examples"
    }

    fn cost(&self) -> Cost {
        Cost::Search
    }

    fn write<'a>(&'a self, wish: &'a Wish) -> Drafting<'a> {
        Box::pin(async move { self.drafts(wish) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Wish {
        Wish::default()
            .example(json!({"name": "Ada Lovelace"}), json!("Lovelace, A."))
            .example(json!({"name": "Alan Turing"}), json!("Turing, A."))
            .example(json!({"name": "Grace Hopper"}), json!("Hopper, G."))
    }

    #[test]
    fn examples_become_a_recipe_with_its_reasons() {
        let draft = &FromExamples::new().drafts(&names()).unwrap()[0];
        let Source::Recipe(recipe) = &draft.source else { panic!() };
        assert!(recipe.contains("input.name"), "{recipe}");
        assert_eq!((draft.examples.len(), draft.name.as_str()), (3, NAME));
        assert!(draft.reasons[0].ends_with("gives all 3 examples"), "{:?}", draft.reasons);
    }

    #[test]
    fn sentences_are_examples_where_a_pattern_reads_them() {
        let mut wish = Wish::asked("shout hello")
            .gives("HELLO!")
            .or_asked("shout good bye")
            .gives("GOOD BYE!");
        assert!(FromExamples::new().drafts(&wish).unwrap().is_empty());
        wish.intents.push("shout {text}".parse().unwrap());
        let draft = &FromExamples::new().drafts(&wish).unwrap()[0];
        let Source::Recipe(recipe) = &draft.source else { panic!() };
        assert!(recipe.contains("shout {text}") && recipe.contains("upperAscii"), "{recipe}");
    }

    #[test]
    fn examples_that_exclude_one_another_are_told() {
        let wish = names().example(json!({"name": "Ada Lovelace"}), json!("Ada"));
        let AuthorError::Contradicting { input, outputs } =
            FromExamples::new().drafts(&wish).unwrap_err()
        else {
            panic!()
        };
        assert_eq!((input.as_str(), outputs.len()), ("\"Ada Lovelace\"", 2));
    }

    #[test]
    fn what_looks_like_a_secret_is_in_no_program() {
        let key = "sk-live-a1b2c3d4e5f6g7h8i9j0";
        let wish = Wish::default()
            .example(json!({"name": "ann"}), json!(format!("ann {key}")))
            .example(json!({"name": "bob"}), json!(format!("bob {key}")));
        // Without it there is no program that gives these answers.
        let drafts = FromExamples::new().steps(100_000).drafts(&wish).unwrap_or_default();
        for draft in drafts {
            let Source::Recipe(recipe) = &draft.source else { panic!() };
            let program = recipe.lines().find(|line| line.starts_with("return")).unwrap();
            assert!(!program.contains(key), "{program}");
        }
    }

    #[test]
    fn a_wish_without_examples_is_for_others() {
        assert!(FromExamples::new().drafts(&Wish::asked("do something")).unwrap().is_empty());
    }
}
