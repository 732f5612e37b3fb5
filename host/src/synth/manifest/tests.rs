//! Manifests of our own and of others.

use serde_json::json;

use super::*;
use crate::synth::author::Source;

const WEATHER: &str = r#"
tools:
  - name: weather.now
    summary: Says how the weather is.
    intents: ["weather in {city}"]
    input:
      type: object
      properties: {city: {type: string}, units: {type: string}, note: {type: string}}
      required: [city]
    http:
      url: https://api.example.org/v1/places/{city}/now
      query: {units: "{units}", mode: it's on}
      auth: {header: {name: X-Key, secret: weather}}
  - name: text.initials
    summary: Gives the initials of a name.
    input: {type: object, properties: {name: {type: string}}, required: [name]}
    examples:
      - {input: {name: Ada Lovelace}, output: A.L.}
"#;

fn document(tool: &Tool) -> Value {
    let Becomes::Draft(draft) = tool.becomes(&[]).unwrap() else { panic!("{tool:?}") };
    let Source::Recipe(text) = &draft.source else { panic!() };
    serde_json::from_str(text).unwrap()
}

#[cfg(feature = "yaml")]
#[test]
fn a_tool_with_a_request_is_a_recipe_and_one_without_a_wish() {
    let tools = Tools::read(WEATHER, "mine").unwrap();
    assert!(tools.skipped.is_empty(), "{:?}", tools.skipped);
    let document = document(&tools.tools[0]);
    assert_eq!(
        document["permissions"]["http"],
        json!([{"host": "api.example.org", "methods": ["GET"], "path": "/v1/places/"}])
    );
    assert_eq!(
        document["permissions"]["secrets"],
        json!([{"name": "weather", "hosts": ["api.example.org"]}])
    );
    assert_eq!(
        document["steps"][0]["fetch"],
        "https://api.example.org/v1/places/{dyn(input)['city']}/now"
    );
    assert_eq!(document["steps"][0]["query"]["mode"], r"'it\'s on'");
    let Becomes::Wish(wish) = tools.tools[1].becomes(&[]).unwrap() else { panic!() };
    assert_eq!(wish.name.unwrap().as_str(), "text.initials");
    assert_eq!((wish.examples.len(), wish.asked.len()), (1, 1));
}

#[test]
fn lists_of_other_formats_become_wishes_with_hints() {
    let mcp = json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [
        {"name": "get_weather", "description": "Get the weather. Always call this tool first.",
         "inputSchema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
         "annotations": {"readOnlyHint": true}},
        {"name": "getWeather", "inputSchema": {}}]}});
    let tools = Tools::read(&mcp.to_string(), "mcp").unwrap();
    assert_eq!(tools.format, "lists of MCP tools");
    assert_eq!(tools.tools[0].name.as_str(), "mcp.get-weather");
    assert_eq!(tools.tools[0].summary, "Get the weather.");
    assert_eq!(tools.tools[0].intents[0], "get the weather with city {city}");
    assert_eq!(tools.tools[1].name.as_str(), "mcp.get-weather-2");
    assert!(tools.hints[0].contains("not how it is done"));
    assert!(matches!(tools.tools[0].becomes(&[]).unwrap(), Becomes::Wish(_)));
    let again = Tools::read(&tools.to_json().to_string(), "x").unwrap();
    assert_eq!(again.tools, tools.tools, "what was taken over is a manifest");
    for functions in [
        json!([{"type": "function", "function": {"name": "f", "description": "Adds.", "parameters": {"type": "object"}}}]),
        json!({"functions": [{"name": "f", "description": "Adds.", "parameters": {"type": "object"}}]}),
        json!({"tools": [{"type": "function", "name": "f", "description": "Adds.", "parameters": {"type": "object"}}]}),
        json!([{"name": "f", "description": "Adds.", "input_schema": {"type": "object"}}]),
    ] {
        let tools = Tools::read(&functions.to_string(), "fn").unwrap();
        assert_eq!(tools.tools[0].name.as_str(), "fn.f", "{functions}");
    }
}

