//! Nothing gets into a live host that nobody looked at, and what persons have allowed it on conditions
//! is held to them while it serves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engraft::artifact::{Bundle, Keyring, Moment, Origin, Risk, Scope, SigningKey, TrustedKey};
use engraft::examine::{
    Action, Approval, Binding, Blocks, Candidate, CandidateOrigin, CheckId, Conditions, Decision,
    Level, Policy, Report, Rule, Said,
};
use engraft::model::{Budget, CapabilityName, Clock, Outcome, SystemClock};
use engraft::registry::{
    Actor, Installed, JournalError, Op, Plan, Record, RegistryError, ReleaseOrigin,
};
use engraft::store::{MemoryLog, OpLog};
use engraft::traffic::{Target, Who};
use engraft::{Error, Host, LiveHost};

use crate::examine::bench::{component, manifest};

const DAY: u64 = 86_400;

/// A clock whose days pass when a test says so.
struct Calendar(AtomicU64);

impl Clock for Calendar {
    fn wall(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Instant {
        SystemClock.monotonic()
    }
}

/// A log, whoever signs, and persons who may approve.
struct Place {
    log: Arc<MemoryLog>,
    clock: Arc<Calendar>,
    keyring: Keyring,
    maker: SigningKey,
    ann: SigningKey,
    bob: SigningKey,
}

impl Place {
    fn new() -> Self {
        let key = |seed, origin| SigningKey::from_seed(&[seed; 32], origin);
        let maker = key(1, Origin::Development);
        let (ann, bob) = (key(2, Origin::Release), key(3, Origin::Release));
        let mut keyring = Keyring::for_development(maker.public());
        for (key, name) in [(&ann, "ann"), (&bob, "bob")] {
            let trusted = TrustedKey::release(key.public(), name, Scope::everything());
            keyring.trust(trusted).unwrap();
        }
        let clock = Arc::new(Calendar(AtomicU64::new(20_000 * DAY)));
        Self { log: Arc::new(MemoryLog::new()), clock, keyring, maker, ann, bob }
    }

    async fn open(&self, policy: Policy) -> LiveHost {
        let clock: Arc<dyn Clock> = Arc::<Calendar>::clone(&self.clock);
        let host = Host::builder().trust(self.keyring.clone()).clock(clock).policy(policy);
        let log: Arc<dyn OpLog> = Arc::<MemoryLog>::clone(&self.log);
        let log_key = SigningKey::from_seed(&[9; 32], Origin::Release);
        LiveHost::open(host.build().unwrap(), log, log_key).await.unwrap()
    }

