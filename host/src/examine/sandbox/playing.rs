//! A recorded call that is played: what is asked is looked up on its tape.
//!
//! *Never:* one exchange of a tape answers twice.

use crate::engine::reflect::Stranger;
use crate::examine::tape::{Answer, Asked, Exchange, TapedCall};

/// Differences that are told of one call; more of them would say the same again.
const SURPRISES_MAX: usize = 4;

/// What of a recorded call is still to come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Playing {
    left: Vec<Track>,
    surprises: Vec<String>,
}

/// One exchange of a tape.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    /// As the program told it that was recorded.
    told: Exchange,
    /// As the candidate's own types have it, where it is of the program's own interface: what is asked
    /// where that program is not.
    typed: Option<Exchange>,
}

impl Track {
    /// The exchanges of a call.
    pub(crate) fn all(call: &TapedCall, strangers: &[Stranger]) -> Vec<Self> {
        let of = |told: &Exchange| Self { typed: typed(told, strangers), told: told.clone() };
        call.exchanges.iter().map(of).collect()
    }

    fn both(&self) -> impl Iterator<Item = &Exchange> {
        std::iter::once(&self.told).chain(&self.typed)
    }
}

/// An exchange of the program's own interface by the types that the candidate gives it.
fn typed(told: &Exchange, strangers: &[Stranger]) -> Option<Exchange> {
    let (Asked::Own { name, input }, Answer::Text(Some(text))) = (&told.asked, &told.answer) else {
        return None;
    };
    let mut named = strangers.iter().filter(|stranger| stranger.is_called(name));
    named.find_map(|stranger| {
        let (asked, answer) = stranger.told(input, text)?;
        let (asked, answer) = (Asked::own(&stranger.name, &asked), Answer::Text(Some(answer)));
        Some(Exchange { asked, answer })
    })
}

impl Playing {
    pub(crate) const fn of(tracks: Vec<Track>) -> Self {
        Self { left: tracks, surprises: Vec::new() }
    }

    /// The answer to this, whatever comes before it on the tape: requests side by side have no order.
    pub(super) fn answer(&mut self, asked: &Asked) -> Option<Answer> {
        let is_it = |track: &Track| track.both().any(|exchange| exchange.asked == *asked);
        match self.left.iter().position(is_it) {
            Some(at) => {
                let track = self.left.remove(at);
                let answer = track.both().find(|exchange| exchange.asked == *asked);
                answer.map(|exchange| exchange.answer.clone())
            }
            None => {
                self.surprises.push(format!("it asks what is not on the tape: {asked}"));
                None
            }
        }
    }

    /// What was other than on the tape.
    pub(crate) fn surprises(mut self) -> Vec<String> {
        let left = self.left.iter().map(|track| &track.told.asked);
        self.surprises.extend(left.map(|asked| format!("it does not ask any more: {asked}")));
        self.surprises.truncate(SURPRISES_MAX);
        self.surprises
    }
}

/// The answer to something like this, for calls that are on no tape: the same, or a request to the same
/// place with another query or body, or the same operation or function with another input.
pub(super) fn likeliest<'a>(library: &'a [Track], asked: &Asked) -> Option<&'a Answer> {
    let of = |is_it: &dyn Fn(&Asked) -> bool| {
        library.iter().flat_map(Track::both).find(|it| is_it(&it.asked))
    };
    let same = of(&|known| known == asked);
    let found = same.or_else(|| of(&|known| kind(known) == kind(asked)));
    found.map(|exchange| &exchange.answer)
}

fn kind(asked: &Asked) -> (&str, &str, &str) {
    match asked {
        Asked::Http { method, url, .. } => {
            ("http", method, url.split(['?', '#']).next().unwrap_or_default())
        }
        Asked::Call { capability, operation, .. } => ("call", capability, operation),
        Asked::Config { key } => ("config", key, ""),
        Asked::KvRead { key } => ("kv-read", key, ""),
        Asked::KvList { prefix, .. } => ("kv-list", prefix, ""),
        Asked::KvWrite { changes } => ("kv-write", changes, ""),
        Asked::Own { name, .. } => ("own", name, ""),
    }
}
