//! A plan to the function that does it.
//!
//! *Never:* a step runs before the one above it has ended, unless both stand in one `parallel`.

mod each;
mod request;
mod rules;

use super::plan::{Action, Plan, PlannedStep};
use super::schema;
use super::whole::looks_at_wholes;
use crate::bound::{Poly, Size, Var};
use crate::cel::{Node, Span, Type};
use crate::component::{Read, input_size, operation_code};
use crate::emit::{Emitter, Given};
use crate::place::Places;
use crate::shape::Shape;
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

/// The function of a recipe's operation, input in, result out; what is read of the input; and how large
/// the result can be, and what it is.
pub(super) fn function(
    plan: &Plan,
    places: &Places,
    data: &mut Data,
) -> (Code, Read, (Size, Given)) {
    let wholes = looks_at_wholes(plan);
    let others = if wholes { Shape::any(data) } else { Shape::NOTHING };
    let shape = schema::shape(&plan.input, others, data, 0);
    let ty = schema::type_of(&plan.input, 0);
    let is_plain = Shape::is_plain(&ty) && !wholes;
    let read = Read { shape, is_plain, fields: fields(&ty) };
    let mut emitter = Emitter::new(operation_code(), data, places);
    let input = emitter.code.param(0);
    emitter.input("input", input, input_size(&ty));
    let answer = emitter.code.block(Some(ValType::I32));
    let mut writer = Writer { emitter, answer, result: Size::scalar() };
    writer.rules(&plan.input_rules, cause::BAD_INPUT, "");
    // From here on, the rules hold.
    writer.emitter.bounded(schema::greatest("input", &plan.input));
    for (name, value) in &plan.bindings {
        let size = writer.value(value);
        writer.keep(name, size);
    }
    for step in &plan.steps {
        writer.step(step);
    }
    let is_value = |step: &PlannedStep| matches!(step.action, Action::Return(_));
    let (size, given) = if plan.output_rules.is_empty() && !plan.steps.iter().any(is_value) {
        writer.emitter.result(&plan.result)
    } else {
        (writer.value(&plan.result), Given::Value)
    };
    let size = writer.result.max(&size);
    writer.emitter.code.end();
    if !plan.output_rules.is_empty() {
        writer.keep("output", size.clone());
        writer.rules(&plan.output_rules, cause::FAILED, "the result does not fit `output`: ");
        writer.loaded("output");
    }
    (writer.emitter.finish(), read, (size, given))
}

pub(super) struct Writer<'a> {
    pub(super) emitter: Emitter<'a>,
    /// Where a result goes.
    answer: Label,
    /// How large the results are that went there early.
    result: Size,
}

impl<'a> Writer<'a> {
    /// What the host answers: no more than all of its answers together.
    fn answers() -> Size {
        Size::of(Poly::of(Var::Answers), &Type::Dyn)
    }

    fn local(&mut self) -> Local {
        self.emitter.code.local(ValType::I32)
    }

    /// An expression as a handle.
    fn value(&mut self, node: &'a Node) -> Size {
        self.emitter.value(node)
    }

    fn null(&mut self) -> Size {
        self.emitter.code.call("rt_null");
        Size::scalar()
    }

    /// Behind a call of the runtime: goes on with its value, or leaves.
    fn checked(&mut self, at: Span) {
        self.emitter.checked(at);
    }

    /// Calls a function of the runtime that may fail, with arguments of these sizes.
    fn call(&mut self, symbol: &'static str, args: &[&Size], at: Span) -> Size {
        let size = self.emitter.run(symbol, args);
        self.checked(at);
        size
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
        let size = if let Action::Each(list, max, request) = &step.action {
            self.each(step, list, *max, request)
        } else {
            self.guarded(step.otherwise.as_ref(), |writer| writer.action(step))
        };
        self.emitter.code.set(result).end();
        self.named(step, result, &size);
    }

    /// Makes what a step gave known by its name; where it was passed over, that is null.
    fn named(&mut self, step: &PlannedStep, result: Local, size: &Size) {
        if let Some(name) = &step.name {
            self.emitter.input(name, result, size.max(&Size::scalar()));
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
    fn guarded(
        &mut self,
        otherwise: Option<&'a Node>,
        emit: impl FnOnce(&mut Self) -> Size,
    ) -> Size {
        let Some(otherwise) = otherwise else { return emit(self) };
        self.instead(emit, |writer| writer.stand_in(otherwise))
    }

    /// What stands in for a value: its fault is taken.
    fn stand_in(&mut self, otherwise: &'a Node) -> Size {
        self.emitter.code.call("rt_take").op(Instruction::Drop);
        self.value(otherwise)
    }

    /// Emits something that gives a value, and what is to be done where it fails, which gives one
    /// too.
    fn instead(
        &mut self,
        emit: impl FnOnce(&mut Self) -> Size,
        failed: impl FnOnce(&mut Self) -> Size,
    ) -> Size {
        let join = self.emitter.code.block(Some(ValType::I32));
        let label = self.emitter.code.block(None);
        let outer = std::mem::replace(&mut self.emitter.fault, label);
        let size = emit(self);
        self.emitter.fault = outer;
        self.emitter.code.br(join).end();
        let instead = failed(self);
        self.emitter.code.end();
        size.max(&instead)
    }

    fn action(&mut self, step: &'a PlannedStep) -> Size {
        let (answers, at) = (Self::answers(), step.at);
        match &step.action {
            Action::Send(request) => {
                let size = self.request(request, at);
                self.sending(request, &size, &Poly::constant(1.0));
                self.call(request.single(), &[&size, &answers], at)
            }
            Action::Get(key) => {
                let key = self.value(key);
                self.call("rt_kv_get", &[&key, &answers], at)
            }
            Action::Put(key, value) => {
                let key = self.value(key);
                let value = self.value(value);
                self.emitter.also_writing(&value, &Poly::constant(1.0));
                self.call("rt_kv_put", &[&key, &value], at);
                value
            }
            Action::Log(text, level) => {
                let text = self.value(text);
                self.emitter.also_writing(&text, &Poly::constant(1.0));
                self.emitter.code.i32(*level);
                self.call("rt_log", &[&text, &answers], at)
            }
            Action::Progress(text, fraction) => {
                match fraction {
                    Some(fraction) => self.value(fraction),
                    None => self.null(),
                };
                let text = self.value(text);
                self.call("rt_progress", &[&text, &answers], at)
            }
            Action::Config(key) => {
                let key = self.value(key);
                self.call("rt_config", &[&key, &answers], at)
            }
            Action::Now => self.call("rt_now", &[&Size::scalar(), &answers], at),
            Action::Random => self.call("rt_random", &[&Size::scalar(), &answers], at),
            Action::Set(value) => self.value(value),
            Action::Return(value) => {
                let size = self.value(value);
                self.emitter.code.br(self.answer).op(Instruction::Unreachable);
                self.result = self.result.max(&size);
                size
            }
            // Handled before: these give many values, not one.
            Action::Parallel(_) | Action::Each(..) => self.null(),
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
