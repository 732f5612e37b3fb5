//! Requests: how they are put together.
//!
//! *Never:* a value stands in a URL, a query or a form as it is.

use super::{Writer, cause};
use crate::cel::{Node, Span};
use crate::recipe::plan::{Body, Credential, Fetch, Part, Request};
use crate::wasm::Local;
use wasm_encoder::Instruction;

impl Request {
    /// What of the runtime sends one.
    pub(super) fn single(&self) -> &'static str {
        match self {
            Self::Fetch(_) => "rt_fetch",
            Self::Call { .. } => "rt_call",
        }
    }

    /// What of the runtime sends many, side by side.
    pub(super) fn many(&self) -> &'static str {
        match self {
            Self::Fetch(_) => "rt_fetch_all",
            Self::Call { .. } => "rt_call_all",
        }
    }
}

impl<'a> Writer<'a> {
    fn text(&mut self, text: &str) {
        let constant = self.emitter.data.text(text);
        self.emitter.code.i32(constant);
    }

    /// A new list in a local.
    pub(super) fn list(&mut self, room: u32) -> Local {
        let list = self.local();
        self.emitter.code.i32(room).call("rt_list").set(list);
        list
    }

    /// Puts what is emitted at the end of a list.
    fn push(&mut self, list: Local, emit: impl FnOnce(&mut Self)) {
        self.emitter.code.get(list);
        emit(self);
        self.emitter.code.call("rt_push");
    }

    fn null(&mut self) {
        self.emitter.code.call("rt_null");
    }

    fn escaped(&mut self, value: &'a Node) {
        self.value(value);
        self.emitter.code.call("rt_url_encode");
        self.checked(value.span);
    }

    /// A part of a host or path: with nothing in it, it would lead elsewhere.
    fn segment(&mut self, value: &'a Node) {
        self.escaped(value);
        let local = self.local();
        let about = self.emitter.data.text("this part of the URL is empty");
        self.emitter.code.tee(local).load32(4).op(Instruction::I32Eqz).when(None);
        self.emitter.fail(cause::BAD_ARGUMENT, about, value.span);
        self.emitter.code.end().get(local);
    }

    /// A request as the runtime takes it.
    pub(super) fn request(&mut self, request: &'a Request, at: Span) {
        match request {
            Request::Call { capability, operation, input } => {
                let list = self.list(3);
                self.push(list, |writer| writer.text(capability));
                self.push(list, |writer| writer.text(operation));
                self.push(list, |writer| match input {
                    Some(input) => writer.value(input),
                    None => {
                        let nothing = writer.list(0);
                        writer.emitter.code.get(nothing).call("rt_map");
                    }
                });
                self.emitter.code.get(list);
            }
            Request::Fetch(fetch) => self.fetch(fetch, at),
        }
    }

    fn fetch(&mut self, fetch: &'a Fetch, at: Span) {
        let list = self.list(6);
        self.push(list, |writer| writer.text(&fetch.method));
        self.push(list, |writer| writer.url(&fetch.url, &fetch.query));
        self.push(list, |writer| writer.headers(&fetch.headers, &fetch.body));
        self.push(list, |writer| writer.body(&fetch.body, at));
        self.push(list, |writer| writer.credentials(&fetch.credentials));
        self.push(list, |writer| match fetch.timeout_ms {
            Some(timeout) => {
                let constant = writer.emitter.data.int(i64::from(timeout));
                writer.emitter.code.i32(constant);
            }
            None => writer.null(),
        });
        self.emitter.code.get(list);
    }

    fn url(&mut self, parts: &'a [Part], query: &'a [(String, Node)]) {
        let mut has_query = false;
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Text(text) => {
                    has_query |= text.contains('?');
                    self.text(text);
                }
                Part::Segment(value) => self.segment(value),
                Part::Value(value) => self.escaped(value),
            }
            if at > 0 {
                self.emitter.code.call("rt_concat");
            }
        }
        for (name, value) in query {
            let mark = if has_query { '&' } else { '?' };
            has_query = true;
            self.pair(&format!("{mark}{}=", encoded(name)), value);
            self.emitter.code.call("rt_concat");
        }
    }

    /// Constant text with an escaped value behind it.
    fn pair(&mut self, before: &str, value: &'a Node) {
        self.text(before);
        self.escaped(value);
        self.emitter.code.call("rt_concat");
    }

    fn headers(&mut self, headers: &'a [(String, Node)], body: &Body) {
        let list = self.list(0);
        let given = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let kind = match body {
            Body::Json(_) if !given => Some("application/json"),
            Body::Form(_) if !given => Some("application/x-www-form-urlencoded"),
            _ => None,
        };
        if let Some(kind) = kind {
            self.push(list, |writer| writer.text("content-type"));
            self.push(list, |writer| writer.text(kind));
        }
        for (name, value) in headers {
            self.push(list, |writer| writer.text(name));
            self.push(list, |writer| {
                writer.value(value);
                writer.emitter.code.call("rt_to_string");
                writer.checked(value.span);
            });
        }
        self.emitter.code.get(list);
    }

    fn body(&mut self, body: &'a Body, at: Span) {
        match body {
            Body::None => self.null(),
            Body::Plain(value) => self.value(value),
            Body::Json(value) => {
                self.value(value);
                self.emitter.code.call("rt_to_json");
                self.checked(at);
            }
            Body::Form(fields) => {
                for (at, (name, value)) in fields.iter().enumerate() {
                    let mark = if at > 0 { "&" } else { "" };
                    self.pair(&format!("{mark}{}=", encoded(name)), value);
                    if at > 0 {
                        self.emitter.code.call("rt_concat");
                    }
                }
            }
        }
    }

    fn credentials(&mut self, credentials: &'a [Credential]) {
        let list = self.list(0);
        for credential in credentials {
            let place = self.emitter.data.int(i64::from(credential.place));
            self.push(list, |writer| writer.text(&credential.secret));
            self.push(list, |writer| {
                writer.emitter.code.i32(place);
            });
            self.push(list, |writer| writer.text(&credential.name));
        }
        self.emitter.code.get(list);
    }
}

/// A name as a part of a URL, escaped now.
fn encoded(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
