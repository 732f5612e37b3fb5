//! A capability that does to the outside whatever it is told, and says what came of it.
//!
//! Every answer is `{"ok": …}` or `{"denied" | "exhausted" | "invalid" | "unavailable" | "failed": …}`.

wit_bindgen::generate!({ path: "../../../../wit/v1", world: "engraft:capability/capability" });

use engraft::capability::types::{FailureFacts, HostError};
use engraft::capability::{call, clock, config, http, kv, log, progress, random, secrets};
use serde_json::{Value, json};

struct Effects;

export!(Effects);

impl Guest for Effects {
    fn describe() -> Description {
        Description {
            name: "test.effects".into(),
            summary: "Does what it is told.".into(),
            operations: vec![],
            permissions: vec![],
        }
    }

    fn invoke(operation: String, input: String) -> Result<String, Failure> {
        let input: Value = serde_json::from_str(&input).map_err(|error| {
            let message = error.to_string();
            Failure::InvalidInput(FailureFacts {
                message,
                retryable: false,
                effect_happened: false,
            })
        })?;
        Ok(run(&operation, &input).to_string())
    }
}

fn run(operation: &str, input: &Value) -> Value {
    match operation {
        "log" => told(write(input).map(|()| json!(null))),
        "flood" => flood(input),
        "storm" => loop {
            let _ = config::get("locale");
        },
        "now" => told(clock::now().map(|now| json!([now.seconds, now.nanoseconds]))),
        "monotonic" => told(clock::monotonic().map(|at| json!(at))),
        "random" => told(random::bytes(number(input, "count") as u32).map(|bytes| json!(bytes))),
        "number" => told(random::number().map(|number| json!(number.to_string()))),
        "progress" => {
            let fraction = input["fraction"].as_f64();
            told(progress::report(fraction, &text(input, "message")).map(|()| json!(null)))
        }
        "secret" => told(secrets::exists(&text(input, "name")).map(|exists| json!(exists))),
        "config" => told(config::get(&text(input, "key")).map(|value| json!(value))),
        "http" => told(http::send(&request(input)).map(response)),
        "http-all" => {
            let requests: Vec<_> = list(input).iter().map(request).collect();
            told(http::send_all(&requests).map(|answers| {
                answers.into_iter().map(|answer| told(answer.map(response))).collect()
            }))
        }
        "call" => called(call::invoke(&call_request(input))),
        "call-all" => {
            let requests: Vec<_> = list(input).iter().map(call_request).collect();
            json!(call::invoke_all(&requests).into_iter().map(called).collect::<Vec<_>>())
        }
        "spin" => loop {
            std::hint::black_box(0);
        },
        "echo" => input.clone(),
        other => keep(other, input),
    }
}

/// Everything of `kv`.
fn keep(operation: &str, input: &Value) -> Value {
    let key = text(input, "key");
    match operation {
        "get" => told(kv::get(&key).map(|value| json!(value.map(|value| lossy(&value))))),
        "set" => {
            let value = match input["fill"].as_u64() {
                Some(bytes) => vec![b'x'; bytes as usize],
                None => text(input, "value").into_bytes(),
            };
            told(kv::set(&key, &value).map(|()| json!(null)))
        }
        "delete" => told(kv::delete(&key).map(|existed| json!(existed))),
        "increment" => {
            let delta = input["delta"].as_i64().unwrap_or(1);
            told(kv::increment(&key, delta).map(|sum| json!(sum)))
        }
        "keys" => {
            let after = input["after"].as_str();
            let limit = number(input, "limit") as u32;
            told(kv::keys(&text(input, "prefix"), after, limit).map(|keys| json!(keys)))
        }
        "swap" => {
            let expected = input["expected"].as_str().map(|value| value.as_bytes().to_vec());
            let expectations = [kv::Expectation { key: key.clone(), value: expected }];
            let changes = [kv::Change::Set((key, text(input, "value").into_bytes()))];
            told(kv::transact(&expectations, &changes).map(|done| json!(done)))
        }
        other => json!({ "unknown": other }),
    }
}

fn write(input: &Value) -> Result<(), HostError> {
    let fields: Vec<_> = input["fields"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    log::write(log::Level::Info, &text(input, "message"), &fields)
}

/// Logs until it may not, and tells how many lines went through.
fn flood(input: &Value) -> Value {
    let line = "x".repeat(number(input, "bytes") as usize);
    let lines = number(input, "lines");
    for written in 0..lines {
        if let Err(error) = log::write(log::Level::Info, &line, &[]) {
            let mut answer = told(Err(error));
            answer["written"] = json!(written);
            return answer;
        }
    }
    json!({ "ok": null, "written": lines })
}

fn request(input: &Value) -> http::Request {
    let pairs = |key: &str| -> Vec<(String, String)> {
        let pairs = input[key].as_array().into_iter().flatten();
        pairs.map(|pair| (text_at(pair, 0), text_at(pair, 1))).collect()
    };
    let credentials = input["credentials"].as_array().into_iter().flatten();
    http::Request {
        method: input["method"].as_str().unwrap_or("GET").to_owned(),
        url: text(input, "url"),
        headers: pairs("headers"),
        body: input["body"].as_str().map(|body| body.as_bytes().to_vec()),
        credentials: credentials
            .map(|name| http::Credential {
                secret: name.as_str().unwrap_or_default().to_owned(),
                placement: http::Placement::Bearer,
            })
            .collect(),
        timeout_ms: input["timeout_ms"].as_u64().map(|timeout| timeout as u32),
    }
}

fn response(response: http::Response) -> Value {
    let http::Response { status, headers, body } = response;
    json!({ "status": status, "headers": headers, "body": lossy(&body), "bytes": body.len() })
}

fn call_request(input: &Value) -> call::Request {
    call::Request {
        capability: text(input, "capability"),
        operation: text(input, "operation"),
        input: input["input"].to_string(),
    }
}

fn called(answer: Result<String, Failure>) -> Value {
    let (kind, facts) = match answer {
        Ok(output) => {
            return json!({ "ok": serde_json::from_str::<Value>(&output).unwrap_or_default() });
        }
        Err(Failure::InvalidInput(facts)) => ("invalid", facts),
        Err(Failure::Denied(facts)) => ("denied", facts),
        Err(Failure::Unavailable(facts)) => ("unavailable", facts),
        Err(Failure::Failed(facts)) => ("failed", facts),
    };
    json!({ kind: facts.message })
}

fn told(answer: Result<Value, HostError>) -> Value {
    match answer {
        Ok(value) => json!({ "ok": value }),
        Err(HostError::Denied(why)) => json!({ "denied": why }),
        Err(HostError::Exhausted(why)) => json!({ "exhausted": why }),
        Err(HostError::Invalid(why)) => json!({ "invalid": why }),
        Err(HostError::Unavailable(why)) => json!({ "unavailable": why }),
        Err(HostError::Failed(why)) => json!({ "failed": why }),
    }
}

fn list(input: &Value) -> &[Value] {
    input.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(input: &Value, key: &str) -> String {
    input[key].as_str().unwrap_or_default().to_owned()
}

fn text_at(input: &Value, at: usize) -> String {
    input[at].as_str().unwrap_or_default().to_owned()
}

fn number(input: &Value, key: &str) -> u64 {
    input[key].as_u64().unwrap_or(0)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
