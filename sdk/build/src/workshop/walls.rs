//! The walls around a build. A compiler starts programs and reads files, so that they are wider than those
//! of a worker: what may be read and started is listed, what may be written is one folder, and nobody can
//! be talked to.
//!
//! *Never:* a wall counts as standing because it was asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
use seccompiler::{BackendError, BpfProgram, SeccompAction, SeccompFilter, SeccompRule};

use super::BuildLimits;

/// The system's own programs and libraries, which compilers start and link.
const SYSTEM: [&str; 5] = ["/usr", "/bin", "/lib", "/lib64", "/lib32"];
/// Where the loader of programs looks, and numbers for hash tables.
const READABLE: [&str; 4] = ["/etc/ld.so.cache", "/dev/urandom", "/dev/random", "/dev/zero"];
/// What is thrown away.
const WRITABLE: &str = "/dev/null";
/// As many threads of one process are counted on.
const THREADS: u64 = 4;
/// What talks to other machines or looks into other processes, and what goes around a filter.
const DENIED: [libc::c_long; 15] = [
    // Also one of this machine alone: a message needs no connection to reach a service on it.
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept4,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_io_uring_setup,
    libc::SYS_bpf,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_mount,
    libc::SYS_unshare,
    libc::SYS_setns,
];

/// Raises all of them around this process and what it will start. There is no way back.
pub(super) fn raise<'a>(
    readable: impl Iterator<Item = &'a PathBuf>,
    writable: &Path,
    limits: BuildLimits,
) -> Result<(), String> {
    bound(limits)?;
    shut_files(readable, writable)?;
    shut_network()
}

fn bound(limits: BuildLimits) -> Result<(), String> {
    // Where whoever waits for the build is gone, it ends too.
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|error| error.to_string())?;
    let all = [
        // Threads of one process share it; what the clock does not end, this does.
        (Resource::Cpu, limits.seconds.saturating_mul(THREADS)),
        (Resource::Data, limits.memory_bytes),
        (Resource::Fsize, limits.file_bytes),
        (Resource::Core, 0),
    ];
    for (resource, most) in all {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit)
            .map_err(|error| format!("{resource:?} cannot be limited to {most}: {error}"))?;
    }
    Ok(())
}

/// Files by landlock, which also takes away the way to new privileges. What it learnt after its
/// beginning is taken where the kernel has it; the filter covers the network all the same.
fn shut_files<'a>(
    readable: impl Iterator<Item = &'a PathBuf>,
    writable: &Path,
) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| {
        format!("landlock cannot be used ({error}); it needs Linux 5.13 with landlock switched on")
    };
    let abi = ABI::V5;
    let (read, all) = (AccessFs::from_read(abi), AccessFs::from_all(abi));
    let one_file = AccessFs::from_file(abi);
    let folders = SYSTEM.iter().map(PathBuf::from).chain(readable.cloned());
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .map_err(|error| told(&error))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(ABI::V4)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(ABI::V6)))
        .and_then(Ruleset::create)
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(folders, read)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(READABLE, AccessFs::ReadFile)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules([WRITABLE], one_file)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules([writable], all)))
        .map_err(|error| told(&error))?;
    let status = ruleset.restrict_self().map_err(|error| told(&error))?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err(told(&"the kernel enforces nothing")),
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
    }
}

/// No socket but a pair of them, which one process makes for itself and for those that it starts.
fn shut_network() -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| {
        format!("this kernel takes no filter of system calls: {error}")
    };
    let program: Result<BpfProgram, BackendError> = denied().and_then(TryInto::try_into);
    let program = program.map_err(|error| told(&error))?;
    seccompiler::apply_filter(&program).map_err(|error| told(&error))
}

fn denied() -> Result<SeccompFilter, BackendError> {
    let rules: BTreeMap<libc::c_long, Vec<SeccompRule>> =
        DENIED.into_iter().map(|call| (call, Vec::new())).collect();
    let refused = SeccompAction::Errno(libc::EACCES.unsigned_abs());
    SeccompFilter::new(rules, SeccompAction::Allow, refused, std::env::consts::ARCH.try_into()?)
}
