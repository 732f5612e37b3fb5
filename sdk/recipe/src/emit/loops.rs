//! Macros that loop, each as the loop that it means.
//!
//! *Never:* a loop that runs longer than its list, which does not grow while it runs.

use super::{Emitter, Form, Variable, count};
use crate::bound::{Poly, Size};
use crate::cel::{Loop, LoopNode, Span, Type};
use crate::wasm::{Label, Local, Rounds, kind};
use wasm_encoder::{Instruction, ValType};

/// What stays the same through a loop.
struct Around {
    range: Local,
    at: Local,
    done: Label,
    top: Label,
    rounds: Rounds,
}

impl Around {
    /// A list with something of at most this weight for each round.
    fn collected(&self, item: &Poly) -> Size {
        let Rounds { item: var, count, total } = &self.rounds;
        let weight = item.plus_fixed(1.0).over_rounds(*var, count, total).plus_fixed(1.0);
        Size { weight, len: count.clone(), ..Size::default() }
    }
}

/// What a loop runs over, in locals, and how large it is.
struct Range {
    list: Local,
    rounds: Local,
    size: Size,
}

impl Emitter<'_> {
    pub(super) fn looped(&mut self, node: &LoopNode, span: Span) -> (Form, Size) {
        let list = self.code.local(ValType::I32);
        let is_list = matches!(node.range.ty, Type::List(_)) || node.kind == Loop::SortBy;
        let mut size = self.value(&node.range);
        if is_list {
            self.expect(kind::LIST, node.range.span);
        } else {
            let single = node.slots.len() == 1;
            size = self.run(if single { "rt_range" } else { "rt_rounds" }, &[&size]);
            self.checked(node.range.span);
        }
        self.code.set(list);
        let rounds = self.code.local(ValType::I32);
        self.code.get(list).load32(4).set(rounds);
        let range = Range { list, rounds, size };
        let given = match node.kind {
            Loop::All | Loop::Exists => self.quantifier(node, &range),
            Loop::ExistsOne => self.exists_one(node, &range),
            Loop::Map | Loop::Filter => (Form::Value, self.collected(node, &range)),
            Loop::SortBy => {
                let collected = self.collected(node, &range);
                let keys = self.code.local(ValType::I32);
                self.code.set(keys).get(list).get(keys);
                let sorted = self.run("rt_sort_by", &[&range.size, &collected]);
                self.code.free(keys);
                self.checked(span);
                (Form::Value, sorted)
            }
            Loop::MapValues | Loop::MapEntries => {
                let entries = self.collected(node, &range);
                self.run("rt_map", &[&entries]);
                self.checked(span);
                (Form::Value, entries)
            }
        };
        self.code.free(list);
        self.code.free(rounds);
        given
    }

    fn begin(&mut self, range: &Range) -> Around {
        let at = self.code.local(ValType::I32);
        self.code.i32(0).set(at);
        let done = self.code.block(None);
        let rounds = self.rounds(&range.size);
        let top = self.code.repeat(rounds.clone());
        self.code.get(at).get(range.rounds).op(Instruction::I32GeU).br_if(done);
        Around { range: range.list, at, done, top, rounds }
    }

    fn next(&mut self, around: &Around) {
        self.code.get(around.at).i32(1).op(Instruction::I32Add).set(around.at).br(around.top);
        self.code.end().end();
        self.code.free(around.at);
    }

    /// Puts this round's element into the loop's variables.
    fn load(&mut self, node: &LoopNode, around: &Around) {
        let (key, item) = item_types(&node.range.ty);
        let is_list = matches!(node.range.ty, Type::List(_)) || node.kind == Loop::SortBy;
        for (order, slot) in node.slots.iter().enumerate() {
            let position = node.slots.len() == 2 && order == 0;
            if position && is_list {
                let local = self.code.local(ValType::I64);
                self.code.get(around.at).op(Instruction::I64ExtendI32U).set(local);
                let size = Size::number(self.settled(&around.rounds.count));
                self.know(*slot, Variable { local, form: Form::Int, fault: None }, size);
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
            let keys = !is_list && (position || node.slots.len() == 1);
            let ty = if keys { &key } else { &item };
            let size = Size::of(Poly::of(around.rounds.item), ty);
            self.know(*slot, Variable { local, form: Form::Value, fault: None }, size);
        }
    }

    fn unload(&mut self, node: &LoopNode) {
        for slot in &node.slots {
            if let Some(known) = self.variables.remove(slot) {
                self.code.free(known.variable.local);
            }
        }
    }

    /// `all` and `exists`: one that decides ends the loop, and makes up for faults before it.
    fn quantifier(&mut self, node: &LoopNode, range: &Range) -> (Form, Size) {
        let all = node.kind == Loop::All;
        let (result, fault) = (self.code.local(ValType::I32), self.code.local(ValType::I32));
        self.code.i32(u32::from(all)).set(result).i32(0).set(fault);
        let around = self.begin(range);
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
        (Form::Bool, Size::scalar())
    }

    fn exists_one(&mut self, node: &LoopNode, range: &Range) -> (Form, Size) {
        let found = self.code.local(ValType::I32);
        self.code.i32(0).set(found);
        let around = self.begin(range);
        self.load(node, &around);
        self.in_form(&node.step, Form::Bool);
        self.code.get(found).op(Instruction::I32Add).set(found);
        self.unload(node);
        self.next(&around);
        self.code.get(found).i32(1).op(Instruction::I32Eq);
        self.code.free(found);
        (Form::Bool, Size::scalar())
    }

    /// Lists, and the keys and values in turn that become a map.
    fn collected(&mut self, node: &LoopNode, range: &Range) -> Size {
        let list = self.code.local(ValType::I32);
        let room = match node.kind {
            // Few pass a filter, and room is taken as they come.
            Loop::Filter => {
                self.code.i32(count(0));
                Poly::default()
            }
            Loop::MapValues | Loop::MapEntries => {
                self.code.get(range.rounds).i32(1).op(Instruction::I32Shl);
                range.size.len.scaled(2.0)
            }
            _ => {
                self.code.get(range.rounds);
                range.size.len.clone()
            }
        };
        self.run("rt_list", &[&Size::number(room)]);
        self.code.set(list);
        let around = self.begin(range);
        self.load(node, &around);
        let skip = self.code.block(None);
        if let Some(filter) = &node.filter {
            self.in_form(filter, Form::Bool);
            self.code.op(Instruction::I32Eqz).br_if(skip);
        }
        let item = self.collect(node, list, skip);
        self.code.end();
        self.unload(node);
        self.next(&around);
        self.code.get(list);
        self.code.free(list);
        match node.kind {
            Loop::Filter => Size { value: None, ..range.size.clone() },
            Loop::MapEntries => {
                let Rounds { item: var, count, total } = &around.rounds;
                let len = item.len.over_rounds(*var, count, total);
                Size { len, ..around.collected(&item.weight) }
            }
            _ => around.collected(&item.weight),
        }
    }

    /// Puts what a round gives into the list; tells how large it is.
    fn collect(&mut self, node: &LoopNode, list: Local, skip: Label) -> Size {
        let variable = |emitter: &mut Self, at: usize| {
            let slot = node.slots.get(at)?;
            let (form, size) = emitter.load_variable(*slot);
            emitter.boxed(form);
            Some(size)
        };
        match node.kind {
            Loop::Filter => {
                self.in_form(&node.step, Form::Bool);
                self.code.op(Instruction::I32Eqz).br_if(skip).get(list);
                let size = variable(self, 0).unwrap_or_default();
                self.code.call("rt_push");
                size
            }
            Loop::MapValues => {
                self.code.get(list);
                let key = variable(self, 0).unwrap_or_default();
                self.code.call("rt_push").get(list);
                let mut size = self.value(&node.step);
                self.code.call("rt_push");
                // A key stands before each value, and one more mark than in a list.
                size.weight = size.weight.plus(&key.weight).plus_fixed(1.0);
                size
            }
            Loop::MapEntries => {
                self.code.get(list);
                let size = self.value(&node.step);
                let size = self.run("rt_pairs_of", &[&Size::scalar(), &size]);
                self.checked(node.step.span);
                self.code.op(Instruction::Drop);
                size
            }
            _ => {
                self.code.get(list);
                let size = self.value(&node.step);
                self.code.call("rt_push");
                size
            }
        }
    }
}

/// The types of a map's keys, and of a list's items or a map's values.
fn item_types(range: &Type) -> (Type, Type) {
    match range {
        Type::List(item) => (Type::Int, Type::clone(item)),
        Type::Map(key, value) => (Type::clone(key), Type::clone(value)),
        Type::Record(_) => (Type::Text, Type::Dyn),
        _ => (Type::Dyn, Type::Dyn),
    }
}
