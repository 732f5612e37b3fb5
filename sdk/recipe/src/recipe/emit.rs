//! A plan to the function that does it.
//!
//! *Never:* a step runs before the one above it has ended, unless both stand in one `parallel`.

mod request;

use super::plan::{Action, Plan, Planned, PlannedStep};
use super::schema;
use crate::component::operation_code;
use crate::emit::Emitter;
use crate::place::Places;
use crate::wasm::{Code, Data, Local};
use wasm_encoder::{Instruction, ValType};

/// The function of a recipe's operation: input in, result out.
pub(super) fn function(plan: &Plan, data: &mut Data) -> Code {
    let shape = schema::shape(&plan.input, data, 0);
    let nowhere = Places::within("", 0, 0, 0);
    let emitter = Emitter::new(operation_code(), data, &nowhere);
    let mut writer = Writer { emitter };
    writer.input(shape);
    for (name, value) in &plan.bindings {
        writer.value(value);
        writer.keep(Some(name));
    }
    for step in &plan.steps {
        writer.step(step);
    }
    writer.value(&plan.result);
    writer.emitter.finish()
}

pub(super) struct Writer<'a> {
    pub(super) emitter: Emitter<'a>,
}

impl<'a> Writer<'a> {
    fn input(&mut self, shape: u32) {
        let code = &mut self.emitter.code;
        let input = code.param(0);
        code.get(input).i32(shape).call("rt_shape").set(input);
        code.get(input).op(Instruction::I32Eqz).br_if(self.emitter.fault);
        self.emitter.input("input", input);
    }

    pub(super) fn local(&mut self) -> Local {
        self.emitter.code.local(ValType::I32)
    }

    /// An expression as a handle.
    pub(super) fn value(&mut self, planned: &'a Planned) {
        self.emitter.at(&planned.places);
        self.emitter.value(&planned.node);
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
    fn keep(&mut self, name: Option<&String>) {
        let local = self.local();
        self.emitter.code.set(local);
        if let Some(name) = name {
            self.emitter.input(name, local);
        }
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
        self.guarded(step.otherwise.as_ref(), |writer| writer.action(step));
        self.emitter.code.set(result);
        self.emitter.code.end();
        if let Some(name) = &step.name {
            self.emitter.input(name, result);
        }
    }

    /// Emits something that gives a value, or what stands in where it fails.
    pub(super) fn guarded(&mut self, otherwise: Option<&'a Planned>, emit: impl FnOnce(&mut Self)) {
        let Some(otherwise) = otherwise else { return emit(self) };
        let join = self.emitter.code.block(Some(ValType::I32));
        let failed = self.emitter.code.block(None);
        let outer = std::mem::replace(&mut self.emitter.fault, failed);
        emit(self);
        self.emitter.fault = outer;
        self.emitter.code.br(join).end();
        self.emitter.code.call("rt_take").op(Instruction::Drop);
        self.value(otherwise);
        self.emitter.code.end();
    }

    fn action(&mut self, step: &'a PlannedStep) {
        match &step.action {
            Action::Send(request) => {
                self.request(request);
                self.emitter.code.call(request.single());
                self.checked();
            }
            Action::Each(list, request) => self.each(list, request),
            Action::Get(key) => {
                self.value(key);
                self.emitter.code.call("rt_kv_get");
                self.checked();
            }
            Action::Put(key, value) => {
                self.value(key);
                self.value(value);
                self.emitter.code.call("rt_kv_put");
                self.checked();
            }
            Action::Log(text, level) => {
                self.value(text);
                self.emitter.code.i32(*level).call("rt_log");
                self.checked();
            }
            Action::Progress(text, fraction) => {
                match fraction {
                    Some(fraction) => self.value(fraction),
                    None => {
                        self.emitter.code.call("rt_null");
                    }
                }
                self.value(text);
                self.emitter.code.call("rt_progress");
                self.checked();
            }
            Action::Config(key) => {
                self.value(key);
                self.emitter.code.call("rt_config");
                self.checked();
            }
            Action::Now => {
                self.emitter.code.call("rt_now");
                self.checked();
            }
            Action::Random => {
                self.emitter.code.call("rt_random");
                self.checked();
            }
            Action::Set(value) => self.value(value),
            Action::Return(value) => {
                self.value(value);
                self.emitter.code.op(Instruction::Return);
            }
            // Handled before: it gives many values, not one.
            Action::Parallel(_) => {
                self.emitter.code.call("rt_null");
            }
        }
    }
}
