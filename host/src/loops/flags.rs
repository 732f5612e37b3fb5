//! Feature flags of OpenFeature for the gates of rollouts: asked beside the calls, and recorded where
//! they have changed.
//!
//! A gate `{"gate": "flag", "flag": "slugify-canary"}` waits for a flag of the registry. This driver
//! asks the provider for each flag that a rollout under way waits for, and records what it says as an
//! op, so that the history tells when a gate was opened and who opened it, and so that the value is
//! there again after a restart. Who steers a rollout by more than one flag gives its stages gates with
//! flags of their own.
//!
//! | the provider | the gate |
//! |---|---|
//! | has never answered | is closed |
//! | says on, or off | follows within [`ASK_EVERY`] |
//! | fails, has no such flag, or takes longer than [`PATIENCE`] | stays as it was told last |
//!
//! *Never:* a call waits for a provider, or a gate opens because one cannot be reached.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use open_feature::Client;

use crate::registry::{Actor, Callee, Gate, Op, Record, Registry, RegistryError, State};

/// People who flip a flag look at what comes of it; providers hold what they know in memory.
pub const ASK_EVERY: Duration = Duration::from_secs(5);
/// A provider that has not answered after so long is taken for one that fails; the next look asks
/// again.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// Asks a provider for the flags that rollouts wait for.
///
/// ```no_run
/// use engraft::LiveHost;
/// use open_feature::OpenFeature;
///
/// # async fn example(live: LiveHost) {
/// let client = OpenFeature::singleton().await.create_client();
/// // Beside `live.clone().run()`, for as long as it is polled.
/// live.flags(client).run().await;
/// # }
/// ```
pub struct Flags<C: Callee> {
    registry: Arc<Registry<C>>,
    client: Client,
}

impl<C: Callee> Flags<C> {
    /// Asks this client on behalf of a registry. The evaluation context is the client's own.
    #[must_use]
    pub const fn new(registry: Arc<Registry<C>>, client: Client) -> Self {
        Self { registry, client }
    }

    /// Asks again and again, for as long as it is polled.
    pub async fn run(self) {
        let mut looks = tokio::time::interval(ASK_EVERY);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            if let Err(error) = self.look().await {
                tracing::warn!(target: "engraft::flags", %error, "a flag could not be recorded");
            }
        }
    }

    /// Asks once, and records what has changed.
    ///
    /// # Errors
    /// Where the log cannot be written; the next look tries again.
    pub async fn look(&self) -> Result<Vec<Record>, RegistryError> {
        let state = self.registry.journal().state();
        let mut records = Vec::new();
        for flag in waited_for(&state) {
            let Some(on) = self.ask(&flag).await else { continue };
            if state.flags.get(&flag) == Some(&on) {
                continue;
            }
            let by = Actor::Loop { name: "flags".to_owned() };
            let why = format!("the provider says {}", if on { "on" } else { "off" });
            records.push(self.registry.change(by, &why, Op::FlagSet { flag, on }).await?);
        }
        Ok(records)
    }

    /// What the provider says of a flag; none where it says nothing.
    async fn ask(&self, flag: &str) -> Option<bool> {
        let asked = self.client.get_bool_value(flag, None, None);
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(on)) => Some(on),
            Ok(Err(error)) => {
                let (code, why) = (error.code, error.message.unwrap_or_default());
                tracing::debug!(target: "engraft::flags", flag, %code, why, "it stays as it was");
                None
            }
            Err(_) => {
                tracing::debug!(target: "engraft::flags", flag, "no answer; it stays as it was");
                None
            }
        }
    }
}

/// The flags of every stage of the rollouts under way: that of a later one is known when it begins.
fn waited_for(state: &State) -> BTreeSet<String> {
    let rollouts = state.lines.values().filter_map(|line| line.rollout.as_ref());
    let gates = rollouts.flat_map(|rollout| &rollout.plan.stages).flat_map(|stage| &stage.gates);
    let flags = gates.filter_map(|gate| match gate {
        Gate::Flag { flag } => Some(flag.clone()),
        Gate::NotWorse { .. } | Gate::Keeps(_) | Gate::Approval => None,
    });
    flags.collect()
}

// === impl Flags ===

impl<C: Callee> std::fmt::Debug for Flags<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flags").field("registry", &self.registry).finish_non_exhaustive()
    }
}
