//! How long it takes from a failed request to a served one, and what growth costs whoever is served.
//!
//! A round is a host of its own: it examines by the default policy at level Standard, compiles, signs,
//! and lets the release spread to one user in a hundred and to whoever asked, who then asks again.
//!
//! *Never:* a round counts whose request was not served in the end.

use std::sync::Arc;
use std::time::Duration;

use engraft::artifact::{KeyCard, Keyring, Origin, Risk, Scope, SigningKey, TrustedKey};
use engraft::examine::{Action, Policy, Rule};
use engraft::loops::governor::{Autonomy, AutonomyRule, Governance};
use engraft::model::Grant;
use engraft::registry::{Actor, Plan, Want, WantSource};
use engraft::store::MemoryLog;
use engraft::synth::{Author, Authors, Catalogue, Compose, FromExamples, Threshold, Wish};
use engraft::traffic::{Target, Who};
use engraft::{Growth, Host, LiveHost};
use engraft_benches::comparison::criterion;
use engraft_benches::contender::now;
use engraft_benches::requirement::growth as required;
use engraft_benches::{Batch, Book, Comparison, Contender, Error, report};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const KEY: &str = include_str!("../examples/bundles/examples.key");
const TEXT: &[u8] = include_bytes!("../examples/bundles/text.engraft");
/// Hosts for each way of making something.
const ROUNDS: usize = 30;
/// Wishes for the time of a draft.
const DRAFTS: usize = 500;

/// What is called to see what growth costs, and with what.
const COUNT: (&str, &str) = ("count", r#"{"text":"the quick brown fox"}"#);
/// Half as many as may wait of one user.
const BURST: u64 = 32;

/// What makes the missing capability.
#[derive(Debug, Clone, Copy)]
enum Way {
    Catalogue,
    Composition,
    Examples,
}

/// Whether whoever calls gives each request a name, so that people can say something of it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    No,
    Each,
}

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut book = Book::new("growth");
    let rounds = if report::is_benchmark() { ROUNDS } else { 1 };
    let mut all = Vec::new();
    for way in [Way::Catalogue, Way::Composition, Way::Examples] {
        let times: Result<Vec<Duration>, Error> =
            (0..rounds).map(|_| runtime.block_on(round(way))).collect();
        let times = times?;
        let name = format!("failure to first served request, {}, median", way.name());
        book.add_figure(name, millis(median(&times)), "ms");
        all.extend(times);
    }
    book.add_figure(required::SERVED, millis(median(&all)), "ms");
    let drafts = if report::is_benchmark() { DRAFTS } else { 1 };
    book.add_figure(required::DRAFT, millis(median(&drafted(drafts)?)), "ms");
    overhead(&runtime, &mut book)?;
    report::finish(&book)
}

/// A host with one signed capability.
async fn host(way: Way) -> Result<(LiveHost, SigningKey), Error> {
    let card: KeyCard = KEY.trim().parse()?;
    let mut keyring = Keyring::new();
    keyring.trust(TrustedKey::from_card(&card, Scope::of_names(["text.*".parse()?])))?;
    let making = SigningKey::generate(Origin::Release)?;
    let mut policy = Policy::default();
    let mut grant = Grant::default();
    if matches!(way, Way::Composition) {
        // Whoever calls others is of medium risk, and a person would have to approve it, which takes
        // as long as that takes.
        policy.actions.insert(Risk::Medium, Rule { what: Action::Admit, ..Rule::default() });
        grant.call = vec!["text.*".parse()?];
    }
    let host = Host::builder()
        .trust(keyring)
        .policy(policy)
        .grant("*".parse()?, grant)
        .making(making.public(), "*".parse()?)
        .build()?;
    let log_key = SigningKey::generate(Origin::Release)?;
    let live = LiveHost::open(host, Arc::new(MemoryLog::new()), log_key).await?;
    live.install(TEXT, Actor::person("ann"), "it comes along").await?;
    Ok((live, making))
}

fn grow(live: &LiveHost, making: SigningKey, way: Way) -> Result<Growth, Error> {
    let author: Arc<dyn Author> = match way {
        Way::Catalogue => Arc::new(Catalogue::standard()),
        Way::Composition => Arc::new(Compose::new(Arc::new(live.clone()))),
        Way::Examples => Arc::new(FromExamples::new()),
    };
    let may = Autonomy::Promote;
    let rule = AutonomyRule { sources: Vec::new(), risk_max: Risk::Medium, may };
    let plan = Plan::preset("standard").ok_or("no such plan")?;
    let gaps = Threshold::PERSONAL;
    let governance = Governance { autonomy: vec![rule], plan, gaps, ..Governance::default() };
    Ok(live.grow(making, Authors::default().with(author), governance)?)
}

