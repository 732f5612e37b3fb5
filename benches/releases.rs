//! Ten thousand releases: how they are looked up, how a program starts with them, what they hold;
//! and how long it takes to install one.
//!
//! *Never:* a start is measured with anything left over from the one before.

use std::path::PathBuf;
use std::sync::Arc;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::examine::Policy;
use engraft::registry::Actor;
use engraft::store::SqliteLog;
use engraft::traffic::{Target, Who, pick};
use engraft::{Host, LiveHost};
use engraft_benches::book::Summary;
use engraft_benches::comparison::criterion;
use engraft_benches::contender::now;
use engraft_benches::requirement::registry as required;
use engraft_benches::{Batch, Book, Comparison, Contender, Error, guests, report, shelf};

const NAMES: usize = 1_000;
const VERSIONS: u64 = 10;
const FEW: usize = 10;
const STARTS: usize = 5;
const INSTALLS: u64 = 20;
const COMPONENT_BYTES: usize = 100 << 10;

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let names = if report::is_benchmark() { NAMES } else { FEW };
    let folder = Folder::new()?;
    let mut book = Book::new("releases");
    runtime.block_on(starts(&folder, names, &mut book))?;
    lookup(&runtime, names, &mut book)?;
    runtime.block_on(installs(&folder, &mut book))?;
    report::finish(&book)
}

/// Starts from the log alone, then from a snapshot of what it adds up to.
async fn starts(folder: &Folder, names: usize, book: &mut Book) -> Result<(), Error> {
    let (mut from_log, mut from_snapshot) = (Vec::new(), Vec::new());
    let before = resident_bytes()?;
    let mut most = before;
    for start in 0..STARTS {
        let path = folder.0.join(format!("log-{start}.sqlite"));
        shelf::fill(&SqliteLog::open(&path)?, names, VERSIONS)?;
        // The first opening reads the whole log and keeps a snapshot; the second reads that.
        for times in [&mut from_log, &mut from_snapshot] {
            let begun = now();
            let registry = shelf::open(Arc::new(SqliteLog::open(&path)?)).await?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            if registry.snapshot().lines().count() != names {
                return Err("a name is missing after the start".into());
            }
            most = most.max(resident_bytes()?);
        }
    }
    for (name, times) in
        [(required::START_LOG, from_log), (required::START_SNAPSHOT, from_snapshot)]
    {
        book.add_figure(name, Summary::of(times).ok_or("no start")?.median, "ms");
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
    book.add_figure(required::RESIDENT, most as f64 / 1e6, "MB");
    Ok(())
}

/// The same choice among few names, and among many.
fn lookup(runtime: &tokio::runtime::Runtime, names: usize, book: &mut Book) -> Result<(), Error> {
    let [few, many] = [FEW, names * 10].map(|names| runtime.block_on(shelf::registry(names)));
    let (few, many) = (few?, many?);
    let contender = |name: &'static str, registry, count: usize| {
        let targets: Result<Vec<Target>, Error> = (0..FEW)
            .map(|number| {
                // Spread over the whole, so that few are near each other.
                Ok(Target { name: shelf::name(number * count / FEW)?, requirement: None })
            })
            .collect();
        targets
            .map(|targets| Contender::new(name, move |calls| Ok(choose(registry, &targets, calls))))
    };
    Comparison::new(required::LOOKUP, "chosen")
        .contender(contender(required::AMONG_FEW, &few, FEW)?, &[])
        .contender(contender(required::AMONG_MANY, &many, names * 10)?, &[required::AMONG_FEW])
        .measure(&mut criterion(), book)
}

fn choose(
    registry: &engraft::registry::Registry<shelf::Idle>,
    targets: &[Target],
    calls: u64,
) -> Batch {
    let who = Who::default();
    let begun = now();
    let mut left = calls;
    let mut chosen = 0_u64;
    while left > 0 {
        for target in targets.iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
            let snapshot = registry.snapshot();
            chosen += u64::from(std::hint::black_box(pick(&snapshot, target, &who)).is_some());
            left -= 1;
        }
    }
    let time = begun.elapsed();
    let answer = if chosen == calls { "chosen" } else { "something was not found" };
    Batch { time, answer: answer.to_owned() }
}

/// Releases of 100 KB whose code was compiled before, installed into a program on a disk.
async fn installs(folder: &Folder, book: &mut Book) -> Result<(), Error> {
    let key = SigningKey::generate(Origin::Development)?;
    let host = || {
        // What an examination costs is measured by itself.
        let host = Host::builder().trust(Keyring::for_development(key.public()));
        let host = host.policy(Policy::for_development());
        host.cache_dir(folder.0.join("cache")).build()
    };
    let (first, small) = (host()?, guests::small()?);
    let mut bundles = Vec::new();
    for minor in 0..INSTALLS {
        let bytes = COMPONENT_BYTES + usize::try_from(minor)?;
        let component: Arc<[u8]> = guests::padded(&small, bytes)?.into();
        let name = shelf::name(0)?;
        let mut description = first.describe(&name, Arc::clone(&component)).await?;
        description.name = name;
        let mut manifest = Manifest::new(description, format!("1.{minor}.0").parse()?);
        manifest.sequence = minor + 1;
        let bundle = Bundle::sign(component, &manifest, &[&key])?.to_bytes();
        // Compiled here, so that the host below finds the code.
        first.prepare(&first.verify(&bundle)?).await?;
        bundles.push(bundle);
    }
    let log = Arc::new(SqliteLog::open(folder.0.join("installs.sqlite"))?);
    let live = LiveHost::open(host()?, log, shelf::key()).await?;
    let mut times = Vec::new();
    for bundle in &bundles {
        let begun = now();
        live.install_unexamined(bundle, Actor::person("bench"), "").await?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    book.add_figure(required::INSTALL, Summary::of(times).ok_or("no install")?.median, "ms");
    Ok(())
}

/// Pages of this process that are in memory, as the kernel counts them.
fn resident_bytes() -> Result<usize, Error> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
    Ok(kilobytes.parse::<usize>()? << 10)
}

/// A directory of this run; gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Error> {
        let path = guests::target()?.join(format!("engraft-bench-releases-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

// === impl Drop ===

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
