//! Compiled code as a thing that can be shipped: what it runs on, and the bytes.
//!
//! *Never:* this is loaded because it is there; whoever hands it to
//! [`Engine::load`](super::Engine::load) has decided to trust the one who compiled it.

use std::hash::{Hash, Hasher};

use crate::model::Stretch;

/// A component compiled for one kind of engine and machine.
#[derive(Clone, PartialEq, Eq)]
pub struct NativeCode {
    /// Names the wasmtime version, its settings and the machine. Code of any other is ignored.
    pub compatibility: String,
    /// The code.
    pub bytes: Stretch,
}

/// The machine that this program runs on, which is the one that it compiles for: a target triple
/// such as `x86_64-unknown-linux-gnu`.
#[must_use]
pub fn native_target() -> String {
    target_lexicon::HOST.to_string()
}

/// The name of what code compiled by this engine runs on.
pub(crate) fn compatibility(engine: &wasmtime::Engine) -> String {
    let mut hasher = Blake3(blake3::Hasher::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().to_hex().to_string()
}

/// Lets `Hash` feed BLAKE3, because the standard hasher's 64 bits are not meant to tell foreign code
/// apart.
struct Blake3(blake3::Hasher);

// === impl Blake3 ===

impl Hasher for Blake3 {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = *self.0.finalize().as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

// === impl NativeCode ===

impl std::fmt::Debug for NativeCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NativeCode")
            .field("compatibility", &self.compatibility)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}
