//! Every line of the decision table, and what the sentences tell.

use super::*;
use crate::registry::plan::{Bound, Gate, Metric, Plan, Stage, Watch};
use crate::registry::share::Share;

fn plan(change: impl FnOnce(&mut Plan)) -> Plan {
    let mut plan = Plan::single(Share::from_units(10_000).unwrap(), 0.05, 100);
    change(&mut plan);
    plan.check().unwrap();
    plan
}

fn history() -> History {
    History { success: Tally::new(1_000, 10), ..History::default() }
}

fn judge(plan: &Plan) -> Judge {
    Judge::new(plan, 0, &history()).unwrap()
}

fn seen(treatment: (u64, u64), control: (u64, u64)) -> Observation {
    let success = Block {
        treatment: Tally::new(treatment.0, treatment.1),
        control: Tally::new(control.0, control.1),
    };
    Observation { success, errors: success, ..Observation::default() }
}

fn after(plan: &Plan, times: usize, seen: &Observation) -> Judge {
    let mut judge = judge(plan);
    (0..times).for_each(|_| judge.observe(seen));
    judge
}

#[test]
fn no_data_is_hold() {
    let plan = plan(|_| {});
    let decision = judge(&plan).decide(&Facts::default());
    assert_eq!(decision.verdict, Verdict::Hold(Wait::NoData));
    assert!(decision.sentence.contains("has not been asked yet"), "{}", decision.sentence);
    // Data of the old release alone is no data.
    let lonely = after(&plan, 50, &seen((0, 0), (100, 3)));
    assert_eq!(lonely.verdict(&Facts::default()), Verdict::Hold(Wait::NoData));
}

#[test]
fn worse_than_the_old_one_is_rolled_back_with_reasons() {
    let judge = after(&plan(|_| {}), 20, &seen((1, 1), (9, 0)));
    let decision = judge.decide(&Facts::default());
    assert_eq!(decision.verdict, Verdict::RollBack(Harm::Worse));
    assert!(decision.evidence >= decision.threshold && decision.threshold == 20.0);
    assert_eq!((decision.treatment, decision.control), (Tally::new(20, 20), Tally::new(180, 0)));
    for word in
        ["20 of 20 (100.00 %)", "0 of 180 (0.00 %)", "20 is enough", "most of all in success"]
    {
        assert!(decision.sentence.contains(word), "{}", decision.sentence);
    }
    let text = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&text).unwrap(), decision, "finite numbers only");
}

#[test]
fn two_failures_are_chance() {
    let plan = plan(|_| {});
    let mut judge = judge(&plan);
    (0..2).for_each(|_| judge.observe(&seen((1, 1), (99, 0))));
    assert!(judge.ln_evidence() > 20_f64.ln(), "{}", judge.ln_evidence());
    assert_eq!(judge.verdict(&Facts::default()), Verdict::Hold(Wait::Samples));
    judge.observe(&seen((1, 1), (99, 0)));
    assert_eq!(judge.verdict(&Facts::default()), Verdict::RollBack(Harm::Worse));
}

/// A metric that never speaks, so that floors are looked at alone.
fn floors_alone(plan: &mut Plan) {
    let metric = Metric::Custom { name: "silent".to_owned(), margin: 0.0 };
    plan.watch = vec![Watch { metric, weight: 1.0 }];
    plan.floors = vec![Bound::Success { at_least: 0.95 }];
}

#[test]
fn a_broken_floor_is_the_releases_fault_only_where_the_old_one_keeps_it() {
    let plan = plan(floors_alone);
    let alone = after(&plan, 30, &seen((5, 2), (45, 0))).decide(&Facts::default());
    assert_eq!(alone.verdict, Verdict::RollBack(Harm::Floor(0)));
    assert!(alone.sentence.contains("success of at least 95 %"), "{}", alone.sentence);
    let both = after(&plan, 30, &seen((5, 2), (45, 18))).decide(&Facts::default());
    assert_eq!(both.verdict, Verdict::Hold(Wait::BothBreak(0)));
    assert!(both.sentence.contains("it is not the release"), "{}", both.sentence);
}

