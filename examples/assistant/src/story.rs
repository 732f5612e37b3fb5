//! The script: a session from a failed request to a served one and on, that runs to its end by itself.
//!
//! Everything in it is done by the live host that a person at the prompt has too, on a log of its own.
//! Its loops are driven step by step instead of beside, so that the session is the same each time.
//!
//! *Never:* a step is ticked off that did not happen; the first that did not ends the program.

mod answers;
mod gap;
mod taught;
mod tool;
mod worse;

use engraft::loops::governor::{Governance, personal};
use engraft::model::CapabilityName;
use engraft::registry::{Bound, Lifecycle, Metric, Plan, Stage, Watch, Work};
use engraft::synth::Threshold;
use engraft::traffic::Who;
use engraft::{LiveHost, Response};
use serde_json::Value;

use crate::Result;
use crate::crowd::{Crowd, End, Manner};
use crate::desk::Desk;
use crate::screen::{Ink, Screen};
use crate::tell::Teller;

/// Who sits before the terminal.
const YOU: &str = "you";

/// What the script plays on.
pub(crate) struct Session<'a> {
    screen: &'a mut Screen,
    desk: Desk,
    teller: Teller,
    ticked: usize,
}

/// What a person has set for the session: what can do no harm grows by itself, and all else is asked.
pub(crate) fn governance() -> Result<Governance> {
    let plain = personal().stages.into_iter().next().ok_or("a plan without a stage")?;
    let stage = |name: &str, share: &str, requests_min: u64| -> Result<Stage> {
        let (name, share) = (name.to_owned(), share.parse()?);
        Ok(Stage { name, share, requests_min, dwell_seconds: 600, ..plain.clone() })
    };
    let watch = |metric: Metric| Watch { metric, weight: 0.5 };
    let plan = Plan {
        name: "session".to_owned(),
        // One release in a thousand that is as good as the old one may be taken back.
        alpha: 0.001,
        watch: vec![
            watch(Metric::Success { margin: 0.0 }),
            watch(Metric::Feedback { margin: 0.0 }),
        ],
        floors: vec![Bound::Success { at_least: 0.9 }],
        stages: vec![stage("canary", "1%", 40)?, stage("half", "50%", 300)?],
        ..personal()
    };
    // Three requests of two people make a need, and two people's word a correction.
    Ok(Governance { plan, gaps: Threshold::default(), ..Governance::personal() })
}

/// Plays the session.
pub(crate) async fn run(screen: &mut Screen, desk: Desk) -> Result<()> {
    let teller = Teller::from_now(&desk);
    let mut session = Session { screen, desk, teller, ticked: 0 };
    session.intro()?;
    answers::play(&mut session).await?;
    let name = gap::play(&mut session).await?;
    worse::play(&mut session, &name).await?;
    taught::play(&mut session).await?;
    tool::play(&mut session).await?;
    let ticked = session.ticked;
    session.screen.say(&format!("\nall {ticked} steps happened"))
}

impl Session<'_> {
    fn intro(&mut self) -> Result<()> {
        self.screen.say("An assistant whose abilities are signed capabilities in WebAssembly.")?;
        let live = self.desk.live();
        let snapshot = live.registry().snapshot();
        let lines: Vec<String> = snapshot
            .lines()
            .filter_map(|(name, served)| {
                let serving = served.stable.as_ref()?;
                let signers = serving.callee().signers().iter();
                let signers: Vec<&str> = signers.map(|signer| signer.label.as_str()).collect();
                Some(format!("{name} {}, signed by {}", serving.version(), signers.join(" and ")))
            })
            .collect();
        lines.iter().try_for_each(|line| self.screen.aside(Ink::Dim, line))
    }

    fn chapter(&mut self, title: &str) -> Result<()> {
        self.screen.heading(title)
    }

    /// Ticks a step off that happened; one that did not is the end.
    fn tick(&mut self, happened: bool, step: &str) -> Result<()> {
        if !happened {
            return Err(format!("this did not happen: {step}").into());
        }
        self.ticked += 1;
        let text = self.screen.paint(Ink::Good, &format!("✓ {step}"));
        self.screen.say(&text)
    }

    fn live(&self) -> &LiveHost {
        self.desk.live()
    }

    /// Somebody says a sentence, and the assistant answers what it can.
    async fn ask(&mut self, who: &str, sentence: &str) -> Result<Response> {
        self.screen.heard(who, sentence)?;
        let response = self.live().ask(sentence, &Who::user(who)).await;
        match (response.output(), response.route()) {
            (Some(output), Some(route)) => {
                let text = shown(&output.read()?);
                let by = format!("  ({}, {:.2} sure)", route.capability, route.confidence);
                let line = self.screen.paint(Ink::Good, &text) + &self.screen.paint(Ink::Dim, &by);
                self.screen.say(&format!("    {line}"))?;
            }
            _ => self.screen.aside(Ink::Bad, &response.to_string())?,
        }
        Ok(response)
    }

    /// Growth does all that it may do now; what it records is told.
    async fn grow(&mut self) -> Result<()> {
        while self.desk.growth().step().await? {
            self.teller.tell(self.screen, &self.desk).await?;
        }
        Ok(())
    }

    /// Users come until the rollout of this capability is decided.
    async fn crowd(&mut self, name: &CapabilityName, manner: Manner) -> Result<End> {
        let mut crowd = Crowd::new(&self.desk, name.clone(), manner);
        crowd.decide(self.screen, &mut self.teller).await
    }

    /// The latest piece of work.
    fn latest(&self) -> Result<Work> {
        let state = self.desk.state();
        Ok(state.growth.works.values().next_back().cloned().ok_or("there is no work")?)
    }

    /// Where a piece of work stands.
    fn stands(&self, work: &Work) -> Lifecycle {
        self.desk.state().lifecycle(work)
    }
}

/// JSON as a person would say it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let parts = fields.iter().map(|(name, value)| format!("{name}: {}", shown(value)));
            parts.collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain.to_string(),
    }
}
