//! A throwaway host with one capability in it: for `try`, `bench` and `check`.
//!
//! *Never:* anything of it outlives the command, save compiled code in the cache.

mod bundles;
mod seen;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use engraft::artifact::{Bundle, Keyring, Rollback, SigningKey, TrustedKey};
use engraft::engine::{ConfigMap, SecretMap, Services};
use engraft::examine::Recorder;
use engraft::model::CapabilityName;
use engraft::store::MemoryStore;
use engraft::{Capability, Host, Invocation, Report, Terms};

use crate::allow::{self, Allowed};
use crate::desk::Desk;
use crate::draft::Draft;
use crate::home;
use crate::input::{self, Content, Input};
use crate::json_text;
use crate::limits::{Limits, UNLIMITED};
use crate::terms::{Lifetime, TermsArgs};
use crate::text;
use crate::trouble::{Result, Trouble};
use bundles::{Maker, allow_hint};
use seen::SeenHere;

/// A secret is a token or a password, not a document.
const SECRET_BYTES_MAX: u64 = 64 << 10;
/// Compiling more than this takes long enough for a person to wonder.
const SLOW_BYTES: usize = 512 << 10;

/// What a throwaway host is made from.
#[derive(Debug, Args)]
#[command(after_long_help = allow::help())]
pub(crate) struct SandboxArgs {
    /// A bundle that the keyring trusts, or a bare component or a recipe, which the development key signs
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Allow something; may be given several times. `--help` tells every rule
    #[arg(long, value_name = "RULE", help_heading = "Permissions")]
    pub(crate) allow: Vec<String>,
    /// Another bundle or component to have in the host, for `--allow call=…`; may be given several
    /// times
    #[arg(long, value_name = "FILE", help_heading = "Permissions")]
    pub(crate) with: Vec<PathBuf>,
    /// For a bare component: a JSON file with any parts of its manifest
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// Take this bundle although a later release was used here: it must have this sequence
    #[arg(long, value_name = "SEQUENCE")]
    pub(crate) rollback: Option<u64>,
    #[command(flatten)]
    pub(crate) terms: TermsArgs,
    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// A host with one capability in it.
pub(crate) struct Sandbox {
    /// Kept as long as calls are made, for it is where capabilities find one another.
    host: Host,
    pub(crate) capability: Capability,
    lifetime: Lifetime,
}

/// What the calls of one run belong to, where instances live for a session.
const SESSION: &str = "this run";

impl Sandbox {
    /// Verifies, compiles and installs; nothing has run yet but a bare component's own description
    /// of itself.
    pub(crate) fn open(args: &SandboxArgs, desk: &Desk) -> Result<Self> {
        Self::open_with(args, None, desk)
    }

    /// The same, whose calls are recorded.
    pub(crate) fn open_with(
        args: &SandboxArgs,
        recorder: Option<Arc<Recorder>>,
        desk: &Desk,
    ) -> Result<Self> {
        let allowed = Allowed::parse(&args.allow)?;
        let input = Input::open(&args.file)?;
        let others: Vec<Input> =
            args.with.iter().map(|path| Input::open(path)).collect::<Result<_>>()?;
        let draft = Draft::read(args.manifest.as_deref())?;
        check_options(args, &input)?;
        let is_bare = |input: &Input| matches!(input.content, Content::Bare);
        let development = if others.iter().any(is_bare) || is_bare(&input) {
            Some(home::development_key(desk)?)
        } else {
            None
        };
        let _shown = (input.bytes.len() > SLOW_BYTES).then(|| {
            let size = text::bytes(input.bytes.len() as u64);
            desk.screen.progress(&format!("compiling {} ({size})", args.file.display()))
        });
        let mut maker = Maker::new(development.as_ref(), &allowed, &args.limits, desk);
        let with: Vec<_> = others
            .iter()
            .map(|other| maker.bundle(other, Draft::default()))
            .collect::<Result<_>>()?;
        let made = maker.bundle(&input, draft)?;
        let seen = SeenHere::new(desk.home()?.ledger()?, maker.into_names());
        let keyring = keyring(development.as_ref(), desk)?.with_seen(Arc::new(seen));
        let host = host(keyring, (&allowed, recorder), args, &made.name, desk)?;
        for other in &with {
            desk.wait(host.install(&other.bundle))??;
        }
        let installed = desk.wait(install(&host, &made.bundle, args.rollback))?;
        let capability = installed.map_err(|error| allow_hint(error.into(), made.asks))?;
        Ok(Self { host, capability, lifetime: args.terms.lifetime })
    }

