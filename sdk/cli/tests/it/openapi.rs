//! Capabilities made of OpenAPI documents, calling a server that the test starts: real requests out of
//! real guests, with secrets that the host puts in.
//!
//! *Never:* a document's recipe is passed over because it does not build.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::engine::{SecretMap, Services};
use engraft::model::{Grant, Outcome};
use engraft::synth::{Api, Draft, Grouping, OpenApi, Source};
use engraft::{Host, Invocation};
use serde_json::{Value, json};

use crate::support::Home;
use crate::support::server::{Answer, Asked, serve};

/// Answers every request with what it was, as JSON.
struct Echo {
    address: SocketAddr,
    status: Arc<Mutex<u16>>,
}

impl Echo {
    fn start() -> Self {
        let status = Arc::new(Mutex::new(200));
        let answered = Arc::clone(&status);
        let address = serve(move |asked| {
            let status = *answered.lock().unwrap();
            let said = if status == 204 { String::new() } else { echoed(asked) };
            Answer { status, headers: "x-next: 2\r\n".to_owned(), body: said }
        });
        Self { address, status }
    }

    fn answers(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }
}

/// What was asked, as JSON.
fn echoed(asked: &Asked) -> String {
    let said = json!({"method": asked.method, "path": asked.path, "headers": asked.headers,
        "body": asked.body});
    // A list of notes is a list, as its document says.
    let is_list = asked.method == "GET" && asked.path.split('?').next() == Some("/base/notes");
    let said = if is_list { json!([said]) } else { said };
    said.to_string()
}

fn document(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/openapi/");
    std::fs::read_to_string(format!("{folder}{name}")).unwrap()
}

/// A document as capabilities of a server here.
fn read(name: &str, grouping: Grouping, echo: &Echo) -> Api {
    let place = echo.address.to_string();
    let api = OpenApi::default()
        .grouped(grouping)
        .server(format!("http://{place}/base").parse().unwrap())
        .allow_private(place.parse().unwrap());
    api.read(&document(name)).unwrap()
}

/// A host with one capability, granted what it asks for.
async fn host(draft: &Draft) -> Host {
    let Source::Recipe(text) = &draft.source else { panic!("{draft:?}") };
    let built =
        engraft_recipe::recipe::build(text).unwrap_or_else(|error| panic!("{error:?} of\n{text}"));
    let key = SigningKey::generate(Origin::Development).unwrap();
    let bare = || Host::builder().trust(Keyring::for_development(key.public()));
    let description =
        bare().build().unwrap().describe(&draft.name, built.component.clone()).await.unwrap();
    let mut grant = Grant::default();
    grant.http.clone_from(&description.permissions.http);
    grant.secrets.clone_from(&description.permissions.secrets);
    let secrets = ["notes-api-key", "corner-shop-api-token", "weather-key"];
    let secrets = secrets
        .iter()
        .fold(SecretMap::default(), |all, name| all.with(*name, format!("value-of-{name}")));
    let services = Services::default().secrets(secrets);
    let host = bare().services(services).grant("*".parse().unwrap(), grant).build().unwrap();
    let manifest = Manifest::new(description, "0.1.0".parse().unwrap());
    let bundle = Bundle::sign(built.component, &manifest, &[&key]).unwrap();
    host.install(&bundle.to_bytes()).await.unwrap();
    host
}

/// What a call of a capability gives.
async fn called(api: &Api, name: &str, input: Value) -> Value {
    let draft = api.drafts.iter().find(|draft| draft.name.as_str() == name).unwrap();
    let report = host(draft).await.call(name, Invocation::new("run", input.to_string())).await;
    let Outcome::Returned(output) = &report.outcome else {
        panic!("{name} of {input}: {}", report.outcome)
    };
    output.read().unwrap()
}

