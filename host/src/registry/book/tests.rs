//! Who is counted when, and what of it survives a restart.

use super::*;
use crate::model::{Output, TrapKind};
use crate::registry::evidence::Tally;

fn returned() -> Outcome {
    Outcome::Returned(Output::new("1".to_owned()))
}

fn trapped() -> Outcome {
    Outcome::Trapped { kind: TrapKind::Other, message: String::new() }
}

#[test]
fn the_first_outcome_of_a_user_counts_and_no_other() {
    let book = Book::new();
    book.count(1, Arm::Treatment, &returned(), 5.0);
    book.count(1, Arm::Treatment, &trapped(), 6.0);
    book.count(2, Arm::Control, &trapped(), 7.0);
    book.feedback(1, Arm::Treatment, Failed::Yes);
    book.feedback(1, Arm::Treatment, Failed::Yes);
    let seen = book.take();
    assert_eq!(seen.success.treatment, Tally::new(1, 0));
    assert_eq!((seen.success.control, seen.errors.control), (Tally::new(1, 1), Tally::new(1, 1)));
    assert_eq!(seen.feedback.treatment, Tally::new(1, 1));
    assert_eq!(seen.latency.treatment, [5.0]);
    assert_eq!(book.take(), Observation::default(), "taken is taken");
}

#[test]
fn a_full_book_counts_nobody_new_and_says_so() {
    let book = Book::bounded(32);
    for user in 0..1_000 {
        book.count(user, Arm::Control, &returned(), 1.0);
    }
    assert_eq!(book.take().success.control.requests, 32);
    assert_eq!(book.uncounted(), 968);
}

fn restarted(book: &Book, judge: &Judge, times: u64, kept: &mut KeptEvidence) -> Book {
    let (_, users) = book.take_marked();
    kept.judge = serde_json::to_vec(&[judge]).unwrap();
    kept.users.extend(users);
    kept.times = times;
    Book::resumed(kept).unwrap()
}

#[test]
fn whoever_was_counted_before_a_restart_is_not_counted_after_it() {
    let plan = crate::registry::Plan::preset("quick").unwrap();
    let judge = Judge::new(&plan, 0, &Default::default()).unwrap();
    let book = Book::new();
    book.count(1, Arm::Treatment, &trapped(), 5.0);
    book.custom(2, Arm::Control, "sold", Failed::No);
    let mut kept = KeptEvidence::default();
    let book = restarted(&book, &judge, 1, &mut kept);
    let resumed = book.resume().unwrap();
    assert_eq!((resumed.times, resumed.judges == [judge.clone()]), (1, true));
    assert!(book.resume().is_none(), "one judge goes on");
    book.count(1, Arm::Treatment, &trapped(), 5.0);
    book.feedback(1, Arm::Treatment, Failed::No);
    book.custom(2, Arm::Control, "sold", Failed::Yes);
    book.count(2, Arm::Control, &returned(), 5.0);
    let book = restarted(&book, &judge, 2, &mut kept);
    book.feedback(1, Arm::Treatment, Failed::No);
    book.count(2, Arm::Control, &returned(), 5.0);
    assert_eq!(book.take(), Observation::default(), "all of it was counted before");
    kept.users.pop();
    assert!(Book::resumed(&kept).is_none(), "what is not whole is not read");
}

#[test]
fn a_metric_counts_once_a_user_and_its_names_are_bounded() {
    let book = Book::new();
    for _ in 0..3 {
        book.custom(16, Arm::Treatment, "sold", Failed::Yes);
    }
    assert_eq!(book.take().custom["sold"].treatment, Tally::new(1, 1));
    for number in 0..1_000 {
        book.custom(number * 16, Arm::Control, &format!("metric-{number}"), Failed::No);
    }
    assert_eq!(book.take().custom.len(), METRICS_MAX);
    assert_eq!(book.uncounted(), 1_000 - METRICS_MAX as u64);
}

#[test]
fn variants_are_compared_with_one_control_each_by_itself() {
    let book = Book::of_variants(3);
    book.count(1, Arm::Treatment, &returned(), 1.0);
    book.count(2, Arm::Variant(2), &trapped(), 1.0);
    book.count(3, Arm::Control, &returned(), 1.0);
    book.feedback(2, Arm::Variant(2), Failed::Yes);
    book.custom(2, Arm::Variant(2), "sold", Failed::Yes);
    // Whoever was in one arm is in no other, wherever a call of theirs ends up later.
    book.count(2, Arm::Control, &returned(), 1.0);
    let (seen, users) = book.take_marked();
    let failed = seen.iter().map(|seen| (seen.success.treatment, seen.success.control));
    let one = Tally::new(1, 0);
    let expected = [(one, one), (Tally::default(), one), (Tally::new(1, 1), one)];
    assert_eq!(failed.collect::<Vec<_>>(), expected);
    assert_eq!(seen[2].feedback.treatment, Tally::new(1, 1));
    assert_eq!(seen[2].custom["sold"].treatment, Tally::new(1, 1));
    assert!(seen[0].custom.is_empty() && !users.is_empty());
    book.count(4, Arm::Variant(7), &trapped(), 1.0);
    assert_eq!(book.take_marked().0, vec![Observation::default(); 3], "there is no such variant");
}
