//! What drafts and compositions may ask of the capabilities that are there: those that want nothing.

use engraft::artifact::{Bundle, Manifest};
use engraft::model::NamePattern;
use engraft::registry::Actor;
use engraft::synth::{Execute, Part};
use serde_json::json;

use super::*;

fn recipe(name: &str, more: &str, result: &str) -> String {
    format!(
        "
name: {name}
version: 1.0.0
summary: Gives a number.
input: {{type: object, properties: {{n: {{type: integer}}}}, required: [n]}}
output: {{type: integer}}
{more}
return: {result}
"
    )
}

/// A capability that wants something, one that wants nothing, and one that fails.
async fn installed(place: &Place) -> (Host, LiveHost) {
    let host = place.host();
    let live = place.open_on(host.clone()).await;
    let noting = "permissions: {log: true}\nsteps: [{log: \"'one more'\"}]";
    for recipe in [
        recipe("number.next", "intents: ['the number behind {n}']", "input.n + 1"),
        recipe("number.noted", noting, "input.n + 1"),
        recipe("number.third", "", "'[1, 2][input.n]'"),
    ] {
        let component = engraft_recipe::recipe::build(&recipe).unwrap().component;
        let name = recipe.lines().find_map(|line| line.strip_prefix("name: ")).unwrap();
        let name = name.parse().unwrap();
        let description = host.describe(&name, component.clone()).await.unwrap();
        let manifest = Manifest::new(description, "1.0.0".parse().unwrap());
        let bundle = Bundle::sign(component, &manifest, &[&place.ann]).unwrap().to_bytes();
        // How much it is looked at is another test's.
        live.install(&bundle, Actor::person("ann"), "to be called").await.unwrap();
    }
    (host, live)
}

fn place() -> Place {
    let mut place = Place::new();
    place.grant.log = true;
    place.grant.call = vec!["number.*".parse::<NamePattern>().unwrap()];
    let level = engraft::examine::Level::Basic;
    place.policy.levels.insert(engraft::examine::CandidateOrigin::Installed, level);
    place
}

fn returned(host: &Host, name: &str) -> u64 {
    host.capability(name).unwrap().counts().returned
}

#[tokio::test]
async fn a_draft_on_trial_asks_nobody_who_wants_something() {
    let place = place();
    let (host, live) = installed(&place).await;
    let growth = place.grow_on(&live);
    let calling = |name: &str, other: &str| {
        let more = format!(
            "permissions: {{call: [{other}]}}\nsteps: [{{call: {other}, input: input, as: next}}]"
        );
        let wish = Wish::default().example(json!({"n": 1}), json!(2));
        Want::new(WantSource::Person, wish).written(recipe(name, &more, "int(next)"))
    };
    let work = growth.want(calling("calls.noted", "number.noted")).await.unwrap();
    let status = settle(&growth, work).await;
    assert_eq!(status.stands, Lifecycle::Ended, "{} {:?}", status.next, status.tried);
    assert!(status.next.contains("example 1 gave"), "{}", status.next);
    assert_eq!(returned(&host, "number.noted"), 0, "it was not even called");
    let work = growth.want(calling("calls.next", "number.next")).await.unwrap();
    let status = settle(&growth, work).await;
    assert!(status.name.is_some(), "{} {:?}", status.next, status.tried);
    assert!(returned(&host, "number.next") > 0, "what wants nothing is called for real");
}

#[tokio::test]
async fn parts_of_compositions_are_what_serves_and_wants_nothing() {
    let place = place();
    let (host, live) = installed(&place).await;
    let mut names: Vec<String> = live.parts().iter().map(|it| it.capability.to_string()).collect();
    names.sort();
    assert_eq!(names, ["number.next", "number.third"]);
    assert_eq!(host.parts(), live.parts());

    let part = |name: &str| Part {
        capability: name.parse().unwrap(),
        operation: "run".to_owned(),
        input: json!({}),
        output: json!({}),
    };
    let one = json!({"n": 1});
    assert_eq!(Execute::run(&live, &part("number.next"), &one).await, Ok(json!(2)));
    assert_eq!(Execute::run(&host, &part("number.next"), &one).await, Ok(json!(2)));
    // What fails tells why; what is not offered is not run, whoever names it.
    assert!(Execute::run(&live, &part("number.third"), &json!({"n": 9})).await.is_err());
    let refused = Execute::run(&live, &part("number.noted"), &one).await.unwrap_err();
    assert!(refused.contains("no longer there"), "{refused}");
    assert_eq!(returned(&host, "number.noted"), 0);
    // Nobody asked for it, so that it counts for no release.
    let figures = live.figures(10);
    assert!(figures.releases.iter().all(|it| it.counts.returned() == 0), "{figures:?}");
}

/// A program that says that something is missing which is there gets no second one, and what somebody wants
/// of it otherwise is for its next release.
#[tokio::test]
async fn what_is_there_is_not_made_once_more() {
    let mut place = place();
    place.governance.gaps = engraft::synth::Threshold::PERSONAL;
    let (_, live) = installed(&place).await;
    let growth = place.grow_on(&live);
    let all = async || while growth.step().await.unwrap() {};
    let works = || {
        let state = live.registry().journal().state();
        state.growth.works.values().cloned().collect::<Vec<_>>()
    };
    for (who, sentence) in [("ann", "the number behind 4"), ("bob", "the number behind 7")] {
        live.missing(sentence, "no tool", &Who::user(who).request(who)).await;
        all().await;
    }
    assert_eq!(works(), []);
    // Whoever wants what it gives wants nothing new.
    live.correct("ann", json!(5)).await.unwrap();
    all().await;
    assert_eq!(works(), []);
    live.correct("bob", json!(9)).await.unwrap();
    all().await;
    let works = works();
    let wish = &works.last().expect("it wants another answer").want.wish;
    let before = wish.before.as_ref().map(|it| it.name.as_str());
    assert_eq!((works.len(), before), (1, Some("number.next")), "{wish:?}");
    assert!(wish.examples.iter().any(|it| it.output == Some(json!(9))), "{wish:?}");
}
