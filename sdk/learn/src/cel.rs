//! Programs as expressions of the recipe language.
//!
//! *Never:* two programs that differ have one text.

mod shape;

use crate::kind::Kind;
use crate::op::{Class, Op, Part};
use crate::term::Term;
use crate::value::Value;
use shape::{binary, call, nested};
use std::sync::Arc;

/// Words that the language keeps, so that no field is selected by them.
const RESERVED: [&str; 18] = [
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in",
    "let", "loop", "null", "package", "return", "true", "void",
];
const RESERVED_MORE: [&str; 4] = ["namespace", "var", "while", "size"];

/// The expression of a program whose arguments have these names, and whose answers are of this kind.
pub(crate) fn expression(term: &Term, arguments: &[Arc<str>], out: &Kind) -> String {
    // The argument without a name is the input itself.
    let name = |name: &Arc<str>| {
        if name.is_empty() { "input".to_owned() } else { field("input", name) }
    };
    let names = arguments.iter().map(name).collect();
    let text = Writer { names, arguments: arguments.len(), mixed: out.is_mixed() }.term(term);
    let bare = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    match bare {
        Some(bare) if shape::is_balanced(bare) => bare.to_owned(),
        _ => text,
    }
}

/// A field of something.
pub(crate) fn field(of: &str, name: &str) -> String {
    if is_name(name) { format!("{of}.{name}") } else { format!("{of}[{}]", quoted(name)) }
}

pub(crate) fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !RESERVED.contains(&name)
        && !RESERVED_MORE.contains(&name)
}

/// Text between quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for letter in text.chars() {
        match letter {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => {
                out.push_str(&format!("\\U{:08x}", u32::from(letter)));
            }
            letter => out.push(letter),
        }
    }
    out.push('\'');
    out
}

/// A constant.
pub(crate) fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(whole) if *whole < 0 => format!("({whole})"),
        Value::Int(whole) => whole.to_string(),
        Value::Float(number) if *number < 0.0 => format!("({number:?})"),
        Value::Float(number) => format!("{number:?}"),
        Value::Text(text) => quoted(text),
        Value::Time(seconds, nanos) => {
            format!("timestamp({})", quoted(&crate::eval::time::text(*seconds, *nanos)))
        }
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}: {}", quoted(name), literal(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

struct Writer {
    /// How each argument, and each item of the loops around, is called.
    names: Vec<String>,
    arguments: usize,
    /// Whether answers differ in type, which two ways behind a condition may do only where neither is
    /// of a known one.
    mixed: bool,
}

impl Writer {
    fn term(&mut self, term: &Term) -> String {
        match term.op() {
            Op::Arg(at) => self.names.get(*at).cloned().unwrap_or_else(|| "null".to_owned()),
            Op::Const(value) => literal(value),
            Op::Map
            | Op::Filter
            | Op::SortBy
            | Op::Exists
            | Op::All
            | Op::MapValues
            | Op::Entries => self.looped(term.op(), term.kids()),
            op => {
                let kids: Vec<String> = term.kids().iter().map(|kid| self.term(kid)).collect();
                match (op, kids.as_slice()) {
                    (Op::If, [condition, first, second]) if self.mixed => {
                        let (first, second) = (dynamic(first), dynamic(second));
                        format!("({condition} ? {first} : {second})")
                    }
                    _ => plain(op, &kids),
                }
            }
        }
    }

    fn looped(&mut self, op: &Op, kids: &[Term]) -> String {
        let mut kids = kids.iter();
        let whole = kids.next().map(|kid| self.term(kid)).unwrap_or_default();
        let depth = self.names.len() - self.arguments;
        let item = if depth == 0 { "item".to_owned() } else { format!("item{}", depth + 1) };
        self.names.push(item.clone());
        let bodies: Vec<String> = kids.map(|kid| shape::bare(self.term(kid))).collect();
        self.names.pop();
        let body = bodies.first().cloned().unwrap_or_default();
        match op {
            Op::Map => format!("{whole}.map({item}, {body})"),
            Op::Filter => format!("{whole}.filter({item}, {body})"),
            Op::SortBy => format!("{whole}.sortBy({item}, {body})"),
            Op::Exists => format!("{whole}.exists({item}, {body})"),
            Op::All => format!("{whole}.all({item}, {body})"),
            Op::MapValues => format!("{whole}.transformMap(key, {item}, {body})"),
            _ => {
                let value = bodies.get(1).cloned().unwrap_or_default();
                format!("{whole}.transformMapEntry(at, {item}, {{{body}: {value}}})")
            }
        }
    }
}

/// An operand whose type is looked at when the recipe runs.
fn dynamic(operand: &str) -> String {
    format!("dyn({})", shape::bare(operand.to_owned()))
}

fn pattern(class: Class, outside: bool, tail: &str) -> String {
    let sign = if outside { "^" } else { "" };
    quoted(&format!("[{sign}{}]{tail}", class.pattern()))
}

