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
        let message = self.clean(&message, MESSAGE_BYTES_MAX);
        self.effects.kit().fault = Some(message);
        Ok(())
    }
}
