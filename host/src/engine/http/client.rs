//! A request from a guest, followed hop by hop to its response.
//!
//! *Never:* a hop is taken before it has been checked as if it were the first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::http::response::Parts;

use super::credentials::{Armed, Hop, arm};
use super::exchange::exchange;
use super::place::Place;
use super::redact::Revealed;
use super::redirect::{Draft, follow, location};
use super::witness::Told;
use super::{
    Credential, HttpClient, HttpError, HttpScript, IncomingResponse, OutgoingRequest,
    ScriptedFault, ScriptedRequest, ScriptedResponse, Sender, headers, witness,
};

/// Who sends it. Some servers refuse requests without one; a guest may set its own.
const USER_AGENT: &str = concat!("engraft/", env!("CARGO_PKG_VERSION"));

impl HttpClient {
    /// Sends a request and follows where it leads, as far as the rules allow.
    pub(crate) async fn send(
        &self,
        sender: Sender<'_>,
        request: OutgoingRequest,
    ) -> Result<IncomingResponse, HttpError> {
        sender.authority.http_at_all()?;
        let limit = self.settings.request_timeout;
        let limit = request.timeout.map_or(limit, |asked| asked.min(limit));
        let draft = draft(&request)?;
        sender.allowance.check()?;
        let Some(witness) = &self.settings.witness else {
            return self.answered(sender, draft, &request.credentials, limit).await;
        };
        let told = Told::of(&draft, &request.credentials);
        let answer = self.answered(sender, draft, &request.credentials, limit).await;
        told.tell(&**witness, sender.capability, &answer);
        answer
    }

    async fn answered(
        &self,
        sender: Sender<'_>,
        draft: Draft,
        credentials: &[Credential],
        limit: Duration,
    ) -> Result<IncomingResponse, HttpError> {
        if let Some(script) = &self.settings.script {
            return play(&**script, sender, &draft, credentials);
        }
        let (shown, has_left) = (draft.place.shown(), AtomicBool::new(false));
        let answer = self.follow(sender, draft, credentials, limit, &has_left);
        match tokio::time::timeout(limit, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(late(&shown, limit, has_left.into_inner())),
        }
    }

    async fn follow(
        &self,
        sender: Sender<'_>,
        mut draft: Draft,
        credentials: &[Credential],
        limit: Duration,
        has_left: &AtomicBool,
    ) -> Result<IncomingResponse, HttpError> {
        let mut revealed = Revealed::default();
        let head_bytes_max = self.settings.response_header_bytes_max;
        let changes_something = !draft.method.is_safe();
        for taken in 0..=self.settings.redirects_max {
            let hop = if taken == 0 { Hop::First } else { Hop::Redirected };
            let method = draft.method.clone();
            let checked = async {
                let addresses = self.route(sender.authority, &draft.place, method.as_str()).await?;
                let parts = (&draft.place, &draft.headers);
                let armed = arm(
                    sender,
                    credentials,
                    hop,
                    method.as_str(),
                    parts,
                    &addresses,
                    &mut revealed,
                )?;
                Ok((addresses, armed))
            };
            let (addresses, armed) =
                checked.await.map_err(|error| explain(error, hop, changes_something))?;
            let request = request(&draft, armed)?;
            let opened = self.open(&draft.place, &addresses, limit).await?;
            has_left.store(true, Ordering::Relaxed);
            let is_last = |parts: &Parts| location(parts.status, &parts.headers).is_none();
            let (parts, body) =
                exchange(opened, request, (sender.allowance, head_bytes_max), is_last)
                    .await
                    .map_err(|error| at(&draft.place, error))?;
            match location(parts.status, &parts.headers) {
                None => return Ok(response(&parts, body, &revealed)),
                Some(location) => {
                    draft = follow(draft, parts.status, location)
                        .map_err(|error| explain(error, Hop::Redirected, changes_something))?;
                }
            }
        }
        let most = self.settings.redirects_max;
        Err(HttpError::Broken(format!("{} redirects more than {most} times", draft.place.shown())))
    }
}

