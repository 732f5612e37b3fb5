//! The client against servers in this process: what is allowed arrives, what is not never leaves.

mod server;

mod secrets;

use std::sync::Arc;
use std::time::Duration;

use self::server::{Scripted, Server, ok, redirect};
use super::*;
use crate::engine::services::SecretMap;
use crate::model::{Grant, HostPattern, HttpRule, Permissions, SecretRule};

/// One capability with its rules, and a client.
struct Guest {
    name: CapabilityName,
    asked: Permissions,
    granted: Grant,
    secrets: SecretMap,
    allowance: Allowance,
    settings: HttpSettings,
}

impl Guest {
    /// Asks for and is granted what a test adds.
    fn new() -> Self {
        Self {
            name: "net.client".parse().unwrap(),
            asked: Permissions::default(),
            granted: Grant::default(),
            secrets: SecretMap::default().with("token", "tr0ub4dor&3"),
            allowance: Allowance::new(1 << 20),
            settings: HttpSettings::default(),
        }
    }

    fn granted(mut self, host: &str) -> Self {
        self.granted.http.push(rule(host, EVERY_METHOD, ""));
        self.asked.http.push(rule(host, EVERY_METHOD, ""));
        self
    }

    fn to(self, server: &Server) -> Self {
        self.granted(&server.address.to_string())
    }

    fn secret_for(mut self, host: &str) -> Self {
        let rule = SecretRule { name: "token".to_owned(), hosts: vec![host.parse().unwrap()] };
        self.asked.secrets.push(rule.clone());
        self.granted.secrets.push(rule);
        self
    }

    fn resolving(mut self, resolver: &Scripted) -> Self {
        self.settings.resolver = Arc::new(resolver.clone());
        self
    }

    async fn send(&self, request: OutgoingRequest) -> Result<IncomingResponse, HttpError> {
        let authority = Authority::of(&self.asked, &self.granted);
        let sender = Sender {
            capability: &self.name,
            authority: &authority,
            secrets: &self.secrets,
            allowance: &self.allowance,
        };
        HttpClient::new(self.settings.clone()).send(sender, request).await
    }
}

const EVERY_METHOD: &[&str] = &["GET", "HEAD", "POST", "PUT", "DELETE"];

fn rule(host: &str, methods: &[&str], path_prefix: &str) -> HttpRule {
    HttpRule {
        host: host.parse::<HostPattern>().unwrap(),
        methods: methods.iter().map(|method| (*method).to_owned()).collect(),
        path_prefix: path_prefix.to_owned(),
    }
}

fn request(method: &str, url: impl Into<String>) -> OutgoingRequest {
    OutgoingRequest { method: method.to_owned(), url: url.into(), ..OutgoingRequest::default() }
}

fn with_secret(url: impl Into<String>, placement: Placement) -> OutgoingRequest {
    let credential = Credential { secret: "token".to_owned(), placement };
    OutgoingRequest { credentials: vec![credential], ..request("GET", url) }
}

fn get(url: impl Into<String>) -> OutgoingRequest {
    request("GET", url)
}

