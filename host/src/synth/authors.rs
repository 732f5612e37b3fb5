//! Asking authors one after the other, the cheap before the dear, until a draft holds its examples.
//!
//! *Never:* a draft counts that was not tried, and never are two authors asked where one was enough.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::author::{Author, AuthorError, Draft};
use super::purse::Purse;
use super::wish::Wish;

/// Drafts of one author that are tried: what is not among its first few is a guess.
const DRAFTS_MAX: usize = 8;

/// Tries drafts. What compiles and runs stands on another floor; here it is only asked.
pub trait Trial: Send + Sync {
    /// Builds the draft and runs it on every one of its examples.
    fn hold<'a>(&'a self, draft: &'a Draft) -> Trying<'a>;
}

/// A draft being tried.
pub type Trying<'a> = Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

/// What came of trying a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Every example held.
    Held,
    /// An example did not hold.
    Failed {
        /// Which one, from 1.
        example: usize,
        /// What came instead.
        found: String,
    },
    /// It could not be built.
    Unbuildable(String),
    /// No example says what it is to give, so that nothing is known of it.
    Unproven,
}

/// Authors, in the order in which they are asked.
///
/// ```
/// use std::sync::Arc;
/// use engraft::synth::{Authors, Catalogue};
///
/// let authors = Authors::default().with(Arc::new(Catalogue::standard()));
/// assert_eq!(authors.names().collect::<Vec<_>>(), ["catalogue"]);
/// ```
#[derive(Clone, Default)]
pub struct Authors {
    all: Vec<Arc<dyn Author>>,
}

/// What came of a wish.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Drafts whose examples held, the likeliest first. All are of one author.
    pub held: Vec<Draft>,
    /// Drafts that do what somebody has described, where no example says what that gives; the likeliest
    /// first, by the first author that had any.
    pub described: Vec<Draft>,
    /// Everything that was tried, in order, with what came of it.
    pub attempts: Vec<Attempt>,
}

/// One try.
#[derive(Debug, Clone, PartialEq)]
pub enum Attempt {
    /// A draft was tried.
    Tried(Draft, Verdict),
    /// An author had no idea.
    Nothing(String),
    /// An author could not look.
    Failed(AuthorError),
    /// An author was not asked, because it takes more money than there was.
    Unpaid {
        /// Which.
        author: String,
        /// The most that it takes, in millionths of the program's unit.
        micros: u64,
    },
}

impl Authors {
    /// With one more author, behind those that cost as much.
    #[must_use]
    pub fn with(mut self, author: Arc<dyn Author>) -> Self {
        let place = self.all.partition_point(|other| other.cost() <= author.cost());
        self.all.insert(place, author);
        self
    }

    /// What they are called, in the order in which they are asked.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|author| author.name())
    }

    /// Those that are not called so.
    #[must_use]
    pub fn without(&self, names: &BTreeSet<String>) -> Self {
        let all = self.all.iter().filter(|author| !names.contains(author.name()));
        Self { all: all.cloned().collect() }
    }

    /// The most that a try of the author who is called so takes, in millionths of the program's unit;
    /// none where there is none.
    #[must_use]
    pub fn price_micros(&self, name: &str) -> Option<u64> {
        let named = self.all.iter().filter(|author| author.name() == name);
        named.map(|author| author.price_micros()).min()
    }

    /// Whether the author who is called so may come to something else for the same wish.
    #[must_use]
    pub fn may_differ(&self, name: &str, wish: &Wish) -> bool {
        let mut named = self.all.iter().filter(|author| author.name() == name);
        named.any(|author| author.cost().may_differ() && author.is_for(wish))
    }

    /// Drafts for a wish that hold their examples, by the cheapest author that has any.
    pub async fn answer(&self, wish: &Wish, trial: &dyn Trial) -> Written {
        self.answer_for(wish, trial, &Purse::new(u64::MAX)).await
    }

    /// The same for no more money than a purse has. Each author takes its price when it is asked, and
    /// one that takes more than is left is passed over.
    pub async fn answer_for(&self, wish: &Wish, trial: &dyn Trial, purse: &Purse) -> Written {
        let mut written = Written::default();
        for author in &self.all {
            if !author.is_for(wish) {
                written.attempts.push(Attempt::Nothing(author.name().to_owned()));
                continue;
            }
            let micros = author.price_micros();
            if !purse.take(micros) {
                let author = author.name().to_owned();
                written.attempts.push(Attempt::Unpaid { author, micros });
                continue;
            }
            let drafts = match author.write_trying(wish, trial).await {
                Ok(drafts) => drafts,
                Err(error) => {
                    written.attempts.push(Attempt::Failed(error));
                    continue;
                }
            };
            if drafts.is_empty() {
                written.attempts.push(Attempt::Nothing(author.name().to_owned()));
            }
            let mut described = Vec::new();
            for draft in drafts.into_iter().take(DRAFTS_MAX) {
                let verdict = tried(&draft, trial).await;
                match verdict {
                    Verdict::Held => written.held.push(draft.clone()),
                    Verdict::Unproven if author.is_described() => described.push(draft.clone()),
                    Verdict::Unproven | Verdict::Failed { .. } | Verdict::Unbuildable(_) => {}
                }
                written.attempts.push(Attempt::Tried(draft, verdict));
            }
            if written.described.is_empty() {
                written.described = described;
            }
            if !written.held.is_empty() {
                break;
            }
        }
        written
    }
}

