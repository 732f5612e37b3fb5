//! Two callers never stop while releases are swapped two hundred times: no call fails, and each
//! gets the answer of the release that it began on.
//!
//! `cargo run -p hot-swap`

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::model::CapabilityName;
use engraft::registry::{Actor, Op};
use engraft::store::MemoryLog;
use engraft::traffic::{Target, Who};
use engraft::{Host, Invocation, LiveHost};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const SWAPS: u32 = 200;
const CALLERS: usize = 2;

/// What the callers saw.
#[derive(Default)]
struct Seen {
    is_over: AtomicBool,
    doubled: AtomicU64,
    tripled: AtomicU64,
    failed: AtomicU64,
}

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "the program says where its tasks run")]
async fn main() -> Result<()> {
    let key = SigningKey::generate(Origin::Development)?;
    let host = Host::builder().trust(Keyring::for_development(key.public())).build()?;
    let log_key = SigningKey::generate(Origin::Release)?;
    let live = LiveHost::open(host.clone(), Arc::new(MemoryLog::new()), log_key).await?;
    let name: CapabilityName = "math.scale".parse()?;
    let person = || Actor::person("you");
    for (sequence, version) in [(1, "1.0.0"), (2, "1.1.0")] {
        let component = wat::parse_str(format!(
            r#"(component
                (core module $m (func (export "scale") (param i32) (result i32)
                    (i32.mul (local.get 0) (i32.const {}))))
                (core instance $i (instantiate $m))
                (func (export "scale") (param "number" u32) (result u32)
                    (canon lift (core func $i "scale"))))"#,
            sequence + 1
        ))?;
        let description = host.describe(&name, component.clone()).await?;
        let mut manifest = Manifest::new(description, version.parse()?);
        manifest.sequence = sequence;
        let bundle = Bundle::sign(component, &manifest, &[&key])?.to_bytes();
        live.install(&bundle, person(), "a release").await?;
    }

    let seen = Arc::new(Seen::default());
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| tokio::spawn(call(live.clone(), name.clone(), Arc::clone(&seen))))
        .collect();
    for swap in 0..SWAPS {
        let version = if swap % 2 == 0 { "1.1.0" } else { "1.0.0" };
        let op = Op::Activated { name: name.clone(), version: version.parse()? };
        live.change(person(), "to and fro", op).await?;
        tokio::task::yield_now().await;
    }
    seen.is_over.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await?;
    }
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{SWAPS} swaps; {} calls answered by 1.0.0, {} by 1.1.0, {} failed",
        count(&seen.doubled),
        count(&seen.tripled),
        count(&seen.failed)
    )?;
    Ok(())
}

async fn call(live: LiveHost, name: CapabilityName, seen: Arc<Seen>) {
    let target = Target { name, requirement: None };
    while !seen.is_over.load(Ordering::Relaxed) {
        let input = Invocation::new("scale", r#"{"number": 21}"#);
        let answer = live.call(&target, input, &Who::default()).await;
        let version = answer.version.map(|version| version.to_string());
        let counter = match (version.as_deref(), answer.report.outcome.to_string().as_str()) {
            (Some("1.0.0"), "42") => &seen.doubled,
            (Some("1.1.0"), "63") => &seen.tripled,
            _ => &seen.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
    }
}
