//! Each function of the runtime, run with arguments that are hard on it, against its line in the table.
//!
//! *Never:* a line is believed that no argument has tried.

use super::*;
use crate::bound::{Growth, written};
use crate::cel::{Type, symbols};
use crate::wasm::MODULE;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use wasmtime::{Config, Engine, Instance, Linker, Memory, Module, Store, Val};

mod arguments;
use arguments::{Arg, candidates};

/// The runtime by itself, with imports that nobody calls.
struct Runtime {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
    heap: i32,
}

/// The kinds of values, as shapes name them.
struct Kind;

impl Kind {
    const BOOL: i32 = 2;
    const INT: i32 = 3;
    const TEXT: i32 = 6;
    const LIST: i32 = 8;
    const MAP: i32 = 9;
}

const PLENTY: u64 = u64::MAX / 2;

impl Runtime {
    fn new() -> Self {
        let mut config = Config::new();
        config.consume_fuel(true);
        let engine = Engine::new(&config).unwrap();
        let module = Module::new(&engine, MODULE).unwrap();
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&module).unwrap();
        let mut store = Store::new(&engine, ());
        store.set_fuel(PLENTY).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        let heap = instance.get_global(&mut store, "__heap_base").unwrap();
        let heap = heap.get(&mut store).unwrap_i32();
        Self { store, instance, memory, heap }
    }

    fn call(&mut self, symbol: &str, args: &[Val]) -> i32 {
        self.measured(symbol, args).0
    }

    fn measured(&mut self, symbol: &str, args: &[Val]) -> (i32, u64) {
        let function = self.instance.get_func(&mut self.store, symbol).expect(symbol);
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        self.store.set_fuel(PLENTY).unwrap();
        let ended = function.call(&mut self.store, args, &mut results);
        ended.unwrap_or_else(|error| panic!("{symbol}: {error:?}"));
        let fuel = PLENTY - self.store.get_fuel().unwrap();
        (results.first().map_or(0, Val::unwrap_i32), fuel)
    }

    fn ints(args: &[i32]) -> Vec<Val> {
        args.iter().map(|arg| Val::I32(*arg)).collect()
    }

    fn begin(&mut self) {
        self.call("rt_reset", &Self::ints(&[self.heap]));
    }

    /// The next free address.
    fn mark(&mut self) -> i32 {
        self.call("rt_realloc", &Self::ints(&[0, 0, 1, 0, self.heap]))
    }

    fn put(&mut self, bytes: &[u8]) -> i32 {
        let length = i32::try_from(bytes.len()).unwrap();
        let place = self.call("rt_realloc", &Self::ints(&[0, 0, 8, length, self.heap]));
        self.memory.write(&mut self.store, usize::try_from(place).unwrap(), bytes).unwrap();
        place
    }

    fn words(&mut self, words: &[i32]) -> i32 {
        self.put(&words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>())
    }

    fn value(&mut self, arg: &Arg) -> i32 {
        if let Arg::Of(symbol, inner) = arg {
            let inner = self.value(inner);
            return self.call(symbol, &Self::ints(&[inner]));
        }
        let text = arg.typed().to_string();
        let place = self.put(text.as_bytes());
        let length = i32::try_from(text.len()).unwrap();
        let read = self.call("rt_read_input", &Self::ints(&[place, length, 0]));
        let value = self.call("rt_of_typed", &Self::ints(&[read]));
        assert_ne!(value, 0, "{text}");
        value
    }

    fn typed(&mut self, value: i32) -> Option<Json> {
        let text = self.call("rt_to_typed", &Self::ints(&[value]));
        let at = usize::try_from(text).unwrap();
        if at == 0 {
            return None;
        }
        let data = self.memory.data(&self.store);
        let word = |at: usize| u32::from_le_bytes(data[at..at + 4].try_into().unwrap()) as usize;
        serde_json::from_slice(&data[word(at + 8)..word(at + 8) + word(at + 4)]).ok()
    }
}

