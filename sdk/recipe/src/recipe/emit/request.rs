//! Requests: how they are put together.
//!
//! *Never:* a value stands in a URL, a query or a form as it is.

use super::{Writer, cause};
use crate::bound::{Poly, Size};
use crate::cel::{Node, Span};
use crate::recipe::plan::{Body, Credential, Fetch, Header, Pairs, Part, Request};
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
    fn text(&mut self, text: &str) -> Size {
        let constant = self.emitter.data.text(text);
        self.emitter.code.i32(constant);
        Size::of_bytes(text.len())
    }

    /// A new list in a local.
    pub(super) fn list(&mut self, room: usize) -> Local {
        self.emitter.new_list(room)
    }

    /// Puts what is emitted at the end of a list of this size.
    fn push(&mut self, list: Local, size: &mut Size, emit: impl FnOnce(&mut Self) -> Size) {
        self.emitter.code.get(list);
        size.put(&emit(self));
        self.emitter.code.call("rt_push");
    }

    fn escaped(&mut self, value: &'a Node) -> Size {
        let size = self.value(value);
        self.call("rt_url_encode", &[&size], value.span)
    }

    /// A part of a host or path: with nothing in it, it would lead elsewhere.
    fn segment(&mut self, value: &'a Node) -> Size {
        let size = self.escaped(value);
        let local = self.local();
        let about = self.emitter.data.text("this part of the URL is empty");
        self.emitter.code.tee(local).load32(4).op(Instruction::I32Eqz).when(None);
        self.emitter.fail(cause::BAD_ARGUMENT, about, value.span);
        self.emitter.code.end().get(local);
        size
    }

    /// Counts what the runtime writes as JSON to send so many requests, of this size together.
    pub(super) fn sending(&mut self, request: &Request, size: &Size, count: &Poly) {
        if let Request::Call { .. } = request {
            self.emitter.also_writing(size, count);
        }
    }

    /// A request as the runtime takes it.
    pub(super) fn request(&mut self, request: &'a Request, at: Span) -> Size {
        match request {
            Request::Call { capability, operation, input } => {
                let (list, mut size) = (self.list(3), Size::empty());
                self.push(list, &mut size, |writer| writer.text(capability));
                self.push(list, &mut size, |writer| writer.text(operation));
                self.emitter.code.get(list);
                let input = match input {
                    Some(input) => self.value(input),
                    None => {
                        let nothing = self.list(0);
                        self.emitter.code.get(nothing);
                        self.emitter.run("rt_names", &[&Size::empty()])
                    }
                };
                size.put(&input);
                size.ink = input.ink;
                self.emitter.code.call("rt_push").get(list);
                size
            }
            Request::Fetch(fetch) => self.fetch(fetch, at),
        }
    }

    fn fetch(&mut self, fetch: &'a Fetch, at: Span) -> Size {
        let (list, mut size) = (self.list(6), Size::empty());
        self.push(list, &mut size, |writer| writer.text(&fetch.method));
        self.push(list, &mut size, |writer| writer.url(&fetch.url, &fetch.query));
        self.push(list, &mut size, |writer| writer.headers(&fetch.headers, &fetch.body));
        self.push(list, &mut size, |writer| writer.body(&fetch.body, at));
        self.push(list, &mut size, |writer| writer.credentials(&fetch.credentials));
        self.push(list, &mut size, |writer| match fetch.timeout_ms {
            Some(timeout) => {
                let constant = writer.emitter.data.int(i64::from(timeout));
                writer.emitter.code.i32(constant);
                Size::scalar()
            }
            None => writer.null(),
        });
        self.emitter.code.get(list);
        size
    }

    fn joined(&mut self, left: &Size, right: &Size) -> Size {
        self.emitter.run("rt_concat", &[left, right])
    }

    fn url(&mut self, parts: &'a [Part], query: &'a Pairs) -> Size {
        let mut has_query = false;
        let mut size = Size::of_bytes(0);
        for (at, part) in parts.iter().enumerate() {
            let part = match part {
                Part::Text(text) => {
                    has_query |= text.contains('?');
                    self.text(text)
                }
                Part::Segment(value) => self.segment(value),
                Part::Value(value) => self.escaped(value),
            };
            size = if at > 0 { self.joined(&size, &part) } else { part };
        }
        match query {
            Pairs::Fixed(pairs) => {
                for (name, value) in pairs {
                    let mark = if has_query { '&' } else { '?' };
                    has_query = true;
                    let pair = self.pair(&format!("{mark}{name}="), value);
                    size = self.joined(&size, &pair);
                }
                size
            }
            Pairs::Joined(all) => {
                let all = self.value(all);
                self.joined(&size, &all)
            }
        }
    }

    /// Constant text with an escaped value behind it.
    fn pair(&mut self, before: &str, value: &'a Node) -> Size {
        let (before, value) = (self.text(before), self.escaped(value));
        self.joined(&before, &value)
    }

    fn headers(&mut self, headers: &'a [Header], body: &Body) -> Size {
        let (list, mut size) = (self.list(0), Size::empty());
        let given = headers.iter().any(|header| header.name.eq_ignore_ascii_case("content-type"));
        let kind = match body {
            Body::Json(_) if !given => Some("application/json"),
            Body::Form(_) if !given => Some("application/x-www-form-urlencoded"),
            _ => None,
        };
        if let Some(kind) = kind {
            self.push(list, &mut size, |writer| writer.text("content-type"));
            self.push(list, &mut size, |writer| writer.text(kind));
        }
        for Header { name, value, when } in headers {
            if let Some(when) = when {
                self.emitter.truth(when);
                self.emitter.code.when(None);
            }
            self.push(list, &mut size, |writer| writer.text(name));
            self.push(list, &mut size, |writer| {
                let size = writer.value(value);
                writer.call("rt_to_string", &[&size], value.span)
            });
            if when.is_some() {
                self.emitter.code.end();
            }
        }
        self.emitter.code.get(list);
        size
    }

    fn body(&mut self, body: &'a Body, at: Span) -> Size {
        match body {
            Body::None => self.null(),
            Body::Plain(value) => self.value(value),
            Body::Json(value) => {
                let size = self.value(value);
                let text = self.emitter.write("rt_to_json", &size);
                self.checked(at);
                text
            }
            Body::Form(Pairs::Fixed(fields)) => {
                let mut size = Size::of_bytes(0);
                for (at, (name, value)) in fields.iter().enumerate() {
                    let mark = if at > 0 { "&" } else { "" };
                    let pair = self.pair(&format!("{mark}{name}="), value);
                    size = if at > 0 { self.joined(&size, &pair) } else { pair };
                }
                size
            }
            Body::Form(Pairs::Joined(all)) => self.value(all),
        }
    }

    fn credentials(&mut self, credentials: &'a [Credential]) -> Size {
        let (list, mut size) = (self.list(0), Size::empty());
        for credential in credentials {
            let place = self.emitter.data.int(i64::from(credential.place));
            self.push(list, &mut size, |writer| writer.text(&credential.secret));
            self.push(list, &mut size, |writer| {
                writer.emitter.code.i32(place);
                Size::scalar()
            });
            self.push(list, &mut size, |writer| writer.text(&credential.name));
        }
        self.emitter.code.get(list);
        size
    }
}
