//! An examiner, and what a candidate for it is made from.

use std::sync::Arc;
use std::time::Duration;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::engine::EngineConfig;
use engraft::examine::{
    Candidate, CandidateOrigin, CheckId, Examined, Examiner, Level, Order, Policy, Report, Tape,
};
use engraft::model::{Clock, Description, Operation, SystemClock};
use serde_json::json;

/// A candidate and the check that has to catch it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) check: CheckId,
    pub(crate) level: Level,
    pub(crate) component: Vec<u8>,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) before: Option<Manifest>,
    pub(crate) before_component: Option<Vec<u8>>,
    pub(crate) policy: Option<Policy>,
    pub(crate) tape: Option<Tape>,
    /// Signed by somebody whom nobody trusts.
    pub(crate) is_forged: bool,
}

impl Case {
    /// A component and an honest manifest for it.
    pub(crate) fn of_bytes(name: &'static str, check: CheckId, component: Vec<u8>) -> Self {
        Self {
            name,
            check,
            level: Level::Basic,
            component,
            manifest: Some(manifest()),
            before: None,
            before_component: None,
            policy: None,
            tape: None,
            is_forged: false,
        }
    }

    /// An honest component and a manifest that is not.
    pub(crate) fn of_manifest(
        name: &'static str,
        check: CheckId,
        change: impl FnOnce(&mut Manifest),
    ) -> Self {
        let mut manifest = manifest();
        change(&mut manifest);
        Self { manifest: Some(manifest), ..Self::of_bytes(name, check, component("")) }
    }

    pub(crate) fn policy(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        let mut policy = Policy::default();
        change(&mut policy);
        self.policy = Some(policy);
        self
    }

    /// With a release before it.
    pub(crate) fn before(mut self, change: impl FnOnce(&mut Manifest)) -> Self {
        let mut before = manifest();
        change(&mut before);
        self.before = Some(before);
        self
    }
}

pub(crate) struct Bench {
    examiner: Examiner,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { examiner: examiner(Policy::default()) }
    }

    pub(crate) async fn examine(&self, case: &Case, without: &[CheckId]) -> Report {
        let component: Arc<[u8]> = case.component.as_slice().into();
        let candidate = match &case.manifest {
            Some(manifest) if case.is_forged => {
                let key = SigningKey::generate(Origin::Release).unwrap();
                let bundle = Bundle::sign(component, manifest, &[&key]).unwrap();
                Candidate::of_bundle(bundle, &Keyring::new(), SystemClock.wall())
            }
            Some(manifest) => {
                Candidate::new(manifest.clone(), component, CandidateOrigin::Uploaded)
            }
            None => Candidate::of_component(
                "math.double".parse().unwrap(),
                component,
                CandidateOrigin::Uploaded,
            ),
        };
        let order = Order {
            level: Some(case.level),
            without: without.to_vec(),
            before: case.before.clone(),
            before_component: case.before_component.as_deref().map(Arc::from),
            tape: case.tape.clone().map(Arc::new),
            names: vec!["text.slugify".parse().unwrap(), "mail.modern".parse().unwrap()],
            ..Order::default()
        };
        let own = case.policy.clone().map(examiner);
        let examiner = own.as_ref().unwrap_or(&self.examiner);
        examiner.examine(candidate, &order).await.unwrap().report().clone()
    }

    pub(crate) async fn look(&self, candidate: Candidate, level: Level) -> Examined {
        let order = Order { level: Some(level), ..Order::default() };
        self.examiner.examine(candidate, &order).await.unwrap()
    }
}

fn examiner(policy: Policy) -> Examiner {
    Examiner::new(policy, EngineConfig::default()).unwrap()
}

/// What `component` says of itself.
pub(crate) fn manifest() -> Manifest {
    let number = json!({"type": "object", "properties": {
        "number": {"type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32},
    }, "required": ["number"]});
    let operation = Operation {
        name: "double".to_owned(),
        summary: "Doubles a number.".to_owned(),
        input_schema: number,
        output_schema: json!({"type": "integer"}),
        intents: vec!["double {number}".to_owned()],
        examples: vec![],
    };
    let description = Description {
        name: "math.double".parse().unwrap(),
        summary: "Doubles numbers.".to_owned(),
        operations: vec![operation],
        permissions: Default::default(),
    };
    let mut manifest = Manifest::new(description, "1.2.0".parse().unwrap());
    manifest.sequence = 7;
    manifest.validity = Default::default();
    manifest.budget.deadline = Duration::from_secs(2);
    manifest
}

/// An honest component whose module has these fields besides.
pub(crate) fn component(fields: &str) -> Vec<u8> {
    with_imports("", fields)
}

/// The same with imports of the component.
pub(crate) fn with_imports(imports: &str, fields: &str) -> Vec<u8> {
    let text = format!(
        r#"(component {imports}
            (core module $m
                (func (export "double") (param i32) (result i32)
                    (i32.mul (local.get 0) (i32.const 2)))
                {fields})
            (core instance $i (instantiate $m))
            (func (export "double") (param "number" u32) (result u32)
                (canon lift (core func $i "double"))))"#
    );
    wat::parse_str(&text)
        .unwrap_or_else(|error| panic!("{error}\n{}", &text[..text.len().min(2_000)]))
}
