//! Requests: how they are put together, and sent singly, for each of a list, or side by side.
//!
//! *Never:* a value stands in a URL, a query or a form as it is.

use super::super::plan::{Action, Body, Part, Planned, PlannedStep, Request};
use super::Writer;
use crate::bound::{Poly, Size};
use crate::cel::Type;
use crate::wasm::Local;
use wasm_encoder::Instruction;

/// The kind of a fault that stands in a list, as the runtime numbers it.
const FAULT: u32 = 16;

impl Request {
    /// What of the runtime sends one.
    pub(super) fn single(&self) -> &'static str {
        match self {
            Self::Fetch { .. } => "rt_fetch",
            Self::Call { .. } => "rt_call",
        }
    }

    fn many(&self) -> &'static str {
        match self {
            Self::Fetch { .. } => "rt_fetch_all",
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

    fn list(&mut self, room: usize) -> Local {
        self.emitter.new_list(room)
    }

    fn escaped(&mut self, value: &'a Planned) -> Size {
        let size = self.value(value);
        let escaped = self.emitter.run("rt_url_encode", &[&size]);
        self.checked();
        escaped
    }

    /// Counts what the runtime writes as JSON to send so many requests, of this size together.
    pub(super) fn sending(&mut self, request: &Request, size: &Size, count: &Poly) {
        if let Request::Call { .. } = request {
            self.emitter.also_writing(size, count);
        }
    }

    /// A request as the runtime takes it.
    pub(super) fn request(&mut self, request: &'a Request) -> Size {
        let mut size = Size::empty();
        match request {
            Request::Call { capability, operation, input } => {
                let list = self.list(3);
                for text in [capability, operation] {
                    self.emitter.code.get(list);
                    size.put(&self.text(text));
                    self.emitter.code.call("rt_push");
                }
                self.emitter.code.get(list);
                let input = match input {
                    Some(input) => self.value(input),
                    None => {
                        let nothing = self.list(0);
                        self.emitter.code.get(nothing);
                        self.emitter.run("rt_map", &[&Size::empty()])
                    }
                };
                size.put(&input);
                size.ink = input.ink;
                self.emitter.code.call("rt_push").get(list);
            }
            Request::Fetch { method, url, query, headers, body, bearer, timeout_ms } => {
                let list = self.list(6);
                self.emitter.code.get(list);
                size.put(&self.text(method));
                self.emitter.code.call("rt_push").get(list);
                size.put(&self.url(url, query));
                self.emitter.code.call("rt_push").get(list);
                size.put(&self.headers(headers, body));
                self.emitter.code.call("rt_push").get(list);
                size.put(&self.body(body));
                self.emitter.code.call("rt_push").get(list);
                size.put(&self.credentials(bearer.as_deref()));
                self.emitter.code.call("rt_push").get(list);
                match timeout_ms {
                    Some(timeout) => {
                        let constant = self.emitter.data.int(i64::from(*timeout));
                        self.emitter.code.i32(constant);
                    }
                    None => {
                        self.emitter.code.call("rt_null");
                    }
                }
                self.emitter.code.call("rt_push").get(list);
                size.put(&Size::scalar());
            }
        }
        size
    }

    fn joined(&mut self, left: &Size, right: &Size) -> Size {
        self.emitter.run("rt_concat", &[left, right])
    }

    fn url(&mut self, parts: &'a [Part], query: &'a [(String, Planned)]) -> Size {
        let mut has_query = false;
        let mut size = Size::of_bytes(0);
        for (at, part) in parts.iter().enumerate() {
            let part = match part {
                Part::Text(text) => {
                    has_query |= text.contains('?');
                    self.text(text)
                }
                Part::Escaped(value) => self.escaped(value),
            };
            size = if at > 0 { self.joined(&size, &part) } else { part };
        }
        for (name, value) in query {
            let mark = if has_query { '&' } else { '?' };
            has_query = true;
            let pair = self.pair(&format!("{mark}{}=", encoded(name)), value);
            size = self.joined(&size, &pair);
        }
        size
    }

    /// Constant text with an escaped value behind it.
    fn pair(&mut self, before: &str, value: &'a Planned) -> Size {
        let (before, value) = (self.text(before), self.escaped(value));
        self.joined(&before, &value)
    }

    fn headers(&mut self, headers: &'a [(String, Planned)], body: &Body) -> Size {
        let list = self.list(0);
        let mut size = Size::empty();
        let given = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let kind = match body {
            Body::Json(_) if !given => Some("application/json"),
            Body::Form(_) if !given => Some("application/x-www-form-urlencoded"),
            _ => None,
        };
        if let Some(kind) = kind {
            for text in ["content-type", kind] {
                self.emitter.code.get(list);
                size.put(&self.text(text));
                self.emitter.code.call("rt_push");
            }
        }
        for (name, value) in headers {
            self.emitter.code.get(list);
            size.put(&self.text(name));
            self.emitter.code.call("rt_push").get(list);
            let value = self.value(value);
            size.put(&self.emitter.run("rt_to_string", &[&value]));
            self.checked();
            self.emitter.code.call("rt_push");
        }
        self.emitter.code.get(list);
        size
    }

    fn body(&mut self, body: &'a Body) -> Size {
        match body {
            Body::None => {
                self.emitter.code.call("rt_null");
                Size::scalar()
            }
            Body::Plain(value) => self.value(value),
            Body::Json(value) => {
                let size = self.value(value);
                let text = self.emitter.write("rt_to_json", &size);
                self.checked();
                text
            }
            Body::Form(fields) => {
                let mut size = Size::of_bytes(0);
                for (at, (name, value)) in fields.iter().enumerate() {
                    let mark = if at > 0 { "&" } else { "" };
                    let pair = self.pair(&format!("{mark}{}=", encoded(name)), value);
                    size = if at > 0 { self.joined(&size, &pair) } else { pair };
                }
                size
            }
        }
    }

    fn credentials(&mut self, bearer: Option<&str>) -> Size {
        let list = self.list(3);
        let mut size = Size::empty();
        if let Some(secret) = bearer {
            self.emitter.code.get(list);
            size.put(&self.text(secret));
            self.emitter.code.call("rt_push").get(list);
            let placement = self.emitter.data.int(0);
            self.emitter.code.i32(placement).call("rt_push").get(list);
            self.text("");
            self.emitter.code.call("rt_push");
            size.put(&Size::scalar());
            size.put(&Size::of_bytes(0));
        }
        self.emitter.code.get(list);
        size
    }

    /// Sends one request for each item of a list, all side by side; gives the list of answers.
    pub(super) fn each(&mut self, list: &'a Planned, request: &'a Request) -> Size {
        let items = self.local();
        let range = self.value(list);
        let range = self.emitter.run("rt_range", &[&range]);
        self.checked();
        self.emitter.code.set(items);
        let requests = self.list(0);
        let (at, item) = (self.local(), self.local());
        let rounds = self.emitter.rounds(&range);
        let item_type = match &list.node.ty {
            Type::List(item) => Type::clone(item),
            _ => Type::Dyn,
        };
        self.emitter.input("item", item, Size::of(Poly::of(rounds.item), &item_type));
        let code = &mut self.emitter.code;
        code.i32(0).set(at);
        let done = code.block(None);
        let top = code.repeat(rounds.clone());
        code.get(at).get(items).load32(4).op(Instruction::I32GeU).br_if(done);
        code.get(items).get(at).call("rt_second").set(item).get(requests);
        let one = self.request(request);
        let code = &mut self.emitter.code;
        code.call("rt_push").get(at).i32(1).op(Instruction::I32Add).set(at).br(top);
        code.end().end();
        let weight = one.weight.plus_fixed(1.0);
        let weight = weight.over_rounds(rounds.item, &rounds.count, &rounds.total).plus_fixed(1.0);
        let all = Size { weight, len: rounds.count.clone(), value: None, ink: one.ink };
        self.emitter.code.get(requests);
        self.sending(request, &all, &rounds.count);
        let answers = self.emitter.run(request.many(), &[&all, &Self::answers()]);
        self.checked();
        self.emitter.code.set(items).i32(0).set(at);
        // One answer that is a fault is a fault of the step.
        let again = self.emitter.rounds(&Size { len: rounds.count, ..answers.clone() });
        let code = &mut self.emitter.code;
        let done = code.block(None);
        let top = code.repeat(again);
        code.get(at).get(items).load32(4).op(Instruction::I32GeU).br_if(done);
        code.get(items).get(at).call("rt_second").set(item);
        self.unless_fault(item);
        let code = &mut self.emitter.code;
        code.get(at).i32(1).op(Instruction::I32Add).set(at).br(top);
        code.end().end();
        code.get(items);
        answers
    }

    fn unless_fault(&mut self, value: Local) {
        let fault = self.emitter.fault;
        let code = &mut self.emitter.code;
        code.get(value).load32(0).i32(FAULT).op(Instruction::I32Eq).when(None);
        code.get(value).call("rt_again").br(fault).end();
    }

    /// Locals for the results of steps, null until they have one.
    pub(super) fn named_nulls(&mut self, steps: &'a [PlannedStep]) -> Vec<Local> {
        let mut locals = Vec::new();
        for _ in steps {
            let local = self.local();
            self.emitter.code.call("rt_null").set(local);
            locals.push(local);
        }
        locals
    }

    /// Steps that go out side by side: fetches in one batch, calls in another.
    pub(super) fn parallel(&mut self, steps: &'a [PlannedStep], results: &[Local]) {
        let mut sizes = Vec::new();
        for batch in ["rt_fetch_all", "rt_call_all"] {
            let requests = self.list(0);
            let (mut taken, mut all) = (Vec::new(), Size::empty());
            for (step, result) in steps.iter().zip(results) {
                let Action::Send(request) = &step.action else { continue };
                if request.many() != batch {
                    continue;
                }
                let number = self.local();
                self.emitter.code.op(Instruction::I32Const(-1)).set(number);
                let skip = self.emitter.code.block(None);
                if let Some(when) = &step.when {
                    self.truth(when);
                    self.emitter.code.op(Instruction::I32Eqz).br_if(skip);
                }
                self.emitter.code.get(requests).load32(4).set(number).get(requests);
                let size = self.request(request);
                self.emitter.code.call("rt_push").end();
                self.sending(request, &size, &Poly::constant(1.0));
                all.put(&size);
                taken.push((step, *result, number));
            }
            if taken.is_empty() {
                continue;
            }
            let answers = self.local();
            self.emitter.code.get(requests);
            let size = self.emitter.run(batch, &[&all, &Self::answers()]);
            self.checked();
            self.emitter.code.set(answers);
            for (step, result, number) in taken {
                let size = self.answer(step, answers, number, result, &size);
                sizes.push((step, result, size));
            }
        }
        for (step, result, size) in sizes {
            if let Some(name) = &step.name {
                self.emitter.input(name, result, size.max(&Size::scalar()));
            }
        }
    }

    fn answer(
        &mut self,
        step: &'a PlannedStep,
        answers: Local,
        number: Local,
        result: Local,
        size: &Size,
    ) -> Size {
        let skip = self.emitter.code.block(None);
        self.emitter.code.get(number).i32(0).op(Instruction::I32LtS).br_if(skip);
        let size = self.guarded(step.otherwise.as_ref(), |writer| {
            let answer = writer.local();
            writer.emitter.code.get(answers).get(number).call("rt_second").set(answer);
            writer.unless_fault(answer);
            writer.emitter.code.get(answer);
            size.clone()
        });
        self.emitter.code.set(result).end();
        size
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
