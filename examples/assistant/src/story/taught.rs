//! Three examples that a person types become a program.
//!
//! *Never:* a program is more than what the examples show, and what else would fit is told.

use engraft::registry::{Lifecycle, Want, WantSource};
use engraft::synth::Wish;

use super::{Session, YOU};
use crate::Result;
use crate::talk::teach::Lesson;

pub(super) async fn play(session: &mut Session<'_>) -> Result<()> {
    session.chapter("It learns from three examples")?;
    session.ask(YOU, "turn around Hopper, Grace").await?;
    let typed = [
        "teach turn around {text}",
        "Hopper, Grace => Grace Hopper",
        "Lovelace, Ada => Ada Lovelace",
        "Turing, Alan => Alan Turing",
    ];
    typed.iter().try_for_each(|line| session.screen.heard(YOU, line))?;
    let lesson = Lesson::read(&typed)?;
    let wish: Wish = lesson.wish();
    let want = Want::new(WantSource::Person, wish).asked_by(YOU);
    let number = session.desk.growth().want(want).await?;
    session.grow().await?;
    let work = session.desk.state().growth.works.get(&number).cloned().ok_or("no work")?;
    let is_learned = work.proposal.as_ref().is_some_and(|it| it.author == "examples")
        && session.stands(&work) == Lifecycle::RollingOut;
    session.tick(is_learned, "a program was found that gives all three")?;
    let response = session.ask(YOU, "turn around Noether, Emmy").await?;
    let holds = response.output().is_some_and(|output| output.as_str() == r#""Emmy Noether""#);
    session.tick(holds, "it gives the right answer to what it was never shown")
}
