//! Simulated users: each calls the capability as a program calls it for one of its users, and may say
//! whether the answer was right. What they get is what the live host gives them.
//!
//! *Never:* a user's outcome is made up, or a verdict that the steward did not give.

use std::time::Duration;

use engraft::model::{CapabilityName, Outcome};
use engraft::registry::judge::{Decision, Verdict, Wait};
use engraft::registry::{Op, Record};
use engraft::traffic::{Opinion, Target, Who};
use serde_json::{Value, json};

use crate::Result;
use crate::desk::Desk;
use crate::screen::{Ink, Screen};
use crate::tell::Teller;

/// People as users ask for them: a name, and the surname that they expect.
const PEOPLE: [(&str, &str); 20] = [
    ("Ada Lovelace", "Lovelace"),
    ("Johann Sebastian Bach", "Bach"),
    ("Grace Hopper", "Hopper"),
    ("Louisa May Alcott", "Alcott"),
    ("Alan Turing", "Turing"),
    ("Ludwig van Beethoven", "van Beethoven"),
    ("Marie Curie", "Curie"),
    ("John Stuart Mill", "Mill"),
    ("Emmy Noether", "Noether"),
    ("Frank Lloyd Wright", "Wright"),
    ("Katherine Johnson", "Johnson"),
    ("Mary Wollstonecraft Shelley", "Shelley"),
    ("Rosa Parks", "Parks"),
    ("Vincent van Gogh", "van Gogh"),
    ("Leonhard Euler", "Euler"),
    ("Ralph Waldo Emerson", "Emerson"),
    ("Niels Bohr", "Bohr"),
    ("Edgar Allan Poe", "Poe"),
    ("Isaac Newton", "Newton"),
    ("Harriet Beecher Stowe", "Stowe"),
];
/// Users between two looks of the steward.
const BATCH: u32 = 50;
/// A rollout that is not decided after so many users will not be.
const USERS_MAX: u32 = 40_000;
/// What a stage of the script's plan lasts at least, and a second.
const STAGE: Duration = Duration::from_secs(601);
/// Most users who are given a wrong answer say so and go; so many say what they wanted.
const CORRECTIONS_MAX: usize = 3;
/// Letters of the bar that shows evidence.
const BAR: usize = 24;

/// What users do beside asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// They say nothing.
    Silent,
    /// They say whether the answer was right, and a few who were given a wrong one by what
    /// spreads say what they wanted.
    Outspoken,
}

/// The users of one rollout.
pub(crate) struct Crowd<'a> {
    desk: &'a Desk,
    name: CapabilityName,
    manner: Manner,
    asked: u32,
    /// Those who were given the release that spreads.
    inside: u32,
    corrected: Vec<&'static str>,
}

/// How a rollout ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Promoted,
    RolledBack,
}

impl<'a> Crowd<'a> {
    pub(crate) const fn new(desk: &'a Desk, name: CapabilityName, manner: Manner) -> Self {
        Self { desk, name, manner, asked: 0, inside: 0, corrected: Vec::new() }
    }

    /// Users come until the rollout is decided.
    pub(crate) async fn decide(&mut self, screen: &mut Screen, teller: &mut Teller) -> Result<End> {
        let mut steward = self.desk.live().steward();
        while self.asked < USERS_MAX {
            self.come(BATCH).await?;
            self.desk.live().keep_gaps().await?;
            steward.tick().await?;
            let standing = steward.standings().into_iter().find(|(name, ..)| *name == self.name);
            let decision = standing.map(|(.., decision)| decision);
            if let Some(decision) = &decision {
                screen.panel(self.panel(screen, decision))?;
            }
            let records = teller.tell(screen, self.desk).await?;
            if let Some(end) = records.iter().find_map(end) {
                return Ok(end);
            }
            let waits = |decision: Decision| decision.verdict == Verdict::Hold(Wait::Dwell);
            if decision.is_some_and(waits) {
                let told = "ten minutes pass: the assistant's own clock is moved on";
                screen.aside(Ink::Dim, told)?;
                self.desk.clock().pass(STAGE);
            }
        }
        Err(format!("{} users came, and `{}` is not decided", self.asked, self.name).into())
    }

