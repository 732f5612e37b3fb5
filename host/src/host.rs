//! The façade: one value that installs signed capabilities and calls them.
//!
//! *Never:* logic of its own; what is decided is decided on the floors below.

mod builder;
mod bystander;
mod capability;
mod clerk;
mod directory;
mod examination;
#[cfg(feature = "grow")]
mod grow;
mod live;
#[cfg(feature = "grow")]
mod making;
mod neighbours;
mod pure;
#[cfg(feature = "grow")]
mod seat;
mod succession;
mod window;

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use builder::{HostBuilder, Ready, Terms, WantsTrust};
pub use bystander::{Bystander, FeedbackTrouble, Program};
pub use capability::Capability;
pub use clerk::Clerk;
use directory::Directory;
#[cfg(feature = "grow")]
pub use grow::{Behaved, Change, Difference, Discovered, Edit, Growth};
pub use live::{Heard, LiveHost, Missed, Response, kept_gaps};
#[cfg(feature = "grow")]
pub use making::MakingError;
use neighbours::Neighbours;

use crate::artifact::{Bundle, Installed, Keyring, Rollback, Verified};
use crate::engine::{Engine, Invocation, Loadable, Metering, NativeCode, Report, shadow_grant};
use crate::examine::Recorder;
use crate::model::{
    Budget, CapabilityName, Clock, Description, KeyValue, NamePattern, Outcome, Stretch,
};
use crate::store::overlay::Overlay;
use crate::store::probation::Probation;
use crate::{CallError, Error};

/// A host of capabilities. Cheap to clone; every clone is the same host.
///
/// ```
/// use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
/// use engraft::{Host, Invocation};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let component = wat::parse_str(r#"(component
/// #   (core module $m (func (export "double") (param i32) (result i32)
/// #     (i32.mul (local.get 0) (i32.const 2))))
/// #   (core instance $i (instantiate $m))
/// #   (func (export "double") (param "number" u32) (result u32)
/// #     (canon lift (core func $i "double"))))"#)?;
/// // Nothing runs unsigned; a key made for development signs what is being worked on.
/// let key = SigningKey::generate(Origin::Development)?;
/// let host = Host::builder().trust(Keyring::for_development(key.public())).build()?;
///
/// let name = "math.double".parse()?;
/// let description = host.describe(&name, component.clone()).await?;
/// let manifest = Manifest::new(description, "1.0.0".parse()?);
/// let bundle = Bundle::sign(component, &manifest, &[&key])?;
///
/// host.install(&bundle.to_bytes()).await?;
/// let report = host.call("math.double", Invocation::new("double", r#"{"number": 21}"#)).await;
/// assert_eq!(report.outcome.to_string(), "42");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Host {
    parts: Arc<Parts>,
}

/// What a host consists of.
struct Parts {
    engine: Engine,
    directory: Arc<Directory>,
    keyring: Keyring,
    terms: Vec<(NamePattern, Terms)>,
    /// Where values of `kv` are kept.
    values: Option<Arc<dyn KeyValue>>,
    clock: Arc<dyn Clock>,
    /// For releases in shadow; made when the first is loaded.
    shadows: OnceLock<Engine>,
    examination: examination::Examination,
    /// Listens to calls that are recorded.
    recorder: Option<Arc<Recorder>>,
}

impl Host {
    /// Begins to set a host up.
    pub const fn builder() -> HostBuilder<WantsTrust> {
        HostBuilder::new()
    }

    /// Verifies a bundle, makes it ready and puts it in place of any release of its name. Calls
    /// under way end on the release that they began on.
    ///
    /// # Errors
    /// Where the bytes are no bundle, the keyring does not trust it, the release is older than one
    /// seen before, its component cannot be loaded, or the host was given a
    /// [policy](HostBuilder::policy) that does not let it through. Nothing has changed then.
    pub async fn install(&self, bundle: &[u8]) -> Result<Capability, Error> {
        let verified = self.verify(bundle)?;
        self.hold_to_policy(verified.bundle()).await?;
        self.load(verified).await
    }

    /// Puts back one older release that a person names. Everything else is checked as ever.
    ///
    /// # Errors
    /// As [`Host::install`], and where the bundle is not the one named.
    pub async fn roll_back(&self, bundle: &[u8], to: &Rollback) -> Result<Capability, Error> {
        let bundle = Bundle::parse(bundle)?;
        let verified = self.parts.keyring.verify_rollback(bundle, to, self.parts.clock.wall())?;
        self.load(verified).await
    }

