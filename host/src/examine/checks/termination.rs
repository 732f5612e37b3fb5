//! What ends and what may not: start functions, loops without a way out, recursion, and whether
//! structure alone bounds a run.
//!
//! *Never:* a candidate is called bounded because its loops look short; fuel bounds those.

use std::collections::BTreeSet;

use super::stated::{Most, STATED_FUEL_MAX};
use crate::examine::facts::{Facts, Function, Module};
use crate::examine::finding::{Draft, Severity};
use crate::examine::subject::Subject;

/// What runs before anybody has called. A start function of a module's own is made by few compilers;
/// with loops in it, or on its way out to the host, it does work that nobody asked for. Shims that
/// start what another module exports are the usual way to run constructors, and only noted: what
/// they burn is measured when it runs.
pub(super) fn start(subject: &Subject<'_>) -> Vec<Draft> {
    let mut found = Vec::new();
    if subject.facts.component_starts > 0 {
        found.push(Draft::new("a component in it has a start function"));
    }
    for module in &subject.facts.modules {
        let Some(start) = module.start else { continue };
        let place = module.place(start);
        let Some(_) = module.function(start) else {
            let draft = Draft::new("a module starts what another one exports");
            found.push(draft.severity(Severity::Note).seen(place, "imported"));
            continue;
        };
        let reached = reached(module, [start]);
        let own = || reached.iter().filter_map(|index| module.function(*index));
        let is_heavy = own().any(|function| function.loops > 0 || function.is_indirect)
            || has_cycle(module, &reached);
        let reaches_out = reached.iter().any(|index| *index < module.imported_functions);
        found.push(match (is_heavy, reaches_out) {
            (true, _) => Draft::new("its start function has loops, recursion or calls by table")
                .seen(place, "runs when an instance is made, before any call"),
            (_, true) => Draft::new("its start function calls out of its module")
                .seen(place, "runs when an instance is made, before any call"),
            (false, false) => Draft::new("it has a start function")
                .severity(Severity::Warning)
                .seen(place, "without loops"),
        });
    }
    found
}

/// An export that runs, whatever its input, into a loop without a way out or into itself.
pub(super) fn endless(subject: &Subject<'_>) -> Vec<Draft> {
    let mut found: Option<Draft> = None;
    for module in &subject.facts.modules {
        let ending = ending(module);
        for index in module.exported.iter().copied().chain(module.start) {
            if found.as_ref().is_some_and(|found| !found.has_room()) {
                return found.into_iter().collect();
            }
            let own = index.checked_sub(module.imported_functions).map(|own| own as usize);
            if own.and_then(|own| ending.get(own)) == Some(&false) {
                let begin = || Draft::new("an export can never come to an end");
                let detail = "it always runs into a loop without a way out, or into itself";
                found = Some(found.unwrap_or_else(begin).seen(module.place(index), detail));
            }
        }
    }
    found.into_iter().collect()
}

/// Whether fuel alone is what bounds it; most programs are so bounded, and a policy may want better. A
/// bound that it states is held against each of its runs; one beyond what any call may burn says nothing.
pub(super) fn unbounded(subject: &Subject<'_>) -> Vec<Draft> {
    let stated = subject.manifest.and_then(Most::stated).map(|most| most.fuel);
    if is_bounded_by_structure(subject.facts) || stated.is_some_and(|fuel| fuel <= STATED_FUEL_MAX)
    {
        return Vec::new();
    }
    let loops: u64 = subject.facts.functions().map(|(_, _, body)| u64::from(body.loops)).sum();
    let indirect = subject.facts.functions().filter(|(_, _, body)| body.is_indirect).count();
    let recursive = subject.facts.modules.iter().filter(|m| has_cycle(m, &roots(m))).count();
    let message = match stated {
        None => "its runs are bounded by fuel, not by its structure or a proof".to_owned(),
        Some(fuel) => {
            format!("its runs are bounded by fuel: the bound that it states comes to {fuel}")
        }
    };
    let inside = format!(
        "{loops} loops, {indirect} functions that call by table, {recursive} modules with recursion"
    );
    vec![Draft::new(message).severity(Severity::Note).seen("all modules", inside)]
}

/// Whether nothing that can be reached has a loop, a call by table, or calls itself.
pub(crate) fn is_bounded_by_structure(facts: &Facts<'_>) -> bool {
    facts.stopped.is_none()
        && facts.modules.iter().all(|module| {
            let reached = reached(module, roots(module));
            let plain = |function: &Function| {
                function.loops == 0 && !function.is_indirect && !function.is_unread
            };
            reached.iter().filter_map(|index| module.function(*index)).all(plain)
                && !has_cycle(module, &reached)
        })
}

fn roots(module: &Module<'_>) -> BTreeSet<u32> {
    let exported = module.exported.iter().chain(&module.start);
    exported.chain(&module.referred).copied().collect()
}

/// Everything that is called from these, they included.
fn reached(module: &Module<'_>, from: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
    let mut reached: BTreeSet<u32> = from.into_iter().collect();
    let mut left: Vec<u32> = reached.iter().copied().collect();
    while let Some(index) = left.pop() {
        for callee in module.function(index).into_iter().flat_map(|body| &body.calls) {
            if reached.insert(*callee) {
                left.push(*callee);
            }
        }
    }
    reached
}

/// Whether any of these calls itself, over however many others. Functions are taken away that call
/// nothing which is left; a cycle is what can never be taken away.
fn has_cycle(module: &Module<'_>, among: &BTreeSet<u32>) -> bool {
    let among = reached(module, among.iter().copied());
    let considered = |index: u32| among.contains(&index);
    acyclic(module, considered, |body| &body.calls).1
}

/// For each function of the module's own whether it can come to an end, as far as what it does on
/// every way tells.
fn ending(module: &Module<'_>) -> Vec<bool> {
    let can_end = |index: u32| module.function(index).is_some_and(|body| !body.hangs);
    acyclic(module, can_end, |body| &body.first_calls).0
}

/// Takes away, one after the other, functions all of whose callees are gone. Only those count that
/// are `considered`; the others are never taken. Gives who was taken, and whether anybody considered
/// was left.
fn acyclic(
    module: &Module<'_>,
    considered: impl Fn(u32) -> bool,
    callees: impl Fn(&Function) -> &Vec<u32>,
) -> (Vec<bool>, bool) {
    let own = |index: u32| index.checked_sub(module.imported_functions).map(|own| own as usize);
    let count = module.functions.len();
    let mut waits_for = vec![0_usize; count];
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (caller, body) in module.functions.iter().enumerate() {
        for callee in callees(body).iter().filter_map(|index| own(*index)) {
            if let Some(list) = callers.get_mut(callee) {
                list.push(caller);
                if let Some(waits) = waits_for.get_mut(caller) {
                    *waits += 1;
                }
            }
        }
    }
    let is_considered = |at: usize| considered(module.index(at));
    let mut gone = vec![false; count];
    let idle = waits_for.iter().enumerate().filter(|(_, waits)| **waits == 0);
    let mut ready: Vec<usize> = idle.map(|(at, _)| at).filter(|at| is_considered(*at)).collect();
    while let Some(at) = ready.pop() {
        if let Some(gone) = gone.get_mut(at) {
            *gone = true;
        }
        for caller in callers.get(at).into_iter().flatten() {
            let Some(waits) = waits_for.get_mut(*caller) else { continue };
            *waits -= 1;
            if *waits == 0 && is_considered(*caller) {
                ready.push(*caller);
            }
        }
    }
    let is_left = gone.iter().enumerate().any(|(at, gone)| !gone && is_considered(at));
    (gone, is_left)
}
