//! Literals, lists and maps: what is known now stands in the data as a finished value.
//!
//! *Never:* a map is a finished value; its index would outlive the call that made it.

use super::{Emitter, Form, count};
use crate::bound::{Poly, Size};
use crate::cel::{Literal, Node, Op, Part, Presence, Span};
use std::collections::BTreeSet;
use wasm_encoder::{Instruction, ValType};

impl Emitter<'_> {
    /// A value that is known now, as the address of its cell.
    pub(super) fn constant(&mut self, node: &Node) -> Option<(u32, Size)> {
        let sized = |at: u32, size: Size| Some((at, size.typed(&node.ty)));
        match &node.op {
            Op::Literal(literal) => match literal {
                Literal::Null | Literal::Bool(_) => None,
                Literal::Int(value) => sized(self.data.int(*value), number(*value)),
                Literal::Uint(value) => sized(self.data.uint(*value), Size::scalar()),
                Literal::Double(value) => sized(self.data.double(*value), Size::scalar()),
                Literal::Text(text) => sized(self.data.text(text), Size::of_bytes(text.len())),
                Literal::Bytes(bytes) => {
                    let at = self.data.bytes_value(bytes);
                    sized(at, Size::of_bytes(bytes.len()))
                }
            },
            Op::TypeName(name) => {
                let at = self.data.raw(crate::wasm::kind::TYPE, name.as_bytes(), 1);
                sized(at, Size::of_bytes(name.len()))
            }
            Op::List(parts) => {
                let (mut items, mut size) = (Vec::new(), Size::empty());
                for part in parts {
                    if part.presence == Presence::Optional {
                        return None;
                    }
                    let (at, item) = self.constant(&part.value)?;
                    items.push(at);
                    size.put(&item);
                }
                sized(self.data.list(&items), size)
            }
            _ => None,
        }
    }

    /// A constant that stands in the data.
    pub(super) fn finished(&mut self, node: &Node) -> (Form, Size) {
        let (constant, size) = self.constant(node).unwrap_or_default();
        self.code.i32(constant);
        (Form::Value, size)
    }

    pub(super) fn literal(&mut self, node: &Node, literal: &Literal) -> (Form, Size) {
        let form = match literal {
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
            Literal::Text(_) | Literal::Bytes(_) => return self.finished(node),
        };
        let size = match literal {
            Literal::Int(value) => number(*value),
            _ => Size::scalar(),
        };
        (form, size)
    }

    pub(super) fn list(&mut self, parts: &[Part], node: &Node) -> (Form, Size) {
        if self.constant(node).is_some() {
            return self.finished(node);
        }
        let list = self.new_list(parts.len());
        let mut size = Size::empty();
        for part in parts {
            self.code.get(list);
            let item = self.value(&part.value);
            size.put(&item);
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
        (Form::Value, size)
    }

    /// A list in a local, with room for so many items.
    pub(crate) fn new_list(&mut self, room: usize) -> crate::wasm::Local {
        let list = self.code.local(ValType::I32);
        #[expect(clippy::cast_precision_loss, reason = "there are few")]
        let most = Size::number(Poly::constant(room as f64));
        self.code.i32(count(room));
        self.run("rt_list", &[&most]);
        self.code.set(list);
        list
    }

    pub(super) fn map(&mut self, parts: &[Part], span: Span) -> (Form, Size) {
        let flat = self.new_list(parts.len() * 2);
        let mut size = Size::empty();
        for part in parts {
            let Some(key) = &part.key else { continue };
            self.code.get(flat);
            let name = self.value(key);
            let value = match part.presence {
                Presence::Required => {
                    self.code.call("rt_push").get(flat);
                    let value = self.value(&part.value);
                    self.code.call("rt_push");
                    value
                }
                Presence::Optional => {
                    let value = self.value(&part.value);
                    self.code.call("rt_pair_optional");
                    self.checked(part.value.span);
                    self.code.op(Instruction::Drop);
                    value
                }
            };
            size.put_entry(&name, &value);
        }
        self.code.get(flat);
        self.code.free(flat);
        if are_names(parts) {
            let few = parts.len() <= FEW_NAMES;
            self.run(if few { "rt_few_names" } else { "rt_names" }, &[&size]);
        } else {
            self.run("rt_map", &[&size]);
            self.checked(span);
        }
        (Form::Value, size)
    }
}

/// Maps with no more entries than this have no index in the runtime.
const FEW_NAMES: usize = 8;

/// Whether all keys are texts that are known now and differ, so that nothing can be wrong with them.
fn are_names(parts: &[Part]) -> bool {
    let mut names = BTreeSet::new();
    parts.iter().all(|part| match part.key.as_ref().map(|key| &key.op) {
        Some(Op::Literal(Literal::Text(name))) => names.insert(name),
        _ => false,
    })
}

/// A constant number, which bounds a loop that it is the end of.
fn number(value: i64) -> Size {
    #[expect(clippy::cast_precision_loss, reason = "what is rounded is beyond any loop")]
    let most = (value.max(0) as f64) * (1.0 + f64::EPSILON);
    Size::number(Poly::constant(most))
}
