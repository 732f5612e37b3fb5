//! The attribute macro from outside: what a module becomes.

use engraft_guest::mock::Host;
use engraft_guest::{
    Capability as _, Example, FailureKind, HttpRule, KvQuota, Permission, SecretRule, capability,
};
use serde_json::{Value, json};

/// Does a bit of
/// everything.
///
/// This paragraph is no summary.
#[capability(
    name = "test.all-sorts",
    permissions(
        log,
        clock,
        random,
        progress,
        kv(bytes = 4096, keys = 16),
        http(host = "*.example.org", methods("GET", "POST"), path_prefix = "/v1"),
        secret(name = "token", hosts("api.example.org")),
        call("text.*", "math.add"),
        config("locale"),
    )
)]
mod all_sorts {
    use engraft_guest::{Failure, Schema, kv};
    use serde::{Deserialize, Serialize};

    #[derive(Deserialize, Schema)]
    pub(crate) struct Add {
        /// What to add.
        by: i64,
        #[serde(default)]
        twice: bool,
    }

    #[derive(Serialize, Schema)]
    pub(crate) struct Sum {
        sum: i64,
    }

    /// Adds to the sum.
    #[operation(
        intents("add {by}"),
        example(r#"{"by": 2}"#, r#"{"sum": 2}"#),
        example(r#"{"by": 1}"#)
    )]
    fn add_up(input: Add) -> Result<Sum, Failure> {
        let by = if input.twice { input.by * 2 } else { input.by };
        Ok(Sum { sum: kv::increment("sum", by)? })
    }

    #[operation(name = "hello", summary = "Says hello.")]
    fn greet() -> String {
        "hello".to_owned()
    }

    #[operation]
    fn double(number: i32) -> i32 {
        number * 2
    }

    #[save_state]
    fn save() -> Result<Vec<u8>, Failure> {
        Ok(kv::get("sum")?.unwrap_or_default())
    }

    #[restore_state]
    fn restore(version: &str, saved: Vec<u8>) -> Result<(), Failure> {
        if version.starts_with("0.") {
            return Err(Failure::failed("too old"));
        }
        Ok(kv::set("sum", saved)?)
    }

    #[self_test]
    fn doubling_works() -> Result<(), String> {
        if double(2) == 4 { Ok(()) } else { Err("2 doubled is not 4".to_owned()) }
    }
}

use all_sorts::Capability;

#[test]
fn the_description_says_what_the_source_says() {
    let description = Capability::describe();
    assert_eq!(description.name, "test.all-sorts");
    assert_eq!(description.summary, "Does a bit of everything.");
    let names: Vec<_> = description.operations.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["add-up", "hello", "double"]);
    let add_up = &description.operations[0];
    assert_eq!(add_up.summary, "Adds to the sum.");
    assert_eq!(add_up.intents, ["add {by}"]);
    let example = |input: &str, output: Option<&str>| Example {
        input: input.to_owned(),
        output: output.map(str::to_owned),
    };
    assert_eq!(
        add_up.examples,
        [example(r#"{"by": 2}"#, Some(r#"{"sum": 2}"#)), example(r#"{"by": 1}"#, None)]
    );
    assert_eq!(description.operations[1].summary, "Says hello.");
}

#[test]
fn the_permissions_are_those_of_the_list() {
    let text = str::to_owned;
    assert_eq!(
        Capability::describe().permissions,
        [
            Permission::Log,
            Permission::Clock,
            Permission::Random,
            Permission::Progress,
            Permission::Kv(KvQuota { bytes: 4096, keys: 16 }),
            Permission::Http(HttpRule {
                host: text("*.example.org"),
                methods: vec![text("GET"), text("POST")],
                path_prefix: text("/v1"),
            }),
            Permission::Secret(SecretRule {
                name: text("token"),
                hosts: vec![text("api.example.org")],
            }),
            Permission::Call(text("text.*")),
            Permission::Call(text("math.add")),
            Permission::Config(text("locale")),
        ]
    );
}

#[test]
fn schemas_come_from_the_types() {
    let operations = Capability::describe().operations;
    let input: Value = serde_json::from_str(&operations[0].input_schema).unwrap();
    assert_eq!(input["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(input["properties"]["by"]["description"], "What to add.");
    assert_eq!(input["required"], json!(["by"]), "what has a default is optional");
    let output: Value = serde_json::from_str(&operations[0].output_schema).unwrap();
    assert_eq!(output["properties"]["sum"]["type"], "integer");
    let nothing: Value = serde_json::from_str(&operations[1].input_schema).unwrap();
    assert_eq!(nothing["type"], "object");
}

#[test]
fn operations_run_with_json_on_both_sides() {
    let host = Host::granting::<Capability>();
    let invoke = |operation, input| host.invoke::<Capability>(operation, input);
    assert_eq!(invoke("add-up", r#"{"by": 2}"#).unwrap(), json!({"sum": 2}));
    assert_eq!(invoke("add-up", r#"{"by": 2, "twice": true}"#).unwrap(), json!({"sum": 6}));
    assert_eq!(invoke("hello", "{}").unwrap(), json!("hello"));
    assert_eq!(invoke("double", "21").unwrap(), json!(42));
}

#[test]
fn bad_input_and_a_denial_are_typed_failures() {
    let host = Host::granting::<Capability>();
    for (operation, input) in
        [("add-up", r#"{"by": "x"}"#), ("add-up", "{"), ("double", "3000000000"), ("none", "{}")]
    {
        let failure = host.invoke::<Capability>(operation, input).unwrap_err();
        assert_eq!(failure.kind(), FailureKind::InvalidInput, "{operation} {input}: {failure}");
    }
    let failure = Host::new().invoke::<Capability>("add-up", r#"{"by": 1}"#).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Denied);
}

#[test]
fn examples_are_checked() {
    Host::granting::<Capability>().check_examples::<Capability>();
    let wrong = Host::granting::<Capability>().value("sum", "1");
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        wrong.check_examples::<Capability>();
    }));
    assert!(checked.is_err(), "an example that gives another output is told");
}

#[test]
fn state_and_self_tests_are_reached_natively() {
    let host = Host::granting::<Capability>();
    host.run(|| {
        Capability::restore_state("1.0.0", b"5".to_vec()).unwrap();
        assert_eq!(Capability::save_state().unwrap(), b"5");
        assert!(Capability::restore_state("0.9.0", Vec::new()).is_err());
    });
    let results: Vec<_> =
        Capability::SELF_CHECKS.iter().map(|(name, check)| (*name, check())).collect();
    assert_eq!(results, [("doubling_works", Ok(()))]);
}
