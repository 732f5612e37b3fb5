//! Answers in place of the network: for examinations and tests, in which nothing may leave.
//!
//! *Never:* a request is played that the rules would not have let out.

use crate::model::CapabilityName;

/// Answers requests in place of the network.
pub trait HttpScript: Send + Sync + 'static {
    /// The answer to a request that the rules allow.
    ///
    /// # Errors
    /// Where the request is to fail, and how.
    fn answer(
        &self,
        capability: &CapabilityName,
        request: &ScriptedRequest<'_>,
    ) -> Result<ScriptedResponse, ScriptedFault>;
}

/// Is told what requests were answered, by the network or by a script.
pub trait HttpWitness: Send + Sync + 'static {
    /// Called once for each request that the rules let out, when it has been answered or has failed.
    fn answered(
        &self,
        capability: &CapabilityName,
        request: &ScriptedRequest<'_>,
        answer: Result<&ScriptedResponse, &ScriptedFault>,
    );
}

/// A request that would have left.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScriptedRequest<'a> {
    /// In upper case.
    pub method: &'a str,
    /// As the guest gave it, in its one spelling.
    pub url: String,
    /// As the guest gave them; secrets are not among them.
    pub headers: Vec<(String, String)>,
    /// The body, where it is known: that of `wasi:http` would only come later.
    pub body: &'a [u8],
    /// The names of secrets that would have gone with it.
    pub secrets: Vec<&'a str>,
}

/// What comes back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptedResponse {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// How a request fails.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScriptedFault {
    /// Nobody could be reached.
    Unreachable(String),
    /// It was sent, and the answer never came whole.
    Broken(String),
    /// Policy said no.
    Denied(String),
}

// === impl ScriptedFault ===

impl ScriptedFault {
    /// Why, in words.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Unreachable(why) | Self::Broken(why) | Self::Denied(why) => why,
        }
    }
}
