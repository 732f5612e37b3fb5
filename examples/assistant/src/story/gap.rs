//! A request fails, and what is missing becomes a release that serves everybody.
//!
//! *Never:* anything but asking leads there; nobody orders the work.

use engraft::artifact::Risk;
use engraft::examine::Verdict;
use engraft::model::{CapabilityName, Clock as _, SystemClock};
use engraft::registry::Lifecycle;
use engraft::synth::{Cause, Threshold};
use engraft::traffic::Who;

use super::{Session, YOU};
use crate::Result;
use crate::crowd::{End, Manner};
use crate::screen::Ink;

pub(super) async fn play(session: &mut Session<'_>) -> Result<CapabilityName> {
    session.chapter("A request fails, and becomes a capability")?;
    let mut missing = 0;
    let asked = [
        (YOU, "surname of Ada Lovelace"),
        ("ina", "surname of Grace Hopper"),
        (YOU, "surname of Alan Turing"),
    ];
    for (who, sentence) in asked {
        missing += usize::from(session.ask(who, sentence).await?.cause == Some(Cause::Missing));
    }
    let failed = SystemClock.monotonic();
    let due = session.live().gaps_due(Threshold::default()).await;
    let gap = due.first().ok_or("no gap is due")?;
    let pattern = gap.intent().map(String::from).unwrap_or_default();
    let told = format!("gap {}: `{pattern}`, {}", gap.id(), gap.told());
    session.screen.aside(Ink::Name, &told)?;
    let is_one = due.len() == 1 && missing == 3 && pattern == "surname of {text}";
    session.tick(is_one, "three failures of two people became one gap that is worth work")?;

    session.grow().await?;
    let work = session.latest()?;
    let proposal = work.proposal.clone().ok_or("nobody wrote anything")?;
    let is_of_gap = work.want.gap.is_some_and(|of| of.gap == gap.id());
    session.tick(
        is_of_gap && proposal.author == "catalogue",
        "the gap became work by itself, and a recipe",
    )?;
    let examination = work.examination.clone().ok_or("it was not examined")?;
    let is_fine =
        examination.verdict == Verdict::Admissible && examination.risk == Some(Risk::Safe);
    session.tick(is_fine, "it was examined, and nothing is in the way")?;
    let name = proposal.name;
    let signers = signer(session, &name);
    session.tick(signers == ["making"], "it was signed with the making key, and no other")?;
    let response = session.ask(YOU, "surname of Alan Turing").await?;
    let took = SystemClock.monotonic().duration_since(failed);
    let told = format!("from the last failure to the served request: {} ms", took.as_millis());
    session.screen.aside(Ink::Dim, &told)?;
    let is_served = response.output().is_some_and(|output| output.as_str() == r#""Turing""#);
    session.tick(is_served, "whoever asked for it has it first")?;
    let stranger = session.live().ask("surname of Alan Turing", &Who::default()).await;
    let is_canary = session.stands(&work) == Lifecycle::RollingOut && stranger.output().is_none();
    session.tick(is_canary, "nobody else has it but one user in a hundred")?;
    let end = session.crowd(&name, Manner::Silent).await?;
    let is_live = end == End::Promoted && session.stands(&session.latest()?) == Lifecycle::Live;
    session.tick(is_live, "it held with one in a hundred and with half, and serves everybody")?;
    Ok(name)
}

/// Whose signatures count on the release that spreads.
fn signer(session: &Session<'_>, name: &CapabilityName) -> Vec<String> {
    let snapshot = session.live().registry().snapshot();
    let spreading = snapshot.line(name.as_str()).and_then(|line| line.spreading.as_ref());
    let signers = spreading.map(|it| it.serving.callee().signers()).unwrap_or_default();
    signers.iter().map(|signer| signer.label.clone()).collect()
}
