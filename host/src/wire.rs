//! One POST over one connection, to an address that the embedding program named: a collector, a model.
//! Requests of capabilities go another way, by their rules.
//!
//! *Never:* more of an answer is read than its caller takes.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Position, Url};

/// How an address is reached.
#[derive(Clone)]
pub(crate) struct Connector {
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Posted {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Seconds that whoever answered wants to be left alone.
    pub(crate) retry_after: Option<u64>,
    /// Whether there was more than was to be read.
    pub(crate) is_cut: bool,
}

impl Connector {
    /// For an address; none where its host is no name.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        if url.scheme() == "http" {
            return Some(Self { tls: None });
        }
        let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() };
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .ok()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(host).ok()?;
        Some(Self { tls: Some((TlsConnector::from(Arc::new(config)), name)) })
    }

    /// Posts JSON, and reads at most so many bytes of the answer.
    pub(crate) async fn post(
        &self,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        body: String,
        bytes_max: usize,
    ) -> Result<Posted, String> {
        let request = request(url, headers, body)?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_or_known_default().unwrap_or(80);
        let stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
        match &self.tls {
            None => exchange(stream, request, bytes_max).await,
            Some((tls, name)) => {
                let stream = tls.connect(name.clone(), stream).await;
                exchange(stream.map_err(|error| error.to_string())?, request, bytes_max).await
            }
        }
    }
}

fn request(
    url: &Url,
    headers: &[(HeaderName, HeaderValue)],
    body: String,
) -> Result<Request<Full<Bytes>>, String> {
    let authority = &url[Position::BeforeHost..Position::AfterPort];
    let mut request = Request::post(&url[Position::BeforePath..Position::AfterQuery])
        .header(header::HOST, authority)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("engraft/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())
}

/// Sends and reads while the connection's bytes are moved. The connection may well end first: what
/// it has brought is still there to be read.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
    bytes_max: usize,
) -> Result<Posted, String> {
    let shaken = handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(|error| error.to_string())?;
    let answered = async {
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        read(response, bytes_max).await
    };
    let (mut answered, connection) = (pin!(answered), pin!(connection));
    tokio::select! {
        biased;
        answer = &mut answered => return answer,
        _ended = connection => {}
    }
    answered.await
}

async fn read(
    response: Response<hyper::body::Incoming>,
    bytes_max: usize,
) -> Result<Posted, String> {
    let status = response.status().as_u16();
    let said = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = said.and_then(|seconds| seconds.trim().parse().ok());
    let (mut body, mut incoming) = (Vec::new(), response.into_body());
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame.map_err(|error| error.to_string())?.into_data() else { continue };
        let room = bytes_max - body.len();
        body.extend_from_slice(data.get(..room).unwrap_or(&data));
        if data.len() > room {
            return Ok(Posted { status, body, retry_after, is_cut: true });
        }
    }
    Ok(Posted { status, body, retry_after, is_cut: false })
}

// === impl Connector ===

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("has_tls", &self.tls.is_some()).finish()
    }
}
