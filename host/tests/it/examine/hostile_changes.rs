//! Hostile releases: the same operations, and schemas that break whoever calls them.

use engraft::artifact::Manifest;
use engraft::examine::{Blocks, CheckId, Severity};
use serde_json::{Value, json};

use super::bench::{Bench, Case};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        input("a member that callers do not know is required", |it| {
            it["properties"]["unit"] = json!({"type": "string"});
            it["required"] = json!(["number", "unit"]);
        }),
        input("a member of another type", |it| {
            it["properties"]["number"] = json!({"type": "string"});
        }),
        input("fewer types than before", |it| it["type"] = json!("array")),
        input("a smaller range", |it| it["properties"]["number"]["maximum"] = json!(9)),
        input("a closed list of values", |it| {
            it["properties"]["number"]["enum"] = json!([1, 2]);
        }),
        input("no members beyond", |it| it["additionalProperties"] = json!(false)),
        output("an output member less", |it| *it = answer(json!({"sum": {"type": "integer"}}))),
        output("an output member of another type", |it| {
            *it = answer(json!({"sum": {"type": "string"}, "unit": {"type": "string"}}));
        }),
        output("an output member that may be missing", |it| {
            it["required"] = json!(["unit"]);
        }),
        output("an output that may be null", |it| {
            it["properties"]["sum"] = json!({"anyOf": [{"type": "integer"}, {"type": "null"}]});
        }),
        output("another type behind a reference", |it| {
            it["properties"]["sum"] = json!({"$ref": "#/$defs/sum"});
            it["$defs"] = json!({"sum": {"type": "array"}});
        }),
    ]
}

fn answer(members: Value) -> Value {
    let names: Vec<&String> = members.as_object().unwrap().keys().collect();
    json!({"type": "object", "properties": members, "required": names})
}

fn full() -> Value {
    answer(json!({"sum": {"type": "integer"}, "unit": {"type": "string"}}))
}

fn earlier(manifest: &mut Manifest) {
    manifest.version = "1.1.0".parse().unwrap();
    manifest.sequence = 6;
}

fn input(name: &'static str, change: impl FnOnce(&mut Value)) -> Case {
    Case::of_manifest(name, CheckId::DROPPED, |it| {
        change(&mut it.description.operations[0].input_schema);
    })
    .before(earlier)
}

fn output(name: &'static str, change: impl FnOnce(&mut Value)) -> Case {
    Case::of_manifest(name, CheckId::DROPPED, |it| {
        let schema = &mut it.description.operations[0].output_schema;
        *schema = full();
        change(schema);
    })
    .before(|it| {
        earlier(it);
        it.description.operations[0].output_schema = full();
    })
}

/// What a release adds is told and keeps nobody out; a new major version may break what it says.
#[tokio::test]
async fn what_callers_do_not_notice_and_what_a_major_version_says_is_let_through() {
    let bench = Bench::new();
    let mut honest = vec![
        input("a choice more", |it| it["properties"]["unit"] = json!({"type": "string"})),
        input("a wider type", |it| it["properties"]["number"]["type"] = json!("number")),
        input("a wider range", |it| it["properties"]["number"]["maximum"] = json!(1e12)),
        input("another wording", |it| it["properties"]["number"]["title"] = json!("How many")),
        input("nothing required", |it| it["required"] = json!([])),
        output("an output member more", |it| {
            it["properties"]["note"] = json!({"type": "string"});
            it["required"] = json!(["sum", "unit", "note"]);
        }),
        output("the same behind a reference", |it| {
            it["properties"]["sum"] = json!({"$ref": "#/$defs/sum"});
            it["$defs"] = json!({"sum": {"type": "integer"}});
        }),
    ];
    honest.extend(cases().into_iter().map(|mut case| {
        case.manifest.as_mut().unwrap().version = "2.0.0".parse().unwrap();
        case
    }));
    for case in honest {
        let report = bench.examine(&case, &[]).await;
        let kept: Vec<_> = report
            .of(CheckId::DROPPED)
            .filter(|it| it.blocks != Blocks::No || it.severity > Severity::Note)
            .collect();
        assert!(kept.is_empty(), "{}: {kept:#?}", case.name);
    }
}
