//! Source text that is made from `capability.yaml`: what the capability says of itself, and which
//! function does which operation.
//!
//! *Never:* a text of the author stands in it unescaped.

pub(crate) mod assemblyscript;
pub(crate) mod c;
pub(crate) mod go;
pub(crate) mod image;
pub(crate) mod js;
pub(crate) mod python;

/// A string literal that C, C++, Go, JavaScript and Zig all read alike: escapes for what is not
/// plain ASCII are of three octal digits in C, so this one is for C alone.
pub(crate) fn c_literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => {
                literal.push('\\');
                literal.push(char::from(byte));
            }
            // A question mark begins a trigraph in old C.
            b' '..=b'~' if byte != b'?' => literal.push(char::from(byte)),
            _ => literal.push_str(&format!("\\{byte:03o}")),
        }
    }
    literal.push('"');
    literal
}

/// `count-words` as a name of C and most others.
pub(crate) fn snake(name: &str) -> String {
    name.replace('-', "_")
}
