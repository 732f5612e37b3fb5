//! A plan to the function that does it.
//!
//! *Never:* a step runs before the one above it has ended, unless both stand in one `parallel`.

mod each;
mod request;
mod rules;

use super::plan::{Action, Plan, PlannedStep};
use super::schema;
use crate::cel::{Node, Span};
use crate::component::operation_code;
use crate::emit::Emitter;
use crate::place::Places;
use crate::wasm::{Code, Data, Label, Local};
use wasm_encoder::{Instruction, ValType};

/// Causes of faults, as the runtime numbers them.
mod cause {
    /// Another argument would do.
    pub(super) const BAD_ARGUMENT: u32 = 10;
    /// Another input would do.
    pub(super) const BAD_INPUT: u32 = 18;
    /// Anything else, in its own words.
    pub(super) const FAILED: u32 = 24;
}

/// The function of a recipe's operation: input in, result out.
pub(super) fn function(plan: &Plan, places: &Places, data: &mut Data) -> Code {
    let shape = schema::shape(&plan.input, data, 0);
    let mut emitter = Emitter::new(operation_code(), data, places);
    let answer = emitter.code.block(Some(ValType::I32));
    let mut writer = Writer { emitter, answer };
    writer.input(shape);
    writer.rules(&plan.input_rules, cause::BAD_INPUT, "");
    for (name, value) in &plan.bindings {
        writer.value(value);
        writer.keep(name);
    }
    for step in &plan.steps {
        writer.step(step);
    }
    writer.value(&plan.result);
    writer.emitter.code.end();
    if !plan.output_rules.is_empty() {
        writer.keep("output");
        writer.rules(&plan.output_rules, cause::FAILED, "the result does not fit `output`: ");
        writer.loaded("output");
    }
    writer.emitter.finish()
}

pub(super) struct Writer<'a> {
    pub(super) emitter: Emitter<'a>,
    /// Where a result goes.
    answer: Label,
}

impl<'a> Writer<'a> {
    fn input(&mut self, shape: u32) {
        let code = &mut self.emitter.code;
        let input = code.param(0);
        code.get(input).i32(shape).call("rt_shape").set(input);
        code.get(input).op(Instruction::I32Eqz).br_if(self.emitter.fault);
        self.emitter.input("input", input);
    }

    fn local(&mut self) -> Local {
        self.emitter.code.local(ValType::I32)
    }

    /// An expression as a handle.
    fn value(&mut self, node: &'a Node) {
        self.emitter.value(node);
    }

    /// Behind a call of the runtime: goes on with its value, or leaves.
    fn checked(&mut self, at: Span) {
        self.emitter.checked(at);
    }

    /// Puts what is on the stack where its name finds it.
    fn keep(&mut self, name: &str) {
        let local = self.local();
        self.emitter.code.set(local);
        self.emitter.input(name, local);
    }

    fn step(&mut self, step: &'a PlannedStep) {
        let result = self.local();
        self.emitter.code.call("rt_null").set(result);
        if let Action::Parallel(steps) = &step.action {
            // Their names are known behind the block too, as null where it was passed over.
            let locals = self.named_nulls(steps);
            let skip = self.emitter.code.block(None);
            self.unless(step.when.as_ref(), skip);
            self.parallel(steps, &locals);
            self.emitter.code.end();
            return;
        }
        let done = self.emitter.code.block(None);
        self.unless(step.when.as_ref(), done);
        if let Action::Each(list, max, request) = &step.action {
            self.each(step, list, *max, request);
        } else {
            self.guarded(step.otherwise.as_ref(), |writer| writer.action(step));
        }
        self.emitter.code.set(result).end();
        if let Some(name) = &step.name {
            self.emitter.input(name, result);
        }
    }

    /// Goes to a label unless a condition holds.
    fn unless(&mut self, condition: Option<&'a Node>, label: Label) {
        if let Some(condition) = condition {
            self.emitter.truth(condition);
            self.emitter.code.op(Instruction::I32Eqz).br_if(label);
        }
    }

    /// Emits something that gives a value, or what stands in where it fails.
    fn guarded(&mut self, otherwise: Option<&'a Node>, emit: impl FnOnce(&mut Self)) {
        let Some(otherwise) = otherwise else { return emit(self) };
        self.instead(emit, |writer| {
            writer.emitter.code.call("rt_take").op(Instruction::Drop);
            writer.value(otherwise);
        });
    }

    /// Emits something that gives a value, and what is to be done where it fails, which gives one too.
    fn instead(&mut self, emit: impl FnOnce(&mut Self), failed: impl FnOnce(&mut Self)) {
        let join = self.emitter.code.block(Some(ValType::I32));
        let label = self.emitter.code.block(None);
        let outer = std::mem::replace(&mut self.emitter.fault, label);
        emit(self);
        self.emitter.fault = outer;
        self.emitter.code.br(join).end();
        failed(self);
        self.emitter.code.end();
    }

    fn action(&mut self, step: &'a PlannedStep) {
        let at = step.at;
        let done = |writer: &mut Self, symbol| {
            writer.emitter.code.call(symbol);
            writer.checked(at);
        };
        match &step.action {
            Action::Send(request) => {
                self.request(request, at);
                done(self, request.single());
            }
            Action::Get(key) => {
                self.value(key);
                done(self, "rt_kv_get");
            }
            Action::Put(key, value) => {
                self.value(key);
                self.value(value);
                done(self, "rt_kv_put");
            }
            Action::Log(text, level) => {
                self.value(text);
                self.emitter.code.i32(*level);
                done(self, "rt_log");
            }
            Action::Progress(text, fraction) => {
                match fraction {
                    Some(fraction) => self.value(fraction),
                    None => {
                        self.emitter.code.call("rt_null");
                    }
                }
                self.value(text);
                done(self, "rt_progress");
            }
            Action::Config(key) => {
                self.value(key);
                done(self, "rt_config");
            }
            Action::Now => done(self, "rt_now"),
            Action::Random => done(self, "rt_random"),
            Action::Set(value) => self.value(value),
            Action::Return(value) => {
                self.value(value);
                self.emitter.code.br(self.answer).op(Instruction::Unreachable);
            }
            // Handled before: these give many values, not one.
            Action::Parallel(_) | Action::Each(..) => {
                self.emitter.code.call("rt_null");
            }
        }
    }
}