/// The time from a failed request to a served one.
async fn round(way: Way) -> Result<Duration, Error> {
    let (live, making) = host(way).await?;
    let growth = grow(&live, making, way)?;
    let who = Who::user("bob");
    let start = now();
    for (sentence, wanted) in way.asked() {
        let response = live.ask(sentence, &who).await;
        if response.cause.is_none() {
            return Err(format!("`{sentence}` is served already: {response}").into());
        }
        if let Some(wanted) = wanted {
            live.correct(&response.request, wanted).await?;
        }
    }
    if let Some(wish) = way.wish()? {
        growth.want(Want::new(WantSource::Person, wish).asked_by("bob")).await?;
    }
    while growth.step().await? {}
    let (sentence, wanted) = way.served();
    let response = live.ask(sentence, &who).await;
    let took = start.elapsed();
    let found = response.output().map(|output| output.read::<Value>()).transpose()?;
    if found.as_ref() != Some(&wanted) {
        let work: Vec<_> = live.registry().journal().state().growth.works.keys().copied().collect();
        let told = work.into_iter().filter_map(|work| growth.status(work)).collect::<Vec<_>>();
        return Err(format!("{way:?}: `{sentence}` gave {response}; {told:?}").into());
    }
    Ok(took)
}

/// How long the catalogue takes for its drafts.
fn drafted(rounds: usize) -> Result<Vec<Duration>, Error> {
    let catalogue = Catalogue::standard();
    let wish = Wish::asked("surname of Ada Lovelace").or_asked("surname of Alan Turing");
    let mut times = Vec::new();
    for _ in 0..rounds {
        let start = now();
        let drafts = catalogue.drafts(&wish);
        times.push(start.elapsed());
        drafts.first().ok_or("the catalogue has nothing")?;
    }
    Ok(times)
}

/// The same call on a host that grows and on one that does not, in the same run; and the same where each
/// request has a name, which growth remembers with what was asked and answered.
fn overhead(runtime: &Runtime, book: &mut Book) -> Result<(), Error> {
    let (off, _) = runtime.block_on(host(Way::Catalogue))?;
    let (on, making) = runtime.block_on(host(Way::Catalogue))?;
    let _growth = grow(&on, making, Way::Catalogue)?;
    let target: Target = "text.tools".parse()?;
    let expected = runtime.block_on(off.call(&target, COUNT.0, COUNT.1, &Who::user("bob")));
    let expected = expected.report.outcome.to_string();
    for (workload, naming) in [(required::WORKLOAD, Naming::No), (required::NAMED, Naming::Each)] {
        let calls = |live: &LiveHost| {
            let (live, target) = (live.clone(), target.clone());
            move |calls: u64| served(live.clone(), target.clone(), calls, naming)
        };
        Comparison::new(workload, expected.clone())
            .contender(Contender::awaited(required::OFF, runtime, calls(&off)), &[])
            .contender(Contender::awaited(required::ON, runtime, calls(&on)), &[required::OFF])
            .measure(&mut criterion(), book)?;
    }
    Ok(())
}

/// So many calls. What is noted of them beside the calls is noted between bursts, whose time alone
/// counts: a burst is as long as nothing of it is lost.
async fn served(
    live: LiveHost,
    target: Target,
    calls: u64,
    naming: Naming,
) -> Result<Batch, Error> {
    let mut who = Who::user("bob");
    let mut time = Duration::ZERO;
    let mut answer = String::new();
    let mut done = 0;
    while done < calls {
        let burst = BURST.min(calls - done);
        let start = now();
        for call in 0..burst {
            if naming == Naming::Each {
                who.request = Some((done + call).to_string());
            }
            let ended = live.call(&target, COUNT.0, COUNT.1, &who).await.report.outcome;
            if done + call + 1 == calls {
                answer = ended.to_string();
            }
        }
        time += start.elapsed();
        done += burst;
        if naming == Naming::Each {
            live.gaps().await;
        }
    }
    Ok(Batch { time, answer })
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

// === impl Way ===

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Composition => "composition",
            Self::Examples => "simple examples",
        }
    }

    /// What is asked in vain, and what the user says should have come.
    fn asked(self) -> Vec<(&'static str, Option<Value>)> {
        match self {
            Self::Catalogue => vec![("surname of Ada Lovelace", None)],
            Self::Composition => vec![("mirror title Hello World", None)],
            Self::Examples => vec![
                ("family name of Ada Lovelace", Some(json!("Lovelace"))),
                ("family name of Grace Hopper", Some(json!("Hopper"))),
                ("family name of Alan Turing", Some(json!("Turing"))),
            ],
        }
    }

    /// What a person wishes beside, with what it should give.
    fn wish(self) -> Result<Option<Wish>, Error> {
        if !matches!(self, Self::Composition) {
            return Ok(None);
        }
        let mut wish = Wish::default()
            .example(json!({"text": "Hello World"}), json!({"text": "dlrow-olleh"}))
            .example(json!({"text": "A b"}), json!({"text": "b-a"}));
        wish.intents.push("mirror title {text}".parse()?);
        Ok(Some(wish))
    }

    /// What is asked at last, and what has to come.
    fn served(self) -> (&'static str, Value) {
        match self {
            Self::Catalogue => ("surname of Alan Turing", json!("Turing")),
            Self::Composition => ("mirror title Good Day", json!({"text": "yad-doog"})),
            Self::Examples => ("family name of Emmy Noether", json!("Noether")),
        }
    }
}
