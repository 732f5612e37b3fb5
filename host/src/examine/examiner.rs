//! The examination from start to end: bytes, manifest, sandbox, behaviour, risk, report.
//!
//! *Never:* anything of a candidate is compiled before its bytes have passed.

mod conclude;

use std::sync::Arc;

use super::candidate::{Candidate, Said};
use super::catalogue::CheckId;
use super::checks::{OF_BYTES, OF_MANIFEST};
use super::coverage::SourceMap;
use super::examined::Examined;
use super::facts::Facts;
use super::finding::Draft;
use super::level::{Level, Profile};
use super::notes::Notes;
use super::performance::Rival;
use super::place::{Place, Question};
use super::policy::Policy;
use super::report::{Measures, Report};
use super::sandbox::{Code, Shown};
use super::subject::Subject;
use super::tape::Tape;
use super::walk::walk;
use super::{sandbox, texts, walls};
use crate::artifact::Manifest;
use crate::engine::raw::Interface;
use crate::engine::{ComponentKind, Engine, EngineConfig, EngineError, Metering};
use crate::model::{CapabilityName, Clock, Description, Permissions};

/// Findings of one check; more of them would say the same again.
pub(crate) const DRAFTS_MAX: usize = 32;
/// Names that are compared with; a registry of more has names that look alike anyway.
const NAMES_MAX: usize = 10_000;

/// Examines candidates by one policy.
pub struct Examiner {
    policy: Policy,
    clock: Arc<dyn Clock>,
    interfaces: Vec<Interface>,
    config: EngineConfig,
    engine: Engine,
}

/// What is asked of one examination.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// How thorough it is to be; none is what the policy wants at least.
    pub level: Option<Level>,
    /// Checks that are left out.
    pub without: Vec<CheckId>,
    /// The manifest of the release before.
    pub before: Option<Manifest>,
    /// Its component, which the candidate is as fast as, or not.
    pub before_component: Option<Arc<[u8]>>,
    /// Names that are in use.
    pub names: Vec<CapabilityName>,
    /// What it was built from, and where the code of each expression is.
    pub source: Option<Arc<SourceMap>>,
    /// What was recorded of it, or of the release before, in real use.
    pub tape: Option<Arc<Tape>>,
    /// Other candidates for the same, which it is measured beside.
    pub others: Vec<(Manifest, Arc<[u8]>)>,
    /// An earlier report of this capability, with what was measured then.
    pub baseline: Option<Arc<Report>>,
}

/// What examines: reports say so, and figures of another one may rest on another engine.
pub(crate) const EXAMINER: &str = concat!("engraft ", env!("CARGO_PKG_VERSION"));

