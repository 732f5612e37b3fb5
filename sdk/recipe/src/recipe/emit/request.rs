//! Requests: how they are put together, and sent singly, for each of a list, or side by side.
//!
//! *Never:* a value stands in a URL, a query or a form as it is.

use super::super::plan::{Action, Body, Part, Planned, PlannedStep, Request};
use super::Writer;
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
    fn text(&mut self, text: &str) {
        let constant = self.emitter.data.text(text);
        self.emitter.code.i32(constant);
    }

    fn list(&mut self, room: u32) -> Local {
        let list = self.local();
        self.emitter.code.i32(room).call("rt_list").set(list);
        list
    }

    fn escaped(&mut self, value: &'a Planned) {
        self.value(value);
        self.emitter.code.call("rt_url_encode");
        self.checked();
    }

    /// A request as the runtime takes it.
    pub(super) fn request(&mut self, request: &'a Request) {
        match request {
            Request::Call { capability, operation, input } => {
                let list = self.list(3);
                for text in [capability, operation] {
                    self.emitter.code.get(list);
                    self.text(text);
                    self.emitter.code.call("rt_push");
                }
                self.emitter.code.get(list);
                match input {
                    Some(input) => self.value(input),
                    None => {
                        let nothing = self.list(0);
                        self.emitter.code.get(nothing).call("rt_map");
                    }
                }
                self.emitter.code.call("rt_push").get(list);
            }
            Request::Fetch { method, url, query, headers, body, bearer, timeout_ms } => {
                let list = self.list(6);
                self.emitter.code.get(list);
                self.text(method);
                self.emitter.code.call("rt_push").get(list);
                self.url(url, query);
                self.emitter.code.call("rt_push").get(list);
                self.headers(headers, body);
                self.emitter.code.call("rt_push").get(list);
                self.body(body);
                self.emitter.code.call("rt_push").get(list);
                self.credentials(bearer.as_deref());
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
            }
        }
    }

    fn url(&mut self, parts: &'a [Part], query: &'a [(String, Planned)]) {
        let mut has_query = false;
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Text(text) => {
                    has_query |= text.contains('?');
                    self.text(text);
                }
                Part::Escaped(value) => self.escaped(value),
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
    fn pair(&mut self, before: &str, value: &'a Planned) {
        self.text(before);
        self.escaped(value);
        self.emitter.code.call("rt_concat");
    }

    fn headers(&mut self, headers: &'a [(String, Planned)], body: &Body) {
        let list = self.list(0);
        let given = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let kind = match body {
            Body::Json(_) if !given => Some("application/json"),
            Body::Form(_) if !given => Some("application/x-www-form-urlencoded"),
            _ => None,
        };
        if let Some(kind) = kind {
            for text in ["content-type", kind] {
                self.emitter.code.get(list);
                self.text(text);
                self.emitter.code.call("rt_push");
            }
        }
        for (name, value) in headers {
            self.emitter.code.get(list);
            self.text(name);
            self.emitter.code.call("rt_push").get(list);
            self.value(value);
            self.emitter.code.call("rt_to_string");
            self.checked();
            self.emitter.code.call("rt_push");
        }
        self.emitter.code.get(list);
    }

    fn body(&mut self, body: &'a Body) {
        match body {
            Body::None => {
                self.emitter.code.call("rt_null");
            }
            Body::Plain(value) => self.value(value),
            Body::Json(value) => {
                self.value(value);
                self.emitter.code.call("rt_to_json");
                self.checked();
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

    fn credentials(&mut self, bearer: Option<&str>) {
        let list = self.list(3);
        if let Some(secret) = bearer {
            self.emitter.code.get(list);
            self.text(secret);
            self.emitter.code.call("rt_push").get(list);
            let placement = self.emitter.data.int(0);
            self.emitter.code.i32(placement).call("rt_push").get(list);
            self.text("");
            self.emitter.code.call("rt_push");
        }
        self.emitter.code.get(list);
    }

    /// Sends one request for each item of a list, all side by side; gives the list of answers.
    pub(super) fn each(&mut self, list: &'a Planned, request: &'a Request) {
        let items = self.local();
        self.value(list);
        self.emitter.code.call("rt_range");
        self.checked();
        self.emitter.code.set(items);
        let requests = self.list(0);
        let (at, item) = (self.local(), self.local());
        self.emitter.input("item", item);
        let code = &mut self.emitter.code;
        code.i32(0).set(at);
        let done = code.block(None);
        let top = code.repeat();
        code.get(at).get(items).load32(4).op(Instruction::I32GeU).br_if(done);
        code.get(items).get(at).call("rt_second").set(item).get(requests);
        self.request(request);
        let code = &mut self.emitter.code;
        code.call("rt_push").get(at).i32(1).op(Instruction::I32Add).set(at).br(top);
        code.end().end();
        code.get(requests).call(request.many());
        self.checked();
        self.emitter.code.set(items).i32(0).set(at);
        // One answer that is a fault is a fault of the step.
        let code = &mut self.emitter.code;
        let done = code.block(None);
        let top = code.repeat();
        code.get(at).get(items).load32(4).op(Instruction::I32GeU).br_if(done);
        code.get(items).get(at).call("rt_second").set(item);
        self.unless_fault(item);
        let code = &mut self.emitter.code;
        code.get(at).i32(1).op(Instruction::I32Add).set(at).br(top);
        code.end().end();
        code.get(items);
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
        for batch in ["rt_fetch_all", "rt_call_all"] {
            let requests = self.list(0);
            let mut taken = Vec::new();
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
                self.request(request);
                self.emitter.code.call("rt_push").end();
                taken.push((step, *result, number));
            }
            if taken.is_empty() {
                continue;
            }
            let answers = self.local();
            self.emitter.code.get(requests).call(batch);
            self.checked();
            self.emitter.code.set(answers);
            for (step, result, number) in taken {
                self.answer(step, answers, number, result);
            }
        }
        for (step, result) in steps.iter().zip(results) {
            if let Some(name) = &step.name {
                self.emitter.input(name, *result);
            }
        }
    }

    fn answer(&mut self, step: &'a PlannedStep, answers: Local, number: Local, result: Local) {
        let skip = self.emitter.code.block(None);
        self.emitter.code.get(number).i32(0).op(Instruction::I32LtS).br_if(skip);
        self.guarded(step.otherwise.as_ref(), |writer| {
            let answer = writer.local();
            writer.emitter.code.get(answers).get(number).call("rt_second").set(answer);
            writer.unless_fault(answer);
            writer.emitter.code.get(answer);
        });
        self.emitter.code.set(result).end();
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
