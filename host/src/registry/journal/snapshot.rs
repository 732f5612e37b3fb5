//! The state as it is kept to shorten a replay: what the first so many entries add up to, signed with
//! the key of the log, because whoever can write to the file could otherwise change the state and
//! leave the log as it is.
//!
//! *Never:* a snapshot is believed that the key of the log has not signed; the log is the truth, and a
//! snapshot only saves time.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{Head, LogError, State};
use crate::artifact::{PublicKey, SigningKey};
use crate::model::Digest;
use crate::store::OpLog;
use crate::store::merkle::Frontier;

/// What is kept: a text, and the signature over it.
#[derive(Serialize, Deserialize)]
struct Signed {
    kept: String,
    signature: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    length: u64,
    peaks: Vec<Digest>,
    state: State,
}

/// What is signed, so that no signature made for another purpose fits.
fn statement(kept: &str) -> Vec<u8> {
    [b"engraft snapshot of a log\n", kept.as_bytes()].concat()
}

impl Head {
    /// The head at the latest snapshot; at the beginning where there is none that can be believed.
    pub(super) fn from_snapshot(log: &dyn OpLog, key: &PublicKey) -> Result<Self, LogError> {
        let Some((length, bytes)) = log.snapshot()? else { return Ok(Self::default()) };
        let head = believed(&bytes, key).filter(|head| head.kept_at == length);
        if head.is_none() {
            tracing::warn!(target: "engraft::log", length, "a snapshot is not believed");
        }
        let is_longer = length > log.length()?;
        Ok(head.filter(|_| !is_longer).unwrap_or_default())
    }

    /// Keeps the head.
    pub(super) fn keep(&self, log: &dyn OpLog, key: &SigningKey) -> Result<(), LogError> {
        let length = self.frontier.length();
        let peaks = self.frontier.peaks().iter().map(|peak| Digest::from(*peak)).collect();
        let kept = Kept { length, peaks, state: State::clone(&self.state) };
        let kept = serde_json::to_string(&kept).unwrap_or_default();
        let signature = key.sign(&statement(&kept));
        let signed = Signed { signature: STANDARD.encode(signature), kept };
        log.keep_snapshot(length, &serde_json::to_vec(&signed).unwrap_or_default())
    }
}

fn believed(bytes: &[u8], key: &PublicKey) -> Option<Head> {
    let Signed { kept, signature } = serde_json::from_slice(bytes).ok()?;
    let signature = STANDARD.decode(signature).ok()?;
    key.verify(&statement(&kept), &signature).ok()?;
    let Kept { length, peaks, state } = serde_json::from_str(&kept).ok()?;
    let peaks = peaks.iter().map(|peak| *peak.as_bytes()).collect();
    let frontier = Frontier::from_peaks(length, peaks)?;
    Some(Head { state: Arc::new(state), frontier, kept_at: length })
}