#[test]
fn a_tail_that_is_too_long_breaks_its_floor() {
    let plan = plan(|plan| {
        floors_alone(plan);
        plan.floors = vec![Bound::Latency { share: 0.99, ms_max: 100.0 }];
    });
    let mut slow = seen((2, 0), (18, 0));
    slow.latency.treatment = vec![150_000.0, 20_000.0];
    slow.latency.control = vec![20_000.0; 18];
    assert_eq!(
        after(&plan, 20, &slow).verdict(&Facts::default()),
        Verdict::RollBack(Harm::Floor(0))
    );
}

#[test]
fn a_stage_waits_for_samples_then_time_then_gates() {
    let plan = plan(|plan| {
        plan.stages[0].dwell_seconds = 60;
        plan.stages[0].gates.push(Gate::Flag { flag: "go".to_owned() });
        plan.stages[0].gates.push(Gate::Approval);
    });
    let wait = |judge: &Judge, facts: &Facts| match judge.verdict(facts) {
        Verdict::Hold(wait) => Some(wait),
        Verdict::RollBack(_) | Verdict::Advance => None,
    };
    let mut facts = Facts::default();
    let fine = seen((1, 0), (9, 0));
    assert_eq!(wait(&after(&plan, 99, &fine), &facts), Some(Wait::Samples));
    let early = after(&plan, 120, &fine);
    assert_eq!(wait(&early, &facts), Some(Wait::Dwell));
    facts.lasted = Duration::from_secs(60);
    assert_eq!(wait(&early, &facts), Some(Wait::Gate(0)), "no proof yet");
    let proven = after(&plan, 5_000, &fine);
    assert_eq!(wait(&proven, &facts), Some(Wait::Gate(1)));
    assert!(proven.decide(&facts).sentence.contains("the flag `go`"));
    facts.flags.insert("go".to_owned());
    assert_eq!(wait(&proven, &facts), Some(Wait::Gate(2)));
    facts.approval = Approval::Given;
    assert_eq!(proven.verdict(&facts), Verdict::Advance);
}

#[test]
fn a_stage_of_time_alone_needs_no_requests() {
    let plan = plan(|plan| {
        let stage = Stage { dwell_seconds: 5, requests_min: 0, ..plan.stages[0].clone() };
        plan.stages = vec![Stage { gates: Vec::new(), ..stage }];
    });
    let judge = judge(&plan);
    assert_eq!(judge.verdict(&Facts::default()), Verdict::Hold(Wait::Dwell));
    let lasted = Duration::from_secs(5);
    assert_eq!(judge.verdict(&Facts { lasted, ..Facts::default() }), Verdict::Advance);
}

#[test]
fn a_judge_survives_being_written_down() {
    let judge = after(&Plan::preset("careful").unwrap(), 20, &seen((1, 0), (9, 1)));
    let text = serde_json::to_string(&judge).unwrap();
    let mut back: Judge = serde_json::from_str(&text).unwrap();
    assert!((back.ln_evidence() - judge.ln_evidence()).abs() < 1e-9);
    back.observe(&seen((1, 1), (9, 0)));
    assert_eq!(back.seen().treatment, Tally::new(21, 1));
}

#[test]
fn feedback_and_custom_metrics_are_outcomes_too() {
    let metric = Metric::Custom { name: "useful".to_owned(), margin: 0.0 };
    for (metric, name) in
        [(metric, "custom useful"), (Metric::Feedback { margin: 0.0 }, "feedback")]
    {
        let plan = plan(|plan| plan.watch = vec![Watch { metric, weight: 1.0 }]);
        let bad = Block { treatment: Tally::new(5, 4), control: Tally::new(45, 2) };
        let mut seen = Observation::default();
        seen.custom.insert("useful".to_owned(), bad);
        seen.feedback = bad;
        let decision = after(&plan, 10, &seen).decide(&Facts::default());
        assert_eq!(decision.verdict, Verdict::RollBack(Harm::Worse), "{name}");
        assert!(decision.parts[name] > 20.0, "{:?}", decision.parts);
    }
}
