//! A library's server, as small as one can be: it tells the opening hours of a day, by the document
//! `library.json`.
//!
//! *Never:* it is reached from another machine.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::Result;

/// What the server says that it offers.
pub(crate) const DOCUMENT: &str = include_str!("../library.json");
/// A request for opening hours has a line and a few headers.
const REQUEST_BYTES_MAX: usize = 8 << 10;

/// The server, for as long as the program lives.
pub(crate) struct Library {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Library {
    /// Opens on a free port of this machine.
    #[expect(clippy::disallowed_methods, reason = "the program says where its tasks run")]
    pub(crate) async fn open() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A visitor who goes away halfway is no trouble of the others.
                let _gone = answer(stream, &seen).await;
            }
        });
        Ok(Self { address, asked })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was asked so far: `GET /hours/monday`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(mut stream: TcpStream, asked: &Mutex<Vec<String>>) -> Result<()> {
    let mut text = Vec::new();
    while !text.windows(4).any(|end| end == b"\r\n\r\n") && text.len() < REQUEST_BYTES_MAX {
        if stream.read_buf(&mut text).await? == 0 {
            return Ok(());
        }
    }
    let text = String::from_utf8_lossy(&text);
    let mut words = text.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{method} {path}"));
    let (status, said) = match (method, path.strip_prefix("/hours/")) {
        ("GET", Some(day)) => (
            "200 OK",
            match day {
                "saturday" => json!({"day": day, "hours": "10:00 to 16:00"}),
                "sunday" => json!({"day": day, "hours": "closed"}),
                _ => json!({"day": day, "hours": "9:00 to 19:00"}),
            },
        ),
        _ => ("404 Not Found", json!({"error": "there is nothing here"})),
    };
    let said = said.to_string();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{said}",
        said.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    Ok(stream.shutdown().await?)
}
