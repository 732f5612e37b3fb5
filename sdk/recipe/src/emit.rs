//! Checked trees to code: every expression becomes instructions, and calls of the runtime.
//!
//! A fault leaves through a branch to the label that stands for it at that place, so `&&`, `||` and
//! the macros can hold it back. Numbers and truth values stay unboxed as long as their types are
//! known; a value whose type turns out otherwise is a fault, never a wrong number.
//!
//! *Never:* an instruction is interpreted: what is left of an expression is code.

mod call;
mod literal;
mod logic;
mod loops;
mod number;
mod result;
mod sizes;
mod zone;

use crate::bound::{Poly, Size};
use crate::cel::{Node, Op, Presence, Span, Type};
use crate::place::Places;
use crate::wasm::{Code, Data, Label, Local};
pub(crate) use result::Given;
use std::collections::{BTreeMap, HashMap};
use wasm_encoder::{Instruction, ValType};
pub(crate) use zone::{is_zone, zone_names};

/// Faults that generated code raises itself, as the runtime numbers them.
pub(crate) mod cause {
    pub(crate) const NO_SUCH_OVERLOAD: u32 = 0;
    pub(crate) const OVERFLOW: u32 = 1;
    pub(crate) const DIVIDE_BY_ZERO: u32 = 2;
    pub(crate) const MODULUS_BY_ZERO: u32 = 3;
    pub(crate) const BAD_PATTERN: u32 = 9;
    pub(crate) const UNBOUND: u32 = 16;
}

/// How a value lies on the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A handle.
    Value,
    /// 0 or 1.
    Bool,
    /// A whole number with a sign.
    Int,
    /// A whole number without one.
    Uint,
    /// A double.
    Double,
}

impl Form {
    fn of(ty: &Type) -> Self {
        match ty {
            Type::Bool => Self::Bool,
            Type::Int => Self::Int,
            Type::Uint => Self::Uint,
            Type::Double => Self::Double,
            _ => Self::Value,
        }
    }

    fn val_type(self) -> ValType {
        match self {
            Self::Value | Self::Bool => ValType::I32,
            Self::Int | Self::Uint => ValType::I64,
            Self::Double => ValType::F64,
        }
    }
}

/// Where a variable lives; `fault` holds the fault of a binding whose value had one.
#[derive(Debug, Clone, Copy)]
struct Variable {
    local: Local,
    form: Form,
    fault: Option<Local>,
}

/// A variable, and how large its value can be.
#[derive(Debug, Clone)]
struct Known {
    variable: Variable,
    size: Size,
}

/// Code of one function in the making.
pub(crate) struct Emitter<'a> {
    pub(crate) code: Code,
    pub(crate) data: &'a mut Data,
    places: &'a Places,
    /// Where a fault goes.
    pub(crate) fault: Label,
    /// Whether nobody there asks what the fault was.
    is_hushed: bool,
    variables: HashMap<u32, Known>,
    /// Inputs that have been loaded; zero stands for one that is not there.
    inputs: BTreeMap<String, (Local, Size)>,
    /// What the item of each loop weighs at most.
    items: Vec<Poly>,
    /// The most that whole numbers of the input are, by the names that lead to them.
    greatest: BTreeMap<Vec<String>, f64>,
}

impl<'a> Emitter<'a> {
    /// Begins with a function whose faults go to a block around its body.
    pub(crate) fn new(mut code: Code, data: &'a mut Data, places: &'a Places) -> Self {
        let fault = code.block(None);
        Self {
            code,
            data,
            places,
            fault,
            is_hushed: false,
            variables: HashMap::new(),
            inputs: BTreeMap::new(),
            items: Vec::new(),
            greatest: BTreeMap::new(),
        }
    }

    /// Takes whole numbers of an input as no greater than what has been made sure of.
    pub(crate) fn bounded(&mut self, greatest: BTreeMap<Vec<String>, f64>) {
        self.greatest = greatest;
    }

    /// An expression that decides, as zero or one.
    pub(crate) fn truth(&mut self, node: &Node) {
        self.in_form(node, Form::Bool);
    }

    /// Makes an input known by the local that holds it.
    pub(crate) fn input(&mut self, name: &str, local: Local, size: Size) {
        self.inputs.insert(name.to_owned(), (local, size));
    }