    /// Checks a bundle as [`Host::install`] does, and installs nothing.
    ///
    /// # Errors
    /// Where the bytes are no bundle, or the keyring does not trust it.
    pub fn verify(&self, bundle: &[u8]) -> Result<Verified, Error> {
        let bundle = Bundle::parse(bundle)?;
        Ok(self.parts.keyring.verify(bundle, self.parts.clock.wall())?)
    }

    /// Makes a verified bundle ready to be called, without installing it: nobody finds it by name,
    /// and no release is noted as seen.
    ///
    /// # Errors
    /// Where its component cannot be loaded.
    pub async fn prepare(&self, verified: &Verified) -> Result<Capability, Error> {
        self.prepare_within(verified, None).await
    }

    /// Makes a bundle ready that was installed before, as a program does that begins again. Signatures,
    /// scopes, revocations and validity are looked at as they stand now, as in
    /// [`Keyring::verify_installed`](crate::artifact::Keyring::verify_installed). The component is
    /// not read where code of it is kept, which our own key authenticated for its digest; where it is
    /// read, it is held against that digest first.
    ///
    /// # Errors
    /// Where the bytes are no bundle, the keyring does not trust it, the record is of something else,
    /// or the component cannot be loaded.
    pub async fn prepare_installed(
        &self,
        bundle: &Arc<[u8]>,
        installed: &Installed,
    ) -> Result<Capability, Error> {
        let verified = self.verify_installed(&Arc::clone(bundle).into(), installed)?;
        self.prepare(&verified).await
    }

    fn verify_installed(&self, bundle: &Stretch, installed: &Installed) -> Result<Verified, Error> {
        let Parts { keyring, clock, .. } = &*self.parts;
        Ok(keyring.verify_installed(Bundle::reopen(bundle)?, installed, clock.wall())?)
    }

    async fn prepare_within(
        &self,
        verified: &Verified,
        budget: Option<Budget>,
    ) -> Result<Capability, Error> {
        let loaded = self.parts.engine.load(self.loadable(verified, budget)).await?;
        Ok(Capability::new(loaded, verified, None))
    }

    /// The same for a release that others may be compared with and go back to: what it writes can be
    /// undone for as long as it is on probation. `budget` is that of its approvals.
    async fn prepare_release(
        &self,
        verified: &Verified,
        budget: Option<Budget>,
    ) -> Result<Capability, Error> {
        let Some(values) = &self.parts.values else {
            return self.prepare_within(verified, budget).await;
        };
        let version = verified.manifest().version.to_string();
        let values = Arc::new(Probation::new(Arc::clone(values), version));
        let own: Arc<dyn KeyValue> = Arc::<Probation>::clone(&values);
        let loaded = self.parts.engine.load_over(self.loadable(verified, budget), own).await?;
        Ok(Capability::new(loaded, verified, Some(values)))
    }

    /// The same for a release in shadow, which is asked beside the one that answers and whose effects
    /// do not happen. Each call of it has a fresh instance: what one copy left would be in the next.
    async fn prepare_shadow(
        &self,
        verified: &Verified,
        budget: Option<Budget>,
    ) -> Result<Capability, Error> {
        let engine = match self.parts.shadows.get() {
            Some(engine) => engine,
            None => {
                let engine = self.parts.engine.shadow()?;
                self.parts.shadows.get_or_init(|| engine)
            }
        };
        let mut loadable = self.loadable(verified, budget);
        loadable.grant = shadow_grant(loadable.grant);
        loadable.lifetime = examination::in_shadow(loadable.lifetime);
        let loaded = match &self.parts.values {
            Some(values) => {
                let over: Arc<dyn KeyValue> = Arc::new(Overlay(Arc::clone(values)));
                engine.load_over(loadable, over).await?
            }
            None => engine.load(loadable).await?,
        };
        Ok(Capability::shadow(loaded, verified))
    }

    /// Takes a capability out. Calls under way end on it; later ones find nothing.
    #[must_use = "none means that there was nothing to remove"]
    pub fn remove(&self, name: &str) -> Option<Capability> {
        self.parts.directory.remove(name)
    }