#[tokio::test]
async fn an_allowed_request_arrives_whole_and_its_answer_comes_back() {
    let server = Server::start(|_| ok("hello")).await;
    let guest = Guest::new().to(&server);
    let mut request = request("POST", server.url("/a/b?c=d#e"));
    request.headers = vec![("X-Mine".to_owned(), "yes".to_owned())];
    request.body = Some(b"body".to_vec());
    let response = guest.send(request).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (200, b"hello".as_slice()));
    assert!(response.headers.contains(&("content-length".to_owned(), "5".to_owned())));
    let seen = server.seen().pop().unwrap();
    assert!(seen.starts_with("POST /a/b?c=d HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("x-mine: yes\r\n") && seen.contains("content-length: 4\r\n"), "{seen}");
    assert!(seen.contains(&format!("host: {}\r\n", server.address)), "{seen}");
    assert!(seen.ends_with("\r\n\r\nbody"), "{seen}");
    assert_eq!(guest.allowance.used(), 5);
}

#[tokio::test]
async fn host_method_and_path_must_all_be_allowed_by_both_keys() {
    let server = Server::start(|_| ok("in")).await;
    let here = server.address.to_string();
    let mut guest = Guest::new();
    guest.asked.http = vec![rule(&here, &["GET", "POST"], "/v1")];
    guest.granted.http = vec![rule(&here, &["GET", "PUT"], "/")];
    for (method, path, is_allowed) in [
        ("GET", "/v1", true),
        ("GET", "/v1/x", true),
        ("GET", "/v10", false),
        ("GET", "/v1/../v2", false),
        ("GET", "/v1/%2e%2e/v2", false),
        ("GET", "/v1%2f..%2fv2", false),
        ("POST", "/v1", false),
        ("PUT", "/v1", false),
        ("HEAD", "/v1", false),
    ] {
        let before = server.seen().len();
        let sent = guest.send(request(method, server.url(path))).await;
        assert_eq!(sent.is_ok(), is_allowed, "{method} {path}: {sent:?}");
        assert_eq!(server.seen().len() > before, is_allowed, "{method} {path}");
        if let Err(error) = sent {
            assert!(matches!(error, HttpError::Rule(_)), "{error}");
        }
    }
    let elsewhere = format!("http://localhost:{}/v1", server.port());
    assert!(matches!(guest.send(get(elsewhere)).await, Err(HttpError::Rule(_))));
}

#[tokio::test]
async fn private_addresses_are_refused_unless_named() {
    let server = Server::start(|_| ok("inside")).await;
    let wide = Guest::new().granted(&format!("*:{}", server.port()));
    let port = server.port();
    for host in ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"] {
        let refused = wide.send(get(format!("http://{host}:{port}/"))).await;
        assert!(matches!(refused, Err(HttpError::Refused(_))), "{host}: {refused:?}");
    }
    assert!(server.seen().is_empty());
    let named = Guest::new().granted(&format!("127.0.0.1:{port}"));
    assert!(named.send(get(format!("http://2130706433:{port}/"))).await.is_ok());
}

