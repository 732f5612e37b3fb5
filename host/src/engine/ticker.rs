//! Moves an engine's epoch on, from a thread of its own.
//!
//! *Never:* this runs on the executor: a guest that hogs every worker must not stop the clock that
//! ends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, Thread};
use std::time::Duration;

use wasmtime::EngineWeak;

/// A running ticker; stops when dropped.
pub(crate) struct Ticker {
    stopped: Arc<AtomicBool>,
    thread: Thread,
}

impl Ticker {
    /// Starts the thread. It holds the engine weakly, so that it is not what keeps it alive.
    pub(crate) fn start(engine: EngineWeak, tick: Duration) -> std::io::Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        let handle = Builder::new().name("engraft-epoch".to_owned()).spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                std::thread::park_timeout(tick);
                match engine.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => break,
                }
            }
        })?;
        Ok(Self { stopped, thread: handle.thread().clone() })
    }
}

// === impl Ticker ===

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.thread.unpark();
    }
}
