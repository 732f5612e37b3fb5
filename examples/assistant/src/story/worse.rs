//! A correction leads to a release that does worse; users find out, it is taken back, and repaired from
//! what it failed at.
//!
//! *Never:* the bad release is made to be bad: an author found it in the examples, and all of them hold.

use engraft::model::{CapabilityName, Example};
use engraft::registry::{Lifecycle, WantSource};
use engraft::traffic::Who;
use serde_json::json;

use super::{Session, YOU};
use crate::Result;
use crate::crowd::{End, Manner};
use crate::screen::Ink;

pub(super) async fn play(session: &mut Session<'_>, name: &CapabilityName) -> Result<()> {
    session.chapter("A release does worse, is taken back, and repaired")?;
    let corrections =
        [("ina", "Ludwig van Beethoven", "van Beethoven"), ("tom", "Vincent van Gogh", "van Gogh")];
    for (who, person, wanted) in corrections {
        let response = session.ask(who, &format!("surname of {person}")).await?;
        session.screen.heard(who, &format!("no, that is `{wanted}`"))?;
        session.live().correct(&response.request, json!(wanted)).await?;
    }
    session.grow().await?;
    let bad = session.latest()?;
    let is_repair = bad.want.source == WantSource::Repair
        && bad.proposal.as_ref().is_some_and(|it| it.name == *name && it.author == "examples")
        && session.stands(&bad) == Lifecycle::RollingOut;
    session.tick(
        is_repair,
        "two people's word became the next release: all examples hold, and it spreads",
    )?;

    let end = session.crowd(name, Manner::Outspoken).await?;
    let is_back = end == End::RolledBack && session.stands(&bad) == Lifecycle::RolledBack;
    session.tick(
        is_back,
        "its users found it worse than the old one beside it, and it was taken back",
    )?;
    let old = session.ask(YOU, "surname of Johann Sebastian Bach").await?;
    let is_old = old.output().is_some_and(|output| output.as_str() == r#""Bach""#);
    session.tick(is_old, "the release before it serves everybody again")?;

    session.screen.aside(Ink::Dim, "what it failed at is what the next one has to do")?;
    session.grow().await?;
    let repair = session.latest()?;
    let before = repair.want.wish.before.as_ref().ok_or("it repairs nothing")?;
    let is_next = repair.id != bad.id && !before.failed.is_empty();
    session.tick(is_next, "it was repaired from its counterexamples")?;
    session.screen.aside(
        Ink::Dim,
        &format!("{} examples have to hold now", repair.want.wish.examples.len()),
    )?;
    let end = session.crowd(name, Manner::Outspoken).await?;
    let is_live = end == End::Promoted && session.stands(&repair) == Lifecycle::Live;
    let holds = hold(session, name, &repair.want.wish.examples).await?;
    session.tick(is_live && holds, "the repaired release holds every example, and serves everybody")
}

/// Whether the release that serves gives what all examples say.
async fn hold(session: &Session<'_>, name: &CapabilityName, examples: &[Example]) -> Result<bool> {
    for Example { input, output } in examples {
        let target = name.clone().into();
        let answer = session.live().call(&target, "run", &input.to_string(), &Who::default()).await;
        let said = answer.report.outcome.to_string();
        let wanted = output.as_ref().map(ToString::to_string).unwrap_or_default();
        if said != wanted {
            return Err(format!("{name} gives {said} for {input}, not {wanted}").into());
        }
    }
    Ok(!examples.is_empty())
}
