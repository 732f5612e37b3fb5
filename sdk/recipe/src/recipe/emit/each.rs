//! Many requests at once: for each item of a list, or side by side.
//!
//! A request that could not be put together stands in the list of requests as its fault, and so does
//! one that failed in the list of answers; what stands in for it is decided answer by answer.
//!
//! *Never:* a list is longer than its step says, or a fault passes for an answer.

use super::{Writer, cause};
use crate::bound::{Poly, Size};
use crate::cel::{Node, Span, Type};
use crate::recipe::plan::{Action, PlannedStep, Request};
use crate::wasm::Local;
use wasm_encoder::Instruction;

/// The kind of a fault that stands in a list, as the runtime numbers it.
const FAULT: u32 = 16;

/// What a loop runs over.
struct Over {
    items: Local,
    size: Size,
    /// The type of each item.
    ty: Type,
}

fn item_type(list: &Node) -> Type {
    match &list.ty {
        Type::List(item) => Type::clone(item),
        _ => Type::Dyn,
    }
}

impl<'a> Writer<'a> {
    /// Sends one request for each item of a list; gives the list of answers.
    pub(super) fn each(
        &mut self,
        step: &'a PlannedStep,
        list: &'a Node,
        max: u32,
        request: &'a Request,
    ) -> Size {
        let items = self.local();
        let range = self.value(list);
        let range = self.call("rt_range", &[&range], list.span);
        self.emitter.code.set(items);
        self.bounded(items, max, list.span);
        // No longer than the step says, from here on.
        let len = range.len.min(&Poly::constant(f64::from(max)));
        let over = Over { items, size: Size { len, ..range }, ty: item_type(list) };
        let requests = self.list(0);
        let all = self.for_each(&over, |writer| {
            writer.emitter.code.get(requests);
            let one = writer.held(|writer| writer.request(request, step.at));
            writer.emitter.code.call("rt_push");
            one
        });
        self.emitter.code.get(requests);
        self.sending(request, &all, &all.len);
        let size = self.call(request.many(), &[&all, &Self::answers()], step.at);
        self.results(step, &over, &size)
    }

    /// The list of what answers are, or of what stands in for them.
    fn results(&mut self, step: &'a PlannedStep, over: &Over, size: &Size) -> Size {
        let (answers, answer, at) = (self.local(), self.local(), self.local());
        self.emitter.code.set(answers);
        let results = self.list(0);
        self.emitter.code.i32(0).set(at);
        let instead = self.for_each(over, |writer| {
            writer.emitter.code.get(answers).get(at).call("rt_second").set(answer);
            writer.emitter.code.get(at).i32(1).op(Instruction::I32Add).set(at).get(results);
            let mut instead = Size::scalar();
            let emit = |writer: &mut Self| {
                writer.unless_fault(answer, step.at);
                writer.emitter.code.get(answer);
                Size::scalar()
            };
            match &step.otherwise {
                None => emit(writer),
                Some(otherwise) => writer.instead(emit, |writer| {
                    instead = writer.stand_in(otherwise);
                    instead.clone()
                }),
            };
            writer.emitter.code.call("rt_push");
            instead
        });
        self.emitter.code.get(results);
        // All that was answered and all that may stand in for it: no more is in the list.
        Size {
            weight: size.weight.plus(&instead.weight),
            value: None,
            ink: size.ink.max(instead.ink),
            ..instead
        }
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

    /// A loop over a list; each item in turn is `item`. Tells how large a list of what the rounds
    /// give is.
    fn for_each(&mut self, over: &Over, body: impl FnOnce(&mut Self) -> Size) -> Size {
        let (at, item) = (self.local(), self.local());
        let rounds = self.emitter.rounds(&over.size);
        self.emitter.input("item", item, Size::of(Poly::of(rounds.item), &over.ty));
        let code = &mut self.emitter.code;
        code.i32(0).set(at);
        let done = code.block(None);
        let top = code.repeat(rounds.clone());
        code.get(at).get(over.items).load32(4).op(Instruction::I32GeU).br_if(done);
        code.get(over.items).get(at).call("rt_second").set(item);
        let one = body(self);
        let code = &mut self.emitter.code;
        code.get(at).i32(1).op(Instruction::I32Add).set(at).br(top);
        code.end().end();
        let weight = one.weight.plus_fixed(1.0);
        let weight = weight.over_rounds(rounds.item, &rounds.count, &rounds.total).plus_fixed(1.0);
        Size { weight, len: rounds.count, value: None, ink: one.ink }
    }

    /// Emits something that gives a value; a fault is taken, and is the value.
    fn held(&mut self, emit: impl FnOnce(&mut Self) -> Size) -> Size {
        self.instead(emit, |writer| {
            writer.emitter.code.call("rt_take");
            Size::scalar()
        })
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
            self.named(step, local, &Size::scalar());
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
            let (mut taken, mut all) = (Vec::new(), Size::empty());
            for (step, result) in steps.iter().zip(results).filter(|(step, _)| mine(step)) {
                let Action::Send(request) = &step.action else { continue };
                let number = self.local();
                self.emitter.code.op(Instruction::I32Const(-1)).set(number);
                let skip = self.emitter.code.block(None);
                self.unless(step.when.as_ref(), skip);
                self.emitter.code.get(requests).load32(4).set(number).get(requests);
                let size = self.held(|writer| writer.request(request, step.at));
                self.emitter.code.call("rt_push").end();
                self.sending(request, &size, &Poly::constant(1.0));
                all.put(&size);
                taken.push((step, *result, number));
            }
            let answers = self.local();
            self.emitter.code.get(requests);
            let at = taken.first().map_or(Span::default(), |(step, ..)| step.at);
            let size = self.call(batch, &[&all, &Self::answers()], at);
            self.emitter.code.set(answers);
            for (step, result, number) in taken {
                let size = self.answer(step, answers, number, result, &size);
                self.named(step, result, &size);
            }
        }
    }

    fn answer(
        &mut self,
        step: &'a PlannedStep,
        answers: Local,
        number: Local,
        result: Local,
        size: &Size,
    ) -> Size {
        let skip = self.emitter.code.block(None);
        self.emitter.code.get(number).i32(0).op(Instruction::I32LtS).br_if(skip);
        let size = self.guarded(step.otherwise.as_ref(), |writer| {
            let answer = writer.local();
            writer.emitter.code.get(answers).get(number).call("rt_second").set(answer);
            writer.unless_fault(answer, step.at);
            writer.emitter.code.get(answer);
            size.clone()
        });
        self.emitter.code.set(result).end();
        size
    }
}
