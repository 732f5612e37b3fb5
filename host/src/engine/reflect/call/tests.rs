//! Real components, called through their plans with nothing of the engine around them.

use std::sync::LazyLock;

use serde_json::{Value, json};
use wasmtime::component::{Linker, ResourceTable};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::*;

#[expect(dead_code, reason = "these tests need one of its guests, the others all")]
#[path = "../../../../tests/it/support/guests.rs"]
mod guests;

const OUTPUT_BYTES: usize = 1 << 16;

struct Data {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Data {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut config = Config::new();
    config.consume_fuel(true).wasm_component_model_map(true);
    config.wasm_component_model_fixed_length_lists(true);
    Engine::new(&config).unwrap()
});

/// A component with its plans, compiled once a test.
struct Loaded {
    bound: Bound,
    component: Component,
}

/// One instance of it.
struct Live<'a> {
    loaded: &'a Loaded,
    store: Store<Data>,
    instance: Instance,
    handles: Handles,
}

impl Loaded {
    fn new(bytes: &[u8]) -> Self {
        let anatomy = Arc::new(Anatomy::of(bytes).unwrap());
        let component = Component::new(&ENGINE, bytes).unwrap();
        Self { bound: Bound::new(anatomy, &component).unwrap(), component }
    }

    async fn live(&self) -> Live<'_> {
        self.live_with(WasiCtx::builder().build()).await
    }

    async fn live_with(&self, wasi: WasiCtx) -> Live<'_> {
        let mut linker = Linker::new(&ENGINE);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
        let mut store = Store::new(&ENGINE, Data { wasi, table: ResourceTable::new() });
        store.set_fuel(1_000_000_000).unwrap();
        store.fuel_async_yield_interval(Some(10_000_000)).unwrap();
        store.set_hostcall_fuel(hostcall_fuel(OUTPUT_BYTES));
        let instance = linker.instantiate_async(&mut store, &self.component).await.unwrap();
        Live { loaded: self, store, instance, handles: Handles::default() }
    }
}

impl Live<'_> {
    async fn try_call(&mut self, operation: &str, input: &str) -> Result<Reply, String> {
        let bound = &self.loaded.bound;
        let plan = bound.plan(operation)?;
        let arguments =
            plan.1.arguments(input, Some(&mut self.handles)).map_err(|error| error.to_string())?;
        let handles = Some(&mut self.handles);
        let called =
            bound.call(plan, &mut self.store, &self.instance, arguments, handles, OUTPUT_BYTES);
        called.await.map_err(|fault| match fault {
            CallFault::Guest(error) => format!("{error:?}"),
            CallFault::Output(error) => error.to_string(),
        })
    }

    async fn call(&mut self, operation: &str, input: Value) -> Value {
        match self.try_call(operation, &input.to_string()).await.unwrap() {
            Reply::Output(text) => serde_json::from_str(&text).unwrap(),
            Reply::Failure(text) => panic!("{text}"),
        }
    }
}

fn foreign() -> Loaded {
    Loaded::new(&guests::guest("foreign"))
}

fn everything() -> String {
    r#"{"yes":true,"tiny":255,"tiny-signed":-128,"small":65535,"small-signed":-32768,
        "middle":4294967295,"middle-signed":-2147483648,"large":18446744073709551615,
        "large-signed":-9223372036854775808,"single":"NaN","double":-0.0,"letter":"🦀",
        "text":"a \"b\"\n\u0000é","bytes":{"base64":"AAH/"},
        "points":[{"x":1.5,"y":5e-324,"label":null},{"x":"-Infinity","y":0.1,"label":"here"}],
        "pair":["p",7],"shape":{"polygon":[{"x":0.0,"y":1e300,"label":null}]},"colour":"green",
        "rights":["read","run"],"maybe":null,"perhaps":{"some":null},"outcome":{"err":"no"},
        "bare":{"ok":null}}"#
        .lines()
        .map(str::trim)
        .collect()
}

