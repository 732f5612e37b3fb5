//! What somebody tries who has broken out of the engine: native code, behind the real walls.
//!
//! Started with `attempt DEED WALLS WORD`: raises these walls, tries, and says what came of it. A deed
//! that works without walls and does not with one has been stopped by that one.

use std::fs;
use std::io::{self, Error, ErrorKind};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::process::{CommandExt, parent_id};
use std::process::Command;

use engraft::worker::{Wall, WorkerLimits, confine};

/// Memory for whoever is behind limits.
const MEMORY_BYTES: u64 = 256 << 20;

/// Something that is tried. The word is a path, a port or a number, as the deed needs it.
pub(crate) struct Deed {
    pub(crate) name: &'static str,
    run: fn(&str) -> io::Result<()>,
}

pub(crate) const DEEDS: [Deed; 22] = [
    Deed { name: "read a file", run: |path| fs::read(path).map(drop) },
    Deed { name: "write a file", run: |path| fs::write(format!("{path}.new"), "x") },
    Deed { name: "append to a file", run: |path| append(path) },
    Deed { name: "list a directory", run: |_| fs::read_dir("/").map(drop) },
    Deed { name: "read its own /proc", run: |_| fs::read("/proc/self/status").map(drop) },
    Deed {
        name: "read the parent's environment",
        run: |_| fs::read(format!("/proc/{}/environ", parent_id())).map(drop),
    },
    Deed {
        name: "read the parent's memory map",
        run: |_| fs::read(format!("/proc/{}/maps", parent_id())).map(drop),
    },
    Deed {
        name: "connect",
        run: |port| TcpStream::connect(("127.0.0.1", port.parse().unwrap_or(9))).map(drop),
    },
    Deed { name: "listen", run: |_| TcpListener::bind("127.0.0.1:0").map(drop) },
    Deed { name: "send a datagram", run: |_| UdpSocket::bind("127.0.0.1:0").map(drop) },
    Deed { name: "make a socket pair", run: |_| std::os::unix::net::UnixStream::pair().map(drop) },
    Deed { name: "fork and execute", run: |_| Command::new("/bin/true").status().map(drop) },
    Deed { name: "execute", run: |_| Err(Command::new("/bin/true").exec()) },
    Deed { name: "start a thread", run: |_| thread() },
    Deed { name: "be traced", run: |_| native::be_traced() },
    Deed { name: "signal the parent", run: |_| native::signal(parent_id()) },
    Deed { name: "signal itself", run: |_| native::signal(std::process::id()) },
    Deed { name: "map memory to write and execute", run: |_| native::map_for_everything() },
    Deed { name: "make memory executable as well", run: |_| native::add_execution() },
    Deed { name: "take a gigabyte", run: |_| take(1 << 30) },
    Deed { name: "spin", run: |_| spin() },
    Deed { name: "use a descriptor of the parent's", run: |word| native::write_to(word) },
];

/// Tries what this process was started for, and ends; or returns, where it was not.
pub(crate) fn make_if_asked() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [mark, name, walls, word] = words.as_slice() else { return };
    if mark != "attempt" {
        return;
    }
    let asked: Vec<Wall> =
        Wall::ALL.into_iter().filter(|wall| walls.split(',').any(|it| it == tag(*wall))).collect();
    let mut limits = WorkerLimits::default();
    limits.memory_bytes = MEMORY_BYTES;
    limits.cpu_seconds = Some(1);
    let raised = confine(&asked, limits);
    for wall in asked {
        if !raised.stands(wall) {
            println!("missing: {:?}", raised.missing());
            std::process::exit(3);
        }
    }
    let deed = DEEDS.into_iter().find(|deed| deed.name == name).unwrap();
    match (deed.run)(word) {
        Ok(()) => println!("done"),
        Err(error) => println!("denied: {error}"),
    }
    std::process::exit(0);
}

/// A wall as one word.
pub(crate) fn tag(wall: Wall) -> String {
    format!("{wall:?}").to_lowercase()
}

fn append(path: &str) -> io::Result<()> {
    use std::io::Write;
    fs::OpenOptions::new().append(true).open(path)?.write_all(b"x")
}

fn thread() -> io::Result<()> {
    let started = std::thread::Builder::new().spawn(|| {})?;
    started.join().map_err(|_| Error::from(ErrorKind::Other))
}

/// Takes it and touches none of it: what is bounded is what may be written to.
fn take(bytes: usize) -> io::Result<()> {
    let mut taken: Vec<u8> = Vec::new();
    taken.try_reserve_exact(bytes).map_err(|_| Error::from(ErrorKind::OutOfMemory))?;
    std::hint::black_box(&mut taken);
    Ok(())
}

/// For longer than it may, and not for ever where nobody stops it.
fn spin() -> io::Result<()> {
    let begun = std::time::Instant::now();
    while begun.elapsed().as_secs() < 60 {
        std::hint::black_box(());
    }
    Ok(())
}

/// What the standard library does not do.
mod native {
    use std::io::{Error, Result};

    fn told(result: libc::c_long) -> Result<()> {
        if result < 0 { Err(Error::last_os_error()) } else { Ok(()) }
    }

    #[expect(unsafe_code, reason = "an attack takes what it finds")]
    pub(super) fn be_traced() -> Result<()> {
        // SAFETY: takes no pointer that is looked at.
        told(unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) })
    }

    #[expect(unsafe_code, reason = "an attack takes what it finds")]
    pub(super) fn signal(process: u32) -> Result<()> {
        let process = libc::pid_t::try_from(process).map_err(Error::other)?;
        // SAFETY: takes two numbers; the signal 0 only asks whether one might be sent.
        told(unsafe { libc::kill(process, 0) }.into())
    }

    #[expect(unsafe_code, reason = "an attack takes what it finds")]
    fn map(protection: libc::c_int) -> Result<*mut libc::c_void> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping at an address of the kernel's choice overlaps nothing.
        let mapped = unsafe { libc::mmap(std::ptr::null_mut(), 4096, protection, flags, -1, 0) };
        if mapped == libc::MAP_FAILED { Err(Error::last_os_error()) } else { Ok(mapped) }
    }

    pub(super) fn map_for_everything() -> Result<()> {
        map(libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC).map(drop)
    }

    #[expect(unsafe_code, reason = "an attack takes what it finds")]
    pub(super) fn add_execution() -> Result<()> {
        let mapped = map(libc::PROT_READ | libc::PROT_WRITE)?;
        let all = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
        // SAFETY: the mapping is this function's own, and nothing refers to what is in it.
        told(unsafe { libc::mprotect(mapped, 4096, all) }.into())
    }

    #[expect(unsafe_code, reason = "an attack takes what it finds")]
    pub(super) fn write_to(descriptor: &str) -> Result<()> {
        let descriptor = descriptor.parse::<libc::c_int>().map_err(Error::other)?;
        // SAFETY: one byte of a constant is read; a wrong descriptor is an error.
        told(unsafe { libc::write(descriptor, b"x".as_ptr().cast(), 1) } as libc::c_long)
    }
}
