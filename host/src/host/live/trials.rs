//! Releases that are tried in other ways than by a share of their own: several at once, or as shadows.
//!
//! *Never:* logic of its own.

use super::LiveHost;
use crate::Error;
use crate::model::CapabilityName;
use crate::registry::{Actor, Op, Plan, Record, Variant};
use crate::traffic::ShadowFigures;

impl LiveHost {
    /// Lets the gates of rollouts follow the flags of an OpenFeature client, for as long as what it
    /// gives is polled. See [`Flags`](crate::loops::Flags) for what they do while a provider fails.
    #[cfg(feature = "open-feature")]
    #[must_use]
    pub fn flags(&self, client: open_feature::Client) -> crate::loops::Flags<crate::Capability> {
        crate::loops::Flags::new(std::sync::Arc::clone(self.registry()), client)
    }

    /// Begins to try several releases at once, each compared with the one that serves: an A/B/n test.
    /// `weight` of a variant is its share of those whom the stage lets in; the rest of them get the
    /// old release, as everybody outside does. See [`Variant`] for how the error is divided.
    ///
    /// # Errors
    /// As [`LiveHost::start`], and where the weights are more than everybody.
    pub async fn start_variants(
        &self,
        name: &CapabilityName,
        variants: Vec<Variant>,
        plan: Plan,
        by: Actor,
        why: &str,
    ) -> Result<Record, Error> {
        let op = Op::variants(name, variants, plan, self.inner.registry.journal().length());
        self.change(by, why, op).await
    }

    /// Releases in shadow, and what came of comparing their answers with what was served. Shadows
    /// are asked while [`LiveHost::run`] is polled.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
    /// # use engraft::store::MemoryLog;
    /// use engraft::registry::{Actor, Op, Plan, Share};
    /// use engraft::traffic::Who;
    /// # use engraft::{Host, LiveHost};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let component = |body: &str| wat::parse_str(format!(r#"(component
    /// #   (core module $m (func (export "double") (param i32) (result i32) {body}))
    /// #   (core instance $i (instantiate $m))
    /// #   (func (export "double") (param "number" u32) (result u32)
    /// #     (canon lift (core func $i "double"))))"#));
    /// # let key = SigningKey::generate(Origin::Development)?;
    /// # let host = Host::builder().trust(Keyring::for_development(key.public())).build()?;
    /// # let mut bundles = Vec::new();
    /// # let bodies = ["(i32.mul (local.get 0) (i32.const 2))",
    /// #     "(i32.add (i32.const 2) (local.get 0))"];
    /// # for (sequence, (version, body)) in (1..).zip([("1.0.0", bodies[0]), ("1.1.0", bodies[1])]) {
    /// #     let component = component(body)?;
    /// #     let description = host.describe(&"math.double".parse()?, component.clone()).await?;
    /// #     let mut manifest = Manifest::new(description, version.parse()?);
    /// #     manifest.sequence = sequence;
    /// #     bundles.push(Bundle::sign(component, &manifest, &[&key])?.to_bytes());
    /// # }
    /// # let log_key = SigningKey::generate(Origin::Release)?;
    /// # let live = LiveHost::open(host, Arc::new(MemoryLog::new()), log_key).await?;
    /// # let ann = || Actor::person("ann");
    /// # for bundle in &bundles { live.install(bundle, ann(), "").await?; }
    /// // 1.0.0 doubles; 1.1.0 adds two, and is a shadow for everybody until somebody approves.
    /// let (name, version) = ("math.double".parse()?, "1.1.0".parse()?);
    /// let plan = Plan::preset("quick").ok_or("no such plan")?.after_shadow(Share::ALL);
    /// live.start(&name, &version, plan, ann(), "what would it say?").await?;
    /// let asks = async {
    ///     for number in [2, 3, 4] {
    ///         let input = format!(r#"{{"number": {number}}}"#);
    ///         let answer = live.call(&name.clone().into(), "double", &input, &Who::default()).await;
    ///         assert_eq!(answer.report.outcome.to_string(), (number * 2).to_string());
    ///     }
    ///     while live.shadows().iter().all(|shadow| shadow.comparisons.compared < 3) {
    ///         tokio::task::yield_now().await;
    ///     }
    /// };
    /// tokio::select! { () = live.clone().run() => {}, () = asks => {} }
    ///
    /// let comparisons = live.shadows().remove(0).comparisons;
    /// assert_eq!((comparisons.compared, comparisons.differed), (3, 2));
    /// assert_eq!(comparisons.examples[0].operation, "double");
    /// live.change(ann(), "it is meant to", Op::Approved { name }).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn shadows(&self) -> Vec<ShadowFigures> {
        self.inner.traffic.shadows()
    }
}
