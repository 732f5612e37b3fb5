//! How long an examination takes: each recipe of `examples/recipes`, at each level. A candidate has its
//! manifest, as whatever is installed or generated has; a bare component is compiled to be asked.
//!
//! *Never:* a time is reported of an examination that found something.

use std::path::PathBuf;
use std::sync::Arc;

use engraft::artifact::Manifest;
use engraft::engine::{Engine, EngineConfig};
use engraft::examine::{Blocks, Candidate, CandidateOrigin, Examiner, Level, Order, Policy};
use engraft_benches::book::Summary;
use engraft_benches::contender::now;
use engraft_benches::{Book, Error, report, requirement};
use tokio::runtime::Runtime;

/// Looks at each recipe at each level; their median counts.
const LOOKS: usize = 5;

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let recipes = recipes(&runtime)?;
    let (looks, count) = if report::is_benchmark() { (LOOKS, recipes.len()) } else { (1, 2) };
    let examiner = Examiner::new(Policy::default(), EngineConfig::default())?;
    let mut book = Book::new("examination");
    for (level, name) in [
        (Level::Basic, requirement::EXAMINE_BASIC),
        (Level::Standard, requirement::EXAMINE_STANDARD),
        (Level::Comprehensive, requirement::EXAMINE_COMPREHENSIVE),
    ] {
        let mut medians = Vec::new();
        for recipe in recipes.iter().take(count) {
            let mut times = Vec::new();
            for _ in 0..looks {
                let look = look(&examiner, level, recipe);
                times.push(runtime.block_on(look)?);
            }
            medians.push(Summary::of(times).ok_or("no look")?.median);
        }
        let summary = Summary::of(medians).ok_or("no recipe")?;
        book.add_figure(name, summary.median, "ms");
    }
    report::finish(&book)
}

/// One examination, in milliseconds.
async fn look(examiner: &Examiner, level: Level, recipe: &Recipe) -> Result<f64, Error> {
    let Recipe { title, manifest, component } = recipe;
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

/// A recipe, built.
struct Recipe {
    title: String,
    manifest: Manifest,
    component: Arc<[u8]>,
}

fn recipes(runtime: &Runtime) -> Result<Vec<Recipe>, Error> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/recipes");
    let engine = Engine::new(EngineConfig::default())?;
    let mut recipes = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let title = path.display().to_string();
        let built = engraft_recipe::recipe::build(&std::fs::read_to_string(&path)?);
        let component: Arc<[u8]> =
            built.map_err(|error| format!("{title}: {error}"))?.component.into();
        let name = "bench.recipe".parse()?;
        let description = runtime.block_on(engine.describe(&name, Arc::clone(&component)))?;
        let manifest = Manifest::new(description, "1.0.0".parse()?);
        recipes.push(Recipe { title, manifest, component });
    }
    recipes.sort_by(|one, other| one.title.cmp(&other.title));
    Ok(recipes)
}
