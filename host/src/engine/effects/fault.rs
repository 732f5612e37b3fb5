//! `fault`: what a guest says as it breaks. It needs no permission, for nothing comes of it but the
//! message of the trap that follows.
//!
//! *Never:* the text is shown where the guest does not trap after all.

use engraft_wit::host::imports::fault::Host;

use super::CallState;

/// Long enough for a sentence with a path in it; the outcome shows no more either.
const MESSAGE_BYTES_MAX: usize = 1_024;

impl Host for CallState {
    fn report(&mut self, message: String) -> wasmtime::Result<()> {
        self.charge_host_call()?;
        self.note_last_words(&message);
        Ok(())
    }
}

impl CallState {
    /// Notes what the guest said, for the message of a trap that may follow.
    pub(crate) fn note_last_words(&mut self, message: &str) {
        let message = self.clean(message, MESSAGE_BYTES_MAX);
        self.effects.kit().fault = Some(message);
    }
}
