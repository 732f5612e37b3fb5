//! One request and its response over one connection.
//!
//! *Never:* more of a body is held than the call may receive.

use std::future::Future;
use std::pin::pin;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::http::response::Parts;
use hyper::{HeaderMap, Request, Response};

use super::connect::{Driver, Opened};
use super::{Allowance, HttpError};

/// Sends a request and reads the response; the body only where `wants_body` says so.
pub(super) async fn exchange(
    opened: Opened<Full<Bytes>>,
    request: Request<Full<Bytes>>,
    (allowance, head_bytes_max): (&Allowance, usize),
    wants_body: impl FnOnce(&Parts) -> bool,
) -> Result<(Parts, Vec<u8>), HttpError> {
    let Opened { mut sender, mut driver } = opened;
    let exchanged = async {
        let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
        let (parts, body) = response.into_parts();
        check_head(&parts.headers, head_bytes_max)?;
        let body = match wants_body(&parts) {
            true => read(body, allowance).await?,
            false => Vec::new(),
        };
        Ok((parts, body))
    };
    drive(&mut driver, exchanged).await
}

/// Sends a request and gives the response with its body still to come.
pub(super) async fn begin<B: Body + 'static>(
    opened: Opened<B>,
    request: Request<B>,
) -> Result<(Response<Incoming>, Driver), hyper::Error> {
    let Opened { mut sender, mut driver } = opened;
    let response = drive(&mut driver, sender.send_request(request)).await?;
    Ok((response, driver))
}

/// Waits for `work` while the connection's bytes are moved. The connection may well end first: what
/// it has brought is still there to be read.
async fn drive<T>(driver: &mut Driver, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    tokio::select! {
        biased;
        done = &mut work => return done,
        _ended = &mut *driver => {}
    }
    work.await
}

async fn read(mut body: Incoming, allowance: &Allowance) -> Result<Vec<u8>, HttpError> {
    if let Some(announced) = body.size_hint().exact() {
        allowance.foresee(announced)?;
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(&error))?;
        // Trailers are dropped: the contract has no place for them.
        if let Ok(data) = frame.into_data() {
            allowance.take(data.len() as u64)?;
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes)
}

/// hyper bounds its buffer loosely; this is the bound that the settings promise.
pub(super) fn check_head(headers: &HeaderMap, bytes_max: usize) -> Result<(), HttpError> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > bytes_max {
        return Err(HttpError::Broken(format!(
            "its headers take {bytes} bytes and may take {bytes_max}"
        )));
    }
    Ok(())
}

fn broken(error: &hyper::Error) -> HttpError {
    HttpError::Broken(format!("the response cannot be read: {error}"))
}
