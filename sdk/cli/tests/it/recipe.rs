//! `engraft recipe` and `engraft new recipe`.

use crate::support::Home;

const WRONG: &str = "name: a.b
version: 1.0.0
summary: A mistake.
input: {type: object, properties: {price: {type: integer}}, required: [price]}
return: |
  input.prise +
    totl
";

#[test]
fn a_new_recipe_checks_holds_and_builds() {
    let home = Home::new();
    home.run(&["new", "recipe", "text.greet"]).says(0, "greet.yaml");
    home.run(&["new", "recipe", "text.greet"]).says(2, "greet.yaml");
    home.run(&["recipe", "check", "greet.yaml"]).says(0, "text.greet");
    home.run(&["recipe", "fmt", "--check", "greet.yaml"]).fine();
    home.run(&["recipe", "test", "greet.yaml"]).says(0, "2 held, 0 failed");
    home.run(&["recipe", "build", "greet.yaml"]).says(0, "wrote greet.wasm");
    let ran = home.run(&["recipe", "run", "greet.yaml", "run", r#"{"name": "Cid"}"#]).fine();
    assert!(ran.out.contains("Hello, Cid!"), "{}", ran.out);
    let call = ["recipe", "run", "greet.yaml", "run", r#"{"name": "Cid"}"#, "--json"];
    let version = home.run(&call).fine().json()["version"].clone();
    let written = home.run(&["recipe", "check", "greet.yaml", "--json"]).fine().json();
    assert_eq!(version, written["version"]);
    assert_ne!(version, "0.0.0");
    let signed = home.run(&["sign", "greet.yaml", "--json"]).fine().json();
    assert_eq!(signed["version"], version);
    home.run(&["new", "recipe", "text.hail", "--operation", "hail", "--folder", "deep/er"]).fine();
    home.run(&["recipe", "test", "deep/er/hail.yaml"]).says(0, "2 held");
    home.run(&["new", "recipe", "a.b", "--operation", "a", "--operation", "b"]).says(2, "one");
}

#[test]
fn everything_wrong_is_drawn_at_its_place_and_given_to_editors() {
    let home = Home::new();
    home.write("wrong.yaml", WRONG);
    let ran = home.run(&["recipe", "check", "wrong.yaml"]).says(2, "wrong.yaml:6:3");
    assert!(
        ran.out.contains("wrong.yaml:7:5") && ran.out.contains("did you mean `price`"),
        "{}",
        ran.out
    );
    let json = home.run(&["recipe", "check", "wrong.yaml", "--json"]).says(2, "").json();
    let problems = json["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 2, "{json}");
    assert_eq!((&problems[0]["line"], &problems[0]["column"]), (&6.into(), &3.into()));
    assert_eq!((&problems[0]["end_line"], &problems[0]["end_column"]), (&6.into(), &14.into()));
    assert!(problems[0]["mend"].as_str().unwrap().contains("price"), "{json}");
    home.run(&["recipe", "build", "wrong.yaml"]).says(2, "line 6, column 3");
    home.write("broken.yaml", b"name: \xff\n");
    home.run(&["recipe", "check", "broken.yaml"]).says(2, "not UTF-8");
    home.write("large.yaml", "#".repeat(262_145));
    home.run(&["recipe", "check", "large.yaml"]).says(2, "262144 are the most");
}

#[test]
fn a_recipe_is_explained_in_words() {
    let home = Home::new();
    home.write(
        "pages.yaml",
        "name: a.pages
version: 1.0.0
summary: Fetches pages.
input: {type: object, properties: {ids: {type: array, maxItems: 9, items: {type: integer}}}, required: [ids]}
output: {type: array}
permissions: {http: [{host: api.example.org}], log: true}
steps:
  - fetch: https://api.example.org/{item}
    each: input.ids
    max: 9
    else: null
    as: pages
  - log: \"'done'\"
    when: pages.size() > 3
return: pages
",
    );
    let ran = home.run(&["recipe", "explain", "pages.yaml"]).fine();
    for sentence in [
        "`ids`: a list; at most 9 items",
        "Sends a GET request to `https://api.example.org/{item}`, as `pages`.",
        "Once for each `item` of `input.ids`, 9 at most, side by side.",
        "Where that fails, `null` stands in.",
        "Only if `pages.size() > 3`.",
        "send GET and HEAD requests to `api.example.org`",
        "up to 9 times: GET request",
        "fuel: ",
        " for an input of 1 MiB and 1 MiB of answers, ",
        "`m` those of all that the host answers",
    ] {
        assert!(ran.out.contains(sentence), "{sentence}: {}", ran.out);
    }
    let json = home.run(&["recipe", "explain", "pages.yaml", "--json"]).fine().json();
    assert_eq!(json["asks"].as_array().unwrap().len(), 2);
    assert_eq!(json["uses_at_most"].as_array().unwrap().len(), 3);
}

#[test]
fn fmt_writes_what_is_not_in_its_usual_form() {
    let home = Home::new();
    let text = "name:  a.b\nversion: 1.0.0 # first\n\n\nsummary: x\nreturn: {'a':1}\n";
    let file = home.write("odd.yaml", text);
    home.run(&["recipe", "fmt", "--check", "odd.yaml"]).says(1, "differs");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    home.run(&["recipe", "fmt", "odd.yaml"]).says(0, "formatted");
    let usual = "name: a.b\nversion: 1.0.0 # first\n\nsummary: x\nreturn: {'a': 1}\n";
    assert_eq!(std::fs::read_to_string(&file).unwrap(), usual);
    home.run(&["recipe", "fmt", "--check", "odd.yaml"]).fine();
}

#[test]
fn the_schema_is_printed() {
    let home = Home::new();
    let json = home.run(&["recipe", "schema"]).fine().json();
    assert_eq!(json["title"], "Engraft recipe");
    assert_eq!(home.run(&["recipe", "schema", "--json"]).fine().json()["type"], "object");
}

#[test]
fn what_a_program_reads_is_an_object_and_what_does_not_fit_is_told() {
    let home = Home::new();
    let recipe = "
name: bill.tax
version: 0.1.0
summary: Gives the tax.
input: {type: object, properties: {total: {type: number, minimum: 0}}, required: [total]}
output: {type: number}
examples: [{input: {total: 100.0}, output: 8.0}]
return: input.total * 0.08
";
    home.write("tax.yaml", recipe);
    let tested = home.run(&["recipe", "test", "tax.yaml", "--json"]).fine().json();
    assert_eq!((&tested["held"], &tested["failed"]), (&1.into(), &0.into()));
    assert_eq!(tested["examples"][0]["ok"], true);
    // The development key was made for it, which is told beside.
    assert!(tested["notes"][0].as_str().unwrap().contains("development key"), "{tested}");
    let formatted = home.run(&["recipe", "fmt", "--check", "tax.yaml", "--json"]).json();
    assert_eq!(formatted["files"][0]["file"], "tax.yaml");

    let run = ["recipe", "run", "tax.yaml", "run", r#"{"total": "9"}"#];
    home.run(&run).says(1, r#"total is no number; what is wanted of `total` is {"#);
    let ran = home.run(&[&run[..], &["--json"]].concat()).json();
    assert!(ran["misfit"].as_str().unwrap().contains("total is no number"), "{ran}");
    for command in ["run", "test"] {
        let help = home.run(&["recipe", command, "--help"]).fine();
        assert!(!help.out.contains("A bundle that the keyring trusts"), "{}", help.out);
    }
}
