//! From bytes to what can be called: compiled and linked here, or in a worker.
//!
//! *Never:* a component that is to be served by workers is compiled in this process.

use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Type, types};

use super::known::Known;
use super::{Checks, Contract, Kind, Loadable, StateExports};
use crate::engine::authority::Authority;
use crate::engine::compile::Source;
use crate::engine::flavour::Flavour;
use crate::engine::foreign::reflect;
use crate::engine::inspect::{Needs, inspect};
use crate::engine::stand_in::{self, Answers};
use crate::engine::state::CallState;
use crate::engine::worker::{Away, AwayCode, Opening};
use crate::engine::{EngineConfig, EngineError, InstancePolicy, Shared};
use crate::model::Content;

/// A component without anything in it.
const EMPTY: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

/// What can be called.
pub(super) struct Made<'a> {
    pub(super) kind: Kind,
    pub(super) pre: InstancePre<CallState>,
    pub(super) flavour: &'a Flavour,
}

/// Compiles it, here or where its calls are served.
pub(super) fn make<'a>(
    shared: &'a Shared,
    loadable: &Loadable,
    known: &Known,
    authority: &Authority,
    (checks, code): (Checks, Option<AwayCode>),
) -> Result<Made<'a>, EngineError> {
    match loadable.lifetime {
        InstancePolicy::Walled { .. } | InstancePolicy::WalledPool { .. } => {
            let (is_unnamed, needs) = (checks == Checks::None, known.needs());
            away(shared, &Opening { loadable, needs, authority, is_unnamed, code })
        }
        InstancePolicy::Fresh | InstancePolicy::Pooled { .. } | InstancePolicy::Session { .. } => {
            here(shared, loadable, known, checks)
        }
    }
}

fn here<'a>(
    shared: &'a Shared,
    loadable: &Loadable,
    known: &Known,
    checks: Checks,
) -> Result<Made<'a>, EngineError> {
    let (name, needs) = (loadable.name.as_str(), known.needs());
    let source =
        Source { capability: name, content: &loadable.content, needs, metering: loadable.metering };
    let (component, flavour) = shared.compiler().component(source, &loadable.native)?;
    let kind = kind(loadable, known, &component)?;
    // What nobody knows yet is linked whatever it imports; it is denied what it tries.
    let stands_in = checks == Checks::None || shared.config.stands_in();
    let has_own = stands_in && needs.imports.iter().any(|import| stand_in::is_own(import));
    let pre = match has_own {
        true => link_own(shared, loadable, known, &component, flavour),
        false => link(name, needs, &component, flavour),
    }?;
    Ok(Made { kind, pre, flavour })
}

/// Links a component some of whose imports are of a program that is not here.
fn link_own(
    shared: &Shared,
    loadable: &Loadable,
    known: &Known,
    component: &Component,
    flavour: &Flavour,
) -> Result<InstancePre<CallState>, EngineError> {
    let name = loadable.name.as_str();
    let facts = known.facts(loadable)?;
    let linked = || {
        let mut linker = flavour.linker(&facts.needs.imports)?.clone();
        let (offered, answers) = (&shared.config.interfaces, answers(&shared.config));
        stand_in::add_to_linker(&mut linker, facts, offered, answers)?;
        linker.instantiate_pre(component)
    };
    linked().map_err(|error| unlinkable(name, &error))
}

/// Who answers for what is not here.
const fn answers(config: &EngineConfig) -> Answers {
    #[cfg(all(feature = "worker", target_os = "linux"))]
    if config.is_confined {
        return Answers::Parent;
    }
    debug_assert!(!config.is_confined);
    Answers::Here
}

/// Nothing of the component is compiled in this process.
fn away<'a>(shared: &'a Shared, opening: &Opening<'_>) -> Result<Made<'a>, EngineError> {
    let kind = Kind::Away(Box::new(Away::open(shared, opening)?));
    let loadable = opening.loadable;
    let name = loadable.name.as_str();
    let needs = inspect(name, &EMPTY)?.needs;
    let source = Source {
        capability: name,
        content: &Content::new(EMPTY.as_slice()),
        needs: &needs,
        metering: loadable.metering,
    };
    let (component, flavour) = shared.compiler().component(source, &[])?;
    let pre = link(name, &needs, &component, flavour)?;
    Ok(Made { kind, pre, flavour })
}

fn kind(loadable: &Loadable, known: &Known, component: &Component) -> Result<Kind, EngineError> {
    let Loadable { name, description, .. } = loadable;
    let name = name.as_str();
    let describe = component.get_export(None, "describe");
    let invoke = component.get_export(None, "invoke");
    let (Some((_, describe)), Some((invoke_type, invoke))) = (describe, invoke) else {
        let facts = known.facts(loadable)?;
        return reflect(name, facts, component, description).map(Kind::Foreign);
    };
    if !is_invoke(&invoke_type) {
        return Err(EngineError::NotCallable {
            capability: name.to_owned(),
            message: "it exports `invoke` with another type than the contract's \
                      `func(operation: string, input: string) -> result<string, failure>`"
                .to_owned(),
        });
    }
    let versioned = |interface: &str| {
        component.get_export_index(None, format!("engraft:capability/{interface}@1.0.0").as_str())
    };
    let within = |instance: &ComponentExportIndex, function: &str| {
        component.get_export_index(Some(instance), function)
    };
    let state = versioned("state").and_then(|state| {
        let (save, restore) = (within(&state, "save")?, within(&state, "restore")?);
        Some(StateExports { save, restore })
    });
    let self_test = versioned("self-test").and_then(|instance| within(&instance, "run"));
    Ok(Kind::Contract(Contract { describe, invoke, state, self_test }))
}

fn is_invoke(item: &types::ComponentItem) -> bool {
    let types::ComponentItem::ComponentFunc(function) = item else { return false };
    let strings =
        function.params().len() == 2 && function.params().all(|(_, ty)| matches!(ty, Type::String));
    let result = matches!(
        function.results().next(),
        Some(Type::Result(result)) if matches!(result.ok(), Some(Type::String))
    );
    strings && result && !function.async_()
}

fn link(
    name: &str,
    needs: &Needs,
    component: &Component,
    flavour: &Flavour,
) -> Result<InstancePre<CallState>, EngineError> {
    let linker = flavour.linker(&needs.imports);
    let linked = linker.and_then(|linker| linker.instantiate_pre(component));
    linked.map_err(|error| unlinkable(name, &error))
}

fn unlinkable(name: &str, error: &wasmtime::Error) -> EngineError {
    let message = crate::engine::outcome::clean(&format!("{error:#}"));
    EngineError::Invalid { capability: name.to_owned(), message }
}
