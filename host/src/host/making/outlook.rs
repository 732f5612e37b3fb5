//! What came of asking authors: what another attempt needs, and what a person should be told of it.
//!
//! *Never:* an author is asked again that would say the same, or a telling reason stands behind an empty
//! one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::loops::grower::Needs;
use crate::model::Digest;
use crate::registry::Work;
use crate::synth::{Attempt, AuthorError, Authors, Draft, Source, Verdict, Wish};

/// Pieces of work of which it is remembered who had no idea; of more, everybody is asked again.
const WORKS_MAX: usize = 256;
/// Reasons that are told where several are as telling.
const REASONS_MAX: usize = 2;

/// How near something came, and what came of it.
pub(super) type Reason = (u8, String);

/// What is to be expected of another attempt.
pub(super) struct Outlook {
    pub(super) needs: Needs,
    /// Authors that would say the same again.
    pub(super) barren: BTreeSet<String>,
}

impl Outlook {
    /// What attempts make of it, for the authors that were asked.
    pub(super) fn of(attempts: &[Attempt], authors: &Authors, wish: &Wish) -> Self {
        let (mut barren, mut hopeful) = (BTreeSet::new(), BTreeSet::new());
        let (mut pause, mut price) = (None::<Duration>, None::<(u64, String)>);
        for attempt in attempts {
            let Some(author) = author(attempt) else { continue };
            if let Attempt::Unpaid { micros, .. } = attempt {
                let dear = (*micros, author.to_owned());
                price = Some(price.map_or(dear.clone(), |other| other.min(dear)));
                continue;
            }
            match wait(attempt, author, authors, wish) {
                Some(least) => {
                    pause = Some(pause.unwrap_or_default().max(least));
                    hopeful.insert(author.to_owned());
                }
                None => {
                    barren.insert(author.to_owned());
                }
            }
        }
        barren.retain(|author| !hopeful.contains(author));
        let needs = match (pause, price) {
            (Some(least), _) => Needs::Time(least),
            (None, Some((micros, author))) => Needs::Money { author, micros },
            (None, None) => Needs::News,
        };
        Self { needs, barren }
    }
}

/// How long an author is to be left alone before it may come to something else; none where it never does.
fn wait(attempt: &Attempt, author: &str, authors: &Authors, wish: &Wish) -> Option<Duration> {
    if let Attempt::Failed(AuthorError::Busy { seconds, .. }) = attempt {
        return Some(Duration::from_secs(*seconds));
    }
    let was_away = matches!(attempt, Attempt::Failed(AuthorError::Unavailable { .. }));
    // What it asked outside may answer otherwise.
    let asked = matches!(attempt, Attempt::Tried(it, Verdict::Failed { .. }) if reaches_out(it));
    (was_away || asked || authors.may_differ(author, wish)).then_some(Duration::ZERO)
}

/// Whether a draft asks a server. A recipe has that in its text; a component is looked at by nobody here.
fn reaches_out(draft: &Draft) -> bool {
    match &draft.source {
        Source::Recipe(text) => text.contains("http"),
        Source::Component(_) | Source::Filled { .. } => true,
    }
}

/// Whose attempt it was; nobody's, where the examples are at fault.
fn author(attempt: &Attempt) -> Option<&str> {
    match attempt {
        Attempt::Tried(draft, _) => Some(&draft.author),
        Attempt::Nothing(author)
        | Attempt::Unpaid { author, .. }
        | Attempt::Failed(
            AuthorError::Unavailable { author, .. }
            | AuthorError::Busy { author, .. }
            | AuthorError::Refused { author, .. }
            | AuthorError::TooDear { author, .. },
        ) => Some(author),
        Attempt::Failed(AuthorError::Contradicting { .. }) => None,
    }
}

