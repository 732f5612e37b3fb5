//! `&&`, `||`, `?:`, bindings and optionals: where faults are held back.
//!
//! *Never:* a fault is held back where the language does not say so.

use super::{Emitter, Form, Known, Variable, cause};
use crate::bound::Size;
use crate::cel::{Literal, Node, Op, Span};
use crate::wasm::{Label, Local, kind};
use wasm_encoder::{Instruction, ValType};

/// Whether an expression can have a fault; in doubt it can.
fn can_fail(node: &Node) -> bool {
    !matches!(node.op, Op::Literal(_) | Op::TypeName(_))
}

impl Emitter<'_> {
    /// Emits with faults going to a label of their own.
    pub(super) fn held<T>(&mut self, label: Label, emit: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.fault, label);
        let result = emit(self);
        self.fault = outer;
        result
    }

    pub(super) fn raise_again(&mut self, fault: Local) {
        self.code.get(fault).call("rt_again").br(self.fault);
    }

    /// Zero or one of an expression; `instead` where it has a fault, which is then in the local.
    fn truth_or_fault(&mut self, node: &Node, instead: u32) -> Local {
        let fault = self.code.local(ValType::I32);
        self.code.i32(0).set(fault);
        let join = self.code.block(Some(ValType::I32));
        let failed = self.code.block(None);
        self.held(failed, |emitter| emitter.in_form(node, Form::Bool));
        self.code.br(join).end();
        self.code.call("rt_take").set(fault).i32(instead).end();
        fault
    }

    /// False if one side is, whatever the other does; else a fault of either, else true.
    pub(super) fn both(&mut self, left: &Node, right: &Node) -> (Form, Size) {
        if matches!(left.op, Op::Literal(Literal::Bool(_))) {
            self.in_form(left, Form::Bool);
            self.code.when(Some(ValType::I32));
            self.in_form(right, Form::Bool);
            self.code.otherwise().i32(0).end();
            return (Form::Bool, Size::scalar());
        }
        let fault = self.truth_or_fault(left, 1);
        self.code.when(Some(ValType::I32));
        self.in_form(right, Form::Bool);
        let result = self.code.local(ValType::I32);
        self.code.tee(result).when(None);
        self.code.get(fault).when(None);
        self.raise_again(fault);
        self.code.end().end().get(result);
        self.code.otherwise().i32(0).end();
        self.code.free(result);
        self.code.free(fault);
        (Form::Bool, Size::scalar())
    }

    /// True if one side is, whatever the other does; else a fault of either, else false.
    pub(super) fn either(&mut self, left: &Node, right: &Node) -> (Form, Size) {
        if matches!(left.op, Op::Literal(Literal::Bool(_))) {
            self.in_form(left, Form::Bool);
            self.code.when(Some(ValType::I32));
            self.code.i32(1).otherwise();
            self.in_form(right, Form::Bool);
            self.code.end();
            return (Form::Bool, Size::scalar());
        }
        let fault = self.truth_or_fault(left, 0);
        self.code.when(Some(ValType::I32));
        self.code.i32(1).otherwise();
        self.in_form(right, Form::Bool);
        let result = self.code.local(ValType::I32);
        self.code.tee(result).op(Instruction::I32Eqz).when(None);
        self.code.get(fault).when(None);
        self.raise_again(fault);
        self.code.end().end().get(result).end();
        self.code.free(result);
        self.code.free(fault);
        (Form::Bool, Size::scalar())
    }

    pub(super) fn choice(&mut self, condition: &Node, yes: &Node, no: &Node) -> (Form, Size) {
        let form = if yes.ty == no.ty { Form::of(&yes.ty) } else { Form::Value };
        self.in_form(condition, Form::Bool);
        self.code.when(Some(form.val_type()));
        let first = self.in_form(yes, form);
        self.code.otherwise();
        let second = self.in_form(no, form);
        self.code.end();
        (form, first.max(&second))
    }

    /// A variable whose value is computed once; a fault in it shows only where it is used.
    pub(super) fn bind(&mut self, slot: u32, value: &Node, body: &Node) -> (Form, Size) {
        let form = Form::of(&value.ty);
        let local = self.code.local(form.val_type());
        let fault = can_fail(value).then(|| self.code.local(ValType::I32));
        let size = match fault {
            None => {
                let size = self.in_form(value, form);
                self.code.set(local);
                size
            }
            Some(fault) => {
                self.code.i32(0).set(fault);
                let join = self.code.block(None);
                let failed = self.code.block(None);
                let size = self.held(failed, |emitter| emitter.in_form(value, form));
                self.code.set(local).br(join).end();
                self.code.call("rt_take").set(fault).end();
                size
            }
        };
        self.know(slot, Variable { local, form, fault }, size);
        let result = self.node(body);
        self.code.free(local);
        if let Some(fault) = fault {
            self.code.free(fault);
        }
        result
    }

    pub(super) fn know(&mut self, slot: u32, variable: Variable, size: Size) {
        self.variables.insert(slot, Known { variable, size });
    }

    /// An optional in a local, and what it holds (zero for nothing) on the stack.
    fn optional(&mut self, target: &Node) -> (Local, Size) {
        let local = self.code.local(ValType::I32);
        let size = self.value(target);
        self.expect(kind::OPTIONAL, target.span);
        self.code.tee(local).load32(4);
        (local, size)
    }

    /// Goes on with a value of this kind, or leaves.
    pub(super) fn expect(&mut self, kind: u32, span: Span) {
        let value = self.code.local(ValType::I32);
        self.code.tee(value).load32(0).i32(kind).op(Instruction::I32Ne);
        self.fail_if(cause::NO_SUCH_OVERLOAD, span);
        self.code.get(value);
        self.code.free(value);
    }

    pub(super) fn opt_map(
        &mut self,
        target: &Node,
        slot: u32,
        body: &Node,
        flat: bool,
        span: Span,
    ) -> (Form, Size) {
        let (optional, size) = self.optional(target);
        self.code.when(Some(ValType::I32));
        let held = self.code.local(ValType::I32);
        self.code.get(optional).load32(4).set(held);
        self.know(slot, Variable { local: held, form: Form::Value, fault: None }, size.clone());
        let mut made = self.value(body);
        if flat {
            self.expect(kind::OPTIONAL, span);
        } else {
            made = self.run("rt_optional_of", &[&made]);
        }
        // Nothing made of nothing is the same nothing.
        self.code.otherwise().get(optional).end();
        self.code.free(held);
        self.code.free(optional);
        (Form::Value, made.max(&size))
    }

    pub(super) fn opt_else(
        &mut self,
        target: &Node,
        other: &Node,
        value: bool,
        span: Span,
    ) -> (Form, Size) {
        let (optional, size) = self.optional(target);
        self.code.when(Some(ValType::I32));
        self.code.get(optional);
        if value {
            self.code.load32(4);
        }
        self.code.otherwise();
        let instead = self.value(other);
        if !value {
            self.expect(kind::OPTIONAL, span);
        }
        self.code.end();
        self.code.free(optional);
        (Form::Value, size.max(&instead))
    }
}
