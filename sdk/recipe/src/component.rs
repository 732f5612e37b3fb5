//! A component for the contract's world `capability`: what it says of itself, and the way to its
//! operations.
//!
//! *Never:* an import that nothing in the component uses.

mod describe;
mod strip;

use crate::bound::{Bound, Growth, Poly, Size, Var, Work, effect, written};
use crate::cel::Type;
use crate::emit::{Emitter, Given};
use crate::shape::{Field, Shape};
use crate::wasm::{Code, Data, Export, Function, Linked, Mark, heap_base, link};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use wasm_encoder::{CustomSection, Encode, Instruction, Section, ValType};
use wit_component::{ComponentEncoder, StringEncoding, metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup, WorldId, WorldKey};

pub use describe::{Description, Example, Operation, Permission};

/// Why a component could not be put together; a defect of this crate, since its parts are its own.
#[derive(Debug, thiserror::Error)]
#[error("the component could not be put together: {0}")]
pub struct AssemblyError(String);

/// How values come in and go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Plain JSON.
    Json,
    /// JSON that names the type of every value, so that nothing is lost: `{"int": "1"}`.
    Typed,
}

/// The contract, read once.
static CONTRACT: LazyLock<Result<(Resolve, WorldId), String>> = LazyLock::new(|| {
    let mut text = String::new();
    for (at, (_, file)) in engraft_wit::FILES.iter().enumerate() {
        // One file names the package; the others repeat that line.
        for line in file.lines().filter(|line| at == 0 || !line.starts_with("package ")) {
            text.push_str(line);
            text.push('\n');
        }
    }
    let mut resolve = Resolve::default();
    let wrong = |error: &dyn std::fmt::Display| error.to_string();
    let group =
        UnresolvedPackageGroup::parse("contract.wit", &text).map_err(|(_, e)| format!("{e:?}"))?;
    let package = resolve.push_group(group).map_err(|e| wrong(&e))?;
    let world = resolve.select_world(&[package], Some("capability")).map_err(|e| wrong(&e))?;
    Ok((resolve, world))
});

/// What tells the encoder which world a module is for, by the interfaces that it imports from: of the
/// contract's world, only these are in there, since the encoder reads all of it for each module.
static WORLDS: LazyLock<Mutex<Worlds>> = LazyLock::new(Mutex::default);

type Worlds = HashMap<BTreeSet<&'static str>, Arc<[u8]>>;

/// The world for a module that imports from these interfaces, made once a process.
fn world(interfaces: &BTreeSet<&'static str>) -> Result<Arc<[u8]>, String> {
    let mut known = WORLDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(world) = known.get(interfaces) {
        return Ok(Arc::clone(world));
    }
    let (resolve, world) = CONTRACT.as_ref().map_err(Clone::clone)?;
    let (mut resolve, world) = (resolve.clone(), *world);
    let names: HashMap<_, _> =
        resolve.interfaces.iter().map(|(id, _)| (id, resolve.id_of(id))).collect();
    let is_wanted = |key: &WorldKey| match key {
        // What others are written with stays.
        WorldKey::Interface(id) => names.get(id).and_then(Option::as_deref).is_none_or(|name| {
            interfaces.contains(name) || name.starts_with("engraft:capability/types@")
        }),
        WorldKey::Name(_) => true,
    };
    if let Some(world) = resolve.worlds.get_mut(world) {
        world.imports.retain(|key, _| is_wanted(key));
    }
    let made = metadata::encode(&resolve, world, StringEncoding::UTF8, None);
    let made: Arc<[u8]> = made.map_err(|error| error.to_string())?.into();
    known.insert(interfaces.clone(), Arc::clone(&made));
    Ok(made)
}

/// An operation's code: the function of this number takes the input and gives a value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) function: u32,
    /// How large what it gives can be.
    pub(crate) result: Size,
    pub(crate) read: Read,
    pub(crate) given: Given,
}

/// What is read of an input.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) shape: Shape,
    /// Whether all of it is plain.
    pub(crate) is_plain: bool,
    /// The most fields that any object in it has a shape for, and one.
    pub(crate) fields: Poly,
}

/// Constants and functions of a component in the making.
#[derive(Debug)]
pub(crate) struct Assembly {
    pub(crate) data: Data,
    pub(crate) functions: Vec<Function>,
    pub(crate) entries: Vec<Entry>,
}

