//! The weights that risk is worked out with, as data.
//!
//! *Never:* a weight stands in the code that uses it.

use serde::{Deserialize, Serialize};

/// What risk is made of, as data that a policy may replace in part. A power of 100 is as much as
/// anything can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "each field is the weight of the factor that it is named for")]
pub struct Weights {
    pub log: u32,
    pub clock: u32,
    pub random: u32,
    pub progress: u32,
    pub config: u32,
    pub kv: u32,
    pub env: u32,
    pub files_read: u32,
    pub files_write: u32,
    pub http_read: u32,
    pub http_write: u32,
    pub http_any_host: u32,
    pub secret: u32,
    pub secret_any_host: u32,
    pub call: u32,
    pub call_any: u32,
    pub custom: u32,
    /// Written by a program.
    pub generated: u32,
    /// Brought by somebody, without a signature.
    pub uploaded: u32,
    /// Each warning.
    pub warning: u32,
    /// Each error that a policy lets through.
    pub error: u32,
    /// Evidence that is lost by a check that could not tell.
    pub inconclusive: u32,
    /// From this power on it is low, medium, high and critical.
    pub steps: [u32; 4],
    /// Findings of this weight raise the risk by one level.
    pub findings_step: u32,
    /// Less evidence than this raises a risk of medium or more by one level.
    pub evidence_least: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            log: 0,
            progress: 0,
            clock: 0,
            random: 0,
            config: 10,
            kv: 10,
            env: 10,
            files_read: 20,
            files_write: 40,
            http_read: 20,
            http_write: 40,
            http_any_host: 25,
            secret: 30,
            secret_any_host: 30,
            call: 20,
            call_any: 25,
            custom: 20,
            generated: 0,
            uploaded: 0,
            warning: 10,
            error: 30,
            inconclusive: 5,
            steps: [10, 20, 45, 85],
            findings_step: 30,
            evidence_least: 20,
        }
    }
}
