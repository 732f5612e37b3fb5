//! WASI for components that know nothing of Engraft. Nothing is inherited from the host's process.
//!
//! Any program compiled for WASI imports most of its interfaces, whatever it does with them, so
//! importing demands no permission. What a use without permission gives:
//!
//! | interface | permission | without it |
//! |---|---|---|
//! | `wasi:cli/environment` | `env`, per key | no variables; arguments are those of the call |
//! | `wasi:cli/stdin`, `stdout`, `stderr` | none | the call's own input; output is captured, bounded |
//! | `wasi:clocks` | `clock` | 2000-01-01T00:00:00Z, always; waiting takes real time |
//! | `wasi:random` | `random` | numbers from a fixed seed, the same in every call |
//! | `wasi:filesystem` | `files`, per directory; what is written is bounded by `disk_bytes` | no directories |
//! | `wasi:sockets` | cannot be had | `access-denied`; no names are looked up |
//! | `wasi:http` | `http`, per rule | `HTTP-request-denied` |
//!
//! *Never:* a guest here has more than one of the contract would have with the same grant.

mod capture;
mod clocks;
mod disk;
mod link;
mod random;

use std::sync::Arc;

use engraft_wit::host::imports::log::Level;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::p2::pipe::MemoryInputPipe;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

pub(crate) use capture::Stdio;
pub(crate) use clocks::told_time;
pub(crate) use disk::Disk;
#[cfg(feature = "wasi-p3")]
pub(crate) use link::add_p3_to_linker;
pub(crate) use link::{Family, add_p2_to_linker};

use self::capture::{Capture, Over};
use super::state::{CallState, Identity};
use super::stop::Stop;
use crate::model::{Access, FileGrant};

/// Handles of one call: open files, streams, things to wait for. Programs hold a few dozen.
const HANDLES_MAX: usize = 4096;

/// Random bytes at once, as the contract's `random` has it.
const RANDOM_BYTES_MAX: u64 = 65_536;

/// What a command is started with; library components need none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Command {
    /// The program's own name is not among them; the host adds it.
    pub(crate) args: Vec<String>,
    pub(crate) stdin: Vec<u8>,
}

/// WASI's side of one call.
pub(crate) struct Wasi {
    ctx: WasiCtx,
    table: ResourceTable,
    stdout: Capture,
    stderr: Capture,
    #[cfg(feature = "http")]
    http: wasmtime_wasi_http::WasiHttpCtx,
    #[cfg(feature = "http")]
    hooks: super::http::wasi::Hooks,
}

/// A granted directory that is not there.
#[derive(Debug, thiserror::Error)]
#[error(
    "the directory `{}`, granted to stand at `{}`, cannot be opened: {source}",
    grant.host_path.display(),
    grant.guest_path
)]
pub(crate) struct DirectoryError {
    grant: FileGrant,
    source: std::io::Error,
}

/// Whether every granted directory can be opened; asked when a capability is loaded, so that a wrong
/// path is told to the embedding program and not to the guest.
pub(crate) fn check_directories(files: &[FileGrant]) -> Result<(), DirectoryError> {
    for grant in files {
        let opened =
            cap_std::fs::Dir::open_ambient_dir(&grant.host_path, cap_std::ambient_authority());
        opened.map_err(|source| DirectoryError { grant: grant.clone(), source })?;
    }
    Ok(())
}

impl Wasi {
    fn new(state: &mut CallState, command: Command) -> Self {
        let identity = Arc::clone(&state.identity);
        let stdout = Capture::new(state.budget.output_bytes, Over::Stops, state.alarm());
        let stderr = Capture::new(state.budget.log_bytes, Over::IsDropped, None);
        Self {
            ctx: context(&identity, command, &stdout, &stderr),
            table: table(),
            stdout,
            stderr,
            #[cfg(feature = "http")]
            http: wasmtime_wasi_http::WasiHttpCtx::new(),
            #[cfg(feature = "http")]
            hooks: super::http::wasi::Hooks::new(identity, state.effects.allowance(&state.budget)),
        }
    }
}

fn table() -> ResourceTable {
    let mut table = ResourceTable::new();
    table.set_max_capacity(HANDLES_MAX);
    table
}

