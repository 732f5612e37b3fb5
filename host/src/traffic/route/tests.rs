//! Tests of routing.

use serde_json::json;

use super::*;
use crate::model::{Description, Operation, Permissions};

fn described(name: &str, summary: &str, intents: &[&str], schema: Value) -> Description {
    let operation = Operation {
        name: "run".to_owned(),
        summary: summary.to_owned(),
        input_schema: schema,
        output_schema: json!({}),
        intents: intents.iter().map(|intent| (*intent).to_owned()).collect(),
        examples: vec![],
    };
    Description {
        name: name.parse().unwrap(),
        summary: summary.to_owned(),
        operations: vec![operation],
        permissions: Permissions::default(),
    }
}

fn offers() -> Offers {
    let amount = json!({"properties": {"amount": {"type": "number"}, "to": {"type": "string"}}});
    let all = [
        described(
            "text.slug",
            "Turns a title into a slug.",
            &["make a slug of {title}", "slugify {title}"],
            json!({}),
        ),
        described(
            "text.words",
            "Counts the words of a text.",
            &["count the words in {text}"],
            json!({}),
        ),
        described(
            "money.convert",
            "Converts an amount of money.",
            &["convert {amount} euros to {to}"],
            amount,
        ),
        described(
            "weather.now",
            "Tells the weather in a city.",
            &["the weather in {city}", "{broken"],
            json!({}),
        ),
    ];
    Offers::new(all.iter().flat_map(|description| Offer::of(description).collect::<Vec<_>>()))
}

fn routes(sentence: &str) -> Vec<Route> {
    best(sentence, offers().all())
}

#[test]
fn patterns_fill_the_input() {
    let best = &routes("please convert 12.50 euros to yen")[0];
    assert_eq!(best.capability.as_str(), "money.convert");
    assert_eq!(Value::Object(best.input.clone()), json!({"amount": 12.5, "to": "yen"}));
    assert!(matches!(best.by, Way::Pattern(_)) && best.confidence > 0.9);
}

#[test]
fn words_find_what_no_pattern_does() {
    let best = &routes("will the weather be nice")[0];
    assert_eq!((best.capability.as_str(), &best.by), ("weather.now", &Way::Words));
    assert!(best.confidence <= WORDS_MOST);
    assert!(routes("compose a symphony").is_empty());
    let amount = &routes("euros, 30 of them: convert!")[0];
    assert_eq!(Value::Object(amount.input.clone()), json!({"amount": 30.0}));
}

#[test]
fn a_user_gets_only_what_that_user_may_get() {
    let offers = offers();
    let menu = offers.menu(|offer| offer.capability().as_str() != "text.slug");
    let found = best("make a slug of this title", menu);
    assert!(found.iter().all(|route| route.capability.as_str() != "text.slug"), "{found:?}");
}

#[test]
fn a_thousand_offers_are_told_apart() {
    let many = (0..1_000).map(|number| {
        let intent = format!("do task{number} with {{thing}}").parse().unwrap();
        Offer::new(format!("task.t{number}").parse().unwrap(), "run", format!("Does task{number}."))
            .intent(intent)
    });
    let offers = Offers::new(many);
    let found = best("do task512 with my shoes", offers.all());
    assert_eq!(found[0].capability.as_str(), "task.t512");
    assert_eq!(found[0].input["thing"], "my shoes");
}

#[test]
fn words_alone_are_sure_only_where_a_wrong_guess_does_no_harm() {
    let list = |permissions: Permissions| {
        let lists = described("shop.list", "Lists the open orders.", &[], json!({}));
        Offers::new(Offer::of(&Description { permissions, ..lists }).collect::<Vec<_>>())
    };
    let least = Lexical.confidence_least();
    let harmless = list(Permissions { clock: true, ..Permissions::default() });
    let found = best("list the open orders of the shop, please", harmless.all());
    assert!(found[0].confidence >= least, "{found:?}");
    let outgoing = list(Permissions { call: vec!["*".parse().unwrap()], ..Permissions::default() });
    let found = best("list the open orders of the shop, please", outgoing.all());
    assert!(found[0].confidence < least, "{found:?}");
    // What would lack a part of its input is not run on a guess either.
    let needs = json!({"properties": {"shop": {"type": "string"}}, "required": ["shop"]});
    let needy = described("shop.list", "Lists the open orders.", &[], needs);
    let offers = Offers::new(Offer::of(&needy).collect::<Vec<_>>());
    let found = best("list the open orders of the shop, please", offers.all());
    assert!(found[0].confidence < least, "{found:?}");
}
