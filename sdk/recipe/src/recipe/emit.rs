//! A plan to the function that does it.
//!
//! *Never:* a step runs before the one above it has ended, unless both stand in one `parallel`.

mod request;

use super::plan::{Action, Plan, Planned, PlannedStep};
use super::schema;
use crate::bound::{Poly, Size, Var};
use crate::cel::Type;
use crate::component::{input_size, operation_code};
use crate::emit::Emitter;
use crate::place::Places;
use crate::wasm::{Code, Data, Local};
use wasm_encoder::{Instruction, ValType};

/// The function of a recipe's operation: input in, result out; and how large that can be.
pub(super) fn function(plan: &Plan, data: &mut Data) -> (Code, Size) {
    let shape = schema::shape(&plan.input, data, 0);
    let nowhere = Places::within("", 0, 0, 0);
    let emitter = Emitter::new(operation_code(), data, &nowhere);
    let mut writer = Writer { emitter };
    writer.input(shape, &schema::type_of(&plan.input, 0));
    for (name, value) in &plan.bindings {
        let size = writer.value(value);
        writer.keep(name, size);
    }
    for step in &plan.steps {
        writer.step(step);
    }
    let size = writer.value(&plan.result);
    writer.emitter.finish(&size)
}

pub(super) struct Writer<'a> {
    pub(super) emitter: Emitter<'a>,
}

impl<'a> Writer<'a> {
    fn input(&mut self, shape: u32, ty: &Type) {
        let size = input_size(ty);
        let input = self.emitter.code.param(0);
        self.emitter.code.get(input).i32(shape);
        self.emitter.run("rt_shape", &[&input_size(&Type::Dyn), &Size::number(fields(ty))]);
        self.emitter.code.set(input);
        self.emitter.code.get(input).op(Instruction::I32Eqz).br_if(self.emitter.fault);
        self.emitter.input("input", input, size);
    }

    /// What the host answers: no more than all of its answers together.
    pub(super) fn answers() -> Size {
        Size::of(Poly::of(Var::Answers), &Type::Dyn)
    }

    pub(super) fn local(&mut self) -> Local {
        self.emitter.code.local(ValType::I32)
    }

    /// An expression as a handle.
    pub(super) fn value(&mut self, planned: &'a Planned) -> Size {
        self.emitter.at(&planned.places);
        self.emitter.value(&planned.node)
    }

    /// An expression that decides, as zero or one.
    pub(super) fn truth(&mut self, planned: &'a Planned) {
        self.emitter.at(&planned.places);
        self.emitter.truth(&planned.node);
    }

    /// Behind a call of the runtime: goes on with its value, or leaves.
    pub(super) fn checked(&mut self) {
        self.emitter.checked(crate::cel::Span::default());
    }

    /// Puts what is on the stack where its name finds it.
    fn keep(&mut self, name: &str, size: Size) {
        let local = self.local();
        self.emitter.code.set(local);
        self.emitter.input(name, local, size);
    }

    fn step(&mut self, step: &'a PlannedStep) {
        let result = self.local();
        self.emitter.code.call("rt_null").set(result);
        if let Action::Parallel(steps) = &step.action {
            let skip = step.when.as_ref().map(|when| {
                let skip = self.emitter.code.block(None);
                self.truth(when);
                self.emitter.code.op(Instruction::I32Eqz).br_if(skip);
                skip
            });
            // Their names are known behind the block too, as null where it was passed over.
            let locals = self.named_nulls(steps);
            self.parallel(steps, &locals);
            if skip.is_some() {
                self.emitter.code.end();
            }
            return;
        }
        let done = self.emitter.code.block(None);
        if let Some(when) = &step.when {
            self.truth(when);
            self.emitter.code.op(Instruction::I32Eqz).br_if(done);
        }
        let size = self.guarded(step.otherwise.as_ref(), |writer| writer.action(step));
        self.emitter.code.set(result);
        self.emitter.code.end();
        if let Some(name) = &step.name {
            self.emitter.input(name, result, size.max(&Size::scalar()));
        }
    }

    /// Emits something that gives a value, or what stands in where it fails.
    pub(super) fn guarded(
        &mut self,
        otherwise: Option<&'a Planned>,
        emit: impl FnOnce(&mut Self) -> Size,
    ) -> Size {
        let Some(otherwise) = otherwise else { return emit(self) };
        let join = self.emitter.code.block(Some(ValType::I32));
        let failed = self.emitter.code.block(None);
        let outer = std::mem::replace(&mut self.emitter.fault, failed);
        let size = emit(self);
        self.emitter.fault = outer;
        self.emitter.code.br(join).end();
        self.emitter.code.call("rt_take").op(Instruction::Drop);
        let instead = self.value(otherwise);
        self.emitter.code.end();
        size.max(&instead)
    }

    /// Calls a function of the runtime that may fail, with arguments of these sizes.
    fn call(&mut self, symbol: &'static str, args: &[&Size]) -> Size {
        let size = self.emitter.run(symbol, args);
        self.checked();
        size
    }

    fn action(&mut self, step: &'a PlannedStep) -> Size {
        let answers = Self::answers();
        match &step.action {
            Action::Send(request) => {
                let size = self.request(request);
                self.sending(request, &size, &Poly::constant(1.0));
                self.call(request.single(), &[&size, &answers])
            }
            Action::Each(list, request) => self.each(list, request),
            Action::Get(key) => {
                let key = self.value(key);
                self.call("rt_kv_get", &[&key, &answers])
            }
            Action::Put(key, value) => {
                let key = self.value(key);
                let value = self.value(value);
                self.emitter.also_writing(&value, &Poly::constant(1.0));
                self.call("rt_kv_put", &[&key, &value]);
                value
            }
            Action::Log(text, level) => {
                let text = self.value(text);
                self.emitter.also_writing(&text, &Poly::constant(1.0));
                self.emitter.code.i32(*level);
                self.call("rt_log", &[&text, &answers])
            }
            Action::Progress(text, fraction) => {
                match fraction {
                    Some(fraction) => {
                        self.value(fraction);
                    }
                    None => {
                        self.emitter.code.call("rt_null");
                    }
                }
                let text = self.value(text);
                self.call("rt_progress", &[&text, &answers])
            }
            Action::Config(key) => {
                let key = self.value(key);
                self.call("rt_config", &[&key, &answers])
            }
            Action::Now => self.call("rt_now", &[&Size::scalar(), &answers]),
            Action::Random => self.call("rt_random", &[&Size::scalar(), &answers]),
            Action::Set(value) => self.value(value),
            Action::Return(value) => {
                let size = self.value(value);
                self.emitter.leave(&size);
                size
            }
            // Handled before: it gives many values, not one.
            Action::Parallel(_) => {
                self.emitter.code.call("rt_null");
                Size::scalar()
            }
        }
    }
}

/// The most fields that any record within this type has, and one.
fn fields(ty: &Type) -> Poly {
    fn most(ty: &Type) -> usize {
        match ty {
            Type::Record(fields) => {
                let inner = fields.iter().map(|field| most(&field.ty)).max().unwrap_or(0);
                fields.len().max(inner)
            }
            Type::List(inner) | Type::Map(_, inner) => most(inner),
            _ => 0,
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a document has no millions of fields")]
    let most = most(ty) as f64;
    Poly::constant(most + 1.0)
}
