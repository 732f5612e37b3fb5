//! The workshop of a live host: drafts become components, components candidates, candidates releases.
//!
//! *Never:* anything is signed here that was not examined, or that asks for more than the making key
//! may sign; and what is made again from the log is compared with what was examined.

mod bench;
mod built;
mod failures;
mod key;
mod naming;
mod outlook;
mod shrink;
mod trial;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) use bench::Bench;
pub(super) use built::Built;
pub(crate) use failures::Failures;
pub use key::MakingError;
use outlook::{Barren, Outlook, telling, told};
use trial::Tried;
pub(super) use trial::misses;

use super::LiveHost;
use crate::artifact::{Manifest, SigningKey};
use crate::examine::{Candidate, CandidateOrigin, Examined, Report};
use crate::loops::grower::{Doing, Kept, Looked, Made, Needs, Trouble, Workshop, Writing};
use crate::loops::healer::{Demand, demands};
use crate::model::{Before, Example};
use crate::registry::{Actor, Ending, Proposal, Work};
use crate::synth::{Attempt, Authors, Draft, Purse, Source, Trial as _, Verdict, Written};
use crate::{Class, Error};

/// Candidates that were examined and wait here to be signed; more are examined again.
const EXAMINED_MAX: usize = 32;
/// Why a draft waits that no example proves.
const UNSHOWN: &str =
    "nobody has shown what it is to give: it does what its document says, and was not called";

/// Makes capabilities on behalf of the grower.
pub(crate) struct Making {
    live: LiveHost,
    key: SigningKey,
    authors: Authors,
    bench: Bench,
    failures: Arc<Failures>,
    /// What was examined in this process, so that it need not be again before it is signed.
    examined: Mutex<BTreeMap<u64, Examined>>,
    /// Authors that would say the same again.
    barren: Barren,
}

/// What came of asking for drafts.
struct Draftings {
    draft: Option<Draft>,
    /// Everything that was tried, in sentences.
    tried: Vec<String>,
    /// What another attempt needs.
    needs: Needs,
    /// What came nearest.
    why: String,
}

impl Making {
    pub(crate) fn new(
        live: LiveHost,
        key: SigningKey,
        authors: Authors,
        failures: Arc<Failures>,
    ) -> Result<Self, Error> {
        key::check(&live.inner.host, &key)?;
        let bench = Bench::open(live.inner.host.clone())?;
        let (examined, barren) = (Mutex::default(), Barren::default());
        Ok(Self { live, key, authors, bench, failures, examined, barren })
    }

    pub(super) const fn bench(&self) -> &Bench {
        &self.bench
    }

    /// What releases failed at so far.
    pub(super) fn failures(&self) -> &Arc<Failures> {
        self.live.hear_calls();
        &self.failures
    }

    /// The draft of a proposal, as it is kept beside the log.
    pub(super) async fn kept(&self, proposal: &Proposal) -> Result<Kept, Trouble> {
        let bytes = self.live.registry().blob(proposal.source).await;
        let bytes = bytes.map_err(|error| Trouble::Passing(error.to_string()))?;
        let lost =
            || Trouble::Final("what its draft was made from is not kept any more".to_owned());
        bytes.as_deref().and_then(Kept::read).ok_or_else(lost)
    }

    /// The component of a proposal, made again.
    pub(super) async fn built(&self, proposal: &Proposal) -> Result<Built, Trouble> {
        let kept = self.kept(proposal).await?;
        let source = self.source(kept).await?;
        let built = self.bench.build(&proposal.name, &source).await;
        let built = built.map_err(Trouble::Final)?;
        if built.digest() == proposal.component {
            return Ok(built);
        }
        let why = format!(
            "made again it is {}, and {} was proposed; another version of this program wrote it",
            built.digest(),
            proposal.component
        );
        Err(Trouble::Final(why))
    }

    async fn source(&self, kept: Kept) -> Result<Source, Trouble> {
        if let Some(recipe) = kept.recipe {
            return Ok(Source::Recipe(recipe));
        }
        let lost = || Trouble::Final("its component is not kept any more".to_owned());
        let component = kept.component.ok_or_else(lost)?;
        let bytes = self.live.registry().blob(component).await;
        let bytes = bytes.map_err(|error| Trouble::Passing(error.to_string()))?;
        bytes.map(Source::Component).ok_or_else(lost)
    }