#[tokio::test]
async fn a_name_that_turns_to_a_private_address_is_refused() {
    let server = Server::start(|_| ok("inside")).await;
    let url = format!("http://rebind.example.org:{}/", server.port());
    let host = format!("rebind.example.org:{}", server.port());
    for answer in [&["127.0.0.1"][..], &["93.184.215.14", "127.0.0.1"], &["::ffff:127.0.0.1"]] {
        let resolver = Scripted::new(&[answer]);
        let refused = Guest::new().granted(&host).resolving(&resolver).send(get(&url)).await;
        assert!(matches!(refused, Err(HttpError::Refused(_))), "{answer:?}: {refused:?}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_checked() {
    let server = Server::start(|_| ok("first")).await;
    let url = format!("http://turning.internal:{}/", server.port());
    // The second answer leads where nobody listens: whoever asks again does not get through.
    let resolver = Scripted::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let guest =
        Guest::new().granted(&format!("turning.internal:{}", server.port())).resolving(&resolver);
    assert_eq!(guest.send(get(&url)).await.unwrap().body, b"first");
    assert_eq!(resolver.asked(), ["turning.internal"], "one look-up, before the check");
}

#[tokio::test]
async fn a_redirect_is_checked_like_a_first_request() {
    let inside = Server::start(|_| ok("inside")).await;
    let port = inside.port();
    for target in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://rebind.example.org:{port}/"),
        format!("//[::ffff:7f00:1]:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
    ] {
        let to = target.clone();
        let outside = Server::start(move |_| redirect(302, &to)).await;
        let guest = Guest::new()
            .to(&outside)
            .granted(&format!("*:{port}"))
            .granted("*")
            .resolving(&Scripted::new(&[&["127.0.0.1"]]));
        let refused = guest.send(get(outside.url("/"))).await.unwrap_err();
        assert!(matches!(refused, HttpError::Refused(_)), "{target}: {refused}");
        assert!(refused.to_string().contains("redirect"), "{refused}");
        let posted = guest.send(request("POST", outside.url("/"))).await.unwrap_err();
        assert!(matches!(posted, HttpError::Broken(_)), "something was sent: {posted}");
    }
    assert!(inside.seen().is_empty());
}

#[tokio::test]
async fn allowed_redirects_are_followed_up_to_a_bound() {
    let server = Server::start(|text| match text.split_whitespace().nth(1) {
        Some("/end") => ok("end"),
        Some("/loop") => redirect(302, "/loop"),
        _ => redirect(303, "/end"),
    })
    .await;
    let guest = Guest::new().to(&server);
    let mut post = request("POST", server.url("/start"));
    post.body = Some(b"form".to_vec());
    assert_eq!(guest.send(post).await.unwrap().body, b"end");
    assert!(server.seen()[1].starts_with("GET /end "), "{:?}", server.seen());
    assert!(!server.seen()[1].contains("form"));
    let looped = guest.send(get(server.url("/loop"))).await.unwrap_err();
    assert!(looped.to_string().contains("more than 5 times"), "{looped}");
    assert_eq!(server.seen().len(), 2 + 6);
    let leaving = Server::start(|_| redirect(302, "ftp://example.org/")).await;
    let unfit = Guest::new().to(&leaving).send(get(leaving.url("/"))).await;
    assert!(matches!(unfit, Err(HttpError::Broken(_))), "{unfit:?}");
}

#[tokio::test]
async fn headers_cannot_be_smuggled() {
    let server = Server::start(|_| ok("")).await;
    let guest = Guest::new().to(&server);
    for (name, value) in [
        ("x", "a\r\nx-evil: 1"),
        ("x\r\nx-evil", "1"),
        ("host", "evil.example.org"),
        ("content-length", "0"),
        ("transfer-encoding", "chunked"),
    ] {
        let mut request = get(server.url("/"));
        request.headers = vec![(name.to_owned(), value.to_owned())];
        let refused = guest.send(request).await;
        assert!(matches!(refused, Err(HttpError::Invalid(_))), "{name:?}: {refused:?}");
    }
    for url in ["/ HTTP/1.1\r\nx-evil: 1\r\n\r\n", "/\r\nx", "/a b", "/\0"] {
        let refused = guest.send(get(server.url(url))).await;
        assert!(matches!(refused, Err(HttpError::Invalid(_))), "{url:?}: {refused:?}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_body_over_the_bound_is_cut() {
    let announced = Server::start(|_| ok(&"x".repeat(2000))).await;
    let chunked = Server::start(|_| {
        let chunk = format!("3e8\r\n{}\r\n", "x".repeat(1000));
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        format!("{head}{}0\r\n\r\n", chunk.repeat(2)).into_bytes()
    })
    .await;
    let until_close =
        Server::start(|_| format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(2000)).into_bytes())
            .await;
    for server in [announced, chunked, until_close] {
        let mut guest = Guest::new().to(&server);
        guest.allowance = Allowance::new(1999);
        let cut = guest.send(get(server.url("/"))).await;
        assert_eq!(cut, Err(HttpError::TooLarge { limit: 1999 }));
        assert!(guest.allowance.used() <= 1999);
        guest.allowance = Allowance::new(2000);
        assert_eq!(guest.send(get(server.url("/"))).await.unwrap().body.len(), 2000);
        let seen = server.seen().len();
        let exhausted = guest.send(get(server.url("/"))).await;
        assert_eq!(exhausted, Err(HttpError::Exhausted { limit: 2000 }));
        assert_eq!(server.seen().len(), seen, "nothing was sent");
    }
}

#[tokio::test]
async fn endless_headers_are_cut() {
    let server = Server::start(|_| {
        let header = format!("x-long: {}\r\n", "x".repeat(1000));
        format!("HTTP/1.1 200 OK\r\n{}\r\n", header.repeat(90)).into_bytes()
    })
    .await;
    let refused = Guest::new().to(&server).send(get(server.url("/"))).await;
    assert!(matches!(refused, Err(HttpError::Broken(_))), "{:?}", refused.map(|it| it.status));
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let server = Server::silent().await;
    let guest = Guest::new().to(&server);
    let begun = tokio::time::Instant::now();
    let mut request = get(server.url("/slow?token=1"));
    request.timeout = Some(Duration::from_millis(100));
    let late = guest.send(request).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(matches!(late, HttpError::Broken(_)), "{late}");
    assert!(late.to_string().contains("/slow gave no whole answer within 100ms"), "{late}");
}

#[tokio::test]
async fn what_is_no_answer_is_an_error() {
    for answer in [
        "garbage\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/0.9 200 OK\r\n\r\n",
    ] {
        let server = Server::start(move |_| answer.as_bytes().to_vec()).await;
        let broken = Guest::new().to(&server).send(get(server.url("/"))).await;
        assert!(matches!(broken, Err(HttpError::Broken(_))), "{answer:?}: {broken:?}");
    }
    let nobody = Guest::new().granted("127.0.0.1:1").send(get("http://127.0.0.1:1/")).await;
    assert!(matches!(nobody, Err(HttpError::Unreachable(_))), "{nobody:?}");
}

mod tls {
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::crypto::ring;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

    use super::*;

    const CERTIFICATE: &[u8] = include_bytes!("tests/secure.internal.crt.der");
    const KEY: &[u8] = include_bytes!("tests/secure.internal.test-key.der");

    async fn secure_server() -> Server {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(CERTIFICATE)],
                PrivateKeyDer::try_from(KEY).unwrap(),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let answer = |text: &str| match text.split_whitespace().nth(1) {
            Some("/down") => redirect(302, "http://secure.internal/"),
            _ => ok("secure"),
        };
        Server::start_on(move |stream| acceptor.accept(stream), Arc::new(answer)).await
    }

    fn guest(server: &Server, host: &str, roots: &[&[u8]]) -> Guest {
        let mut guest = Guest::new()
            .granted(&format!("{host}:{}", server.port()))
            .granted("secure.internal")
            .resolving(&Scripted::new(&[&["127.0.0.1"]]));
        guest.settings.extra_roots = roots.iter().map(|root| root.to_vec()).collect();
        guest
    }

    #[tokio::test]
    async fn a_server_must_prove_its_name() {
        let server = secure_server().await;
        let url = |host: &str, path: &str| format!("https://{host}:{}{path}", server.port());
        let trusting = guest(&server, "secure.internal", &[CERTIFICATE]);
        let answer = trusting.send(get(url("secure.internal", "/"))).await.unwrap();
        assert_eq!(answer.body, b"secure");
        let unknown = guest(&server, "secure.internal", &[]);
        let refused = unknown.send(get(url("secure.internal", "/"))).await.unwrap_err();
        assert!(matches!(refused, HttpError::Unreachable(_)), "{refused}");
        assert!(refused.to_string().contains("TLS"), "{refused}");
        let other = guest(&server, "other.internal", &[CERTIFICATE]);
        let refused = other.send(get(url("other.internal", "/"))).await.unwrap_err();
        assert!(refused.to_string().contains("TLS"), "{refused}");
        let broken = guest(&server, "secure.internal", &[b"no certificate"]);
        let refused = broken.send(get(url("secure.internal", "/"))).await.unwrap_err();
        assert!(refused.to_string().contains("extra root"), "{refused}");
        assert_eq!(server.seen().len(), 1);
        let down = trusting.send(get(url("secure.internal", "/down"))).await.unwrap_err();
        assert!(down.to_string().contains("from `https` to `http`"), "{down}");
    }
}
