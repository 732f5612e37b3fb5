//! What is allowed, what is not, and what each op leaves behind.

use serde_json::{Value, json};

use super::*;
use crate::registry::op::{Actor, OperationCard, Record, ReleaseOrigin};
use crate::registry::plan::Plan;

fn name() -> CapabilityName {
    "text.slugify".parse().unwrap()
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

fn installed(text: &str) -> Installed {
    Installed {
        name: name(),
        version: version(text),
        component: digest(text),
        bundle: digest(text),
        sequence: 1,
        origin: ReleaseOrigin::Brought,
        operations: vec![OperationCard {
            name: "slugify".to_owned(),
            input: json!({"type": "string"}),
            output: json!({"type": "string"}),
        }],
        verified: None,
        examination: None,
    }
}

fn started(text: &str, again: bool) -> Op {
    Op::RolloutStarted {
        name: name(),
        version: version(text),
        id: "r".to_owned(),
        salt: String::new(),
        plan: Box::new(Plan::preset("standard").unwrap()),
        again,
        variants: Vec::new(),
    }
}

fn apply(state: &mut State, op: Op) -> Result<(), Rule> {
    recorded(state, op).map(drop)
}

/// The record of an op, as a journal makes it.
fn recorded(state: &mut State, op: Op) -> Result<Record, Rule> {
    let mut record = Record {
        sequence: 7,
        at_ms: state.at_ms + 1,
        by: Actor::person("test"),
        why: "because".to_owned(),
        before: state.facts(&op),
        op,
        after: Value::Null,
    };
    let (before, kept) = (state.clone(), serde_json::to_string(state).unwrap());
    let result = state.apply(&record);
    assert!(result.is_ok() || *state == before, "a refused op changed something");
    assert_eq!(serde_json::to_string(&before).unwrap(), kept, "an op changed another state");
    record.after = state.facts(&record.op);
    result.map(|()| record)
}

fn with(ops: Vec<Op>) -> State {
    let mut state = State::default();
    for op in ops {
        apply(&mut state, op).unwrap();
    }
    state
}

fn two() -> State {
    with(vec![Op::Installed(installed("1.0.0")), Op::Installed(installed("1.1.0"))])
}

fn serving(state: &State) -> String {
    state.lines[&name()].stable.as_ref().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn the_first_serves_and_a_requirement_finds_the_newest_that_is_not_yanked() {
    let mut state = two();
    assert_eq!(serving(&state), "1.0.0");
    let found = |state: &State, requirement: &str| {
        let requirement = requirement.parse().unwrap();
        state.resolve(&name(), &requirement).map(|r| r.installed.version.to_string())
    };
    assert_eq!(found(&state, "^1").as_deref(), Some("1.1.0"));
    assert_eq!(found(&state, "~1.0").as_deref(), Some("1.0.0"));
    assert_eq!(found(&state, "^2"), None);
    apply(&mut state, Op::Yanked { name: name(), version: version("1.1.0") }).unwrap();
    assert_eq!(found(&state, "^1").as_deref(), Some("1.0.0"));
    apply(&mut state, Op::Unyanked { name: name(), version: version("1.1.0") }).unwrap();
    apply(&mut state, started("1.1.0", false)).unwrap();
    assert_eq!(found(&state, "^1").as_deref(), Some("1.0.0"), "what spreads is not for all yet");
}

#[test]
fn a_rollout_goes_its_way_and_back() {
    let mut state = two();
    apply(&mut state, started("1.1.0", false)).unwrap();
    assert!(matches!(apply(&mut state, started("1.1.0", false)), Err(Rule::Rolling { .. })));
    let advance = |stage| Op::Advanced { name: name(), stage, decision: None };
    assert!(matches!(apply(&mut state, advance(2)), Err(Rule::Stage { now: 0, wanted: 2, .. })));
    for stage in 1..6 {
        apply(&mut state, advance(stage)).unwrap();
    }
    assert!(matches!(apply(&mut state, advance(6)), Err(Rule::Stage { .. })), "there are six");
    apply(&mut state, Op::Promoted { name: name(), version: None, decision: None }).unwrap();
    assert_eq!(serving(&state), "1.1.0");
    assert_eq!(state.lines[&name()].previous, Some(version("1.0.0")));
    let none = apply(&mut state, Op::RolledBack { name: name(), version: None, decision: None });
    assert!(matches!(none, Err(Rule::NoRollout { .. })));
    assert!(matches!(apply(&mut state, started("1.1.0", false)), Err(Rule::ServesAlready { .. })));
}

#[test]
fn what_was_rolled_back_is_tried_again_only_explicitly() {
    let mut state = two();
    apply(&mut state, started("1.1.0", false)).unwrap();
    apply(&mut state, Op::RolledBack { name: name(), version: None, decision: None }).unwrap();
    assert_eq!(serving(&state), "1.0.0");
    assert!(matches!(apply(&mut state, started("1.1.0", false)), Err(Rule::Quarantined { .. })));
    let activate = Op::Activated { name: name(), version: version("1.1.0") };
    assert!(matches!(apply(&mut state, activate), Err(Rule::Quarantined { .. })));
    apply(&mut state, started("1.1.0", true)).unwrap();
}

#[test]
fn the_component_that_serves_never_goes_into_quarantine() {
    let mut same = installed("1.1.0");
    same.component = digest("1.0.0");
    let mut state = with(vec![Op::Installed(installed("1.0.0")), Op::Installed(same)]);
    apply(&mut state, started("1.1.0", false)).unwrap();
    apply(&mut state, Op::RolledBack { name: name(), version: None, decision: None }).unwrap();
    assert!(state.quarantined.is_empty());
}

#[test]
fn what_is_revoked_serves_nobody_and_never_again() {
    let mut state = two();
    apply(&mut state, Op::Activated { name: name(), version: version("1.1.0") }).unwrap();
    apply(&mut state, Op::Revoked { digest: digest("1.1.0") }).unwrap();
    assert_eq!(serving(&state), "1.0.0", "who served before serves again");
    assert!(matches!(apply(&mut state, started("1.1.0", true)), Err(Rule::Revoked { .. })));
    apply(&mut state, Op::Revoked { digest: digest("1.0.0") }).unwrap();
    assert_eq!(serving(&state), "", "nobody is left");
    let again = apply(&mut state, Op::Installed(installed("1.0.0")));
    assert!(matches!(again, Err(Rule::Revoked { .. })));
}

#[test]
fn a_revoked_release_stops_spreading() {
    let mut state = two();
    apply(&mut state, started("1.1.0", false)).unwrap();
    apply(&mut state, Op::Revoked { digest: digest("1.1.0") }).unwrap();
    assert_eq!(state.lines[&name()].rollout, None);
}

#[test]
fn an_emergency_stop_halts_what_grows_and_nothing_else() {
    let mut state = two();
    apply(&mut state, started("1.1.0", false)).unwrap();
    apply(&mut state, Op::Stopped).unwrap();
    let stopped = |result: Result<(), Rule>| matches!(result, Err(Rule::Stopped { .. }));
    let advance = Op::Advanced { name: name(), stage: 1, decision: None };
    assert!(stopped(apply(&mut state, advance)));
    assert!(stopped(apply(
        &mut state,
        Op::Promoted { name: name(), version: None, decision: None }
    )));
    assert!(stopped(apply(&mut state, Op::Resumed { name: name() })));
    let generated = Installed { origin: ReleaseOrigin::Generated, ..installed("1.2.0") };
    assert!(stopped(apply(&mut state, Op::Installed(generated))));
    apply(&mut state, Op::RolledBack { name: name(), version: None, decision: None }).unwrap();
    assert!(stopped(apply(&mut state, started("1.1.0", true))));
}

#[test]
fn what_a_loop_made_serves_nobody_before_it_is_let_in() {
    let mut state = State::default();
    let made = Installed { origin: ReleaseOrigin::Generated, ..installed("1.0.0") };
    apply(&mut state, Op::Installed(made)).unwrap();
    let any = semver::VersionReq::STAR;
    assert_eq!(state.lines[&name()].stable, None);
    assert!(state.resolve(&name(), &any).is_none());
    apply(&mut state, started("1.0.0", false)).unwrap();
    assert!(state.resolve(&name(), &any).is_none(), "its share decides");
    apply(&mut state, Op::Promoted { name: name(), version: None, decision: None }).unwrap();
    assert_eq!(state.lines[&name()].stable, Some(version("1.0.0")));
    assert!(state.resolve(&name(), &any).is_some());
}

#[test]
fn a_minor_version_may_not_take_anything_away() {
    let mut state = two();
    let mut narrower = installed("1.2.0");
    narrower.operations[0].input = json!({"type": "string", "maxLength": 5});
    match apply(&mut state, Op::Installed(narrower.clone())) {
        Err(Rule::NotCompatible { older, differences, .. }) => {
            assert_eq!(older, version("1.1.0"));
            assert!(differences[0].to_string().contains("maxLength"), "{differences:?}");
        }
        other => panic!("{other:?}"),
    }
    narrower.version = version("2.0.0");
    apply(&mut state, Op::Installed(narrower)).unwrap();
}

#[test]
fn names_versions_aliases_and_pins_have_to_lead_somewhere() {
    let mut state = two();
    let unknown: CapabilityName = "no.where".parse().unwrap();
    let activate = |name, version| Op::Activated { name, version };
    let refused = apply(&mut state, activate(unknown.clone(), version("1.0.0")));
    assert!(matches!(refused, Err(Rule::UnknownCapability { .. })));
    let refused = apply(&mut state, activate(name(), version("9.0.0"))).unwrap_err().to_string();
    assert!(refused.contains("it has 1.0.0, 1.1.0"), "{refused}");
    let alias = |alias: &CapabilityName, to: &CapabilityName| Op::Aliased {
        alias: alias.clone(),
        name: Some(to.clone()),
    };
    assert!(matches!(apply(&mut state, alias(&name(), &name())), Err(Rule::Alias { .. })));
    assert!(matches!(apply(&mut state, alias(&unknown, &unknown)), Err(Rule::Alias { .. })));
    apply(&mut state, alias(&unknown, &name())).unwrap();
    assert_eq!(state.resolve_name(&unknown), &name());
    let hidden = Installed { name: unknown.clone(), ..installed("1.0.0") };
    let refused = apply(&mut state, Op::Installed(hidden.clone())).unwrap_err();
    assert!(matches!(refused, Rule::NameIsAlias { .. }), "{refused}");
    apply(&mut state, Op::Aliased { alias: unknown.clone(), name: None }).unwrap();
    apply(&mut state, Op::Installed(hidden)).unwrap();
    assert!(matches!(apply(&mut state, alias(&unknown, &name())), Err(Rule::Alias { .. })));
    let pin = |version| Op::Pinned { caller: "ann".to_owned(), name: name(), version };
    assert!(apply(&mut state, pin(Some(version("9.0.0")))).is_err());
    apply(&mut state, pin(Some(version("1.0.0")))).unwrap();
    apply(&mut state, pin(None)).unwrap();
    assert!(state.pins.is_empty());
    let other = Installed { component: digest("other"), ..installed("1.0.0") };
    assert!(matches!(apply(&mut state, Op::Installed(other)), Err(Rule::OtherBytes { .. })));
}

fn tried(versions: &[&str]) -> Op {
    let versions = versions.iter().map(|text| version(text));
    let plan = Plan::preset("standard").unwrap();
    Op::variants(&name(), Variant::even(versions), plan, 0)
}

fn rolled_back(text: &str) -> Op {
    Op::RolledBack { name: name(), version: Some(version(text)), decision: None }
}

#[test]
fn variants_go_out_one_by_one_and_one_of_them_is_promoted() {
    let mut state = two();
    for text in ["1.2.0", "1.3.0"] {
        apply(&mut state, Op::Installed(installed(text))).unwrap();
    }
    let one = apply(&mut state, tried(&["1.1.0", "1.0.0"]));
    assert!(matches!(one, Err(Rule::ServesAlready { .. })), "{one:?}");
    let twice = apply(&mut state, tried(&["1.1.0", "1.1.0"]));
    assert!(matches!(twice, Err(Rule::Variants { .. })), "{twice:?}");
    let mut shadowed = tried(&["1.1.0", "1.2.0"]);
    if let Op::RolloutStarted { plan, .. } = &mut shadowed {
        **plan = plan.clone().after_shadow(crate::registry::Share::ALL);
    }
    assert!(matches!(apply(&mut state, shadowed), Err(Rule::Variants { .. })));

    apply(&mut state, tried(&["1.1.0", "1.2.0", "1.3.0"])).unwrap();
    let left = |state: &State| {
        let rollout = state.lines[&name()].rollout.as_ref();
        rollout.map(|rollout| rollout.versions().map(Version::to_string).collect::<Vec<_>>())
    };
    let another = apply(&mut state, tried(&["1.2.0", "1.3.0"]));
    assert!(matches!(another, Err(Rule::Rolling { .. })), "{another:?}");
    let which = apply(&mut state, Op::Promoted { name: name(), version: None, decision: None });
    let words = which.unwrap_err().to_string();
    assert!(words.contains("say which one: 1.1.0, 1.2.0, 1.3.0"), "{words}");

    apply(&mut state, rolled_back("1.1.0")).unwrap();
    assert_eq!(left(&state).unwrap(), ["1.2.0", "1.3.0"]);
    assert!(state.quarantined.contains_key(&digest("1.1.0")));
    let again = apply(&mut state, rolled_back("1.1.0"));
    assert!(matches!(again, Err(Rule::NoVariant { .. })), "{again:?}");
    let rollout = state.lines[&name()].rollout.clone().unwrap();
    assert_eq!((rollout.comparisons(), rollout.version), (3, version("1.2.0")), "α stays divided");
    let text = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);

    let mut revoked = state.clone();
    for (text, expected) in [("1.3.0", Some(vec!["1.2.0".to_owned()])), ("1.2.0", None)] {
        apply(&mut revoked, Op::Revoked { digest: digest(text) }).unwrap();
        assert_eq!(left(&revoked), expected);
    }
    let promoted = Op::Promoted { name: name(), version: Some(version("1.3.0")), decision: None };
    apply(&mut state, promoted).unwrap();
    assert_eq!(state.lines[&name()].stable, Some(version("1.3.0")));
    assert_eq!(left(&state), None);
    assert!(!state.quarantined.contains_key(&digest("1.2.0")), "it was not worse");
}

#[test]
fn all_variants_are_taken_back_at_once_by_a_person() {
    let mut state = two();
    apply(&mut state, Op::Installed(installed("1.2.0"))).unwrap();
    apply(&mut state, tried(&["1.1.0", "1.2.0"])).unwrap();
    apply(&mut state, Op::RolledBack { name: name(), version: None, decision: None }).unwrap();
    assert_eq!(state.lines[&name()].rollout, None);
    assert_eq!(state.quarantined.len(), 2);
    let again = apply(&mut state, tried(&["1.1.0", "1.2.0"]));
    assert!(matches!(again, Err(Rule::Quarantined { .. })), "{again:?}");
    apply(&mut state, tried(&["1.1.0", "1.2.0"]).tried_again()).unwrap();
    assert!(state.quarantined.is_empty());
}

/// 1.1.0 served, and was replaced by 1.0.0 again; it is tried once more, beside 1.2.0 where it is one
/// of several.
fn tried_again(variants: bool) -> State {
    let mut state = two();
    let activate = |to: &str| Op::Activated { name: name(), version: version(to) };
    apply(&mut state, Op::Installed(installed("1.2.0"))).unwrap();
    apply(&mut state, activate("1.1.0")).unwrap();
    apply(&mut state, activate("1.0.0")).unwrap();
    let op = match variants {
        false => started("1.1.0", false),
        true => Op::variants(
            &name(),
            Variant::even([version("1.1.0"), version("1.2.0")]),
            Plan::preset("standard").unwrap(),
            7,
        ),
    };
    apply(&mut state, op).unwrap();
    state
}

#[test]
fn what_serves_in_the_place_of_what_was_revoked_does_not_spread_beside_itself() {
    let mut state = tried_again(false);
    let revoke = Op::Revoked { digest: digest("1.0.0") };
    let record = recorded(&mut state, revoke.clone()).unwrap();
    assert_eq!((serving(&state).as_str(), &state.lines[&name()].rollout), ("1.1.0", &None));
    assert!(!state.quarantined.contains_key(&digest("1.1.0")), "it is not to blame");
    let told = [
        "`text.slugify` 1.1.0 serves in the place of 1.0.0",
        "the rollout of 1.1.0 is over, for it serves everybody now",
    ];
    assert_eq!(record.consequences(), told);

    let mut state = tried_again(true);
    let record = recorded(&mut state, revoke).unwrap();
    let line = &state.lines[&name()];
    let rollout = line.rollout.as_ref().unwrap();
    let left: Vec<String> = rollout.versions().map(ToString::to_string).collect();
    assert_eq!((serving(&state).as_str(), left), ("1.1.0", vec!["1.2.0".to_owned()]));
    assert!(!line.was_promoted, "nobody has judged it");
    let told = [
        "`text.slugify` 1.1.0 serves in the place of 1.0.0",
        "variant 1.1.0 is no longer compared: it serves everybody now: 1.0.0 does not any more \
         (because)",
    ];
    assert_eq!(record.consequences(), told);
    // The other goes on against it, and is promoted in its turn.
    apply(&mut state, Op::Promoted { name: name(), version: None, decision: None }).unwrap();
    assert_eq!(serving(&state), "1.2.0");
}

#[test]
fn who_served_before_does_not_serve_again_where_it_was_revoked_or_taken_back_itself() {
    let mut state = two();
    let activate = |to: &str| Op::Activated { name: name(), version: version(to) };
    apply(&mut state, activate("1.1.0")).unwrap();
    apply(&mut state, Op::Revoked { digest: digest("1.0.0") }).unwrap();
    let record = recorded(&mut state, Op::Revoked { digest: digest("1.1.0") }).unwrap();
    assert_eq!(serving(&state), "");
    assert_eq!(record.consequences(), ["nobody serves `text.slugify` any more"]);
}

#[test]
fn an_op_shares_what_it_does_not_change_with_the_state_before() {
    let mut before = two();
    for number in 0..100 {
        let other: CapabilityName = format!("other.number-{number}").parse().unwrap();
        let release = Installed { name: other, ..installed("1.0.0") };
        apply(&mut before, Op::Installed(release)).unwrap();
    }
    let mut after = before.clone();
    apply(&mut after, Op::FlagSet { flag: "go".to_owned(), on: true }).unwrap();
    assert!(Shared::is_same(&before.lines, &after.lines));
    apply(&mut after, started("1.1.0", false)).unwrap();
    let line = |state: &State, name: &CapabilityName| state.lines[name].clone();
    for other in before.lines.keys() {
        let is_same = Shared::is_same(&line(&before, other), &line(&after, other));
        assert_eq!(is_same, *other != name(), "{other}");
    }
    let release = |state: &State| line(state, &name()).releases[&version("1.1.0")].clone();
    assert!(Shared::is_same(&release(&before), &release(&after)), "nor are releases copied");
    assert_eq!(before.lines[&name()].rollout, None);
}