/// What was tried, as a person reads it.
pub(super) fn told(attempt: &Attempt) -> String {
    match attempt {
        Attempt::Tried(draft, verdict) => {
            let Draft { author, name, .. } = draft;
            let what = match verdict {
                Verdict::Held => "holds all examples".to_owned(),
                Verdict::Failed { example, found } => format!("example {example} gave {found}"),
                Verdict::Unbuildable(why) => why.clone(),
                Verdict::Unproven => "no example says what it is to give".to_owned(),
            };
            format!("{author}: `{name}`: {what}")
        }
        Attempt::Nothing(author) => format!("{author}: no idea"),
        Attempt::Failed(error) => error.to_string(),
        Attempt::Unpaid { author, micros: u64::MAX } => {
            format!("{author}: not asked, because nothing says what it costs")
        }
        Attempt::Unpaid { author, micros } => {
            format!("{author}: not asked, because it takes {micros} millionths")
        }
    }
}

/// The most telling of what was tried, at present and before: what came nearest, and why it is not what
/// was wanted.
pub(super) fn telling(attempts: &[Attempt], before: Vec<Reason>) -> String {
    let now = attempts.iter().map(|attempt| (rank(attempt), told(attempt)));
    let all: Vec<Reason> = before.into_iter().chain(now).collect();
    let best = all.iter().map(|(rank, _)| *rank).max().unwrap_or_default();
    if best == 0 {
        return "nobody had an idea".to_owned();
    }
    let mut reasons: Vec<String> = Vec::new();
    for (_, reason) in all.into_iter().filter(|(rank, _)| *rank == best) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let more = reasons.len().saturating_sub(REASONS_MAX);
    reasons.truncate(REASONS_MAX);
    let more = if more == 0 { String::new() } else { format!("; and {more} more like it") };
    format!("{}{more}", reasons.join("; "))
}

/// How near it came.
fn rank(attempt: &Attempt) -> u8 {
    match attempt {
        Attempt::Tried(_, Verdict::Held) => 7,
        Attempt::Failed(AuthorError::Contradicting { .. }) => 6,
        Attempt::Tried(_, Verdict::Failed { .. }) => 5,
        Attempt::Tried(_, Verdict::Unbuildable(_)) => 4,
        Attempt::Failed(AuthorError::Refused { .. }) => 3,
        Attempt::Tried(_, Verdict::Unproven) => 2,
        Attempt::Failed(_) => 1,
        // That it is too dear is told where the budget is.
        Attempt::Nothing(_) | Attempt::Unpaid { .. } => 0,
    }
}

/// Who had no idea, and would have none again. It is forgotten when the process ends, because the next
/// one may have other authors.
#[derive(Debug, Default)]
pub(super) struct Barren(Mutex<BTreeMap<u64, Asked>>);

/// Who was asked for one piece of work.
#[derive(Debug, Default)]
struct Asked {
    /// What served then.
    known: Option<Digest>,
    names: BTreeSet<String>,
    reasons: Vec<Reason>,
}

impl Barren {
    /// Those that need not be asked now, and what came of them. Whoever says to try again has everybody
    /// asked.
    pub(super) fn of(&self, work: &Work, known: Digest) -> (BTreeSet<String>, Vec<Reason>) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = all.get(&work.id).filter(|it| it.known == Some(known) && work.until.is_some());
        same.map(|asked| (asked.names.clone(), asked.reasons.clone())).unwrap_or_default()
    }

    /// Remembers those of an attempt beside those of earlier ones.
    pub(super) fn note(
        &self,
        work: &Work,
        known: Digest,
        attempts: &[Attempt],
        names: BTreeSet<String>,
    ) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= WORKS_MAX && !all.contains_key(&work.id) {
            all.clear();
        }
        let asked = all.entry(work.id).or_default();
        if asked.known != Some(known) || work.until.is_none() {
            *asked = Asked { known: Some(known), ..Asked::default() };
        }
        let is_of_them =
            |attempt: &&Attempt| author(attempt).is_some_and(|author| names.contains(author));
        let of_them = attempts.iter().filter(is_of_them);
        asked.reasons.extend(of_them.map(|attempt| (rank(attempt), told(attempt))));
        asked.names.extend(names);
    }
}