    /// So many users more.
    async fn come(&mut self, users: u32) -> Result<()> {
        let spreads = self
            .desk
            .state()
            .lines
            .get(&self.name)
            .and_then(|line| line.rollout.as_ref().map(|rollout| rollout.version.clone()));
        for (user, (name, wanted)) in (self.asked..).zip(PEOPLE.iter().cycle().skip(self.place())) {
            if user >= self.asked + users {
                break;
            }
            let who = Who::user(format!("user-{user}"));
            let who = match self.manner {
                Manner::Silent => who,
                Manner::Outspoken => who.request(format!("request-{user}")),
            };
            let target = Target::from(self.name.clone());
            let input = json!({ "text": name }).to_string();
            let answer = self.desk.live().call(&target, "run", &input, &who).await;
            let is_new = spreads.is_some() && answer.version == spreads;
            self.inside += u32::from(is_new);
            if self.manner == Manner::Outspoken
                && let Outcome::Returned(output) = &answer.report.outcome
            {
                let is_right = output.read::<Value>()? == *wanted;
                self.say(&who, is_right)?;
                if is_new && !is_right {
                    self.correct(&who, name, wanted).await?;
                }
            }
        }
        self.asked += users;
        Ok(())
    }

    /// Where in the list of people the next user is.
    fn place(&self) -> usize {
        usize::try_from(self.asked).unwrap_or_default() % PEOPLE.len()
    }

    fn say(&self, who: &Who, is_right: bool) -> Result<()> {
        let opinion = if is_right { Opinion::Good } else { Opinion::Bad };
        let request = who.request.as_deref().unwrap_or_default();
        // A user who asked first of all counts in no comparison, and is heard all the same.
        Ok(self.desk.live().feedback(request, opinion)?)
    }

    /// A user asks in words, and says what should have come.
    async fn correct(&mut self, who: &Who, name: &'static str, wanted: &str) -> Result<()> {
        if self.corrected.len() < CORRECTIONS_MAX && !self.corrected.contains(&name) {
            let who = Who { request: None, ..who.clone() };
            let response = self.desk.live().ask(&format!("surname of {name}"), &who).await;
            self.desk.live().correct(&response.request, wanted.into()).await?;
            self.corrected.push(name);
        }
        Ok(())
    }

    /// Where the rollout stands: evidence as a bar, and what both arms did.
    fn panel(&self, screen: &Screen, decision: &Decision) -> Vec<String> {
        let Decision { evidence, threshold, treatment, control, .. } = decision;
        // Evidence grows by factors, so the bar does.
        let nearness = (evidence.ln_1p() / threshold.ln_1p()).clamp(0.0, 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of the bar"
        )]
        let full = (nearness * BAR as f64).round() as usize;
        let ink = if full >= BAR { Ink::Bad } else { Ink::Good };
        let bar = screen.paint(ink, &"█".repeat(full))
            + &screen.paint(Ink::Dim, &"░".repeat(BAR.saturating_sub(full)));
        let users = format!("{} users, {} with the new release", self.asked, self.inside);
        let arms = format!(
            "compared: {} with it, {} with the old one",
            treatment.requests, control.requests
        );
        vec![
            format!("    {bar} evidence that it does worse: {evidence:.2} of {threshold:.0}"),
            format!("    {}", screen.paint(Ink::Dim, &format!("{users}; {arms}"))),
        ]
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "other entries are of no interest here")]
fn end(record: &Record) -> Option<End> {
    match record.op {
        Op::Promoted { .. } => Some(End::Promoted),
        Op::RolledBack { .. } => Some(End::RolledBack),
        _ => None,
    }
}