    /// The live release of a name.
    #[must_use]
    pub fn capability(&self, name: &str) -> Option<Capability> {
        self.parts.directory.find(name)
    }

    /// All live releases, in the order of their names.
    #[must_use]
    pub fn capabilities(&self) -> Vec<Capability> {
        self.parts.directory.all()
    }

    /// Calls the live release of a name. Dropping the future cancels the call.
    pub async fn call(&self, name: &str, invocation: Invocation<'_>) -> Report {
        match self.parts.directory.live().get(name) {
            Some(capability) => capability.loaded().serve(&invocation).await,
            None => self.unknown(name),
        }
    }

    /// Calls with typed input and output.
    ///
    /// # Errors
    /// Where the input is no JSON, the call gave no output, or the output does not fit the type.
    pub async fn call_typed<I, O>(
        &self,
        name: &str,
        operation: &str,
        input: &I,
    ) -> Result<O, CallError>
    where
        I: Serialize + Sync + ?Sized,
        O: DeserializeOwned,
    {
        let input = serde_json::to_string(input).map_err(CallError::Input)?;
        let report = self.call(name, Invocation::new(operation, input)).await;
        if let Outcome::Returned(output) = report.outcome {
            return output.read().map_err(CallError::Output);
        }
        Err(CallError::Outcome { capability: name.to_owned(), outcome: report.outcome })
    }

    /// Calls from a program without a runtime. Not for use inside of one.
    #[must_use]
    pub fn call_blocking(&self, name: &str, invocation: Invocation<'_>) -> Report {
        match self.parts.directory.live().get(name) {
            Some(capability) => capability.loaded().serve_blocking(&invocation),
            None => self.unknown(name),
        }
    }

    /// What a component says of itself, or what reflection finds; for making a manifest. `name` is
    /// for components that know no name of their own. Runs without any permission.
    ///
    /// # Errors
    /// Where it is no component, or gives no description.
    pub async fn describe(
        &self,
        name: &CapabilityName,
        component: impl Into<Arc<[u8]>>,
    ) -> Result<Description, Error> {
        Ok(self.parts.engine.describe(name, component.into()).await?)
    }

    /// Compiles a component for shipping inside its bundle; see
    /// [`Bundle::attach_native`](crate::artifact::Bundle::attach_native).
    ///
    /// # Errors
    /// Where it is no component that this host can run.
    pub fn precompile(&self, component: &[u8], metering: Metering) -> Result<NativeCode, Error> {
        Ok(self.parts.engine.precompile(component, metering)?)
    }

    /// The engine behind this host.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.parts.engine
    }

    async fn load(&self, verified: Verified) -> Result<Capability, Error> {
        let capability = self.prepare(&verified).await?;
        // Durable before visible: the release is noted as seen, then it is found.
        self.parts.keyring.admit(&verified)?;
        self.parts.directory.put(capability.clone());
        Ok(capability)
    }

    fn loadable(&self, verified: &Verified, approved: Option<Budget>) -> Loadable {
        let manifest = verified.manifest();
        let terms = self.terms_of(manifest.name());
        let tighter = terms.budget_max.into_iter().chain(approved);
        let budget = tighter.fold(manifest.budget, Budget::min);
        Loadable {
            name: manifest.name().clone(),
            version: Some(manifest.version.clone()),
            content: verified.content().clone(),
            description: manifest.description.clone(),
            budget,
            grant: terms.grant,
            lifetime: self.lifetime(manifest.permissions(), terms.lifetime),
            metering: terms.metering,
            native: native(verified),
        }
    }

    fn terms_of(&self, name: &CapabilityName) -> Terms {
        let mut terms = self.parts.terms.iter();
        let found = terms.find(|(names, _)| names.matches(name.as_str()));
        found.map(|(_, terms)| terms.clone()).unwrap_or_default()
    }

    fn unknown(&self, name: &str) -> Report {
        Report::unstarted(Outcome::Unavailable { message: self.parts.directory.unknown(name) })
    }
}

fn native(verified: &Verified) -> Vec<NativeCode> {
    let names = verified.native_parts().map(|part| part.compatibility().to_owned());
    let code = |compatibility: String| {
        let bytes = verified.native(&compatibility)?;
        Some(NativeCode { compatibility, bytes })
    };
    names.filter_map(code).collect()
}

// === impl Host ===

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("capabilities", &self.capabilities()).finish_non_exhaustive()
    }
}
