//! Runs the examples of capabilities, so that their authors get criterion's statistics and baselines.
//!
//! `ENGRAFT_BENCH_BUNDLES=path[:path]` names bundles or bare components, or folders of them; without
//! it every component that a template under `guest-templates/` has built is measured.
//!
//! A bundle is signed anew with a throwaway key for a throwaway host, as `engraft try` does. It is
//! granted what changes nothing outside: log, progress, a frozen clock, seeded random numbers.
//!
//! *Never:* an example is measured whose output is wrong.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::model::{ClockMode, Example, Grant, NamePattern, RandomMode};
use engraft::{Host, InstancePolicy, Invocation, Terms};
use engraft_benches::embedded::answer;
use engraft_benches::raw::Life;
use engraft_benches::{Error, contender};
use tokio::runtime::Runtime;

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut criterion = Criterion::default().configure_from_args();
    let files = files()?;
    if files.is_empty() {
        report_nothing();
    }
    for file in files {
        for life in [Life::Fresh, Life::Warm] {
            measure(&file, life, &runtime, &mut criterion)
                .map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    criterion.final_summary();
    Ok(())
}

fn measure(
    file: &Path,
    life: Life,
    runtime: &Runtime,
    criterion: &mut Criterion,
) -> Result<(), Error> {
    let key = SigningKey::generate(Origin::Development)?;
    let host = Host::builder()
        .trust(Keyring::for_development(key.public()))
        .terms("*".parse::<NamePattern>()?, terms(life))
        .build()?;
    let (component, manifest) = runtime.block_on(open(&host, file))?;
    let name = manifest.name().to_string();
    let bundle = Bundle::sign(component, &manifest, &[&key])?.to_bytes();
    runtime.block_on(host.install(&bundle))?;
    for operation in &manifest.description.operations {
        for (number, example) in operation.examples.iter().enumerate() {
            let input = example.input.to_string();
            runtime.block_on(check(&host, &name, &operation.name, &input, example))?;
            let mut group = criterion.benchmark_group(format!("{name} {}", operation.name));
            let id = format!("{} example {}", life.word(), number + 1);
            group.bench_function(id, |bencher| {
                bencher.iter_custom(|calls| {
                    runtime.block_on(call(&host, &name, &operation.name, &input, calls))
                });
            });
            group.finish();
        }
    }
    Ok(())
}

/// Calls an example once and holds the output against what it says.
async fn check(
    host: &Host,
    name: &str,
    operation: &str,
    input: &str,
    example: &Example,
) -> Result<(), Error> {
    let output = answer(host.call(name, Invocation::new(operation, input)).await)?;
    let output: serde_json::Value = serde_json::from_str(&output)?;
    match &example.output {
        Some(expected) if *expected != output => {
            Err(format!("`{operation}` gives {output} for {input}, not {expected}").into())
        }
        _ => Ok(()),
    }
}

async fn call(host: &Host, name: &str, operation: &str, input: &str, calls: u64) -> Duration {
    let start = contender::now();
    for _ in 0..calls {
        std::hint::black_box(host.call(name, Invocation::new(operation, input)).await);
    }
    start.elapsed()
}

/// The component and manifest of a bundle, or of a component that says what it is.
async fn open(host: &Host, file: &Path) -> Result<(Arc<[u8]>, Manifest), Error> {
    let bytes = std::fs::read(file)?;
    if file.extension().is_some_and(|extension| extension == "engraft") {
        let bundle = Bundle::parse(&bytes)?;
        return Ok((bundle.component_arc(), bundle.claimed_manifest().clone()));
    }
    let component: Arc<[u8]> = bytes.into();
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
    let description = host.describe(&stem.parse()?, Arc::clone(&component)).await?;
    Ok((component, Manifest::new(description, "0.0.0".parse()?)))
}

fn terms(life: Life) -> Terms {
    let mut grant = Grant::default();
    grant.log = true;
    grant.progress = true;
    grant.clock = Some(ClockMode::Frozen(Duration::from_secs(1_700_000_000)));
    grant.random = Some(RandomMode::Seeded(1));
    let mut terms = Terms::default();
    terms.grant = grant;
    terms.lifetime = match life {
        Life::Fresh => InstancePolicy::Fresh,
        Life::Warm => InstancePolicy::Pooled { calls_max: u32::MAX, idle_max: 8 },
    };
    terms
}

/// The bundles and components to be measured.
fn files() -> Result<Vec<PathBuf>, Error> {
    #[expect(clippy::disallowed_methods, reason = "criterion owns the arguments")]
    let named = std::env::var("ENGRAFT_BENCH_BUNDLES");
    let mut files = Vec::new();
    if let Ok(named) = named {
        for path in std::env::split_paths(&named) {
            if path.is_dir() {
                files.extend(within(&path)?);
            } else {
                files.push(path);
            }
        }
    } else {
        let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest-templates");
        for template in folders(&templates) {
            // Where each toolchain puts what it builds.
            for built in ["target/wasm32-unknown-unknown/release", "build", "dist"] {
                files.extend(within(&template.join(built)).unwrap_or_default());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()).collect()
}

fn within(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "engraft" || extension == "wasm") {
            files.push(path);
        }
    }
    Ok(files)
}

#[expect(clippy::print_stderr, reason = "whoever runs this must know why nothing is measured")]
fn report_nothing() {
    eprintln!(
        "no capability to measure: build a template, or name bundles in ENGRAFT_BENCH_BUNDLES"
    );
}
