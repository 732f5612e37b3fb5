//! Compiled code: kept, authenticated, shipped along.

use super::*;

struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("engraft-it-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&dir));
        Self(dir)
    }

    fn entries(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(&self.0).unwrap().map(|file| file.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|extension| extension == "code")).collect()
    }

    fn engine(&self) -> Engine {
        let mut config = EngineConfig::default();
        config.cache_dir = Some(self.0.clone());
        Engine::new(config).unwrap()
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

async fn echo(loaded: &Loaded) -> String {
    text(&loaded.call(Invocation::new("echo", "1")).await).to_owned()
}

#[tokio::test]
async fn compiled_code_is_kept_and_bad_entries_are_compiled_anew() {
    let dir = Dir::new("cache");
    let loaded = dir.engine().load(probe("test.probe")).await.unwrap();
    assert_eq!(echo(&loaded).await, "1");
    let entry = dir.entries().pop().unwrap();
    let good = std::fs::read(&entry).unwrap();
    // From the cache: the entry is read, not written.
    let before = std::fs::metadata(&entry).unwrap().len();
    assert_eq!(echo(&dir.engine().load(probe("test.probe")).await.unwrap()).await, "1");
    assert_eq!(std::fs::metadata(&entry).unwrap().len(), before);
    for index in [0, 20, 60, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[index] ^= 0x10;
        std::fs::write(&entry, &bad).unwrap();
        let loaded = dir.engine().load(probe("test.probe")).await.unwrap();
        assert_eq!(echo(&loaded).await, "1");
        assert_eq!(std::fs::read(&entry).unwrap(), good, "byte {index} was not mended");
    }
    // With another key every entry is foreign.
    let mut key = std::fs::read(dir.0.join("host.key")).unwrap();
    key[0] ^= 1;
    std::fs::write(dir.0.join("host.key"), &key).unwrap();
    let loaded = dir.engine().load(probe("test.probe")).await.unwrap();
    assert_eq!(echo(&loaded).await, "1");
    assert_ne!(std::fs::read(&entry).unwrap(), good);
}

#[tokio::test]
async fn shipped_code_is_used_where_it_fits() {
    let lab = Lab::new();
    let native = lab.engine.precompile(&guest("probe"), Metering::Fuel).unwrap();
    // Code of another component shows that it was this that ran, and not a compilation.
    let other = wat::parse_str(exporting_run("", "")).unwrap();
    let shipped = lab.engine.precompile(&other, Metering::Fuel).unwrap();
    let mut unfit = native.clone();
    unfit.compatibility = "another engine".to_owned();
    assert_eq!(native.compatibility, shipped.compatibility);
    let mut loadable = wat("test.shipped", &exporting_run("", "unreachable"));
    loadable.native = vec![unfit, shipped.clone()];
    assert_eq!(text(&lab.load(loadable.clone()).call(Invocation::new("run", "{}")).await), "7");
    // For another engine or broken, it is as if it were not there.
    loadable.metering = Metering::Epoch;
    let report = lab.load(loadable.clone()).call(Invocation::new("run", "{}")).await;
    assert_eq!(report.outcome.word(), "trapped");
    loadable.metering = Metering::Fuel;
    let mut broken = shipped;
    broken.bytes = broken.bytes[..100].into();
    loadable.native = vec![broken];
    let report = lab.load(loadable).call(Invocation::new("run", "{}")).await;
    assert_eq!(report.outcome.word(), "trapped");
}

#[test]
fn code_is_the_same_whatever_was_compiled_before() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/recipes");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    let lately = Engine::new(EngineConfig::default()).unwrap();
    for path in paths.iter().step_by(5) {
        let text = std::fs::read_to_string(path).unwrap();
        let component = engraft_recipe::recipe::build(&text).unwrap().component;
        let first = Engine::new(EngineConfig::default()).unwrap();
        let alone = first.precompile(&component, Metering::Fuel).unwrap();
        // Twice, so that the second time finds every function.
        for _ in 0..2 {
            let shared = lately.precompile(&component, Metering::Fuel).unwrap();
            assert!(shared == alone, "{}", path.display());
        }
    }
}
