//! A program with WASI that knows nothing of Engraft: directories, environment, time, randomness,
//! sockets and `wasi:http`, with and without permission.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engraft::engine::{EngineError, InstancePolicy, Invocation, Loaded};
use engraft::model::{
    Access, ClockMode, FileGrant, FileRule, Limit, Outcome, Permissions, RandomMode,
};
use serde_json::{Value, json};

use crate::effects::stage::{Heard, Stage, output, report, rule};
use crate::http::Server;

/// A stage for a program that imports `wasi:http`, and so must ask for some of that.
pub(crate) fn stage() -> Stage {
    let mut stage = Stage::new();
    stage.asked = Permissions { http: vec![rule("asked.example.org")], ..Permissions::default() };
    stage
}

async fn load(stage: &Stage) -> Loaded {
    let program = crate::support::command("wasi-effects");
    stage.load_component(&stage.engine(), program, &["run"]).await.unwrap()
}

/// Runs the program with these arguments and gives what it printed.
pub(crate) async fn run(loaded: &Loaded, args: &[&str]) -> String {
    let ended = report(loaded, "run", &json!({ "args": args })).await;
    let output: Value = output(&ended);
    assert_eq!(output["exit_code"], json!(0), "{args:?}: {output}");
    output["stdout"].as_str().unwrap().to_owned()
}

#[track_caller]
fn assert_refused(said: &str) {
    assert!(said.starts_with("error: "), "it was not refused: {said}");
}

/// A directory on this machine, with a secret file beside it that nobody may read.
pub(crate) struct Ground(PathBuf);

