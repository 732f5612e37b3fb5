//! Why a text could not be read, or a value not be written.
//!
//! *Never:* a number is formatted here; the code for fractions alone would outweigh the rest.

use std::fmt::{self, Display};

use serde::de::{Expected, Unexpected};

use super::integer::{push_signed, push_unsigned};

/// Why a text could not be read, or a value not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub(super) message: String,
}

// === impl Error ===

impl Error {
    pub(super) fn plain(message: &str) -> Self {
        Self { message: message.to_owned() }
    }

    fn of(parts: &[&str]) -> Self {
        let mut message = String::new();
        parts.iter().for_each(|part| message.push_str(part));
        Self { message }
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl serde::ser::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self { message: message.to_string() }
    }
}

impl serde::de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self { message: message.to_string() }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        unexpected(found, expected)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        unexpected(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let mut count = String::new();
        push_unsigned(length as u64, &mut count);
        Self::of(&["expected ", &expected.to_string(), ", found the length ", &count])
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        unknown("variant", variant, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        unknown("field", field, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::of(&["missing field `", field, "`"])
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::of(&["duplicate field `", field, "`"])
    }
}

fn unknown(what: &str, name: &str, expected: &[&str]) -> Error {
    let mut error = Error::of(&["unknown ", what, " `", name, "`"]);
    let mut before = ", expected `";
    for known in expected {
        error.message.push_str(before);
        error.message.push_str(known);
        error.message.push('`');
        before = ", `";
    }
    error
}

fn unexpected(found: Unexpected<'_>, expected: &dyn Expected) -> Error {
    let mut number = String::new();
    let found = match found {
        Unexpected::Unsigned(value) => {
            number.push_str("the number ");
            push_unsigned(value, &mut number);
            number.as_str()
        }
        Unexpected::Signed(value) => {
            number.push_str("the number ");
            push_signed(value, &mut number);
            number.as_str()
        }
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Float(_) => "a fraction",
        Unexpected::Char(_) | Unexpected::Str(_) => "other text",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit => "null",
        Unexpected::Option => "an option",
        Unexpected::NewtypeStruct => "a wrapped value",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        Unexpected::Enum => "an enum",
        Unexpected::UnitVariant => "a variant without a value",
        Unexpected::NewtypeVariant => "a variant with one value",
        Unexpected::TupleVariant => "a variant with several values",
        Unexpected::StructVariant => "a variant with fields",
        Unexpected::Other(what) => what,
    };
    Error::of(&["expected ", &expected.to_string(), ", found ", found])
}