#[tokio::test]
async fn parameters_arrive_escaped_and_what_is_not_given_is_left_out() {
    let echo = Echo::start();
    let api = read("notes.yaml", Grouping::Operation, &echo);
    let said = called(
        &api,
        "notes.list-notes",
        json!({
        "limit": 5, "label": ["a&b=c", "d e"], "fields": ["id", "text"], "archived": false,
        "X-Request-Id": "123e4567-e89b-12d3-a456-426614174000"}),
    )
    .await;
    assert_eq!(
        said["body"][0]["path"],
        "/base/notes?archived=false&fields=id%2Ctext&label=a%26b%3Dc&label=d%20e&limit=5"
    );
    assert_eq!(said["body"][0]["headers"]["x-request-id"], "123e4567-e89b-12d3-a456-426614174000");
    assert_eq!(said["headers"]["x-next"], "2");
    assert_eq!((&said["status"], &said["error"]), (&json!(200), &Value::Null));
    let said = called(&api, "notes.list-notes", json!({})).await;
    assert_eq!(said["body"][0]["path"], "/base/notes");
    assert_eq!(said["body"][0]["headers"].get("x-request-id"), None);
    let said = called(&api, "notes.get-note", json!({"noteId": "a b?c#d"})).await;
    assert_eq!(said["body"]["path"], "/base/notes/a%20b%3Fc%23d");
    let said = called(&api, "notes.get-people", json!({"ids": [3, 4]})).await;
    assert_eq!(said["body"]["path"], "/base/people/3%2C4");
}

#[tokio::test]
async fn secrets_are_put_in_by_the_host_and_come_back_to_nobody() {
    let echo = Echo::start();
    let api = read("notes.yaml", Grouping::Operation, &echo);
    let said = called(&api, "notes.get-note", json!({"noteId": "7"})).await;
    // The server has seen it and says so; the guest is told of it without its value.
    assert_eq!(said["body"]["headers"]["x-api-key"], "[secret]");
    let said = called(&api, "notes.health", json!({})).await;
    assert_eq!(said["body"]["headers"].get("x-api-key"), None);
    let weather = read("weather.yaml", Grouping::Operation, &echo);
    let said = called(
        &weather,
        "weather.now",
        json!({"lat": 1.5, "lon": 2, "options": {"units": "metric"}}),
    )
    .await;
    let path = said["body"]["path"].as_str().unwrap();
    assert!(path.ends_with("appid=[secret]"), "{path}");
    assert!(path.contains("lat=1.5&lon=2&options=%7B%22units%22%3A%22metric%22%7D"), "{path}");
    assert!(!path.contains("lang"), "{path}");
}

