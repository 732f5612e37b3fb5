//! The trial of drafts: each is built, loaded where it harms nobody, and run on everything that is
//! wanted of it.
//!
//! *Never:* a draft holds that was run on fewer examples than somebody gave, whatever its author says.

use serde_json::Value;

use super::{Bench, Built};
use crate::examine::same;
use crate::loops::healer::Demand;
use crate::model::Outcome;
use crate::synth::{Draft, Trial, Trying, Verdict};

/// Examples that one draft is run on; a wish has dozens at most.
const DEMANDS_MAX: usize = 256;
/// An answer as it is told.
const FOUND_CHARS_MAX: usize = 200;

/// The trial for one wish.
pub(super) struct Tried<'a> {
    pub(super) bench: &'a Bench,
    /// What is wanted beside the examples that the author names.
    pub(super) must: Vec<Demand>,
}

impl Tried<'_> {
    async fn verdict(&self, draft: &Draft) -> Verdict {
        let built = match self.bench.build(&draft.name, &draft.source).await {
            Ok(built) => built,
            Err(why) => return Verdict::Unbuildable(why),
        };
        match self.run(draft, &built).await {
            Ok(verdict) => verdict,
            Err(why) => Verdict::Unbuildable(why),
        }
    }

    async fn run(&self, draft: &Draft, built: &Built) -> Result<Verdict, String> {
        let loaded = self.bench.load(built).await?;
        let own = draft.examples.iter().map(Demand::of_example);
        let own: Vec<Demand> = own.filter(|own| !self.must.contains(own)).collect();
        let all: Vec<&Demand> = own.iter().chain(&self.must).take(DEMANDS_MAX).collect();
        if !all.iter().any(|demand| demand.wanted.is_some() || demand.not.is_some()) {
            return Ok(Verdict::Unproven);
        }
        for (at, demand) in all.into_iter().enumerate() {
            let input = demand.input.to_string();
            let outcome = Bench::ask(&loaded, built.operation(), &input).await;
            if let Some(found) = misses(demand, &outcome) {
                let found = format!("{} for {}", cut(&found), cut(&input));
                return Ok(Verdict::Failed { example: at + 1, found });
            }
        }
        Ok(Verdict::Held)
    }
}

/// What came instead of what is wanted.
pub(in crate::host) fn misses(demand: &Demand, outcome: &Outcome) -> Option<String> {
    let Outcome::Returned(output) = outcome else { return Some(outcome.to_string()) };
    let Ok(found) = output.read::<Value>() else {
        return Some(format!("what is not JSON: {}", output.as_str()));
    };
    match (&demand.wanted, &demand.not) {
        (Some(wanted), _) if same(&found, wanted) => None,
        (Some(wanted), _) => Some(format!("{found}, not {wanted},")),
        (None, Some(not)) if same(&found, not) => Some(format!("{found} again, which was wrong,")),
        (None, _) => None,
    }
}

fn cut(text: &str) -> String {
    let mut seen: String = text.chars().take(FOUND_CHARS_MAX).collect();
    if seen.len() < text.len() {
        seen.push('…');
    }
    seen
}

// === impl Tried ===

impl Trial for Tried<'_> {
    fn hold<'a>(&'a self, draft: &'a Draft) -> Trying<'a> {
        Box::pin(self.verdict(draft))
    }
}