/// What a value in typed JSON weighs, and how long it is.
fn weight(value: &Json) -> (f64, f64) {
    let (tag, held) = value.as_object().unwrap().iter().next().unwrap();
    let items = || held.as_array().unwrap();
    match tag.as_str() {
        "string" => {
            let bytes = held.as_str().unwrap().len() as f64;
            (bytes + 2.0, bytes)
        }
        "bytes" => {
            let bytes = held.as_str().unwrap().len() as f64 / 4.0 * 3.0 - 2.0;
            (bytes.max(0.0) + 2.0, bytes.max(0.0))
        }
        "list" => (
            1.0 + items().iter().map(|item| weight(item).0 + 1.0).sum::<f64>(),
            items().len() as f64,
        ),
        "map" => {
            let entry = |pair: &Json| weight(&pair[0]).0 + weight(&pair[1]).0 + 2.0;
            (1.0 + items().iter().map(entry).sum::<f64>(), items().len() as f64)
        }
        "optional" if held.is_null() => (1.0, 0.0),
        "optional" => {
            let (weight, len) = weight(held);
            (weight + 1.0, len)
        }
        _ => (1.0, 0.0),
    }
}

/// The exact size of an argument.
fn size(arg: &Arg, ty: &Type) -> Size {
    let (weight, len) = match arg {
        Arg::Of(_, inner) => (weight(&inner.typed()).0 + 1.0, 1.0),
        _ => weight(&arg.typed()),
    };
    let value = match arg {
        Arg::Int(value) => Some(Poly::constant(*value as f64)),
        _ => None,
    };
    let ty = if *ty == Type::Dyn { arg.ty() } else { ty.clone() };
    Size { weight: Poly::constant(weight), len: Poly::constant(len), value, ..Size::default() }
        .typed(&ty)
}

/// One run: what was said, and what it took.
struct Sample {
    said: (f64, f64),
    took: (f64, f64),
    letters: BTreeMap<String, f64>,
}

const LETTERS: &[u8] = b"abcdABCDVL&";

fn log(sum: &Poly) -> Poly {
    crate::bound::log(sum)
}

fn sample(symbol: &str, sizes: &[&Size], took: (f64, f64)) -> Sample {
    let (work, _) = effect(symbol, sizes, log);
    let fixed = |sum: &Poly| sum.fixed().unwrap();
    let letter =
        |letter: &u8| (char::from(*letter).to_string(), fixed(&letter_of(*letter, sizes, &log)));
    let known = |(_, value): &(String, f64)| value.is_finite();
    let letters = LETTERS.iter().map(letter).filter(known).collect();
    Sample { said: (fixed(&work.fuel), fixed(&work.bytes)), took, letters }
}

/// Every symbol, the constant behind its arguments, and their types.
fn all() -> Vec<(&'static str, Option<u32>, Vec<Type>)> {
    // A depth is put in where none is given.
    let whole = |symbol: &str, params: &[Type]| symbol != "rt_flatten" || params.len() == 2;
    let of_language =
        symbols().into_iter().filter(|(it, params)| it.symbol != "-" && whole(it.symbol, params));
    let mut all: Vec<_> =
        of_language.map(|(it, params)| (it.symbol, it.constant, params)).collect();
    let (any, text) = (Type::Dyn, Type::Text);
    let list = Type::list(Type::Dyn);
    let map = Type::map(Type::Text, Type::Dyn);
    for (symbol, params) in [
        ("rt_range", vec![any.clone()]),
        ("rt_rounds", vec![map.clone()]),
        ("rt_sort_by", vec![list.clone(), list.clone()]),
        ("rt_select", vec![any.clone(), text.clone()]),
        ("rt_select_optional", vec![any.clone(), text.clone()]),
        ("rt_has", vec![any.clone(), text.clone()]),
        ("rt_index", vec![any.clone(), any.clone()]),
        ("rt_index_optional", vec![any.clone(), any.clone()]),
        ("rt_equal", vec![any.clone(), any.clone()]),
        ("rt_same_text", vec![text.clone(), text.clone()]),
        ("rt_order", vec![any.clone(), any.clone()]),
        ("rt_in", vec![any.clone(), any.clone()]),
        ("rt_add", vec![any.clone(), any.clone()]),
        ("rt_concat", vec![text.clone(), text.clone()]),
        ("rt_truth", vec![any.clone()]),
        ("rt_input", vec![map.clone(), text.clone()]),
        ("rt_typed_input", vec![map, text]),
    ] {
        all.push((symbol, None, params));
    }
    all
}