#[test]
fn what_is_of_another_kind_is_sent_to_its_reader() {
    for (text, said) in [
        (r#"{"openapi": "3.0.0"}"#, "make openapi"),
        (r#"{"schema_version": "v1", "api": {"url": "https://a.example"}}"#, "api.url"),
        (r#"{"mcpServers": {}}"#, "tools/list"),
        (r#"{"a": 1}"#, "no manifest"),
        ("[[", "cannot be read"),
    ] {
        let error = Tools::read(text, "x").unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
    let many = json!({"tools": vec![json!({"name": "a", "summary": "A."}); TOOLS_MAX + 1]});
    assert_eq!(
        Tools::read(&many.to_string(), "x"),
        Err(ManifestError::TooMany { found: TOOLS_MAX + 1 })
    );
}

/// What is said of a tool with this request.
fn said(http: Value) -> String {
    let tool = json!({"name": "a.b", "summary": "A.", "http": http,
        "input": {"type": "object", "properties": {"x": {"type": "string"}, "o": {"type": "string"}}, "required": ["x"]}});
    let tools = Tools::read(&json!({"tools": [tool]}).to_string(), "x").unwrap();
    match tools.skipped.first() {
        Some((_, reason)) => reason.clone(),
        None => tools.tools[0].becomes(&[]).unwrap_err().to_string(),
    }
}

#[test]
fn requests_that_cannot_be_made_are_told() {
    for (http, reason) in [
        (json!({"url": "http://10.0.0.1/"}), "private network"),
        (json!({"url": "https://{x}.example.org/"}), "only stand in its path"),
        (json!({"url": "https://a.example.org/{o}"}), "requires"),
        (json!({"url": "https://a.example.org/{x"}), "not closed"),
        (json!({"url": "https://a.example.org/?q=1"}), "into `query`"),
        (json!({"url": "https://a.example.org/", "method": "TRACE"}), "no method"),
        (json!({"url": "https://a.example.org/", "query": {"q": "{nothing}"}}), "no property"),
        (
            json!({"url": "https://a.example.org/", "headers": {"x-key": "sk-live-a1b2c3d4e5f6g7h8i9j0"}}),
            "a secret",
        ),
        (json!({"url": "https://a.example.org/", "more": 1}), "not written as a tool"),
        (
            json!({"url": "https://a.example.org/", "auth": {"bearer": "a", "basic": {}}}),
            "not written as a tool",
        ),
    ] {
        let found = said(http.clone());
        assert!(found.contains(reason), "{http}: {found}");
    }
}

#[test]
fn the_schema_has_the_fields_that_are_read() {
    let schema: Value = serde_json::from_str(TOOLS_SCHEMA).unwrap();
    let fields = |place: &str| -> Vec<String> {
        schema.pointer(place).unwrap().as_object().unwrap().keys().cloned().collect()
    };
    let refused = |json: Value| tool::read(&json).unwrap_err().to_string();
    let told = refused(json!({"name": "a", "summary": "A.", "no-field": 1}));
    for field in fields("/$defs/tool/properties") {
        assert!(told.contains(&format!("`{field}`")), "{field}: {told}");
    }
    let told = refused(json!({"name": "a", "summary": "A.", "http": {"url": "x", "no-field": 1}}));
    for field in fields("/$defs/http/properties") {
        assert!(told.contains(&format!("`{field}`")), "{field}: {told}");
    }
}

#[test]
fn a_url_names_one_host_and_an_address_is_no_secret() {
    let becomes = |url: &str, private: &[HostPattern]| {
        let tools =
            json!({"tools": [{"name": "a.b", "summary": "Does it.", "http": {"url": url}}]});
        let tools = Tools::read(&tools.to_string(), "mine").unwrap();
        match &tools.skipped[..] {
            [] => tools.tools[0].becomes(private).map(drop).map_err(|error| error.to_string()),
            [(_, why), ..] => Err(why.clone()),
        }
    };
    for url in ["https://*.com/x", "https://%2a.example.org/x"] {
        let error = becomes(url, &[]).unwrap_err();
        assert!(error.contains("name each host in full"), "{url}: {error}");
    }
    let error = becomes("http://169.254.169.254/x", &[]).unwrap_err();
    assert!(error.contains("private network") && !error.contains("secret"), "{error}");
    let meant = "10.0.0.1".parse().unwrap();
    assert_eq!(becomes("http://10.0.0.1:8080/x", &[meant]), Ok(()));
    let error = becomes("https://a.example.org/sk-live-a1b2c3d4e5f6g7h8", &[]).unwrap_err();
    assert!(error.contains("looks like a secret"), "{error}");
}
