//! Signals that ask the process to end while the live view has the terminal: they are noted, and obeyed
//! when the terminal is given back.
//!
//! *Never:* a signal is swallowed; whoever sent it sees the process end by it.

#[cfg(unix)]
pub(super) use unix::Ending;

#[cfg(not(unix))]
pub(super) use other::Ending;

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::{SigId, flag, low_level};

    /// What ends a process that does nothing about it, and is sent to ask for that.
    const SIGNALS: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

    /// Notes such signals for as long as it lives.
    pub(in super::super) struct Ending {
        came: Arc<AtomicUsize>,
        registered: Vec<SigId>,
    }

    impl Ending {
        pub(in super::super) fn watch() -> io::Result<Self> {
            let mut ending = Self { came: Arc::default(), registered: Vec::new() };
            for signal in SIGNALS {
                let number = usize::try_from(signal).unwrap_or_default();
                let id = flag::register_usize(signal, Arc::clone(&ending.came), number)?;
                ending.registered.push(id);
            }
            Ok(ending)
        }

        /// Whether one came.
        pub(in super::super) fn has_come(&self) -> bool {
            self.came.load(Ordering::Relaxed) != 0
        }

        /// Ends the process by the one that came, where one did.
        pub(in super::super) fn obey(&self) -> io::Result<()> {
            match i32::try_from(self.came.load(Ordering::Relaxed)) {
                Ok(0) | Err(_) => Ok(()),
                Ok(signal) => low_level::emulate_default_handler(signal),
            }
        }
    }

    impl Drop for Ending {
        fn drop(&mut self) {
            for id in self.registered.drain(..) {
                low_level::unregister(id);
            }
        }
    }
}

#[cfg(not(unix))]
mod other {
    use std::io;

    /// Elsewhere a process is ended without being asked.
    pub(in super::super) struct Ending;

    impl Ending {
        pub(in super::super) const fn watch() -> io::Result<Self> {
            Ok(Self)
        }

        pub(in super::super) const fn has_come(&self) -> bool {
            false
        }

        pub(in super::super) const fn obey(&self) -> io::Result<()> {
            Ok(())
        }
    }
}
