//! Two callers never stop while releases are swapped two hundred times: no call fails, and each
//! gets the answer of the release that it began on. Then comes a release that breaks, and is taken
//! back with one change.
//!
//! `cargo run -p hot-swap`

mod film;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::examine::Policy;
use engraft::model::CapabilityName;
use engraft::registry::{Actor, Op};
use engraft::store::MemoryLog;
use engraft::traffic::{Target, Who};
use engraft::{Host, LiveHost};
use film::{Film, Seen};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const SWAPS: usize = 200;
const CALLERS: usize = 2;
/// How long the broken release is left to serve: as long as somebody needs to notice.
const BROKEN_FOR: Duration = Duration::from_millis(20);

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "the program says where its tasks run")]
async fn main() -> Result<()> {
    let live = releases().await?;
    let film = Arc::new(Film::default());
    let is_over = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| tokio::spawn(call(live.clone(), Arc::clone(&film), Arc::clone(&is_over))))
        .collect();

    for swap in 0..SWAPS {
        film.cut();
        activate(&live, if swap % 2 == 0 { "1.1.0" } else { "1.0.0" }).await?;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (swapped, strip) = (film.tell(), film.strip());

    activate(&live, "1.2.0").await?;
    tokio::time::sleep(BROKEN_FOR).await;
    activate(&live, "1.1.0").await?;
    let broken = film.tell();
    tokio::time::sleep(BROKEN_FOR).await;
    let healed = film.tell();
    is_over.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await?;
    }

    let mut out = std::io::stdout().lock();
    writeln!(out, "{SWAPS} swaps between two good releases, answers over time:\n")?;
    writeln!(out, "{strip}")?;
    let Seen { answered: [one, two, _], failed } = swapped;
    writeln!(out, "{one} calls answered by 1.0.0, {two} by 1.1.0, {failed} failed\n")?;
    writeln!(
        out,
        "then 1.2.0, which breaks, and 1.1.0 again {} ms later:\n",
        BROKEN_FOR.as_millis()
    )?;
    writeln!(out, "{} calls failed until it was taken back", broken.failed - failed)?;
    let after = healed.failed - broken.failed;
    let answered = healed.answered.iter().sum::<u64>() - broken.answered.iter().sum::<u64>();
    // Those that had begun on it end on it.
    writeln!(out, "{answered} answered afterwards; {after} that had begun on it failed then")?;
    Ok(())
}

/// A host with three releases: doubles, triples, breaks.
async fn releases() -> Result<LiveHost> {
    let key = SigningKey::generate(Origin::Development)?;
    // An examination would find the broken release and refuse it; what is shown here is what happens to
    // a mistake that none has found.
    let host = Host::builder().trust(Keyring::for_development(key.public()));
    let host = host.policy(Policy::for_development()).build()?;
    let log_key = SigningKey::generate(Origin::Release)?;
    let live = LiveHost::open(host.clone(), Arc::new(MemoryLog::new()), log_key).await?;
    let bodies = [
        "(i32.mul (local.get 0) (i32.const 2))",
        "(i32.mul (local.get 0) (i32.const 3))",
        "unreachable",
    ];
    for (sequence, body) in (1..).zip(bodies) {
        let component = wat::parse_str(format!(
            r#"(component
                (core module $m (func (export "scale") (param i32) (result i32) {body}))
                (core instance $i (instantiate $m))
                (func (export "scale") (param "number" u32) (result u32)
                    (canon lift (core func $i "scale"))))"#
        ))?;
        let description = host.describe(&name()?, component.clone()).await?;
        let mut manifest = Manifest::new(description, format!("1.{}.0", sequence - 1).parse()?);
        manifest.sequence = sequence;
        let bundle = Bundle::sign(component, &manifest, &[&key])?.to_bytes();
        live.install_unexamined(&bundle, Actor::person("you"), "a release").await?;
    }
    Ok(live)
}

fn name() -> Result<CapabilityName> {
    Ok("math.scale".parse()?)
}

async fn activate(live: &LiveHost, version: &str) -> Result<()> {
    let op = Op::Activated { name: name()?, version: version.parse()? };
    live.change(Actor::person("you"), "to and fro", op).await?;
    Ok(())
}

/// Calls and calls again, and notes which release gave which answer.
async fn call(live: LiveHost, film: Arc<Film>, is_over: Arc<AtomicBool>) {
    let Ok(name) = name() else { return };
    let target = Target { name, requirement: None };
    while !is_over.load(Ordering::Relaxed) {
        let answer = live.call(&target, "scale", r#"{"number": 21}"#, &Who::default()).await;
        let version = answer.version.map(|version| version.to_string());
        match (version.as_deref(), answer.report.outcome.to_string().as_str()) {
            (Some("1.0.0"), "42") => film.answered(0),
            (Some("1.1.0"), "63") => film.answered(1),
            _ => film.failed(),
        }
        tokio::task::yield_now().await;
    }
}
