//! Calls of functions and operators.
//!
//! *Never:* a pattern that is constant is compiled while the recipe runs.

use super::{Emitter, Form, cause, zone};
use crate::bound::{Poly, Size, formatted, made, matching, patterned};
use crate::cel::{Literal, Node, Op, Returns, Runtime, Span, Type};
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
    ) -> (Form, Size) {
        let span = node.span;
        if let Some(given) = self.arithmetic(name, args, span) {
            return given;
        }
        match (name, args) {
            ("!_", [arg]) => {
                self.in_form(arg, Form::Bool);
                self.code.op(Instruction::I32Eqz);
                return (Form::Bool, Size::scalar());
            }
            ("_==_" | "_!=_", [left, right]) => return self.same(name, left, right, span),
            ("_<_" | "_<=_" | "_>_" | "_>=_", [_, _]) => return self.order(node, name, args),
            ("math.sqrt", [_]) => {
                self.values(args);
                self.code.call("rt_number");
                self.checked(span);
                self.code.load_f64(8).op(Instruction::F64Sqrt);
                return (Form::Double, Size::scalar());
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
        let sizes = self.values(args);
        if let Some(constant) = runtime.constant {
            self.code.i32(constant);
        }
        if runtime.symbol == "rt_time_part_in" {
            let table = zone::table(self.data, args.get(1));
            self.code.i32(table);
        }
        let size = match (runtime.symbol, sizes.as_slice()) {
            ("rt_to_json", [value]) => self.write("rt_to_json", value),
            ("rt_format", [pattern, list]) => self.format(args, pattern, list),
            (symbol, _) => self.run_all(symbol, &sizes),
        };
        (self.returned(runtime.returns, node), size)
    }

    /// Whether two values are the same. Of one that is compared with null, its kind says it all.
    fn same(&mut self, name: &str, left: &Node, right: &Node, span: Span) -> (Form, Size) {
        let is_null = |node: &Node| matches!(node.op, Op::Literal(Literal::Null));
        if is_null(left) || is_null(right) {
            self.value(if is_null(right) { left } else { right });
            self.code.load32(0).i32(kind::NULL).op(Instruction::I32Eq);
        } else {
            let sizes = [self.value(left), self.value(right)];
            if left.ty == Type::Text && right.ty == Type::Text {
                self.run_all("rt_same_text", &sizes);
                self.decided(span);
            } else {
                self.run_all("rt_equal", &sizes);
            }
        }
        if name == "_!=_" {
            self.code.op(Instruction::I32Eqz);
        }
        (Form::Bool, Size::scalar())
    }

    /// The order of two lengths of time, which are nanoseconds.
    fn lengths(&mut self, name: &str, args: &[Node]) -> (Form, Size) {
        for arg in args {
            self.value(arg);
            self.expect(kind::DURATION, arg.span);
            self.code.load64(8);
        }
        self.code.op(match name {
            "_<_" => Instruction::I64LtS,
            "_<=_" => Instruction::I64LeS,
            "_>_" => Instruction::I64GtS,
            _ => Instruction::I64GeS,
        });
        (Form::Bool, Size::scalar())
    }

    fn values(&mut self, args: &[Node]) -> Vec<Size> {
        args.iter().map(|arg| self.value(arg)).collect()
    }

    fn run_all(&mut self, symbol: &'static str, sizes: &[Size]) -> Size {
        self.run(symbol, &sizes.iter().collect::<Vec<_>>())
    }

    /// Formats; what a clause gives at most is known where the pattern is.
    fn format(&mut self, args: &[Node], pattern: &Size, list: &Size) -> Size {
        let known = match args {
            [
                Node { op: Op::Literal(Literal::Text(text)), .. },
                Node { op: Op::List(parts), .. },
            ] => Some((text.as_str(), parts.iter().map(|part| &part.value.ty).collect())),
            _ => None,
        };
        let (work, size) = formatted(known, pattern, list);
        self.code.call_for("rt_format", work);
        size
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
    fn order(&mut self, node: &Node, name: &str, args: &[Node]) -> (Form, Size) {
        if args.iter().all(|arg| arg.ty == Type::Duration) {
            return self.lengths(name, args);
        }
        let sizes = self.values(args);
        let order = self.code.local(wasm_encoder::ValType::I32);
        self.run_all("rt_order", &sizes);
        self.code.tee(order).i32(3).op(Instruction::I32Eq);
        self.leave_if(node.span);
        self.code.get(order);
        self.code.free(order);
        match name {
            "_<_" => self.code.i32(u32::MAX).op(Instruction::I32Eq),
            "_>_" => self.code.i32(1).op(Instruction::I32Eq),
            "_<=_" => self.code.i32(0).op(Instruction::I32LeS),
            _ => self.code.i32(1).op(Instruction::I32LeU),
        };
        (Form::Bool, Size::scalar())
    }

    /// A function whose pattern is known now: it gets the automaton that the pattern is.
    fn with_pattern(
        &mut self,
        node: &Node,
        runtime: &Runtime,
        args: &[Node],
        text: &str,
    ) -> (Form, Size) {
        let Some(words) = pattern::compile(text) else {
            let about = self.data.text(text);
            self.fail(cause::BAD_PATTERN, about, node.span);
            self.code.op(Instruction::Unreachable);
            let truth = runtime.returns == Returns::Truth;
            return (if truth { Form::Bool } else { Form::Value }, Size::scalar());
        };
        let program = pattern::Program::new(&words);
        if runtime.symbol == "rt_matches"
            && let Some(table) = pattern::table(&words)
        {
            let subject = args.first().map(|arg| self.value(arg)).unwrap_or_default();
            let table = self.data.words(&table);
            self.code.i32(table).call_for("rt_matches_table", matching(&subject));
            return (self.returned(runtime.returns, node), Size::scalar());
        }
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let at = self.data.raw(kind::BYTES, &bytes, 8);
        let mut sizes = Vec::new();
        for (order, arg) in args.iter().enumerate() {
            if order == 1 {
                self.code.i32(at);
                sizes.push(Size::scalar());
            } else {
                sizes.push(self.value(arg));
            }
        }
        let size = self.search(runtime.symbol, program, &sizes);
        (self.returned(runtime.returns, node), size)
    }

    /// Calls a function with a program in its pattern's place.
    fn search(&mut self, symbol: &str, program: pattern::Program, sizes: &[Size]) -> Size {
        let subject = sizes.first().cloned().unwrap_or_default();
        let places = subject.len.plus_fixed(1.0);
        let (once, all) = (Poly::constant(1.0), places.clone());
        let new = sizes.get(2).map(|new| new.len.clone()).unwrap_or_default();
        // Matches lie apart, so all that is taken over from them is no longer than the text for each
        // reference in the new text, and a reference has two letters.
        let taken = subject.len.times(&new).scaled(0.5);
        let replaced = subject.len.plus(&new.times(&places)).plus(&taken);
        let (symbol, slots, searches, size) = match symbol {
            "rt_matches" => ("rt_matches_program", 0.0, once, Size::scalar()),
            "rt_extract" => ("rt_extract_program", program.slots(), once, subject.clone()),
            "rt_extract_all" => {
                let pieces = subject.weight.plus(&places.scaled(3.0));
                let size = Size { weight: pieces, len: places.clone(), ..Size::default() };
                ("rt_extract_all_program", program.slots(), all, size)
            }
            "rt_regex_replace" => {
                ("rt_regex_replace_program", program.slots(), all, Size::text(&replaced))
            }
            _ => ("rt_regex_replace_some_program", program.slots(), all, Size::text(&replaced)),
        };
        let mut work = patterned(&subject, program.steps(), slots, &searches);
        work.add(&made(&size));
        self.code.call_for(symbol, work);
        size
    }
}
