//! Workers that are none: what lies to its parent, or dies on it. Each is this binary under another
//! name, started as a worker is.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use engraft::worker::WorkerProgram;

/// Names that this binary may be started under.
pub(crate) const LIAR: &str = "engraft-liar";
pub(crate) const BRAGGART: &str = "engraft-braggart";
pub(crate) const COWARD: &str = "engraft-coward";
pub(crate) const FAINTER: &str = "engraft-fainter";

/// A program of this name, which is this binary.
pub(crate) fn program(name: &str) -> WorkerProgram {
    WorkerProgram::at(link(name))
}

fn link(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("engraft-disguise-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    if !path.exists() {
        std::os::unix::fs::symlink(std::env::current_exe().unwrap(), &path).unwrap();
    }
    path
}

/// Plays its part and ends; or returns, where it has none.
pub(crate) fn act_if_disguised() {
    let called = std::env::args().next().unwrap_or_default();
    match Path::new(&called).file_name().and_then(|name| name.to_str()) {
        Some(LIAR) => behind(|told| {
            if !is_about_a_call(told) {
                return;
            }
            for at in 0..told.len().saturating_sub(1) {
                if told[at..at + 2] == *b"42" {
                    told[at + 1] = b'3';
                }
            }
        }),
        // It does all that it is asked, up to its first right answer.
        Some(FAINTER) => behind(|told| {
            if is_about_a_call(told) && told.windows(2).any(|two| two == b"42") {
                std::process::abort();
            }
        }),
        // Four gigabytes follow, it says.
        Some(BRAGGART) => {
            drop(std::io::stdout().write_all(b"EgW1\xff\xff\xff\xff\xff\xff\xff\xff"))
        }
        Some(COWARD) => {}
        _ => return,
    }
    std::process::exit(7);
}

/// Whether these are words about a call; compiled code is far longer, and may hold anything.
fn is_about_a_call(told: &[u8]) -> bool {
    told.len() <= 16 || (told.starts_with(b"EgW") && told.len() < 2_048)
}

/// An honest worker behind, whose words are looked at and changed on the way.
fn behind(change: impl Fn(&mut [u8])) {
    let mut honest = Command::new("/proc/self/exe")
        .args(std::env::args().skip(1))
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = honest.stdout.take().unwrap();
    let mut piece = [0; 65_536];
    while let Ok(length @ 1..) = said.read(&mut piece) {
        let told = &mut piece[..length];
        change(told);
        std::io::stdout().write_all(told).unwrap();
        std::io::stdout().flush().unwrap();
    }
    drop(honest.wait());
}
