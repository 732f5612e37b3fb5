//! Builds and signs the capabilities that the examples run, so that nobody who runs an example needs
//! a target for WebAssembly.
//!
//! *Never:* the key outlives the signing; whoever has the repository has nothing to sign with.

use std::path::{Path, PathBuf};

use crate::repository::{Problem, root};
use crate::run::{cargo, finish};
use crate::setup;

const TRIPLE: &str = "wasm32-unknown-unknown";
/// The crates in `examples/capabilities`, each one capability. Where a component cannot say what it
/// asks for, because it knows nothing of Engraft, a `manifest.json` beside its source does.
const CAPABILITIES: [&str; 4] = ["text", "units", "notes", "restock"];
const VERSION: &str = "1.0.0";

/// Writes `examples/bundles`: one bundle a capability, and the public key that signed them.
pub(crate) fn write() -> Result<Vec<String>, Problem> {
    setup::run()?;
    let components = build()?;
    let bundles = root().join("examples/bundles");
    let home = std::env::temp_dir().join(format!("engraft-examples-{}", std::process::id()));
    let signed = sign(&components, &bundles, &home);
    // Gone whether or not all went well: the private key is in it.
    std::fs::remove_dir_all(&home).map_err(|error| Problem::file(&home, &error))?;
    signed?;
    Ok(CAPABILITIES.iter().map(|name| format!("examples/bundles/{name}.engraft")).collect())
}

fn build() -> Result<PathBuf, Problem> {
    let target = root().join("target/examples");
    let mut build = cargo(&["build", "--release", "--target", TRIPLE, "--target-dir"]);
    build.arg(&target).current_dir(root().join("examples/capabilities"));
    build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-component-ld");
    build.env("RUSTFLAGS", format!("--remap-path-prefix={}=/engraft", root().display()));
    finish(&mut build)?;
    Ok(target.join(TRIPLE).join("release"))
}

fn sign(components: &Path, bundles: &Path, home: &Path) -> Result<(), Problem> {
    std::fs::create_dir_all(bundles).map_err(|error| Problem::file(bundles, &error))?;
    let engraft = |arguments: &[&str]| {
        let mut command = cargo(&["run", "--quiet", "--package", "engraft-cli", "--", "--home"]);
        command.arg(home).args(arguments);
        command
    };
    finish(&mut engraft(&["key", "new", "examples", "--no-passphrase"]))?;
    for name in CAPABILITIES {
        let component = components.join(format!("{name}.wasm"));
        let bundle = bundles.join(format!("{name}.engraft"));
        let mut sign =
            engraft(&["sign", "--key", "examples", "--version", VERSION, "--sequence", "1"]);
        let manifest = root().join(format!("examples/capabilities/{name}/manifest.json"));
        if manifest.is_file() {
            sign.arg("--manifest").arg(manifest);
        }
        finish(sign.arg("--output").arg(bundle).arg(component))?;
    }
    let mut export = engraft(&["key", "export", "examples"]);
    let output = export.output().map_err(|error| Problem::new(error.to_string()))?;
    if !output.status.success() {
        return Err(Problem::new(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let key = bundles.join("examples.key");
    std::fs::write(&key, output.stdout).map_err(|error| Problem::file(&key, &error))
}
