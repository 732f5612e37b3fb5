//! Small servers in this process, and a resolver that says what a test wants.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::engine::http::{Lookup, Resolver};

/// A server that answers each request by what `answer` makes of its text, then closes.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

/// What a server does with a request.
pub(super) type Answer = Arc<dyn Fn(&str) -> Vec<u8> + Send + Sync>;

impl Server {
    pub(super) async fn start(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::start_on(|stream| async move { Ok(stream) }, Arc::new(answer)).await
    }

    /// A server whose wire is wrapped, as by TLS.
    pub(super) async fn start_on<W, F>(
        wrap: impl Fn(tokio::net::TcpStream) -> F + Send + Sync + 'static,
        answer: Answer,
    ) -> Self
    where
        W: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        F: Future<Output = std::io::Result<W>> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        #[expect(clippy::disallowed_methods, reason = "a test's own server")]
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                if let Ok(wire) = wrap(stream).await {
                    serve(wire, &log, &answer).await;
                }
            }
        });
        Self { address, seen, task }
    }

    /// A server that takes a request and never answers.
    pub(super) async fn silent() -> Self {
        Self::start(|_| Vec::new()).await
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The requests that have come, as text.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve<W: AsyncRead + AsyncWrite + Unpin>(
    mut wire: W,
    log: &Mutex<Vec<String>>,
    answer: &Answer,
) {
    let mut text = Vec::new();
    let mut chunk = [0; 4096];
    while !is_whole(&text) {
        match wire.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => text.extend_from_slice(&chunk[..read]),
        }
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    log.lock().unwrap().push(text.clone());
    let response = answer(&text);
    if response.is_empty() {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    drop(wire.write_all(&response).await);
    drop(wire.shutdown().await);
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// A plain answer.
pub(super) fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// An answer that leads on.
pub(super) fn redirect(status: u16, to: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Go\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into_bytes()
}

/// Says each of its answers once, then the last one for ever, and counts the questions.
#[derive(Clone, Default)]
pub(super) struct Scripted {
    answers: Arc<Mutex<Vec<Vec<IpAddr>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub(super) fn new(answers: &[&[&str]]) -> Self {
        let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        let answers = answers.iter().rev().map(parse).collect();
        Self { answers: Arc::new(Mutex::new(answers)), asked: Arc::default() }
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolver for Scripted {
    fn lookup<'a>(&'a self, host: &'a str) -> Lookup<'a> {
        self.asked.lock().unwrap().push(host.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop() } else { answers.last().cloned() };
        Box::pin(std::future::ready(Ok(answer.unwrap_or_default())))
    }
}
