//! The tree of an expression, macros already expanded, every node with its place in the source.
//!
//! *Never:* a node without a span, so that every message can point somewhere.

/// Bytes of the source, from `start` up to `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// Both spans and what lies between.
    #[must_use]
    pub fn to(self, end: Self) -> Self {
        Self { start: self.start, end: end.end }
    }
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `42`
    Int(i64),
    /// `42u`
    Uint(u64),
    /// `4.2`
    Double(f64),
    /// `'text'`
    Text(String),
    /// `b'bytes'`
    Bytes(Vec<u8>),
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
    /// How many nodes stand above each other here.
    pub depth: u32,
}

impl Expr {
    /// A node; its depth follows from what is in it.
    #[must_use]
    pub fn new(kind: Kind, span: Span) -> Self {
        let mut depth = 0;
        kind.each_part(&mut |part| depth = depth.max(part.depth));
        Self { kind, span, depth: depth + 1 }
    }
}

/// Whether an element of a literal or an access is optional (`?`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Plain.
    Required,
    /// Marked with `?`.
    Optional,
}

/// An element of a list.
#[derive(Debug, Clone)]
pub struct Item {
    /// Whether it is marked with `?`.
    pub presence: Presence,
    /// The element.
    pub value: Expr,
}

/// An entry of a map.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Whether it is marked with `?`.
    pub presence: Presence,
    /// The key.
    pub key: Expr,
    /// The value.
    pub value: Expr,
}

/// What a comprehension makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loop {
    /// Whether the step holds for all.
    All,
    /// Whether the step holds for one or more.
    Exists,
    /// Whether the step holds for exactly one.
    ExistsOne,
    /// A list of the steps.
    Map,
    /// A list of those elements for which the step holds.
    Filter,
    /// A map from the keys to the steps.
    MapValues,
    /// A map from the entries of the steps, which are maps themselves.
    MapEntries,
    /// The list, in the order of the steps.
    SortBy,
}

/// A loop over a list, or over a map's keys.
#[derive(Debug, Clone)]
pub struct Comprehension {
    /// What it makes.
    pub kind: Loop,
    /// What it runs over.
    pub range: Box<Expr>,
    /// One variable, or two: position and element, or key and value.
    pub vars: Vec<String>,
    /// Only elements for which this holds take part.
    pub filter: Option<Box<Expr>>,
    /// Computed once an element.
    pub step: Box<Expr>,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A literal.
    Literal(Literal),
    /// A name; with a leading dot it is never a loop's.
    Name {
        /// The name.
        name: String,
        /// Whether a dot stands before it.
        root: bool,
    },
    /// `operand.field`
    Select {
        /// What is selected from.
        operand: Box<Expr>,
        /// The field.
        field: String,
        /// Whether it is `.?field`.
        presence: Presence,
    },
    /// `has(operand.field)`
    Has {
        /// What is looked into.
        operand: Box<Expr>,
        /// The field.
        field: String,
    },
    /// `operand[index]`
    Index {
        /// What is indexed.
        operand: Box<Expr>,
        /// The index or key.
        index: Box<Expr>,
        /// Whether it is `[?index]`.
        presence: Presence,
    },
    /// A call of a function, a method or an operator.
    Call {
        /// What a method is called on.
        target: Option<Box<Expr>>,
        /// The function's name; operators have names like `_+_`.
        function: String,
        /// Where the name stands.
        name_span: Span,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// `left && right`
    And(Box<Expr>, Box<Expr>),
    /// `left || right`
    Or(Box<Expr>, Box<Expr>),
    /// `condition ? yes : no`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `[a, b]`
    List(Vec<Item>),
    /// `{a: b}`
    Map(Vec<Entry>),
    /// A macro that loops.
    Loop(Comprehension),
    /// `cel.bind(name, value, body)`
    Bind {
        /// The name.
        name: String,
        /// What it stands for.
        value: Box<Expr>,
        /// Where it does.
        body: Box<Expr>,
    },
    /// `target.optMap(name, body)`, or `optFlatMap`.
    OptMap {
        /// The optional.
        target: Box<Expr>,
        /// The name of what it holds.
        name: String,
        /// What is made of that.
        body: Box<Expr>,
        /// Whether the body is an optional already.
        flat: bool,
    },
    /// `target.orValue(other)`, or `or`: the other is computed only where it is needed.
    OptElse {
        /// The optional.
        target: Box<Expr>,
        /// What stands in.
        other: Box<Expr>,
        /// Whether the result is the value itself (`orValue`), not an optional.
        value: bool,
    },
    /// `type{field: value}`, which is out of this dialect's scope.
    Message(String),
}

impl Kind {
    /// Calls `each` with every expression that is directly in this one, in the order of the source.
    pub fn each_part<'a>(&'a self, each: &mut dyn FnMut(&'a Expr)) {
        match self {
            Self::Literal(_) | Self::Name { .. } | Self::Message(_) => {}
            Self::Select { operand, .. } | Self::Has { operand, .. } => each(operand),
            Self::Index { operand, index, .. } => {
                each(operand);
                each(index);
            }
            Self::Call { target, args, .. } => {
                target.iter().for_each(|target| each(target));
                args.iter().for_each(each);
            }
            Self::And(left, right) | Self::Or(left, right) => {
                each(left);
                each(right);
            }
            Self::If(condition, yes, no) => {
                each(condition);
                each(yes);
                each(no);
            }
            Self::List(items) => items.iter().for_each(|item| each(&item.value)),
            Self::Map(entries) => entries.iter().for_each(|entry| {
                each(&entry.key);
                each(&entry.value);
            }),
            Self::Loop(comprehension) => {
                each(&comprehension.range);
                comprehension.filter.iter().for_each(|filter| each(filter));
                each(&comprehension.step);
            }
            Self::Bind { value, body, .. } => {
                each(value);
                each(body);
            }
            Self::OptMap { target, body, .. } => {
                each(target);
                each(body);
            }
            Self::OptElse { target, other, .. } => {
                each(target);
                each(other);
            }
        }
    }
}
