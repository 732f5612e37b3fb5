//! Requests to the outside, through guests. The client's own matrix stands beside it; here is what
//! only a whole call can show.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use engraft::engine::{Invocation, SecretMap};
use engraft::model::Outcome;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::effects::stage::{Stage, ask, assert_told, output, report, rule, secret};

/// A server that answers by path: `/bytes/N`, `/slow/MS`, `/never`, `/to?URL`, `/echo/…`, `/json/…`.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        #[expect(clippy::disallowed_methods, reason = "a test's own server")]
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&log)));
            }
        });
        Self { address, seen, task }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn seen(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// The requests, as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// A stage whose guest may send requests here.
    pub(crate) fn stage(&self) -> Stage {
        let mut stage = Stage::granted();
        let rule = rule(&self.address.to_string());
        stage.asked.http.push(rule.clone());
        stage.granted.http.push(rule);
        stage
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: tokio::net::TcpStream, log: Arc<Mutex<Vec<String>>>) {
    let mut text = String::new();
    let mut chunk = [0; 4096];
    while !text.contains("\r\n\r\n") {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => text.push_str(&String::from_utf8_lossy(&chunk[..read])),
        }
    }
    log.lock().unwrap().push(text.clone());
    let path = text.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let number = || path.rsplit('/').next().unwrap().parse::<u64>().unwrap();
    let (head, body) = match path.split('/').nth(1).unwrap_or_default() {
        "bytes" => ("200 OK".to_owned(), "x".repeat(usize::try_from(number()).unwrap())),
        "slow" => {
            tokio::time::sleep(Duration::from_millis(number())).await;
            ("200 OK".to_owned(), path.clone())
        }
        "never" => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            return;
        }
        "echo" => ("200 OK".to_owned(), text.clone()),
        "json" => ("200 OK".to_owned(), r#"{"n": 4}"#.to_owned()),
        _ => {
            let to = path.split_once('?').map_or("/", |(_, to)| to);
            (format!("302 Found\r\nlocation: {to}"), String::new())
        }
    };
    let answer = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    drop(stream.write_all(answer.as_bytes()).await);
}

#[tokio::test]
async fn an_allowed_request_is_answered_and_counted() {
    let server = Server::start().await;
    let loaded = server.stage().load().await;
    let told = report(&loaded, "http", &json!({ "url": server.url("/bytes/1000") })).await;
    let answer = output(&told);
    assert_eq!((&answer["ok"]["status"], &answer["ok"]["bytes"]), (&json!(200), &json!(1000)));
    assert_eq!(told.usage.http_bytes, 1000);
    let delete = json!({ "url": server.url("/"), "method": "DELETE" });
    assert_told(&ask(&loaded, "http", delete).await, "denied", "DELETE request");
    assert_eq!(server.seen(), 1);
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_not_followed() {
    let (inside, outside) = (Server::start().await, Server::start().await);
    let mut stage = outside.stage();
    let wide = rule(&format!("*:{}", inside.address.port()));
    stage.asked.http.push(wide.clone());
    stage.granted.http.push(wide);
    let loaded = stage.load().await;
    for target in [inside.url("/echo"), "http://169.254.169.254/latest/".to_owned()] {
        let request = json!({ "url": outside.url(&format!("/to?{target}")) });
        assert_told(&ask(&loaded, "http", request).await, "denied", "redirect was not followed");
    }
    let direct = json!({ "url": inside.url("/echo") });
    assert_told(&ask(&loaded, "http", direct).await, "denied", "private");
    assert_eq!(inside.seen(), 0);
}

#[tokio::test]
async fn a_secret_reaches_the_server_and_never_the_guest() {
    let server = Server::start().await;
    let mut stage = server.stage();
    let rule = secret("key", &server.address.to_string());
    stage.asked.secrets.push(rule.clone());
    stage.granted.secrets.push(rule);
    stage.services = stage.services.secrets(SecretMap::default().with("key", "tr0ub4dor"));
    let loaded = stage.load().await;
    let request = json!({ "url": server.url("/echo"), "credentials": ["key"] });
    let answer = ask(&loaded, "http", request).await;
    assert!(server.seen.lock().unwrap()[0].contains("authorization: Bearer tr0ub4dor\r\n"));
    let body = answer["ok"]["body"].as_str().unwrap();
    assert!(
        body.contains("Bearer [secret]") && !answer.to_string().contains("tr0ub4dor"),
        "{body}"
    );
    let elsewhere = json!({ "url": server.url("/echo"), "credentials": ["token"] });
    assert_told(&ask(&loaded, "http", elsewhere).await, "denied", "secret `token`");
}

#[tokio::test]
async fn bodies_of_one_call_share_their_bound() {
    let server = Server::start().await;
    let mut stage = server.stage();
    stage.budget.http_bytes = 2_500;
    let loaded = stage.load().await;
    let over = ask(&loaded, "http", json!({ "url": server.url("/bytes/2501") })).await;
    assert_told(&over, "failed", "2500 bytes");
    let requests = vec![json!({ "url": server.url("/bytes/1000") }); 3];
    let told = report(&loaded, "http-all", &json!(requests)).await;
    let answer = output(&told);
    let fine = answer["ok"].as_array().unwrap().iter().filter(|one| !one["ok"].is_null()).count();
    assert_eq!(fine, 2, "{answer}");
    assert!((2_000..=2_500).contains(&told.usage.http_bytes), "{}", told.usage.http_bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_side_by_side_share_the_time_and_answer_in_order() {
    let server = Server::start().await;
    let loaded = server.stage().load().await;
    let paths: Vec<_> = (0..8).map(|n| format!("/slow/{}", 300 - n * 20)).collect();
    let requests: Vec<_> = paths.iter().map(|path| json!({ "url": server.url(path) })).collect();
    let begun = Instant::now();
    let answers = ask(&loaded, "http-all", json!(requests)).await;
    assert!(begun.elapsed() < Duration::from_millis(1_500), "{:?}", begun.elapsed());
    for (answer, path) in answers["ok"].as_array().unwrap().iter().zip(&paths) {
        assert_eq!(answer["ok"]["body"], json!(path));
    }
    let many = vec![json!({ "url": server.url("/echo") }); 33];
    assert_told(&ask(&loaded, "http-all", json!(many)).await, "invalid", "at most 32");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_function_that_never_returns_ends_with_the_deadline() {
    let server = Server::start().await;
    let loaded = server.stage().load().await;
    let request = json!({ "url": server.url("/never") }).to_string();
    let limit = Duration::from_millis(200);
    let begun = Instant::now();
    let (late, echoed) = tokio::join!(
        loaded.call(Invocation::new("http", request).deadline(limit)),
        ask(&loaded, "echo", json!("served meanwhile"))
    );
    assert!(begun.elapsed() < limit + Duration::from_millis(800), "{:?}", begun.elapsed());
    assert_eq!(late.outcome, Outcome::Deadline { limit });
    assert_eq!(echoed, json!("served meanwhile"));
    let patient = json!({ "url": server.url("/never"), "timeout_ms": 50 });
    assert_told(&ask(&loaded, "http", patient).await, "failed", "within 50ms");
}
