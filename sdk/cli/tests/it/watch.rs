//! A registry beside a program that runs: what the command sees of it, and what it tells it.

use std::sync::Arc;
use std::time::Duration;

use engraft::artifact::{KeyStore, Keyring};
use engraft::model::SystemClock;
use engraft::store::SqliteLog;
use engraft::traffic::Who;
use engraft::{Bystander, Host, LiveHost};

use crate::registry::two;
use crate::support::Home;

/// A program that runs on the registry of a home, until it is dropped.
pub(crate) struct Program {
    runtime: tokio::runtime::Runtime,
    pub(crate) live: LiveHost,
}

impl Program {
    pub(crate) fn start(home: &Home) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let keyring = Keyring::load(&home.path("home/keyring.json")).unwrap();
        let key = KeyStore::open(&home.path("home/keys")).unwrap().load("log", None).unwrap();
        let log = Arc::new(SqliteLog::open(home.path("home/registry.sqlite")).unwrap());
        let host = Host::builder().trust(keyring).build().unwrap();
        let live = runtime.block_on(LiveHost::open(host, log, key)).unwrap();
        runtime.spawn(live.clone().run());
        let program = Self { runtime, live };
        program.until("a first look", |bystander| {
            bystander.programs(&SystemClock).unwrap().iter().any(engraft::Program::is_live)
        });
        program
    }

    fn call(&self, user: u32) {
        let who = Who::user(user.to_string()).request(format!("r-{user}"));
        let target = "numbers".parse().unwrap();
        let call = self.live.call(&target, "double", r#"{"number": 21}"#, &who);
        self.runtime.block_on(call);
    }

    pub(crate) fn until(&self, what: &str, holds: impl Fn(&Bystander) -> bool) {
        let bystander = Bystander::of(self.live.registry().journal().log()).unwrap().unwrap();
        for _ in 0..1_000 {
            if holds(&bystander) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{what} never came");
    }
}

#[test]
fn the_command_works_beside_a_running_program() {
    let home = two();
    home.run(&["watch"]).says(0, "no program runs");
    home.run(&["feedback", "r-1", "good"]).says(2, "no running program has this log open");
    let program = Program::start(&home);
    // What the command records, the program follows.
    home.run(&["rollout", "start", "numbers@1.1.0", "--plan", "quick"]).fine();
    program.until("the rollout", |_| {
        let snapshot = program.live.registry().snapshot();
        snapshot.line("numbers").is_some_and(|line| line.spreading.is_some())
    });
    for user in 0..100 {
        program.call(user);
    }
    program.until("the calls", |bystander| {
        let programs = bystander.programs(&SystemClock).unwrap();
        let releases = programs.iter().flat_map(|program| &program.figures.releases);
        releases.map(|release| release.counts.ended()).sum::<u64>() == 100
    });
    let seen = home.run(&["watch", "--json"]).fine().json();
    assert_eq!(seen["programs"][0]["live"], true);
    let calls: u64 =
        seen["releases"].as_array().unwrap().iter().map(|r| r["ended"].as_u64().unwrap()).sum();
    assert_eq!(calls, 100, "{seen}");
    assert_eq!(seen["rollouts"][0]["version"], "1.1.0");
    assert_eq!(seen["rollouts"][0]["is_now"], true, "{seen}");
    let both = ["treatment", "control"]
        .map(|arm| seen["rollouts"][0]["decision"][arm]["requests"].as_u64().unwrap());
    assert_eq!(both.iter().sum::<u64>(), 100);
    home.run(&["watch"]).says(0, "1 program runs").says(0, "users failed");

    let told = home.run(&["feedback", "r-1", "bad", "--json"]).fine().json();
    assert_eq!((&told["request"], &told["opinion"]), (&"r-1".into(), &"bad".into()));
    home.run(&["feedback", "r-2", "good", "--metric", "useful"]).says(0, "counted: r-2");
    home.run(&["feedback", "r-999", "good"]).says(2, "no running program knows");
    home.run(&["feedback", "r-1", "perhaps"]).says(2, "possible values: good, bad");

    home.run(&["rollout", "pause", "numbers"]).fine();
    home.run(&["watch"]).says(0, "(paused)");
    home.run(&["rollout", "rollback", "numbers", "--why", "enough"]).fine();
    program.until("the rollback", |_| {
        let snapshot = program.live.registry().snapshot();
        snapshot.line("numbers").is_some_and(|line| line.spreading.is_none())
    });
    home.run(&["watch"]).says(0, "rolled back");
}
