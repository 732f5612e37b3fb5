//! Recipes: from a document to a signed bundle, what comes of it, and what an expression costs beside
//! an interpreter.
//!
//! Each expression has three rows. *Compiled, from JSON to JSON* is a warm call of the host: the input
//! goes in as JSON text, the guest reads it, evaluates, and gives JSON text. *`cel` crate, from JSON to
//! JSON* is the same work by the interpreter: JSON text is read, becomes its values and a context, the
//! parsed program runs, and the result becomes text. *`cel` crate, values at hand* leaves all of that
//! out: the context is made once, which only a program can do whose inputs never change.
//!
//! *Never:* a part of the way is left out of a time: reading, checking, compiling, digests, signature.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use engraft::artifact::{Bundle, Manifest, Origin, SigningKey};
use engraft::engine::{
    Engine, EngineConfig, InstancePolicy, Invocation, Loadable, Loaded, Metering,
};
use engraft::model::{
    Budget, Content, Description, Example, Grant, Operation, Outcome, Permissions,
};
use engraft_benches::book::Summary;
use engraft_benches::comparison::criterion;
use engraft_benches::contender::now;
use engraft_benches::requirement::recipes::{
    BUNDLE, COMPILED, COMPILED_FIRST, EVALUATION, FROM_JSON, INTERPRETED, OURS, SIZE, SMALLEST,
};
use engraft_benches::{Book, Comparison, Contender, Error, report};
use engraft_recipe::cel::{Environment, Mode, Type};
use engraft_recipe::component::Codec;
use engraft_recipe::formula::{Formula, component};
use engraft_recipe::recipe::{self, Built};
use serde_json::{Value, json};

/// How often each recipe is built and compiled; the middle one counts.
const LOOKS: usize = 15;

/// Expressions over the inputs below, from those that cost nearly nothing to those that loop; each
/// comes to a truth value or a whole number, so that nothing of it is written as text.
const EXPRESSIONS: [(&str, &str); 8] = [
    ("comparison", "count > 3 && price < 100.0"),
    ("arithmetic", "(count * 17 + 5) % 23 - count / 3 * (count + 1)"),
    ("text", "name.startsWith('Dr.') && name.contains('Ada') && name.size() < 40"),
    ("text in a list", "names.exists(n, n.startsWith('g') && n.endsWith('e'))"),
    ("filter and map", "numbers.filter(x, x % 2 == 0).map(x, x * x).size()"),
    ("all", "numbers.all(x, x >= 0 && x < 1000)"),
    ("nested loops", "numbers.all(x, numbers.exists(y, y == x))"),
    ("fields", "order.lines.all(l, l.count > 0 && l.cents * l.count < 100000) && order.paid"),
];

fn main() -> Result<(), Error> {
    let mut book = Book::new("recipes");
    let recipes = cookbook()?;
    made(&recipes, &mut book)?;
    compiled(&recipes, &mut book)?;
    evaluated(&mut book)?;
    report::finish(&book)
}

/// The documents of the cookbook, the smallest first.
fn cookbook() -> Result<Vec<String>, Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/recipes");
    let mut recipes = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            recipes.push(std::fs::read_to_string(path)?);
        }
    }
    recipes.sort_by_key(|text| (text.len(), text.clone()));
    Ok(recipes)
}

fn looks() -> usize {
    if report::is_benchmark() { LOOKS } else { 1 }
}

