//! Two requests to the kernel that have no safe form in any library of ours.
//!
//! *Never:* anything here is called by a process that is more than about to become a worker.

use std::io;

/// Closes every descriptor from this number on.
#[expect(unsafe_code, reason = "no safe form of `close_range` is to be had")]
pub(super) fn close_from(first: u32) -> io::Result<()> {
    let (last, flags): (libc::c_ulong, libc::c_ulong) = (u32::MAX.into(), 0);
    // SAFETY: the call takes three numbers and touches no memory of ours. A descriptor that some
    // other code still owned would be closed under it; this runs first thing in `main`, before this
    // process has opened any, and what it inherited nobody here knows of.
    let done =
        unsafe { libc::syscall(libc::SYS_close_range, libc::c_ulong::from(first), last, flags) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Gives up for good what a program with special rights would gain by being executed.
#[expect(unsafe_code, reason = "no safe form of it is to be had without rebuilding what we link")]
pub(super) fn give_up_new_privileges() -> io::Result<()> {
    let (yes, none): (libc::c_ulong, libc::c_ulong) = (1, 0);
    // SAFETY: this option takes numbers alone; it only ever takes rights away from this process.
    let done = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, yes, none, none, none) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