/// The answer of a script, to a request that has passed every rule but those about addresses.
fn play(
    script: &dyn HttpScript,
    sender: Sender<'_>,
    draft: &Draft,
    credentials: &[Credential],
) -> Result<IncomingResponse, HttpError> {
    let target = draft.place.target(draft.method.as_str());
    sender.authority.http(target)?;
    for credential in credentials {
        sender.authority.secret_to(&credential.secret, target)?;
    }
    let request = ScriptedRequest {
        method: draft.method.as_str(),
        url: draft.place.shown_whole(),
        headers: witness::headers(draft),
        body: &draft.body,
        secrets: credentials.iter().map(|credential| credential.secret.as_str()).collect(),
    };
    let answer = script.answer(sender.capability, &request);
    let ScriptedResponse { status, headers, body } = answer.map_err(|fault| match fault {
        ScriptedFault::Unreachable(why) => HttpError::Unreachable(why),
        ScriptedFault::Broken(why) => HttpError::Broken(why),
        ScriptedFault::Denied(why) => HttpError::Refused(why),
    })?;
    sender.allowance.take(body.len() as u64)?;
    Ok(IncomingResponse { status, headers, body })
}

fn draft(request: &OutgoingRequest) -> Result<Draft, HttpError> {
    Ok(Draft {
        method: headers::method(&request.method)?,
        place: Place::parse(&request.url)?,
        headers: headers::headers(&request.headers)?,
        body: Bytes::from(request.body.clone().unwrap_or_default()),
    })
}

/// The request as it goes over the wire.
fn request(draft: &Draft, armed: Armed) -> Result<Request<Full<Bytes>>, HttpError> {
    let unfit = |_| HttpError::Invalid("the URL does not fit into a request".to_owned());
    let mut request = Request::new(Full::new(draft.body.clone()));
    *request.method_mut() = draft.method.clone();
    *request.uri_mut() = armed.place.path_and_query().parse().map_err(unfit)?;
    *request.headers_mut() = armed.headers;
    complete(request.headers_mut(), &armed.place)?;
    Ok(request)
}

/// Adds what the host writes itself.
pub(super) fn complete(headers: &mut HeaderMap, place: &Place) -> Result<(), HttpError> {
    let host = HeaderValue::from_str(&place.authority())
        .map_err(|_| HttpError::Invalid("the host does not fit into a header".to_owned()))?;
    headers.insert(header::HOST, host);
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
    // One request a connection, see above; saying so lets the server close it at once.
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    Ok(())
}

fn response(parts: &Parts, body: Vec<u8>, revealed: &Revealed) -> IncomingResponse {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = parts.headers.iter();
    IncomingResponse {
        status: parts.status.as_u16(),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), revealed.redact_text(text(value))))
            .collect(),
        body: revealed.redact(body),
    }
}

/// A refusal behind a redirect comes after a first request has been sent. Where that one may have
/// changed something, the guest must not hear that nothing has happened.
fn explain(error: HttpError, hop: Hop, changes_something: bool) -> HttpError {
    let refusal = match &error {
        HttpError::Rule(_) | HttpError::Refused(_) => error.to_string(),
        HttpError::Invalid(_)
        | HttpError::Exhausted { .. }
        | HttpError::Unreachable(_)
        | HttpError::Broken(_)
        | HttpError::TooLarge { .. } => return error,
    };
    match (hop, changes_something) {
        (Hop::First, _) => error,
        (Hop::Redirected, true) => HttpError::Broken(format!(
            "a redirect was not followed, after the first request was sent: {refusal}"
        )),
        (Hop::Redirected, false) => {
            HttpError::Refused(format!("a redirect was not followed: {refusal}"))
        }
    }
}

fn at(place: &Place, error: HttpError) -> HttpError {
    match &error {
        HttpError::Broken(why) => HttpError::Broken(format!("{}: {why}", place.shown())),
        HttpError::Invalid(_)
        | HttpError::Rule(_)
        | HttpError::Refused(_)
        | HttpError::Exhausted { .. }
        | HttpError::Unreachable(_)
        | HttpError::TooLarge { .. } => error,
    }
}

fn late(shown: &str, limit: Duration, has_left: bool) -> HttpError {
    let why = format!("{shown} gave no whole answer within {limit:?}");
    if has_left { HttpError::Broken(why) } else { HttpError::Unreachable(why) }
}
