//! A call of a component that knows nothing of Engraft, over a small record: JSON in and out through
//! reflection, against typed values.
//!
//! *Never:* the typed side does less than the call.

use std::sync::Arc;

use engraft::artifact::Manifest;
use engraft::engine::raw::wasmtime;
use engraft::{Host, Invocation};
use engraft_benches::comparison::criterion;
use engraft_benches::contender::now;
use engraft_benches::embedded::{Engraft, answer};
use engraft_benches::raw::{Metering, tuned_engine};
use engraft_benches::{Batch, Book, Comparison, Contender, Error, guests, report};
use tokio::runtime::Runtime;
use wasmtime::Store;
use wasmtime::component::{Component, ComponentType, Lift, Linker, Lower};

const TYPED: &str = "tuned wasmtime, typed";
const REFLECTED: &str = "Engraft, reflected";
const INPUT: &str = r#"{"point":{"x":3,"y":4,"label":"a point"},"dx":10,"dy":-10}"#;
const OUTPUT: &str = r#"{"x":13,"y":-6,"label":"a point"}"#;
const NAME: &str = "warm.awaited";

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Point {
    x: i32,
    y: i32,
    label: String,
}

fn main() -> Result<(), Error> {
    let component: Arc<[u8]> = guests::shapes()?.into();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let engraft = Engraft::new()?;
    let name = NAME.parse()?;
    let host = engraft.host();
    let mut description = runtime.block_on(host.describe(&name, Arc::clone(&component)))?;
    description.name = name;
    let operation =
        description.operations.first().ok_or("reflection finds no operation")?.name.clone();
    let bundle = engraft.sign(&component, &Manifest::new(description, "1.0.0".parse()?))?;
    runtime.block_on(host.install(&bundle))?;

    let mut book = Book::new("reflection");
    Comparison::new("small record", OUTPUT)
        .contender(typed(&runtime, &component)?, &[])
        .contender(reflected(&runtime, host, &operation), &[TYPED])
        .measure(&mut criterion(), &mut book)?;
    if let Some(versus) = book.versus("small record", REFLECTED, TYPED) {
        let microseconds = versus.difference_ns.median / 1e3;
        book.add_figure("reflection over typed", microseconds, "µs");
    }
    report::finish(&book)
}

fn reflected<'a>(runtime: &'a Runtime, host: &'a Host, operation: &'a str) -> Contender<'a> {
    Contender::new(REFLECTED, move |calls| {
        runtime.block_on(async {
            let start = now();
            let mut last = String::new();
            for _ in 0..calls {
                last = answer(host.call(NAME, Invocation::new(operation, INPUT)).await)?;
            }
            Ok(Batch { time: start.elapsed(), answer: last })
        })
    })
}

/// The same call with typed values, without Engraft: no limits, no admission, no report. What
/// Engraft itself costs is thus a part of what reflection costs here.
fn typed<'a>(runtime: &'a Runtime, bytes: &[u8]) -> Result<Contender<'a>, Error> {
    let engine = tuned_engine(Metering::Fuel)?;
    let component = Component::new(&engine, bytes)?;
    let mut store = Store::new(&engine, ());
    store.set_fuel(1_000_000_000)?;
    store.fuel_async_yield_interval(Some(50_000))?;
    let linker = Linker::new(&engine);
    let instance = runtime.block_on(linker.instantiate_async(&mut store, &component))?;
    let call = instance.get_typed_func::<(Point, i32, i32), (Point,)>(&mut store, "move-point")?;
    Ok(Contender::new(TYPED, move |calls| {
        runtime.block_on(async {
            let start = now();
            let mut last = Point { x: 0, y: 0, label: String::new() };
            for _ in 0..calls {
                store.set_fuel(1_000_000_000)?;
                let point = Point { x: 3, y: 4, label: "a point".to_owned() };
                (last,) = call.call_async(&mut store, (point, 10, -10)).await?;
            }
            let time = start.elapsed();
            let Point { x, y, label } = last;
            let answer = format!(r#"{{"x":{x},"y":{y},"label":"{label}"}}"#);
            Ok(Batch { time, answer })
        })
    }))
}
