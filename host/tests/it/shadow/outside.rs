//! Shadows that reach for what stands outside: directories and `wasi:http` of a program with WASI, and
//! interfaces of the embedding program itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::engine::raw::{self, Interface};
use engraft::examine::Policy;
use engraft::model::{Access, CapabilityName, FileGrant, FileRule, Grant, HttpRule, Permissions};
use engraft::registry::{Actor, Comparisons, Disagreement, Op, Plan, Share};
use engraft::store::MemoryLog;
use engraft::traffic::{Target, Who};
use engraft::{Host, LiveHost, Terms};
use serde_json::{Value, json};

use crate::effects::stage::rule;
use crate::files::{Ground, read};
use crate::http::Server;
use crate::support::command;

/// A program with releases 1.0.0 and 1.1.0 of one capability, the second a shadow for everybody.
struct Place {
    live: LiveHost,
    asked: u64,
}

impl Place {
    async fn open(
        components: [Vec<u8>; 2],
        asked: &Permissions,
        granted: Grant,
        interface: Option<Interface>,
    ) -> Self {
        let key = SigningKey::from_seed(&[2; 32], Origin::Development);
        let keyring = Keyring::for_development(key.public());
        let mut terms = Terms::default();
        terms.grant = granted;
        let mut builder = Host::builder().trust(keyring).terms("*".parse().unwrap(), terms);
        if let Some(interface) = interface {
            builder = builder.interface(interface);
        }
        let host = builder.policy(Policy::for_development()).build().unwrap();
        let log_key = SigningKey::from_seed(&[3; 32], Origin::Release);
        let log = Arc::new(MemoryLog::new());
        let live = LiveHost::open(host.clone(), log, log_key).await.unwrap();
        for (sequence, component) in (1..).zip(components) {
            let mut description = host.describe(&name(), component.clone()).await.unwrap();
            description.permissions = asked.clone();
            let version = format!("1.{}.0", sequence - 1).parse().unwrap();
            let mut manifest = Manifest::new(description, version);
            manifest.sequence = sequence;
            let bundle = Bundle::sign(component, &manifest, &[&key]).unwrap().to_bytes();
            live.install_unexamined(&bundle, by(), "").await.unwrap();
        }
        Self { live, asked: 0 }
    }

    async fn shadow(&self) -> Result<(), engraft::Error> {
        let plan = Plan::preset("quick").unwrap().after_shadow(Share::ALL);
        let version = "1.1.0".parse().unwrap();
        self.live.start(&name(), &version, plan, by(), "").await.map(drop)
    }