fn part(part: Part, of: &str) -> String {
    match part {
        Part::Year => format!("{of}.getFullYear()"),
        Part::Month => format!("({of}.getMonth() + 1)"),
        Part::Day => format!("{of}.getDate()"),
        Part::DayOfYear => format!("({of}.getDayOfYear() + 1)"),
        Part::Weekday => format!("{of}.getDayOfWeek()"),
        Part::Hour => format!("{of}.getHours()"),
        Part::Minute => format!("{of}.getMinutes()"),
        Part::Second => format!("{of}.getSeconds()"),
    }
}

/// An operation without a body, over operands that are written already.
fn plain(op: &Op, kids: &[String]) -> String {
    let kid = |at: usize| kids.get(at).map_or("", String::as_str);
    let bare = |at: usize| shape::bare(kid(at).to_owned());
    let (a, b, c) = (kid(0), kid(1), kid(2));
    if let Some(method) = method(op) {
        return call(a, method, kids);
    }
    match op {
        Op::If => format!("({a} ? {b} : {c})"),
        Op::SplitTwo => format!("{a}.split({b}, 2)"),
        Op::Keep(class) => format!("regex.replace({}, {}, '')", bare(0), pattern(*class, true, "")),
        Op::Drop(class) => {
            format!("regex.replace({}, {}, '')", bare(0), pattern(*class, false, ""))
        }
        Op::Tokens(class) => {
            format!("regex.extractAll({}, {})", bare(0), pattern(*class, false, "+"))
        }
        Op::Decimals => format!("regex.extractAll({}, '[0-9]+[.][0-9]+')", bare(0)),
        Op::Count => format!("(size({a}.split({})) - 1)", bare(1)),
        Op::Has(class) => format!("{a}.matches({})", pattern(*class, false, "")),
        Op::Concat => format!("({})", kids.join(" + ")),
        Op::List => {
            format!("[{}]", kids.iter().cloned().map(shape::bare).collect::<Vec<_>>().join(", "))
        }
        Op::Not => format!("!{a}"),
        Op::Field(name) => field(a, name),
        Op::HasField(name) => format!("({} in {a})", quoted(name)),
        Op::Lookup | Op::ItemAt => format!("{a}[{}]", bare(1)),
        Op::Record(names) => {
            let fields: Vec<String> = names
                .iter()
                .zip(kids)
                .map(|(name, kid)| format!("{}: {}", quoted(name), shape::bare(kid.clone())))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        Op::Part(which) => part(*which, a),
        op => match sign(op) {
            Some(sign) => binary(sign, kids),
            None => nested(op, a, b, c).unwrap_or_else(|| function(op, &bare(0), b)),
        },
    }
}

/// Operations that are a method of their first operand.
fn method(op: &Op) -> Option<&'static str> {
    Some(match op {
        Op::Lower => "lowerAscii",
        Op::Upper => "upperAscii",
        Op::Trim => "trim",
        Op::Backwards => "reverse",
        Op::Replace => "replace",
        Op::Substring | Op::From => "substring",
        Op::Split => "split",
        Op::Join => "join",
        Op::IndexOf => "indexOf",
        Op::LastIndexOf => "lastIndexOf",
        Op::Contains => "contains",
        Op::Starts => "startsWith",
        Op::Ends => "endsWith",
        Op::Sort => "sort",
        Op::Sum => "sum",
        Op::Distinct => "distinct",
        Op::Flatten => "flatten",
        _ => return None,
    })
}

fn sign(op: &Op) -> Option<&'static str> {
    Some(match op {
        Op::Add => "+",
        Op::Sub => "-",
        Op::Mul => "*",
        Op::Div => "/",
        Op::Rem => "%",
        Op::Equal => "==",
        Op::Less => "<",
        Op::AtMost => "<=",
        Op::And => "&&",
        Op::Or => "||",
        Op::In => "in",
        _ => return None,
    })
}

/// Operations that are one function of the language, or a chain of some.
fn function(op: &Op, a: &str, b: &str) -> String {
    match op {
        Op::Size => format!("size({a})"),
        Op::ToText => format!("string({a})"),
        Op::Plain => format!("'%s'.format([{a}])"),
        Op::Fixed(places) => format!("'%.{places}f'.format([{a}])"),
        Op::ToInt | Op::Epoch => format!("int({a})"),
        Op::ToFloat => format!("double({a})"),
        Op::Least => format!("math.least({a}, {b})"),
        Op::Greatest => format!("math.greatest({a}, {b})"),
        Op::Abs => format!("math.abs({a})"),
        Op::Round => format!("math.round({a})"),
        Op::Floor => format!("math.floor({a})"),
        Op::Ceil => format!("math.ceil({a})"),
        Op::Min => format!("math.least({a})"),
        Op::Max => format!("math.greatest({a})"),
        Op::Range => format!("lists.range({a})"),
        Op::ToTime => format!("timestamp({a})"),
        Op::ToDate => format!("timestamp({a} + 'T00:00:00Z')"),
        Op::TimeText => format!("string({a})"),
        Op::DateText => format!("string({a}).substring(0, 10)"),
        Op::JsonDecode => format!("json.decode({a})"),
        _ => String::new(),
    }
}
