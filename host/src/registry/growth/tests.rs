//! Steps of work, taken in and refused, without anything that makes anything.

use serde_json::json;

use super::*;
use crate::registry::op::{Op, Record};
use crate::registry::state::{Rule, State};

fn apply(state: &mut State, sequence: u64, at_ms: u64, op: Op) -> Result<(), Rule> {
    let by = Actor::grower();
    let (before, after) = (json!(null), json!(null));
    state.apply(&Record { sequence, at_ms, by, why: "because".to_owned(), op, before, after })
}

fn wanted(sentence: &str) -> Op {
    Op::Wanted(Box::new(Want::new(WantSource::Gap, Wish::asked(sentence))))
}

fn grown(work: u64, step: Step) -> Op {
    Op::Grown { work, step }
}

fn begun(until_ms: u64) -> Step {
    let spent = Spent { attempts: 1, ..Spent::default() };
    Step::Begun { by: "one".to_owned(), until_ms, spent, seat: None }
}

fn proposal() -> Proposal {
    Proposal {
        name: "a.b".parse().unwrap(),
        version: Version::new(0, 1, 0),
        sequence: 1,
        component: Digest::of(b"component"),
        source: Digest::of(b"source"),
        author: "test".to_owned(),
        reasons: Vec::new(),
        doubts: Vec::new(),
        permissions: Permissions::default(),
    }
}

fn proposed() -> Step {
    let spent = Spent { attempts: 0, ms: 40, micros: 7 };
    Step::Proposed { proposal: Box::new(proposal()), tried: vec!["it held".to_owned()], spent }
}

#[test]
fn a_piece_of_work_goes_on_step_by_step_and_not_otherwise() {
    let mut state = State::default();
    let refused = |told: Result<(), Rule>| matches!(told, Err(Rule::OutOfStep { .. }));
    apply(&mut state, 5, 0, wanted("a")).unwrap();
    assert_eq!(apply(&mut state, 6, 0, grown(4, Step::Allowed)), Err(Rule::NoWork { work: 4 }));
    assert!(refused(apply(&mut state, 6, 0, grown(5, proposed()))), "no attempt was begun");
    apply(&mut state, 6, 0, grown(5, begun(100))).unwrap();
    assert!(refused(apply(&mut state, 7, 50, grown(5, begun(200)))), "somebody works on it");
    // Whoever began it was killed; when its time is over somebody else may.
    apply(&mut state, 7, 100, grown(5, begun(200))).unwrap();
    apply(&mut state, 8, 150, grown(5, proposed())).unwrap();
    assert!(refused(apply(&mut state, 9, 300, grown(5, begun(400)))), "there is a draft");
    let work = &state.growth.works[&5];
    assert_eq!((work.attempts, work.tried.len()), (2, 1));
    assert_eq!(state.lifecycle(work), Lifecycle::Proposed);
    assert_eq!(state.growth.spent_on(150), Spent { attempts: 2, ms: 40, micros: 7 });
    assert_eq!(state.growth.spent_on(150 + 24 * 3_600_000), Spent::default());
    let how = Ending::Dropped;
    apply(&mut state, 10, 300, grown(5, Step::Ended { how })).unwrap();
    assert!(refused(apply(&mut state, 11, 300, grown(5, Step::Allowed))));
    apply(&mut state, 11, 300, grown(5, Step::Retried)).unwrap();
    assert_eq!(state.lifecycle(&state.growth.works[&5]), Lifecycle::Discovered);
    assert_eq!(state.growth.works[&5].attempts, 0);
}

