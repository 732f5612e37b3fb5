//! Three releases of one capability under load: the first serves, the second breaks for every
//! fourth number, the third is fine. Watch the steward take the second back and let the third come
//! through.
//!
//! `cargo run -p canary`

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::examine::Policy;
use engraft::model::CapabilityName;
use engraft::registry::evidence::Tally;
use engraft::registry::judge::Decision;
use engraft::registry::{Actor, Gate, Op, Plan, Record};
use engraft::store::MemoryLog;
use engraft::traffic::{Role, Standing, Target, Who};
use engraft::{Host, LiveHost};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// More users than either rollout takes to be decided.
const USERS_MAX: u32 = 20_000;
/// Letters of the bar that shows evidence.
const BAR: usize = 24;

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "the program says where its tasks run")]
async fn main() -> Result<()> {
    let key = SigningKey::generate(Origin::Development)?;
    // An examination would find the broken release and refuse it; what is shown here is what happens to
    // a mistake that none has found.
    let host = Host::builder().trust(Keyring::for_development(key.public()));
    let host = host.policy(Policy::for_development()).build()?;
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
        live.install_unexamined(bundle, person(), "a new release").await?;
    }
    say(&format!("{name} 1.0.0 serves everybody; 20 would be evidence enough to roll back"))?;
    let steward = tokio::spawn(live.clone().run());
    for (version, what) in [("1.1.0", "breaks for every fourth number"), ("1.2.0", "is fine")] {
        say(&format!("\n{version} {what}, and begins to spread"))?;
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

/// One user after the other, until the rollout is decided; now and then a look at where it stands.
async fn load(live: &LiveHost, name: &CapabilityName) -> Result<()> {
    let target = Target { name: name.clone(), requirement: None };
    let mut seen = live.registry().journal().length();
    for user in 0..USERS_MAX {
        let input = format!(r#"{{"number": {user}}}"#);
        live.call(&target, "double", &input, &Who::user(format!("user-{user}"))).await;
        if user % 200 == 99 {
            look(live)?;
        }
        // What the steward records is told as it comes.
        let log = live.registry().journal().log();
        for entry in log.read(seen, 100)? {
            seen = entry.sequence + 1;
            let record = Record::from_json(std::str::from_utf8(&entry.bytes)?)?;
            if !matches!(record.op, Op::Held { .. }) {
                say(&format!("  {}", record.why))?;
            }
        }
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

/// Where the rollout stands: evidence as a bar, and what both arms did.
fn look(live: &LiveHost) -> Result<()> {
    for Standing { decision, .. } in live.figures(10).rollouts {
        let Decision { evidence, threshold, treatment, control, .. } = decision;
        // Evidence grows by factors, so the bar does.
        let nearness = (evidence.ln_1p() / threshold.ln_1p()).clamp(0.0, 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of the bar"
        )]
        let full = (nearness * BAR as f64).round() as usize;
        let bar = format!("{}{}", "█".repeat(full), "░".repeat(BAR - full));
        let arm = |tally: Tally| format!("{:>3} of {:>5}", tally.failures, tally.requests);
        let (new, old) = (arm(treatment), arm(control));
        say(&format!("  {bar} {evidence:>6.2}   failed: new {new}   old {old}"))?;
    }
    Ok(())
}

/// What each release came to.
fn tell(live: &LiveHost) -> Result<()> {
    say("\nrelease   calls   succeeded       p50       p99")?;
    let mut releases = live.figures(10).releases;
    releases.sort_by(|one, other| one.version.cmp(&other.version));
    for release in releases {
        let ended = release.counts.ended().max(1);
        #[expect(clippy::cast_precision_loss, reason = "counts of a few thousand calls")]
        let succeeded = release.counts.returned() as f64 / ended as f64 * 100.0;
        let (p50, p99) = (release.latency.p50_us, release.latency.p99_us);
        let serves = if release.role == Role::Serves { "   serves everybody" } else { "" };
        say(&format!(
            "{:<7} {:>7} {succeeded:>10.1} % {p50:>7.0} µs {p99:>7.0} µs{serves}",
            release.version.to_string(),
            release.counts.begun,
        ))?;
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}