async fn tried(draft: &Draft, trial: &dyn Trial) -> Verdict {
    if draft.examples.iter().any(|example| example.output.is_some()) {
        trial.hold(draft).await
    } else {
        Verdict::Unproven
    }
}

// === impl Authors ===

impl std::fmt::Debug for Authors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;

    use super::super::author::{Cost, Drafting, Source};
    use super::*;
    use crate::model::Example;

    /// An author with these drafts, told by their confidence.
    struct Fixed(&'static str, Cost, Result<Vec<f64>, ()>);

    impl Author for Fixed {
        fn name(&self) -> &str {
            self.0
        }

        fn cost(&self) -> Cost {
            self.1
        }

        fn write<'a>(&'a self, _wish: &'a Wish) -> Drafting<'a> {
            Box::pin(async move {
                let confidences = self.2.clone().map_err(|()| AuthorError::Unavailable {
                    author: self.0.to_owned(),
                    reason: "it sleeps".to_owned(),
                })?;
                Ok(confidences.into_iter().map(|confidence| draft(self.0, confidence)).collect())
            })
        }
    }

    fn draft(author: &str, confidence: f64) -> Draft {
        Draft {
            author: author.to_owned(),
            name: "test.draft".parse().unwrap(),
            source: Source::Recipe(String::new()),
            examples: vec![Example { input: json!({}), output: Some(json!(1)) }],
            reasons: vec![],
            doubts: Vec::new(),
            confidence,
        }
    }

    /// Holds what is surer than a half, and notes whose drafts it saw.
    #[derive(Default)]
    struct Half(Mutex<Vec<String>>);

    impl Trial for Half {
        fn hold<'a>(&'a self, draft: &'a Draft) -> Trying<'a> {
            self.0.lock().unwrap().push(draft.author.clone());
            let failed = Verdict::Failed { example: 1, found: "2".to_owned() };
            let verdict = if draft.confidence > 0.5 { Verdict::Held } else { failed };
            Box::pin(async move { verdict })
        }
    }

    #[tokio::test]
    async fn the_cheap_are_asked_first_and_the_dear_only_where_they_must() {
        let trial = Half::default();
        let authors = Authors::default()
            .with(Arc::new(Fixed("model", Cost::Model, Ok(vec![1.0]))))
            .with(Arc::new(Fixed("search", Cost::Search, Ok(vec![0.2, 0.9]))))
            .with(Arc::new(Fixed("network", Cost::Network, Err(()))))
            .with(Arc::new(Fixed("lookup", Cost::Lookup, Ok(vec![0.1]))))
            .with(Arc::new(Fixed("empty", Cost::Lookup, Ok(vec![]))));
        let written = authors.answer(&Wish::asked("anything"), &trial).await;
        assert_eq!(written.held.iter().map(|draft| draft.confidence).collect::<Vec<_>>(), [0.9]);
        assert_eq!(*trial.0.lock().unwrap(), ["lookup", "search", "search"]);
        assert!(written.attempts.contains(&Attempt::Nothing("empty".to_owned())));
        assert_eq!(written.attempts.len(), 4);
    }

    #[tokio::test]
    async fn an_author_that_cannot_look_does_not_end_the_search() {
        let authors = Authors::default()
            .with(Arc::new(Fixed("network", Cost::Network, Err(()))))
            .with(Arc::new(Fixed("model", Cost::Model, Ok(vec![0.8]))));
        let written = authors.answer(&Wish::asked("anything"), &Half::default()).await;
        assert_eq!(written.held.len(), 1);
        assert!(matches!(&written.attempts[0], Attempt::Failed(AuthorError::Unavailable { .. })));
    }

    #[tokio::test]
    async fn a_draft_without_an_output_to_hold_does_not_count() {
        struct Unproven;
        impl Author for Unproven {
            fn name(&self) -> &str {
                "unproven"
            }
            fn cost(&self) -> Cost {
                Cost::Lookup
            }
            fn write<'a>(&'a self, _wish: &'a Wish) -> Drafting<'a> {
                let mut draft = draft("unproven", 1.0);
                draft.examples = vec![Example { input: json!({}), output: None }];
                Box::pin(async move { Ok(vec![draft]) })
            }
        }
        let trial = Half::default();
        let written =
            Authors::default().with(Arc::new(Unproven)).answer(&Wish::asked("x"), &trial).await;
        assert!(written.held.is_empty() && trial.0.lock().unwrap().is_empty());
        assert!(matches!(&written.attempts[..], [Attempt::Tried(_, Verdict::Unproven)]));
    }
}
