//! Many requests at once: for each item of a list, or side by side.
//!
//! A request that could not be put together stands in the list of requests as its fault, and so does
//! one that failed in the list of answers; what stands in for it is decided answer by answer.
//!
//! *Never:* a list is longer than its step says, or a fault passes for an answer.

use super::{Writer, cause};
use crate::cel::{Node, Span};
use crate::recipe::plan::{Action, PlannedStep, Request};
use crate::wasm::Local;
use wasm_encoder::Instruction;

/// The kind of a fault that stands in a list, as the runtime numbers it.
const FAULT: u32 = 16;

impl<'a> Writer<'a> {
    /// Sends one request for each item of a list; gives the list of answers.
    pub(super) fn each(
        &mut self,
        step: &'a PlannedStep,
        list: &'a Node,
        max: u32,
        request: &'a Request,
    ) {
        let (items, item) = (self.local(), self.local());
        self.value(list);
        self.emitter.code.call("rt_range");
        self.checked(list.span);
        self.emitter.code.set(items);
        self.bounded(items, max, list.span);
        self.emitter.input("item", item);
        let requests = self.list(0);
        self.for_each(items, item, |writer| {
            writer.emitter.code.get(requests);
            writer.held(|writer| writer.request(request, step.at));
            writer.emitter.code.call("rt_push");
        });
        let (answers, answer) = (self.local(), self.local());
        self.emitter.code.get(requests).call(request.many());
        self.checked(step.at);
        self.emitter.code.set(answers);
        let results = self.list(0);
        let at = self.local();
        self.emitter.code.i32(0).set(at);
        self.for_each(items, item, |writer| {
            writer.emitter.code.get(answers).get(at).call("rt_second").set(answer);
            writer.emitter.code.get(at).i32(1).op(Instruction::I32Add).set(at).get(results);
            writer.guarded(step.otherwise.as_ref(), |writer| {
                writer.unless_fault(answer, step.at);
                writer.emitter.code.get(answer);
            });
            writer.emitter.code.call("rt_push");
        });
        self.emitter.code.get(results);
    }

    /// Leaves with a fault where a list is too long.
    fn bounded(&mut self, items: Local, max: u32, at: Span) {
        let message =
            format!("`each` takes {max} items at most, and this list has more; `max` says so");
        let about = self.emitter.data.text(&message);
        self.emitter.code.get(items).load32(4).i32(max).op(Instruction::I32GtU).when(None);
        self.emitter.fail(cause::FAILED, about, at);
        self.emitter.code.end();
    }

    /// A loop over a list; each item in turn is put into a local.
    fn for_each(&mut self, items: Local, item: Local, body: impl FnOnce(&mut Self)) {
        let at = self.local();
        let code = &mut self.emitter.code;
        code.i32(0).set(at);
        let done = code.block(None);
        let top = code.repeat();
        code.get(at).get(items).load32(4).op(Instruction::I32GeU).br_if(done);
        code.get(items).get(at).call("rt_second").set(item);
        body(self);
        let code = &mut self.emitter.code;
        code.get(at).i32(1).op(Instruction::I32Add).set(at).br(top);
        code.end().end();
    }

    /// Emits something that gives a value; a fault is taken, and is the value.
    fn held(&mut self, emit: impl FnOnce(&mut Self)) {
        self.instead(emit, |writer| {
            writer.emitter.code.call("rt_take");
        });
    }

    fn unless_fault(&mut self, value: Local, at: Span) {
        let (fault, place) = (self.emitter.fault, self.emitter.place(at));
        let code = &mut self.emitter.code;
        code.get(value).load32(0).i32(FAULT).op(Instruction::I32Eq).when(None);
        code.get(value).call("rt_again").i32(place).call("rt_at").br(fault).end();
    }

    /// Locals for the results of steps, null until they have one.
    pub(super) fn named_nulls(&mut self, steps: &'a [PlannedStep]) -> Vec<Local> {
        let mut locals = Vec::new();
        for step in steps {
            let local = self.local();
            self.emitter.code.call("rt_null").set(local);
            locals.push(local);
            if let Some(name) = &step.name {
                self.emitter.input(name, local);
            }
        }
        locals
    }

    /// Steps that go out side by side: fetches in one batch, calls in another.
    pub(super) fn parallel(&mut self, steps: &'a [PlannedStep], results: &[Local]) {
        for batch in ["rt_fetch_all", "rt_call_all"] {
            let mine = |step: &&PlannedStep| match &step.action {
                Action::Send(request) => request.many() == batch,
                _ => false,
            };
            if !steps.iter().any(|step| mine(&step)) {
                continue;
            }
            let requests = self.list(0);
            let mut taken = Vec::new();
            for (step, result) in steps.iter().zip(results).filter(|(step, _)| mine(step)) {
                let Action::Send(request) = &step.action else { continue };
                let number = self.local();
                self.emitter.code.op(Instruction::I32Const(-1)).set(number);
                let skip = self.emitter.code.block(None);
                self.unless(step.when.as_ref(), skip);
                self.emitter.code.get(requests).load32(4).set(number).get(requests);
                self.held(|writer| writer.request(request, step.at));
                self.emitter.code.call("rt_push").end();
                taken.push((step, *result, number));
            }
            let answers = self.local();
            self.emitter.code.get(requests).call(batch);
            self.checked(taken.first().map_or(Span::default(), |(step, ..)| step.at));
            self.emitter.code.set(answers);
            for (step, result, number) in taken {
                self.answer(step, answers, number, result);
            }
        }
    }

    fn answer(&mut self, step: &'a PlannedStep, answers: Local, number: Local, result: Local) {
        let skip = self.emitter.code.block(None);
        self.emitter.code.get(number).i32(0).op(Instruction::I32LtS).br_if(skip);
        self.guarded(step.otherwise.as_ref(), |writer| {
            let answer = writer.local();
            writer.emitter.code.get(answers).get(number).call("rt_second").set(answer);
            writer.unless_fault(answer, step.at);
            writer.emitter.code.get(answer);
        });
        self.emitter.code.set(result).end();
    }
}
