//! What a capability costs in each language: the same echo, built, compiled, started and called.
//!
//! *Never:* a language is left out because its figures are large, and never does one stand here
//! whose echo was not heard.

mod echo;
mod table;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use engraft::artifact::{Bundle, Installed, Keyring, Manifest, Origin, SigningKey};
use engraft::engine::raw;
use engraft::model::{Budget, CapabilityName, Clock, Outcome, SystemClock};
use engraft::{Capability, Host, InstancePolicy, Invocation, Terms};
use engraft_build::{Effort, Language, Toolchains};
use tokio::runtime::Runtime;

use crate::Error;
use crate::contender::now;
pub use table::write;

/// Hosts that start from compiled code, each anew.
const STARTS: usize = 7;
/// Calls of each kind.
const CALLS: usize = 200;
/// A seal of the code cache counts once the file is older than any file system's clock is coarse.
const SETTLED: Duration = Duration::from_millis(2_100);
/// What is echoed: a JSON text of about a kilobyte.
const TEXT_BYTES: usize = 1_000;

/// One language's figures; each time is a median.
#[derive(Debug, Clone)]
pub struct Row {
    /// Which language.
    pub language: Language,
    /// Building again after a change of the source, with the compilers' caches warm.
    pub build: Duration,
    /// The component's size.
    pub component_bytes: usize,
    /// From the component to code that runs, with nothing kept.
    pub compile: Duration,
    /// From kept code to an instance, in a host that runs.
    pub start: Duration,
    /// The same in a host that has just begun, which makes its engine first.
    pub start_first: Duration,
    /// The first instance of a host.
    pub first: Duration,
    /// A later one.
    pub later: Duration,
    /// An echo in an instance of its own.
    pub fresh: Duration,
    /// An echo in an instance that has answered before.
    pub warm: Duration,
    /// The most memory that an instance took.
    pub memory_bytes: u64,
}

/// Measures one language, in a folder of its own.
///
/// # Errors
/// Where the toolchain is missing, or a guest does not do what it must.
pub fn measure(language: Language, toolchains: &Toolchains, folder: &Path) -> Result<Row, Error> {
    let project = echo::project(language, &folder.join("project"))?;
    // The first build fills the compilers' caches.
    engraft_build::build(&project, toolchains, Effort::Release)?;
    echo::change(&project)?;
    let (build, built) = timed(|| engraft_build::build(&project, toolchains, Effort::Release));
    let component: Arc<[u8]> = built?.component.into();
    let lab = Lab::new(folder, &component)?;
    let (compile, prepared) = timed(|| lab.prepare(&lab.host(InstancePolicy::Fresh)?));
    prepared?;
    // The first start after that reads and seals what is kept.
    std::thread::sleep(SETTLED);
    lab.prepare(&lab.host(InstancePolicy::Fresh)?)?;
    let (mut starts, mut starts_first, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let host = lab.host(InstancePolicy::Fresh)?;
        for times in [&mut starts_first, &mut starts] {
            let (load, capability) = timed(|| lab.prepare(&host));
            let capability = capability?;
            let (first, started) = timed(|| lab.start(&capability));
            started?;
            times.push(load + first);
            firsts.push(first);
        }
    }
    let host = lab.host(InstancePolicy::Fresh)?;
    let fresh = lab.prepare(&host)?;
    let later = repeated(|| lab.start(&fresh))?;
    let fresh_echo = repeated(|| lab.echo(&fresh).map(drop))?;
    let host = lab.host(InstancePolicy::Pooled { calls_max: u32::MAX, idle_max: 1 })?;
    let warm = lab.prepare(&host)?;
    let memory_bytes = lab.echo(&warm)?;
    let warm_echo = repeated(|| lab.echo(&warm).map(drop))?;
    Ok(Row {
        language,
        build,
        component_bytes: component.len(),
        compile,
        start: median(starts),
        start_first: median(starts_first),
        first: median(firsts),
        later,
        fresh: fresh_echo,
        warm: warm_echo,
        memory_bytes,
    })
}

/// A bundle, and hosts that it is loaded into.
struct Lab {
    runtime: Runtime,
    keyring: Keyring,
    bundle: Arc<[u8]>,
    installed: Installed,
    cache: PathBuf,
    input: String,
}

impl Lab {
    fn new(folder: &Path, component: &Arc<[u8]>) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let key = SigningKey::generate(Origin::Development)?;
        let name: CapabilityName = echo::NAME.parse()?;
        // What it says of itself is asked where nothing is kept, so that compiling stays to be
        // measured.
        let asking = Host::builder().trust(Keyring::new()).build()?;
        let description = runtime.block_on(asking.describe(&name, Arc::clone(component)))?;
        let manifest = Manifest::new(description, "1.0.0".parse()?);
        let bundle = Bundle::sign(Arc::clone(component), &manifest, &[&key])?.to_bytes().into();
        let keyring = Keyring::for_development(key.public());
        let first = keyring.verify(Bundle::from_arc(&bundle)?, SystemClock.wall())?;
        let installed = first.installed();
        let cache = folder.join("cache");
        let input = serde_json::to_string(&"x".repeat(TEXT_BYTES))?;
        Ok(Self { runtime, keyring, bundle, installed, cache, input })
    }

    fn host(&self, lifetime: InstancePolicy) -> Result<Host, Error> {
        let mut terms = Terms::default();
        terms.lifetime = lifetime;
        terms.budget_max = Some(Budget { deadline: Duration::from_secs(60), ..Budget::default() });
        Ok(Host::builder()
            .trust(self.keyring.clone())
            .terms("*".parse()?, terms)
            .cache_dir(&self.cache)
            .build()?)
    }

    /// Makes it ready as a program does that begins again with what it has installed before.
    fn prepare(&self, host: &Host) -> Result<Capability, Error> {
        Ok(self.runtime.block_on(host.prepare_installed(&self.bundle, &self.installed))?)
    }

    /// An instance, and nothing else.
    fn start(&self, capability: &Capability) -> Result<(), Error> {
        let invocation = Invocation::new("start", "");
        let nothing = raw::call(capability.loaded(), invocation, |_, _| Box::pin(async { Ok(()) }));
        let typed = self.runtime.block_on(nothing);
        typed.value.ok_or_else(|| format!("it did not start: {}", typed.report.outcome).into())
    }

    /// One echo; gives the memory that the instance took.
    fn echo(&self, capability: &Capability) -> Result<u64, Error> {
        let invocation = Invocation::new("echo", self.input.as_str());
        let report = self.runtime.block_on(capability.call(invocation));
        if let Outcome::Returned(output) = &report.outcome
            && output.as_str() == self.input
        {
            return Ok(report.usage.memory_bytes_peak);
        }
        Err(format!("no echo: {}", report.outcome).into())
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = now();
    let done = work();
    (begun.elapsed(), done)
}

fn repeated(mut work: impl FnMut() -> Result<(), Error>) -> Result<Duration, Error> {
    let mut times = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let (time, done) = timed(&mut work);
        done?;
        times.push(time);
    }
    Ok(median(times))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
