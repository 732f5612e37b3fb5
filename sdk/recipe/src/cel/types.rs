//! Types, and how one fits another.
//!
//! *Never:* a type that the checker could not find is taken for one that it found.

use std::fmt;
use std::sync::Arc;

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether every value of the record has it.
    pub required: bool,
}

/// A type of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Type {
    /// Known only when the recipe runs.
    Dyn,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number with a sign.
    Int,
    /// A whole number without one.
    Uint,
    /// A floating-point number.
    Double,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A moment.
    Time,
    /// A length of time.
    Duration,
    /// A list of this.
    List(Arc<Type>),
    /// A map from this to that.
    Map(Arc<Type>, Arc<Type>),
    /// An object with known fields; it is a map from text at run time.
    Record(Arc<Vec<Field>>),
    /// A value of this, or none.
    Optional(Arc<Type>),
    /// A type as a value.
    Type,
    /// A network address.
    Ip,
    /// A range of network addresses.
    Cidr,
    /// To be found: a parameter of a function, by number.
    Param(usize),
}

impl Type {
    /// A list of this.
    #[must_use]
    pub fn list(item: Self) -> Self {
        Self::List(Arc::new(item))
    }

    /// A map from this to that.
    #[must_use]
    pub fn map(key: Self, value: Self) -> Self {
        Self::Map(Arc::new(key), Arc::new(value))
    }

    /// An optional of this.
    #[must_use]
    pub fn optional(held: Self) -> Self {
        Self::Optional(Arc::new(held))
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Uint | Self::Double)
    }

    /// What a type is called as a value.
    pub(super) fn named(name: &str) -> Option<&'static str> {
        const NAMES: [&str; 15] = [
            "bool",
            "bytes",
            "double",
            "google.protobuf.Duration",
            "google.protobuf.Timestamp",
            "int",
            "list",
            "map",
            "net.CIDR",
            "net.IP",
            "null_type",
            "optional_type",
            "string",
            "type",
            "uint",
        ];
        NAMES.iter().find(|known| **known == name).copied()
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dyn | Self::Param(_) => f.write_str("dyn"),
            Self::Null => f.write_str("null"),
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Uint => f.write_str("uint"),
            Self::Double => f.write_str("double"),
            Self::Text => f.write_str("string"),
            Self::Bytes => f.write_str("bytes"),
            Self::Time => f.write_str("timestamp"),
            Self::Duration => f.write_str("duration"),
            Self::List(item) => write!(f, "list({item})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Record(_) => f.write_str("object"),
            Self::Optional(held) => write!(f, "optional({held})"),
            Self::Type => f.write_str("type"),
            Self::Ip => f.write_str("net.IP"),
            Self::Cidr => f.write_str("net.CIDR"),
        }
    }
}

/// What has been found out about parameters so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    params: Vec<Option<Type>>,
}

impl Found {
    pub(super) fn fresh(&mut self) -> usize {
        self.params.push(None);
        self.params.len() - 1
    }

    /// How many there are, to come back to with `forget`.
    pub(super) fn mark(&self) -> Vec<Option<Type>> {
        self.params.clone()
    }

    pub(super) fn forget(&mut self, mark: Vec<Option<Type>>) {
        self.params = mark;
    }

    /// A type with what has been found put in, at the outside only.
    pub(super) fn shallow(&self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        while let Type::Param(at) = ty {
            match self.params.get(at) {
                Some(Some(found)) => ty = found.clone(),
                _ => break,
            }
        }
        ty
    }

    /// A type with what has been found put in; what has not is `dyn`.
    pub(super) fn whole(&self, ty: &Type) -> Type {
        match self.shallow(ty) {
            Type::List(item) => Type::list(self.whole(&item)),
            Type::Map(key, value) => Type::map(self.whole(&key), self.whole(&value)),
            Type::Optional(held) => Type::optional(self.whole(&held)),
            Type::Param(_) => Type::Dyn,
            found => found,
        }
    }

    fn occurs(&self, at: usize, ty: &Type) -> bool {
        match self.shallow(ty) {
            Type::Param(other) => at == other,
            Type::List(inner) | Type::Optional(inner) => self.occurs(at, &inner),
            Type::Map(key, value) => self.occurs(at, &key) || self.occurs(at, &value),
            _ => false,
        }
    }

    fn bind(&mut self, at: usize, ty: Type) -> bool {
        if self.occurs(at, &ty) {
            return ty == Type::Param(at);
        }
        if let Some(slot) = self.params.get_mut(at) {
            *slot = Some(ty);
        }
        true
    }

    /// Whether a value of `from` can stand where `to` is wanted.
    pub(super) fn fits(&mut self, from: &Type, to: &Type) -> bool {
        let (from, to) = (self.shallow(from), self.shallow(to));
        match (&from, &to) {
            (Type::Param(a), Type::Param(b)) if a == b => true,
            (_, Type::Param(at)) => self.bind(*at, from),
            (Type::Param(at), _) => self.bind(*at, to),
            (Type::Dyn, _) | (_, Type::Dyn) => true,
            (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => {
                self.fits(a, b)
            }
            (Type::Map(a, b), Type::Map(c, d)) => self.fits(a, c) && self.fits(b, d),
            (Type::Record(fields), Type::Map(key, value)) => {
                let fields = Arc::clone(fields);
                self.fits(&Type::Text, key) && {
                    let joined = self.joined_fields(&fields);
                    self.fits(&joined, value)
                }
            }
            (Type::Map(..), Type::Record(_)) => true,
            (Type::Null, Type::Time | Type::Duration | Type::Optional(_)) => true,
            (a, b) => a == b,
        }
    }

    fn joined_fields(&mut self, fields: &[Field]) -> Type {
        let mut types = fields.iter().map(|field| field.ty.clone());
        let Some(first) = types.next() else { return Type::Dyn };
        types.fold(first, |joined, ty| self.join(&joined, &ty))
    }

    /// One type for values of both; `dyn` where there is no better one.
    pub(super) fn join(&mut self, left: &Type, right: &Type) -> Type {
        let mark = self.mark();
        let (a, b) = (self.shallow(left), self.shallow(right));
        if self.fits(&a, &b) && self.whole_fits(&a, &b) {
            return self.more_general(&a, &b);
        }
        self.forget(mark);
        Type::Dyn
    }

    fn whole_fits(&mut self, left: &Type, right: &Type) -> bool {
        // Null fits a timestamp as an argument; a list of both still holds both.
        !matches!((left, right), (Type::Null, other) | (other, Type::Null)
            if *other != Type::Null && *other != Type::Dyn)
    }

    fn more_general(&self, left: &Type, right: &Type) -> Type {
        match (self.shallow(left), self.shallow(right)) {
            (Type::Dyn, _) | (_, Type::Dyn) => Type::Dyn,
            (Type::List(a), Type::List(b)) => Type::list(self.more_general(&a, &b)),
            (Type::Optional(a), Type::Optional(b)) => Type::optional(self.more_general(&a, &b)),
            (Type::Map(a, b), Type::Map(c, d)) => {
                Type::map(self.more_general(&a, &c), self.more_general(&b, &d))
            }
            (Type::Record(_), map @ Type::Map(..)) => map,
            (found, _) => found,
        }
    }
}