/// Runs with arguments of all kinds.
fn samples(runtime: &mut Runtime) -> BTreeMap<&'static str, Vec<Sample>> {
    let mut samples: BTreeMap<&'static str, Vec<Sample>> = BTreeMap::new();
    for (symbol, constant, params) in all() {
        // These are counted by code of their own, or want a table.
        if ["rt_time_part_in", "rt_to_json", "rt_format"].contains(&symbol) {
            continue;
        }
        for args in candidates(symbol, &params) {
            runtime.begin();
            let mut handles: Vec<i32> = args.iter().map(|arg| runtime.value(arg)).collect();
            handles.extend(constant.map(u32::cast_signed));
            let before = runtime.mark();
            let (result, fuel) = runtime.measured(symbol, &Runtime::ints(&handles));
            let bytes = f64::from(runtime.mark() - before);
            let sizes: Vec<Size> =
                args.iter().zip(&params).map(|(arg, ty)| size(arg, ty)).collect();
            let sizes: Vec<&Size> = sizes.iter().collect();
            samples.entry(symbol).or_default().push(sample(symbol, &sizes, (fuel as f64, bytes)));
            let (_, given) = effect(symbol, &sizes, log);
            // Truth values are no handles; so small an address holds no value.
            if result > 1_024
                && let Some(value) = runtime.typed(result)
            {
                let (weight, len) = weight(&value);
                let said = (given.weight.fixed().unwrap(), given.len.fixed().unwrap());
                assert!(
                    weight <= said.0 + 0.01,
                    "{symbol} {args:?} weighs {weight}, not {}",
                    said.0
                );
                assert!(
                    len <= said.1.max(weight) + 0.01,
                    "{symbol} {args:?}: {len}, not {}",
                    said.1
                );
            }
        }
    }
    read_samples(runtime, &mut samples);
    samples
}

/// Reading JSON, whose argument is a text that is no value yet.
fn read_samples(runtime: &mut Runtime, samples: &mut BTreeMap<&'static str, Vec<Sample>>) {
    let mut read = |symbol: &'static str,
                    text: &str,
                    shape: &dyn Fn(&mut Runtime) -> (i32, i32)| {
        runtime.begin();
        let (shape, fields) = shape(runtime);
        let before = runtime.mark();
        let place = runtime.put(text.as_bytes());
        let length = i32::try_from(text.len()).unwrap();
        let (_, fuel) = runtime.measured("rt_read_input", &Runtime::ints(&[place, length, shape]));
        let bytes = f64::from(runtime.mark() - before);
        let size = Size { weight: Poly::constant(text.len() as f64), ..Size::default() };
        let fields = Size::number(Poly::constant(f64::from(fields) + 1.0));
        let sample = sample(symbol, &[&size, &fields], (fuel as f64, bytes));
        samples.entry(symbol).or_default().push(sample);
    };
    for text in arguments::documents() {
        read("rt_read_input", &text, &|_| (0, 0));
        read("rt_read_plain", &text, &|_| (1, 0));
        for kind in [Kind::INT, Kind::TEXT, Kind::BOOL] {
            let list = |runtime: &mut Runtime, depth| {
                let item = runtime.words(&[kind]);
                (0..depth).fold(item, |inner, _| runtime.words(&[Kind::LIST, inner]))
            };
            for depth in 0..3 {
                read("rt_read_plain", &text, &|runtime| (list(runtime, depth), 0));
            }
            for count in [1, 20] {
                read("rt_read_plain", &text, &|runtime| {
                    let item = runtime.words(&[kind]);
                    let mut words = vec![Kind::MAP, 1, count];
                    for at in 0..count {
                        // The last one is what most documents call their fields.
                        let name =
                            if at + 1 == count { "a".to_owned() } else { format!("{at:05}") };
                        let name = runtime.value(&Arg::Text(name));
                        words.extend([name, item, i32::from(at == 0)]);
                    }
                    let map = runtime.words(&words);
                    (runtime.words(&[Kind::LIST, map]), count)
                });
            }
        }
    }
}

