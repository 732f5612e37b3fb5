//! What the assistant can do already.
//!
//! *Never:* a sentence is answered by anything but a signed capability.

use super::{Session, YOU};
use crate::Result;

pub(super) async fn play(session: &mut Session<'_>) -> Result<()> {
    session.chapter("It answers what it can")?;
    let mut answered = 0;
    for sentence in [
        "slugify Crème Brûlée, twice!",
        "count the words in the quick brown fox",
        "remember buy milk",
        "list notes",
    ] {
        answered += usize::from(session.ask(YOU, sentence).await?.output().is_some());
    }
    session.tick(answered == 4, "four requests were answered by signed capabilities")
}