/// Why there is no examination.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExamineError {
    /// The bytes are not WebAssembly.
    #[error("`{name}` is not WebAssembly: it begins otherwise")]
    NotWasm {
        /// What it was called.
        name: String,
    },
    /// The bytes are a core module.
    #[error("`{name}` is a core module, not a component; `wasm-tools component new` makes one")]
    CoreModule {
        /// What it was called.
        name: String,
    },
    /// The engine cannot be set up.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Examiner {
    /// An examiner that goes by this policy. `config` says how candidates are run, and with what
    /// interfaces of the embedding program; its services are never used, a sandbox has its own.
    ///
    /// # Errors
    /// Where the engine cannot be set up.
    pub fn new(policy: Policy, config: EngineConfig) -> Result<Self, ExamineError> {
        let clock = Arc::clone(&config.clock);
        let interfaces = config.interfaces.clone();
        let config = sandbox::engine_config(config);
        let engine = Engine::new(config.clone())?;
        Ok(Self { policy, clock, interfaces, config, engine })
    }

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Examines a candidate. What is wrong with it is in the report, however much that is.
    ///
    /// # Errors
    /// Where the bytes are no component at all.
    pub async fn examine(
        &self,
        candidate: Candidate,
        order: &Order,
    ) -> Result<Examined, ExamineError> {
        let bytes = candidate.component_arc();
        refuse_other_than_components(&candidate)?;
        let profile = self.profile(&candidate, order);
        let facts = walk(&bytes, &profile.bounds);
        let mut notes = Notes::new(&profile);
        let names = self.names(&candidate, order);
        let mut subject = self.subject(&candidate, &facts, &profile, order, &names);
        notes.run(OF_BYTES, &subject);
        let workers = self.config.worker.as_ref();
        walls::look(workers, &mut notes).await;
        let place = self.place(&facts, &profile, candidate.asked());
        let mut code = walls::compile_first(place, workers, &bytes, &mut notes).await;
        let said = match notes.is_blocked() {
            true => None,
            false => self.said(&candidate, place, &mut notes, &mut code).await,
        };
        let manifest = said.or_else(|| match candidate.said() {
            Said::Manifest(manifest) => Some(Manifest::clone(manifest)),
            Said::Ask(_) => None,
        });
        subject.manifest = manifest.as_ref();
        subject.texts = texts::of(manifest.as_ref(), &facts);
        notes.run(OF_MANIFEST, &subject);
        drop(subject);
        let mut shown = Shown { measures: Measures::of(&facts), ..Shown::default() };
        let (rival, others) = (Rival::of(order), Rival::others(order));
        if let (Some(manifest), false) = (&manifest, notes.is_blocked()) {
            let place = self.place(&facts, &profile, Some(manifest.permissions()));
            let guesses = sandbox::Guesses::default();
            let run = sandbox::Run {
                config: &self.config,
                component: &bytes,
                manifest,
                place,
                code,
                rival: rival.as_ref(),
                facts: Some(&facts),
                source: order.source.as_deref(),
                search: self.policy.search,
                tape: order.tape.as_deref(),
                guesses: &guesses,
                others: &others,
                baseline: order.baseline.as_deref(),
            };
            sandbox::run(&run, &mut notes, &mut shown).await;
        }
        let report = self.report(&candidate, manifest.as_ref(), order, notes, shown);
        Ok(Examined::new(candidate, manifest, report))
    }

    fn profile(&self, candidate: &Candidate, order: &Order) -> Profile {
        let asked = candidate.asked().cloned().unwrap_or_default();
        let least = self.policy.level(candidate.origin(), &asked);
        let mut profile = self.policy.profile(order.level.unwrap_or(least));
        profile.without.extend(&order.without);
        profile
    }

    /// Where it runs, as far as is known what it asks for.
    fn place(&self, facts: &Facts<'_>, profile: &Profile, asked: Option<&Permissions>) -> Place {
        self.policy.place(&Question {
            level: profile.level,
            asked: asked.unwrap_or(&Permissions::default()),
            imports: &facts.imports,
            interfaces: &self.interfaces,
            has_workers: self.config.worker.is_some(),
        })
    }

    fn names(&self, candidate: &Candidate, order: &Order) -> Vec<CapabilityName> {
        let all = self.policy.names.iter().chain(&order.names);
        all.filter(|name| *name != candidate.name()).take(NAMES_MAX).cloned().collect()
    }

    fn subject<'a>(
        &'a self,
        candidate: &'a Candidate,
        facts: &'a Facts<'a>,
        profile: &'a Profile,
        order: &'a Order,
        names: &'a [CapabilityName],
    ) -> Subject<'a> {
        Subject {
            trust: candidate.trust(),
            facts,
            manifest: None,
            before: order.before.as_ref(),
            names,
            interfaces: &self.interfaces,
            bounds: &profile.bounds,
            forbidden: &self.policy.forbidden,
            now: self.clock.wall(),
            texts: Vec::new(),
        }
    }

    /// Asks a bare component what it is. It runs without any permission, inside a small budget; the
    /// code that it was compiled to is kept for what comes after.
    async fn said(
        &self,
        candidate: &Candidate,
        place: Place,
        notes: &mut Notes<'_>,
        code: &mut Option<Code>,
    ) -> Option<Manifest> {
        let Said::Ask(complete) = candidate.said() else { return None };
        let (name, bytes) = (candidate.name(), candidate.component_arc());
        let asked = match place {
            Place::Here => self.asked_here(name, bytes, code).await,
            Place::Worker => {
                let code = code.as_ref().and_then(Code::of_worker);
                self.engine.describe_away(name, bytes, code).await
            }
        };
        let completed = asked.map_err(|error| error.to_string()).and_then(|said| complete(said));
        match completed {
            Ok(manifest) => {
                notes.found(CheckId::DESCRIBED, Vec::new());
                Some(manifest)
            }
            Err(why) => {
                let draft = Draft::new("it does not say what it is").seen("`describe`", why);
                notes.found(CheckId::DESCRIBED, vec![draft]);
                None
            }
        }
    }
}

impl Examiner {
    async fn asked_here(
        &self,
        name: &CapabilityName,
        bytes: Arc<[u8]>,
        code: &mut Option<Code>,
    ) -> Result<Description, EngineError> {
        // Reflection tells of all others without compiling them. What does not compile is told of
        // where it is loaded.
        let kind = Engine::inspect(&bytes).map(|inspection| inspection.kind);
        if matches!(kind, Ok(ComponentKind::Contract)) {
            let compiled = self.engine.precompile_beside(Arc::clone(&bytes), Metering::Fuel).await;
            *code = compiled.ok().map(Code::Here);
        }
        let native = code.as_ref().and_then(Code::of_here).into_iter().collect();
        self.engine.describe_from(name, bytes, native).await
    }
}

fn refuse_other_than_components(candidate: &Candidate) -> Result<(), ExamineError> {
    let name = || candidate.name().to_string();
    match candidate.component() {
        // The version and the layer that components have.
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => Ok(()),
        [0, b'a', b's', b'm', _, _, 0, 0, ..] => Err(ExamineError::CoreModule { name: name() }),
        _ => Err(ExamineError::NotWasm { name: name() }),
    }
}

// === impl Examiner ===

impl std::fmt::Debug for Examiner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Examiner").field("policy", &self.policy.digest()).finish_non_exhaustive()
    }
}
