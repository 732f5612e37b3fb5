//! Three releases of one capability under load: the first serves, the second breaks for every
//! fourth number, the third is fine. Watch the steward take the second back and let the third come
//! through.
//!
//! `cargo run -p canary`

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::model::CapabilityName;
use engraft::registry::{Actor, Gate, Op, Plan, Record};
use engraft::store::MemoryLog;
use engraft::traffic::{Target, Who};
use engraft::{Host, Invocation, LiveHost};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// More users than either rollout takes to be decided.
const USERS_MAX: u32 = 20_000;

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "the program says where its tasks run")]
async fn main() -> Result<()> {
    let key = SigningKey::generate(Origin::Development)?;
    let host = Host::builder().trust(Keyring::for_development(key.public())).build()?;
    let name: CapabilityName = "math.double".parse()?;
    let mut bundles = Vec::new();
    // The second release breaks where the number is divisible by four.
    let broken = "(if (i32.eqz (i32.and (local.get 0) (i32.const 3))) (then unreachable))";
    for (sequence, version, body) in [(1, "1.0.0", ""), (2, "1.1.0", broken), (3, "1.2.0", "")] {
        // The second module does nothing; its name makes it another component.
        let component = wat::parse_str(format!(
            r#"(component
                (core module $m (func (export "double") (param i32) (result i32)
                    {body} (i32.mul (local.get 0) (i32.const 2))))
                (core module $v (func (export "{version}")))
                (core instance $i (instantiate $m))
                (func (export "double") (param "number" u32) (result u32)
                    (canon lift (core func $i "double"))))"#
        ))?;
        let description = host.describe(&name, component.clone()).await?;
        let mut manifest = Manifest::new(description, version.parse()?);
        manifest.sequence = sequence;
        bundles.push(Bundle::sign(component, &manifest, &[&key])?.to_bytes());
    }

    let log_key = SigningKey::generate(Origin::Release)?;
    let live = LiveHost::open(host, Arc::new(MemoryLog::new()), log_key).await?;
    let person = || Actor::person("you");
    for bundle in &bundles {
        live.install(bundle, person(), "a new release").await?;
    }
    let steward = tokio::spawn(live.clone().run());
    for version in ["1.1.0", "1.2.0"] {
        let version = version.parse()?;
        live.start(&name, &version, plan()?, person(), "let us see").await?;
        load(&live, &name).await?;
    }
    steward.abort();
    tell(&live)
}

/// A tenth of the users, then a half, with evidence before everybody gets it.
fn plan() -> Result<Plan> {
    let mut plan = Plan::preset("quick").ok_or("no such plan")?;
    for stage in &mut plan.stages {
        stage.dwell_seconds = 0;
        stage.gates = vec![Gate::NotWorse { margin: 0.02 }];
    }
    Ok(plan)
}

/// One user after the other, until the rollout is decided.
async fn load(live: &LiveHost, name: &CapabilityName) -> Result<()> {
    let target = Target { name: name.clone(), requirement: None };
    for user in 0..USERS_MAX {
        let input = Invocation::new("double", format!(r#"{{"number": {user}}}"#));
        live.call(&target, input, &Who::user(format!("user-{user}"))).await;
        let state = live.registry().journal().state();
        if state.lines.get(name).is_none_or(|line| line.rollout.is_none()) {
            break;
        }
        // A pause now and then, as real users leave them.
        if user % 20 == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    Ok(())
}

/// What the log tells of it.
#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else happens says why")]
fn tell(live: &LiveHost) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for entry in live.registry().journal().log().read(0, 1_000)? {
        let record = Record::from_json(std::str::from_utf8(&entry.bytes)?)?;
        let what = match &record.op {
            Op::Installed(installed) => format!("{} is installed", installed.version),
            Op::RolloutStarted { version, .. } => format!("{version} begins to spread"),
            _ => record.why.clone(),
        };
        writeln!(out, "{:>2}  {what}", record.sequence)?;
    }
    let snapshot = live.registry().snapshot();
    for (name, served) in snapshot.lines() {
        if let Some(stable) = &served.stable {
            writeln!(out, "\n{name} {} serves everybody", stable.version())?;
        }
    }
    Ok(())
}