#[tokio::test]
async fn bodies_are_sent_as_the_document_says() {
    let echo = Echo::start();
    let notes = read("notes.yaml", Grouping::Operation, &echo);
    echo.answers(201);
    let said =
        called(&notes, "notes.create-note", json!({"body": {"text": "hi", "due": null}})).await;
    assert_eq!(said["status"], 201);
    let sent: Value = serde_json::from_str(said["body"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(sent, json!({"text": "hi", "due": null}));
    echo.answers(200);
    let said =
        called(&notes, "notes.put-notes-note-id-text", json!({"noteId": "7", "body": "über"}))
            .await;
    assert_eq!(said["body"]["body"], "über");
    assert_eq!(said["body"]["headers"]["content-type"], "text/plain");
    let shop = read("shop.json", Grouping::Operation, &echo);
    let pay = json!({"body": {"order": "a&b", "codes": ["x", "y"], "card": {"zip": "12 3"}}});
    let said = called(&shop, "corner-shop-api.payments-create", pay).await;
    assert_eq!(said["body"]["body"], "card%5Bzip%5D=12%203&codes=x&codes=y&order=a%26b");
    assert_eq!(said["body"]["headers"]["authorization"], "Bearer [secret]");
    let list = json!({"filter": {"status": "open"}, "sort": ["a", "b"], "session": "s 1"});
    let said = called(&shop, "corner-shop-api.orders-list", list).await;
    assert_eq!(said["body"]["path"], "/base/orders?filter%5Bstatus%5D=open&sort=a%7Cb");
    assert_eq!(said["body"]["headers"]["cookie"], "session=s%201");
}

#[tokio::test]
async fn what_goes_wrong_is_told_and_what_does_not_fit_is_not_sent() {
    let echo = Echo::start();
    let api = read("notes.yaml", Grouping::Operation, &echo);
    echo.answers(404);
    let said = called(&api, "notes.get-note", json!({"noteId": "7"})).await;
    assert_eq!((&said["status"], &said["body"]), (&json!(404), &Value::Null));
    assert_eq!(said["error"]["method"], "GET");
    echo.answers(204);
    let said = called(&api, "notes.delete-note", json!({"noteId": "7"})).await;
    assert_eq!(said, json!({"status": 204, "body": null, "error": null}));
    let draft = api.drafts.iter().find(|it| it.name.as_str() == "notes.list-notes").unwrap();
    let host = host(draft).await;
    for bad in [json!({"limit": 0}), json!({"limit": "5"}), json!({"other": 1})] {
        let report = host.call("notes.list-notes", Invocation::new("run", bad.to_string())).await;
        assert!(matches!(report.outcome, Outcome::Refused(_)), "{bad}: {}", report.outcome);
    }
}

#[tokio::test]
async fn a_group_does_each_of_its_operations() {
    let echo = Echo::start();
    let api = read("notes.yaml", Grouping::Tag, &echo);
    let said = called(&api, "notes.notes", json!({"get-note": {"noteId": "7"}})).await;
    assert_eq!(said["body"]["path"], "/base/notes/7");
    let said = called(&api, "notes.notes", json!({"list-notes": {"label": ["a"]}})).await;
    assert_eq!(said["body"][0]["path"], "/base/notes?label=a");
    let draft = api.drafts.iter().find(|it| it.name.as_str() == "notes.notes").unwrap();
    let host = host(draft).await;
    for bad in [json!({}), json!({"get-note": {"noteId": "1"}, "delete-note": {"noteId": "1"}})] {
        let report = host.call("notes.notes", Invocation::new("run", bad.to_string())).await;
        assert!(matches!(report.outcome, Outcome::Refused(_)), "{bad}: {}", report.outcome);
    }
}

#[test]
fn every_recipe_of_every_document_builds() {
    let echo = Echo::start();
    for name in ["notes.yaml", "shop.json", "weather.yaml"] {
        for grouping in [Grouping::Operation, Grouping::Tag] {
            for draft in read(name, grouping, &echo).drafts {
                let Source::Recipe(text) = &draft.source else { panic!("{draft:?}") };
                engraft_recipe::recipe::build(text)
                    .unwrap_or_else(|error| panic!("{name}: {error:?} of\n{text}"));
            }
        }
    }
}

#[test]
fn the_command_shows_and_writes_recipes() {
    let home = Home::new();
    home.write("notes.yaml", document("notes.yaml"));
    let ran = home.run(&["make", "openapi", "notes.yaml", "--json"]).fine();
    let json = ran.json();
    assert_eq!(json["capabilities"].as_array().unwrap().len(), 7);
    assert_eq!(json["secrets"], json!(["notes-api-key"]));
    home.run(&["make", "openapi", "notes.yaml", "--by", "tag", "-o", "out"]).fine();
    let recipe = home.path("out").join("notes.notes.json");
    home.run(&["recipe", "check", recipe.to_str().unwrap()]).fine();
    home.write("old.json", r#"{"swagger": "2.0"}"#);
    home.run(&["make", "openapi", "old.json"]).says(4, "swagger2openapi");
}

#[test]
fn the_command_fetches_a_document_by_the_rules_of_capabilities() {
    let address = serve(|asked| match asked.path.as_str() {
        "/moved" => Answer {
            status: 302,
            headers: "location: http://localhost:1/\r\n".to_owned(),
            body: String::new(),
        },
        _ => Answer::of(document("weather.yaml")),
    });
    let home = Home::new();
    let url = format!("http://{address}/openapi.yaml");
    let place = address.to_string();
    let ran = home.run(&["make", "openapi", &url, "--allow-private", &place, "--json"]).fine();
    let json = ran.json();
    assert_eq!(json["capabilities"][0]["permissions"]["http"][0]["host"], json!(place));
    // A host without a port is meant at any.
    let local = address.ip().to_string();
    home.run(&["make", "openapi", &url, "--allow-private", &local]).fine();
    for (kind, url) in [("openapi", url.as_str()), ("manifest", "http://169.254.169.254/x")] {
        let ran = home.run(&["make", kind, url]);
        assert_ne!(ran.code, Some(0), "{ran:?}");
        assert!(ran.err.contains("is in a private network"), "{ran:?}");
        assert!(ran.err.contains("--allow-private"), "{ran:?}");
    }
    let ran = home.run(&["make", "openapi", "http://2130706433/x"]);
    assert!(ran.err.contains("`127.0.0.1` is in a private network"), "{ran:?}");
    let moved = format!("http://{address}/moved");
    let ran = home.run(&["make", "openapi", &moved, "--allow-private", &place]);
    assert_ne!(ran.code, Some(0), "{ran:?}");
}
