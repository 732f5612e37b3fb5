//! A worker as its parent sees it: a process and two pipes.
//!
//! *Never:* more memory is taken for what a worker says than it has said; a length alone takes none.

use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::unix::pipe::{Receiver, Sender};

use super::program::{WorkerError, WorkerProgram};
use super::serve::Settings;
use super::wire::{Frame, PREFIX_BYTES, WireError, lengths, pack, unpack};

/// Room that is made for what is being read, a piece at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Killed and not yet gone. Waiting for one takes as long as the kernel needs for its memory, so
/// nobody waits; whoever comes next looks.
static DYING: Mutex<Vec<Child>> = Mutex::new(Vec::new());

/// A process that is killed where nobody holds it any more.
#[derive(Debug)]
struct Leash(Option<Child>);

/// A worker that nobody talks to.
#[derive(Debug)]
pub(super) struct Worker {
    leash: Leash,
    to: OwnedFd,
    from: OwnedFd,
    /// Calls that it has served.
    pub(super) calls: u32,
}

/// A worker that is talked to. Its pipes belong to the runtime of whoever talks, for so long.
#[derive(Debug)]
pub(super) struct Line {
    leash: Leash,
    to: Sender,
    from: Receiver,
    pub(super) calls: u32,
}

/// Why nothing sensible came through the pipe.
#[derive(Debug)]
pub(super) enum Lost {
    /// The pipe ended or broke.
    Gone,
    /// What came makes no sense.
    Nonsense(String),
}

/// How a worker died.
#[derive(Debug)]
pub(super) enum Death {
    /// By what it did itself.
    Inside(String),
    /// By somebody else's hand.
    Outside(String),
}

impl Worker {
    /// Starts a process with an empty environment, in the root directory, and with nothing but the
    /// two pipes.
    pub(super) fn start(program: &WorkerProgram, settings: Settings) -> Result<Self, WorkerError> {
        bury();
        let failed = |message: String| {
            let program = program.path().to_owned();
            WorkerError::Start { program, message }
        };
        let mut child = Command::new(program.path())
            .args(settings.words())
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let leash = Leash(Some(child));
        let Some((to, from)) = pipes else { return Err(failed("it has no pipes".to_owned())) };
        Ok(Self { leash, to: to.into(), from: from.into(), calls: 0 })
    }

    /// Whether its process still runs.
    pub(super) fn is_alive(&mut self) -> bool {
        let child = self.leash.0.as_mut();
        child.is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }
}

impl Line {
    /// Begins to talk, on the runtime that is entered here.
    pub(super) fn open(worker: Worker) -> io::Result<Self> {
        let Worker { leash, to, from, calls } = worker;
        let (to, from) = (Sender::from_owned_fd(to)?, Receiver::from_owned_fd(from)?);
        Ok(Self { leash, to, from, calls })
    }

    /// Stops talking.
    pub(super) fn close(self) -> io::Result<Worker> {
        let Self { leash, to, from, calls } = self;
        let (to, from) = (to.into_nonblocking_fd()?, from.into_nonblocking_fd()?);
        Ok(Worker { leash, to, from, calls })
    }

    pub(super) async fn say<T: Serialize>(&mut self, message: &T, body: &[u8]) -> Result<(), Lost> {
        let packed = pack(message, body).map_err(Lost::of_wire)?;
        self.write(&packed).await?;
        self.write(body).await
    }

    /// The next message, of at most so many bytes.
    pub(super) async fn hear<T: DeserializeOwned>(&mut self, most: u64) -> Result<Frame<T>, Lost> {
        let prefix = self.read(PREFIX_BYTES).await?;
        let prefix = prefix.try_into().map_err(|_| Lost::Gone)?;
        let (head, body) = lengths(prefix, most).map_err(Lost::of_wire)?;
        let message = unpack(&self.read(head).await?).map_err(Lost::of_wire)?;
        Ok(Frame { message, body: self.read(body).await? })
    }

    /// Kills it, and tells what it died of where it was dead already.
    pub(super) fn end(mut self) -> Death {
        let Some(mut child) = self.leash.0.take() else { return Death::of(None) };
        drop(child.kill());
        Death::of(child.wait().ok())
    }

    async fn write(&self, mut bytes: &[u8]) -> Result<(), Lost> {
        while !bytes.is_empty() {
            self.to.writable().await.map_err(|_| Lost::Gone)?;
            match self.to.try_write(bytes) {
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return Err(Lost::Gone),
            }
        }
        Ok(())
    }

    async fn read(&self, length: usize) -> Result<Vec<u8>, Lost> {
        let mut all = Vec::new();
        let mut filled = 0;
        while filled < length {
            all.resize(length.min(filled + PIECE_BYTES), 0);
            self.from.readable().await.map_err(|_| Lost::Gone)?;
            match self.from.try_read(all.get_mut(filled..).unwrap_or_default()) {
                Ok(0) => return Err(Lost::Gone),
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return Err(Lost::Gone),
            }
        }
        all.truncate(filled);
        Ok(all)
    }
}

/// Takes note of those that have gone.
fn bury() {
    dying().retain_mut(|child| matches!(child.try_wait(), Ok(None)));
}

fn dying() -> std::sync::MutexGuard<'static, Vec<Child>> {
    DYING.lock().unwrap_or_else(PoisonError::into_inner)
}

// === impl Drop ===

impl Drop for Leash {
    fn drop(&mut self) {
        let Some(mut child) = self.0.take() else { return };
        drop(child.kill());
        dying().push(child);
        bury();
    }
}

// === impl Lost ===

impl Lost {
    fn of_wire(error: WireError) -> Self {
        Self::Nonsense(error.to_string())
    }
}

// === impl Death ===

impl Death {
    fn of(status: Option<ExitStatus>) -> Self {
        let Some(status) = status else {
            return Self::Outside("nobody knows how".to_owned());
        };
        let Some(signal) = status.signal() else {
            let code = status.code().unwrap_or_default();
            return Self::Inside(format!("it ended by itself with exit code {code}"));
        };
        let meaning = match signal {
            libc::SIGKILL => return Self::Outside(format!("killed from outside, signal {signal}")),
            libc::SIGTERM | libc::SIGINT | libc::SIGHUP => {
                return Self::Outside(format!("asked to end from outside, signal {signal}"));
            }
            libc::SIGSYS => "it made a system call that the filter does not let through",
            libc::SIGXCPU => "it used up its processor time",
            libc::SIGABRT => "it gave up, as it does for want of memory",
            libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE => {
                "the engine or the code that it made is at fault"
            }
            _ => "for a reason that has no word here",
        };
        Self::Inside(format!("{meaning}, signal {signal}"))
    }

    /// In words.
    pub(super) fn how(self) -> String {
        match self {
            Self::Inside(how) | Self::Outside(how) => how,
        }
    }
}
