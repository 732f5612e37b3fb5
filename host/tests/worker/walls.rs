//! Each wall alone and all of them together, against everything that is tried.

use std::fs::File;
use std::io::Read;
use std::net::TcpListener;
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use engraft::worker::{Wall, WorkerProgram};
use rustix::io::{FdFlags, fcntl_setfd};

use crate::Test;
use crate::attempt::{DEEDS, tag};
use crate::processes::block_on;

pub(crate) const TESTS: [Test; 3] = [
    ("every_wall_stands_on_this_machine", every_wall_stands),
    ("what_is_tried_is_stopped_by_the_wall_that_is_meant_to", each_is_stopped),
    ("limits_hold_against_whoever_wants_more", limits_hold),
];

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    Done,
    Denied,
    Killed(i32),
    Missing(String),
}

/// What the filter of system calls does to somebody.
const STRUCK: End = End::Killed(libc::SIGSYS);

fn every_wall_stands(program: &WorkerProgram) {
    let walls = block_on(engraft::worker::walls(program)).unwrap();
    for missing in walls.missing() {
        println!("!!! {} IS MISSING ON THIS MACHINE: {}", missing.wall, missing.because);
    }
    // Landlock is the one that a kernel may be built without. What needs it says so below and is not
    // counted as tried; everything else has to stand everywhere.
    let others = walls.missing().iter().filter(|missing| missing.wall != Wall::Files);
    assert_eq!(others.count(), 0, "{walls:?}");
    let is_unattended = std::env::var("CI").is_ok_and(|value| !value.is_empty());
    assert!(!is_unattended || walls.are_whole(), "a CI without landlock tries half: {walls:?}");
}

fn each_is_stopped(_: &WorkerProgram) {
    // By landlock alone; what it does not know goes on. None is what depends on the kernel's age.
    let files = |name: &str| match name {
        "read a file"
        | "write a file"
        | "append to a file"
        | "list a directory"
        | "read its own /proc"
        | "read the parent's environment"
        | "read the parent's memory map"
        | "fork and execute"
        | "execute" => Some(End::Denied),
        "connect" | "listen" | "signal the parent" => None,
        _ => Some(End::Done),
    };
    // By the filter alone: everything that is tried here, and nothing that a guest needs.
    let filter = |_: &str| STRUCK;
    let mut wrong = Vec::new();
    for deed in DEEDS.iter().map(|deed| deed.name).filter(|name| !is_of_limits(name)) {
        let free = attempt(deed, &[]);
        if free != End::Done {
            wrong.push(format!("{deed} does not even work without walls: {free:?}"));
        }
        let filtered = attempt(deed, &[Wall::SystemCalls]);
        if filtered != filter(deed) {
            wrong.push(format!("{deed}, behind the filter alone: {filtered:?}"));
        }
        let shut = attempt(deed, &[Wall::Files]);
        match (&shut, files(deed)) {
            (End::Missing(why), _) => {
                println!("!!! NOT TRIED behind landlock alone, {deed}: {why}");
            }
            (_, Some(expected)) if shut == expected => {}
            (End::Denied | End::Done, None) => {}
            _ => wrong.push(format!("{deed}, behind landlock alone: {shut:?}")),
        }
        let walled = attempt(deed, &Wall::ALL);
        if !matches!(walled, End::Missing(_)) && walled != STRUCK {
            wrong.push(format!("{deed}, behind every wall: {walled:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn limits_hold(_: &WorkerProgram) {
    assert_eq!(attempt("take a gigabyte", &[]), End::Done);
    assert_eq!(attempt("take a gigabyte", &[Wall::Resources]), End::Denied);
    assert_eq!(attempt("spin", &[Wall::Resources]), End::Killed(libc::SIGXCPU), "one second");
    // No descriptor is left to be had, so nothing is opened even where landlock is away.
    assert_eq!(attempt("read a file", &[Wall::Resources]), End::Denied);
    assert_eq!(attempt("make a socket pair", &[Wall::Resources]), End::Denied);
    let inherited = "use a descriptor of the parent's";
    assert_eq!(attempt(inherited, &[]), End::Done);
    assert_eq!(attempt(inherited, &[Wall::Descriptors]), End::Denied);
    assert_eq!(attempt(inherited, &Wall::ALL), End::Denied);
}

fn is_of_limits(deed: &str) -> bool {
    ["take a gigabyte", "spin", "use a descriptor of the parent's"].contains(&deed)
}

/// Tries a deed behind walls, in a process of its own.
fn attempt(deed: &str, walls: &[Wall]) -> End {
    let scratch = std::env::temp_dir().join(format!("engraft-attempt-{}", std::process::id()));
    std::fs::write(&scratch, "nobody's business").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let inherited = File::create(scratch.with_extension("inherited")).unwrap();
    // It goes on to whoever is started, as descriptors of careless programs do.
    fcntl_setfd(&inherited, FdFlags::empty()).unwrap();
    let word = match deed {
        "connect" => listener.local_addr().unwrap().port().to_string(),
        "use a descriptor of the parent's" => inherited.as_raw_fd().to_string(),
        _ => scratch.to_str().unwrap().to_owned(),
    };
    let tags: Vec<String> = walls.iter().map(|wall| tag(*wall)).collect();
    let mut child = Command::new("/proc/self/exe")
        .args(["attempt", deed, &tags.join(","), &word])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    let status = child.wait().unwrap();
    match (status.signal(), said.trim()) {
        (Some(signal), _) => End::Killed(signal),
        // What executes something else says nothing any more.
        (None, "done" | "") => End::Done,
        (None, said) if said.starts_with("denied") => End::Denied,
        (None, said) => End::Missing(said.to_owned()),
    }
}
