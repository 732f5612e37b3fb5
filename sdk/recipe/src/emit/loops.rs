//! Macros that loop, each as the loop that it means.
//!
//! *Never:* a loop that runs longer than its list, which does not grow while it runs.

use super::{Emitter, Form, Variable, count};
use crate::cel::{Loop, LoopNode, Span, Type};
use crate::wasm::{Label, Local, kind};
use wasm_encoder::{Instruction, ValType};

/// What stays the same through a loop.
struct Around {
    range: Local,
    at: Local,
    done: Label,
    top: Label,
}

impl Emitter<'_> {
    pub(super) fn looped(&mut self, node: &LoopNode, span: Span) -> Form {
        let range = self.code.local(ValType::I32);
        let is_list = matches!(node.range.ty, Type::List(_));
        self.value(&node.range);
        if is_list {
            self.expect(kind::LIST, node.range.span);
        } else {
            let single = node.slots.len() == 1;
            self.code.call(if single { "rt_range" } else { "rt_rounds" });
            self.checked(node.range.span);
        }
        self.code.set(range);
        let rounds = self.code.local(ValType::I32);
        self.code.get(range).load32(4).set(rounds);
        let form = match node.kind {
            Loop::All | Loop::Exists => self.quantifier(node, range, rounds),
            Loop::ExistsOne => self.exists_one(node, range, rounds),
            Loop::Map | Loop::Filter => self.collected(node, range, rounds),
            Loop::SortBy => {
                self.collected(node, range, rounds);
                let keys = self.code.local(ValType::I32);
                self.code.set(keys).get(range).get(keys).call("rt_sort_by");
                self.code.free(keys);
                self.checked(span);
                Form::Value
            }
            Loop::MapValues | Loop::MapEntries => {
                self.collected(node, range, rounds);
                self.code.call("rt_map");
                self.checked(span);
                Form::Value
            }
        };
        self.code.free(range);
        self.code.free(rounds);
        form
    }

    fn begin(&mut self, range: Local, rounds: Local) -> Around {
        let at = self.code.local(ValType::I32);
        self.code.i32(0).set(at);
        let done = self.code.block(None);
        let top = self.code.repeat();
        self.code.get(at).get(rounds).op(Instruction::I32GeU).br_if(done);
        Around { range, at, done, top }
    }

    fn next(&mut self, around: &Around) {
        self.code.get(around.at).i32(1).op(Instruction::I32Add).set(around.at).br(around.top);
        self.code.end().end();
        self.code.free(around.at);
    }

    /// Puts this round's element into the loop's variables.
    fn load(&mut self, node: &LoopNode, around: &Around) {
        let is_list = matches!(node.range.ty, Type::List(_));
        for (order, slot) in node.slots.iter().enumerate() {
            let position = node.slots.len() == 2 && order == 0;
            if position && is_list {
                let local = self.code.local(ValType::I64);
                self.code.get(around.at).op(Instruction::I64ExtendI32U).set(local);
                self.variables.insert(*slot, Variable { local, form: Form::Int, fault: None });
                continue;
            }
            let local = self.code.local(ValType::I32);
            if is_list || node.slots.len() == 1 {
                self.code.get(around.range).load32(8);
                self.code.get(around.at).i32(2).op(Instruction::I32Shl).op(Instruction::I32Add);
                self.code.load32(0);
            } else {
                let symbol = if position { "rt_first" } else { "rt_second" };
                self.code.get(around.range).get(around.at).call(symbol);
            }
            self.code.set(local);
            self.variables.insert(*slot, Variable { local, form: Form::Value, fault: None });
        }
    }

    fn unload(&mut self, node: &LoopNode) {
        for slot in &node.slots {
            if let Some(variable) = self.variables.remove(slot) {
                self.code.free(variable.local);
            }
        }
    }

    /// `all` and `exists`: one that decides ends the loop, and makes up for faults before it.
    fn quantifier(&mut self, node: &LoopNode, range: Local, rounds: Local) -> Form {
        let all = node.kind == Loop::All;
        let (result, fault) = (self.code.local(ValType::I32), self.code.local(ValType::I32));
        self.code.i32(u32::from(all)).set(result).i32(0).set(fault);
        let around = self.begin(range, rounds);
        let next = self.code.block(None);
        let failed = self.code.block(None);
        self.held(failed, |emitter| {
            emitter.load(node, &around);
            emitter.in_form(&node.step, Form::Bool);
        });
        if !all {
            self.code.op(Instruction::I32Eqz);
        }
        self.code.br_if(next);
        self.code.i32(u32::from(!all)).set(result).i32(0).set(fault).br(around.done).end();
        let taken = self.code.local(ValType::I32);
        self.code.call("rt_take").set(taken);
        self.code.get(fault).get(taken).get(fault).op(Instruction::Select).set(fault).end();
        self.code.free(taken);
        self.unload(node);
        self.next(&around);
        self.code.get(fault).when(None);
        self.raise_again(fault);
        self.code.end().get(result);
        self.code.free(result);
        self.code.free(fault);
        Form::Bool
    }

    fn exists_one(&mut self, node: &LoopNode, range: Local, rounds: Local) -> Form {
        let found = self.code.local(ValType::I32);
        self.code.i32(0).set(found);
        let around = self.begin(range, rounds);
        self.load(node, &around);
        self.in_form(&node.step, Form::Bool);
        self.code.get(found).op(Instruction::I32Add).set(found);
        self.unload(node);
        self.next(&around);
        self.code.get(found).i32(1).op(Instruction::I32Eq);
        self.code.free(found);
        Form::Bool
    }

    /// Lists, and the keys and values in turn that become a map.
    fn collected(&mut self, node: &LoopNode, range: Local, rounds: Local) -> Form {
        let list = self.code.local(ValType::I32);
        match node.kind {
            // Few pass a filter, and room is taken as they come.
            Loop::Filter => self.code.i32(count(0)),
            Loop::MapValues | Loop::MapEntries => {
                self.code.get(rounds).i32(1).op(Instruction::I32Shl)
            }
            _ => self.code.get(rounds),
        };
        self.code.call("rt_list").set(list);
        let around = self.begin(range, rounds);
        self.load(node, &around);
        let skip = self.code.block(None);
        if let Some(filter) = &node.filter {
            self.in_form(filter, Form::Bool);
            self.code.op(Instruction::I32Eqz).br_if(skip);
        }
        self.collect(node, list, skip);
        self.code.end();
        self.unload(node);
        self.next(&around);
        self.code.get(list);
        self.code.free(list);
        Form::Value
    }

    fn collect(&mut self, node: &LoopNode, list: Local, skip: Label) {
        let variable = |emitter: &mut Self, at: usize| {
            if let Some(slot) = node.slots.get(at) {
                let form = emitter.load_variable(*slot);
                emitter.boxed(form);
            }
        };
        match node.kind {
            Loop::Filter => {
                self.in_form(&node.step, Form::Bool);
                self.code.op(Instruction::I32Eqz).br_if(skip).get(list);
                variable(self, 0);
                self.code.call("rt_push");
            }
            Loop::MapValues => {
                self.code.get(list);
                variable(self, 0);
                self.code.call("rt_push").get(list);
                self.value(&node.step);
                self.code.call("rt_push");
            }
            Loop::MapEntries => {
                self.code.get(list);
                self.value(&node.step);
                self.code.call("rt_pairs_of");
                self.checked(node.step.span);
                self.code.op(Instruction::Drop);
            }
            _ => {
                self.code.get(list);
                self.value(&node.step);
                self.code.call("rt_push");
            }
        }
    }
}
