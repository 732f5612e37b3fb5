//! Literals, lists and maps: what is known now stands in the data as a finished value.
//!
//! *Never:* a map is a finished value; its index would outlive the call that made it.

use super::{Emitter, Form, count};
use crate::cel::{Literal, Node, Op, Part, Presence, Span};
use wasm_encoder::{Instruction, ValType};

impl Emitter<'_> {
    /// A value that is known now, as the address of its cell.
    pub(super) fn constant(&mut self, node: &Node) -> Option<u32> {
        match &node.op {
            Op::Literal(literal) => match literal {
                Literal::Null | Literal::Bool(_) => None,
                Literal::Int(value) => Some(self.data.int(*value)),
                Literal::Uint(value) => Some(self.data.uint(*value)),
                Literal::Double(value) => Some(self.data.double(*value)),
                Literal::Text(text) => Some(self.data.text(text)),
                Literal::Bytes(bytes) => Some(self.data.raw(crate::wasm::kind::BYTES, bytes, 1)),
            },
            Op::TypeName(name) => Some(self.data.raw(crate::wasm::kind::TYPE, name.as_bytes(), 1)),
            Op::List(parts) => {
                let constant = |part: &Part| match part.presence {
                    Presence::Required => self.constant(&part.value),
                    Presence::Optional => None,
                };
                let items = parts.iter().map(constant).collect::<Option<Vec<u32>>>()?;
                Some(self.data.list(&items))
            }
            _ => None,
        }
    }

    pub(super) fn literal(&mut self, node: &Node, literal: &Literal) -> Form {
        match literal {
            Literal::Bool(value) => {
                self.code.i32(u32::from(*value));
                Form::Bool
            }
            Literal::Int(value) => {
                self.code.op(Instruction::I64Const(*value));
                Form::Int
            }
            Literal::Uint(value) => {
                self.code.op(Instruction::I64Const(value.cast_signed()));
                Form::Uint
            }
            Literal::Double(value) => {
                self.code.op(Instruction::F64Const((*value).into()));
                Form::Double
            }
            Literal::Null => {
                self.code.call("rt_null");
                Form::Value
            }
            Literal::Text(_) | Literal::Bytes(_) => {
                let constant = self.constant(node).unwrap_or_default();
                self.code.i32(constant);
                Form::Value
            }
        }
    }

    pub(super) fn list(&mut self, parts: &[Part], node: &Node) -> Form {
        if let Some(constant) = self.constant(node) {
            self.code.i32(constant);
            return Form::Value;
        }
        let list = self.code.local(ValType::I32);
        self.code.i32(count(parts.len())).call("rt_list").set(list);
        for part in parts {
            self.code.get(list);
            self.value(&part.value);
            match part.presence {
                Presence::Required => {
                    self.code.call("rt_push");
                }
                Presence::Optional => {
                    self.code.call("rt_push_optional");
                    self.checked(part.value.span);
                    self.code.op(Instruction::Drop);
                }
            }
        }
        self.code.get(list);
        self.code.free(list);
        Form::Value
    }

    pub(super) fn map(&mut self, parts: &[Part], span: Span) -> Form {
        let flat = self.code.local(ValType::I32);
        self.code.i32(count(parts.len() * 2)).call("rt_list").set(flat);
        for part in parts {
            let Some(key) = &part.key else { continue };
            self.code.get(flat);
            self.value(key);
            match part.presence {
                Presence::Required => {
                    self.code.call("rt_push").get(flat);
                    self.value(&part.value);
                    self.code.call("rt_push");
                }
                Presence::Optional => {
                    self.value(&part.value);
                    self.code.call("rt_pair_optional");
                    self.checked(part.value.span);
                    self.code.op(Instruction::Drop);
                }
            }
        }
        self.code.get(flat).call("rt_map");
        self.code.free(flat);
        self.checked(span);
        Form::Value
    }
}