    /// Calls the capability as an embedding program would.
    pub(crate) async fn call(&self, invocation: Invocation<'_>) -> Report {
        let invocation = match self.lifetime {
            Lifetime::Session => invocation.session(SESSION),
            Lifetime::Fresh | Lifetime::Pooled | Lifetime::Walled => invocation,
        };
        self.host.call_recorded(self.capability.name().as_str(), invocation).await
    }
}

/// What belongs to bare components goes with no bundle, and the other way about.
fn check_options(args: &SandboxArgs, input: &Input) -> Result<()> {
    let file = args.file.display();
    match (&input.content, &args.manifest, args.rollback) {
        (Content::Bundle(_), Some(path), _) => Err(Trouble::usage(format!(
            "`{file}` is a bundle, whose manifest is signed; `--manifest {}` is for a bare component",
            path.display()
        ))),
        (Content::Bare, _, Some(_)) => Err(Trouble::usage(format!(
            "`{file}` is a bare component, which is no older than now; `--rollback` is for a bundle"
        ))),
        (Content::Bundle(_) | Content::Bare, _, _) => Ok(()),
    }
}

/// Installs a bundle, as the older release that a person named where one did.
async fn install(
    host: &Host,
    bundle: &[u8],
    rollback: Option<u64>,
) -> std::result::Result<Capability, engraft::Error> {
    match rollback {
        Some(sequence) => {
            let to = rollback_to(&Bundle::parse(bundle)?, sequence);
            host.roll_back(bundle, &to).await
        }
        None => host.install(bundle).await,
    }
}

/// The release that a person names by its sequence, and whose file they named.
pub(crate) fn rollback_to(bundle: &Bundle, sequence: u64) -> Rollback {
    let name = bundle.claimed_manifest().name().clone();
    Rollback { name, sequence, digest: bundle.digest() }
}

/// A host that trusts nobody and grants nothing: to look at components, and to compile them.
pub(crate) fn bare_host(desk: &Desk) -> Result<Host> {
    let cache = desk.home()?.cache_path();
    Ok(Host::builder().trust(Keyring::new()).cache_dir(cache).build()?)
}

/// The local keyring, and the development key where it signs something here.
fn keyring(development: Option<&SigningKey>, desk: &Desk) -> Result<Keyring> {
    let mut keyring = desk.home()?.keyring()?;
    if let Some(key) = development
        && keyring.key(&key.id()).is_none()
    {
        keyring.trust(TrustedKey::development(key.public()))?;
    }
    Ok(keyring)
}

/// A host that trusts the keyring and grants what is allowed. The chosen terms are the main
/// capability's: those beside it belong to no session.
fn host(
    keyring: Keyring,
    (allowed, recorder): (&Allowed, Option<Arc<Recorder>>),
    args: &SandboxArgs,
    name: &CapabilityName,
    desk: &Desk,
) -> Result<Host> {
    let mut beside = Terms::default();
    beside.grant = allowed.grant.clone();
    beside.budget_max = Some(args.limits.applied_to(UNLIMITED));
    let mut terms = beside.clone();
    terms.lifetime = args.terms.lifetime.into();
    terms.metering = args.terms.metering.into();
    check_files(allowed)?;
    let pattern = |text: &str| text.parse().map_err(|error| Trouble::fault(format!("{error}")));
    let host = Host::builder()
        .trust(keyring)
        .terms(pattern(name.as_str())?, terms)
        .terms(pattern("*")?, beside)
        .services(services(allowed)?.progress(desk.screen.guest_progress()))
        .cache_dir(desk.home()?.cache_path())
        .worker(desk.worker().clone());
    let host = match recorder {
        Some(recorder) => host.recorder(recorder),
        None => host,
    };
    Ok(host.build()?)
}

/// Whether the directories are there that rules name.
pub(crate) fn check_files(allowed: &Allowed) -> Result<()> {
    let mut directories = allowed.grant.files.iter().map(|directory| &directory.host_path);
    match directories.find(|path| !path.is_dir()) {
        Some(path) => {
            let path = path.display();
            Err(Trouble::usage(format!("`--allow fs`: `{path}` is not a directory")))
        }
        None => Ok(()),
    }
}

/// What capabilities find where they are allowed to look.
pub(crate) fn services(allowed: &Allowed) -> Result<Services> {
    let mut secrets = SecretMap::default();
    for (name, path) in &allowed.secrets {
        let bytes = input::read(path, SECRET_BYTES_MAX)?;
        let text = json_text::utf8(&path.display().to_string(), &bytes)?;
        // Editors end a file with a line break, and no token has one.
        secrets = secrets.with(name.clone(), text.trim_end_matches(['\r', '\n']));
    }
    let config = allowed
        .config
        .iter()
        .fold(ConfigMap::default(), |config, (key, value)| config.with(key.clone(), value.clone()));
    Ok(Services::default().secrets(secrets).config(config).values(Arc::new(MemoryStore::default())))
}