/// Where `ENGRAFT_COSTS` names a file, all runs are written there, to fit the table to them.
fn keep(samples: &BTreeMap<&'static str, Vec<Sample>>) {
    let Some(file) = std::env::var_os("ENGRAFT_COSTS") else { return };
    let mut text = String::new();
    for (symbol, all) in samples {
        for sample in all {
            let (fuel, bytes) = sample.took;
            let line = json!({
                "symbol": symbol, "fuel": fuel, "bytes": bytes, "letters": sample.letters,
            });
            writeln!(text, "{line}").unwrap();
        }
    }
    std::fs::write(file, text).unwrap();
}

#[test]
fn no_function_takes_more_than_its_line_says() {
    let mut runtime = Runtime::new();
    let samples = samples(&mut runtime);
    keep(&samples);
    let mut wrong = String::new();
    for (symbol, all) in &samples {
        for sample in all {
            let (said, took) = (sample.said, sample.took);
            if took.0 > said.0 || took.1 > said.1 {
                writeln!(wrong, "{symbol} {:?}: {took:?}, not {said:?}", sample.letters).unwrap();
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(samples.len() > 100, "only {} functions ran", samples.len());
}

#[test]
fn a_list_that_grows_takes_no_more_than_is_said_of_each_item() {
    let mut runtime = Runtime::new();
    for count in [1, 5, 100, 5_000] {
        runtime.begin();
        let before = runtime.mark();
        let list = runtime.call("rt_list", &Runtime::ints(&[0]));
        let fuel: u64 =
            (0..count).map(|_| runtime.measured("rt_push", &Runtime::ints(&[list, list])).1).sum();
        let bytes = f64::from(runtime.mark() - before);
        let (push, _) = effect("rt_push", &[], log);
        let (begun, _) = effect("rt_list", &[&Size::number(Poly::default())], log);
        let said = |push: &Poly, begun: &Poly| {
            push.fixed().unwrap() * f64::from(count) + begun.fixed().unwrap()
        };
        assert!(fuel as f64 <= said(&push.fuel, &begun.fuel), "{count} items: {fuel}");
        assert!(bytes <= said(&push.bytes, &begun.bytes), "{count} items: {bytes}");
    }
}

#[test]
fn writing_takes_no_more_than_is_said_of_it() {
    let mut runtime = Runtime::new();
    let mut wrong = String::new();
    let mut dumped = String::new();
    for arg in arguments::values(300) {
        runtime.begin();
        let value = runtime.value(&arg);
        let before = runtime.mark();
        let (text, fuel) = runtime.measured("rt_to_json", &Runtime::ints(&[value]));
        let bytes = f64::from(runtime.mark() - before);
        for ty in [arg.ty(), Type::Dyn] {
            let (work, size) = written(&size(&arg, &ty).typed(&ty));
            let said = (work.fuel.fixed().unwrap(), work.bytes.fixed().unwrap());
            let data = runtime.memory.data(&runtime.store);
            let at = usize::try_from(text).unwrap();
            let length = u32::from_le_bytes(data[at + 4..at + 8].try_into().unwrap());
            writeln!(dumped, "{ty} {:.2} {:.2}", said.0 / fuel as f64, said.1 / bytes).unwrap();
            if fuel as f64 > said.0
                || bytes > said.1
                || f64::from(length) > size.len.fixed().unwrap()
            {
                writeln!(wrong, "{ty} {arg:?}: {fuel} fuel, {bytes} bytes, not {said:?}").unwrap();
            }
        }
    }
    if let Some(file) = std::env::var_os("ENGRAFT_COSTS") {
        std::fs::write(std::path::Path::new(&file).with_extension("ink"), dumped).unwrap();
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_function_has_a_line() {
    for (symbol, _, params) in all() {
        if symbol == "rt_format" || symbol == "rt_to_json" {
            continue;
        }
        let sizes: Vec<Size> = params.iter().map(|ty| Size::of(Poly::of(Var::Input), ty)).collect();
        let (work, _) = effect(symbol, &sizes.iter().collect::<Vec<_>>(), log);
        assert_ne!(Growth::of(&work.fuel).at(2, 0), u64::MAX, "{symbol}");
    }
}
