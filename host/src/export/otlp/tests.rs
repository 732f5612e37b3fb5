//! What leaves for a collector, and what comes of its answers.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// Answers one request, and gives what was asked.
async fn collector(answer: &'static str) -> (String, impl Future<Output = String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let asked = async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        let length = loop {
            let mut some = [0; 4_096];
            let read = stream.read(&mut some).await.unwrap();
            asked.extend_from_slice(&some[..read]);
            let text = String::from_utf8_lossy(&asked).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let lower = head.to_lowercase();
            let (_, length) = lower.split_once("content-length: ").unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() >= length {
                break length;
            }
        };
        stream.write_all(answer.as_bytes()).await.unwrap();
        assert!(length > 0);
        String::from_utf8(asked).unwrap()
    };
    (endpoint, asked)
}

#[tokio::test]
async fn figures_are_posted_as_otlp_says() {
    let (endpoint, asked) = collector("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
    let otlp = Otlp::to(&endpoint).unwrap().resource("service.name", "test");
    let otlp = otlp.header("authorization", "Bearer 7").unwrap();
    let figures = Figures { at_ms: 2_000, since_ms: 1_000, samples_lost: 3, ..Figures::default() };
    let (sent, asked) = tokio::join!(otlp.export(&figures), asked);
    sent.unwrap();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/metrics HTTP/1.1\r\n"), "{head}");
    for line in ["content-type: application/json", "authorization: Bearer 7"] {
        assert!(head.to_lowercase().contains(&line.to_lowercase()), "{head}");
    }
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let resource = &body["resourceMetrics"][0];
    assert_eq!(resource["resource"]["attributes"][0]["value"]["stringValue"], "test");
    let metric = &resource["scopeMetrics"][0]["metrics"][0];
    assert_eq!(metric["name"], "engraft.samples.lost");
    assert_eq!(metric["sum"]["isMonotonic"], true);
    assert_eq!(metric["sum"]["aggregationTemporality"], 2);
    let point = &metric["sum"]["dataPoints"][0];
    assert_eq!((&point["asInt"], &point["timeUnixNano"]), (&"3".into(), &"2000000000".into()));
    assert_eq!(point["startTimeUnixNano"], "1000000000");
}

#[test]
fn what_a_shadow_answered_is_told_to_a_collector_as_well() {
    let shadow: crate::traffic::ShadowFigures = serde_json::from_value(serde_json::json!({
        "name": "a.b", "version": "1.1.0", "share": "50%", "compared": 10, "differed": 4, "broke": 1,
    }))
    .unwrap();
    let body = body::request(&Figures { shadows: vec![shadow], ..Figures::default() }, &[]);
    let metrics = body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array().unwrap();
    let points = |name: &str, kind: &str| {
        let metric = metrics.iter().find(|metric| metric["name"] == name).unwrap();
        metric[kind]["dataPoints"].as_array().unwrap().clone()
    };
    let counts = points("engraft.shadow.requests", "sum");
    let counts: Vec<&str> = counts.iter().map(|point| point["asInt"].as_str().unwrap()).collect();
    assert_eq!(counts, ["6", "3", "1", "0"]);
    assert_eq!(points("engraft.shadow.share", "gauge")[0]["asDouble"], 0.5);
}

#[tokio::test]
async fn a_collector_that_says_no_or_is_not_there_is_told_of() {
    let no = "HTTP/1.1 429 Slow Down\r\nContent-Length: 9\r\n\r\nlater \u{7}ok";
    let (endpoint, asked) = collector(no).await;
    let otlp = Otlp::to(&format!("{endpoint}/own/path")).unwrap();
    let figures = Figures::default();
    let (sent, asked) = tokio::join!(otlp.export(&figures), asked);
    let error = sent.unwrap_err().to_string();
    assert!(error.contains("answered 429: later  ok"), "{error}");
    assert!(asked.starts_with("POST /own/path "), "{asked}");
    // Nobody listens there any more.
    let error = otlp.export(&figures).await.unwrap_err();
    assert!(matches!(error, OtlpError::Unreachable { .. }), "{error}");
}

#[test]
fn what_is_no_address_is_refused() {
    for bad in ["", "localhost", "ftp://localhost", "http://"] {
        assert!(matches!(Otlp::to(bad), Err(OtlpError::Endpoint(_))), "{bad}");
    }
    assert!(Otlp::to("https://collector.example:4318").is_ok());
    assert!(Otlp::to("http://[::1]:4318").unwrap().header("a b", "c").is_err());
}