    /// Ends the function: what stands on the stack is its result, and a fault gives zero.
    pub(crate) fn finish(mut self) -> Code {
        self.code.op(Instruction::Return);
        self.code.end();
        self.code.i32(0);
        self.code
    }

    pub(crate) fn place(&self, span: Span) -> u32 {
        self.places.of(span)
    }

    /// Emits what has faults that go to somebody who only asks whether there was one.
    pub(crate) fn hushed<T>(&mut self, emit: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.is_hushed, true);
        let result = emit(self);
        self.is_hushed = outer;
        result
    }

    /// Raises a fault that is about nothing in particular, or about a constant.
    pub(crate) fn fail(&mut self, cause: u32, about: u32, span: Span) {
        if self.is_hushed {
            self.code.br(self.fault);
            return;
        }
        let place = self.place(span);
        self.code.i32(cause).i32(about).i32(place).call("rt_fail").br(self.fault);
    }

    /// Raises a fault that has no place in the source.
    pub(crate) fn raise(&mut self, cause: u32, about: u32) {
        self.code.i32(cause).i32(about).i32(0).call("rt_fail").br(self.fault);
    }

    /// Raises a fault if the stack holds other than zero.
    fn fail_if(&mut self, cause: u32, span: Span) {
        if self.is_hushed {
            self.code.br_if(self.fault);
            return;
        }
        self.code.when(None);
        self.fail(cause, 0, span);
        self.code.end();
    }

    /// Behind a call that gives zero for a fault: goes on with the value, or leaves.
    pub(crate) fn checked(&mut self, span: Span) {
        let value = self.code.local(ValType::I32);
        self.code.tee(value).op(Instruction::I32Eqz);
        self.leave_if(span);
        self.code.get(value);
        self.code.free(value);
    }

    /// Leaves with the fault that the runtime has raised, if the stack holds other than zero.
    fn leave_if(&mut self, span: Span) {
        if self.is_hushed {
            self.code.br_if(self.fault);
            return;
        }
        let place = self.place(span);
        self.code.when(None);
        self.code.i32(place).call("rt_at").br(self.fault).end();
    }

    /// Behind a call that gives two for a fault: goes on with zero or one, or leaves.
    pub(crate) fn decided(&mut self, span: Span) {
        let value = self.code.local(ValType::I32);
        self.code.tee(value).i32(2).op(Instruction::I32Eq);
        self.leave_if(span);
        self.code.get(value);
        self.code.free(value);
    }

    /// An expression as a handle.
    pub(crate) fn value(&mut self, node: &Node) -> Size {
        if let Some((constant, size)) = self.constant(node) {
            self.code.i32(constant);
            return size;
        }
        let (form, size) = self.node(node);
        self.boxed(form);
        size
    }

    fn boxed(&mut self, form: Form) {
        match form {
            Form::Value => {}
            Form::Bool => {
                self.code.call("rt_bool");
            }
            Form::Int => {
                self.code.call("rt_int");
            }
            Form::Uint => {
                self.code.call("rt_uint");
            }
            Form::Double => {
                self.code.call("rt_double");
            }
        }
    }

    /// An expression in this form; one of another type is a fault.
    fn in_form(&mut self, node: &Node, wanted: Form) -> Size {
        let (form, size) = self.node(node);
        self.reform(form, wanted, node.span);
        size
    }

    fn reform(&mut self, form: Form, wanted: Form, span: Span) {
        if form == wanted {
            return;
        }
        if wanted == Form::Value {
            return self.boxed(form);
        }
        self.boxed(form);
        if wanted == Form::Bool {
            self.code.call("rt_truth");
            return self.decided(span);
        }
        let value = self.code.local(ValType::I32);
        let kind = match wanted {
            Form::Int => crate::wasm::kind::INT,
            Form::Uint => crate::wasm::kind::UINT,
            Form::Double | Form::Value | Form::Bool => crate::wasm::kind::DOUBLE,
        };
        self.code.tee(value).load32(0).i32(kind).op(Instruction::I32Ne);
        self.fail_if(cause::NO_SUCH_OVERLOAD, span);
        self.code.get(value);
        match wanted {
            Form::Double => self.code.load_f64(8),
            _ => self.code.load64(8),
        };
        self.code.free(value);
    }

    /// An expression in whatever form comes naturally; tells which, and how large it can be.
    pub(crate) fn node(&mut self, node: &Node) -> (Form, Size) {
        self.code.mark(node.span);
        let (form, size) = self.natural(node);
        (form, size.typed(&node.ty))
    }

    fn natural(&mut self, node: &Node) -> (Form, Size) {
        let span = node.span;
        match &node.op {
            Op::Literal(literal) => self.literal(node, literal),
            Op::TypeName(_) => self.finished(node),
            Op::Input(name) => self.load_input(name, span),
            Op::Local(slot) => self.load_variable(*slot),
            Op::Unbound(name) => self.unbound(name, span),
            Op::Select(operand, field, presence) => {
                let whole = self.value(operand);
                let name = self.data.text(field);
                let symbol = match presence {
                    Presence::Required => "rt_select",
                    Presence::Optional => "rt_select_optional",
                };
                self.code.i32(name);
                let size = self.run(symbol, &[&whole, &Size::of_bytes(field.len())]);
                self.checked(span);
                let value = names(node).and_then(|names| self.greatest.get(&names));
                let value = value.map(|greatest| Poly::constant(*greatest));
                (Form::Value, Size { value, ..Size::of(size.weight, &node.ty) })
            }
            Op::Has(operand, field) => {
                let whole = self.value(operand);
                let name = self.data.text(field);
                self.code.i32(name);
                let size = self.run("rt_has", &[&whole, &Size::of_bytes(field.len())]);
                self.decided(span);
                (Form::Bool, size)
            }
            Op::Index(operand, index, presence) => {
                let (whole, index) = (self.value(operand), self.value(index));
                let symbol = match presence {
                    Presence::Required => "rt_index",
                    Presence::Optional => "rt_index_optional",
                };
                let size = self.run(symbol, &[&whole, &index]);
                self.checked(span);
                (Form::Value, Size::of(size.weight, &node.ty))
            }
            Op::Call(name, runtime, args) => self.call(node, name, runtime, args),
            Op::And(left, right) => self.both(left, right),
            Op::Or(left, right) => self.either(left, right),
            Op::If(condition, yes, no) => self.choice(condition, yes, no),
            Op::List(parts) => self.list(parts, node),
            Op::Map(parts) => self.map(parts, span),
            Op::Loop(inner) => self.looped(inner, span),
            Op::Bind(slot, value, body) => self.bind(*slot, value, body),
            Op::OptMap(target, slot, body, flat) => self.opt_map(target, *slot, body, *flat, span),
            Op::OptElse(target, other, value) => self.opt_else(target, other, *value, span),
        }
    }

    fn unbound(&mut self, name: &str, span: Span) -> (Form, Size) {
        let about = self.data.text(name);
        self.fail(cause::UNBOUND, about, span);
        self.code.op(Instruction::Unreachable);
        (Form::Value, Size::scalar())
    }

    pub(crate) fn load_input(&mut self, name: &str, span: Span) -> (Form, Size) {
        let Some((local, size)) = self.inputs.get(name).cloned() else {
            return self.unbound(name, span);
        };
        let about = self.data.text(name);
        self.code.get(local).op(Instruction::I32Eqz).when(None);
        self.fail(cause::UNBOUND, about, span);
        self.code.end().get(local);
        (Form::Value, size)
    }

    fn load_variable(&mut self, slot: u32) -> (Form, Size) {
        let Some(Known { variable, size }) = self.variables.get(&slot).cloned() else {
            self.code.op(Instruction::Unreachable);
            return (Form::Value, Size::scalar());
        };
        if let Some(fault) = variable.fault {
            self.code.get(fault).when(None);
            self.code.get(fault).call("rt_again").br(self.fault).end();
        }
        self.code.get(variable.local);
        (variable.form, size)
    }
}

/// The names that lead from an input to a value in it, or to an optional of it.
fn names(node: &Node) -> Option<Vec<String>> {
    match &node.op {
        Op::Input(name) => Some(vec![name.clone()]),
        Op::Select(operand, field, _) => {
            let mut names = names(operand)?;
            names.push(field.clone());
            Some(names)
        }
        _ => None,
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
