//! `random`: numbers from the operating system, or from a seed.
//!
//! *Never:* a failing source is covered up by weaker numbers.

use engraft_wit::host::imports::random::Host;
use engraft_wit::host::imports::types::HostError;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::{CallState, denied, invalid};
use crate::model::RandomMode;

/// As the contract says. Keys and nonces are short; who needs more asks again and is counted.
const BYTES_MAX: u32 = 65_536;

impl Host for CallState {
    fn bytes(&mut self, count: u32) -> wasmtime::Result<Result<Vec<u8>, HostError>> {
        self.charge_host_call()?;
        let mode = match self.identity.authority.random() {
            Ok(mode) => mode,
            Err(denial) => return Ok(Err(denied(denial))),
        };
        if count > BYTES_MAX {
            let why = format!("{count} random bytes wanted; at most {BYTES_MAX} at once");
            return Ok(Err(invalid(why)));
        }
        let mut bytes = vec![0; count as usize];
        Ok(self.draw(mode, &mut bytes).map(|()| bytes))
    }

    fn number(&mut self) -> wasmtime::Result<Result<u64, HostError>> {
        self.charge_host_call()?;
        let mut bytes = [0; 8];
        let mode = self.identity.authority.random().map_err(denied);
        let drawn = mode.and_then(|mode| self.draw(mode, &mut bytes));
        Ok(drawn.map(|()| u64::from_le_bytes(bytes)))
    }
}

impl CallState {
    fn draw(&mut self, mode: RandomMode, bytes: &mut [u8]) -> Result<(), HostError> {
        match mode {
            RandomMode::Real => {
                let drawn = self.identity.services.random.fill(bytes);
                drawn.map_err(|error| HostError::Unavailable(error.to_string()))
            }
            RandomMode::Seeded(seed) => {
                let start = || ChaCha20Rng::seed_from_u64(seed);
                self.effects.kit().seeded.get_or_insert_with(start).fill_bytes(bytes);
                Ok(())
            }
        }
    }
}
