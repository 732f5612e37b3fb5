//! From a candidate to a bundle: every way round an examination or an approval is closed.

use std::time::Duration;

use engraft::artifact::{Keyring, Moment, Origin, Risk, Scope, SigningKey, TrustedKey};
use engraft::engine::EngineConfig;
use engraft::examine::{
    Action, Approval, Binding, Candidate, CandidateOrigin, CheckId, Conditions, Decision, Examined,
    Examiner, Level, NotApproved, Order, Policy, Report, Rule, Said,
};

use super::bench::{component, manifest};

const NOW: Duration = Duration::from_secs(1_790_000_000);

fn policy(action: Action) -> Policy {
    let rule = Rule { what: action, conditions: Conditions::default() };
    let mut policy = Policy::default();
    policy.actions.insert(Risk::Safe, rule);
    policy.levels.insert(CandidateOrigin::Uploaded, Level::Standard);
    policy
}

async fn examined(policy: &Policy, order: &Order) -> Examined {
    let examiner = Examiner::new(policy.clone(), EngineConfig::default()).unwrap();
    let candidate = Candidate::new(manifest(), component(""), CandidateOrigin::Uploaded);
    examiner.examine(candidate, order).await.unwrap()
}

fn person(seed: u8, keyring: &mut Keyring) -> SigningKey {
    let key = SigningKey::from_seed(&[seed; 32], Origin::Release);
    let label = format!("person {seed}");
    keyring.trust(TrustedKey::release(key.public(), label, Scope::everything())).unwrap();
    key
}

fn word(report: &Report, decision: Decision, at: Duration, key: &SigningKey) -> Approval {
    let said = Said {
        binding: Binding::of(report),
        decision,
        why: String::new(),
        at: Moment::at(at),
        until: Moment::at(at + Duration::from_secs(1_000)),
        conditions: Conditions { share_percent: Some(10), ..Conditions::default() },
    };
    Approval::sign(&said, report.subject.digests, key)
}

#[tokio::test]
async fn what_was_examined_is_what_is_signed() {
    let examined = examined(&policy(Action::Admit), &Order::default()).await;
    let approved = examined.approve(&[], &Keyring::new(), NOW).unwrap();
    let key = SigningKey::from_seed(&[9; 32], Origin::Release);
    let bundle = approved.sign(&[&key]).unwrap();
    assert_eq!(bundle.component(), component(""));
    assert_eq!(*bundle.claimed_manifest(), manifest());
}

#[tokio::test]
async fn two_approvals_are_of_two_persons() {
    let policy = policy(Action::TwoApprovals);
    let mut keyring = Keyring::new();
    let (ann, bob) = (person(1, &mut keyring), person(2, &mut keyring));
    let stranger = SigningKey::from_seed(&[3; 32], Origin::Release);
    let first = examined(&policy, &Order::default()).await;
    let report = first.report().clone();
    let yes = |key: &SigningKey, at| word(&report, Decision::Approve, at, key);
    let refused =
        first.approve(&[yes(&ann, NOW), yes(&ann, NOW), yes(&stranger, NOW)], &keyring, NOW);
    let (first, why) = *refused.unwrap_err();
    assert!(matches!(why, NotApproved::TooFew { counted: 1, needed: 2, .. }), "{why}");
    // One of them is over, or not yet given.
    for at in [NOW - Duration::from_secs(5_000), NOW + Duration::from_secs(5_000)] {
        let late = examined(&policy, &Order::default()).await;
        let words = [yes(&ann, NOW), yes(&bob, at)];
        assert!(late.approve(&words, &keyring, NOW).is_err());
    }
    let no = word(&report, Decision::Reject, NOW, &bob);
    let third = examined(&policy, &Order::default()).await;
    let refused = third.approve(
        &[yes(&ann, NOW), yes(&bob, NOW - Duration::from_secs(9)), no],
        &keyring,
        NOW,
    );
    assert!(matches!(refused.unwrap_err().1, NotApproved::Rejected { .. }));
    let approved = first.approve(&[yes(&ann, NOW), yes(&bob, NOW)], &keyring, NOW).unwrap();
    assert_eq!(approved.approvers().len(), 2);
    assert_eq!(approved.conditions()[0].share_percent, Some(10));
}

#[tokio::test]
async fn an_approval_is_for_this_policy_description_and_component_alone() {
    let asked = policy(Action::Approval);
    let mut keyring = Keyring::new();
    let ann = person(1, &mut keyring);
    let report = examined(&asked, &Order::default()).await.report().clone();
    let yes = [word(&report, Decision::Approve, NOW, &ann)];
    let mut other = asked.clone();
    other.bounds.depth = 7;
    assert!(examined(&other, &Order::default()).await.approve(&yes, &keyring, NOW).is_err());
    let examiner = Examiner::new(asked.clone(), EngineConfig::default()).unwrap();
    let mut said = manifest();
    said.description.summary = "Doubles all numbers.".to_owned();
    for candidate in [
        Candidate::new(said, component(""), CandidateOrigin::Uploaded),
        Candidate::new(manifest(), component("(func)"), CandidateOrigin::Uploaded),
    ] {
        let examined = examiner.examine(candidate, &Order::default()).await.unwrap();
        assert!(examined.approve(&yes, &keyring, NOW).is_err());
    }
    assert!(examined(&asked, &Order::default()).await.approve(&yes, &keyring, NOW).is_ok());
    keyring.revoke_key(ann.id(), "lost");
    assert!(examined(&asked, &Order::default()).await.approve(&yes, &keyring, NOW).is_err());
}

#[tokio::test]
async fn what_was_not_looked_at_enough_or_is_blocked_is_not_approved() {
    let keyring = Keyring::new();
    let policy = policy(Action::Admit);
    let basic = Order { level: Some(Level::Basic), ..Order::default() };
    let without = Order { without: vec![CheckId::IMPORTS], ..Order::default() };
    for order in [basic, without] {
        let refused = examined(&policy, &order).await.approve(&[], &keyring, NOW).unwrap_err();
        assert!(matches!(refused.1, NotApproved::Incomplete { .. }), "{}", refused.1);
    }
    let mut refusing = policy.clone();
    refusing.actions.insert(Risk::Safe, Rule::default());
    let refused = examined(&refusing, &Order::default()).await.approve(&[], &keyring, NOW);
    let (examined, why) = *refused.unwrap_err();
    assert!(
        matches!(&why, NotApproved::Blocked { checks, .. } if checks == &["policy.risk"]),
        "{why}"
    );
    assert!(examined.report().is_blocked());
}

#[tokio::test]
async fn a_signed_report_is_read_by_whoever_trusts_its_key() {
    let mut keyring = Keyring::new();
    let ann = person(1, &mut keyring);
    let examined = examined(&policy(Action::Admit), &Order::default()).await;
    let signed = examined.sign_report(&[&ann]);
    let (report, signers) = Report::open(&signed, &keyring, NOW).unwrap();
    assert_eq!((&report, signers.as_slice()), (examined.report(), [ann.id()].as_slice()));
    let (_, nobody) = Report::open(&signed, &Keyring::new(), NOW).unwrap();
    assert!(nobody.is_empty());
}
