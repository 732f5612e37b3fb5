//! A component with probes, and what it has to be read by.
//!
//! *Never:* a reader is of a module that has no probes.

use super::module::Body;

/// A component with probes.
#[derive(Debug)]
pub(crate) struct Probed {
    pub(crate) component: Vec<u8>,
    /// The modules that have probes.
    pub(crate) modules: Vec<ProbedModule>,
    /// Modules that were left as they are, because they are too large.
    pub(crate) left_out: usize,
    /// The exports to read, and which module each is of.
    pub(crate) readers: Vec<Reader>,
    /// Constants that something in it is compared with.
    pub(crate) compared: Vec<i64>,
}

/// A module with probes.
#[derive(Debug)]
pub(crate) struct ProbedModule {
    /// Its place among all modules, from one, as findings call it.
    pub(crate) number: usize,
    pub(crate) bodies: Vec<Body>,
    pub(crate) probes: u32,
    /// Whether its instances tell what lies in their memory.
    pub(crate) has_memory: bool,
}

/// An export that gives something of one instance.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(crate) export: String,
    /// Which of the probed modules.
    pub(crate) module: usize,
    pub(crate) what: What,
}

/// What a reader gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Which probes were reached.
    Probes,
    /// What lies in its memory. Nothing may run on the instance afterwards.
    Memory,
}
