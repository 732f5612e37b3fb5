//! The runtime's built module is what its source gives, so that nobody has to trust a file of bytes.
//!
//! *Never:* the module in the repository is other than the one that is built here.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a test may break, and looks at real time and at where its data is"
)]

use std::path::Path;
use std::process::Command;

#[test]
fn the_module_is_built_from_its_source() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = root.join("../../target/runtime");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--target-dir"])
        .arg(&target)
        .current_dir(root.join("runtime"))
        // What this run of cargo was told is not for that one.
        .env_remove("CARGO_INCREMENTAL")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "the runtime does not build (`cargo xtask setup`?): {said}");
    let path = target.join("wasm32-unknown-unknown/release/engraft_recipe_runtime.wasm");
    let fresh = std::fs::read(&path).unwrap();
    let kept = std::fs::read(root.join("src/runtime.wasm")).unwrap();
    assert!(
        fresh == kept,
        "`src/runtime.wasm` is not what its source gives; copy {} there",
        path.display()
    );
}
