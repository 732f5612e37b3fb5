//! From a checked place to an open connection: look up, check every address, connect to one of them.
//!
//! *Never:* a name is looked up a second time between the check and the connection.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper::body::{Body, Bytes};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Host;

use super::place::Place;
use super::{HttpClient, HttpError};
use crate::engine::authority::Authority;
use crate::model::address::is_public;

/// A name has a few addresses; trying more would only pass the time.
const ADDRESSES_MAX: usize = 8;

/// One address that does not answer must not use up the time of the next one.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// hyper does not read heads with a smaller buffer.
const HEAD_BYTES_MIN: usize = 8 << 10;

/// What verifies servers, made at the first `https` request.
#[derive(Debug)]
pub(super) struct Tls {
    extra_roots: Vec<Vec<u8>>,
    config: OnceLock<Result<Arc<ClientConfig>, String>>,
}

/// An open connection, and the work that moves its bytes.
pub(super) struct Opened<B> {
    pub(super) sender: SendRequest<B>,
    pub(super) driver: Driver,
}

pub(super) type Driver = Pin<Box<dyn Future<Output = Result<(), hyper::Error>> + Send>>;

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl HttpClient {
    /// The addresses of a place, each of them checked.
    pub(super) async fn route(
        &self,
        authority: &Authority,
        place: &Place,
        method: &str,
    ) -> Result<Vec<SocketAddr>, HttpError> {
        let target = place.target(method);
        authority.http(target)?;
        if self.settings.script.is_some() {
            // Only `wasi:http` comes so far with a script, and has no answer that could be played.
            let why = format!("{} is not reached: this host plays from a script", place.shown());
            return Err(HttpError::Unreachable(why));
        }
        let addresses = match place.host_kind() {
            Some(Host::Ipv4(address)) => vec![address.into()],
            Some(Host::Ipv6(address)) => vec![address.into()],
            Some(Host::Domain(name)) => self.look_up(name).await?,
            None => Vec::new(),
        };
        let refused = addresses.iter().find(|address| !is_public(**address));
        if refused.is_some() && !authority.may_be_private(target) {
            // The address itself is not told: it would let a guest map a network.
            return Err(HttpError::Refused(format!(
                "{} stands at a private, local or reserved address; the grant must name it exactly \
                 in `http` (an address, `localhost`, a local name) or in `private_hosts`",
                target.host
            )));
        }
        let port = place.port();
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    async fn look_up(&self, name: &str) -> Result<Vec<std::net::IpAddr>, HttpError> {
        let failed = |why: &str| HttpError::Unreachable(format!("{name} cannot be found: {why}"));
        let lookup = self.settings.resolver.lookup(name);
        match tokio::time::timeout(self.settings.connect_timeout, lookup).await {
            Err(_) => Err(failed("the name look-up took too long")),
            Ok(Err(error)) => Err(failed(&error.to_string())),
            Ok(Ok(addresses)) if addresses.is_empty() => Err(failed("it has no address")),
            Ok(Ok(addresses)) => Ok(addresses),
        }
    }

    /// Connects to one of the checked addresses.
    pub(super) async fn open<B>(
        &self,
        place: &Place,
        addresses: &[SocketAddr],
        limit: Duration,
    ) -> Result<Opened<B>, HttpError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let limit = limit.min(self.settings.connect_timeout);
        let failed = |why: String| {
            HttpError::Unreachable(format!("{} cannot be reached: {why}", place.authority()))
        };
        let wire = match tokio::time::timeout(limit, self.dial(place, addresses)).await {
            Err(_) => return Err(failed(format!("no connection within {limit:?}"))),
            Ok(Err(why)) => return Err(failed(why)),
            Ok(Ok(wire)) => wire,
        };
        let (sender, driver) = Builder::new()
            .max_buf_size(self.settings.response_header_bytes_max.max(HEAD_BYTES_MIN))
            .handshake(TokioIo::new(wire))
            .await
            .map_err(|error| failed(error.to_string()))?;
        Ok(Opened { sender, driver: Box::pin(driver) })
    }

    async fn dial(&self, place: &Place, addresses: &[SocketAddr]) -> Result<Box<dyn Wire>, String> {
        let mut why = "it has no address".to_owned();
        for address in addresses.iter().take(ADDRESSES_MAX) {
            match tokio::time::timeout(ATTEMPT_TIMEOUT, TcpStream::connect(address)).await {
                Err(_) => "no answer".clone_into(&mut why),
                Ok(Err(error)) => why = error.kind().to_string(),
                Ok(Ok(stream)) => return self.secure(place, stream).await,
            }
        }
        Err(why)
    }

    async fn secure(&self, place: &Place, stream: TcpStream) -> Result<Box<dyn Wire>, String> {
        // Small requests go at once; a failure to say so costs time, not correctness.
        drop(stream.set_nodelay(true));
        if !place.is_secure() {
            return Ok(Box::new(stream));
        }
        let name = match place.host_kind() {
            Some(Host::Domain(name)) => ServerName::try_from(name.trim_end_matches('.').to_owned())
                .map_err(|error| error.to_string())?,
            Some(Host::Ipv4(address)) => ServerName::from(std::net::IpAddr::from(address)),
            Some(Host::Ipv6(address)) => ServerName::from(std::net::IpAddr::from(address)),
            None => return Err("it names no host".to_owned()),
        };
        let config = self.tls.config()?;
        let connected: io::Result<_> = TlsConnector::from(config).connect(name, stream).await;
        Ok(Box::new(connected.map_err(|error| format!("TLS: {error}"))?))
    }
}

// === impl Tls ===

impl Tls {
    pub(super) fn new(extra_roots: &[Vec<u8>]) -> Self {
        Self { extra_roots: extra_roots.to_vec(), config: OnceLock::new() }
    }

    fn config(&self) -> Result<Arc<ClientConfig>, String> {
        self.config.get_or_init(|| self.make().map(Arc::new)).clone()
    }

    fn make(&self) -> Result<ClientConfig, String> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() };
        for root in &self.extra_roots {
            roots
                .add(root.clone().into())
                .map_err(|error| format!("an extra root certificate cannot be used: {error}"))?;
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}