/// What came of an assembly.
pub(crate) struct Finished {
    pub(crate) component: Vec<u8>,
    pub(crate) bounds: Vec<Bound>,
    pub(crate) marks: Vec<Mark>,
}

impl Assembly {
    pub(crate) fn new() -> Self {
        Self { data: Data::new(heap_base()), functions: Vec::new(), entries: Vec::new() }
    }

    /// Adds the function of an operation.
    pub(crate) fn operation(
        &mut self,
        name: &str,
        function: Function,
        read: Read,
        (result, given): (Size, Given),
    ) {
        let number = u32::try_from(self.functions.len()).unwrap_or(u32::MAX);
        self.functions.push(function);
        self.entries.push(Entry { name: name.to_owned(), function: number, result, read, given });
    }

    /// The component, what a call of each operation uses at most, and where the code of expressions is.
    pub(crate) fn finish(
        mut self,
        description: &Description,
        codec: Codec,
    ) -> Result<Finished, AssemblyError> {
        let described = description.place(&mut self.data);
        let table = self.table();
        let invoke = self.invoke(codec, table);
        let mut describe = Code::new(vec![], vec![ValType::I32]);
        describe.i32(described);
        let mut release = Code::new(vec![ValType::I32], vec![]);
        let next = |functions: &Vec<Function>| u32::try_from(functions.len()).unwrap_or(u32::MAX);
        let first = next(&self.functions);
        let bounds = self.bounds(&invoke, codec);
        self.functions.push(invoke);
        self.functions.push(describe);
        // The answer has been read, so the heap can begin again.
        release.i32(self.data.end()).call("rt_reset");
        self.functions.push(release);
        let mut realloc = Code::new(vec![ValType::I32; 4], vec![ValType::I32]);
        for at in 0..4 {
            let param = realloc.param(at);
            realloc.get(param);
        }
        realloc.i32(self.data.end()).call("rt_realloc");
        self.functions.push(realloc);
        let exports = [
            ("invoke", Export(first)),
            ("describe", Export(first + 1)),
            ("cabi_post_invoke", Export(first + 2)),
            ("cabi_realloc", Export(first + 3)),
        ];
        let mut linked = link(&self.functions, &self.data, &exports);
        let marks = std::mem::take(&mut linked.marks);
        Ok(Finished { component: encode(linked)?, bounds, marks })
    }

    /// The names of the operations.
    fn table(&mut self) -> u32 {
        let mut table = Vec::new();
        for entry in &self.entries {
            table.extend(self.data.string(&entry.name));
        }
        self.data.words(&table)
    }

    /// `invoke(operation, input)`: finds the operation, reads the input, and answers.
    fn invoke(&self, codec: Codec, table: u32) -> Function {
        let count = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let mut code = Code::new(vec![ValType::I32; 4], vec![ValType::I32]);
        let [name, name_length, input, input_length] = [0, 1, 2, 3].map(|at| code.param(at));
        let value = code.local(ValType::I32);
        code.i32(self.data.end()).call("rt_begin");
        let written = code.block(None);
        let answered = code.block(None);
        for _ in 0..=count {
            code.block(None);
        }
        code.i32(table).i32(count).get(name).get(name_length);
        code.call_for("rt_operation", Work::default());
        code.op(Instruction::BrTable((0..count).collect::<Vec<u32>>().into(), count));
        for entry in &self.entries {
            code.end();
            code.get(input).get(input_length).i32(entry.read.shape.word());
            code.call_for("rt_read_input", Work::default());
            code.tee(value).op(Instruction::I32Eqz).br_if(answered);
            code.get(value).call_own(entry.function).set(value);
            code.br(if entry.given == Given::Text { written } else { answered });
        }
        // Behind the last operation: there is none of that name.
        code.end();
        code.call("rt_no_operation").set(value).end();
        if self.entries.iter().any(|entry| entry.given == Given::Value) {
            code.get(value).op(Instruction::I32Eqz).br_if(written).get(value);
            let symbol = match codec {
                Codec::Json => "rt_to_json",
                Codec::Typed => "rt_to_typed",
            };
            code.call_for(symbol, Work::default()).set(value);
        }
        code.end();
        code.get(value).call_for("rt_answer", Work::default());
        code
    }

