//! Engraft from its public API: signed bundles, installed in a host, called by name.
//!
//! *Never:* a shortcut that an embedding program does not have.

use std::sync::Arc;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::model::{CapabilityName, Grant, Outcome};
use engraft::{Host, InstancePolicy, Invocation, Report, Terms};
use tokio::runtime::Runtime;

use crate::contender::now;
use crate::field::Code;
use crate::raw::Life;
use crate::{Batch, Contender, Error};

/// How a caller waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// On its thread.
    Blocking,
    /// As a future.
    Awaited,
}

/// A host, and the key whose bundles it trusts.
pub struct Engraft {
    host: Host,
    key: SigningKey,
}

impl Engraft {
    /// A host without compiled code kept.
    ///
    /// # Errors
    /// Where the host cannot be built.
    pub fn new() -> Result<Self, Error> {
        Self::build(None)
    }

    /// A host that keeps compiled code in this directory.
    ///
    /// # Errors
    /// Where the host cannot be built.
    pub fn with_cache(directory: &std::path::Path) -> Result<Self, Error> {
        std::fs::create_dir_all(directory)?;
        Self::build(Some(directory))
    }

    fn build(cache: Option<&std::path::Path>) -> Result<Self, Error> {
        let key = SigningKey::generate(Origin::Development)?;
        let mut builder = Host::builder().trust(Keyring::for_development(key.public()));
        for life in [Life::Fresh, Life::Warm] {
            for mode in [Mode::Blocking, Mode::Awaited] {
                builder = builder.terms(name(life, mode).parse()?, terms(life));
            }
        }
        if let Some(directory) = cache {
            builder = builder.cache_dir(directory);
        }
        Ok(Self { host: builder.build()?, key })
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// A signed bundle of a component, under a name.
    ///
    /// # Errors
    /// Where the component does not say what it is.
    pub async fn bundle(&self, name: &str, component: &Arc<[u8]>) -> Result<Vec<u8>, Error> {
        let name: CapabilityName = name.parse()?;
        let mut description = self.host.describe(&name, Arc::clone(component)).await?;
        description.name = name;
        let mut manifest = Manifest::new(description, "1.0.0".parse()?);
        // The crowd of the runaway is larger than the default lets in.
        manifest.budget.concurrent_calls = 500;
        self.sign(component, &manifest)
    }

    /// A signed bundle of a component whose manifest is known.
    ///
    /// # Errors
    /// Where the manifest does not fit.
    pub fn sign(&self, component: &Arc<[u8]>, manifest: &Manifest) -> Result<Vec<u8>, Error> {
        Ok(Bundle::sign(Arc::clone(component), manifest, &[&self.key])?.to_bytes())
    }

    /// Installs the component of the kernels under all names that contenders call.
    ///
    /// # Errors
    /// Where it cannot be installed.
    pub async fn install_kernels(&self, component: &Arc<[u8]>) -> Result<(), Error> {
        for life in [Life::Fresh, Life::Warm] {
            for mode in [Mode::Blocking, Mode::Awaited] {
                let bundle = self.bundle(name(life, mode), component).await?;
                self.host.install(&bundle).await?;
            }
        }
        Ok(())
    }

    /// A contender.
    pub fn contender<'a>(
        &'a self,
        contender: &str,
        (life, mode): (Life, Mode),
        runtime: &'a Runtime,
        operation: &'a str,
        input: &'a str,
    ) -> Contender<'a> {
        let name = name(life, mode);
        match mode {
            Mode::Blocking => Contender::sync(contender, move || {
                answer(self.host.call_blocking(name, Invocation::new(operation, input)))
            }),
            Mode::Awaited => Contender::new(contender, move |calls| {
                runtime.block_on(async {
                    let start = now();
                    let mut last = String::new();
                    for _ in 0..calls {
                        let report = self.host.call(name, Invocation::new(operation, input)).await;
                        last = std::hint::black_box(answer(report)?);
                    }
                    Ok(Batch { time: start.elapsed(), answer: last })
                })
            }),
        }
    }

    /// A contender that looked the capability up once and calls it by what it got.
    ///
    /// # Errors
    /// Where it is not installed.
    pub fn held<'a>(
        &self,
        contender: &str,
        life: Life,
        operation: &'a str,
        input: &'a str,
    ) -> Result<Contender<'a>, Error> {
        let name = name(life, Mode::Blocking);
        let capability = self.host.capability(name).ok_or("the kernels are not installed")?;
        Ok(Contender::sync(contender, move || {
            answer(capability.call_blocking(Invocation::new(operation, input)))
        }))
    }

    /// A contender that begins with the bytes of a bundle: verified, loaded and called once.
    ///
    /// # Errors
    /// Where there is no bundle to be made.
    pub fn cold<'a>(
        &'a self,
        contender: &str,
        component: &Arc<[u8]>,
        runtime: &'a Runtime,
        operation: &'a str,
        input: &'a str,
    ) -> Result<Contender<'a>, Error> {
        let name = name(Life::Fresh, Mode::Awaited);
        let bundle = runtime.block_on(self.bundle(name, component))?;
        Ok(Contender::sync(contender, move || {
            runtime.block_on(async {
                self.host.install(&bundle).await?;
                let answer = answer(self.host.call(name, Invocation::new(operation, input)).await)?;
                drop(self.host.remove(name));
                Ok(answer)
            })
        }))
    }
}

impl Code {
    /// A host whose compiled code comes from there.
    ///
    /// # Errors
    /// Where the host cannot be built.
    pub fn host(self) -> Result<Engraft, Error> {
        match self {
            Self::CompiledAnew => Engraft::new(),
            Self::Kept => Engraft::with_cache(&crate::book::folder()?.join("compiled")),
        }
    }
}

/// The text that a call gave.
///
/// # Errors
/// Where it gave none.
pub fn answer(report: Report) -> Result<String, Error> {
    if let Outcome::Returned(output) = report.outcome {
        return Ok(output.into_string());
    }
    Err(report.outcome.to_string().into())
}

/// The terms of the contenders: log lines are allowed, for the component asks for them.
/// Everything else is the default.
#[must_use]
pub fn terms(life: Life) -> Terms {
    let mut terms = Terms::default();
    terms.grant = Grant::default();
    terms.grant.log = true;
    terms.lifetime = match life {
        Life::Fresh => InstancePolicy::Fresh,
        Life::Warm => InstancePolicy::Pooled { calls_max: u32::MAX, idle_max: 8 },
    };
    terms
}

/// What the kernels are called in the host.
#[must_use]
pub const fn name(life: Life, mode: Mode) -> &'static str {
    match (life, mode) {
        (Life::Fresh, Mode::Blocking) => "fresh.blocking",
        (Life::Fresh, Mode::Awaited) => "fresh.awaited",
        (Life::Warm, Mode::Blocking) => "warm.blocking",
        (Life::Warm, Mode::Awaited) => "warm.awaited",
    }
}