#[test]
fn a_thousand_users_at_once_make_no_more_work_than_can_be_looked_through() {
    let mut state = State::default();
    for user in 0..1_000 {
        let told = apply(&mut state, user, 0, wanted("the same"));
        assert_eq!(told.is_ok(), user == 0);
    }
    assert_eq!(state.growth.works.len(), 1);
    for user in 0..1_000 {
        drop(apply(&mut state, 2_000 + user, 0, wanted(&format!("wish {user}"))));
    }
    assert_eq!(state.growth.works.len(), OPEN_MAX);
    let told = apply(&mut state, 9_000, 0, wanted("one more"));
    assert_eq!(told, Err(Rule::TooMuchWork { most: OPEN_MAX }));
    // What ends makes room, and is remembered for a while.
    let ids: Vec<u64> = state.growth.works.keys().copied().collect();
    for id in ids {
        apply(&mut state, 9_001, 0, grown(id, Step::Ended { how: Ending::GaveUp })).unwrap();
    }
    for at in 10_000..10_300 {
        apply(&mut state, at, 0, wanted(&format!("late {at}"))).unwrap();
        let dropped = grown(at, Step::Ended { how: Ending::Dropped });
        apply(&mut state, 20_000, 0, dropped).unwrap();
    }
    assert_eq!(state.growth.works.len(), OVER_MAX);
    let large = Wish::asked("x".repeat(WISH_BYTES_MAX));
    let told =
        apply(&mut state, 30_000, 0, Op::Wanted(Box::new(Want::new(WantSource::Gap, large))));
    assert!(matches!(told, Err(Rule::WishTooLarge { .. })));
}

#[test]
fn a_gap_is_work_once_and_again_when_more_is_known_of_it() {
    let mut state = State::default();
    let of = |number: u64, taught: usize| OfGap { gap: GapId::new(number), taught };
    let want = |of: OfGap| {
        let want = Want::new(WantSource::Gap, Wish::asked(format!("gap {}", of.gap)));
        Op::Wanted(Box::new(Want { gap: Some(of), ..want }))
    };
    apply(&mut state, 3, 0, want(of(1, 0))).unwrap();
    let dropped = |work: u64| grown(work, Step::Ended { how: Ending::Dropped });
    apply(&mut state, 4, 0, dropped(3)).unwrap();
    let again = apply(&mut state, 5, 0, want(of(1, 0)));
    assert_eq!(
        again,
        Err(Rule::WantedAlready { work: 3 }),
        "it is over, and was work all the same"
    );
    apply(&mut state, 5, 0, want(of(1, 2))).unwrap();
    apply(&mut state, 6, 0, grown(5, Step::Gathered { of: of(2, 0) })).unwrap();
    assert_eq!(state.growth.taken(of(2, 0)), Some(5));
    // A dismissal that is taken back opens what is over, and leaves alone what goes on.
    let dismissed = |number: u64, undo: bool| Op::GapDismissed {
        gap: GapId::new(number),
        about: String::new(),
        undo,
    };
    for (undo, taken) in [(false, Some(5)), (true, Some(5))] {
        apply(&mut state, 7, 0, dismissed(1, undo)).unwrap();
        assert_eq!(state.growth.taken(of(1, 0)), taken);
    }
    apply(&mut state, 8, 0, dropped(5)).unwrap();
    for (undo, taken) in [(false, Some(5)), (true, None)] {
        apply(&mut state, 9, 0, dismissed(1, undo)).unwrap();
        assert_eq!(state.growth.taken(of(1, 0)), taken);
    }
    // However many are due at once, a person's wish finds room.
    for number in 10..1_000 {
        drop(apply(&mut state, number, 0, want(of(number, 0))));
    }
    assert_eq!(state.growth.queue().len(), OPEN_GAPS_MAX);
    apply(&mut state, 1_000, 0, wanted("a person's")).unwrap();
}

#[test]
fn a_step_is_written_and_read_back_as_it_was() {
    for step in [begun(1), proposed(), Step::Ranked { rank: -3 }, Step::Allowed] {
        let op = grown(3, step);
        let text = serde_json::to_string(&op).unwrap();
        assert_eq!(serde_json::from_str::<Op>(&text).unwrap(), op, "{text}");
    }
}
