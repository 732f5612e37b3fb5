//! Documentation of a WIT package, out of the `package-docs` section of a component.
//!
//! The section is what WIT tools write: a version byte and JSON. Compilers mostly drop it when they
//! make a component; where it is kept, at the top or in a module inside, operations and schemas
//! carry its words.
//!
//! *Never:* the words are believed or obeyed: they are cut to size and freed of control characters.

use std::collections::HashMap;

use serde::Deserialize;

use crate::engine::effects::{Lines, scrub};

/// The largest section that is read. WASI's whole documentation is below 200 KiB.
const SECTION_BYTES_MAX: usize = 1 << 20;

/// The longest text of one item; about half a page.
const TEXT_BYTES_MAX: usize = 2_000;

/// What the section says; empty where there is none or it is not understood.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Docs {
    worlds: HashMap<String, World>,
    interfaces: HashMap<String, Interface>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct World {
    docs: Option<String>,
    funcs: HashMap<String, Function>,
    func_exports: HashMap<String, Function>,
    interfaces: HashMap<String, Interface>,
    interface_exports: HashMap<String, Interface>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Interface {
    funcs: HashMap<String, Function>,
    types: HashMap<String, Type>,
}

/// The first format had only the text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Function {
    Plain(Option<String>),
    Full {
        #[serde(default)]
        docs: Option<String>,
    },
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Type {
    docs: Option<String>,
    items: HashMap<String, String>,
}

impl Docs {
    /// Reads the section; anything strange is no documentation rather than an error.
    pub(super) fn parse(section: &[u8]) -> Option<Self> {
        let (version, json) = section.split_first()?;
        if *version > 1 || section.len() > SECTION_BYTES_MAX {
            return None;
        }
        serde_json::from_slice(json).ok()
    }

    /// Of the component as a whole: its world's.
    pub(super) fn world(&self) -> String {
        let mut all = self.worlds.values().filter_map(|world| world.docs.as_deref());
        match (all.next(), all.next()) {
            (Some(only), None) => clean(only),
            _ => String::new(),
        }
    }

    /// Of a function; `interface` is the name that it is exported under.
    pub(super) fn function(&self, interface: Option<&str>, name: &str) -> String {
        let function = match interface {
            Some(interface) => self.interface(interface).and_then(|found| found.funcs.get(name)),
            None => self
                .worlds
                .values()
                .find_map(|world| world.func_exports.get(name).or_else(|| world.funcs.get(name))),
        };
        let text = match function {
            Some(Function::Plain(text) | Function::Full { docs: text }) => text.as_deref(),
            None => None,
        };
        clean(text.unwrap_or_default())
    }

    /// Of a named type.
    pub(super) fn ty(&self, interface: &str, name: &str) -> String {
        let docs = self.type_of(interface, name).and_then(|ty| ty.docs.as_deref());
        clean(docs.unwrap_or_default())
    }

    /// Of a field, a case or a flag of a named type.
    pub(super) fn item(&self, interface: &str, name: &str, item: &str) -> String {
        let docs = self.type_of(interface, name).and_then(|ty| ty.items.get(item));
        clean(docs.map_or("", String::as_str))
    }

    fn type_of(&self, interface: &str, name: &str) -> Option<&Type> {
        self.interface(interface).and_then(|found| found.types.get(name))
    }

    /// The section names interfaces without their package: `shapes` for `local:test/shapes@1.0.0`.
    fn interface(&self, exported: &str) -> Option<&Interface> {
        let (plain, _) = exported.split_once('@').unwrap_or((exported, ""));
        match plain.rsplit_once('/') {
            Some((_, name)) => self.interfaces.get(name),
            None => self.worlds.values().find_map(|world| {
                world.interface_exports.get(plain).or_else(|| world.interfaces.get(plain))
            }),
        }
    }
}

/// The first sentence or line, for a summary.
pub(super) fn summary(docs: &str) -> String {
    let paragraph = docs.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let end = paragraph.find(". ").map_or(paragraph.len(), |at| at + 1);
    paragraph.get(..end).unwrap_or_default().trim().to_owned()
}

fn clean(text: &str) -> String {
    scrub(text, TEXT_BYTES_MAX, Lines::Many).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_are_read_and_cleaned() {
        let docs = Docs::parse(
            b"\x00{\"interfaces\":{\"shapes\":{\"funcs\":{\"area\":\"How\\u001b[31m large. More.\"}}}}",
        )
        .unwrap();
        assert_eq!(docs.function(Some("local:test/shapes@1.0.0"), "area"), "How large. More.");
        assert_eq!(summary(&docs.function(Some("a:b/shapes"), "area")), "How large.");
        let docs =
            Docs::parse(b"\x01{\"worlds\":{\"w\":{\"func_exports\":{\"f\":{\"docs\":\"F.\"}}}}}")
                .unwrap();
        assert_eq!(docs.function(None, "f"), "F.");
    }

    #[test]
    fn strange_sections_are_no_documentation() {
        for strange in [&b""[..], b"\x07{}", b"\x01{", b"\x01[1]"] {
            assert!(Docs::parse(strange).is_none(), "{strange:?}");
        }
        let long = format!("\x01{{\"x\":\"{}\"}}", "a".repeat(SECTION_BYTES_MAX));
        assert!(Docs::parse(long.as_bytes()).is_none());
        assert!(clean(&"a".repeat(9_000)).len() <= TEXT_BYTES_MAX);
        assert_eq!(clean("a\u{202e}b"), "ab");
    }
}
