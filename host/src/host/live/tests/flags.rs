//! A provider in memory, and a gate that follows it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use open_feature::provider::{FeatureProvider, ProviderMetadata, ResolutionDetails};
use open_feature::{
    EvaluationContext, EvaluationError, EvaluationErrorCode, EvaluationResult, OpenFeature,
    StructValue,
};

use crate::engine::{Invocation, Report};
use crate::loops::{Flags, Steward};
use crate::model::{CapabilityName, Digest, SystemClock};
use crate::registry::{
    Actor, Admitted, Callee, Installed, Load, Loading, Op, Plan, Registry, Release, ReleaseOrigin,
};

/// What the provider says of every flag; nothing where it fails.
#[derive(Clone, Default)]
struct Says(Arc<Mutex<Option<bool>>>);

struct InMemory {
    metadata: ProviderMetadata,
    says: Says,
}

fn unreachable<T>() -> EvaluationResult<ResolutionDetails<T>> {
    let code = EvaluationErrorCode::General("it cannot be reached".to_owned());
    Err(EvaluationError { code, message: None })
}

#[async_trait]
impl FeatureProvider for InMemory {
    fn metadata(&self) -> &ProviderMetadata {
        &self.metadata
    }

    async fn resolve_bool_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<bool>> {
        let said = *self.says.0.lock().unwrap();
        said.map_or_else(unreachable, |on| Ok(ResolutionDetails::new(on)))
    }

    async fn resolve_int_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<i64>> {
        unreachable()
    }

    async fn resolve_float_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<f64>> {
        unreachable()
    }

    async fn resolve_string_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<String>> {
        unreachable()
    }

    async fn resolve_struct_value(
        &self,
        _: &str,
        _: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<StructValue>> {
        unreachable()
    }
}

struct Fixed;

impl Callee for Fixed {
    async fn call(&self, _: &Invocation<'_>) -> Report {
        std::future::pending().await
    }
}

struct Loader;

impl Load<Fixed> for Loader {
    fn load<'a>(&'a self, _: &'a Release, _: Vec<u8>) -> Loading<'a, Fixed> {
        Box::pin(async { Ok(Fixed) })
    }
}

fn name() -> CapabilityName {
    "a.b".parse().unwrap()
}

/// A rollout whose first stage waits for a flag.
async fn waiting() -> Arc<Registry<Fixed>> {
    let registry = Arc::new(Registry::in_memory(Loader).await);
    let by = || Actor::person("test");
    for text in ["1.0.0", "1.1.0"] {
        let digest = Digest::of(text.as_bytes());
        let installed = Installed {
            name: name(),
            version: text.parse().unwrap(),
            component: digest,
            bundle: digest,
            sequence: 0,
            origin: ReleaseOrigin::Brought,
            operations: Vec::new(),
            verified: None,
            examination: None,
        };
        let admitted = Admitted::played(installed);
        registry.install(by(), "", admitted, text.as_bytes(), Fixed).await.unwrap();
    }
    let plan: Plan = serde_json::from_str(
        r#"{"name": "flags", "stages": [
            {"name": "first", "share": "1%", "gates": [{"gate": "flag", "flag": "one"}]},
            {"name": "second", "share": "2%", "requests_min": 100}]}"#,
    )
    .unwrap();
    let op = Op::rollout(&name(), &"1.1.0".parse().unwrap(), plan, 0);
    registry.change(by(), "", op).await.unwrap();
    registry
}

#[tokio::test]
async fn a_gate_is_closed_until_its_flag_is_on_and_stays_as_it_was_told_last() {
    let (registry, says) = (waiting().await, Says::default());
    let provider = InMemory { metadata: ProviderMetadata::new("in memory"), says: says.clone() };
    // Every test has a provider of its own: the SDK keeps them for the whole process.
    OpenFeature::singleton_mut().await.set_named_provider("a gate", provider).await;
    let client = OpenFeature::singleton().await.create_named_client("a gate");
    let flags = Flags::new(Arc::clone(&registry), client);
    let mut steward = Steward::new(Arc::clone(&registry), Arc::new(SystemClock));
    let count = |user: u64| {
        let snapshot = registry.snapshot();
        let spreading = snapshot.line("a.b").unwrap().spreading.as_ref().unwrap();
        for arm in [crate::registry::Arm::Treatment, crate::registry::Arm::Control] {
            let output = crate::model::Output::new("1".to_owned());
            let user = user * 2 + u64::from(arm == crate::registry::Arm::Control);
            spreading.book.count(user, arm, &crate::model::Outcome::Returned(output), 1.0);
        }
    };
    let say = |on| *says.0.lock().unwrap() = on;
    let stage = || registry.journal().state().lines[&name()].rollout.as_ref().map(|r| r.stage);
    let on = || registry.journal().state().flags.get("one").copied();

    count(1);
    assert_eq!(flags.look().await.unwrap(), [], "it cannot be reached");
    let records = steward.tick().await.unwrap();
    assert!(records[0].why.contains("the flag `one` is not there yet"), "{}", records[0].why);
    assert_eq!((stage(), on()), (Some(0), None), "at first a gate is closed");

    say(Some(false));
    let records = flags.look().await.unwrap();
    assert_eq!(records[0].why, "the provider says off");
    assert_eq!(records[0].by.to_string(), "the flags");
    assert_eq!(flags.look().await.unwrap(), [], "nothing has changed");
    say(Some(true));
    assert_eq!(flags.look().await.unwrap().len(), 1);
    say(None);
    assert_eq!(flags.look().await.unwrap(), []);
    assert_eq!(on(), Some(true), "it stays as it was told last");
    steward.tick().await.unwrap();
    assert_eq!(stage(), Some(1));
}
