//! What was acknowledged survives `kill -9` at any moment: a writer is killed 200 times at random
//! moments, and each time every acknowledged op is there, whole, signed and in its place.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use engraft::artifact::{Origin, SigningKey};
use engraft::model::SystemClock;
use engraft::registry::{Actor, Journal, Op, audit};
use engraft::store::{OpLog, SqliteLog};

const KILLS: u64 = 200;
/// What makes this test the writer that is killed.
const WRITER: &str = "ENGRAFT_TEST_WRITER";
/// The writer dies between begin and this many microseconds later.
const LIFE_US: u64 = 100_000;

fn journal(path: &Path) -> Journal {
    let log: Arc<dyn OpLog> = Arc::new(SqliteLog::open(path).unwrap());
    let key = SigningKey::from_seed(&[3; 32], Origin::Release);
    Journal::open(log, key, Arc::new(SystemClock)).unwrap()
}

/// Records for as long as it lives, and says what was acknowledged.
fn write(path: &Path) {
    let journal = journal(path);
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready").unwrap();
    loop {
        let flag = format!("{}-{}", std::process::id(), journal.length());
        let op = Op::FlagSet { flag: flag.clone(), on: true };
        let record = journal.record(Actor::person("writer"), "", op).unwrap();
        writeln!(out, "acknowledged {} {flag}", record.sequence).unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    if let Some(path) = std::env::var_os(WRITER) {
        return write(&PathBuf::from(path));
    }
    let folder = std::env::temp_dir().join(format!("engraft-kill-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("log.sqlite");
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut acknowledged, mut between) = (Vec::new(), 0);
    for kill in 0..KILLS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let told = one_life(&path, Duration::from_micros(random % LIFE_US));
        between += u64::from(!told.is_empty());
        acknowledged.extend(told);
        let journal = journal(&path);
        for (sequence, flag) in acknowledged.iter().rev().take(50) {
            let entry = journal.log().read(*sequence, 1).unwrap().remove(0);
            let text = String::from_utf8(entry.bytes).unwrap();
            assert!(text.contains(flag), "kill {kill}: entry {sequence} is not {flag}: {text}");
        }
    }
    let journal = journal(&path);
    let audit = audit::verify(journal.log(), journal.identity(), None).unwrap();
    assert!(audit.length >= acknowledged.len() as u64);
    for (sequence, flag) in &acknowledged {
        assert_eq!(journal.state().flags.get(flag), Some(&true), "entry {sequence} is lost");
    }
    // Where nearly all writers died before they wrote, this would have shown nothing.
    assert!(between > KILLS / 4, "only {between} writers wrote before they died");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Lets a writer live for so long after it is ready, and tells what it said before it died.
fn one_life(path: &Path, life: Duration) -> Vec<(u64, String)> {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::what_was_acknowledged_survives_a_kill", "--nocapture"])
        .env(WRITER, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let is_ready = lines.by_ref().map_while(Result::ok).any(|line| line.ends_with("ready"));
    assert!(is_ready, "the writer died on its own");
    std::thread::sleep(life);
    // On Unix this is SIGKILL: nothing of the process runs any more.
    writer.kill().unwrap();
    writer.wait().unwrap();
    let acknowledged = lines.map_while(Result::ok).filter_map(|line| {
        let mut words = line.split(' ');
        let (Some("acknowledged"), Some(sequence), Some(flag)) =
            (words.next(), words.next(), words.next())
        else {
            return None;
        };
        // A line that the kill cut in half is not an acknowledgement.
        let sequence = sequence.parse().ok()?;
        flag.ends_with(&format!("-{sequence}")).then(|| (sequence, flag.to_owned()))
    });
    acknowledged.collect()
}
