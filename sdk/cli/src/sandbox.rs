//! A throwaway host with one capability in it: for `try`, `bench` and `check`.
//!
//! *Never:* anything of it outlives the command, save compiled code in the cache.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use engraft::artifact::{Bundle, Keyring, SigningKey, TrustedKey};
use engraft::engine::{ComponentKind, ConfigMap, InstancePolicy, SecretMap, Services};
use engraft::model::Budget;
use engraft::store::MemoryStore;
use engraft::{Capability, Host, Invocation, Report, Terms};

use crate::allow::{self, Allowed};
use crate::desk::Desk;
use crate::draft::Draft;
use crate::exit::Exit;
use crate::home;
use crate::input::{self, Content, Input};
use crate::json_text;
use crate::limits::Limits;
use crate::text;
use crate::trouble::{Result, Trouble};

/// A secret is a token or a password, not a document.
const SECRET_BYTES_MAX: u64 = 64 << 10;
/// Compiling more than this takes long enough for a person to wonder.
const SLOW_BYTES: usize = 512 << 10;

/// Bounds that tighten nothing.
const UNLIMITED: Budget = Budget {
    fuel: u64::MAX,
    deadline: Duration::MAX,
    memory_bytes: u64::MAX,
    table_elements: u64::MAX,
    instances: u32::MAX,
    host_calls: u64::MAX,
    log_bytes: u64::MAX,
    input_bytes: u64::MAX,
    output_bytes: u64::MAX,
    http_bytes: u64::MAX,
    call_depth: u32::MAX,
    concurrent_calls: u32::MAX,
};

/// What a throwaway host is made from.
#[derive(Debug, Args)]
#[command(after_long_help = allow::help())]
pub(crate) struct SandboxArgs {
    /// A bundle that the keyring trusts, or a bare component, which the development key signs
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
    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// A host with one capability in it.
pub(crate) struct Sandbox {
    /// Kept as long as calls are made, for it is where capabilities find one another.
    host: Host,
    pub(crate) capability: Capability,
}

impl Sandbox {
    /// Verifies, compiles and installs; nothing has run yet but a bare component's own description
    /// of itself.
    pub(crate) fn open(args: &SandboxArgs, lifetime: InstancePolicy, desk: &Desk) -> Result<Self> {
        let allowed = Allowed::parse(&args.allow)?;
        let input = Input::open(&args.file)?;
        let others: Vec<Input> =
            args.with.iter().map(|path| Input::open(path)).collect::<Result<_>>()?;
        let draft = Draft::read(args.manifest.as_deref())?;
        if let (Content::Bundle(_), Some(path)) = (&input.content, &args.manifest) {
            return Err(Trouble::usage(format!(
                "`{}` is a bundle, whose manifest is signed; `--manifest {}` is for a bare component",
                args.file.display(),
                path.display()
            )));
        }
        let is_bare = |input: &Input| matches!(input.content, Content::Bare);
        let development = if others.iter().any(is_bare) || is_bare(&input) {
            Some(home::development_key(desk)?)
        } else {
            None
        };
        let keyring = keyring(development.as_ref(), desk)?;
        let host = host(keyring, &allowed, &args.limits, lifetime, desk)?;
        let _shown = (input.bytes.len() > SLOW_BYTES).then(|| {
            let size = text::bytes(input.bytes.len() as u64);
            desk.screen.progress(&format!("compiling {} ({size})", args.file.display()))
        });
        let maker = Maker { host: &host, key: development, allowed, limits: &args.limits, desk };
        for other in &others {
            let (bundle, _) = maker.bundle(other, Draft::default())?;
            desk.wait(host.install(&bundle))??;
        }
        let (bundle, asks) = maker.bundle(&input, draft)?;
        let installed = desk.wait(host.install(&bundle))?;
        let capability = installed.map_err(|error| allow_hint(error.into(), asks))?;
        Ok(Self { host, capability })
    }
}

impl Sandbox {
    /// Calls the capability as an embedding program would.
    pub(crate) async fn call(&self, invocation: Invocation<'_>) -> Report {
        self.host.call(self.capability.name().as_str(), invocation).await
    }
}

/// A host that trusts nobody and grants nothing: to look at components, and to compile them.
pub(crate) fn bare_host(desk: &Desk) -> Result<Host> {
    let cache = desk.home()?.cache_path();
    Ok(Host::builder().trust(Keyring::new()).cache_dir(cache).build()?)
}

/// Who says what a capability asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// A manifest, or the component's own description of itself.
    Manifest,
    /// What is allowed, for want of either.
    Allow,
}

/// Makes bundles of what there is.
struct Maker<'a> {
    host: &'a Host,
    /// Where anything is bare.
    key: Option<SigningKey>,
    allowed: Allowed,
    limits: &'a Limits,
    desk: &'a Desk,
}

impl Maker<'_> {
    /// The bundle itself, or a bare component signed with the development key.
    fn bundle(&self, input: &Input, draft: Draft) -> Result<(Arc<[u8]>, Asks)> {
        let (Content::Bare, Some(key)) = (&input.content, &self.key) else {
            return Ok((Arc::clone(&input.bytes), Asks::Manifest));
        };
        let component = input.component();
        let knows_itself = input.inspect()?.kind == ComponentKind::Contract;
        let asks_in_file = draft.permissions.is_some();
        let mut manifest = draft.of_component(input, self.host, self.desk)?;
        let asks = if knows_itself || asks_in_file { Asks::Manifest } else { Asks::Allow };
        if asks == Asks::Allow {
            manifest.description.permissions = self.allowed.asks.clone();
        }
        manifest.budget = self.limits.applied_to(manifest.budget);
        Ok((Bundle::sign(component, &manifest, &[key])?.to_bytes().into(), asks))
    }
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

/// A host that trusts the keyring and grants what is allowed.
fn host(
    keyring: Keyring,
    allowed: &Allowed,
    limits: &Limits,
    lifetime: InstancePolicy,
    desk: &Desk,
) -> Result<Host> {
    let mut terms = Terms::default();
    terms.grant = allowed.grant.clone();
    terms.lifetime = lifetime;
    terms.budget_max = Some(limits.applied_to(UNLIMITED));
    for directory in &allowed.grant.files {
        if !directory.host_path.is_dir() {
            let path = directory.host_path.display();
            return Err(Trouble::usage(format!("`--allow fs`: `{path}` is not a directory")));
        }
    }
    let host = Host::builder()
        .trust(keyring)
        .terms("*".parse().map_err(|error| Trouble::fault(format!("{error}")))?, terms)
        .services(services(allowed)?.progress(desk.screen.guest_progress()))
        .cache_dir(desk.home()?.cache_path())
        .build()?;
    Ok(host)
}

fn services(allowed: &Allowed) -> Result<Services> {
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

/// What asks by `--allow` can be mended by `--allow`.
fn allow_hint(trouble: Trouble, asks: Asks) -> Trouble {
    if asks == Asks::Allow && trouble.kind == Exit::Refused {
        return trouble.hint("here `--allow` both asks and grants: add a rule for that permission");
    }
    trouble
}