impl Ground {
    pub(crate) fn new(topic: &str) -> Self {
        let root =
            std::env::temp_dir().join(format!("engraft-files-{topic}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&root));
        std::fs::create_dir_all(root.join("shared/inner")).unwrap();
        std::fs::write(root.join("secret"), "the secret").unwrap();
        std::fs::write(root.join("shared/open"), "hello").unwrap();
        Self(root)
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    /// Asks for and grants the shared directory, each with its access.
    pub(crate) fn share(&self, stage: &mut Stage, asked: Access, granted: Access) {
        let guest_path = "/data".to_owned();
        stage.asked.files.push(FileRule { guest_path: guest_path.clone(), access: asked });
        let host_path = self.path("shared");
        stage.granted.files.push(FileGrant { host_path, guest_path, access: granted });
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn without_permission_there_is_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let loaded = load(&stage()).await;
    assert_eq!(run(&loaded, &["env"]).await, "[]");
    for args in [
        &["read", "/etc/passwd"][..],
        &["read", "secret"],
        &["list", "/"],
        &["list", "."],
        &["write", "/tmp/engraft-escaped", "x"],
        &["tcp", &address],
        &["udp", &address],
        &["resolve", "localhost:80"],
        &["get", &address, "/"],
    ] {
        assert_refused(&run(&loaded, args).await);
    }
    assert!(listener.accept().is_err(), "nobody has come");
    let http = run(&loaded, &["get", &address, "/"]).await;
    assert!(http.contains("HttpRequestDenied"), "{http}");
    let year_2000 = run(&loaded, &["time"]).await;
    assert_eq!(year_2000, "946684800000000000 0ns");
    assert_eq!(run(&loaded, &["random"]).await, run(&loaded, &["random"]).await);
}

#[tokio::test]
async fn both_keys_open_a_variable_and_a_directory() {
    let ground = Ground::new("keys");
    let mut stage = stage();
    stage.asked.env = vec!["LANG".to_owned(), "ASKED".to_owned()];
    stage.granted.env = [("LANG", "C"), ("GRANTED", "x")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    ground.share(&mut stage, Access::ReadOnly, Access::ReadWrite);
    stage.asked.files.push(FileRule { guest_path: "/only-asked".into(), access: Access::ReadOnly });
    stage.granted.files.push(FileGrant {
        host_path: ground.path("."),
        guest_path: "/only-granted".to_owned(),
        access: Access::ReadWrite,
    });
    let loaded = load(&stage).await;
    assert_eq!(run(&loaded, &["env"]).await, r#"[("LANG", "C")]"#);
    assert_eq!(run(&loaded, &["read", "/data/open"]).await, "hello");
    assert_eq!(run(&loaded, &["list", "/data"]).await, "inner open");
    assert_refused(&run(&loaded, &["list", "/only-asked"]).await);
    assert_refused(&run(&loaded, &["read", "/only-granted/secret"]).await);
    assert_refused(&run(&loaded, &["write", "/data/open", "asked for reading only"]).await);
    assert_eq!(read(&ground.path("shared/open")), "hello");
}

#[tokio::test]
async fn a_directory_holds_what_the_grant_says_and_no_more() {
    let ground = Ground::new("quota");
    let mut stage = stage();
    ground.share(&mut stage, Access::ReadWrite, Access::ReadWrite);
    // Two entries are there, with five bytes in one; a third, and 50,000 bytes in it.
    stage.granted.disk_bytes = Some(3 * 4_096 + 5 + 50_000);
    let loaded = load(&stage).await;
    let filled = run(&loaded, &["fill", "/data/full"]).await;
    // The C library of guests calls whatever ends a stream an I/O error.
    let (written, _why) = filled.split_once(' ').unwrap();
    let written: u64 = written.parse().unwrap();
    assert!((45_000..=50_000).contains(&written), "{filled}");
    let held = std::fs::metadata(ground.path("shared/full")).unwrap().len();
    assert_eq!(held, written, "no byte more than was told");
    for args in [
        &["extend", "/data/full", "60000"][..],
        &["extend", "/data/other", "1"],
        &["write", "/data/other", "x"],
    ] {
        let refused = run(&loaded, args).await;
        assert!(refused.starts_with("error: ") && refused.contains("uota"), "{args:?}: {refused}");
    }
    // What is removed makes room again, for another instance of it too.
    assert_eq!(run(&loaded, &["remove", "/data/full"]).await, "done");
    assert_eq!(run(&loaded, &["write", "/data/full", "small"]).await, "done");
    assert_eq!(run(&loaded, &["append", "/data/full", "er"]).await, "done");
    assert_eq!(read(&ground.path("shared/full")), "smaller");
    let large = "x".repeat(50_000);
    assert!(run(&loaded, &["append", "/data/full", &large]).await.starts_with("error: "));
}

#[tokio::test]
async fn files_without_bytes_fill_a_directory_too() {
    let ground = Ground::new("crowd");
    let mut stage = stage();
    ground.share(&mut stage, Access::ReadWrite, Access::ReadWrite);
    stage.granted.disk_bytes = Some(102 * 4_096 + 5);
    let loaded = load(&stage).await;
    let made = run(&loaded, &["crowd", "/data/inner"]).await;
    assert!(made.starts_with("100 "), "{made}");
    assert_eq!(std::fs::read_dir(ground.path("shared/inner")).unwrap().count(), 100);
}

#[tokio::test]
async fn reading_does_not_write_and_writing_does() {
    let ground = Ground::new("access");
    let mut read_only = stage();
    ground.share(&mut read_only, Access::ReadWrite, Access::ReadOnly);
    let loaded = load(&read_only).await;
    for args in [
        &["write", "/data/open", "x"][..],
        &["write", "/data/new", "x"],
        &["remove", "/data/open"],
        &["link", "open", "/data/link"],
    ] {
        assert_refused(&run(&loaded, args).await);
    }
    assert_eq!(run(&loaded, &["list", "/data"]).await, "inner open");
    let mut read_write = stage();
    ground.share(&mut read_write, Access::ReadWrite, Access::ReadWrite);
    let loaded = load(&read_write).await;
    assert_eq!(run(&loaded, &["write", "/data/new", "made"]).await, "done");
    assert_eq!(read(&ground.path("shared/new")), "made");
    assert_eq!(run(&loaded, &["remove", "/data/open"]).await, "done");
    assert!(!ground.path("shared/open").exists());
}

#[tokio::test]
async fn no_path_and_no_link_leads_out() {
    let ground = Ground::new("escape");
    let shared = ground.path("shared");
    symlink("../secret", shared.join("up")).unwrap();
    symlink(ground.path("secret"), shared.join("absolute")).unwrap();
    symlink("..", shared.join("parent")).unwrap();
    symlink("../../secret", shared.join("inner/deep")).unwrap();
    symlink("open", shared.join("fine")).unwrap();
    let mut stage = stage();
    ground.share(&mut stage, Access::ReadWrite, Access::ReadWrite);
    let loaded = load(&stage).await;
    let absolute = ground.path("secret").display().to_string();
    for path in [
        "/data/../secret",
        "/data/inner/../../secret",
        "/data/./..//secret",
        "/data/up",
        "/data/absolute",
        "/data/parent/secret",
        "/data/inner/deep",
        "../secret",
        &absolute,
    ] {
        let said = run(&loaded, &["read", path]).await;
        assert_refused(&said);
        assert!(!said.contains("the secret"), "{path}: {said}");
        assert_refused(&run(&loaded, &["write", path, "overwritten"]).await);
    }
    assert_eq!(run(&loaded, &["read", "/data/fine"]).await, "hello", "links inside are followed");
    for (from, to) in [("../secret", "/data/made"), (absolute.as_str(), "/data/made-absolute")] {
        // Whether it may make a link that leads nowhere good or not, it cannot follow it.
        run(&loaded, &["link", from, to]).await;
        assert_refused(&run(&loaded, &["read", to]).await);
        run(&loaded, &["write", to, "overwritten"]).await;
    }
    assert_eq!(read(&ground.path("secret")), "the secret");
}

#[tokio::test]
async fn a_directory_that_is_not_there_is_told_at_loading() {
    let mut stage = stage();
    Ground::new("gone").share(&mut stage, Access::ReadOnly, Access::ReadOnly);
    let program = crate::support::command("wasi-effects");
    let refused = stage.load_component(&stage.engine(), program, &["run"]).await;
    assert!(matches!(refused, Err(EngineError::Directory { .. })), "{refused:?}");
    assert!(refused.unwrap_err().to_string().contains("/data"));
}

#[tokio::test]
async fn time_and_numbers_are_those_of_the_grant() {
    let mut frozen = stage();
    (frozen.asked.clock, frozen.asked.random) = (true, true);
    frozen.granted.clock = Some(ClockMode::Frozen(Duration::from_secs(5)));
    frozen.granted.random = Some(RandomMode::Seeded(7));
    let loaded = load(&frozen).await;
    assert_eq!(run(&loaded, &["time"]).await, "5000000000 0ns");
    let seeded = run(&loaded, &["random"]).await;
    assert_eq!(seeded, run(&loaded, &["random"]).await);
    let mut real = frozen.clone();
    real.granted.clock = Some(ClockMode::Real);
    real.granted.random = Some(RandomMode::Real);
    let loaded = load(&real).await;
    let wall: u128 = run(&loaded, &["time"]).await.split(' ').next().unwrap().parse().unwrap();
    assert!(wall > 1_700_000_000_000_000_000, "{wall}");
    let drawn = run(&loaded, &["random"]).await;
    assert_ne!(drawn, run(&loaded, &["random"]).await);
    assert_ne!(drawn, seeded);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_of_wasi_obey_the_same_rules() {
    assert_requests_obey(async |stage| load(&stage).await).await;
}

/// Holds that a program's `get AUTHORITY PATH` obeys the rules of `http`, whichever WASI it speaks.
pub(crate) async fn assert_requests_obey(load: impl AsyncFn(Stage) -> Loaded) {
    let server = Server::start().await;
    let here = server.address.to_string();
    let mut named = stage();
    named.budget.http_bytes = 5_000;
    named.asked.http.push(rule(&here));
    named.granted.http.push(rule(&here));
    let loaded = load(named).await;
    let ended = report(&loaded, "run", &json!({ "args": ["get", here, "/bytes/5000"] })).await;
    assert_eq!(output(&ended)["stdout"], json!("200 5000"));
    assert_eq!(ended.usage.http_bytes, 5_000);
    let over = run(&loaded, &["get", &here, "/bytes/5001"]).await;
    assert!(over.contains("HttpResponseBodySize"), "{over}");
    let redirected = run(&loaded, &["get", &here, "/to?http://169.254.169.254/"]).await;
    assert_eq!(redirected, "302 0", "redirects are the guest's own affair");
    let elsewhere = run(&loaded, &["get", "127.0.0.1:1", "/"]).await;
    assert!(elsewhere.contains("HttpRequestDenied"), "{elsewhere}");
    let seen = server.seen();
    let mut wide = stage();
    let anywhere = rule(&format!("*:{}", server.address.port()));
    wide.asked.http.push(anywhere.clone());
    wide.granted.http.push(anywhere);
    let refused = run(&load(wide).await, &["get", &here, "/bytes/1"]).await;
    assert!(refused.contains("DestinationIpProhibited"), "{refused}");
    assert_eq!(server.seen(), seen);
    let limit = Duration::from_millis(300);
    let never = json!({ "args": ["get", here, "/never"] }).to_string();
    let late = loaded.call(Invocation::new("run", never).deadline(limit)).await;
    assert_eq!(late.outcome, Outcome::Deadline { limit });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_and_waits_are_bounded() {
    let mut stage = stage();
    stage.budget.output_bytes = 10_000;
    stage.budget.log_bytes = 5_000;
    let loaded = load(&stage).await;
    let input = json!({ "args": ["stdin"], "stdin": "from outside" });
    assert_eq!(output(&report(&loaded, "run", &input).await)["stdout"], json!("from outside"));
    let flood = report(&loaded, "run", &json!({ "args": ["flood-stdout"] })).await;
    let is_output = matches!(
        flood.outcome,
        Outcome::Exceeded { limit: Limit::OutputBytes, allowed: 10_000, .. }
    );
    assert!(is_output, "{}", flood.outcome);
    let noisy = report(&loaded, "run", &json!({ "args": ["flood-stderr", "20"] })).await;
    assert_eq!(output(&noisy)["stdout"], json!("survived"));
    assert_eq!(output(&noisy)["stderr"].as_str().unwrap().len(), 5_000);
    assert_eq!(noisy.usage.log_bytes, 5_000);
    assert_eq!(noisy.usage.log_bytes_dropped, 20 * 1024 - 5_000);
    let limit = Duration::from_millis(200);
    let sleep = json!({ "args": ["sleep"] }).to_string();
    let late = loaded.call(Invocation::new("run", sleep).deadline(limit)).await;
    assert_eq!(late.outcome, Outcome::Deadline { limit });
}

#[tokio::test]
async fn what_a_library_prints_is_logged_where_it_may_log() {
    let heard = Heard::default();
    let mut stage = stage();
    stage.lifetime = InstancePolicy::Pooled { calls_max: 10, idle_max: 1 };
    stage.services = stage.services.log(heard.clone());
    let library = crate::support::command("chatter");
    let silent = stage.load_component(&stage.engine(), library.clone(), &["say"]).await.unwrap();
    let hello = json!({ "text": "hel\u{1b}[31mlo" });
    assert_eq!(output(&report(&silent, "say", &hello).await), json!(1));
    assert!(heard.lines().is_empty(), "without the permission nobody hears it");
    (stage.asked.log, stage.granted.log) = (true, true);
    let loaded = stage.load_component(&stage.engine(), library, &["say"]).await.unwrap();
    for call in 1..=3 {
        let told = report(&loaded, "say", &hello).await;
        assert_eq!(output(&told), json!(call), "the instance serves again, streams and all");
        let lines: Vec<_> = told.logs.iter().map(|line| line.message.as_str()).collect();
        assert_eq!(lines, ["out hello", "err hello"]);
        assert_eq!(heard.lines().len(), call * 2);
    }
}
