//! What every test needs: a home directory of its own, a way to run the command, and components.

mod components;
pub(crate) mod server;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

pub(crate) use components::{
    CORE_MODULE, EFFECTS_MANIFEST, HONEST_NUMBERS, IMPORTS_CLOCK, IMPORTS_RANDOM, LOOKER, NUMBERS,
    OTHER_NUMBERS, SURROUNDINGS, UNKNOWN_IMPORT, effects, resources, template, wat,
};

static HOMES: AtomicU32 = AtomicU32::new(0);

/// A directory with an engraft home in it; gone when dropped.
pub(crate) struct Home {
    directory: PathBuf,
}

/// What a run of the command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        let number = HOMES.fetch_add(1, Ordering::Relaxed);
        let name = format!("engraft-cli-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).unwrap();
        Self { directory }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn component(&self, name: &str, text: &str) -> PathBuf {
        self.write(name, wat(text))
    }

    /// A bundle of [`NUMBERS`], signed with the development key.
    pub(crate) fn bundle(&self) -> PathBuf {
        self.component("numbers.wasm", NUMBERS);
        self.run(&["sign", "numbers.wasm"]).fine();
        self.path("numbers.engraft")
    }

    /// Runs the command in this directory.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Ran {
        self.run_with(arguments, "")
    }

    pub(crate) fn run_with<S: AsRef<OsStr>>(&self, arguments: &[S], input: &str) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read its input may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let ran = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: ran.status.code(), out: text(ran.stdout), err: text(ran.stderr) }
    }

    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_engraft"));
        command
            .args(arguments)
            .current_dir(&self.directory)
            .env("ENGRAFT_HOME", self.path("home"))
            .env_remove("NO_COLOR");
        command
    }
}

impl Ran {
    /// It did what it was asked.
    #[track_caller]
    pub(crate) fn fine(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    /// It ended with this code, and said so.
    #[track_caller]
    pub(crate) fn says(self, code: i32, sentence: &str) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        let all = format!("{}{}", self.out, self.err);
        assert!(all.contains(sentence), "nothing says “{sentence}”: {self:#?}");
        assert!(!all.contains('\u{1b}'), "colour without a terminal: {self:#?}");
        assert!(!all.contains("panicked"), "{self:#?}");
        self
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

// === impl Drop ===

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Changes one file in place.
pub(crate) fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}
