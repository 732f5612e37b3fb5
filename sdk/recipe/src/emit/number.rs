//! Operators over numbers of known types, as instructions.
//!
//! *Never:* a whole number wraps around.

use super::{Emitter, Form, cause};
use crate::bound::{Poly, Size};
use crate::cel::{Literal, Node, Op, Span};
use crate::wasm::Local;
use wasm_encoder::{Instruction as I, ValType};

impl Emitter<'_> {
    /// Emits an operator over two numbers of one type; nothing where that is not what they are.
    pub(super) fn arithmetic(
        &mut self,
        name: &str,
        args: &[Node],
        span: Span,
    ) -> Option<(Form, Size)> {
        let [left, right] = args else { return None };
        let form = Form::of(&left.ty);
        if left.ty != right.ty || matches!(form, Form::Value | Form::Bool) {
            return None;
        }
        if let Some(instruction) = comparison(name, form) {
            self.in_form(left, form);
            self.in_form(right, form);
            self.code.op(instruction);
            return Some((Form::Bool, Size::scalar()));
        }
        if !matches!(name, "_+_" | "_-_" | "_*_" | "_/_" | "_%_")
            || (form == Form::Double && name == "_%_")
        {
            return None;
        }
        let first = self.in_form(left, form);
        let second = self.in_form(right, form);
        match form {
            Form::Double => {
                self.code.op(match name {
                    "_+_" => I::F64Add,
                    "_-_" => I::F64Sub,
                    "_*_" => I::F64Mul,
                    _ => I::F64Div,
                });
            }
            Form::Int => self.int(name, span),
            Form::Uint | Form::Value | Form::Bool => self.uint(name, span),
        }
        let most = most(name, first.value, second.value, right);
        Some((form, most.map_or_else(Size::scalar, Size::number)))
    }

    fn pair(&mut self) -> (Local, Local) {
        let (left, right) = (self.code.local(ValType::I64), self.code.local(ValType::I64));
        self.code.set(right).set(left);
        (left, right)
    }

    fn drop_pair(&mut self, pair: (Local, Local)) {
        self.code.free(pair.0);
        self.code.free(pair.1);
    }

    fn int(&mut self, name: &str, span: Span) {
        let pair = self.pair();
        let (left, right) = pair;
        match name {
            "_*_" => {
                // Factors of 32 bits have a product of no more than 64.
                for (at, factor) in [left, right].into_iter().enumerate() {
                    self.code.get(factor).op(I::I64Const(1 << 31)).op(I::I64Add);
                    if at == 1 {
                        self.code.op(I::I64Or);
                    }
                }
                self.code.op(I::I64Const(32)).op(I::I64ShrU).op(I::I64Eqz);
                self.code.when(Some(ValType::I64));
                self.code.get(left).get(right).op(I::I64Mul).otherwise();
                self.code.get(left).get(right).call("rt_int_multiply");
                self.checked(span);
                self.code.load64(8).end();
            }
            "_+_" | "_-_" => {
                let sum = self.code.local(ValType::I64);
                let add = name == "_+_";
                self.code.get(left).get(right).op(if add { I::I64Add } else { I::I64Sub }).set(sum);
                // The sign of the sum is wrong where both summands have the other.
                self.code.get(left).get(if add { sum } else { right }).op(I::I64Xor);
                self.code.get(if add { right } else { left }).get(sum).op(I::I64Xor);
                self.code.op(I::I64And).op(I::I64Const(0)).op(I::I64LtS);
                self.fail_if(cause::OVERFLOW, span);
                self.code.get(sum);
                self.code.free(sum);
            }
            _ => {
                let division = name == "_/_";
                self.code.get(right).op(I::I64Eqz);
                self.fail_if(zero_cause(division), span);
                self.code.get(right).op(I::I64Const(-1)).op(I::I64Eq);
                self.code.get(left).op(I::I64Const(i64::MIN)).op(I::I64Eq).op(I::I32And);
                self.fail_if(cause::OVERFLOW, span);
                self.code.get(left).get(right);
                self.code.op(if division { I::I64DivS } else { I::I64RemS });
            }
        }
        self.drop_pair(pair);
    }

    fn uint(&mut self, name: &str, span: Span) {
        if name == "_*_" {
            self.code.call("rt_uint_multiply");
            self.checked(span);
            self.code.load64(8);
            return;
        }
        let pair = self.pair();
        let (left, right) = pair;
        match name {
            "_+_" => {
                let sum = self.code.local(ValType::I64);
                self.code.get(left).get(right).op(I::I64Add).tee(sum).get(left).op(I::I64LtU);
                self.fail_if(cause::OVERFLOW, span);
                self.code.get(sum);
                self.code.free(sum);
            }
            "_-_" => {
                self.code.get(left).get(right).op(I::I64LtU);
                self.fail_if(cause::OVERFLOW, span);
                self.code.get(left).get(right).op(I::I64Sub);
            }
            _ => {
                let division = name == "_/_";
                self.code.get(right).op(I::I64Eqz);
                self.fail_if(zero_cause(division), span);
                self.code.get(left).get(right);
                self.code.op(if division { I::I64DivU } else { I::I64RemU });
            }
        }
        self.drop_pair(pair);
    }
}

/// What a whole number is at most that comes of two, as far as it may be the end of a loop: what was
/// known before is no less than nothing.
fn most(name: &str, left: Option<Poly>, right: Option<Poly>, second: &Node) -> Option<Poly> {
    let constant = match second.op {
        Op::Literal(Literal::Int(value)) => Some(value),
        _ => None,
    };
    #[expect(clippy::cast_precision_loss, reason = "what is rounded is beyond any loop")]
    match (name, constant) {
        ("_+_", _) => left.zip(right).map(|(a, b)| a.plus(&b)),
        ("_-_", Some(0..)) | ("_/_", Some(1..)) => left,
        ("_%_", Some(by)) => Some(Poly::constant(by.unsigned_abs() as f64)),
        _ => None,
    }
}

fn zero_cause(division: bool) -> u32 {
    if division { cause::DIVIDE_BY_ZERO } else { cause::MODULUS_BY_ZERO }
}

fn comparison(name: &str, form: Form) -> Option<I<'static>> {
    Some(match (name, form) {
        ("_==_", Form::Int | Form::Uint) => I::I64Eq,
        ("_!=_", Form::Int | Form::Uint) => I::I64Ne,
        ("_<_", Form::Int) => I::I64LtS,
        ("_<=_", Form::Int) => I::I64LeS,
        ("_>_", Form::Int) => I::I64GtS,
        ("_>=_", Form::Int) => I::I64GeS,
        ("_<_", Form::Uint) => I::I64LtU,
        ("_<=_", Form::Uint) => I::I64LeU,
        ("_>_", Form::Uint) => I::I64GtU,
        ("_>=_", Form::Uint) => I::I64GeU,
        ("_==_", Form::Double) => I::F64Eq,
        ("_!=_", Form::Double) => I::F64Ne,
        ("_<_", Form::Double) => I::F64Lt,
        ("_<=_", Form::Double) => I::F64Le,
        ("_>_", Form::Double) => I::F64Gt,
        ("_>=_", Form::Double) => I::F64Ge,
        _ => return None,
    })
}
