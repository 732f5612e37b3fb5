//! Shapes that some types have. Each is code of its own, so that a component holds only those that its
//! types need.
//!
//! *Never:* one shape calls the code of another without its node.

use super::page::Listed;
use super::{
    Array, Choice, List, Map, Node, Null, Object, Page, Place, Raw, Shape, Split, Tag, Tuple,
    Variant, Way,
};
use crate::json::{push_quoted, push_unsigned};

impl Shape for Raw {
    fn members(&self, page: &mut Page, null: Null) {
        // Anything at all holds null already.
        if null == Null::Refused || self.0.is_empty() {
            return page.raw(self.0);
        }
        page.member("anyOf");
        page.out.push_str("[{");
        page.raw(self.0);
        page.out.push_str(r#"},{"type":"null"}]"#);
    }
}

impl Shape for List {
    fn members(&self, page: &mut Page, null: Null) {
        page.kind("array", null);
        page.raw(self.more);
        page.member("items");
        page.schema((self.of)(), Null::Refused);
    }
}

impl Shape for Array {
    fn members(&self, page: &mut Page, null: Null) {
        page.kind("array", null);
        let mut length = String::new();
        push_unsigned(self.length as u64, &mut length);
        for end in ["minItems", "maxItems"] {
            page.member(end);
            page.out.push_str(&length);
        }
        page.member("items");
        page.schema((self.of)(), Null::Refused);
    }
}

impl Shape for Tuple {
    fn members(&self, page: &mut Page, null: Null) {
        let way = page.way;
        let here = |place: &&Place| match way {
            Way::Read => place.is_read,
            Way::Written => place.is_written,
        };
        page.kind("array", null);
        let mut count = 0;
        for place in self.0.iter().filter(here) {
            if count == 0 {
                page.member("prefixItems");
                page.out.push('[');
            } else {
                page.out.push(',');
            }
            page.schema((place.of)(), Null::Refused);
            count += 1;
        }
        let mut length = String::new();
        push_unsigned(count, &mut length);
        if count > 0 {
            page.out.push(']');
            page.member("minItems");
            page.out.push_str(&length);
        }
        page.member("maxItems");
        page.out.push_str(&length);
    }
}

impl Shape for Map {
    fn members(&self, page: &mut Page, null: Null) {
        page.kind("object", null);
        let digits = match (self.keys)() {
            Node::Plain { kind: "integer", more } => {
                // The formats of numbers without a sign: `uint8`, `uint16` and so on.
                Some(if more.starts_with(r#""format":"u"#) { r"^\d+$" } else { r"^-?\d+$" })
            }
            Node::Plain { .. }
            | Node::Object(_)
            | Node::Optional(_)
            | Node::Named { .. }
            | Node::Other(_) => None,
        };
        match digits {
            Some(pattern) => {
                page.raw(r#""additionalProperties":false"#);
                page.member("patternProperties");
                page.out.push('{');
                page.member(pattern);
                page.schema((self.of)(), Null::Refused);
                page.out.push('}');
            }
            None => {
                page.member("additionalProperties");
                page.schema((self.of)(), Null::Refused);
            }
        }
    }
}

impl Shape for Split {
    fn members(&self, page: &mut Page, null: Null) {
        let of = if page.way == Way::Read { self.read } else { self.written };
        let node = of();
        if let Node::Named { body, .. } = node
            && null == Null::Refused
        {
            // This type stands for the other, so the other is described in its place.
            return page.members(body(), null);
        }
        page.members(node, null);
    }
}

impl Shape for Choice {
    fn members(&self, page: &mut Page, null: Null) {
        if null == Null::Refused {
            return self.one_of(page);
        }
        page.member("anyOf");
        page.out.push_str("[{");
        self.one_of(page);
        page.out.push_str(r#"},{"type":"null"}]"#);
    }
}

// === impl Page ===

impl Page {
    fn words<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        self.kind("string", Null::Refused);
        let mut list = Listed::None;
        words.for_each(|word| self.add_text("enum", word, &mut list));
        self.end_texts(list);
    }

    fn required(&mut self, names: &[&str]) {
        let mut list = Listed::None;
        names.iter().for_each(|name| self.add_text("required", name, &mut list));
        self.end_texts(list);
    }
}

// === impl Choice ===

impl Choice {
    fn one_of(&self, page: &mut Page) {
        let way = page.way;
        let name = |variant: &Variant| match way {
            Way::Read => variant.read,
            Way::Written => variant.written,
        };
        let is_word = |variant: &Variant| {
            matches!(self.tag, Tag::Outside)
                && variant.body.is_none()
                && variant.description.is_empty()
        };
        let words = || self.variants.iter().filter(|one| is_word(one)).filter_map(name);
        let others = || self.variants.iter().filter(|one| !is_word(one) && name(one).is_some());
        if others().next().is_none() && matches!(self.tag, Tag::Outside) {
            return page.words(words());
        }
        page.member(if matches!(self.tag, Tag::Nothing) { "anyOf" } else { "oneOf" });
        page.out.push('[');
        if words().next().is_some() {
            page.out.push('{');
            page.words(words());
            page.out.push('}');
        }
        for variant in others() {
            if page.out.ends_with('}') {
                page.out.push(',');
            }
            page.out.push('{');
            page.description(variant.description);
            let body = variant.body.map(|of| of());
            self.variant(page, name(variant).unwrap_or_default(), body);
            page.out.push('}');
        }
        page.out.push(']');
    }

    fn variant(&self, page: &mut Page, name: &str, body: Option<Node>) {
        match (self.tag, body) {
            (Tag::Outside, None) => {
                page.kind("string", Null::Refused);
                page.member("const");
                push_quoted(name, &mut page.out);
            }
            (Tag::Outside, Some(body)) => {
                page.kind("object", Null::Refused);
                page.raw(r#""additionalProperties":false"#);
                page.member("properties");
                page.out.push('{');
                page.member(name);
                page.schema(body, Null::Refused);
                page.out.push('}');
                page.required(&[name]);
            }
            (Tag::Inside(tag), Some(Node::Object(object))) => {
                page.object(&object, Some((tag, name)));
            }
            (Tag::Inside(tag), _) => {
                page.object(&Object { fields: &[], denies: self.denies }, Some((tag, name)));
            }
            (Tag::Beside(tag, content), body) => {
                page.kind("object", Null::Refused);
                if self.denies {
                    page.raw(r#""additionalProperties":false"#);
                }
                page.member("properties");
                page.out.push('{');
                page.constant(tag, name);
                if let Some(body) = body {
                    page.member(content);
                    page.schema(body, Null::Refused);
                }
                page.out.push('}');
                match body {
                    Some(_) => page.required(&[tag, content]),
                    None => page.required(&[tag]),
                }
            }
            (Tag::Nothing, Some(body)) => page.members(body, Null::Refused),
            (Tag::Nothing, None) => page.kind("null", Null::Refused),
        }
    }
}
