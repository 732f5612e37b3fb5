//! Raises the walls around this process, from the inside. There is no way back.
//!
//! First what needs nothing of the engine, then, when the engine is made and has run once, what would
//! keep it from being made.
//!
//! *Never:* anything foreign is read before all of it has been tried.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus,
    Scope,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

use super::wall::{Wall, Walls, WorkerLimits};
use super::{filter, kernel};

/// Raises walls around this process, which it keeps until its end: for programs that want to stand
/// behind them without being a worker. Threads that run already are only behind some of them, so this
/// belongs at the start of `main`. [`Wall::Process`] is not something that one can raise; whoever asks
/// for it has it.
///
/// ```no_run
/// use engraft::worker::{Wall, WorkerLimits, confine};
///
/// let walls = confine(&Wall::ALL, WorkerLimits::default());
/// for missing in walls.missing() {
///     println!("{} is missing: {}", missing.wall, missing.because);
/// }
/// ```
#[must_use = "a wall may be missing"]
pub fn confine(asked: &[Wall], limits: WorkerLimits) -> Walls {
    let mut walls = Walls::default();
    raise_first(asked, limits, &mut walls);
    raise_last(asked, &mut walls);
    walls.without(asked)
}

/// What stands before the engine is made.
pub(super) fn raise_first(asked: &[Wall], limits: WorkerLimits, walls: &mut Walls) {
    let mut raise = |wall: Wall, raised: &dyn Fn() -> Result<(), String>| {
        if asked.contains(&wall) {
            walls.note(wall, raised());
        }
    };
    raise(Wall::Descriptors, &|| {
        // The pipes and what errors would be written to, which is nothing.
        kernel::close_from(3).map_err(|error| format!("descriptors cannot be closed: {error}"))
    });
    raise(Wall::Privileges, &give_up_privileges);
    raise(Wall::Resources, &|| bound(limits));
    raise(Wall::Files, &shut_files);
}

/// What stands when the engine is made.
pub(super) fn raise_last(asked: &[Wall], walls: &mut Walls) {
    // No descriptor can be had any more, and no process or thread.
    if asked.contains(&Wall::Resources) && walls.stands(Wall::Resources) {
        let none = [Resource::Nofile, Resource::Nproc].into_iter().try_for_each(none_of);
        walls.note(Wall::Resources, none);
    }
    if asked.contains(&Wall::SystemCalls) {
        walls.note(Wall::SystemCalls, filter::raise());
    }
}

fn give_up_privileges() -> Result<(), String> {
    let told = |error: std::io::Error| format!("privileges cannot be given up: {error}");
    kernel::give_up_new_privileges().map_err(told)?;
    // Nobody of the same user looks into its memory, and it leaves no picture of it behind.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|error| told(error.into()))
}

fn bound(limits: WorkerLimits) -> Result<(), String> {
    // Address space is not bounded, because a guest's memory reserves 4 GiB of it and takes none.
    set(Resource::Data, limits.memory_bytes)?;
    if let Some(seconds) = limits.cpu_seconds {
        // First a signal that says why it comes, and a second later the end in any case.
        set_both(Resource::Cpu, seconds, seconds.saturating_add(1))?;
    }
    [Resource::Core, Resource::Fsize, Resource::Memlock, Resource::Msgqueue]
        .into_iter()
        .try_for_each(none_of)
}

fn none_of(resource: Resource) -> Result<(), String> {
    set(resource, 0)
}

fn set(resource: Resource, most: u64) -> Result<(), String> {
    set_both(resource, most, most)
}

fn set_both(resource: Resource, most: u64, hard: u64) -> Result<(), String> {
    let limit = Rlimit { current: Some(most), maximum: Some(hard) };
    setrlimit(resource, limit)
        .map_err(|error| format!("{resource:?} cannot be limited to {most}: {error}"))
}

/// Landlock without a single rule that allows anything. Files it has had from its beginning; what it
/// learnt later is taken where the kernel has it, and the filter of system calls covers the same.
fn shut_files() -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| {
        format!("landlock cannot be used ({error}); it needs Linux 5.13 with landlock switched on")
    };
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .map_err(|error| told(&error))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(ABI::V4)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(ABI::V6)))
        .and_then(Ruleset::create)
        .map_err(|error| told(&error))?;
    let status = ruleset.restrict_self().map_err(|error| told(&error))?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err(told(&"the kernel enforces nothing")),
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}
