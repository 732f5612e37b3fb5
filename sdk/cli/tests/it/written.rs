//! Templates that a language model fills, built behind walls: with good answers and with malicious ones.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use engraft_build::{BuildLimits, Language, Toolchains, Workshop, WorkshopError};
use serde_json::{Value, json};

use crate::support::Home;
use crate::support::server::{Answer, serve};

/// Kept from run to run, so that what the template links is built once.
fn shared() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("toolchains")
}

/// What a stub does, in every stub of one operation.
const UNWRITTEN: &str =
    "let _ = input;\n        Err(Failure::failed(\"`run` is not written yet\"))";

/// How often a number is halved, or tripled and one more, until it is one.
const COLLATZ: &str = "let (mut n, mut steps) = (input.n, 0);\n        \
                       while n > 1 && steps < 10_000 {\n            \
                       n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };\n            \
                       steps += 1;\n        }\n        Ok(steps)";

/// The numbers themselves.
const NUMBERS: &str = "let (mut n, mut told) = (input.n, input.n.to_string());\n        \
                       while n > 1 && told.len() < 10_000 {\n            \
                       n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };\n            \
                       told.push(' ');\n            told.push_str(&n.to_string());\n        \
                       }\n        Ok(told)";

/// A model that writes no recipe, and fills files in these ways in turn, the last one for ever.
fn model(fill: Vec<fn(&str) -> String>) -> (String, Arc<Mutex<Vec<Value>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (kept, turn) = (Arc::clone(&asked), Mutex::new(0));
    let address = serve(move |request| {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        let messages = body["messages"].as_array().unwrap();
        let wanted: Value = serde_json::from_str(messages[1]["content"].as_str().unwrap()).unwrap();
        let content = match wanted["file"].as_str() {
            None => "There is no such recipe.".to_owned(),
            Some(file) => {
                kept.lock().unwrap().push(body.clone());
                let mut turn = turn.lock().unwrap();
                *turn += 1;
                fill[(*turn - 1).min(fill.len() - 1)](file)
            }
        };
        Answer::of(json!({"choices": [{"message": {"content": content}}]}).to_string())
    });
    (format!("http://{address}/v1"), asked)
}

fn block(file: &str) -> String {
    format!("Here it is:\n```rust\n{file}\n```\n")
}

fn solved(file: &str) -> String {
    assert!(file.contains(UNWRITTEN), "{file}");
    file.replace(UNWRITTEN, NUMBERS)
}

fn good(file: &str) -> String {
    block(&solved(file))
}

/// The same with a line that only a change has.
fn changed(file: &str) -> String {
    good(file).replace("while n > 1", "told.reserve(64);\n        while n > 1")
}

fn reading(file: &str) -> String {
    block(
        &file.replace(
            UNWRITTEN,
            "let _ = input;\n        Ok(include_str!(\"/etc/passwd\").to_owned())",
        ),
    )
}

fn with_a_script(file: &str) -> String {
    let script = "```rust\nfn main() { std::process::Command::new(\"curl\"); }\n```";
    format!("{}\nand `build.rs`:\n{script}", good(file))
}

fn linking(file: &str) -> String {
    block(&format!("{}\nuse reqwest::blocking;\n", solved(file)))
}

fn asking(file: &str) -> String {
    good(file).replace(
        "#[capability(name = \"number.collatz\")]",
        "#[capability(name = \
                       \"number.collatz\", permissions(http(host = \"evil.example\")))]",
    )
}

#[test]
fn a_model_fills_a_template_and_is_told_what_is_wrong_with_it() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("home")).unwrap();
    // The first build of a template takes longer than a minute on a busy machine.
    home.write(
        "home/grow.json",
        r#"{"otherwise": "canary", "budget": {"attempt_seconds_max": 600}}"#,
    );
    home.write("policy.yaml", "levels: {generated: basic}\n");
    let examples = [
        (6, "6 3 10 5 16 8 4 2 1"),
        (3, "3 10 5 16 8 4 2 1"),
        (7, "7 22 11 34 17 52 26 13 40 20 10 5 16 8 4 2 1"),
    ];
    let examples = examples.map(|(n, out)| json!({"input": {"n": n}, "output": out}).to_string());
    let mut wish = vec!["grow", "wish", "--name", "number.collatz"];
    examples.iter().for_each(|example| wish.extend(["--example", example]));
    home.run(&wish).fine();
    let (url, asked) = model(vec![reading, with_a_script, linking, asking, good, changed]);
    let run = ["grow", "run", "--policy", "policy.yaml", "--model", "m", "--model-url", &url];
    home.run(&["grow", "run", "--language", "rust"]).says(2, "--model");
    let more = ["--language", "rust", "--model-tries", "5"];
    let ran = home
        .command(&[&run[..], &more].concat())
        .env("ENGRAFT_TOOLCHAINS", shared())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let shown = home.run(&["grow", "show", "0", "--json"]).fine().json();
    let status = &shown["status"];
    assert_eq!(status["author"], "toolchain", "{status:#}");
    assert_eq!(status["stands"], "rolling-out", "{status:#}");
    let seen = asked.lock().unwrap().clone();
    assert_eq!(seen.len(), 5);
    let told = |at: usize| seen[at]["messages"].as_array().unwrap().last().unwrap().to_string();
    for (at, wrong) in [
        (1, "Permission denied"),
        (2, "more than one block"),
        (3, "reqwest"),
        (4, "to `evil.example`, and what is made here gets no more"),
    ] {
        assert!(told(at).contains(wrong), "{}", told(at));
        let here = shared().display().to_string();
        assert!(!told(at).contains(&here), "paths of this machine stay here: {}", told(at));
    }
    // It does what was wanted, also where no example says so.
    let name = status["name"].as_str().unwrap();
    home.run(&["rollout", "promote", name]).fine();
    let component = home.run(&["show", name, "--json"]).fine().json();
    assert!(component.to_string().contains("number.collatz"), "{component}");
    its_source_is_kept(&home, name, &[&["--model", "m", "--model-url", &url], &more[..]].concat());
    let seen = asked.lock().unwrap();
    let wanted: Value =
        serde_json::from_str(seen[5]["messages"][1]["content"].as_str().unwrap()).unwrap();
    let file = &wanted["in_place_of"]["file"];
    assert!(file["text"].as_str().unwrap().contains("told.push(' ')"), "{file}");
    assert_eq!(wanted["language"], file["language"]);
}

