//! Builds what the contenders run, once a process, with the cargo that runs this.
//!
//! *Never:* a built guest is checked in; it would be another thing than its source says.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::Error;

/// The component of the kernels.
///
/// # Errors
/// Where the guests do not build.
pub fn capability() -> Result<Vec<u8>, Error> {
    read("wasm32-unknown-unknown/release/capability_guest.wasm")
}

/// The component that knows nothing of Engraft.
///
/// # Errors
/// Where the guests do not build.
pub fn shapes() -> Result<Vec<u8>, Error> {
    read("wasm32-unknown-unknown/release/shapes_guest.wasm")
}

/// The smallest capability of the contract.
///
/// # Errors
/// Where the guests do not build.
pub fn small() -> Result<Vec<u8>, Error> {
    read("wasm32-unknown-unknown/release/small_guest.wasm")
}

/// A component made so many bytes long by a custom section, which changes nothing but its digest.
///
/// # Errors
/// Where it is longer already.
pub fn padded(component: &[u8], bytes: usize) -> Result<Vec<u8>, Error> {
    const NAME: &[u8] = b"padding";
    // Section id, its length in five bytes, the length of its name.
    const HEAD: usize = 1 + 5 + 1;
    let length = bytes
        .checked_sub(component.len() + 6)
        .filter(|length| *length > NAME.len())
        .ok_or_else(|| format!("{bytes} bytes leave no room for padding"))?;
    let mut padded = Vec::with_capacity(bytes);
    padded.extend_from_slice(component);
    padded.push(0);
    // LEB128, always in five bytes; the format allows the longer form.
    for step in 0..5 {
        let seven = (length >> (7 * step)) & 0x7f;
        padded.push(u8::try_from(seven)? | if step < 4 { 0x80 } else { 0 });
    }
    padded.push(u8::try_from(NAME.len())?);
    padded.extend_from_slice(NAME);
    debug_assert_eq!(padded.len(), component.len() + HEAD + NAME.len());
    // Bytes without a pattern, so that nothing is quicker with them than with code.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while padded.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        padded.push(state.to_le_bytes()[7]);
    }
    Ok(padded)
}

/// The core module for Extism.
///
/// # Errors
/// Where it does not build.
pub fn extism() -> Result<Vec<u8>, Error> {
    let target = folder()?.join("core");
    build(
        &target,
        "rust-lld",
        &["--package", "extism-guest", "--target", "wasm32-unknown-unknown"],
    )?;
    Ok(std::fs::read(target.join("wasm32-unknown-unknown/release/extism_guest.wasm"))?)
}

/// The path of the native library.
///
/// # Errors
/// Where the guests do not build.
pub fn native() -> Result<PathBuf, Error> {
    let name =
        format!("{}native_guest{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    Ok(built()?.join("release").join(name))
}

/// The path of the program that speaks JSON on pipes.
///
/// # Errors
/// Where the guests do not build.
pub fn process() -> Result<PathBuf, Error> {
    let name = format!("process-guest{}", std::env::consts::EXE_SUFFIX);
    Ok(built()?.join("release").join(name))
}

/// What a kernel answers, as the native library sees it.
///
/// # Errors
/// Where the guests do not build or the kernel fails.
pub fn expected(operation: &str, input: &str) -> Result<String, Error> {
    crate::native::Native::build()?.call_fresh(operation, input)
}

/// The target directory that this program runs from.
///
/// # Errors
/// Where this program does not run from a target directory.
pub fn target() -> Result<PathBuf, Error> {
    // …/target/<profile>/deps/<program>, and without `deps` for a plain binary.
    let exe = std::env::current_exe()?;
    let profile = exe
        .ancestors()
        .skip(1)
        .find(|folder| folder.file_name().is_none_or(|name| name != "deps"))
        .ok_or("this program is in no directory")?;
    Ok(profile.parent().ok_or("this program is in no target directory")?.to_owned())
}

fn read(file: &str) -> Result<Vec<u8>, Error> {
    Ok(std::fs::read(built()?.join(file))?)
}

fn folder() -> Result<PathBuf, Error> {
    Ok(target()?.join("guests"))
}

/// Builds all guests but Extism's, whose development kit only its own bench needs.
fn built() -> Result<&'static Path, Error> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let build_all = || {
            let folder = folder()?;
            let wasm = ["--target", "wasm32-unknown-unknown"];
            let packages = ["capability-guest", "small-guest", "shapes-guest"];
            let packages = packages.map(|package| ["--package", package]).concat();
            build(&folder, "wasm-component-ld", &[wasm.as_slice(), &packages].concat())?;
            let packages = ["--package", "native-guest", "--package", "process-guest"];
            build(&folder, "wasm-component-ld", &packages)?;
            Ok::<_, Error>(folder)
        };
        build_all().map_err(|error| error.to_string())
    });
    built.as_ref().map(PathBuf::as_path).map_err(|error| error.clone().into())
}

fn build(target: &Path, linker: &str, arguments: &[&str]) -> Result<(), Error> {
    let mut cargo = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    // What cargo tells its own children must not leak into a build for another target.
    for (key, _) in std::env::vars_os() {
        let leaks = |key: &str| key.starts_with("CARGO_") && key != "CARGO_HOME";
        if key.to_str().is_some_and(leaks) {
            cargo.env_remove(key);
        }
    }
    let status = cargo
        .args(["build", "--quiet", "--release", "--locked", "--target-dir"])
        .arg(target)
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("guests"))
        .env_remove("RUSTFLAGS")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("the guests of the benchmarks do not build; `cargo xtask setup` installs their target"
            .into())
    }
}

#[cfg(test)]
mod tests {
    use super::padded;

    #[test]
    fn padding_is_a_section_of_the_length_that_was_asked_for() {
        let component = b"\0asm\x0d\0\x01\0";
        for bytes in [64, 300, 70_000] {
            let padded = padded(component, bytes).unwrap();
            assert_eq!(padded.len(), bytes);
            assert!(padded.starts_with(component));
            let length: usize =
                (0..5).map(|at| usize::from(padded[9 + at] & 0x7f) << (7 * at)).sum();
            assert_eq!(component.len() + 6 + length, bytes, "the section ends with the file");
        }
        assert!(padded(component, 10).is_err());
    }
}
