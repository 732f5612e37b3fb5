//! Results: what an operation's function gives, as the JSON text that it is wherever that is as easily
//! had as its value.
//!
//! *Never:* a result is text of another value.

use super::{Emitter, Form};
use crate::bound::Size;
use crate::cel::Node;
use wasm_encoder::{Instruction, ValType};

/// What an operation's function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Given {
    /// A value, to be written yet.
    Value,
    /// JSON text.
    Text,
}

impl Emitter<'_> {
    /// A result, and what it is.
    pub(crate) fn result(&mut self, node: &Node) -> (Size, Given) {
        if !matches!(Form::of(&node.ty), Form::Bool | Form::Int) || self.constant(node).is_some() {
            return (self.value(node), Given::Value);
        }
        let (form, size) = self.node(node);
        match form {
            Form::Bool => {
                let [yes, no] = ["true", "false"].map(|text| self.data.text(text));
                let truth = self.code.local(ValType::I32);
                self.code.set(truth).i32(yes).i32(no).get(truth).op(Instruction::Select);
                self.code.free(truth);
            }
            Form::Int => {
                self.code.call("rt_int_text");
            }
            Form::Value | Form::Uint | Form::Double => {
                self.boxed(form);
                return (size, Given::Value);
            }
        }
        (size, Given::Text)
    }
}
