//! Rules of schemas as code: each holds, or the call ends with what it says.
//!
//! *Never:* a rule that has a fault counts as one that holds.

use super::Writer;
use crate::cel::Span;
use crate::recipe::rules::Rule;

impl<'a> Writer<'a> {
    pub(super) fn rules(&mut self, rules: &'a [Rule], cause: u32, before: &str) {
        for rule in rules {
            let holds = self.emitter.code.block(None);
            let failed = self.emitter.code.block(None);
            let outer = std::mem::replace(&mut self.emitter.fault, failed);
            self.emitter.hushed(|emitter| emitter.truth(&rule.condition));
            self.emitter.fault = outer;
            self.emitter.code.br_if(holds).end();
            let about = self.emitter.data.text(&format!("{before}{}", rule.about));
            self.emitter.raise(cause, about);
            self.emitter.code.end();
        }
    }

    /// A name that was kept, on the stack.
    pub(super) fn loaded(&mut self, name: &str) {
        self.emitter.load_input(name, Span::default());
    }
}
