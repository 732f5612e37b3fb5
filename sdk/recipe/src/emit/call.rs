//! Calls of functions and operators.
//!
//! *Never:* a pattern that is constant is compiled while the recipe runs.

use super::{Emitter, Form, cause, zone};
use crate::cel::{Literal, Node, Op, Returns, Runtime};
use crate::pattern;
use crate::wasm::kind;
use wasm_encoder::Instruction;

impl Emitter<'_> {
    pub(super) fn call(
        &mut self,
        node: &Node,
        name: &str,
        runtime: &Runtime,
        args: &[Node],
    ) -> Form {
        let span = node.span;
        if let Some(form) = self.arithmetic(name, args, span) {
            return form;
        }
        match (name, args) {
            ("!_", [arg]) => {
                self.in_form(arg, Form::Bool);
                self.code.op(Instruction::I32Eqz);
                return Form::Bool;
            }
            ("_==_" | "_!=_", [_, _]) => {
                self.values(args);
                self.code.call("rt_equal");
                if name == "_!=_" {
                    self.code.op(Instruction::I32Eqz);
                }
                return Form::Bool;
            }
            ("_<_" | "_<=_" | "_>_" | "_>=_", [_, _]) => return self.order(node, name, args),
            ("math.sqrt", [_]) => {
                self.values(args);
                self.code.call("rt_number");
                self.checked(span);
                self.code.load_f64(8).op(Instruction::F64Sqrt);
                return Form::Double;
            }
            (
                "matches" | "regex.extract" | "regex.extractAll" | "regex.replace",
                [_, pattern, ..],
            ) => {
                if let Op::Literal(Literal::Text(text)) = &pattern.op {
                    return self.with_pattern(node, runtime, args, &text.clone());
                }
            }
            _ => {}
        }
        self.values(args);
        if let Some(constant) = runtime.constant {
            self.code.i32(constant);
        }
        if runtime.symbol == "rt_time_part_in" {
            let table = zone::table(self.data, args.get(1));
            self.code.i32(table);
        }
        self.code.call(runtime.symbol);
        self.returned(runtime.returns, node)
    }

    fn values(&mut self, args: &[Node]) {
        for arg in args {
            self.value(arg);
        }
    }

    fn returned(&mut self, returns: Returns, node: &Node) -> Form {
        match returns {
            Returns::Value => self.checked(node.span),
            Returns::Sure => {}
            Returns::Truth => {
                self.decided(node.span);
                return Form::Bool;
            }
            Returns::SureTruth => return Form::Bool,
        }
        Form::Value
    }

    /// The runtime tells -1, 0 or 1, 2 where a NaN has no order, and 3 for a fault.
    fn order(&mut self, node: &Node, name: &str, args: &[Node]) -> Form {
        self.values(args);
        let order = self.code.local(wasm_encoder::ValType::I32);
        let place = self.place(node.span);
        self.code.call("rt_order").tee(order).i32(3).op(Instruction::I32Eq).when(None);
        self.code.i32(place).call("rt_at").br(self.fault).end().get(order);
        self.code.free(order);
        match name {
            "_<_" => self.code.i32(u32::MAX).op(Instruction::I32Eq),
            "_>_" => self.code.i32(1).op(Instruction::I32Eq),
            "_<=_" => self.code.i32(0).op(Instruction::I32LeS),
            _ => self.code.i32(1).op(Instruction::I32LeU),
        };
        Form::Bool
    }

    /// A function whose pattern is known now: it gets the program that the pattern is.
    fn with_pattern(&mut self, node: &Node, runtime: &Runtime, args: &[Node], text: &str) -> Form {
        let symbol = match runtime.symbol {
            "rt_matches" => "rt_matches_program",
            "rt_extract" => "rt_extract_program",
            "rt_extract_all" => "rt_extract_all_program",
            "rt_regex_replace" => "rt_regex_replace_program",
            _ => "rt_regex_replace_some_program",
        };
        let Some(words) = pattern::compile(text) else {
            let about = self.data.text(text);
            self.fail(cause::BAD_PATTERN, about, node.span);
            self.code.op(Instruction::Unreachable);
            return if runtime.returns == Returns::Truth { Form::Bool } else { Form::Value };
        };
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let program = self.data.raw(kind::BYTES, &bytes, 8);
        for (at, arg) in args.iter().enumerate() {
            if at == 1 {
                self.code.i32(program);
            } else {
                self.value(arg);
            }
        }
        self.code.call(symbol);
        self.returned(runtime.returns, node)
    }
}
