//! Compositions of capabilities of a real host: found by running them, built, and run beside them.
//!
//! *Never:* a composition counts that was not run in the host.

use std::sync::Arc;

use engraft::artifact::{Bundle, Keyring, Manifest, Origin, SigningKey};
use engraft::model::{Grant, Outcome};
use engraft::synth::{Author, Compose, Source, Wish};
use engraft::{Host, Invocation};
use serde_json::{Value, json};

const PARTS: [&str; 4] = [
    "{name: text.words, version: 1.0.0, summary: Words., input: {type: object, properties: {text: {type: string}}, \
     required: [text]}, return: \"input.text.split(' ')\"}",
    "{name: list.count, version: 1.0.0, summary: Counts., input: {type: object, properties: {items: {type: array}}, \
     required: [items]}, return: size(input.items)}",
    "{name: text.shout, version: 1.0.0, summary: Shouts., input: {type: object, properties: {text: {type: string}}, \
     required: [text]}, return: input.text.upperAscii() + '!'}",
    // It has an effect, so it may not be tried.
    "{name: text.spy, version: 1.0.0, summary: Spies., permissions: {log: true}, input: {type: object, \
     properties: {text: {type: string}}, required: [text]}, steps: [{log: input.text}], return: size(input.text)}",
];

struct Bench {
    host: Host,
    key: SigningKey,
}

impl Bench {
    async fn new() -> Self {
        let key = SigningKey::generate(Origin::Development).unwrap();
        let mut grant = Grant::default();
        grant.log = true;
        grant.call.push("*".parse().unwrap());
        let host = Host::builder()
            .trust(Keyring::for_development(key.public()))
            .grant("*".parse().unwrap(), grant)
            .build()
            .unwrap();
        let bench = Self { host, key };
        for part in PARTS {
            bench.install(part).await;
        }
        bench
    }

    async fn install(&self, recipe: &str) -> String {
        let built = engraft_recipe::recipe::build(recipe)
            .unwrap_or_else(|error| panic!("{error:?} of\n{recipe}"));
        let name = built.recipe.name.parse().unwrap();
        let description = self.host.describe(&name, built.component.clone()).await.unwrap();
        let manifest = Manifest::new(description, "1.0.0".parse().unwrap());
        let bundle = Bundle::sign(built.component, &manifest, &[&self.key]).unwrap();
        self.host.install(&bundle.to_bytes()).await.unwrap();
        name.to_string()
    }

    /// What the composition for a wish gives.
    async fn answers(&self, wish: &Wish, input: &Value) -> (String, Value) {
        let drafts = Compose::new(Arc::new(self.host.clone())).write(wish).await.unwrap();
        let draft = drafts.first().unwrap_or_else(|| panic!("{wish:?}"));
        let Source::Recipe(recipe) = &draft.source else { panic!("{draft:?}") };
        let name = self.install(recipe).await;
        let report = self.host.call(&name, Invocation::new("run", input.to_string())).await;
        let Outcome::Returned(output) = report.outcome else { panic!("{}", report.outcome) };
        (draft.reasons[0].clone(), output.read().unwrap())
    }
}

#[tokio::test]
async fn what_is_found_by_running_runs() {
    let bench = Bench::new().await;
    let chain = Wish::default()
        .named("mine.count-words".parse().unwrap())
        .example(json!({"text": "a b c"}), json!(3))
        .example(json!({"text": "one two"}), json!(2));
    let (reason, output) = bench.answers(&chain, &json!({"text": "x y z w"})).await;
    assert_eq!(reason, "`list.count(text.words(text))` gives all 2 examples");
    assert_eq!(output, json!(4));
    let join = Wish::default()
        .named("mine.both".parse().unwrap())
        .example(json!({"text": "a b"}), json!({"loud": "A B!", "words": ["a", "b"]}))
        .example(json!({"text": "c"}), json!({"loud": "C!", "words": ["c"]}));
    let (_, output) = bench.answers(&join, &json!({"text": "d e"})).await;
    assert_eq!(output, json!({"loud": "D E!", "words": ["d", "e"]}));
    let choice = Wish::default()
        .named("mine.either".parse().unwrap())
        .example(json!({"text": "a b", "how": "loud"}), json!("A B!"))
        .example(json!({"text": "c d", "how": "split"}), json!(["c", "d"]))
        .example(json!({"text": "e", "how": "loud"}), json!("E!"));
    let (_, output) = bench.answers(&choice, &json!({"text": "f g", "how": "split"})).await;
    assert_eq!(output, json!(["f", "g"]));
    assert_eq!(bench.host.capability("text.spy").unwrap().counts().returned, 0);
}
