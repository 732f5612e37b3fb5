//! What the guest crate sends to others, in a real host: requests, and calls of other capabilities.

use std::sync::Arc;

use engraft::engine::{Invocation, Loadable, Loaded, PeerAnswer, PeerCall, Peers};
use engraft::model::{CapabilityName, Failure, FailureFacts, Outcome};
use serde_json::{Value, json};

use super::{call, engine_with, grant_all, load, load_asking};
use crate::support::guest;

/// Other capabilities: `text.shout` is real, two more answer as they are asked.
struct Others(Loaded);

impl Peers for Others {
    fn call<'a>(
        &'a self,
        capability: &'a CapabilityName,
        invocation: Invocation<'a>,
    ) -> PeerCall<'a> {
        Box::pin(async move {
            let facts = |why: &str| FailureFacts::final_without_effect(why.to_owned());
            let result = match capability.as_str() {
                "text.shout" => match self.0.call(invocation).await.outcome {
                    Outcome::Returned(output) => Ok(output.into_string()),
                    other => Err(Failure::Failed(facts(&other.to_string()))),
                },
                "text.number" => Ok("5".to_owned()),
                "text.picky" => Err(Failure::InvalidInput(facts("not this text"))),
                _ => Err(Failure::Unavailable(facts("nobody is there"))),
            };
            PeerAnswer { result, fuel: 0 }
        })
    }
}

#[tokio::test]
async fn other_capabilities_are_called_alone_and_side_by_side() {
    // The same guest under another name, or the call would go round in a circle.
    let named = |loadable: &mut Loadable| {
        loadable.name = "text.shout".parse().unwrap();
        loadable.description.name = loadable.name.clone();
    };
    let other = load_asking(&super::engine(), guest("sdk"), named, grant_all).await;
    let engine = engine_with(|services| services.peers(Arc::new(Others(other))));
    let loaded = load(&engine, guest("sdk"), grant_all).await;
    let also = ["text.shout", "mail.send", "text.nobody", "text.number", "text.picky"];
    let outcome = call(&loaded, "ask", &json!({ "text": "hey", "also": also })).await;
    let Outcome::Returned(output) = outcome else { panic!("{outcome}") };
    let output: Value = output.read().unwrap();
    assert_eq!(output["text"], "HEY");
    let answers = output["also"].as_array().unwrap();
    assert_eq!(answers[..3], [json!({ "text": "HEY" }), json!("denied"), json!("unavailable")]);
    let other = |answer: &Value| answer["other"].as_str().unwrap().to_owned();
    assert!(other(&answers[3]).contains("the output of `shout`: expected a string"), "{answers:?}");
    assert_eq!(other(&answers[4]), "not this text");
}

#[cfg(feature = "http")]
#[tokio::test]
async fn requests_go_out_alone_and_side_by_side() {
    use crate::effects::stage::{rule, secret};
    use crate::http::Server;

    let server = Server::start().await;
    let here = server.address.to_string();
    let engine = engine_with(|services| services);
    // The guest asks for a host that is not here; the test's server takes its place.
    let asking = |loadable: &mut Loadable| {
        loadable.description.permissions.http = vec![rule(&here)];
        loadable.description.permissions.secrets = vec![secret("token", &here)];
    };
    let loaded = load_asking(&engine, guest("sdk"), asking, grant_all).await;
    let also = [server.url("/echo/x"), server.url("/nowhere"), "http://other.example.org/".into()];
    let input = json!({ "url": server.url("/json/x"), "also": also });
    let outcome = call(&loaded, "fetch", &input).await;
    let Outcome::Returned(output) = outcome else { panic!("{outcome}") };
    let output: Value = output.read().unwrap();
    assert_eq!((&output["status"], &output["n"]), (&json!(200), &json!(4)));
    assert_eq!(output["length"], "8");
    let answers = output["also"].as_array().unwrap();
    assert_eq!((&answers[0], &answers[2]), (&json!({ "status": 200 }), &json!("denied")));

    let first = server.requests().remove(0).to_lowercase();
    assert!(first.starts_with("get /json/x?q=a%20b http/1.1"), "{first}");
    assert!(first.contains("x-from: sdk") && first.contains("authorization: bearer s3cret-value"));
    let others = server.requests().split_off(1).concat().to_lowercase();
    assert!(!others.contains("authorization"), "a secret goes where it is asked for: {others}");
}