/// What a template was filled with is shown, and given to whoever is asked for another version.
fn its_source_is_kept(home: &Home, name: &str, model: &[&str]) {
    let shown = |work: &str| home.run(&["propose", "show", work, "--json"]).fine().json();
    let source = |shown: &Value| shown["difference"]["recipe"].to_string();
    assert!(source(&shown("0")).contains("told.push(' ')"), "{:#}", shown("0"));
    let example = json!({"input": {"n": 2}, "output": "2 1"}).to_string();
    let change = ["propose", "change", name, "--example", &example];
    let ran = home
        .command(&[&change[..], model].concat())
        .env("ENGRAFT_TOOLCHAINS", shared())
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let listed = home.run(&["propose", "list", "--json"]).fine().json();
    let mut works = listed["work"].as_array().unwrap().iter();
    let change = works.find(|work| work["source"] == "change").unwrap();
    let shown = shown(&change["work"].to_string());
    assert_eq!(shown["status"]["author"], "toolchain", "{shown:#}");
    let edits = shown["difference"]["recipe"].as_array().unwrap();
    let new: Vec<&str> = edits.iter().filter_map(|edit| edit["new"].as_str()).collect();
    assert_eq!(new.iter().map(|line| line.trim()).collect::<Vec<_>>(), ["told.reserve(64);"]);
}

fn workshop() -> Workshop {
    let (root, program) = (shared(), env!("CARGO_BIN_EXE_engraft"));
    let toolchains = Toolchains::in_folder(&root);
    Workshop::open(&root.join("workshop"), Language::Rust, toolchains, program).unwrap()
}

const DESCRIBED: &str = "summary: Counts.\noperations: {run: {input: {type: object, \
                         properties: {n: {type: integer}}, required: [n]}, \
                         output: {type: integer}}}\n";

#[test]
fn a_build_reads_nothing_of_the_machine_and_ends_in_time() {
    let (home, workshop) = (Home::new(), workshop());
    let stub = workshop.stub("number.collatz", DESCRIBED).unwrap();
    let filled = |code: &str| stub.replace(UNWRITTEN, code);
    let component = workshop.build("number.collatz", DESCRIBED, &filled(COLLATZ)).unwrap();
    assert!(component.starts_with(b"\0asm"));

    let diary = home.write("diary.txt", "nobody is to read this");
    let of_home = format!("include_str!({:?})", diary.display().to_string());
    for (read, wrong) in [
        (of_home.as_str(), "Permission denied"),
        ("include_str!(\"/proc/self/environ\")", "Permission denied"),
        ("include_str!(\"/etc/hosts\")", "Permission denied"),
        // It is started with five variables, and this is none of them.
        ("env!(\"ENGRAFT_HOME\")", "not defined"),
    ] {
        let code = format!("Ok({read}.len() as i64 + input.n)");
        let error = workshop.build("number.collatz", DESCRIBED, &filled(&code)).unwrap_err();
        let WorkshopError::Source(said) = &error else { panic!("{error}") };
        assert!(said.contains(wrong), "{read}: {said}");
        assert!(!said.contains("nobody is to read"), "{said}");
    }

    let endless = filled(
        "const fn ever() -> i64 { loop {} }\n        const N: i64 = ever();\n        \
                          Ok(N + input.n)",
    );
    let endless = format!("#![allow(long_running_const_eval)]\n{endless}");
    let hasty = workshop.clone().within(BuildLimits { seconds: 3, ..BuildLimits::default() });
    let error = hasty.build("number.collatz", DESCRIBED, &endless).unwrap_err();
    assert!(matches!(error, WorkshopError::TooLong { seconds: 3 }), "{error}");
    // Nothing of it goes on and holds the place.
    assert!(workshop.build("number.collatz", DESCRIBED, &filled(COLLATZ)).is_ok());
}
