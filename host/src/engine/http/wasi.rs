//! `wasi:http` over the same client and the same rules. Redirects are the guest's own affair there,
//! so each one comes back as a request of its own and is checked as such.
//!
//! *Never:* `wasi:http` reaches what the contract's `http` would not; nor does it carry secrets, which
//! it has no words for.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::HeaderName;
use hyper::{Request, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody,
    WasiHttpHooks,
};

use super::client::complete;
use super::connect::Driver;
use super::exchange::{begin, check_head};
use super::place::Place;
use super::{Allowance, HttpError, headers};
use crate::engine::state::Identity;

/// What `wasi:http` asks of the host, for one call.
pub(crate) struct Hooks {
    identity: Arc<Identity>,
    allowance: Arc<Allowance>,
    /// As many requests side by side as `send-all` may have.
    places: Arc<Semaphore>,
}

type Answer =
    Result<(Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>), Error>;

impl Hooks {
    pub(crate) fn new(identity: Arc<Identity>, allowance: Arc<Allowance>) -> Self {
        let places = Arc::new(Semaphore::new(identity.services.http.settings().batch_max));
        Self { identity, allowance, places }
    }
}

// === impl WasiHttpHooks ===

impl WasiHttpHooks for Hooks {
    /// Before any other work, so that a capability without the permission costs nothing.
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Answer> + Send> {
        let (identity, allowance) = (Arc::clone(&self.identity), Arc::clone(&self.allowance));
        let place = Arc::clone(&self.places).try_acquire_owned();
        Box::new(async move {
            let permit = place.map_err(|_| Error::ConnectionLimitReached)?;
            send(identity, allowance, request, options.unwrap_or_default(), permit).await
        })
    }

    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(is_forbidden)
    }
}

/// A guest of `wasi:http` may say how long its body is; that is checked against the body.
fn is_forbidden(name: &HeaderName) -> bool {
    let is_length = *name == hyper::header::CONTENT_LENGTH;
    DEFAULT_FORBIDDEN_HEADERS.contains(name) || (headers::is_hosts_own(name) && !is_length)
}

async fn send(
    identity: Arc<Identity>,
    allowance: Arc<Allowance>,
    mut request: Request<WasiBody>,
    options: RequestOptions,
    permit: OwnedSemaphorePermit,
) -> Answer {
    let client = &identity.services.http;
    identity.authority.http_at_all().map_err(HttpError::from).map_err(error)?;
    if headers::is_refused(request.method()) {
        return Err(Error::HttpRequestMethodInvalid);
    }
    let place = Place::parse(&request.uri().to_string()).map_err(error)?;
    allowance.check().map_err(error)?;
    let method = request.method().clone();
    let addresses =
        client.route(&identity.authority, &place, method.as_str()).await.map_err(error)?;
    *request.uri_mut() =
        place.path_and_query().parse().map_err(|_| Error::HttpRequestUriInvalid)?;
    complete(request.headers_mut(), &place).map_err(error)?;
    let longest = client.settings().request_timeout;
    let bound = |asked: Option<Duration>| asked.map_or(longest, |asked| asked.min(longest));
    let opened =
        client.open(&place, &addresses, bound(options.connect_timeout)).await.map_err(error)?;
    let begun = begin(opened, request);
    let (response, driver) = tokio::time::timeout(bound(options.first_byte_timeout), begun)
        .await
        .map_err(|_| Error::ConnectionReadTimeout)??;
    check_head(response.headers(), client.settings().response_header_bytes_max).map_err(error)?;
    if let Some(announced) = response.body().size_hint().exact() {
        allowance.foresee(announced).map_err(error)?;
    }
    let pause = bound(options.between_bytes_timeout);
    let response = response.map(|incoming| {
        Bounded { incoming, allowance, pause, alarm: Box::pin(tokio::time::sleep(pause)) }
            .boxed_unsync()
    });
    Ok((response, Box::new(finish(driver, permit))))
}

/// Moves bytes to the end. The permit goes with the connection, so it counts as long as that is open.
async fn finish(driver: Driver, permit: OwnedSemaphorePermit) -> Result<(), Error> {
    let finished = driver.await;
    drop(permit);
    Ok(finished?)
}

/// A body that ends in an error where it goes over what the call may receive, or pauses too long.
struct Bounded {
    incoming: Incoming,
    allowance: Arc<Allowance>,
    pause: Duration,
    alarm: Pin<Box<Sleep>>,
}

// === impl Body ===

impl Body for Bounded {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match Pin::new(&mut self.incoming).poll_frame(context) {
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                let next = Instant::now() + self.pause;
                self.alarm.as_mut().reset(next);
                Poll::Ready(Some(self.allowance.take(bytes).map(|()| frame).map_err(error)))
            }
            Poll::Pending => {
                ready!(self.alarm.as_mut().poll(context));
                Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// The nearest word that `wasi:http` has.
fn error(error: HttpError) -> Error {
    match error {
        HttpError::Rule(_) => Error::HttpRequestDenied,
        HttpError::Refused(_) => Error::DestinationIpProhibited,
        HttpError::Invalid(_) => Error::HttpRequestUriInvalid,
        HttpError::Exhausted { limit } | HttpError::TooLarge { limit } => {
            Error::HttpResponseBodySize(Some(limit))
        }
        HttpError::Unreachable(_) => Error::DestinationUnavailable,
        HttpError::Broken(_) => Error::HttpProtocolError,
    }
}
