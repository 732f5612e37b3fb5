//! Stands in for interfaces of an embedding program that is not here: each function by the types that the
//! component itself gives it, answered from a tape.
//!
//! *Never:* a stand-in does anything; what no tape answers ends the call, and is told as that.

use std::sync::Arc;

use wasmtime::component::{Linker, LinkerInstance, ResourceType};

use super::exchange::Unplayed;
use super::inspect::{self, Facts};
use super::raw::Interface;
use super::reflect::{Imported, Stranger, imported};
use super::state::CallState;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// The exchanges of this process.
    Here,
    /// Those of a worker's parent.
    #[cfg(all(feature = "worker", target_os = "linux"))]
    Parent,
}

/// A resource of a program that is not here; nothing ever makes one.
struct Absent;

/// Whether an import is of an embedding program, whichever that is.
pub(crate) fn is_own(import: &str) -> bool {
    !import.starts_with("engraft:") && !import.starts_with("wasi:")
}

/// Every function that a component imports from an embedding program; none where its bytes are no
/// component, which is told elsewhere.
pub(crate) fn strangers(component: &[u8]) -> Vec<Stranger> {
    let facts = inspect::read(component);
    let all = facts.iter().flat_map(imported);
    all.flat_map(|import| import.functions).collect()
}

/// Puts stand-ins for everything that nobody offers into a linker.
pub(crate) fn add_to_linker(
    linker: &mut Linker<CallState>,
    facts: &Facts,
    offered: &[Interface],
    answers: Answers,
) -> wasmtime::Result<()> {
    for import in imported(facts) {
        if offered.iter().any(|interface| interface.offers(&import.name)) {
            continue;
        }
        let Imported { name, is_interface, functions, resources } = import;
        let mut instance = if is_interface { linker.instance(&name)? } else { linker.root() };
        for resource in resources {
            instance.resource(&resource, ResourceType::host::<Absent>(), |_, _| Ok(()))?;
        }
        for function in functions {
            add(&mut instance, function, answers)?;
        }
    }
    Ok(())
}

fn add(
    instance: &mut LinkerInstance<'_, CallState>,
    function: Stranger,
    answers: Answers,
) -> wasmtime::Result<()> {
    let name = function.function.clone();
    let function = Arc::new(function);
    instance.func_new(&name, move |mut store, _, arguments, results| {
        let state = store.data_mut();
        state.charge_host_call()?;
        let unplayed = |why: String| Unplayed::new(format!("`{}`: {why}", function.name));
        // Whoever answers hears of it as well where it cannot be told, for that is no fault of the guest's.
        let told = function.asked(arguments);
        let asked = told.as_deref().unwrap_or("null");
        let answer = match answers {
            Answers::Here => state.stood_in(&function.name, asked),
            #[cfg(all(feature = "worker", target_os = "linux"))]
            Answers::Parent => super::worker::ask_own(&function.name, asked)?,
        };
        told.map_err(unplayed)?;
        let answer = function.answer(&answer.map_err(Unplayed::new)?).map_err(unplayed)?;
        if let (Some(slot), Some(answer)) = (results.first_mut(), answer) {
            *slot = answer;
        }
        Ok(())
    })
}
