//! What people say that a request should have given: one vote a person, and what they do not agree on
//! is no example.
//!
//! *Never:* one person's word outweighs another's, and nothing with a secret in it is kept.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::secrecy::{kept, secret_place};
use crate::model::{Digest, Example, GapId};
use crate::synth::wish::{Asked, Wish};

/// Sentences and inputs of which it is kept what they should give; authors learn from a few.
const LESSONS_MAX: usize = 64;
/// So many of them by one person in what others ask for too.
const EACH_MAX: usize = 8;
/// Answers that are told apart for one of them: with more nobody knows what is wanted.
const ANSWERS_MAX: usize = 4;
/// Votes that are counted for an answer; more change nothing of which one has the most.
const VOTES_MAX: usize = 64;
/// A larger one is data.
const BYTES_MAX: usize = 16_384;
/// All that is taught of one gap.
const ALL_BYTES_MAX: usize = 65_536;

/// Everything that was taught of one gap.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Lessons {
    all: Vec<Lesson>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Lesson {
    of: Of,
    answers: Vec<Answer>,
}

/// What a lesson is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    Sentence(String),
    Input(Value),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Answer {
    wanted: Value,
    /// Who says so.
    by: Vec<u64>,
}

/// Who teaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Teacher {
    /// A user, whose word is one of many.
    User(u64),
    /// Whoever owns the program; that word decides.
    Owner,
}

/// Why something cannot be learned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TeachError {
    /// There is nothing to learn from.
    #[error("nothing says what is wanted; give a sentence or an input with its output")]
    Nothing,
    /// No such request is remembered.
    #[error("no request `{0}` is remembered here; the last few thousand are, until a restart")]
    UnknownRequest(String),
    /// No such gap is known.
    #[error("no gap `{0}` is known; `engraft gaps list` shows those that are")]
    UnknownGap(GapId),
    /// It seems to hold a secret, which must not be kept.
    #[error(
        "example {number} seems to hold a secret{}; put something made up in its place",
        place_words(.place)
    )]
    Secret {
        /// Which one, from 1.
        number: usize,
        /// Where in it, as a pointer.
        place: String,
    },
    /// It is too large to learn from.
    #[error("example {number} has {bytes} bytes, and {most} are the most; show a shorter one")]
    TooLarge {
        /// Which one, from 1.
        number: usize,
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        most: usize,
    },
    /// There are too many.
    #[error("{most} {what} are taught already, the most that are kept of one {of}")]
    TooMany {
        /// Of one what: a gap, a person, or a store.
        of: &'static str,
        /// How many what may be.
        most: usize,
        /// What is counted.
        what: &'static str,
    },
    /// Two of them exclude one another.
    #[error("the examples contradict each other: {input} is to give {one} and {other}; keep one")]
    Contradicting {
        /// The input of both, without secrets.
        input: String,
        /// What one gives.
        one: String,
        /// What the other gives.
        other: String,
    },
}

fn place_words(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" at `{place}`") }
}

impl Lessons {
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether the owner taught any of it.
    pub(super) fn by_owner(&self) -> bool {
        self.by().any(|who| who == OWNER)
    }

    /// How many users taught it.
    pub(super) fn teachers(&self) -> usize {
        let mut users: Vec<u64> = self.by().filter(|who| *who != OWNER).collect();
        users.sort_unstable();
        users.dedup();
        users.len()
    }

    /// What people do not agree on.
    pub(super) fn disputed(&self) -> usize {
        self.all.iter().filter(|lesson| lesson.agreed().is_none()).count()
    }

    fn by(&self) -> impl Iterator<Item = u64> {
        self.all.iter().flat_map(|lesson| &lesson.answers).flat_map(|answer| answer.by.clone())
    }

    /// What is agreed on, as sentences and as examples.
    pub(super) fn agreed(&self) -> (Vec<Asked>, Vec<Example>) {
        let (mut asked, mut examples) = (Vec::new(), Vec::new());
        for lesson in &self.all {
            let Some(wanted) = lesson.agreed().cloned() else { continue };
            match &lesson.of {
                Of::Sentence(sentence) => {
                    asked.push(Asked { sentence: sentence.clone(), wanted: Some(wanted) });
                }
                Of::Input(input) => {
                    examples.push(Example { input: input.clone(), output: Some(wanted) });
                }
            }
        }
        (asked, examples)
    }

    /// Takes in everything that a wish shows, or nothing of it.
    pub(super) fn take(&mut self, wish: &Wish, by: Teacher) -> Result<(), TeachError> {
        let mut next = self.clone();
        for (of, wanted) in shown(wish) {
            next.put(of, wanted, by)?;
        }
        if next.bytes() > ALL_BYTES_MAX {
            return Err(TeachError::TooMany { of: "gap", most: ALL_BYTES_MAX, what: "bytes" });
        }
        *self = next;
        Ok(())
    }

