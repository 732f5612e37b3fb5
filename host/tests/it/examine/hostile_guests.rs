//! Hostile components that use the contract: a guest whose operations each do one thing wrong, tried
//! with one of them at a time.

use engraft::artifact::Manifest;
use engraft::examine::{CheckId, Level};
use engraft::model::{HttpRule, KvQuota, Operation, Permissions};
use serde_json::{Value, json};

use super::bench::{Case, manifest};
use crate::support::guest;

pub(crate) fn cases() -> Vec<Case> {
    let mut deaf = case("a check of itself that does not hold", CheckId::SELF_TEST, "hide", text());
    // Its self-test asks a host that this manifest does not have.
    permissions(&mut deaf).http.pop();
    vec![
        case("an operation of which it knows nothing", CheckId::DESCRIPTION, "unheard-of", text()),
        deaf,
        case("a break beyond the bounds", CheckId::INVALID_INPUT, "pick", number()),
        case("a setting that it did not ask for", CheckId::BEYOND, "pry", text()),
        case("an input that goes out backwards", CheckId::LEAK, "hide", text()),
        case("an input that goes out in pieces", CheckId::LEAK, "spell", text()),
        case("an input that goes out under a mask", CheckId::LEAK, "mask", text()),
        case("an input that goes out packed", CheckId::LEAK, "pack", text()),
        case("an input that goes out as one number", CheckId::LEAK, "number", text()),
        case("another host on a day that it knows", CheckId::LATE, "lurk", text()),
        case("another host once its values say so", CheckId::LATE, "wait", text()),
        case("a break within a letter of a long text", CheckId::LATE, "cut", text()),
        putting_together(),
        case("another host for a long list", CheckId::LATE, "crowd", texts()),
        remembering(),
        answering("an answer with orders in it", CheckId::OUTPUT_TEXT, &["bow"]),
        case("another host once in a while", CheckId::LATE, "roll", text()),
        leaving(),
        case("a short code that goes out backwards", CheckId::LEAK, "brief", short()),
        case("a name in an address that goes out backwards", CheckId::LEAK, "write", address()),
        case("a kept note that goes out backwards", CheckId::LEAK, "note", text()),
        case("an input that goes out once the weather is known", CheckId::LEAK, "forecast", text()),
        case("a break where a server is down", CheckId::FAULTS, "rely", text()),
        case("a break where half of an answer comes", CheckId::FAULTS, "swallow", text()),
        answering("a refusal with orders in it", CheckId::OUTPUT_TEXT, &["scold"]),
        answering("an image that tells", CheckId::LEAK, &["paint"]),
        case("a break where values cannot be read", CheckId::FAULTS, "trust", text()),
        case("values that do not survive a cut", CheckId::FUEL_CUT, "tear", text()),
    ]
}

pub(crate) fn text() -> Value {
    json!({"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]})
}

fn short() -> Value {
    let text = json!({"type": "string", "minLength": 1, "maxLength": 12, "default": "code"});
    json!({"type": "object", "properties": {"text": text}, "required": ["text"]})
}

fn address() -> Value {
    let text = json!({"type": "string", "format": "email"});
    json!({"type": "object", "properties": {"text": text}, "required": ["text"]})
}

fn texts() -> Value {
    let texts = json!({"type": "array", "items": {"type": "string"}});
    json!({"type": "object", "properties": {"texts": texts}, "required": ["texts"]})
}

/// It may do both of what it does.
fn leaving() -> Case {
    let mut case = case("another deed at an hour", CheckId::LATE, "dawn", text());
    for rule in &mut permissions(&mut case).http {
        rule.methods = ["GET", "HEAD", "POST"].map(str::to_owned).to_vec();
    }
    case
}

/// One operation keeps what the other one tells.
fn remembering() -> Case {
    let name = "what the user before has told another operation";
    answering(name, CheckId::ISOLATION, &["remember", "recall"])
}

/// A key that no scanner of bytes finds stands in what goes out.
fn putting_together() -> Case {
    let mut case = case("a key that is put together", CheckId::LATE, "open", text());
    case.check = CheckId::SECRET;
    case
}

/// Operations that take a text and answer anything.
fn answering(name: &'static str, check: CheckId, operations: &[&str]) -> Case {
    let mut case = case(name, check, "hide", text());
    if let Some(manifest) = &mut case.manifest {
        let hide = manifest.description.operations.remove(0);
        manifest.description.operations = operations
            .iter()
            .map(|name| Operation {
                name: (*name).to_owned(),
                output_schema: json!({}),
                ..hide.clone()
            })
            .collect();
    }
    case
}

/// Ten at most; the guest itself says nothing of that.
fn number() -> Value {
    let number = json!({"type": "number", "minimum": 0, "maximum": 10});
    json!({"type": "object", "properties": {"number": number}, "required": ["number"]})
}

fn case(name: &'static str, check: CheckId, operation: &str, input: Value) -> Case {
    let level = check.check().map_or(Level::Basic, |check| check.level);
    let component = guest("rogue").to_vec();
    let manifest = Some(manifest_of(operation, input));
    Case { level, manifest, ..Case::of_bytes(name, check, component) }
}

pub(crate) fn manifest_of(operation: &str, input: Value) -> Manifest {
    let http = |host: &str| HttpRule {
        host: host.parse().unwrap(),
        methods: Vec::new(),
        path_prefix: "/".to_owned(),
    };
    let mut manifest = manifest();
    manifest.description.name = "test.rogue".parse().unwrap();
    manifest.description.permissions = Permissions {
        kv: Some(KvQuota { bytes: 4096, keys: 64 }),
        config: vec!["locale".parse().unwrap()],
        clock: true,
        random: true,
        http: vec![http("api.example.org"), http("self.example.org")],
        ..Permissions::default()
    };
    manifest.description.operations = vec![Operation {
        name: operation.to_owned(),
        summary: "Does one thing.".to_owned(),
        input_schema: input,
        output_schema: json!({"type": "integer"}),
        intents: vec![],
        examples: vec![],
    }];
    manifest
}

fn permissions(case: &mut Case) -> &mut Permissions {
    &mut case.manifest.as_mut().unwrap().description.permissions
}
