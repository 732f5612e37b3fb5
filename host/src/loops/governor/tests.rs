//! What is next for work in each state, with everything that can hold it.

use std::time::Duration;

use super::*;
use crate::model::{Digest, Permissions, Wish};
use crate::registry::{Ending, Lifecycle, Proposal, Spent, State, Stop, Want, Work};

const HOUR: Duration = Duration::from_secs(3_600);

fn work(id: u64) -> Work {
    Work {
        id,
        want: Want::new(WantSource::Gap, Wish::asked(format!("wish {id}"))),
        since_ms: 0,
        rank: 0,
        attempt: None,
        seat: None,
        until: None,
        attempts: 0,
        spent: Spent::default(),
        tried: Vec::new(),
        proposal: None,
        examination: None,
        allowed_by: None,
        has_spread: false,
        repaired_by: None,
        ended: None,
    }
}

fn state(works: impl IntoIterator<Item = Work>) -> State {
    let mut state = State::default();
    state.growth.works = works.into_iter().map(|work| (work.id, work)).collect();
    state
}

fn proposal() -> Proposal {
    Proposal {
        name: "a.b".parse().unwrap(),
        version: semver::Version::new(0, 1, 0),
        sequence: 1,
        component: Digest::of(b"x"),
        source: Digest::of(b"y"),
        author: "test".to_owned(),
        reasons: Vec::new(),
        doubts: Vec::new(),
        permissions: Permissions::default(),
    }
}

fn next(state: &State, id: u64, governance: &Governance, now: Duration) -> Standing {
    standing(state, &state.growth.works[&id], governance, now)
}

#[test]
fn what_is_wanted_is_written_unless_something_holds_it() {
    let governance = Governance::default();
    let plain = state([work(1)]);
    assert_eq!(next(&plain, 1, &governance, HOUR), Standing::Do(Deed::Write));

    let mut stopped = plain.clone();
    stopped.stop = Some(Stop { sequence: 9, at_ms: 0, why: "fire".to_owned() });
    let told = next(&stopped, 1, &governance, HOUR);
    assert_eq!(told, Standing::Wait(Wait::Stop { why: "fire".to_owned() }));

    let observing = Governance { otherwise: Autonomy::Observe, ..Governance::default() };
    let told = next(&plain, 1, &observing, HOUR);
    assert_eq!(told, Standing::Wait(Wait::Person { may: Autonomy::Observe }));
    let mut allowed = work(1);
    allowed.allowed_by = Some(crate::registry::Actor::person("ann"));
    assert_eq!(next(&state([allowed]), 1, &observing, HOUR), Standing::Do(Deed::Write));

    let mut tried = work(1);
    tried.attempts = 3;
    tried.tried.push("examples: example 2 gave 4".to_owned());
    let Standing::Do(Deed::End(Ending::GaveUp, why)) = next(&state([tried]), 1, &governance, HOUR)
    else {
        panic!()
    };
    assert!(why.contains("3 attempts") && why.contains("example 2 gave 4"), "{why}");
}

#[test]
fn attempts_are_bounded_by_the_day_and_by_each_other() {
    let governance = Governance::default();
    let mut busy = work(1);
    busy.attempt = Some(("another program".to_owned(), 3_600_500));
    let both = state([busy, work(2)]);
    let told = next(&both, 1, &governance, HOUR);
    assert_eq!(told, Standing::Wait(Wait::Attempt { by: "another program".to_owned() }));
    assert_eq!(next(&both, 2, &governance, HOUR), Standing::Wait(Wait::Turn { under_way: 1 }));
    // Its time is over, whatever became of it.
    let later = HOUR + Duration::from_secs(1);
    assert_eq!(next(&both, 1, &governance, later), Standing::Do(Deed::Write));
    let mut wide = Governance::default();
    wide.budget.concurrent_max = 2;
    assert_eq!(next(&both, 2, &wide, HOUR), Standing::Do(Deed::Write));

    let mut spent = state([work(1)]);
    let all = Spent { attempts: 500, ms: 0, micros: 0 };
    spent.growth.spent.insert(0, all);
    let told = next(&spent, 1, &governance, HOUR);
    assert!(
        matches!(&told, Standing::Wait(Wait::Budget { what }) if what.contains("500")),
        "{told:?}"
    );
    assert_eq!(next(&spent, 1, &governance, HOUR * 24), Standing::Do(Deed::Write));
    spent.growth.spent.insert(0, Spent { ms: 3_600_000, ..Spent::default() });
    assert!(matches!(next(&spent, 1, &governance, HOUR), Standing::Wait(Wait::Budget { .. })));
}

#[test]
fn two_pieces_of_work_make_one_capability_one_after_the_other() {
    let mut first = work(1);
    first.proposal = Some(proposal());
    let mut second = work(2);
    second.want.wish.name = Some("a.b".parse().unwrap());
    let both = state([first, second]);
    let governance = Governance::default();
    assert_eq!(next(&both, 1, &governance, HOUR), Standing::Do(Deed::Examine));
    assert_eq!(next(&both, 2, &governance, HOUR), Standing::Wait(Wait::Other { work: 1 }));
    assert_eq!(both.lifecycle(&both.growth.works[&1]), Lifecycle::Proposed);
}

#[test]
fn quiet_hours_go_over_midnight_and_by_the_clock_on_the_wall() {
    let hours = |from: &str, to: &str, offset_minutes| QuietHours {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        offset_minutes,
    };
    let at = |hour: u64, minute: u64| Duration::from_secs((hour * 60 + minute) * 60);
    let night = hours("22:00", "07:00", 0);
    assert_eq!(night.left(at(23, 0)), Some(HOUR * 8));
    assert_eq!(night.left(at(6, 59)), Some(Duration::from_secs(60)));
    assert_eq!((night.left(at(7, 0)), night.left(at(21, 59))), (None, None));
    assert_eq!(hours("12:00", "13:00", 60).left(at(11, 30)), Some(HOUR / 2));
    assert_eq!(hours("09:00", "09:00", 0).left(at(9, 0)), None, "from nine to nine is never");
    for wrong in ["24:00", "1:00", "12:60", "noon", "+1:00"] {
        assert!(wrong.parse::<DayTime>().is_err(), "{wrong}");
    }
    let governance = Governance { quiet: vec![night], ..Governance::default() };
    let told = next(&state([work(1)]), 1, &governance, at(23, 0));
    assert_eq!(told, Standing::Wait(Wait::Quiet { seconds: 8 * 3_600 }));
}

#[test]
fn how_far_it_goes_depends_on_where_it_comes_from_and_on_its_risk() {
    let rule = |sources: &[WantSource], risk_max, may| AutonomyRule {
        sources: sources.to_vec(),
        risk_max,
        may,
    };
    let autonomy = vec![
        rule(&[WantSource::Repair], Risk::Medium, Autonomy::Promote),
        rule(&[], Risk::Safe, Autonomy::Canary),
    ];
    let governance = Governance { autonomy, ..Governance::default() };
    assert_eq!(governance.autonomy(WantSource::Repair, Risk::Low), Autonomy::Promote);
    assert_eq!(governance.autonomy(WantSource::Gap, Risk::Safe), Autonomy::Canary);
    assert_eq!(governance.autonomy(WantSource::Gap, Risk::Low), Autonomy::Propose);
    let text = serde_json::to_vec(&governance).unwrap();
    assert_eq!(Governance::from_json(&text).unwrap(), governance);
    assert!(Governance::from_json(br#"{"budget": {"dollars": 3}}"#).is_err());
    personal().check().unwrap();
}