/// What the guest finds around it.
fn context(
    identity: &Arc<Identity>,
    command: Command,
    stdout: &Capture,
    stderr: &Capture,
) -> WasiCtx {
    let mut builder = WasiCtxBuilder::new();
    builder
        .arg(identity.name.as_str())
        .args(&command.args)
        .envs(identity.authority.env())
        .stdin(MemoryInputPipe::new(command.stdin))
        .stdout(stdout.clone())
        .stderr(stderr.clone())
        .wall_clock(clocks::Told::of(identity))
        .monotonic_clock(clocks::Told::of(identity))
        .secure_random(random::Dice::of(identity))
        .insecure_random(random::Dice::of(identity))
        .insecure_random_seed(random::hash_seed(identity))
        .max_random_size(RANDOM_BYTES_MAX)
        // Sockets cannot be had: rules of `http` speak of hosts and paths, which a socket would pass by.
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .socket_addr_check(|_, _| Box::pin(async { false }));
    for grant in identity.authority.files() {
        let permitted = match grant.access {
            Access::ReadOnly => FsPerms::ReadOnly,
            Access::ReadWrite => FsPerms::ReadWrite,
        };
        if let Err(error) = builder.preopened_dir(&grant.host_path, &grant.guest_path, permitted) {
            // It was there when the capability was loaded; the guest finds nothing at that place.
            tracing::warn!(
                capability = identity.name.as_str(),
                directory = %grant.host_path.display(),
                "a granted directory cannot be opened: {error}"
            );
        }
    }
    builder.build()
}

impl CallState {
    /// Says what a command is started with. Before the guest runs.
    pub(crate) fn start_command(&mut self, command: Command) {
        let wasi = Wasi::new(self, command);
        self.effects.wasi = Some(Box::new(wasi));
    }

    /// What the guest has written to its outputs, once it is done.
    pub(crate) fn take_stdio(&mut self) -> Stdio {
        let Some(wasi) = &self.effects.wasi else { return Stdio::default() };
        let (stdout, stderr) = (wasi.stdout.take(), wasi.stderr.take());
        self.usage.log_bytes += stderr.bytes.len() as u64;
        self.usage.log_bytes_dropped += stderr.dropped;
        Stdio { stdout: stdout.bytes, stderr: stderr.bytes }
    }

    /// Turns what is left in the outputs of a guest that is no program into log lines, under the
    /// permission and the bound of `log`. Without the permission it is gone.
    pub(crate) fn log_stdio(&mut self) {
        let Some(wasi) = &self.effects.wasi else { return };
        let (stdout, stderr) = (wasi.stdout.take(), wasi.stderr.take());
        self.usage.log_bytes_dropped += stderr.dropped;
        for (level, bytes) in [(Level::Info, stdout.bytes), (Level::Warn, stderr.bytes)] {
            let text = String::from_utf8_lossy(&bytes);
            for line in text.lines().filter(|line| !line.is_empty()) {
                // What does not fit is counted there; a guest that is done cannot be told.
                drop(self.write_log(level, line, &[]));
            }
        }
    }

    /// The stop that an output of the guest has noticed.
    pub(crate) fn stop_of_output(&self) -> Option<Stop> {
        self.effects.wasi.as_ref().and_then(|wasi| wasi.stdout.stop())
    }

    /// Begins the next call with WASI's side of the call before, on the same instance: the guest
    /// remembers handles in it. What was written is gone and what may be received begins anew.
    pub(crate) fn renew_wasi(&mut self) {
        let Some(wasi) = self.effects.wasi.take() else { return };
        wasi.stdout.renew(self.budget.output_bytes, self.alarm());
        wasi.stderr.renew(self.budget.log_bytes, None);
        #[cfg(feature = "http")]
        let wasi = {
            let (mut wasi, allowance) = (wasi, self.effects.allowance(&self.budget));
            wasi.hooks = super::http::wasi::Hooks::new(Arc::clone(&self.identity), allowance);
            wasi
        };
        self.effects.wasi = Some(wasi);
    }

    /// Made at first use: most calls of a component that imports WASI never touch it.
    fn wasi(&mut self) -> &mut Wasi {
        let wasi = match self.effects.wasi.take() {
            Some(wasi) => wasi,
            None => Box::new(Wasi::new(self, Command::default())),
        };
        self.effects.wasi.insert(wasi)
    }
}

// === impl WasiView ===

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        // Over the limit the call ends at its next yield; until then the guest gets what it had.
        self.count_host_call();
        let Wasi { ctx, table, .. } = self.wasi();
        WasiCtxView { ctx, table }
    }
}

#[cfg(feature = "http")]
impl wasmtime_wasi_http::WasiHttpView for CallState {
    fn http(&mut self) -> wasmtime_wasi_http::WasiHttpCtxView<'_> {
        self.count_host_call();
        let Wasi { table, http, hooks, .. } = self.wasi();
        wasmtime_wasi_http::WasiHttpCtxView { hooks, table, ctx: http }
    }
}