    /// A release of `math.double`; each version has bytes of its own.
    fn bundle(&self, version: &str, key: &SigningKey) -> Vec<u8> {
        let mut manifest = manifest();
        manifest.version = version.parse().unwrap();
        manifest.sequence = manifest.version.minor + 1;
        let own = format!(r#"(func (export "v{}"))"#, manifest.version.minor);
        Bundle::sign(component(&own), &manifest, &[key]).unwrap().to_bytes()
    }

    fn word(
        &self,
        report: &Report,
        key: &SigningKey,
        decision: Decision,
        on: Conditions,
    ) -> Approval {
        let now = self.clock.wall();
        let said = Said {
            binding: Binding::of(report),
            decision,
            why: "looked at it".to_owned(),
            at: Moment::at(now),
            until: Moment::at(now + Duration::from_secs(90 * DAY)),
            conditions: on,
        };
        Approval::sign(&said, report.subject.digests, key)
    }

    fn tomorrow(&self, days: u64) {
        self.clock.0.fetch_add(days * DAY, Ordering::Relaxed);
    }

    /// Installs what needs an approval, with one on these conditions.
    async fn approved(&self, live: &LiveHost, version: &str, on: Conditions) -> Report {
        let bundle = self.bundle(version, &self.maker);
        let report = not_approved(live.install(&bundle, by(), "").await);
        let yes = self.word(&report, &self.ann, Decision::Approve, on);
        live.decide(&yes, by()).await.unwrap();
        live.install(&bundle, by(), "approved").await.unwrap();
        report
    }
}

/// Everything needs an approval, after a look at bytes alone: what is tried here is not the look.
fn asking(action: Action) -> Policy {
    let mut policy = Policy::default();
    policy.levels.insert(CandidateOrigin::Installed, Level::Basic);
    policy.levels.insert(CandidateOrigin::Generated, Level::Basic);
    policy.actions.insert(Risk::Safe, Rule { what: action, ..Rule::default() });
    policy
}

fn by() -> Actor {
    Actor::person("test")
}

fn not_approved(result: Result<Record, Error>) -> Report {
    match result {
        Err(Error::NotApproved { report, .. }) => *report,
        other => panic!("{other:?}"),
    }
}

async fn ask(live: &LiveHost, who: &Who) -> Result<String, String> {
    let target: Target = "math.double".parse().unwrap();
    let answer = live.call(&target, "double", r#"{"number": 21}"#, who).await;
    match answer.report.outcome {
        Outcome::Returned(_) => Ok(answer.version.unwrap().to_string()),
        outcome => Err(outcome.to_string()),
    }
}

fn records(live: &LiveHost) -> Vec<Record> {
    let entries = live.registry().journal().log().read(0, 1_000).unwrap();
    entries.iter().map(|entry| serde_json::from_slice(&entry.bytes).unwrap()).collect()
}

#[tokio::test]
async fn what_is_not_let_through_is_told_and_waits_for_persons() {
    let place = Place::new();
    let live = place.open(asking(Action::TwoApprovals)).await;
    let bundle = place.bundle("1.0.0", &place.maker);
    let report = not_approved(live.install(&bundle, by(), "").await);
    assert!(ask(&live, &Who::default()).await.is_err());
    let told = records(&live);
    let Op::Examined(examination) = &told[0].op else { panic!("{told:?}") };
    assert_eq!((examination.level, examination.approvals()), (Level::Basic, 2));
    assert!(told[0].why.contains("0 of 2 approvals"), "{}", told[0].why);
    let kept = live.report(examination.report).await.unwrap().unwrap();
    assert_eq!(kept, report, "the report is kept beside the log");

    let yes = |key| place.word(&report, key, Decision::Approve, Conditions::default());
    live.decide(&yes(&place.ann), by()).await.unwrap();
    let again = live.decide(&yes(&place.ann), by()).await.unwrap();
    assert!(again.is_empty(), "what is known is not recorded again");
    not_approved(live.install(&bundle, by(), "").await);
    live.decide(&yes(&place.bob), by()).await.unwrap();
    let record = live.install(&bundle, by(), "both said yes").await.unwrap();
    let Op::Installed(installed) = &record.op else { panic!("{record:?}") };
    let examination = installed.examination.as_ref().unwrap();
    assert_eq!(examination.binding, Binding::of(&report));
    assert_eq!(ask(&live, &Who::default()).await.as_deref(), Ok("1.0.0"));
    // A restart counts them again.
    let live = place.open(asking(Action::TwoApprovals)).await;
    assert_eq!(ask(&live, &Who::default()).await.as_deref(), Ok("1.0.0"));
}

#[tokio::test]
async fn a_word_that_is_taken_back_takes_the_release_out() {
    for decision in [Decision::Withdraw, Decision::Reject] {
        let place = Place::new();
        let live = place.open(asking(Action::Approval)).await;
        place.approved(&live, "1.0.0", Conditions::default()).await;
        let report = place.approved(&live, "1.1.0", Conditions::default()).await;
        let activate = |version: &str| Op::Activated {
            name: "math.double".parse().unwrap(),
            version: version.parse().unwrap(),
        };
        live.change(by(), "", activate("1.1.0")).await.unwrap();
        assert_eq!(ask(&live, &Who::default()).await.as_deref(), Ok("1.1.0"));
        place.tomorrow(1);
        let no = place.word(&report, &place.ann, decision, Conditions::default());
        live.decide(&no, by()).await.unwrap();
        assert_eq!(ask(&live, &Who::default()).await.as_deref(), Ok("1.0.0"), "who was before");
        let refused = live.change(by(), "", activate("1.1.0")).await.unwrap_err();
        assert!(refused.to_string().contains("serves nobody at present"), "{refused}");
        assert_eq!(refused.class(), engraft::Class::Policy);
    }
}

#[tokio::test]
async fn only_a_group_gets_what_is_approved_for_one() {
    let place = Place::new();
    let live = place.open(asking(Action::Approval)).await;
    let staff = Conditions { group: Some("staff".to_owned()), ..Conditions::default() };
    place.approved(&live, "1.0.0", staff.clone()).await;
    let (ann, bob) = (Who::user("ann").group("staff"), Who::user("bob"));
    assert_eq!(ask(&live, &ann).await.as_deref(), Ok("1.0.0"));
    let refused = ask(&live, &bob).await.unwrap_err();
    assert!(refused.contains("only for the group `staff`"), "{refused}");
    // A pin and a requirement are no way round.
    let pin = Op::Pinned {
        caller: "nightly".to_owned(),
        name: "math.double".parse().unwrap(),
        version: Some("1.0.0".parse().unwrap()),
    };
    live.change(by(), "", pin).await.unwrap();
    assert!(ask(&live, &bob.clone().caller("nightly")).await.is_err());
    let target: Target = "math.double@=1.0.0".parse().unwrap();
    let answer = live.call(&target, "double", r#"{"number": 21}"#, &bob).await;
    assert!(!answer.report.outcome.is_returned());

    // A later one for the group does not take the place of one for everybody.
    let place = Place::new();
    let live = place.open(asking(Action::Approval)).await;
    place.approved(&live, "1.0.0", Conditions::default()).await;
    place.approved(&live, "1.1.0", staff).await;
    let (name, version) = ("math.double".parse().unwrap(), "1.1.0".parse().unwrap());
    let activate = Op::Activated { name, version };
    let refused = live.change(by(), "", activate).await.unwrap_err();
    assert!(refused.to_string().contains("only for the group `staff`"), "{refused}");
    let mut plan = Plan::preset("quick").unwrap();
    plan.stages.truncate(1);
    plan.stages[0].requests_min = u64::MAX;
    plan.stages[0].share = "100%".parse().unwrap();
    let (name, version) = ("math.double".parse().unwrap(), "1.1.0".parse().unwrap());
    live.start(&name, &version, plan, by(), "").await.unwrap();
    assert_eq!(ask(&live, &ann).await.as_deref(), Ok("1.1.0"));
    assert_eq!(ask(&live, &bob).await.as_deref(), Ok("1.0.0"), "whatever the share");
}

#[tokio::test]
async fn no_more_users_get_it_than_it_is_approved_for() {
    let place = Place::new();
    let live = place.open(asking(Action::Approval)).await;
    place.approved(&live, "1.0.0", Conditions::default()).await;
    let tenth = Conditions { share_percent: Some(10), ..Conditions::default() };
    place.approved(&live, "1.1.0", tenth.clone()).await;
    let mut plan = Plan::preset("quick").unwrap();
    plan.stages.truncate(1);
    plan.stages[0].share = "50%".parse().unwrap();
    plan.stages[0].requests_min = u64::MAX;
    let (name, version) = ("math.double".parse().unwrap(), "1.1.0".parse().unwrap());
    live.start(&name, &version, plan, by(), "").await.unwrap();
    let mut new = 0;
    for user in 0..500 {
        let got = ask(&live, &Who::user(format!("user-{user}"))).await.unwrap();
        new += u32::from(got == "1.1.0");
    }
    // Five standard deviations around 50 of 500; half of them would be 250.
    assert!((17..=83).contains(&new), "{new}");
    let op = Op::Promoted { name: "math.double".parse().unwrap(), version: None, decision: None };
    let refused = live.change(by(), "", op).await.unwrap_err();
    assert!(refused.to_string().contains("at most 10% of the users"), "{refused}");

    let place = Place::new();
    let live = place.open(asking(Action::Approval)).await;
    place.approved(&live, "1.0.0", tenth).await;
    let refused = ask(&live, &Who::default()).await.unwrap_err();
    assert!(refused.contains("at most 10% of the users"), "{refused}");
}

#[tokio::test]
async fn what_is_approved_until_a_date_ends_with_it_and_that_is_told() {
    let place = Place::new();
    let live = place.open(asking(Action::Approval)).await;
    let until = Some(Moment::at(place.clock.wall() + Duration::from_secs(3 * DAY)));
    let report =
        place.approved(&live, "1.0.0", Conditions { until, ..Conditions::default() }).await;
    place.tomorrow(2);
    assert_eq!(ask(&live, &Who::default()).await.as_deref(), Ok("1.0.0"));
    place.tomorrow(2);
    // Whether or not anybody drives the host.
    let refused = ask(&live, &Who::default()).await.unwrap_err();
    assert!(refused.contains("its approval ended at"), "{refused}");
    let length = live.registry().journal().length();
    let run = tokio::spawn(live.clone().run());
    while live.registry().journal().length() == length {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    run.abort();
    let last = records(&live).pop().unwrap();
    assert!(matches!(&last.op, Op::Expired { .. }), "{last:?}");
    assert_eq!((last.by, last.why.contains("ended at")), (Actor::calendar(), true));
    // Another approval lets it serve again; nothing has to be installed.
    let yes = place.word(&report, &place.ann, Decision::Approve, Conditions::default());
    live.decide(&yes, by()).await.unwrap();
    assert_eq!(ask(&live, &Who::default()).await.as_deref(), Ok("1.0.0"));
    // An approval without a date ends after its life all the same.
    place.tomorrow(91);
    assert!(ask(&live, &Who::default()).await.is_err());
}

#[tokio::test]
async fn a_tighter_budget_bounds_each_call_after_a_restart_too() {
    let place = Place::new();
    let live = place.open(asking(Action::Approval)).await;
    let wide = Budget { fuel: 1, ..manifest().budget };
    let on = Conditions { budget: Some(wide), ..Conditions::default() };
    let report = place.approved(&live, "1.0.0", on).await;
    for live in [live.clone(), place.open(asking(Action::Approval)).await] {
        let refused = ask(&live, &Who::default()).await.unwrap_err();
        assert_eq!(refused, Outcome::OutOfFuel { limit: 1 }.to_string());
    }
    // What is approved later holds at once.
    place.tomorrow(1);
    let yes = place.word(&report, &place.ann, Decision::Approve, Conditions::default());
    live.decide(&yes, by()).await.unwrap();
    assert_eq!(ask(&live, &Who::default()).await.as_deref(), Ok("1.0.0"));
}

#[tokio::test]
async fn work_in_progress_is_marked_and_refused_by_a_policy_that_does_not_name_it() {
    let place = Place::new();
    let bundle = place.bundle("1.0.0", &place.maker);
    let live = place.open(Policy::default()).await;
    let refused = live.install_unexamined(&bundle, by(), "").await.unwrap_err();
    assert!(refused.to_string().contains("`throwaway: admit`"), "{refused}");
    let live = place.open(Policy::for_development()).await;
    // A key for releases stands for releases.
    let released = place.bundle("1.0.0", &place.ann);
    let refused = live.install_unexamined(&released, by(), "").await.unwrap_err();
    assert!(refused.to_string().contains("signed by ann"), "{refused}");
    let record = live.install_unexamined(&bundle, by(), "").await.unwrap();
    assert!(matches!(&record.op, Op::Installed(it) if it.examination.is_none()));
    assert_eq!(ask(&live, &Who::default()).await.as_deref(), Ok("1.0.0"));
    // Elsewhere it is left out, and whoever asks for it is told why.
    let elsewhere = place.open(Policy::default()).await;
    let refused = ask(&elsewhere, &Who::default()).await.unwrap_err();
    assert!(refused.contains("was not examined"), "{refused}");
}

#[tokio::test]
async fn there_is_no_side_door() {
    let place = Place::new();
    let live = place.open(asking(Action::Approval)).await;
    let bundle = place.bundle("1.0.0", &place.maker);
    let report = not_approved(live.install(&bundle, by(), "").await);
    // An op by hand.
    let installed = Installed {
        name: "math.double".parse().unwrap(),
        version: "1.0.0".parse().unwrap(),
        component: report.subject.component,
        bundle: engraft::model::Digest::of(&bundle),
        sequence: 1,
        origin: ReleaseOrigin::Brought,
        operations: Vec::new(),
        verified: None,
        examination: None,
    };
    let refused = live.change(by(), "", Op::Installed(installed.clone())).await.unwrap_err();
    let not_admitted = |error: &JournalError| matches!(error, JournalError::NotAdmitted { .. });
    let Error::Registry(RegistryError::Journal(error)) = &refused else { panic!("{refused}") };
    assert!(not_admitted(error), "{refused}");
    // Nor around the host, by whoever holds the key of the log.
    let journal = live.registry().journal();
    let refused = journal.record(by(), "", Op::Installed(installed)).unwrap_err();
    assert!(not_admitted(&refused), "{refused}");
    // A word that nobody signed whom the keyring trusts, as an op and as an approval.
    let stranger = SigningKey::from_seed(&[8; 32], Origin::Release);
    let forged = place.word(&report, &stranger, Decision::Approve, Conditions::default());
    let refused = live.decide(&forged, by()).await.unwrap_err();
    assert!(matches!(refused, Error::Registry(RegistryError::NotSaid { .. })), "{refused}");
    let signed = String::from_utf8(forged.to_bytes().to_vec()).unwrap();
    let op = |key: &SigningKey| Op::Decided {
        name: "math.double".parse().unwrap(),
        component: report.subject.component,
        decision: Decision::Approve,
        key: key.public(),
        signed: signed.clone(),
    };
    assert!(live.change(by(), "", op(&stranger)).await.is_err());
    // Nor around the host, in the name of somebody who has not signed.
    let refused = live.registry().journal().record(by(), "", op(&place.ann)).unwrap_err();
    assert!(refused.to_string().contains("has not signed"), "{refused}");
    not_approved(live.install(&bundle, by(), "").await);
    // What a program wrote goes the same way, and is signed only then.
    let candidate = || Candidate::new(manifest(), component(""), CandidateOrigin::Generated);
    not_approved(live.admit(candidate(), &[&place.maker], by(), "").await);
    let live = place.open(Policy::default()).await;
    let record = live.admit(candidate(), &[&place.maker], by(), "").await.unwrap();
    let Op::Installed(installed) = record.op else { panic!() };
    assert_eq!(installed.origin, ReleaseOrigin::Generated);
    assert_eq!(installed.examination.unwrap().level, Level::Standard, "as the policy wants");
}

#[tokio::test]
async fn a_plain_host_with_a_policy_examines_too() {
    let place = Place::new();
    let host =
        |policy| Host::builder().trust(place.keyring.clone()).policy(policy).build().unwrap();
    let bundle = place.bundle("1.0.0", &place.maker);
    let refused = host(asking(Action::Approval)).install(&bundle).await.unwrap_err();
    assert!(matches!(refused, Error::NotApproved { .. }), "{refused}");
    host(Policy::default()).install(&bundle).await.unwrap();
}

#[tokio::test]
async fn an_upgrade_is_held_against_what_was_measured_of_the_release_that_serves() {
    let place = Place::new();
    let mut policy = Policy::default();
    policy.levels.insert(CandidateOrigin::Installed, Level::Production);
    // Workers are tried where they are.
    policy.blocks.insert(CheckId::WALL, Blocks::No);
    let live = place.open(policy).await;
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        live.install(&place.bundle(version, &place.maker), by(), "").await.unwrap();
    }
    let state = live.registry().journal().state();
    let line = &state.lines[&"math.double".parse::<CapabilityName>().unwrap()];
    assert_eq!(line.stable, Some("1.0.0".parse().unwrap()));
    let mut compared = Vec::new();
    for release in line.releases.values() {
        let examination = release.installed.examination.as_ref().unwrap();
        let report = live.report(examination.report).await.unwrap().unwrap();
        let since = report.performance.unwrap().since.map(|since| since.version.unwrap());
        compared.push((report.subject.compared_with.map(|it| it.to_string()), since));
    }
    // The one before it is another one than the one that serves.
    let first = Some("1.0.0".parse().unwrap());
    let before = |version: &str| Some(version.to_owned());
    assert_eq!(
        compared,
        [(None, None), (before("1.0.0"), first.clone()), (before("1.1.0"), first)]
    );
}