#[tokio::test]
async fn values_of_every_kind_go_in_and_come_back() {
    let loaded = foreign();
    let mut live = loaded.live().await;
    let value = everything();
    let reply = live.try_call("echo", &format!(r#"{{"value":{value}}}"#)).await;
    assert_eq!(reply, Ok(Reply::Output(value)));
}

#[tokio::test]
async fn what_the_input_may_say_otherwise_means_the_same() {
    let loaded = foreign();
    let mut live = loaded.live().await;
    let mut value: Value = serde_json::from_str(&everything()).unwrap();
    value["large"] = json!("18446744073709551615");
    value["large-signed"] = json!("-9223372036854775808");
    value["tiny"] = json!(255.0);
    value["bytes"] = json!([0, 1, 255]);
    value["shape"] = json!({ "nothing": null });
    value.as_object_mut().unwrap().remove("maybe");
    let back = live.call("local:foreign/shapes@1.2.0#echo", json!({ "value": value })).await;
    assert_eq!(back["large"], json!(u64::MAX));
    assert_eq!(back["large-signed"], json!(i64::MIN));
    assert_eq!(back["tiny"], json!(255));
    assert_eq!(back["bytes"], json!({ "base64": "AAH/" }));
    assert_eq!(back["shape"], json!("nothing"));
    assert_eq!(back["maybe"], Value::Null);
}

#[tokio::test]
async fn wrong_inputs_are_refused_with_path_place_and_expectation() {
    let loaded = foreign();
    let mut live = loaded.live().await;
    let cases = [
        (
            r#"{"a":{"x":1,"y":2},"b":{"x":1,"y":"z"}}"#,
            "`/b/y` (line 1, column 35): expected a number",
        ),
        (r#"{"a":{"x":1,"y":2}}"#, "the property `b` is missing"),
        (
            r#"{"a":{"x":1,"y":2,"z":3},"b":1}"#,
            "`/a/z` (line 1, column 23): no property is called `z`; one of `x`, `y`, `label`",
        ),
        (
            r#"{"a":{"x":1,"x":2},"b":1}"#,
            "`/a/x` (line 1, column 17): this property is given twice",
        ),
        ("{\"a\":\n [}", "`/a` (line 2, column 2): expected an object, found an array"),
        (r#"{"a":{"x":1,"y":2},"b":{"x":01,"y":2}}"#, "`01` is not a number"),
        (r#"{"a":{"x":1e999,"y":2}}"#, "1e999 is too large for an f64"),
        (
            r#"{"a":{"x":1,"y":2},"b":{"x":1,"y":2}} x"#,
            "expected the end of the text, found the character `x`",
        ),
        ("", "expected an object, found the end of the text"),
        ("[[[[", "expected an object, found an array"),
    ];
    for (input, problem) in cases {
        let error = live.try_call("distance", input).await.unwrap_err();
        assert!(error.contains(problem), "{input}: {error}");
    }
    let number = live.try_call("divide", r#"{"dividend":9223372036854775808,"divisor":1}"#);
    let error = number.await.unwrap_err();
    assert!(
        error.contains(
            "`/dividend` (line 1, column 13): expected a whole number from -9223372036854775808"
        ),
        "{error}"
    );
    let bytes = live.try_call("count-bytes", r#"{"bytes":[1,2,256]}"#).await.unwrap_err();
    assert!(bytes.contains("`/bytes/2`") && bytes.contains("found 256"), "{bytes}");
    let bomb = format!(r#"{{"shape":{}"#, r#"{"polygon":["#.repeat(50_000));
    let error = live.try_call("fail", &bomb).await.unwrap_err();
    assert!(error.contains("`/shape/polygon/0/polygon`"), "{error}");
}

#[tokio::test]
async fn errors_of_a_function_are_failures_with_its_words() {
    let loaded = foreign();
    let mut live = loaded.live().await;
    assert_eq!(live.call("divide", json!({ "dividend": 9, "divisor": "-2" })).await, json!(-4));
    let reply = live.try_call("divide", r#"{"dividend":9,"divisor":0}"#).await;
    assert_eq!(reply, Ok(Reply::Failure("9 cannot be divided by 0".to_owned())));
    let reply = live.try_call("fail", r#"{"shape":{"circle":2}}"#).await;
    assert_eq!(reply, Ok(Reply::Failure(r#"{"circle":2.0}"#.to_owned())));
}

#[tokio::test]
async fn handles_live_in_their_session_and_nowhere_else() {
    let loaded = foreign();
    let mut live = loaded.live().await;
    let one = live.call("[constructor]counter", json!({ "start": 5 })).await;
    let two = live.call("[constructor]counter", json!({ "start": 7 })).await;
    assert_eq!((&one, &two), (&json!({ "handle": 1 }), &json!({ "handle": 2 })));
    let three = live.call("counter.add", json!({ "left": one, "right": two })).await;
    assert_eq!(live.call("counter.increment", json!({ "self": three, "by": 1 })).await, json!(13));
    assert_eq!(live.call("alive", json!({})).await, json!(3));
    assert_eq!(live.call("finish", json!({ "counter": three })).await, json!(13));
    let gone = live.try_call("finish", r#"{"counter":{"handle":3}}"#).await.unwrap_err();
    assert!(gone.contains("no handle 3 is open in this session"), "{gone}");
    assert_eq!(live.call("[drop]counter", json!({ "self": one })).await, Value::Null);
    assert_eq!(live.call("alive", json!({})).await, json!(1));
    assert_eq!(live.handles.len(), 1);
    let mut other = loaded.live().await;
    let elsewhere = other.try_call("finish", r#"{"counter":{"handle":2}}"#).await.unwrap_err();
    assert!(elsewhere.contains("no handle 2 is open"), "{elsewhere}");
    let plan = loaded.bound.plan("finish").unwrap().1;
    let outside = plan.arguments(r#"{"counter":{"handle":2}}"#, None).unwrap_err().to_string();
    assert!(outside.contains("a handle lives only within a session"), "{outside}");
}

#[tokio::test]
async fn an_input_that_is_refused_gives_nothing_away() {
    let loaded = foreign();
    let mut live = loaded.live().await;
    let one = live.call("[constructor]counter", json!({ "start": 5 })).await;
    let refused = live.try_call("finish", r#"{"counter":{"handle":1},"x":1}"#).await;
    assert!(refused.unwrap_err().contains("no property is called `x`"));
    assert_eq!(live.call("finish", json!({ "counter": one })).await, json!(5));
}

#[tokio::test]
async fn a_session_holds_only_so_many_handles() {
    let loaded = foreign();
    let mut live = loaded.live().await;
    live.call("many", json!({ "count": Handles::LIMIT })).await;
    let full = live.try_call("[constructor]counter", r#"{"start":1}"#).await.unwrap_err();
    assert!(full.contains("the session may hold 1000 handles"), "{full}");
}

#[tokio::test]
async fn large_outputs_stop_at_the_bound() {
    let loaded = foreign();
    let mut live = loaded.live().await;
    // 49,136 bytes become 65,516 characters of base64 and 13 around them; three more are too many.
    let fits = live.try_call("flood", r#"{"bytes":49140}"#).await;
    assert!(matches!(&fits, Ok(Reply::Output(text)) if text.len() == OUTPUT_BYTES - 3), "{fits:?}");
    for (operation, input) in [("flood", r#"{"bytes":49143}"#), ("words", r#"{"count":9000}"#)] {
        let error = live.try_call(operation, input).await.unwrap_err();
        assert_eq!(error, format!("the output is longer than {OUTPUT_BYTES} bytes"), "{operation}");
    }
    // Far over it, nothing is copied out of the guest at all.
    let error = live.try_call("flood", r#"{"bytes":5000000}"#).await.unwrap_err();
    assert!(error.contains("too much data is being copied"), "{error}");
}

#[tokio::test]
async fn the_documentation_in_the_component_reaches_operations_and_schemas() {
    let loaded = foreign();
    let description = loaded.bound.anatomy().description("text.foreign".parse().unwrap());
    assert_eq!(description.summary, "Values of every kind.");
    let echo = description.operation("local:foreign/shapes#echo").unwrap();
    assert_eq!(echo.summary, "Gives back what it got.");
    let point = &description.operation("local:foreign/shapes#distance").unwrap().input_schema["properties"]
        ["a"];
    assert_eq!(point["title"], "point");
    assert_eq!(point["description"], "A place on a map.");
    assert_eq!(point["properties"]["x"]["description"], "East is positive.");
    assert_eq!(point["required"], json!(["x", "y"]));
    let names: Vec<&str> = description.operations.iter().map(|op| &*op.name).collect();
    assert!(names.contains(&"slugify") && names.contains(&"local:foreign/counters#[drop]counter"));
}

/// A component whose only function gives back what it got, as the types of `text` say.
fn echo(ty: &str, core: &str) -> Loaded {
    let wat = format!(
        r#"(component
            (core module $m
                (memory (export "memory") 1)
                (global $end (mut i32) (i32.const 1024))
                (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                    (local $at i32)
                    (local.set $at (i32.and (i32.add (global.get $end) (i32.const 7)) (i32.const -8)))
                    (global.set $end (i32.add (local.get $at) (local.get 3)))
                    (local.get $at))
                {core})
            (core instance $i (instantiate $m))
            {ty}
            (func (export "echo") (param "v" $t) (result $t)
                (canon lift (core func $i "echo") (memory (core memory $i "memory"))
                    (realloc (core func $i "realloc")))))"#
    );
    Loaded::new(&wat::parse_str(wat).unwrap())
}

const ECHO_PAIR: &str = r#"(func (export "echo") (param i32 i32) (result i32)
    (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1))
    (i32.const 16))"#;

#[tokio::test]
async fn maps_and_lists_of_fixed_length_go_in_and_come_back() {
    let loaded = echo("(type $t (map u64 string))", ECHO_PAIR);
    let mut live = loaded.live().await;
    let map = json!({ "1": "one", "18446744073709551615": "many" });
    assert_eq!(live.call("echo", json!({ "v": map })).await, map);
    for bad in [r#"{"v":{"01":""}}"#, r#"{"v":{"1":"","1":""}}"#, r#"{"v":{"x":""}}"#] {
        assert!(live.try_call("echo", bad).await.is_err(), "{bad}");
    }
    let core = r#"(func (export "echo") (param i32 i32) (result i32)
        (i32.store16 (i32.const 16) (local.get 0)) (i32.store16 (i32.const 18) (local.get 1))
        (i32.const 16))"#;
    let loaded = echo("(type $t (list u16 2))", core);
    let mut live = loaded.live().await;
    assert_eq!(live.call("echo", json!({ "v": [1, 65535] })).await, json!([1, 65535]));
    let short = live.try_call("echo", r#"{"v":[1]}"#).await.unwrap_err();
    assert!(short.contains("expected an array of 2 items, found 1"), "{short}");
}

#[tokio::test]
async fn lengths_and_text_that_a_guest_makes_up_are_caught() {
    let gigantic = r#"(func (export "echo") (param i32 i32) (result i32)
        (i32.store (i32.const 16) (i32.const 0)) (i32.store (i32.const 20) (i32.const 0x7fffffff))
        (i32.const 16))"#;
    for ty in ["(type $t (list u64))", "(type $t string)", "(type $t (list u8))"] {
        let loaded = echo(ty, gigantic);
        let input = if ty.contains("string") { r#"{"v":""}"# } else { r#"{"v":[]}"# };
        let error = loaded.live().await.try_call("echo", input).await.unwrap_err();
        assert!(
            error.contains("out of bounds") || error.contains("too much data"),
            "{ty}: {error}"
        );
    }
    let invalid = r#"(data (i32.const 64) "\ff\fe") (func (export "echo") (param i32 i32) (result i32)
        (i32.store (i32.const 16) (i32.const 64)) (i32.store (i32.const 20) (i32.const 2))
        (i32.const 16))"#;
    let loaded = echo("(type $t string)", invalid);
    let error = loaded.live().await.try_call("echo", r#"{"v":""}"#).await.unwrap_err();
    assert!(error.contains("invalid utf-8") || error.contains("UTF-8"), "{error}");
}

#[tokio::test]
async fn a_program_runs_with_arguments_and_streams() {
    let loaded = Loaded::new(&guests::command("foreign-command"));
    let run = async |input: &str| {
        let (index, plan) = loaded.bound.plan("run").unwrap();
        let input = plan.command_input(input).unwrap();
        let (stdout, stderr) = (MemoryOutputPipe::new(4_096), MemoryOutputPipe::new(4_096));
        let mut wasi = WasiCtx::builder();
        wasi.arg("program").args(&input.args).stdin(MemoryInputPipe::new(input.stdin));
        wasi.stdout(stdout.clone()).stderr(stderr.clone());
        let mut live = loaded.live_with(wasi.build()).await;
        let exit_code = loaded.bound.run(index, &mut live.store, &live.instance).await?;
        let (stdout, stderr) = (stdout.contents(), stderr.contents());
        let output = CommandOutput { stdout: &stdout, stderr: &stderr, exit_code };
        Plan::command_reply(output, OUTPUT_BYTES)
    };
    let output = |text: &str| Reply::Output(text.to_owned());
    let upper = run(r#"{"args":["upper"],"stdin":"héllo"}"#).await.unwrap();
    assert_eq!(upper, output(r#"{"stdout":"HÉLLO\n","stderr":"","exit_code":0}"#));
    let raw = run(r#"{"args":["raw"]}"#).await.unwrap();
    assert_eq!(raw, output(r#"{"stdout":{"base64":"/wD+"},"stderr":"","exit_code":0}"#));
    let exit = run(r#"{"args":["exit","7"]}"#).await.unwrap();
    // WASI 0.2 tells only well from not well; 0.3 has codes.
    assert_eq!(exit, output(r#"{"stdout":"","stderr":"leaving\n","exit_code":1}"#));
    let panicked = run("{}").await;
    assert!(matches!(panicked, Err(CallFault::Guest(_))), "{panicked:?}");
}