    fn put(&mut self, of: Of, wanted: Value, by: Teacher) -> Result<(), TeachError> {
        let who = by.number();
        if let Teacher::User(_) = by
            && self.by().filter(|other| *other == who).count() >= EACH_MAX
            && !self.all.iter().any(|lesson| lesson.of == of)
        {
            return Err(TeachError::TooMany { of: "person", most: EACH_MAX, what: "examples" });
        }
        let at = match self.all.iter().position(|lesson| lesson.of == of) {
            Some(at) => at,
            None if self.all.len() >= LESSONS_MAX => {
                return Err(TeachError::TooMany { of: "gap", most: LESSONS_MAX, what: "examples" });
            }
            None => {
                self.all.push(Lesson { of, answers: Vec::new() });
                self.all.len() - 1
            }
        };
        if let Some(lesson) = self.all.get_mut(at) {
            lesson.vote(wanted, who);
        }
        Ok(())
    }

    pub(super) fn bytes(&self) -> usize {
        let of = |of: &Of| match of {
            Of::Sentence(sentence) => sentence.len(),
            Of::Input(input) => input.to_string().len() * 2,
        };
        let answer = |answer: &Answer| answer.wanted.to_string().len() * 2 + answer.by.len() * 8;
        let lessons = self.all.iter();
        lessons.map(|it| 64 + of(&it.of) + it.answers.iter().map(answer).sum::<usize>()).sum()
    }
}

/// The owner among the numbers of users.
const OWNER: u64 = u64::MAX;

// === impl Teacher ===

impl Teacher {
    const fn number(self) -> u64 {
        match self {
            // Nobody's number is the owner's.
            Self::User(who) => {
                if who == OWNER {
                    OWNER - 1
                } else {
                    who
                }
            }
            Self::Owner => OWNER,
        }
    }
}

// === impl Lesson ===

impl Lesson {
    /// One vote a person: whoever says something else now has changed their mind.
    fn vote(&mut self, wanted: Value, who: u64) {
        for answer in &mut self.answers {
            answer.by.retain(|other| *other != who);
        }
        self.answers.retain(|answer| !answer.by.is_empty());
        let has_room = self.answers.len() < ANSWERS_MAX || who == OWNER;
        match self.answers.iter_mut().find(|answer| answer.wanted == wanted) {
            Some(answer) if answer.by.len() < VOTES_MAX || who == OWNER => answer.by.push(who),
            None if has_room => self.answers.push(Answer { wanted, by: vec![who] }),
            Some(_) | None => {}
        }
    }

    /// The answer that most want, where one has the most; the owner's in any case.
    fn agreed(&self) -> Option<&Value> {
        let votes = |answer: &Answer| match answer.by.contains(&OWNER) {
            true => usize::MAX,
            false => answer.by.len(),
        };
        let most = self.answers.iter().map(votes).max()?;
        let mut best = self.answers.iter().filter(|answer| votes(answer) == most);
        let first = best.next()?;
        best.next().is_none().then_some(&first.wanted)
    }
}

/// Whether everything that a wish shows may be kept and agrees with itself.
pub(super) fn check(wish: &Wish) -> Result<(), TeachError> {
    let mut seen: Vec<(Of, Value)> = Vec::new();
    for ((of, wanted), number) in shown(wish).zip(1..) {
        let (secret, shown) = match &of {
            Of::Sentence(sentence) => (secret_place(&sentence.as_str().into()), kept(sentence)),
            Of::Input(input) => (secret_place(input), kept(&input.to_string())),
        };
        if let Some(place) = secret.or_else(|| secret_place(&wanted)) {
            return Err(TeachError::Secret { number, place });
        }
        let bytes = shown_bytes(&of) + wanted.to_string().len();
        if bytes > BYTES_MAX {
            return Err(TeachError::TooLarge { number, bytes, most: BYTES_MAX });
        }
        let other = seen.iter().find(|(other, was)| *other == of && *was != wanted);
        if let Some((_, was)) = other {
            let (one, other) = (kept(&was.to_string()), kept(&wanted.to_string()));
            return Err(TeachError::Contradicting { input: shown, one, other });
        }
        seen.push((of, wanted));
    }
    if seen.is_empty() { Err(TeachError::Nothing) } else { Ok(()) }
}

/// What tells these examples from others: the same again give the same.
pub(super) fn number(wish: &Wish) -> String {
    let inputs = shown(wish).map(|(of, _)| format!("{of:?}"));
    let text = inputs.collect::<Vec<_>>().join("\0");
    format!("taught-{}", Digest::of(text.as_bytes()).short())
}

fn shown_bytes(of: &Of) -> usize {
    match of {
        Of::Sentence(sentence) => sentence.len(),
        Of::Input(input) => input.to_string().len(),
    }
}

/// What a wish shows: sentences and inputs with what is wanted of them.
fn shown(wish: &Wish) -> impl Iterator<Item = (Of, Value)> + '_ {
    let asked = wish
        .asked
        .iter()
        .filter_map(|asked| Some((Of::Sentence(asked.sentence.clone()), asked.wanted.clone()?)));
    let examples = wish.examples.iter();
    let examples =
        examples.filter_map(|it| Some((Of::Input(it.input.clone()), it.output.clone()?)));
    asked.chain(examples)
}