    async fn written(&self, work: &Work, purse: &Purse) -> Draftings {
        let want = &work.want;
        let mut must: Vec<Demand> = want.wish.examples.iter().map(Demand::of_example).collect();
        must.extend(want.wish.before.iter().flat_map(|before| demands(before)));
        let tried = Tried { bench: &self.bench, must };
        if let Some(recipe) = &want.recipe {
            return self.brought(want.wish.examples.clone(), recipe, &tried).await;
        }
        let known = self.live.registry().journal().state().known();
        let (barren, before) = self.barren.of(work, known);
        let authors = self.authors.without(&barren);
        let written = authors.answer_for(&want.wish, &tried, purse).await;
        let Written { held, described, attempts } = written;
        let outlook = Outlook::of(&attempts, &authors, &want.wish);
        self.barren.note(work, known, &attempts, outlook.barren);
        let draft = match held.into_iter().next() {
            Some(held) => Some(held),
            None => to_be_shown(described, &tried).await,
        };
        Draftings {
            draft,
            tried: attempts.iter().map(told).collect(),
            needs: outlook.needs,
            why: telling(&attempts, before),
        }
    }

    /// A recipe that a person has written. It may have no example: that person has looked at it.
    async fn brought(&self, examples: Vec<Example>, recipe: &str, tried: &Tried<'_>) -> Draftings {
        // The same recipe would not hold another time either.
        let needs = Needs::News;
        let draft = match Built::draft(recipe, examples) {
            Ok(draft) => draft,
            Err(why) => return Draftings { draft: None, tried: vec![why.clone()], needs, why },
        };
        let verdict = tried.hold(&draft).await;
        let why = told(&Attempt::Tried(draft.clone(), verdict.clone()));
        let holds = matches!(verdict, Verdict::Held | Verdict::Unproven);
        Draftings { draft: holds.then_some(draft), tried: vec![why.clone()], needs, why }
    }

    async fn make(&self, work: &Work, purse: &Purse) -> Writing {
        let Draftings { draft, mut tried, needs, why } = self.written(work, purse).await;
        let Some(draft) = draft else {
            let made = match work.want.recipe.is_some() {
                true => Made::Over { how: Ending::Refused, why },
                false => Made::Nothing { needs, why },
            };
            return Writing { made, tried };
        };
        let made = match self.proposed(work, draft).await {
            Ok(made) => made,
            Err(why) => {
                tried.push(why.clone());
                Made::Nothing { needs: Needs::Time(Duration::ZERO), why }
            }
        };
        Writing { made, tried }
    }

    async fn proposed(&self, work: &Work, draft: Draft) -> Result<Made, String> {
        let state = self.live.registry().journal().state();
        if state.lines.contains_key(&draft.name) {
            let built = self.bench.build(&draft.name, &draft.source).await?;
            if let Some(same) = naming::same(&state, &draft.name, built.digest()) {
                let why = format!("`{}` {same} does exactly this already", draft.name);
                return Ok(Made::Over { how: Ending::Replaced, why });
            }
        }
        let draft = match naming::settle(&state, work, draft)? {
            naming::Settled::Draft(draft) => draft,
            naming::Settled::Over { how, why } => return Ok(Made::Over { how, why }),
        };
        let built = self.bench.build(&draft.name, &draft.source).await?;
        let (version, sequence) = naming::next(&state, &draft.name, &built);
        let (kept, blobs) = Kept::of(&draft);
        let proposal = Proposal {
            name: draft.name,
            version,
            sequence,
            component: built.digest(),
            source: crate::model::Digest::of(&kept.to_bytes()),
            author: draft.author,
            reasons: draft.reasons,
            doubts: draft.doubts,
            permissions: built.manifest.permissions().clone(),
        };
        Ok(Made::Draft { proposal: Box::new(proposal), blobs })
    }

    async fn look(&self, work: &Work) -> Result<Examined, Trouble> {
        let Some(proposal) = &work.proposal else {
            return Err(Trouble::Final("there is no draft".to_owned()));
        };
        let built = self.built(proposal).await?;
        let manifest = self.manifest(work, proposal, &built).await?;
        let origin = CandidateOrigin::Generated;
        let candidate = Candidate::new(manifest, Arc::clone(&built.component), origin);
        self.live.look_at(candidate).await.map_err(troubled)
    }

