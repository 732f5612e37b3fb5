//! What generated code reaches of the runtime, and what of that could never run.
//!
//! *Never:* a function is left out that a value could come to.

use super::super::code::{Code, Step};
use super::super::data::made;
use super::super::runtime::{Runtime, Target};
use std::collections::BTreeSet;

/// Everything of the runtime that is reached, in the runtime's order.
#[derive(Default)]
pub(super) struct Reached {
    pub(super) imports: BTreeSet<u32>,
    pub(super) functions: BTreeSet<u32>,
    pub(super) pieces: BTreeSet<u32>,
    pub(super) table: bool,
    /// Functions that are never called: what refers to them finds a trap.
    pub(super) left_out: BTreeSet<u32>,
}

/// Functions that work on values of one kind, and what makes such values: functions of the runtime, and
/// what constants make. Where none of that is reached there are none, and the function is never called.
const OPTIONAL: [(&str, &[&str]); 14] = [
    ("opt_push_time", TIMES),
    ("opt_time_moved", TIMES),
    ("opt_time_between", TIMES),
    ("opt_push_duration", &["rt_to_duration", "rt_to_time", "rt_now", "rt_typed_input"]),
    ("opt_push_bytes", BYTES),
    ("opt_decode_bytes", BYTES),
    ("opt_push_net", &["rt_ip", "rt_cidr", "rt_contains_ip", "rt_contains_cidr", "rt_masked"]),
    ("opt_double", &[made::ANYTHING, made::DOUBLE, "rt_of_json"]),
    ("opt_push_double", DOUBLES),
    ("opt_double_order", DOUBLES),
    ("opt_large", &[made::ANYTHING, "rt_of_json"]),
    ("opt_whole", &[made::WHOLE]),
    ("opt_unique", &[made::ANYTHING, made::NAMES, "rt_of_json"]),
    ("opt_indexed", &["map_index"]),
];

const TIMES: &[&str] = &["rt_to_time", "rt_now", "rt_typed_input"];

/// Values that were kept come as bytes too.
const BYTES: &[&str] = &[
    made::BYTES,
    "rt_to_bytes",
    "rt_base64_decode",
    "rt_fetch",
    "rt_fetch_all",
    "rt_kv_get",
    "rt_typed_input",
];

const DOUBLES: &[&str] = &[
    made::ANYTHING,
    made::DOUBLE,
    "rt_of_json",
    "rt_double",
    "rt_to_double",
    "rt_number",
    "rt_typed_input",
];

impl Reached {
    /// What these functions reach, where constants make this.
    pub(super) fn by(runtime: &Runtime, functions: &[Code], made: &BTreeSet<&str>) -> Self {
        let symbols = functions.iter().flat_map(|code| &code.steps).filter_map(|step| match step {
            Step::Runtime(symbol, _) => Some(*symbol),
            Step::Plain(_) | Step::Own(_) | Step::Loop(_) | Step::Beside(_) | Step::Mark(_) => None,
        });
        let roots = symbols.filter_map(|symbol| runtime.exports.get(symbol));
        let roots: Vec<Target> = roots.map(|function| Target::Function(*function)).collect();
        let number = |name: &str| runtime.exports.get(name).copied();
        let left_out = OPTIONAL.iter().filter_map(|(name, _)| number(name)).collect();
        let mut reached = Self { left_out, ..Self::default() };
        reached.follow(runtime, roots);
        loop {
            let is_made = |maker: &&str| {
                let function = number(maker);
                made.contains(maker) || function.is_some_and(|at| reached.functions.contains(&at))
            };
            let wanted = OPTIONAL.iter().filter(|(_, makers)| makers.iter().any(is_made));
            let numbers = wanted.filter_map(|(name, _)| number(name));
            let missing: Vec<u32> = numbers.filter(|at| reached.left_out.contains(at)).collect();
            if missing.is_empty() {
                return reached;
            }
            for at in missing {
                reached.left_out.remove(&at);
                // It was reached as a trap, of which nothing was followed.
                if reached.functions.remove(&at) {
                    reached.follow(runtime, vec![Target::Function(at)]);
                }
            }
        }
    }

    fn follow(&mut self, runtime: &Runtime, mut open: Vec<Target>) {
        while let Some(target) = open.pop() {
            match target {
                Target::Function(at) if self.left_out.contains(&at) => {
                    self.functions.insert(at);
                }
                Target::Function(at) | Target::Slot(at) => {
                    self.table |= matches!(target, Target::Slot(_));
                    let Some(defined) = (at as usize).checked_sub(runtime.imports.len()) else {
                        self.imports.insert(at);
                        continue;
                    };
                    if self.functions.insert(at) {
                        let function = runtime.functions.get(defined);
                        let references = function.iter().flat_map(|function| &function.references);
                        open.extend(references.map(|reference| reference.target));
                    }
                }
                Target::Data(at) => {
                    if self.pieces.insert(at) {
                        let references =
                            runtime.pieces.get(&at).map(|piece| piece.references.iter());
                        open.extend(references.into_iter().flatten());
                    }
                }
                Target::Table => self.table = true,
                Target::Type(_) | Target::Global(_) | Target::Nothing | Target::Trap => {}
            }
        }
    }
}
