//! The same cases for every backend.

use super::*;

fn entries(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn append(log: &dyn OpLog, expected: u64, texts: &[&str]) -> Result<(), LogError> {
    let entries = entries(texts);
    log.append(Append { expected, entries: &entries, ..Append::default() })
}

fn conforms(log: &dyn OpLog) {
    assert_eq!(log.length(), Ok(0));
    assert_eq!(log.checkpoint(None), Ok(None));
    append(log, 0, &["a", "b"]).unwrap();
    let conflict = append(log, 1, &["c"]);
    assert_eq!(conflict, Err(LogError::Conflict { expected: 1, found: 2 }));
    let digest = Digest::of(b"blob");
    let third = entries(&["c"]);
    let whole = Append {
        expected: 2,
        entries: &third,
        checkpoints: &["note 3".to_owned()],
        blobs: &[(digest, b"blob")],
    };
    log.append(whole).unwrap();
    let read: Vec<_> = log.read(1, 9).unwrap().into_iter().map(|e| (e.sequence, e.bytes)).collect();
    assert_eq!(read, [(1, b"b".to_vec()), (2, b"c".to_vec())]);
    assert_eq!(log.read(0, 1).unwrap().len(), 1);
    assert_eq!(log.read(3, 9), Ok(Vec::new()));
    assert_eq!(log.checkpoint(None), Ok(Some((3, "note 3".to_owned()))));
    assert_eq!(log.checkpoint(Some(2)), Ok(None));
    assert_eq!(log.blob(&digest), Ok(Some(b"blob".to_vec())));
    assert_eq!(log.blob(&Digest::of(b"other")), Ok(None));
    for length in [1, 2, 3] {
        log.keep_snapshot(length, &[u8::try_from(length).unwrap()]).unwrap();
    }
    assert_eq!(log.snapshot(), Ok(Some((3, vec![3]))));
    evidence_conforms(log);
}

fn evidence_conforms(log: &dyn OpLog) {
    let keep = |stage: &str, times, users: &[u8]| {
        log.keep_evidence(Evidence { stage, times, judge: &[u8::try_from(times).unwrap()], users })
    };
    assert_eq!(log.evidence("one"), Ok(None));
    keep("one", 0, b"ab").unwrap();
    keep("two", 0, b"x").unwrap();
    keep("one", 1, b"cd").unwrap();
    let kept = KeptEvidence { times: 2, judge: vec![1], users: b"abcd".to_vec() };
    assert_eq!(log.evidence("one"), Ok(Some(kept.clone())));
    // Somebody who did not read that it was kept in the meantime is another.
    assert!(matches!(keep("one", 1, b"!"), Err(LogError::KeptByOthers { .. })));
    assert_eq!(log.evidence("one"), Ok(Some(kept)), "nothing of it was taken");
    log.forget_evidence(&["two".to_owned()]).unwrap();
    assert_eq!(log.evidence("one"), Ok(None));
    assert_eq!(log.evidence("two").unwrap().unwrap().users, b"x");
}

#[test]
fn memory_conforms() {
    conforms(&MemoryLog::new());
}

#[test]
fn a_faulty_log_conforms_between_its_faults() {
    let log = FaultyLog::new(MemoryLog::new());
    log.fail([Fault::Full, Fault::Io]);
    assert!(matches!(append(&log, 0, &["a"]), Err(LogError::Full { .. })));
    assert!(matches!(append(&log, 0, &["a"]), Err(LogError::Unavailable { .. })));
    conforms(&log);
    log.fail([Fault::AfterTheFact]);
    assert!(append(&log, 3, &["d"]).is_err());
    assert_eq!(log.length(), Ok(4), "kept, and told that it was not");
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use std::path::PathBuf;

    use super::*;

    /// A directory of this test alone, removed when it ends well.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(topic: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("engraft-log-{topic}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn file(&self) -> PathBuf {
            self.0.join("log.sqlite")
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn sqlite_conforms_and_is_there_after_a_reopen() {
        let scratch = Scratch::new("conforms");
        conforms(&SqliteLog::open(scratch.file()).unwrap());
        let again = SqliteLog::open(scratch.file()).unwrap();
        assert_eq!(again.length(), Ok(3));
        assert_eq!(again.checkpoint(None), Ok(Some((3, "note 3".to_owned()))));
    }

    #[test]
    fn an_op_is_never_changed_deleted_or_put_elsewhere() {
        let scratch = Scratch::new("refuses");
        let log = SqliteLog::open(scratch.file()).unwrap();
        append(&log, 0, &["a", "b"]).unwrap();
        let other = Connection::open(scratch.file()).unwrap();
        for (sql, word) in [
            ("UPDATE op SET record = x'00' WHERE sequence = 0", "never changed"),
            ("DELETE FROM op WHERE sequence = 1", "never deleted"),
            ("DELETE FROM op", "never deleted"),
            ("INSERT INTO op VALUES (7, x'00')", "to the end"),
            ("INSERT OR REPLACE INTO op VALUES (0, x'00')", "to the end"),
            ("REPLACE INTO op VALUES (1, x'00')", "to the end"),
        ] {
            let refused = other.execute(sql, []).unwrap_err().to_string();
            assert!(refused.contains(word), "{sql}: {refused}");
        }
        assert_eq!(log.read(0, 9).unwrap().len(), 2);
    }

    #[test]
    fn two_writers_take_turns_by_what_they_expect() {
        let scratch = Scratch::new("turns");
        let file = scratch.file();
        let lanes: Vec<_> = (0..4)
            .map(|lane| {
                let file = file.clone();
                let name = format!("writer-{lane}");
                std::thread::Builder::new()
                    .name(name.clone())
                    .spawn(move || {
                        let log = SqliteLog::open(file).unwrap();
                        for number in 0..10 {
                            let text = format!("{name} {number}");
                            loop {
                                let expected = log.length().unwrap();
                                match append(&log, expected, &[&text]) {
                                    Ok(()) => break,
                                    Err(LogError::Conflict { .. }) => {}
                                    Err(other) => panic!("{other}"),
                                }
                            }
                        }
                    })
                    .unwrap()
            })
            .collect();
        lanes.into_iter().for_each(|lane| lane.join().unwrap());
        let log = SqliteLog::open(&file).unwrap();
        let mut texts: Vec<_> = log.read(0, 99).unwrap().into_iter().map(|e| e.bytes).collect();
        assert_eq!(texts.len(), 40);
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 40, "nothing twice, nothing lost");
    }

    #[test]
    fn a_full_disk_is_told_and_what_was_kept_stays() {
        let scratch = Scratch::new("full");
        let log = SqliteLog::open(scratch.file()).unwrap();
        append(&log, 0, &["kept"]).unwrap();
        log.limit_pages(20).unwrap();
        let large = "x".repeat(1 << 20);
        assert!(matches!(append(&log, 1, &[&large]), Err(LogError::Full { .. })));
        assert_eq!(log.read(0, 9).unwrap().len(), 1);
        log.limit_pages(10_000).unwrap();
        append(&log, 1, &[&large]).unwrap();
    }

    #[test]
    fn files_of_others_and_damaged_ones_are_left_alone() {
        let scratch = Scratch::new("foreign");
        let other = Connection::open(scratch.file()).unwrap();
        other.execute_batch("CREATE TABLE theirs (a)").unwrap();
        drop(other);
        assert!(matches!(SqliteLog::open(scratch.file()), Err(LogError::Foreign { .. })));
        std::fs::write(scratch.file(), b"not a database, but long enough to be looked at").unwrap();
        assert!(matches!(SqliteLog::open(scratch.file()), Err(LogError::Damaged { .. })));
        std::fs::remove_file(scratch.file()).unwrap();
        drop(SqliteLog::open(scratch.file()).unwrap());
        let connection = Connection::open(scratch.file()).unwrap();
        // The layout before, which kept no evidence, is made into this one.
        connection.execute_batch("DROP TABLE evidence; DROP TABLE counted").unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        SqliteLog::open(scratch.file()).unwrap().forget_evidence(&[]).unwrap();
        connection.pragma_update(None, "user_version", 9).unwrap();
        drop(connection);
        let newer = SqliteLog::open(scratch.file());
        assert!(matches!(newer, Err(LogError::Newer { found: 9, .. })), "{newer:?}");
    }

    #[test]
    fn a_corrupted_page_is_an_error_and_not_another_answer() {
        let scratch = Scratch::new("page");
        let log = SqliteLog::open(scratch.file()).unwrap();
        let texts: Vec<String> = (0..200).map(|number| format!("{number:0>200}")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        append(&log, 0, &texts).unwrap();
        drop(log);
        let mut bytes = std::fs::read(scratch.file()).unwrap();
        let pages = bytes.len() / 4096;
        for page in 2..pages {
            bytes[page * 4096..page * 4096 + 64].fill(0xff);
        }
        std::fs::write(scratch.file(), bytes).unwrap();
        let told = SqliteLog::open(scratch.file()).and_then(|log| log.read(0, 999));
        assert!(matches!(told, Err(LogError::Damaged { .. })), "{told:?}");
    }

    use rusqlite::Connection;
}