    /// What each operation uses at most: its own code, and the way to it and back, which is the same
    /// for all but for what comes in and goes out.
    fn bounds(&self, invoke: &Function, codec: Codec) -> Vec<Bound> {
        let input = Size::of(Poly::of(Var::Input), &Type::Dyn);
        let log = |sum: &Poly| crate::bound::log(sum);
        let mut around = invoke.work(&|_| Work::default());
        let names = Size::of_bytes(self.entries.iter().map(|entry| entry.name.len() + 16).sum());
        around.add(&effect("rt_operation", &[&names], log).0);
        // The host asks for room for the operation's name and for the input.
        around.add(&effect("rt_realloc", &[&input], log).0);
        around.add(&effect("rt_answer", &[], log).0);
        let base = Work::fixed(0.0, f64::from(self.data.end()));
        let bound = |entry: &Entry| {
            let mut work = base.clone();
            work.add(&around);
            let fields = Size::number(entry.read.fields.clone());
            let reading = if entry.read.is_plain { "rt_read_plain" } else { "rt_read_input" };
            work.add(&effect(reading, &[&input, &fields], log).0);
            let own = |at: u32| {
                self.functions
                    .get(at as usize)
                    .map_or_else(Work::unknown, |own| own.work(&|_| Work::unknown()))
            };
            work.add(&own(entry.function));
            let (writing, _) = written(&entry.result);
            work.add(&writing);
            if codec == Codec::Typed {
                // Tags stand around each value.
                work.add(&effect("rt_to_typed", &[&entry.result], log).0);
            }
            Bound { fuel: Growth::of(&work.fuel), memory_bytes: Growth::of(&work.bytes) }
        };
        self.entries.iter().map(bound).collect()
    }
}

fn encode(linked: Linked) -> Result<Vec<u8>, AssemblyError> {
    let wrong = |error: &dyn std::fmt::Display| AssemblyError(format!("{error:#}"));
    let world = world(&linked.interfaces).map_err(AssemblyError)?;
    let mut module = linked.module;
    let section = CustomSection { name: "component-type".into(), data: world.as_ref().into() };
    module.push(section.id());
    section.encode(&mut module);
    let component = ComponentEncoder::default()
        .validate(false)
        .module(&module)
        .map_err(|error| wrong(&error))?
        .encode()
        .map_err(|error| wrong(&error))?;
    strip::stripped(&component).map_err(|error| wrong(&error))
}

/// Begins the function of an operation: it takes the input and gives a value.
pub(crate) fn operation_code() -> Code {
    Code::new(vec![ValType::I32], vec![ValType::I32])
}

/// Loads inputs of an operation into locals, by their names; tells what is to be read for that.
pub(crate) fn load_inputs(
    emitter: &mut Emitter<'_>,
    inputs: &[(String, Type)],
    codec: Codec,
) -> Read {
    let whole = input_size(&Type::Dyn);
    for (name, ty) in inputs {
        let text = emitter.data.text(name);
        let local = emitter.code.local(ValType::I32);
        let input = emitter.code.param(0);
        emitter.code.get(input).i32(text);
        let symbol = match codec {
            Codec::Json => "rt_input",
            Codec::Typed => "rt_typed_input",
        };
        emitter.run(symbol, &[&whole, &Size::of_bytes(name.len())]);
        emitter.code.set(local);
        emitter.input(name, local, input_size(ty));
    }
    let data = &mut *emitter.data;
    let shapes = inputs.iter().map(|(name, ty)| {
        let shape = match codec {
            Codec::Json => Shape::of(ty, data),
            // What stands for a value names its type itself.
            Codec::Typed => Shape::any(data),
        };
        Field { name, shape, is_required: false }
    });
    let shapes: Vec<Field<'_>> = shapes.collect();
    #[expect(clippy::cast_precision_loss, reason = "an expression has no millions of names")]
    let fields = Poly::constant(shapes.len() as f64 + 1.0);
    let is_plain = codec == Codec::Json && inputs.iter().all(|(_, ty)| Shape::is_plain(ty));
    Read { shape: Shape::map(Shape::NOTHING, &shapes, data), is_plain, fields }
}

/// How large an input, or a part of it, of this type can be.
pub(crate) fn input_size(ty: &Type) -> Size {
    Size::of(Poly::of(Var::Input), ty)
}
