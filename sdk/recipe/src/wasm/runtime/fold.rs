//! Functions that are the same but for their names: one stands for all of them, so that a component
//! has it once.
//!
//! *Never:* two functions become one that differ in an instruction, or in what they refer to.

use super::{Runtime, Target};
use std::collections::HashMap;

/// Numbers that refer to functions and types stand in so many bytes.
const PADDED: usize = 5;

/// What tells a function from others: its type, its code without the numbers of what it calls, and
/// where it refers to what.
type Likeness = (u32, Vec<u8>, Vec<(usize, Target)>);

/// Lets everything refer to the first of functions that are the same.
pub(super) fn fold(runtime: &mut Runtime) {
    let imports = runtime.imports.len();
    // Where a name decides whether a function is linked, it is not another's.
    let named: Vec<u32> = runtime
        .exports
        .iter()
        .filter(|(name, _)| name.starts_with("opt_"))
        .map(|(_, at)| *at)
        .collect();
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let mut first: Vec<u32> = (0..imports + runtime.functions.len()).map(number).collect();
    // Functions that call the same ones are the same only once those are known to be.
    loop {
        let mut known: HashMap<Likeness, u32> = HashMap::new();
        let mut is_new = false;
        for at in 0..runtime.functions.len() {
            let own = number(imports + at);
            if named.contains(&own) {
                continue;
            }
            let one = *known.entry(likeness(runtime, at, &first)).or_insert(own);
            if let Some(place) = first.get_mut(imports + at).filter(|place| **place != one) {
                *place = one;
                is_new = true;
            }
        }
        if !is_new {
            break;
        }
    }
    refer(runtime, &first);
}

fn likeness(runtime: &Runtime, at: usize, first: &[u32]) -> Likeness {
    let Some(function) = runtime.functions.get(at) else { return Likeness::default() };
    let mut body = function.body.to_vec();
    let mut references = Vec::new();
    for reference in &function.references {
        let target = standing(reference.target, first);
        references.push((reference.at, target));
        if matches!(target, Target::Function(_) | Target::Type(_) | Target::Trap)
            && let Some(number) = body.get_mut(reference.at..reference.at + PADDED)
        {
            number.fill(0);
        }
    }
    (function.ty, body, references)
}

/// A target by the first of its like.
fn standing(target: Target, first: &[u32]) -> Target {
    let of = |at: u32| first.get(at as usize).copied().unwrap_or(at);
    match target {
        Target::Function(at) => Target::Function(of(at)),
        // A place in the table stays its own; what stands there does not.
        other => other,
    }
}

fn refer(runtime: &mut Runtime, first: &[u32]) {
    for function in &mut runtime.functions {
        for reference in &mut function.references {
            reference.target = standing(reference.target, first);
        }
    }
    for at in runtime.exports.values_mut() {
        *at = first.get(*at as usize).copied().unwrap_or(*at);
    }
}

#[cfg(test)]
mod tests {
    use super::super::RUNTIME;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn nothing_is_called_that_is_like_something_else() {
        let runtime = &*RUNTIME;
        let same: Vec<u32> = (0..).take(runtime.imports.len() + runtime.functions.len()).collect();
        let called: BTreeSet<usize> = runtime
            .functions
            .iter()
            .flat_map(|function| &function.references)
            .filter_map(|reference| match reference.target {
                Target::Function(at) => (at as usize).checked_sub(runtime.imports.len()),
                _ => None,
            })
            .collect();
        let optional = |at: usize| {
            let number = u32::try_from(at + runtime.imports.len()).unwrap();
            runtime.exports.iter().any(|(name, of)| *of == number && name.starts_with("opt_"))
        };
        let mut seen = HashMap::new();
        for at in called.into_iter().filter(|at| !optional(*at)) {
            if let Some(other) = seen.insert(likeness(runtime, at, &same), at) {
                panic!("{other} and {at} are the same");
            }
        }
        assert!(seen.len() > 100, "only {} are called", seen.len());
    }
}
