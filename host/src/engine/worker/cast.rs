//! How a component is told to a worker, and loaded there; and the small one that warms it up.
//!
//! *Never:* a worker is told a secret, a host to connect to, or a value that somebody keeps.

use tokio::runtime::Runtime;

use super::code::{packed, unpacked};
use super::opening::Opening;
use super::wire::{Casting, Instances, Surroundings};
use crate::engine::load::{Checks, load};
use crate::engine::{Engine, InstancePolicy, Invocation, Loadable, Loaded, Metering};
use crate::model::{
    Budget, ClockMode, Content, Description, Grant, Operation, Permissions, RandomMode,
};

/// A component with one function that does nothing. A worker calls it before the last walls are
/// raised, so that what is set up at a first call is set up by then.
const NOTHING: [u8; 80] = [
    0, b'a', b's', b'm', 0x0d, 0, 1, 0, // a component
    1, 31, 0, b'a', b's', b'm', 1, 0, 0, 0, // a module
    1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, // its function takes nothing and gives nothing,
    7, 5, 1, 1, b'f', 0, 0, // is exported as `f`,
    10, 4, 1, 2, 0, 0x0b, // and ends at once
    2, 4, 1, 0, 0, 0, // an instance of it
    6, 7, 1, 0, 0, 1, 0, 1, b'f', // its `f`
    7, 5, 1, 0x40, 0, 1, 0, // as a function without parameters and result
    8, 6, 1, 0, 0, 0, 0, 0, // is lifted
    11, 7, 1, 0, 1, b'f', 1, 0, 0, // and exported as `f`
];

/// What a worker is told of a component.
pub(super) fn told(opening: &Opening<'_>, budget: Budget) -> Casting {
    let Opening { loadable, authority, is_unnamed, .. } = opening;
    let instances = match loadable.lifetime {
        InstancePolicy::WalledPool { .. } => Instances::Kept,
        InstancePolicy::Walled { .. }
        | InstancePolicy::Fresh
        | InstancePolicy::Pooled { .. }
        | InstancePolicy::Session { .. } => Instances::Fresh,
    };
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    Casting {
        name: loadable.name.to_string(),
        version: loadable.version.as_ref().map(ToString::to_string),
        description: json(serde_json::to_string(&loadable.description)),
        budget: json(serde_json::to_string(&budget)),
        surroundings: Surroundings {
            env: authority.env().to_vec(),
            log: authority.log().is_ok(),
            clock: authority.clock().ok().map(|mode| match mode {
                ClockMode::Real => None,
                ClockMode::Frozen(moment) => Some(moment),
            }),
            random: authority.random().ok().map(|mode| match mode {
                RandomMode::Real => None,
                RandomMode::Seeded(seed) => Some(seed),
            }),
        },
        instances,
        is_unnamed: *is_unnamed,
        component_bytes: loadable.content.bytes().map_or(0, |bytes| bytes.len()) as u64,
    }
}

/// Loads it in the worker. Gives the code, for other workers, where it had to be compiled.
pub(super) fn load_here(
    engine: &Engine,
    said: Casting,
    mut component: Vec<u8>,
) -> Result<(Loaded, Vec<u8>), String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let length = usize::try_from(said.component_bytes).unwrap_or(usize::MAX);
    let code = component.split_off(length.min(component.len()));
    let checks = if said.is_unnamed { Checks::None } else { Checks::Manifest };
    let (native, new) = match unpacked(&code) {
        Some(native) => (native, Vec::new()),
        None => {
            let native = engine.precompile(&component, Metering::Fuel);
            let native = native.map_err(|error| told(&error))?;
            let new = packed(&native);
            (native, new)
        }
    };
    let loadable = Loadable { native: vec![native], ..casting(said, component)? };
    let loaded = load(&engine.shared, loadable, checks, None).map_err(|error| told(&error))?;
    Ok((loaded, new))
}

/// What is to be loaded. Fuel meters every call: looking at the clock from another thread is nothing
/// that a worker could do.
fn casting(said: Casting, component: Vec<u8>) -> Result<Loadable, String> {
    let Casting { name, version, description, budget, surroundings, instances, .. } = said;
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let version = version.map(|version| version.parse()).transpose();
    let lifetime = match instances {
        Instances::Fresh => InstancePolicy::Fresh,
        // The parent counts the calls, and replaces the process.
        Instances::Kept => InstancePolicy::Pooled { calls_max: u32::MAX, idle_max: 1 },
    };
    Ok(Loadable {
        name: name.parse().map_err(|error| told(&error))?,
        version: version.map_err(|error| told(&error))?,
        content: Content::new(component),
        description: serde_json::from_str(&description).map_err(|error| told(&error))?,
        budget: serde_json::from_str(&budget).map_err(|error| told(&error))?,
        grant: grant(surroundings),
        lifetime,
        metering: Metering::Fuel,
        native: Vec::new(),
    })
}

fn grant(surroundings: Surroundings) -> Grant {
    let Surroundings { env, log, clock, random } = surroundings;
    Grant {
        env: env.into_iter().collect(),
        log,
        clock: clock.map(|moment| moment.map_or(ClockMode::Real, ClockMode::Frozen)),
        random: random.map(|seed| seed.map_or(RandomMode::Real, RandomMode::Seeded)),
        ..Grant::default()
    }
}

/// Compiles, loads and calls once.
pub(super) fn warm_up(engine: &Engine, runtime: &Runtime) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| format!("it cannot be warmed up: {error}");
    let name: crate::model::CapabilityName = "warm-up".parse().map_err(|error| told(&error))?;
    let operation = Operation {
        name: "f".to_owned(),
        summary: String::new(),
        input_schema: serde_json::Value::Bool(true),
        output_schema: serde_json::Value::Bool(true),
        intents: Vec::new(),
        examples: Vec::new(),
    };
    let description = Description {
        name: name.clone(),
        summary: String::new(),
        operations: vec![operation],
        permissions: Permissions::default(),
    };
    let loadable = Loadable {
        name,
        version: None,
        content: Content::new(NOTHING.as_slice()),
        description,
        budget: Budget::default(),
        grant: Grant::default(),
        lifetime: InstancePolicy::Fresh,
        metering: Metering::Fuel,
        native: Vec::new(),
    };
    let loaded = engine.load_blocking(loadable).map_err(|error| told(&error))?;
    let report = runtime.block_on(loaded.call(Invocation::new("f", "{}")));
    if report.outcome.is_returned() { Ok(()) } else { Err(told(&report.outcome)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::EngineConfig;

    #[test]
    fn the_component_that_does_nothing_is_one_and_does() {
        let engine = Engine::new(EngineConfig::default()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        warm_up(&engine, &runtime).unwrap();
    }
}