/// The middle of what several looks give, in milliseconds.
fn middle(mut look: impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut times = Vec::new();
    for _ in 0..looks() {
        let begun = now();
        look()?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    median(times)
}

fn median(numbers: Vec<f64>) -> Result<f64, Error> {
    Ok(Summary::of(numbers).ok_or("nothing was measured")?.median)
}

fn described(built: &Built) -> Result<Description, Error> {
    let recipe = &built.recipe;
    let example =
        |one: &recipe::Example| Example { input: one.input.clone(), output: one.output.clone() };
    Ok(Description {
        name: recipe.name.parse()?,
        summary: recipe.summary.clone(),
        operations: vec![Operation {
            name: recipe.operation.clone(),
            summary: recipe.summary.clone(),
            input_schema: recipe.input.clone(),
            output_schema: recipe.output.clone(),
            intents: recipe.intents.clone(),
            examples: recipe.examples.iter().map(example).collect(),
        }],
        permissions: asked(recipe)?,
    })
}

/// What a recipe asks for, as the host has it.
fn asked(recipe: &recipe::Recipe) -> Result<Permissions, Error> {
    let asks = &recipe.permissions;
    let kv = asks.kv.as_ref().map(|kv| json!({"bytes": kv.bytes, "keys": kv.keys}));
    let http = asks
        .http
        .iter()
        .map(|rule| json!({"host": rule.host, "methods": rule.methods, "path_prefix": rule.path}));
    let secrets = asks.secrets.iter().map(|rule| json!({"name": rule.name, "hosts": rule.hosts}));
    let mut permissions = json!({
        "log": asks.log, "clock": asks.clock, "random": asks.random, "progress": asks.progress,
        "http": http.collect::<Vec<_>>(), "secrets": secrets.collect::<Vec<_>>(),
        "call": asks.call, "config": asks.config,
    });
    if let (Some(kv), Value::Object(fields)) = (kv, &mut permissions) {
        fields.insert("kv".to_owned(), kv);
    }
    Ok(serde_json::from_value(permissions)?)
}

fn built(text: &str) -> Result<Built, Error> {
    Ok(recipe::build(text)?)
}

fn bundle(text: &str, key: &SigningKey) -> Result<Vec<u8>, Error> {
    let built = built(text)?;
    let manifest = Manifest::new(described(&built)?, built.recipe.version.parse()?);
    Ok(Bundle::sign(built.component, &manifest, &[key])?.to_bytes())
}

/// Document to signed bundle, and what the component weighs.
#[expect(clippy::cast_precision_loss, reason = "components are kilobytes")]
fn made(recipes: &[String], book: &mut Book) -> Result<(), Error> {
    let key = SigningKey::generate(Origin::Development)?;
    // What is made once a process: the contract and the runtime, taken apart.
    let sizes = recipes.iter().map(|text| Ok(built(text)?.component.len() as f64 / 1e3));
    let sizes = sizes.collect::<Result<Vec<f64>, Error>>()?;
    let times = recipes.iter().map(|text| middle(|| bundle(text, &key).map(drop)));
    let times = times.collect::<Result<Vec<f64>, Error>>()?;
    let smallest = times.iter().take(10).copied().collect();
    book.add_figure(BUNDLE, median(times)?, "ms");
    book.add_figure(SMALLEST, median(smallest)?, "ms");
    book.add_figure(SIZE, median(sizes)?, "kB");
    Ok(())
}

/// Machine code of the components, which no cache has: of each as a host's first, and of all in one host,
/// one after the other.
fn compiled(recipes: &[String], book: &mut Book) -> Result<(), Error> {
    let recipes = recipes.iter().map(|text| {
        let built = built(text)?;
        Ok(loadable(built.component.clone().into(), described(&built)?))
    });
    let recipes = recipes.collect::<Result<Vec<Loadable>, Error>>()?;
    let (mut first, mut all) = (Vec::new(), Vec::new());
    for _ in 0..looks().min(5) {
        let engine = Engine::new(EngineConfig::default())?;
        for recipe in &recipes {
            first.push(loaded(&Engine::new(EngineConfig::default())?, recipe)?);
            all.push(loaded(&engine, recipe)?);
        }
    }
    book.add_figure(COMPILED, median(all)?, "ms");
    book.add_figure(COMPILED_FIRST, median(first)?, "ms");
    Ok(())
}

/// How long a recipe takes to load, in milliseconds.
fn loaded(engine: &Engine, recipe: &Loadable) -> Result<f64, Error> {
    let begun = now();
    engine.load_blocking(recipe.clone())?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

fn loadable(component: Arc<[u8]>, description: Description) -> Loadable {
    Loadable {
        name: description.name.clone(),
        version: None,
        content: Content::new(component),
        description,
        budget: Budget::default(),
        grant: Grant::default(),
        lifetime: InstancePolicy::Pooled { calls_max: u32::MAX, idle_max: 1 },
        metering: Metering::Fuel,
        native: Vec::new(),
    }
}

fn inputs() -> Value {
    let numbers: Vec<u64> = (0..30).map(|at| at * 31 % 97).collect();
    json!({
        "count": 12, "price": 19.5, "name": "Dr. Ada Lovelace",
        "names": ["ann", "bob", "carla", "dora", "emil", "frieda", "george"],
        "numbers": numbers,
        "order": {
            "paid": true,
            "lines": [{"count": 2, "cents": 500}, {"count": 1, "cents": 1999}, {"count": 7, "cents": 120}],
        },
    })
}

fn environment() -> Environment {
    let mut around = Environment::default();
    for (name, ty) in [
        ("count", Type::Int),
        ("price", Type::Double),
        ("name", Type::Text),
        ("names", Type::list(Type::Text)),
        ("numbers", Type::list(Type::Int)),
        ("order", Type::Dyn),
    ] {
        around.names.insert(name.to_owned(), ty);
    }
    around
}

/// Each expression, compiled and called with its input as JSON, against the interpreter with the same
/// input, and with ready values.
fn evaluated(book: &mut Book) -> Result<(), Error> {
    let context = context(&inputs());
    let engine = Engine::new(EngineConfig::default())?;
    for (name, source) in EXPRESSIONS {
        let formula = Formula::new(source, &environment(), Mode::Strict)
            .map_err(|problems| format!("{source}: {problems:?}"))?;
        let formulas = [("run".to_owned(), formula)];
        let component: Arc<[u8]> = component("bench.formula", &formulas, Codec::Json)?.into();
        let description = Description {
            name: "bench.formula".parse()?,
            summary: String::new(),
            operations: vec![Operation {
                name: "run".to_owned(),
                summary: String::new(),
                input_schema: json!(true),
                output_schema: json!(true),
                intents: vec![],
                examples: vec![],
            }],
            permissions: Permissions::default(),
        };
        let loaded = engine.load_blocking(loadable(component, description))?;
        let program = cel::Program::compile(source)?;
        let wanted = shown(&program.execute(&context)?)?;
        Comparison::new(format!("{EVALUATION}, {name}"), &wanted)
            .contender(Contender::sync(INTERPRETED, || shown(&program.execute(&context)?)), &[])
            .contender(interpreted(&program, used(source)), &[])
            .contender(called(&loaded, used(source)), &[INTERPRETED, FROM_JSON])
            .measure(&mut criterion(), book)?;
    }
    Ok(())
}

/// What the interpreter finds names in.
fn context(inputs: &Value) -> cel::Context<'static, 'static> {
    let mut context = cel::Context::default();
    for (name, value) in inputs.as_object().into_iter().flatten() {
        context.add_variable_from_value(name.clone(), ready(value));
    }
    context
}

/// The interpreter on the way that ours goes: JSON text comes in and goes out.
fn interpreted(program: &cel::Program, input: String) -> Contender<'_> {
    Contender::sync(FROM_JSON, move || {
        let inputs: Value = serde_json::from_str(&input)?;
        shown(&program.execute(&context(&inputs))?)
    })
}

/// A value as the interpreter has it, with whole numbers that have a sign.
fn ready(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(value) => cel::Value::Bool(*value),
        Value::Number(number) => number.as_i64().map_or_else(
            || cel::Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            cel::Value::Int,
        ),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(ready).collect::<Vec<_>>().into(),
        Value::Object(fields) => {
            let entry = |(name, value): (&String, &Value)| (name.clone(), ready(value));
            fields.iter().map(entry).collect::<HashMap<_, _>>().into()
        }
    }
}

/// The inputs that an expression names, as the JSON that its caller writes.
fn used(source: &str) -> String {
    let Value::Object(mut inputs) = inputs() else { return String::new() };
    let words: Vec<&str> = source.split(|letter: char| !letter.is_ascii_alphabetic()).collect();
    inputs.retain(|name, _| words.contains(&name.as_str()));
    Value::Object(inputs).to_string()
}

fn called(loaded: &Loaded, input: String) -> Contender<'_> {
    Contender::sync(OURS, move || {
        let outcome = loaded.call_blocking(Invocation::new("run", input.as_str())).outcome;
        if let Outcome::Returned(output) = &outcome {
            return Ok(output.as_str().to_owned());
        }
        Err(outcome.to_string().into())
    })
}

fn shown(value: &cel::Value) -> Result<String, Error> {
    if let cel::Value::Bool(value) = value {
        return Ok(value.to_string());
    }
    if let cel::Value::Int(value) = value {
        return Ok(value.to_string());
    }
    Err(format!("{value:?} is not what these expressions give").into())
}