    /// The manifest that a component is released with. What follows a release keeps within its limits,
    /// whatever was proved of it: wider ones are for a person to give.
    async fn manifest(
        &self,
        work: &Work,
        proposal: &Proposal,
        built: &Built,
    ) -> Result<Manifest, Trouble> {
        let mut manifest = built.manifest.clone();
        manifest.version = proposal.version.clone();
        manifest.sequence = proposal.sequence;
        if let Some(before) = &work.want.wish.before {
            let release = self.live.release_before(before).await.map_err(troubled)?;
            let limits = release.map(|release| release.manifest.budget);
            manifest.budget = limits.map_or(manifest.budget, |old| old.min(manifest.budget));
        }
        Ok(manifest)
    }

    async fn keep(&self, work: &Work) -> Result<Looked, Trouble> {
        let held = self.lock().remove(&work.id);
        let examined = match held {
            Some(examined) => examined,
            None => self.look(work).await?,
        };
        let approved = match self.live.approve(examined) {
            Ok(approved) => approved,
            Err(refused) => return Ok(Looked::Otherwise(Box::new(refused.0.report().clone()))),
        };
        let report = approved.report();
        key::refuse(&self.live.inner.host, &report.subject.name, &report.subject.permissions)
            .map_err(|error| Trouble::Final(error.to_string()))?;
        let why = format!("work {}: {}", work.id, work.want.source);
        let kept = self.live.keep(approved, &[&self.key], Actor::grower(), &why).await;
        kept.map(|_| Looked::Installed).map_err(troubled)
    }

    async fn past(&self, work: &Work) -> Result<Before, Trouble> {
        let Some(proposal) = &work.proposal else {
            return Err(Trouble::Final("it has no release".to_owned()));
        };
        let kept = self.kept(proposal).await?;
        let mut failed = self.failures().of(&proposal.name, &proposal.version);
        if failed.iter().any(|it| it.wanted.is_none() && it.found.is_none())
            && let Ok(built) = self.built(proposal).await
        {
            shrink::all(&self.bench, &proposal.name, &built, &mut failed).await;
        }
        Ok(Before {
            name: proposal.name.clone(),
            version: proposal.version.to_string(),
            summary: None,
            recipe: kept.recipe,
            file: kept.file,
            examples: kept.examples,
            failed,
        })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Examined>> {
        self.examined.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a person has to look at: the first draft that does what is described, where that can be built. Nobody has
/// shown what it is to give, so it is in doubt whatever its author thinks.
async fn to_be_shown(described: Vec<Draft>, tried: &Tried<'_>) -> Option<Draft> {
    for mut draft in described {
        if tried.hold(&draft).await == Verdict::Unproven {
            draft.doubts.push(UNSHOWN.to_owned());
            return Some(draft);
        }
    }
    None
}

/// What time mends is tried again; everything else is told to a person.
fn troubled(error: Error) -> Trouble {
    match error.class() {
        Class::Transient => Trouble::Passing(error.to_string()),
        Class::Caller | Class::Policy | Class::Corrupt | Class::Bug => {
            Trouble::Final(error.to_string())
        }
    }
}

// === impl Making ===

impl Workshop for Making {
    fn write<'a>(&'a self, work: &'a Work, purse: &'a Purse) -> Doing<'a, Writing> {
        Box::pin(self.make(work, purse))
    }

    fn price_micros(&self, author: &str) -> Option<u64> {
        self.authors.price_micros(author)
    }

    fn examine<'a>(&'a self, work: &'a Work) -> Doing<'a, Result<Report, Trouble>> {
        Box::pin(async move {
            let examined = self.look(work).await?;
            let report = examined.report().clone();
            let mut held = self.lock();
            if held.len() < EXAMINED_MAX {
                held.insert(work.id, examined);
            }
            Ok(report)
        })
    }

    fn install<'a>(&'a self, work: &'a Work) -> Doing<'a, Result<Looked, Trouble>> {
        Box::pin(self.keep(work))
    }

    fn before<'a>(&'a self, work: &'a Work) -> Doing<'a, Result<Before, Trouble>> {
        Box::pin(self.past(work))
    }
}

impl std::fmt::Debug for Making {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Making").field("authors", &self.authors).finish_non_exhaustive()
    }
}
