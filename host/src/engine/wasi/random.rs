//! The random numbers that guests of WASI draw.
//!
//! *Never:* a guest with real randomness gets weaker numbers because a source failed.

use std::convert::Infallible;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use wasmtime_wasi::Rng;

use crate::engine::state::Identity;
use crate::model::RandomMode;

/// What is drawn without permission. Hash maps want some numbers; which ones does not matter to them.
const STAND_IN: RandomMode = RandomMode::Seeded(0);

/// A stream of numbers. Real ones come from a generator that is seeded anew for each call, so that a
/// guest that draws byte by byte does not ask the operating system each time.
pub(super) enum Dice {
    Chacha(Box<ChaCha20Rng>),
    System(Box<dyn Rng + Send>),
}

impl Dice {
    pub(super) fn of(identity: &Identity) -> Self {
        match identity.authority.random().unwrap_or(STAND_IN) {
            RandomMode::Seeded(seed) => Self::Chacha(Box::new(ChaCha20Rng::seed_from_u64(seed))),
            RandomMode::Real => {
                let mut seed = [0; 32];
                match identity.services.random.fill(&mut seed) {
                    Ok(()) => Self::Chacha(Box::new(ChaCha20Rng::from_seed(seed))),
                    // WASI has no word for "not now"; the operating system's numbers are as good.
                    Err(_) => Self::System(wasmtime_wasi::thread_rng()),
                }
            }
        }
    }
}

/// What guests seed their hash maps with.
pub(super) fn hash_seed(identity: &Identity) -> u128 {
    let mut dice = Dice::of(identity);
    (u128::from(dice.next_u64()) << 64) | u128::from(dice.next_u64())
}

// === impl TryRng ===

impl rand_core::TryRng for Dice {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(match self {
            Self::Chacha(dice) => dice.next_u32(),
            Self::System(dice) => dice.next_u32(),
        })
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(match self {
            Self::Chacha(dice) => dice.next_u64(),
            Self::System(dice) => dice.next_u64(),
        })
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        match self {
            Self::Chacha(dice) => dice.fill_bytes(bytes),
            Self::System(dice) => dice.fill_bytes(bytes),
        }
        Ok(())
    }
}