    /// What was served, and what came of all comparisons so far.
    async fn call(&mut self, operation: &str, input: Value) -> (Value, Comparisons) {
        let target: Target = name().into();
        let answer = self.live.call(&target, operation, &input.to_string(), &Who::default()).await;
        assert_eq!(answer.version.unwrap().to_string(), "1.0.0");
        let output = serde_json::from_str(&answer.report.outcome.to_string()).unwrap();
        self.asked += 1;
        let compared = async {
            loop {
                let comparisons = self.live.shadows().remove(0).comparisons;
                if comparisons.compared == self.asked {
                    return comparisons;
                }
                assert_eq!(comparisons.passed_over, 0);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::select! {
            () = self.live.clone().run() => panic!("it runs for ever"),
            comparisons = compared => (output, comparisons),
        }
    }
}

fn name() -> CapabilityName {
    "test.shadow".parse().unwrap()
}

fn by() -> Actor {
    Actor::person("test")
}

/// The program with a section more, which makes other bytes.
fn noted(component: &[u8], text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    let section = [&[0, length + 5, 4][..], b"note", text.as_bytes()].concat();
    [component, &section].concat()
}

/// A program with WASI that may read and write a directory and reach one address.
async fn wasi(ground: &Ground, http: HttpRule) -> Place {
    let program = command("wasi-effects");
    let (guest_path, access) = ("/data".to_owned(), Access::ReadWrite);
    let files = vec![FileRule { guest_path: guest_path.clone(), access }];
    let asked = Permissions { http: vec![http.clone()], files, ..Permissions::default() };
    let mut granted = Grant::default();
    granted.http = vec![http];
    granted.files = vec![FileGrant { host_path: ground.path("shared"), guest_path, access }];
    let components = ["1.0.0", "1.1.0"].map(|version| noted(&program, version));
    let place = Place::open(components, &asked, granted, None).await;
    place.shadow().await.unwrap();
    place
}

/// Runs the program; tells what it printed, and whether the shadow said something else.
async fn run(place: &mut Place, args: &[&str]) -> (String, Option<Disagreement>) {
    let before = place.live.shadows().remove(0).comparisons.differed;
    let (output, comparisons) = place.call("run", json!({ "args": args })).await;
    let differs = comparisons.differed > before;
    let printed = output["stdout"].as_str().unwrap().to_owned();
    (printed, differs.then(|| comparisons.examples.last().unwrap().clone()))
}

#[tokio::test]
async fn a_shadow_reads_files_and_writes_none() {
    let ground = Ground::new("shadow");
    let mut place = wasi(&ground, rule("asked.example.org")).await;
    assert_eq!(run(&mut place, &["read", "/data/open"]).await, ("hello".to_owned(), None));
    assert_eq!(run(&mut place, &["list", "/data"]).await, ("inner open".to_owned(), None));
    for (args, file, holds) in [
        (&["write", "/data/new", "x"][..], "new", Some("x")),
        (&["append", "/data/open", "!"], "open", Some("hello!")),
        (&["link", "open", "/data/other"], "other", Some("hello!")),
        (&["extend", "/data/new", "3"], "new", Some("\0\0\0")),
        (&["remove", "/data/other"], "other", None),
    ] {
        let (printed, differs) = run(&mut place, args).await;
        assert_eq!(printed, "done", "{args:?}");
        let differs = differs.unwrap_or_else(|| panic!("the shadow did {args:?} as well"));
        assert_eq!(differs.place.as_deref(), Some("/stdout"), "{args:?}: {differs:?}");
        let path = ground.path("shared").join(file);
        match holds {
            Some(holds) => assert_eq!(read(&path), holds, "{args:?}, and once"),
            None => assert!(!path.exists()),
        }
    }
    assert_eq!(read(&ground.path("secret")), "the secret");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shadow_sends_no_request_over_wasi_http() {
    let (ground, server) = (Ground::new("shadow-http"), Server::start().await);
    let authority = server.address.to_string();
    let mut place = wasi(&ground, rule(&authority)).await;
    let (printed, differs) = run(&mut place, &["get", &authority, "/bytes/10"]).await;
    assert!(printed.starts_with("200 "), "{printed}");
    let differs = differs.expect("the shadow was answered as well");
    assert_eq!(differs.place.as_deref(), Some("/stdout"), "{differs:?}");
    assert_eq!(server.seen(), 1, "one request was sent");
    // What is denied is denied to both, in the same words.
    let (printed, differs) = run(&mut place, &["get", "127.0.0.1:1", "/"]).await;
    assert!(printed.contains("HttpRequestDenied"), "{printed}");
    assert!(differs.is_none(), "{differs:?}");
}

/// Places an order at the program for each call, and tells how many there are.
const SHOP: &str = r#"(component
    (import "acme:shop/orders@1.0.0" (instance $orders
        (export "place" (func (param "count" u32) (result u32)))))
    (core func $place (canon lower (func $orders "place")))
    (core module $m
        (import "o" "place" (func $place (param i32) (result i32)))
        (func (export "order") (param i32) (result i32) (call $place (local.get 0))))
    (core instance $i (instantiate $m (with "o" (instance (export "place" (func $place))))))
    (func (export "order") (param "count" u32) (result u32)
        (canon lift (core func $i "order"))))"#;

fn orders(add: impl Fn(u32) -> u32 + Send + Sync + Clone + 'static) -> Interface {
    Interface::new("acme:shop/orders@1.0.0", "shop.orders", move |linker| {
        let add = add.clone();
        let place = move |_: raw::wasmtime::StoreContextMut<'_, raw::CallState>,
                          (count,): (u32,)| { Ok((add(count),)) };
        linker.instance("acme:shop/orders@1.0.0")?.func_wrap("place", place)
    })
}

async fn shop(interface: Interface) -> Place {
    let component = wat::parse_str(SHOP).unwrap();
    let custom = vec!["shop.orders".parse().unwrap()];
    let asked = Permissions { custom: custom.clone(), ..Permissions::default() };
    let mut granted = Grant::default();
    granted.custom = custom;
    let components = ["1.0.0", "1.1.0"].map(|version| noted(&component, version));
    Place::open(components, &asked, granted, Some(interface)).await
}

#[tokio::test]
async fn a_shadow_gets_the_interfaces_that_the_program_says_are_without_effect() {
    let placed = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&placed);
    let real = orders(move |count| counted.fetch_add(count, Ordering::Relaxed) + count);
    let mut place = shop(real.clone().in_shadow(orders(|_| 0))).await;
    place.shadow().await.unwrap();
    let (output, comparisons) = place.call("order", json!({"count": 3})).await;
    assert_eq!((output, comparisons.differed), (json!(3), 1), "{comparisons:?}");
    assert_eq!(placed.load(Ordering::Relaxed), 3, "ordered once");

    // Without a word of the program it cannot be a shadow, and what serves goes on.
    let place = shop(real).await;
    let refused = place.shadow().await.unwrap_err().to_string();
    assert!(refused.contains("it cannot be a shadow"), "{refused}");
    assert!(place.live.shadows().is_empty());
    let records = place.live.steward().tick().await.unwrap();
    assert!(matches!(&records[0].op, Op::RolledBack { .. }), "{records:?}");
    assert!(records[0].why.contains("cannot be a shadow"), "{}", records[0].why);
    let target: Target = name().into();
    let input = json!({"count": 1}).to_string();
    let answer = place.live.call(&target, "order", &input, &Who::default()).await;
    assert_eq!(answer.report.outcome.to_string(), "4");
}
