//! What the embedding program allows. An effect needs both the asking and the granting.
//!
//! *Never:* a default here allows anything.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{HostPattern, HttpRule, KvQuota, NamePattern, SecretRule};

/// What one capability is allowed to do, where it also asks for it. The default allows nothing.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Grant {
    /// Write log lines.
    pub log: bool,
    /// Read the time, real or frozen.
    pub clock: Option<ClockMode>,
    /// Draw random numbers, real or seeded.
    pub random: Option<RandomMode>,
    /// Report progress.
    pub progress: bool,
    /// Keep values between calls, up to this much.
    pub kv: Option<KvQuota>,
    /// Send requests that any of these rules matches.
    pub http: Vec<HttpRule>,
    /// Hosts that may stand at private addresses though their names look public, as inside a company.
    /// Addresses and names such as `localhost` or `printer.local` need no entry here: a rule of
    /// `http` that names them exactly is enough.
    pub private_hosts: Vec<HostPattern>,
    /// Have these secrets put into requests to these hosts.
    pub secrets: Vec<SecretRule>,
    /// Call capabilities whose names any of these patterns matches.
    pub call: Vec<NamePattern>,
    /// Read these configuration keys.
    pub config: Vec<NamePattern>,
    /// Environment variables as the guest sees them; nothing is inherited.
    pub env: BTreeMap<String, String>,
    /// Directories that the guest sees.
    pub files: Vec<FileGrant>,
    /// What those that it may write may hold together, whoever put it there; each file and directory
    /// counts [`DISK_ENTRY_BYTES`] beside its length. None is [`DISK_BYTES`].
    pub disk_bytes: Option<u64>,
    /// Use host interfaces of the embedding program, each by the name it was given.
    pub custom: Vec<NamePattern>,
}

/// What writable directories may hold where a grant does not say: plenty for documents, and a disk is
/// not filled by it.
pub const DISK_BYTES: u64 = 64 << 20;

/// What a file or a directory counts by being there: a block, as most file systems have it. Without
/// it, empty files without end would cost nothing.
pub const DISK_ENTRY_BYTES: u64 = 4 << 10;

/// A directory that a guest may see, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileGrant {
    /// The directory on this machine.
    pub host_path: PathBuf,
    /// Where the guest sees it, for example `/data`.
    pub guest_path: String,
    /// What it may do there.
    pub access: Access,
}

/// What may be done in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Look, and change nothing.
    ReadOnly,
    /// Look and change.
    ReadWrite,
}

/// Which time a guest is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockMode {
    /// The real one.
    Real,
    /// Always this moment, counted from 1970-01-01T00:00:00Z.
    Frozen(Duration),
}

/// Which random numbers a guest draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RandomMode {
    /// From the operating system.
    Real,
    /// From this seed; every call draws the same ones.
    Seeded(u64),
}
