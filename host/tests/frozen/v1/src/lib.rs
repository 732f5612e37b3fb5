//! A capability that uses every import and both optional exports of version 1.0.0 of the contract.
//!
//! Its component is checked in beside it and is not built again: it shows that a host of today runs
//! a guest of then. Each operation calls the functions of one interface and gives what it saw.

use engraft_wit::guest::capability::engraft::capability as host;
use engraft_wit::guest::capability::engraft::capability::types::{
    Example, FailureFacts, HostError, HttpRule, KvQuota, Operation, Permission, SecretRule,
};
use engraft_wit::guest::capability::{Description, Failure, Guest};
use engraft_wit::guest::self_test::exports::engraft::capability::self_test;
use engraft_wit::guest::state::exports::engraft::capability::state;

struct Frozen;

const OPERATIONS: [&str; 11] = [
    "echo", "log", "clock", "random", "kv", "http", "call", "progress", "secrets", "config", "fault",
];

impl Guest for Frozen {
    fn describe() -> Description {
        let operation = |name: &str| Operation {
            name: name.into(),
            summary: "Uses one interface.".into(),
            input_schema: "{}".into(),
            output_schema: "{}".into(),
            intents: vec!["try {text}".into()],
            examples: vec![Example { input: "1".into(), output: None }],
        };
        Description {
            name: "test.frozen".into(),
            summary: "Was built for the first version of the contract.".into(),
            operations: OPERATIONS.iter().map(|name| operation(name)).collect(),
            permissions: vec![
                Permission::Log,
                Permission::Clock,
                Permission::Random,
                Permission::Progress,
                Permission::Kv(KvQuota { bytes: 1000, keys: 10 }),
                Permission::Http(HttpRule {
                    host: "api.example.org".into(),
                    methods: vec!["GET".into()],
                    path_prefix: "/v1".into(),
                }),
                Permission::Secret(SecretRule {
                    name: "token".into(),
                    hosts: vec!["api.example.org".into()],
                }),
                Permission::Call("text.*".into()),
                Permission::Config("locale".into()),
            ],
        }
    }

    fn invoke(operation: String, input: String) -> Result<String, Failure> {
        match operation.as_str() {
            "echo" => Ok(input),
            "log" => log().map_err(of_host),
            "clock" => clock().map_err(of_host),
            "random" => random().map_err(of_host),
            "kv" => kv().map_err(of_host),
            "http" => http().map_err(of_host),
            "call" => call(),
            "progress" => {
                host::progress::report(Some(0.5), "half").map(|()| "true".into()).map_err(of_host)
            }
            "secrets" => host::secrets::exists("token").map(|has| has.to_string()).map_err(of_host),
            "config" => host::config::get("locale")
                .map(|locale| text(&locale.unwrap_or_default()))
                .map_err(of_host),
            "fault" => {
                host::fault::report("frozen and broken");
                std::process::abort()
            }
            _ => Err(Failure::InvalidInput(facts("no such operation"))),
        }
    }
}

fn log() -> Result<String, HostError> {
    host::log::write(host::log::Level::Info, "frozen", &[("a".into(), "b".into())])?;
    Ok("true".into())
}

fn clock() -> Result<String, HostError> {
    let now = host::clock::now()?;
    host::clock::monotonic()?;
    Ok(now.seconds.to_string())
}

fn random() -> Result<String, HostError> {
    host::random::number()?;
    Ok(host::random::bytes(9)?.len().to_string())
}

fn kv() -> Result<String, HostError> {
    use host::kv::{Change, Expectation};
    host::kv::set("a", b"1")?;
    let sum = host::kv::increment("a", 4)?;
    let kept = host::kv::transact(
        &[Expectation { key: "a".into(), value: Some(b"5".to_vec()) }],
        &[Change::Set(("b".into(), vec![1])), Change::Delete("c".into())],
    )?;
    let keys = host::kv::keys("", None, 10)?.len();
    let value = host::kv::get("b")?;
    let gone = host::kv::delete("b")?;
    let mut seen = sum.to_string();
    for fact in [kept, keys == 2, value == Some(vec![1]), gone] {
        seen.push(if fact { '1' } else { '0' });
    }
    Ok(seen)
}

fn http() -> Result<String, HostError> {
    use host::http::{Credential, Placement, Request};
    let request = |path: &str| Request {
        method: "GET".into(),
        url: path.into(),
        headers: vec![("accept".into(), "*/*".into())],
        body: None,
        credentials: vec![Credential { secret: "token".into(), placement: Placement::Bearer }],
        timeout_ms: Some(100),
    };
    // Nobody may be asked here, so each answer is a denial; what counts is that it comes as one.
    let denied = |error: &HostError| matches!(error, HostError::Denied(_));
    let one = host::http::send(&request("https://other.example.org/"));
    let all = host::http::send_all(&[request("https://other.example.org/v1")])?;
    let all_denied = all.iter().all(|answer| answer.as_ref().is_err_and(|error| denied(error)));
    Ok((one.is_err_and(|error| denied(&error)) && all_denied).to_string())
}

fn call() -> Result<String, Failure> {
    use host::call::Request;
    let request = || Request {
        capability: "mail.send".into(),
        operation: "send".into(),
        input: "1".into(),
    };
    let denied = |answer: &Result<String, Failure>| matches!(answer, Err(Failure::Denied(_)));
    let all = host::call::invoke_all(&[request(), request()]);
    let one = host::call::invoke(&request());
    Ok((denied(&one) && all.len() == 2 && all.iter().all(denied)).to_string())
}

fn of_host(error: HostError) -> Failure {
    match error {
        HostError::Denied(message) => Failure::Denied(facts(&message)),
        HostError::Unavailable(message) => Failure::Unavailable(facts(&message)),
        HostError::Exhausted(message) | HostError::Invalid(message) | HostError::Failed(message) => {
            Failure::Failed(facts(&message))
        }
    }
}

fn facts(message: &str) -> FailureFacts {
    FailureFacts { message: message.into(), retryable: false, effect_happened: false }
}

fn text(plain: &str) -> String {
    let mut quoted = String::from('"');
    quoted.push_str(plain);
    quoted.push('"');
    quoted
}

impl state::Guest for Frozen {
    fn save() -> Result<Vec<u8>, Failure> {
        Ok(vec![1, 2, 3])
    }

    fn restore(version: String, saved: Vec<u8>) -> Result<(), Failure> {
        if version == "1.0.0" && saved == [1, 2, 3] {
            Ok(())
        } else {
            Err(Failure::InvalidInput(facts("not what was saved")))
        }
    }
}

impl self_test::Guest for Frozen {
    fn run() -> Vec<self_test::Check> {
        vec![self_test::Check { name: "frozen".into(), problem: None }]
    }
}

engraft_wit::guest::capability::export_capability!(
    Frozen with_types_in engraft_wit::guest::capability);
engraft_wit::guest::state::export_state!(Frozen with_types_in engraft_wit::guest::state);
engraft_wit::guest::self_test::export_self_test!(
    Frozen with_types_in engraft_wit::guest::self_test);
