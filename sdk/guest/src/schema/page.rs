//! A schema as a document: what every type needs.
//!
//! *Never:* a type that holds itself is followed round; it is described once and referred to.

use super::{Field, Node, Null, Object, Of, Way};
use crate::json::push_quoted;

const DIALECT: &str = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema""#;

/// The schema of a type as a document.
pub(super) fn document(node: Node, way: Way) -> String {
    let mut page = Page { out: DIALECT.to_owned(), way, root: "", defined: Vec::new() };
    if let Node::Named { name, id, description, body } = node {
        page.root = id;
        page.member("title");
        push_quoted(name, &mut page.out);
        page.description(description);
        page.members(body(), Null::Refused);
    } else {
        page.members(node, Null::Refused);
    }
    page.definitions();
    page.out.push('}');
    page.out
}

/// A document that is being written. An object is opened with its brace; each member puts a comma
/// before itself where the text does not end with the brace.
pub struct Page {
    pub(super) out: String,
    pub(super) way: Way,
    /// The type that the whole document describes.
    root: &'static str,
    /// The types referred to, in the order of their definitions.
    defined: Vec<Definition>,
}

/// Whether a list of texts has begun.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    None,
    Some,
}

struct Definition {
    name: String,
    id: &'static str,
    description: &'static str,
    body: Of,
}

// === impl Page ===

impl Page {
    /// A whole schema.
    pub(super) fn schema(&mut self, node: Node, null: Null) {
        self.out.push('{');
        self.members(node, null);
        self.out.push('}');
    }

    /// The members of a schema.
    pub(super) fn members(&mut self, node: Node, null: Null) {
        match node {
            Node::Plain { kind, more } => {
                self.kind(kind, null);
                self.raw(more);
            }
            Node::Optional(of) => self.members(of(), Null::Fits),
            Node::Other(shape) => shape.members(self, null),
            Node::Object(_) | Node::Named { .. } if null == Null::Fits => self.or_null(node),
            Node::Object(object) => self.object(&object, None),
            Node::Named { name, id, description, body } => {
                let place = self.place_of(name, id, description, body);
                self.member("$ref");
                push_quoted(&place, &mut self.out);
            }
        }
    }

    /// For what can take no null in: one of two schemas fits.
    pub(super) fn or_null(&mut self, node: Node) {
        self.member("anyOf");
        self.out.push('[');
        self.schema(node, Null::Refused);
        self.out.push_str(r#",{"type":"null"}]"#);
    }

    /// Where a type is described.
    fn place_of(
        &mut self,
        name: &str,
        id: &'static str,
        description: &'static str,
        body: Of,
    ) -> String {
        if id == self.root {
            return "#".to_owned();
        }
        let known = self.defined.iter().find(|one| one.id == id).map(|one| one.name.clone());
        let name = known.unwrap_or_else(|| {
            let mut unique = name.to_owned();
            // Two types of one name in two modules.
            while self.defined.iter().any(|one| one.name == unique) {
                unique.push('_');
            }
            self.defined.push(Definition { name: unique.clone(), id, description, body });
            unique
        });
        let mut place = "#/$defs/".to_owned();
        place.push_str(&name);
        place
    }

    fn definitions(&mut self) {
        let mut written = 0;
        // What is described may refer to more.
        while let Some(one) = self.defined.get(written) {
            let (name, description, body) = (one.name.clone(), one.description, one.body);
            if written == 0 {
                self.member("$defs");
                self.out.push('{');
            }
            self.member(&name);
            self.out.push('{');
            self.description(description);
            self.members(body(), Null::Refused);
            self.out.push('}');
            written += 1;
        }
        if written > 0 {
            self.out.push('}');
        }
    }

    /// The members of an object's schema; a tag is one more property that has to be there.
    pub(super) fn object(&mut self, object: &Object, tag: Option<(&str, &str)>) {
        let way = self.way;
        let present = |field: &Field| match way {
            Way::Read => field.read,
            Way::Written => field.written,
        };
        self.kind("object", Null::Refused);
        if object.denies {
            self.raw(r#""additionalProperties":false"#);
        }
        if tag.is_some() || object.fields.iter().any(|field| present(field).is_some()) {
            self.member("properties");
            self.out.push('{');
            if let Some((tag, name)) = tag {
                self.constant(tag, name);
            }
            for field in object.fields {
                let Some((name, _)) = present(field) else { continue };
                self.member(name);
                self.out.push('{');
                self.description(field.description);
                self.members((field.of)(), Null::Refused);
                self.out.push('}');
            }
            self.out.push('}');
        }
        let mut required = Listed::None;
        if let Some((tag, _)) = tag {
            self.add_text("required", tag, &mut required);
        }
        for field in object.fields {
            let Some((name, is_needed)) = present(field) else { continue };
            // `serde` takes an option that is not there for none.
            let may_miss = way == Way::Read && matches!((field.of)(), Node::Optional(_));
            if is_needed && !may_miss {
                self.add_text("required", name, &mut required);
            }
        }
        self.end_texts(required);
    }

    /// A property that is always this text.
    pub(super) fn constant(&mut self, name: &str, text: &str) {
        self.member(name);
        self.out.push('{');
        self.kind("string", Null::Refused);
        self.member("const");
        push_quoted(text, &mut self.out);
        self.out.push('}');
    }

    pub(super) fn kind(&mut self, kind: &str, null: Null) {
        self.member("type");
        if null == Null::Fits && kind != "null" {
            self.out.push('[');
            push_quoted(kind, &mut self.out);
            self.out.push_str(r#","null"]"#);
        } else {
            push_quoted(kind, &mut self.out);
        }
    }

    pub(super) fn description(&mut self, text: &str) {
        if !text.is_empty() {
            self.member("description");
            push_quoted(text, &mut self.out);
        }
    }

    /// One text of the list that is the member `name`. Where none is added, there is no member.
    pub(super) fn add_text(&mut self, name: &str, text: &str, list: &mut Listed) {
        match list {
            Listed::None => {
                self.member(name);
                self.out.push('[');
            }
            Listed::Some => self.out.push(','),
        }
        *list = Listed::Some;
        push_quoted(text, &mut self.out);
    }

    pub(super) fn end_texts(&mut self, list: Listed) {
        if list == Listed::Some {
            self.out.push(']');
        }
    }

    pub(super) fn member(&mut self, name: &str) {
        self.comma();
        push_quoted(name, &mut self.out);
        self.out.push(':');
    }

    /// Members that are JSON already.
    pub(super) fn raw(&mut self, members: &str) {
        if !members.is_empty() {
            self.comma();
            self.out.push_str(members);
        }
    }

    fn comma(&mut self) {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
    }
}
