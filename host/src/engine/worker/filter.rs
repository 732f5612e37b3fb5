//! The system calls that running a guest takes, and no other one: a seccomp filter.
//!
//! Whatever else is called ends the process at once. What opens, connects, executes, forks, traces or
//! signals others is not among them, and memory cannot be made writable and executable at once.
//!
//! *Never:* a system call is let through whose arguments could name something outside of the process.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule,
};

/// What takes no argument that would have to be looked at.
const FREE: [c_long; 26] = [
    // The pipes. There are no other descriptors.
    libc::SYS_read,
    libc::SYS_write,
    // Memory; what is mapped is looked at below.
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    // Traps of guests are signals to the thread that runs them.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // Locks and waiting.
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_set_robust_list,
    // Code that was just compiled is shown to all processors.
    libc::SYS_membarrier,
    // The time, and numbers for hash tables.
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
    // Itself.
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_close,
    // Let through here, and answered by the other filter.
    libc::SYS_process_madvise,
];

/// What the engine does without where a kernel has it not: advice for many pieces of memory at once,
/// which could be another process's memory. So it is told that this kernel has it not.
const UNKNOWN: [c_long; 1] = [libc::SYS_process_madvise];

/// Raises the filters around every thread of this process. Of what two filters say to one call the
/// kernel does the stricter.
pub(super) fn raise() -> Result<(), String> {
    for filter in [unknown(), allowed()] {
        let program: Result<BpfProgram, BackendError> = filter.and_then(TryInto::try_into);
        let program = program.map_err(|error| error.to_string())?;
        seccompiler::apply_filter_all_threads(&program)
            .map_err(|error| format!("this kernel takes no filter of system calls: {error}"))?;
    }
    Ok(())
}

/// Answers what the engine can do without.
fn unknown() -> Result<SeccompFilter, BackendError> {
    let rules = UNKNOWN.into_iter().map(|call| (call, Vec::new())).collect();
    let absent = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    SeccompFilter::new(rules, SeccompAction::Allow, absent, std::env::consts::ARCH.try_into()?)
}

/// Ends the process at whatever is not listed.
fn allowed() -> Result<SeccompFilter, BackendError> {
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> =
        FREE.into_iter().map(|call| (call, Vec::new())).collect();
    rules.insert(libc::SYS_mmap, vec![all_zero(2, libc::PROT_EXEC)?]);
    let never_both = vec![all_zero(2, libc::PROT_EXEC)?, all_zero(2, libc::PROT_WRITE)?];
    rules.insert(libc::SYS_mprotect, never_both);
    // A process that gives up signals itself; it signals nobody else.
    let own = u64::from(std::process::id());
    let to_itself = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, own)?;
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![to_itself])?]);
    let (otherwise, listed) = (SeccompAction::KillProcess, SeccompAction::Allow);
    SeccompFilter::new(rules, otherwise, listed, std::env::consts::ARCH.try_into()?)
}

/// A rule that an argument has none of these bits.
fn all_zero(argument: u8, bits: libc::c_int) -> Result<SeccompRule, BackendError> {
    let masked = SeccompCmpOp::MaskedEq(u64::from(bits.unsigned_abs()));
    SeccompRule::new(vec![SeccompCondition::new(argument, SeccompCmpArgLen::Dword, masked, 0)?])
}
