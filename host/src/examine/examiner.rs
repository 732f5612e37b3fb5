//! The examination from start to end: bytes, manifest, sandbox, behaviour, risk, report.
//!
//! *Never:* anything of a candidate is compiled before its bytes have passed.

use std::sync::Arc;

use super::candidate::{Candidate, Said, Trust};
use super::catalogue::CheckId;
use super::checks::{OF_BYTES, OF_MANIFEST, is_bounded_by_structure};
use super::examined::Examined;
use super::facts::Facts;
use super::finding::{Blocks, Draft};
use super::level::{Level, Profile};
use super::notes::Notes;
use super::performance::Rival;
use super::policy::{Action, Policy};
use super::report::{Measures, REPORT_FORMAT, Report, Subject as ReportSubject, Verdict};
use super::risk::{Known, RiskReport, assess};
use super::subject::Subject;
use super::walk::walk;
use super::{sandbox, texts, walls};
use crate::artifact::{Digests, Manifest, Moment};
use crate::engine::raw::Interface;
use crate::engine::{ComponentKind, Engine, EngineConfig, EngineError, Metering, NativeCode};
use crate::model::{CapabilityName, Clock, Digest};

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
}

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
        walls::compile_first(&self.policy, workers, &bytes, &mut notes).await;
        let mut code = None;
        let said = match notes.is_blocked() {
            true => None,
            false => self.said(&candidate, &mut notes, &mut code).await,
        };
        let manifest = said.or_else(|| match candidate.said() {
            Said::Manifest(manifest) => Some(Manifest::clone(manifest)),
            Said::Ask(_) => None,
        });
        subject.manifest = manifest.as_ref();
        subject.texts = texts::of(manifest.as_ref(), &facts);
        notes.run(OF_MANIFEST, &subject);
        drop(subject);
        let mut measures = Measures::of(&facts);
        let mut performance = None;
        let rival = Rival::of(order);
        if let (Some(manifest), false) = (&manifest, notes.is_blocked()) {
            let (config, rival) = (&self.config, rival.as_ref());
            let run = sandbox::Run { config, component: &bytes, manifest, code, rival };
            performance = sandbox::run(&run, &mut notes, &mut measures).await;
        }
        walls::look(workers, &mut notes).await;
        let mut report = self.report(&candidate, manifest.as_ref(), order, notes, measures);
        report.performance = performance;
        Ok(Examined::new(candidate, manifest, report))
    }

    fn profile(&self, candidate: &Candidate, order: &Order) -> Profile {
        let asked = match candidate.said() {
            Said::Manifest(manifest) => manifest.permissions().clone(),
            Said::Ask(_) => crate::model::Permissions::default(),
        };
        let least = self.policy.level(candidate.origin(), &asked);
        let mut profile = self.policy.profile(order.level.unwrap_or(least));
        profile.without.extend(&order.without);
        profile
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
        notes: &mut Notes<'_>,
        code: &mut Option<NativeCode>,
    ) -> Option<Manifest> {
        let Said::Ask(complete) = candidate.said() else { return None };
        let bytes = candidate.component_arc();
        // Reflection tells of all others without compiling them. What does not compile is told of
        // where it is loaded.
        let kind = Engine::inspect(&bytes).map(|inspection| inspection.kind);
        if matches!(kind, Ok(ComponentKind::Contract)) {
            let compiled = self.engine.precompile_beside(Arc::clone(&bytes), Metering::Fuel).await;
            *code = compiled.ok();
        }
        let native = code.iter().cloned().collect();
        let asked = self.engine.describe_from(candidate.name(), bytes, native).await;
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

    fn report(
        &self,
        candidate: &Candidate,
        manifest: Option<&Manifest>,
        order: &Order,
        mut notes: Notes<'_>,
        measures: Measures,
    ) -> Report {
        let level = notes.profile.level;
        let without = notes.profile.without.iter().copied().collect();
        let asked = manifest.map(|manifest| manifest.permissions().clone()).unwrap_or_default();
        let level_wanted = self.policy.level(candidate.origin(), &asked);
        let signers = match candidate.trust() {
            Trust::Signed { by } => by.clone(),
            Trust::Unsigned | Trust::Refused { .. } => Vec::new(),
        };
        let risk = manifest.map(|manifest| {
            let known = Known {
                manifest,
                origin: candidate.origin(),
                is_signed: !signers.is_empty(),
                level,
                is_bounded: measures.is_bounded_by_structure,
                findings: &notes.findings,
                inconclusive: notes.inconclusive_count(),
                calls: measures.calls,
            };
            assess(&known, &self.policy.weights)
        });
        let rule = risk.as_ref().map(|risk| self.policy.action(risk.level));
        if let (Some(risk), Some(rule)) = (&risk, &rule) {
            notes.found(CheckId::RISK, refused(risk, rule.what));
        }
        let verdict = verdict(&notes, rule.as_ref().map(|rule| rule.what));
        let because = match verdict {
            Verdict::Blocked => "what was found before blocks it already",
            Verdict::Admissible | Verdict::NeedsApproval { .. } => "there was nothing to check",
        };
        let (findings, checks) = notes.into_parts(because);
        Report {
            format: REPORT_FORMAT,
            examiner: concat!("engraft ", env!("CARGO_PKG_VERSION")).to_owned(),
            subject: ReportSubject {
                name: manifest.map_or(candidate.name(), Manifest::name).clone(),
                version: manifest.map(|manifest| manifest.version.clone()),
                component: candidate.digest(),
                digests: Digests::of(candidate.component()),
                bytes: candidate.component().len() as u64,
                description: manifest.map(description_digest),
                permissions: asked,
                origin: candidate.origin(),
                signers,
                compared_with: order.before.as_ref().map(|before| before.version.clone()),
            },
            level,
            level_wanted,
            without,
            policy: self.policy.digest(),
            at: Moment::at(self.clock.wall()),
            verdict,
            findings,
            checks,
            risk,
            rule,
            measures,
            performance: None,
        }
    }
}

/// What is said of a candidate, as one digest: an approval holds for this and no other.
pub(crate) fn description_digest(manifest: &Manifest) -> Digest {
    Digest::of(&serde_json::to_vec(&manifest.description).unwrap_or_default())
}

fn refused(risk: &RiskReport, action: Action) -> Vec<Draft> {
    if action != Action::Refuse {
        return Vec::new();
    }
    vec![
        Draft::new(format!("its risk is {}, which the policy refuses", risk.level))
            .seen("risk", &risk.because),
    ]
}

fn verdict(notes: &Notes<'_>, action: Option<Action>) -> Verdict {
    if notes.is_blocked() {
        return Verdict::Blocked;
    }
    let for_findings = notes.findings.iter().any(|it| it.blocks == Blocks::UntilApproved);
    let approvals = action.map_or(0, Action::approvals).max(usize::from(for_findings));
    match approvals {
        0 => Verdict::Admissible,
        approvals => Verdict::NeedsApproval { approvals, for_findings },
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

// === impl Measures ===

impl Measures {
    /// What one walk shows.
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let data = facts.modules.iter().flat_map(|module| &module.data);
        Self {
            modules: facts.modules.len() as u64,
            functions: facts.functions().count() as u64,
            data_bytes: data.map(|piece| piece.bytes.len() as u64).sum(),
            features: facts.features.iter().map(|name| name.replace('_', "-")).collect(),
            is_bounded_by_structure: is_bounded_by_structure(facts),
            ..Self::default()
        }
    }
}

// === impl Examiner ===

impl std::fmt::Debug for Examiner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Examiner").field("policy", &self.policy.digest()).finish_non_exhaustive()
    }
}
