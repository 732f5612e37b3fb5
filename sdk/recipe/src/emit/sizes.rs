//! What calls take and give, from what is known of their arguments.
//!
//! *Never:* a call is emitted without what it takes.

use super::Emitter;
use crate::bound::{Poly, Size, Var, Work, effect, log, written};
use crate::wasm::Rounds;

impl Emitter<'_> {
    /// Calls a function of the runtime with arguments of these sizes, which stand on the stack.
    pub(crate) fn run(&mut self, symbol: &'static str, args: &[&Size]) -> Size {
        let (work, size) = effect(symbol, args, |sum| log(&self.settled(sum)));
        self.code.call_for(symbol, work);
        size
    }

    /// A sum without the items of loops: each as heavy as it can be.
    pub(crate) fn settled(&self, sum: &Poly) -> Poly {
        let mut sum = sum.clone();
        for (at, most) in self.items.iter().enumerate().rev() {
            sum = sum.with(Var::Item(super::count(at)), most);
        }
        sum
    }

    /// The rounds of a loop over this, with a variable for its items' weight.
    pub(crate) fn rounds(&mut self, range: &Size) -> Rounds {
        let item = Var::Item(super::count(self.items.len()));
        self.items.push(range.weight.clone());
        Rounds { item, count: range.len.clone(), total: range.weight.clone() }
    }

    /// JSON text of a value of this size.
    pub(crate) fn write(&mut self, symbol: &'static str, size: &Size) -> Size {
        let (work, text) = written(size);
        self.code.call_for(symbol, work);
        text
    }

    /// Counts the JSON text that the next call makes of values: so many, of this size together.
    pub(crate) fn also_writing(&mut self, size: &Size, count: &Poly) {
        let (mut work, _) = written(size);
        let (fuel, bytes) = (count.scaled(size.ink.fuel.0), count.scaled(size.ink.bytes.0));
        work.add(&Work { fuel, bytes: bytes.scaled(4.0).plus(&count.scaled(128.0)) });
        self.code.count(work);
    }
}
