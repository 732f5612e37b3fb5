//! A document that describes a server becomes a tool, once a person has said where it may go.
//!
//! *Never:* a request leaves before both the grant and the approval are there.

use engraft::artifact::Moment;
use engraft::examine::{APPROVAL_LIFE, Approval, Binding, Conditions, Decision, Report, Said};
use engraft::model::{Clock as _, Grant, HttpRule};
use engraft::registry::{Actor, Lifecycle, Want, WantSource};
use engraft::synth::{Draft, OpenApi, Source, Wish};

use super::{Session, YOU};
use crate::Result;
use crate::library::{DOCUMENT, Library};
use crate::screen::Ink;

pub(super) async fn play(session: &mut Session<'_>) -> Result<()> {
    session.chapter("A document becomes a tool")?;
    let library = Library::open().await?;
    let place = library.address().to_string();
    session.ask(YOU, "opening hours with day saturday").await?;
    let api = OpenApi::default()
        .server(format!("http://{place}").parse()?)
        .allow_private(place.parse()?)
        .read(DOCUMENT)?;
    let told = format!(
        "the document `{}` describes {} operation of http://{place}",
        api.title,
        api.drafts.len()
    );
    session.screen.aside(Ink::Name, &told)?;
    let draft = api.drafts.first().ok_or("nothing could be made of the document")?;
    want(session, draft).await?;
    let work = session.latest()?;
    let is_kept_out = session.stands(&work) == Lifecycle::Ended && library.asked().is_empty();
    session.tick(is_kept_out, "what asks for a host that nobody has granted is not made")?;

    let rule = HttpRule {
        host: place.parse()?,
        methods: vec!["GET".to_owned()],
        path_prefix: "/hours/".to_owned(),
    };
    session
        .screen
        .say(&format!("    May `{}` send GET to http://{place}/hours/? [y/N]", draft.name))?;
    session.screen.heard(YOU, "y")?;
    let mut grant = Grant::default();
    grant.http = vec![rule];
    session.desk.grant(draft.name.as_str().parse()?, grant).await?;
    want(session, draft).await?;
    let work = session.latest()?;
    let waits = session.stands(&work) == Lifecycle::AwaitingApproval && library.asked().is_empty();
    session.tick(waits, "with the grant it was made and examined, and waits for a person")?;
    approve(session).await?;
    session.grow().await?;
    let response = session.ask(YOU, "opening hours with day saturday").await?;
    let said = response.output().map(|output| output.as_str().to_owned()).unwrap_or_default();
    let asked = library.asked();
    let told = format!("the server was asked: {}", asked.join(", "));
    session.screen.aside(Ink::Dim, &told)?;
    let is_real = said.contains("10:00 to 16:00") && asked == ["GET /hours/saturday"];
    session.tick(is_real, "it asked the server over HTTP, and nowhere else")
}

/// Wants what a document's draft says, as a person who gives the document does.
async fn want(session: &mut Session<'_>, draft: &Draft) -> Result<()> {
    let Source::Recipe(recipe) = &draft.source else { return Err("it is no recipe".into()) };
    let want = Want::new(WantSource::Discovery, Wish::default()).written(recipe.clone());
    session.desk.growth().want(want.asked_by(YOU)).await?;
    session.grow().await
}

/// Asks the person, and signs what that person says.
async fn approve(session: &mut Session<'_>) -> Result<()> {
    let work = session.latest()?;
    let examination = work.examination.as_ref().ok_or("it was not examined")?;
    let report = session.live().report(examination.report).await?.ok_or("there is no report")?;
    let risk = examination.risk.map(|risk| risk.to_string()).unwrap_or_default();
    let Report { subject, .. } = &report;
    let question = format!(
        "Its risk is {risk}: it reads from outside. Do you approve `{}`, component {}? [y/N]",
        subject.name,
        subject.component.short()
    );
    session.screen.aside(Ink::Strong, &question)?;
    session.screen.heard(YOU, "y")?;
    let now = session.desk.clock().wall();
    let said = Said {
        binding: Binding::of(&report),
        decision: Decision::Approve,
        why: "I know the library".to_owned(),
        at: Moment::at(now),
        until: Moment::at(now + APPROVAL_LIFE),
        conditions: Conditions::default(),
    };
    let approval = Approval::sign(&said, subject.digests, &session.desk.person()?);
    session.live().decide(&approval, Actor::person(YOU)).await?;
    Ok(())
}
