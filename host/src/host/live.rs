//! A host whose capabilities change while it runs: a log of what was decided, releases side by
//! side, and a steward that judges what spreads.
//!
//! *Never:* logic of its own; it puts a host, a registry, traffic and a steward together.

mod admit;
mod ask;
mod gaps;
#[cfg(test)]
mod tests;
mod trials;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use semver::Version;
use serde::Serialize;
use serde::de::DeserializeOwned;

use ask::Ear;
pub use ask::{Heard, Response};
use gaps::Needs;
#[cfg(feature = "grow")]
pub(super) use gaps::Seen;
pub use gaps::{Missed, kept_gaps};

use super::succession::Loader;
use super::window::Window;
use super::{Capability, Host};
use crate::artifact::{Moment, SigningKey};
use crate::engine::Invocation;
use crate::loops::{Steward, TICK};
use crate::model::{CapabilityName, Outcome};
use crate::registry::{Actor, Journal, Op, Plan, Record, Registry};
use crate::store::OpLog;
use crate::traffic::{
    Answer, Feedback, FeedbackError, Figures, Opinion, Redaction, Samples, Standing, Target,
    Traffic, Who,
};
use crate::{CallError, Error};

/// A [`Host`] with a registry. Cheap to clone; every clone is the same.
///
/// ```
/// use std::sync::Arc;
/// use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
/// use engraft::registry::{Actor, Plan};
/// use engraft::store::MemoryLog;
/// use engraft::traffic::{Opinion, Who};
/// use engraft::{Host, LiveHost};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let component = |factor: u32| wat::parse_str(format!(r#"(component
/// #   (core module $m (func (export "scale") (param i32) (result i32)
/// #     (i32.mul (local.get 0) (i32.const {factor}))))
/// #   (core instance $i (instantiate $m))
/// #   (func (export "scale") (param "number" u32) (result u32)
/// #     (canon lift (core func $i "scale"))))"#));
/// let key = SigningKey::generate(Origin::Development)?;
/// let host = Host::builder().trust(Keyring::for_development(key.public())).build()?;
/// # let mut bundles = Vec::new();
/// # for (sequence, version) in [(1, "1.0.0"), (2, "1.1.0")] {
/// #     let component = component(sequence + 1)?;
/// #     let description = host.describe(&"math.scale".parse()?, component.clone()).await?;
/// #     let mut manifest = Manifest::new(description, version.parse()?);
/// #     manifest.sequence = u64::from(sequence);
/// #     bundles.push(Bundle::sign(component, &manifest, &[&key])?.to_bytes());
/// # }
/// // The key of the log signs its checkpoints and nothing else.
/// let log_key = SigningKey::generate(Origin::Release)?;
/// let live = LiveHost::open(host, Arc::new(MemoryLog::new()), log_key).await?;
/// let ann = || Actor::person("ann");
/// live.install(&bundles[0], ann(), "the first").await?;
/// live.install(&bundles[1], ann(), "triples instead").await?;
///
/// // The first serves until the second has spread.
/// let target = "math.scale".parse()?;
/// let bob = Who::user("bob");
/// let answer = live.call(&target, "scale", r#"{"number": 21}"#, &bob).await;
/// assert_eq!(answer.report.outcome.to_string(), "42");
/// let number = serde_json::json!({"number": 4});
/// assert_eq!(live.call_typed::<_, u32>(&target, "scale", &number, &bob).await?, 8);
///
/// let plan = Plan::preset("standard").ok_or("no such plan")?;
/// live.start(&"math.scale".parse()?, &"1.1.0".parse()?, plan, ann(), "let us see").await?;
/// // `tokio::spawn(live.clone().run())` judges it from now on.
///
/// // What a user says of an answer counts for or against the release that gave it.
/// live.call(&target, "scale", r#"{"number": 21}"#, &bob.request("r-7")).await;
/// live.feedback("r-7", Opinion::Good)?;
/// let figures = live.figures(10);
/// assert_eq!(figures.releases[0].counts.returned(), 3);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct LiveHost {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) host: Host,
    registry: Arc<Registry<Capability>>,
    pub(super) traffic: Traffic<Capability>,
    /// Where rollouts stood when the steward looked last.
    standings: Mutex<Vec<Standing>>,
    ear: Ear,
    needs: Needs,
    /// What releases that were made here failed at, once the host grows.
    #[cfg(feature = "grow")]
    pub(super) failures: std::sync::OnceLock<Arc<super::making::Failures>>,
}

