//! How long an examination takes: of each recipe of `examples/recipes`, and of a foreign component of
//! 500 KB, at each level. A candidate has its manifest, as whatever is installed or generated has; a bare
//! component is compiled to be asked. At Production all of it is done in workers.
//!
//! *Never:* a time is reported of an examination that found something.

use std::path::PathBuf;
use std::sync::Arc;

use engraft::artifact::Manifest;
use engraft::engine::{Engine, EngineConfig};
use engraft::examine::{Blocks, Candidate, CandidateOrigin, Examiner, Level, Order, Policy};
use engraft::worker::{WorkerProgram, serve_if_asked};
use engraft_benches::book::Summary;
use engraft_benches::contender::now;
use engraft_benches::{Book, Error, foreign, report, requirement};
use tokio::runtime::Runtime;

/// Looks at each candidate at each level; their median counts.
const LOOKS: usize = 5;
/// The foreign component that is asked for, and a small one that shows that this runs.
const FOREIGN_BYTES: usize = 500_000;
const FOREIGN_BYTES_SMALL: usize = 50_000;

/// Levels, and what their times are called: of a recipe, and of a foreign component.
const ROWS: [(Level, &str, &str); 4] = [
    (Level::Basic, requirement::EXAMINE_BASIC, requirement::FOREIGN_BASIC),
    (Level::Standard, requirement::EXAMINE_STANDARD, requirement::FOREIGN_STANDARD),
    (Level::Comprehensive, requirement::EXAMINE_COMPREHENSIVE, requirement::FOREIGN_COMPREHENSIVE),
    (Level::Production, requirement::EXAMINE_PRODUCTION, requirement::FOREIGN_PRODUCTION),
];

fn main() -> Result<(), Error> {
    let worker = serve_if_asked();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let recipes = recipes(&runtime)?;
    let is_benchmark = report::is_benchmark();
    let (looks, count) = if is_benchmark { (LOOKS, recipes.len()) } else { (1, 2) };
    let bytes = if is_benchmark { FOREIGN_BYTES } else { FOREIGN_BYTES_SMALL };
    let stranger = [stranger(&runtime, bytes)?];
    let mut book = Book::new("examination");
    let walls = runtime.block_on(engraft::worker::walls(&worker))?;
    for (level, of_recipe, of_stranger) in ROWS {
        if level == Level::Production && !walls.are_whole() {
            report::note(&format!("no Production here, for want of walls: {:?}", walls.missing()))?;
            continue;
        }
        // The longest differ least.
        let looks = if level == Level::Production { 1 } else { looks };
        let examiner = examiner(&worker)?;
        let recipes = recipes.get(..count).unwrap_or(&recipes);
        for (name, candidates) in [(of_recipe, recipes), (of_stranger, &stranger)] {
            let mut medians = Vec::new();
            for candidate in candidates {
                let mut times = Vec::new();
                for _ in 0..looks {
                    times.push(runtime.block_on(look(&examiner, level, candidate))?);
                }
                medians.push(Summary::of(times).ok_or("no look")?.median);
            }
            let summary = Summary::of(medians).ok_or("nothing to look at")?;
            book.add_figure(name, summary.median, "ms");
        }
    }
    report::finish(&book)
}

fn examiner(worker: &WorkerProgram) -> Result<Examiner, Error> {
    let mut config = EngineConfig::default();
    config.worker = Some(worker.clone());
    Ok(Examiner::new(Policy::default(), config)?)
}

/// One examination, in milliseconds.
async fn look(examiner: &Examiner, level: Level, known: &Known) -> Result<f64, Error> {
    let Known { title, manifest, component } = known;
    let origin = CandidateOrigin::Generated;
    let candidate = Candidate::new(manifest.clone(), Arc::clone(component), origin);
    let order = Order { level: Some(level), ..Order::default() };
    let begun = now();
    let examined = examiner.examine(candidate, &order).await?;
    let time = begun.elapsed().as_secs_f64() * 1e3;
    let found = examined.report().findings.iter().find(|it| it.blocks != Blocks::No);
    match found {
        Some(found) => Err(format!("{title}: {}: {}", found.check, found.message).into()),
        None => Ok(time),
    }
}

/// A candidate, built.
struct Known {
    title: String,
    manifest: Manifest,
    component: Arc<[u8]>,
}

impl Known {
    fn new(runtime: &Runtime, title: String, component: Vec<u8>) -> Result<Self, Error> {
        let engine = Engine::new(EngineConfig::default())?;
        let component: Arc<[u8]> = component.into();
        let name = "bench.candidate".parse()?;
        let description = runtime.block_on(engine.describe(&name, Arc::clone(&component)))?;
        let manifest = Manifest::new(description, "1.0.0".parse()?);
        Ok(Self { title, manifest, component })
    }
}

fn stranger(runtime: &Runtime, bytes: usize) -> Result<Known, Error> {
    Known::new(runtime, format!("a foreign component of {bytes} bytes"), foreign::component(bytes)?)
}

fn recipes(runtime: &Runtime) -> Result<Vec<Known>, Error> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/recipes");
    let mut recipes = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let title = path.display().to_string();
        let built = engraft_recipe::recipe::build(&std::fs::read_to_string(&path)?);
        let component = built.map_err(|error| format!("{title}: {error}"))?.component;
        recipes.push(Known::new(runtime, title, component)?);
    }
    recipes.sort_by(|one, other| one.title.cmp(&other.title));
    Ok(recipes)
}
