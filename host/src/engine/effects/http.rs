//! `http`: requests to the outside, one or several side by side.
//!
//! *Never:* a batch gets what its requests would not get one by one.

use std::time::Duration;

use engraft_wit::host::imports::http::{
    Credential as WitCredential, Host, Placement as WitPlacement, Request, Response,
};
use engraft_wit::host::imports::types::HostError;

use super::side_by_side::side_by_side;
use super::{CallState, denied, invalid};
use crate::engine::http::{
    Allowance, Credential, HttpError, IncomingResponse, OutgoingRequest, Placement, Sender,
};
use crate::engine::state::Identity;

impl Host for CallState {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, HostError>> {
        self.charge_host_call()?;
        let allowance = self.effects.allowance(&self.budget);
        let answer = send_one(&self.identity, &allowance, request).await;
        self.effects.settle(&mut self.usage);
        Ok(answer)
    }

    async fn send_all(
        &mut self,
        requests: Vec<Request>,
    ) -> wasmtime::Result<Result<Vec<Result<Response, HostError>>, HostError>> {
        self.charge_host_call()?;
        if let Err(denial) = self.identity.authority.http_at_all() {
            return Ok(Err(denied(denial)));
        }
        let most = self.identity.services.http.settings().batch_max;
        if requests.len() > most {
            let why = format!("{} requests side by side; at most {most}", requests.len());
            return Ok(Err(invalid(why)));
        }
        // Each counts as if it had been sent alone.
        for _ in requests.iter().skip(1) {
            self.charge_host_call()?;
        }
        let allowance = self.effects.allowance(&self.budget);
        let identity = &self.identity;
        let sent = requests.into_iter().map(|request| send_one(identity, &allowance, request));
        let answers = side_by_side(sent).await;
        self.effects.settle(&mut self.usage);
        Ok(Ok(answers))
    }
}

async fn send_one(
    identity: &Identity,
    allowance: &Allowance,
    request: Request,
) -> Result<Response, HostError> {
    let sender = Sender {
        capability: &identity.name,
        authority: &identity.authority,
        secrets: &*identity.services.secrets,
        allowance,
    };
    let IncomingResponse { status, headers, body } =
        identity.services.http.send(sender, outgoing(request)).await.map_err(failed)?;
    Ok(Response { status, headers, body })
}

fn outgoing(request: Request) -> OutgoingRequest {
    let Request { method, url, headers, body, credentials, timeout_ms } = request;
    OutgoingRequest {
        method,
        url,
        headers,
        body,
        credentials: credentials.into_iter().map(credential).collect(),
        timeout: timeout_ms.map(|timeout| Duration::from_millis(timeout.into())),
    }
}

fn credential(credential: WitCredential) -> Credential {
    Credential {
        secret: credential.secret,
        placement: match credential.placement {
            WitPlacement::Bearer => Placement::Bearer,
            WitPlacement::Basic(user) => Placement::Basic(user),
            WitPlacement::Header(name) => Placement::Header(name),
            WitPlacement::Query(name) => Placement::Query(name),
        },
    }
}

fn failed(error: HttpError) -> HostError {
    let message = error.to_string();
    match error {
        HttpError::Invalid(_) => HostError::Invalid(message),
        HttpError::Rule(_) | HttpError::Refused(_) => HostError::Denied(message),
        HttpError::Exhausted { .. } => HostError::Exhausted(message),
        HttpError::Unreachable(_) => HostError::Unavailable(message),
        HttpError::Broken(_) | HttpError::TooLarge { .. } => HostError::Failed(message),
    }
}