impl LiveHost {
    /// A host that follows a log: everything that serves by it is verified again and loaded. `key`
    /// signs the checkpoints of this log and nothing else; all who write to a log have the same.
    ///
    /// # Errors
    /// Where the log cannot be read, or something that serves cannot be loaded.
    pub async fn open(host: Host, log: Arc<dyn OpLog>, key: SigningKey) -> Result<Self, Error> {
        let journal = Journal::open(log, key, Arc::clone(&host.parts.clock))?;
        let registry = Registry::open(journal, Loader(host.clone())).await?;
        let live = Self::over(host, registry);
        live.show();
        Ok(live)
    }

    /// One that only writes to a log that others serve from.
    pub(super) fn to_write(
        host: Host,
        log: Arc<dyn OpLog>,
        key: SigningKey,
    ) -> Result<Self, Error> {
        let journal = Journal::open(log, key, Arc::clone(&host.parts.clock))?;
        let registry = Registry::to_write(journal, Loader(host.clone()))?;
        Ok(Self::over(host, registry))
    }

    fn over(host: Host, registry: Registry<Capability>) -> Self {
        let registry = Arc::new(registry);
        let traffic = Traffic::new(Arc::clone(&registry), Arc::clone(&host.parts.clock));
        let inner = Inner {
            host,
            registry,
            traffic,
            standings: Mutex::default(),
            ear: Ear::default(),
            needs: Needs::default(),
            #[cfg(feature = "grow")]
            failures: std::sync::OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Begins a rollout.
    ///
    /// # Errors
    /// Where there is one already, the release may not serve, or everything stands still.
    pub async fn start(
        &self,
        name: &CapabilityName,
        version: &Version,
        plan: Plan,
        by: Actor,
        why: &str,
    ) -> Result<Record, Error> {
        let op = Op::rollout(name, version, plan, self.inner.registry.journal().length());
        self.change(by, why, op).await
    }

    /// Records any other change and lets it be seen, in this order.
    ///
    /// # Errors
    /// Where it is not allowed, cannot be kept, or what it needs cannot be loaded.
    pub async fn change(&self, by: Actor, why: &str, op: Op) -> Result<Record, Error> {
        let record = self.inner.registry.change(by, why, op).await?;
        self.show();
        Ok(record)
    }

    /// Lifts an emergency stop with a person's key.
    ///
    /// # Errors
    /// Where there is none, or the keyring does not trust the key.
    pub async fn lift(&self, key: &SigningKey, by: Actor, why: &str) -> Result<Record, Error> {
        let Inner { host, registry, .. } = &*self.inner;
        Ok(registry.lift(key, &host.parts.keyring, by, why).await?)
    }

    /// Calls whichever release is for this user; `input` is JSON text. See [`Traffic::call`] for
    /// when another release answers, or the same is asked again. Dropping the future cancels the
    /// call.
    pub async fn call(&self, target: &Target, operation: &str, input: &str, who: &Who) -> Answer {
        self.invoke(target, Invocation::new(operation, input), who).await
    }

    /// The same with tighter bounds of time and fuel, or a session.
    pub async fn invoke(&self, target: &Target, invocation: Invocation<'_>, who: &Who) -> Answer {
        self.inner.traffic.serve(target, &invocation, who).await
    }

    /// Calls with typed input and output.
    ///
    /// # Errors
    /// Where the input is no JSON, the call gave no output, or the output does not fit the type.
    pub async fn call_typed<I, O>(
        &self,
        target: &Target,
        operation: &str,
        input: &I,
        who: &Who,
    ) -> Result<O, CallError>
    where
        I: Serialize + Sync + ?Sized,
        O: DeserializeOwned,
    {
        let input = serde_json::to_string(input).map_err(CallError::Input)?;
        let answer = self.call(target, operation, &input, who).await;
        if let Outcome::Returned(output) = answer.report.outcome {
            return output.read().map_err(CallError::Output);
        }
        let (capability, outcome) = (target.name.to_string(), answer.report.outcome);
        Err(CallError::Outcome { capability, outcome })
    }

    /// Takes what a user says of the answer to a request, which [`Who::request`] named.
    ///
    /// # Errors
    /// Where the request is not known.
    pub fn feedback(&self, request: &str, opinion: Opinion) -> Result<(), FeedbackError> {
        self.take(&Feedback::new(request, opinion))
    }

    /// Takes what a metric of the embedding program says of the answer to a request.
    ///
    /// # Errors
    /// Where the request is not known.
    pub fn metric(
        &self,
        request: &str,
        metric: &str,
        opinion: Opinion,
    ) -> Result<(), FeedbackError> {
        self.take(&Feedback::new(request, opinion).metric(metric))
    }

    /// Listens to what calls are about, in place of whoever listened before.
    #[must_use]
    pub fn samples(&self, redaction: Redaction) -> Samples {
        self.inner.traffic.samples(redaction)
    }

    /// What the releases did so far, of at most so many of them, and where rollouts stand. Where
    /// they stand is known while [`LiveHost::run`] is polled.
    #[must_use]
    pub fn figures(&self, releases_max: usize) -> Figures {
        let standings = self.inner.standings.lock().unwrap_or_else(PoisonError::into_inner);
        self.inner.traffic.figures(releases_max).with_rollouts(standings.clone())
    }

    /// The releases, who serves, and the log.
    #[must_use]
    pub fn registry(&self) -> &Arc<Registry<Capability>> {
        &self.inner.registry
    }

    /// A steward that looks when it is told to; [`LiveHost::run`] has one of its own.
    #[must_use]
    pub fn steward(&self) -> Steward<Capability> {
        Steward::new(Arc::clone(&self.inner.registry), Arc::clone(&self.inner.host.parts.clock))
    }

    /// Follows the log, judges rollouts, asks shadows, and shows figures beside the log where that
    /// has a place for them, for as long as it is polled.
    pub async fn run(self) {
        let shadows = self.inner.traffic.run_shadows();
        tokio::join!(self.look_after(), shadows, self.look_after_gaps());
    }

    async fn look_after(&self) {
        let mut steward = self.steward();
        let mut window = Window::of(self, Arc::clone(&self.inner.host.parts.clock));
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = steward.tick().await {
                tracing::warn!(target: "engraft::steward", %error, "the steward could not look");
            }
            self.end_approvals().await;
            self.show();
            self.note_standings(&steward);
            window.tick(self).await;
        }
    }

    /// The host below.
    pub(super) fn host(&self) -> &Host {
        &self.inner.host
    }

    /// Whether feedback can name this request.
    pub(super) fn knows(&self, request: &str) -> bool {
        self.inner.traffic.knows(request) || self.inner.needs.knows(request)
    }

    pub(super) fn take(&self, feedback: &Feedback) -> Result<(), FeedbackError> {
        #[cfg(feature = "grow")]
        if feedback.opinion == Opinion::Bad && feedback.metric.is_none() {
            // It may be of the call before.
            self.hear_calls();
            let failures = self.inner.failures.get();
            let _of_release = failures.map(|it| it.found_wrong(&feedback.request, None));
        }
        let is_noted = self.complain(feedback);
        // What took part in no rollout counts nowhere, and may still say what is missing.
        self.inner.traffic.feedback(feedback).or_else(|unknown| match is_noted {
            true => Ok(()),
            false => Err(unknown),
        })
    }

    fn note_standings(&self, steward: &Steward<Capability>) {
        let standings = steward.standings().into_iter();
        let standings =
            standings.map(|(name, version, decision)| Standing { name, version, decision });
        let standings = standings.collect();
        *self.inner.standings.lock().unwrap_or_else(PoisonError::into_inner) = standings;
    }

    /// Lets capabilities that call one another find what serves now.
    pub(super) fn show(&self) {
        let Inner { host, registry, .. } = &*self.inner;
        let snapshot = registry.snapshot();
        let directory = &host.parts.directory;
        let now = Moment::at(host.parts.clock.wall());
        for (name, served) in snapshot.lines() {
            let known = directory.find(name.as_str());
            // Neighbours call for no user, so that what is for some users only is not for them.
            let is_for_all = |version: &Version| {
                let reach = served.reaches.get(version);
                reach.is_none_or(|it| !it.is_narrow() && it.until.is_none_or(|end| now <= end))
            };
            let reach = served.stable.as_ref().and_then(|it| served.reaches.get(it.version()));
            let until = reach.and_then(|reach| reach.until);
            directory.end_at(name, until.map(|end| Duration::from_secs(end.unix())));
            match served.stable.as_ref().filter(|stable| is_for_all(stable.version())) {
                Some(stable) if known.map(|k| k.digest()) == Some(stable.component()) => {}
                Some(stable) => drop(directory.put(stable.callee().clone())),
                None => drop(directory.remove(name.as_str())),
            }
        }
    }
}
