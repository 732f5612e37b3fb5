//! What holds of every lesson, whatever the examples.
//!
//! *Never:* a property is tried on examples that were chosen for it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may break")]

use engraft_learn::{Doubt, Example, Learner, Lesson, Task, TaskError, Title, Value};
use proptest::prelude::*;

/// Enough for small examples, and little enough for hundreds of them.
const STEPS: u64 = 60_000;

fn learner() -> Learner {
    Learner::default().steps(STEPS)
}

fn task(examples: Vec<Example>) -> Task {
    let count = examples.first().map_or(0, |example| example.input.len());
    Task::new((0..count).map(|at| format!("arg{at}")), examples).unwrap()
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,6}( [A-Z][a-z]{0,4}){0,2}", "[0-9a-zé,. -]{0,10}", Just(String::new())]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        word().prop_map(Value::text),
        (-50_i64..1_000).prop_map(Value::Int),
        prop::collection::vec(0_i64..20, 0..4)
            .prop_map(|items| Value::list(items.into_iter().map(Value::Int))),
        any::<bool>().prop_map(Value::Bool),
    ]
}

fn examples() -> impl Strategy<Value = Vec<Example>> {
    let example = (word(), 0_i64..100, value()).prop_map(|(text, number, output)| Example {
        input: vec![Value::text(text), Value::Int(number)],
        output,
    });
    prop::collection::vec(example, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_program_gives_every_answer_and_its_recipe_can_be_built(examples in examples()) {
        let lesson = learner().learn(&task(examples.clone()));
        if let Some(program) = lesson.program() {
            for example in &examples {
                prop_assert!(program.answers(example), "{program} of {example:?}");
            }
            prop_assert!(program.branches() <= (examples.len() / 3).min(4));
            let recipe = program.recipe(&Title::new("learned.program"), &examples);
            let checked = engraft_recipe::recipe::check(&recipe);
            prop_assert!(checked.is_ok(), "{recipe}\n{checked:?}");
        }
    }

    #[test]
    fn the_order_of_the_examples_does_not_matter(examples in examples()) {
        let mut turned = examples.clone();
        turned.reverse();
        let (one, other) = (learner().learn(&task(examples)), learner().learn(&task(turned)));
        let text = |lesson: &Lesson| lesson.program().map(|program| program.expression());
        prop_assert_eq!(text(&one), text(&other));
    }

    #[test]
    fn the_same_seed_gives_the_same_questions(examples in examples(), seed in any::<u64>()) {
        let learned = || learner().seed(seed).learn(&task(examples.clone()));
        prop_assert_eq!(format!("{:?}", learned()), format!("{:?}", learned()));
    }
}

fn pair(input: &str, output: &str) -> Example {
    Example { input: vec![input.into()], output: output.into() }
}

#[test]
fn contradictions_are_told_with_both_answers() {
    let lesson =
        Learner::default().learn(&task(vec![pair("a", "b"), pair("c", "d"), pair("a", "x")]));
    let Lesson::Contradiction(conflicts) = lesson else { panic!("{lesson:?}") };
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].outputs, ["b".into(), "x".into()]);
}

#[test]
fn answers_without_a_rule_are_a_table() {
    let lesson = Learner::default().learn(&task(vec![
        pair("kqz", "0417"),
        pair("mwv", "9986"),
        pair("pfj", "2253"),
        pair("xbd", "7741"),
    ]));
    assert!(
        matches!(lesson, Lesson::Tabulation { examples: 4 } | Lesson::LowConfidence(..)),
        "{lesson:?}"
    );
}

#[test]
fn one_example_leaves_doubts() {
    let Lesson::LowConfidence(_, doubts) = Learner::default().learn(&task(vec![pair("a b", "b")]))
    else {
        panic!()
    };
    assert!(doubts.contains(&Doubt::FewExamples(1)));
}

#[test]
fn steps_that_run_out_are_told() {
    let hard = task(vec![pair("qwe rty", "zzz"), pair("uio pas", "yyy")]);
    let lesson = Learner::default().steps(3).learn(&hard);
    assert!(matches!(lesson, Lesson::GaveUp { steps: 3 }), "{lesson:?}");
}

#[test]
fn programs_that_differ_on_likely_inputs_come_with_a_question() {
    let lesson = Learner::default()
        .learn(&task(vec![pair("Ada Lovelace", "Lovelace"), pair("Alan Turing", "Turing")]));
    let learned = lesson.learned().unwrap();
    let question = learned.questions.first().unwrap();
    assert!(question.answers.len() > 1);
    let outputs: Vec<_> =
        question.answers.iter().map(|answer| answer.program.run(&question.input)).collect();
    assert_ne!(outputs[0], outputs[1]);
}

#[test]
fn inputs_without_outputs_choose_among_programs() {
    let known = vec![pair("a-b", "b"), pair("c-d", "d")];
    let more = vec![vec!["e-f-g".into()], vec!["h".into()]];
    let task = task(known).with_unlabelled(more.clone()).unwrap();
    let lesson = Learner::default().learn(&task);
    let program = lesson.program().unwrap();
    assert!(more.iter().all(|input| program.run(input).is_some()), "{program}");
}

#[test]
fn a_constant_that_is_vetoed_is_in_no_program() {
    let examples = vec![pair("a", "k9x-secret a"), pair("b", "k9x-secret b")];
    let lesson = Learner::default().allow(|text| !text.contains("secret")).learn(&task(examples));
    for program in
        lesson.learned().iter().flat_map(|it| it.alternatives.iter().chain([&it.program]))
    {
        assert!(!program.expression().contains("secret"), "{program}");
    }
}

#[test]
fn long_texts_and_many_examples_are_borne() {
    let long = "word ".repeat(20_000);
    let examples = vec![
        pair(&format!("first {long}"), "first"),
        pair(&format!("second {long}"), "second"),
        pair(&format!("third {long}"), "third"),
    ];
    let lesson = learner().learn(&task(examples));
    assert!(lesson.program().is_some());
    let many =
        (0..5_000).map(|at| pair(&format!("user{at}@host{}.org", at % 7), &format!("user{at}")));
    let lesson = Learner::default().learn(&task(many.collect()));
    assert_eq!(lesson.program().unwrap().run(&["x@y".into()]), Some("x".into()));
}

#[test]
fn examples_of_other_shapes_are_refused() {
    let two = Example { input: vec!["a".into(), "b".into()], output: "c".into() };
    let error = Task::new(["one"], vec![pair("a", "b"), two]).unwrap_err();
    assert!(matches!(error, TaskError::Arity { example: 2, found: 2, wanted: 1 }));
    let number = Example { input: vec![Value::Int(1)], output: "b".into() };
    let mixed = Learner::default().learn(&task(vec![pair("a", "b"), number]));
    // Arguments of two types are one type that little can be done with; no program is a fair answer.
    if let Some(program) = mixed.program() {
        assert!(program.run(&["a".into()]).is_some());
    }
}
