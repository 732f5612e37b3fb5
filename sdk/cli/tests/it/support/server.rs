//! A server of a test: whole requests in, what the test says out.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use serde_json::{Map, Value};

/// One request.
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    /// By lower-case names.
    pub(crate) headers: Map<String, Value>,
    pub(crate) body: String,
}

/// What comes back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Whole lines.
    pub(crate) headers: String,
    pub(crate) body: String,
}

/// Serves one connection after another; it ends with the process.
pub(crate) fn serve(answer: impl Fn(&Asked) -> Answer + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test's own server")]
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            if let Some(asked) = read(&mut stream) {
                drop(stream.write_all(answer(&asked).to_text().as_bytes()));
            }
        }
    });
    address
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut text = Vec::new();
    let mut chunk = [0; 4096];
    let length = |head: &str| {
        let mut lines = head.lines();
        lines.find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0)
    };
    let (head, body) = loop {
        let read = stream.read(&mut chunk).unwrap_or_default();
        text.extend_from_slice(&chunk[..read]);
        let seen = String::from_utf8_lossy(&text).into_owned();
        match seen.split_once("\r\n\r\n") {
            Some((head, body)) if body.len() >= length(head) => {
                break (head.to_owned(), body.to_owned());
            }
            _ if read == 0 => return None,
            _ => {}
        }
    };
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let (method, path) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.into()))
        .collect();
    Some(Asked { method, path, headers, body })
}

impl Answer {
    pub(crate) fn of(body: impl Into<String>) -> Self {
        Self { status: 200, headers: String::new(), body: body.into() }
    }

    fn to_text(&self) -> String {
        let Self { status, headers, body } = self;
        format!(
            "HTTP/1.1 {status} So\r\ncontent-type: application/json; charset=utf-8\r\n{headers}\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}
