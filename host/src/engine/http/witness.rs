//! Tells a witness what a request was answered, while the request itself moves on.
//!
//! *Never:* a witness sees a secret, or what no rule let out.

use hyper::header::HeaderValue;

use super::redirect::Draft;
use super::{
    Credential, HttpError, HttpWitness, IncomingResponse, ScriptedFault, ScriptedRequest,
    ScriptedResponse,
};
use crate::model::CapabilityName;

/// A request as its witness is told of it.
pub(super) struct Told {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    secrets: Vec<String>,
}

impl Told {
    pub(super) fn of(draft: &Draft, credentials: &[Credential]) -> Self {
        Self {
            method: draft.method.as_str().to_owned(),
            url: draft.place.shown_whole(),
            headers: headers(draft),
            body: draft.body.to_vec(),
            secrets: credentials.iter().map(|credential| credential.secret.clone()).collect(),
        }
    }

    /// Tells how it was answered. What a rule kept from being sent nobody has answered.
    pub(super) fn tell(
        &self,
        witness: &dyn HttpWitness,
        capability: &CapabilityName,
        answer: &Result<IncomingResponse, HttpError>,
    ) {
        let answer = match answer {
            Ok(IncomingResponse { status, headers, body }) => Ok(ScriptedResponse {
                status: *status,
                headers: headers.clone(),
                body: body.clone(),
            }),
            Err(error) => Err(match error {
                HttpError::Unreachable(why) => ScriptedFault::Unreachable(why.clone()),
                HttpError::Broken(why) => ScriptedFault::Broken(why.clone()),
                HttpError::TooLarge { .. } => ScriptedFault::Broken(error.to_string()),
                HttpError::Refused(why) => ScriptedFault::Denied(why.clone()),
                HttpError::Invalid(_) | HttpError::Rule(_) | HttpError::Exhausted { .. } => return,
            }),
        };
        let request = ScriptedRequest {
            method: &self.method,
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: &self.body,
            secrets: self.secrets.iter().map(String::as_str).collect(),
        };
        witness.answered(capability, &request, answer.as_ref());
    }
}

/// The headers of a draft as text.
pub(super) fn headers(draft: &Draft) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    draft.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
