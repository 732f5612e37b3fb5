//! In which process this is, and whether another one of this machine is still there.
//!
//! *Never:* a process is held for gone that is on another machine, in another room of this one, or of
//! which nothing can be read.

use std::fs;
use std::io::ErrorKind;

use crate::registry::Seat;

/// One machine since it was started.
const MACHINE: &str = "/proc/sys/kernel/random/boot_id";
/// The room in which processes have their numbers: containers of one machine give the same ones.
const ROOM: &str = "/proc/self/ns/pid";
/// The process that is always there, and never ours.
const FIRST: &str = "/proc/1/stat";
/// At which place behind its name it is told what a process does, how many threads it has, and when it
/// was started.
const DOES: usize = 0;
const THREADS: usize = 17;
const STARTED: usize = 19;

/// What the system tells of a process.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// It runs, and was started then.
    Runs(u64),
    /// There is none of this number, or it has ended and is only counted.
    Gone,
    /// Nothing that could be read.
    Nothing,
}

/// This process; none where the system does not tell.
pub(super) fn here() -> Option<Seat> {
    let room = fs::read_link(ROOM).ok()?;
    let machine = format!("{} {}", fs::read_to_string(MACHINE).ok()?.trim(), room.display());
    let process = std::process::id();
    let Told::Runs(started) = told(process) else { return None };
    Some(Seat { machine, process, started })
}

/// Whether whoever had this seat is gone, as seen from another one.
pub(super) fn is_gone(seat: &Seat, here: Option<&Seat>) -> bool {
    if here.is_none_or(|here| here.machine != seat.machine) {
        return false;
    }
    match told(seat.process) {
        Told::Gone => true,
        // Another process has its number by now.
        Told::Runs(started) => started != seat.started,
        Told::Nothing => false,
    }
}

fn told(process: u32) -> Told {
    match fs::read_to_string(format!("/proc/{process}/stat")) {
        Ok(text) => read(&text).unwrap_or(Told::Nothing),
        Err(error) if error.kind() == ErrorKind::NotFound && shows_all() => Told::Gone,
        Err(_) => Told::Nothing,
    }
}

/// Whether the system shows the processes of others; where it hides them, one that is not seen may
/// well be there.
fn shows_all() -> bool {
    fs::metadata(FIRST).is_ok()
}

/// Reads what stands behind the name, which may hold anything.
fn read(text: &str) -> Option<Told> {
    let behind = text.rsplit_once(')')?.1;
    let fields: Vec<&str> = behind.split_ascii_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let has_ended = matches!(*fields.get(DOES)?, "Z" | "X" | "x") && number(THREADS)? <= 1;
    Some(if has_ended { Told::Gone } else { Told::Runs(number(STARTED)?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_told_by_its_number_and_its_start() {
        let text = "7 (a) b) S 1 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 3 0 4711 1000 1 0";
        assert_eq!(read(text), Some(Told::Runs(4_711)));
        let dead = "7 (x) Z 1 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 4711 1000 1 0";
        assert_eq!(read(dead), Some(Told::Gone));
        let half_dead = "7 (x) Z 1 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 2 0 4711 1000 1 0";
        assert_eq!(read(half_dead), Some(Told::Runs(4_711)), "its threads run on");
        assert_eq!((read(""), read("7 (x) S 1")), (None, None));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_a_process_of_this_machine_that_is_not_there_is_gone() {
        let here = here().unwrap();
        assert!(!is_gone(&here, Some(&here)), "this one is there");
        let reused = Seat { started: here.started + 1, ..here.clone() };
        assert!(is_gone(&reused, Some(&here)), "another process has its number");
        // No process has this number: it is above the most that Linux gives.
        let gone = Seat { process: 1 << 30, ..here.clone() };
        assert!(is_gone(&gone, Some(&here)));
        let away = Seat { machine: "another".to_owned(), ..gone.clone() };
        assert!(!is_gone(&away, Some(&here)), "on another machine");
        assert!(!is_gone(&gone, None), "where nothing is known of this one");
    }
}
