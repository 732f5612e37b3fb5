//! Logs that somebody laid hands on, and proofs that do not prove.

use std::sync::Arc;

use super::*;
use crate::artifact::{Origin, SigningKey};
use crate::model::SystemClock;
use crate::registry::journal::Journal;
use crate::registry::op::{Actor, Op};
use crate::store::{Append, MemoryLog};

fn key() -> SigningKey {
    SigningKey::from_seed(&[1; 32], Origin::Release)
}

fn filled(ops: usize) -> (Arc<MemoryLog>, LogIdentity) {
    filled_with("flag", ops)
}

fn filled_with(word: &str, ops: usize) -> (Arc<MemoryLog>, LogIdentity) {
    let log = Arc::new(MemoryLog::new());
    let kept: Arc<dyn OpLog> = Arc::<MemoryLog>::clone(&log);
    let journal = Journal::open(kept, key(), Arc::new(SystemClock)).unwrap();
    for number in 0..ops {
        let op = Op::FlagSet { flag: format!("{word}-{number}"), on: true };
        journal.record(Actor::person("test"), "", op).unwrap();
    }
    (log, journal.identity().clone())
}

/// The same log with its entries laid hands on; the checkpoints stay.
fn tampered(log: &MemoryLog, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> MemoryLog {
    let mut entries: Vec<Vec<u8>> =
        log.read(0, 999).unwrap().into_iter().map(|entry| entry.bytes).collect();
    let length = entries.len() as u64;
    change(&mut entries);
    let other = MemoryLog::new();
    for (entry, expected) in entries.into_iter().zip(0..) {
        other.append(Append { expected, entries: &[entry], ..Append::default() }).unwrap();
    }
    for at in 1..=length {
        let (_, note) = log.checkpoint(Some(at)).unwrap().unwrap();
        other.put_checkpoint(at, note);
    }
    other
}

#[test]
fn an_untouched_log_passes() {
    let (log, identity) = filled(20);
    let audit = verify(&*log, &identity, None).unwrap();
    assert_eq!((audit.length, audit.checkpoints), (20, 20));
    let (_, earlier) = log.checkpoint(Some(9)).unwrap().unwrap();
    verify(&*log, &identity, Some(&earlier)).unwrap();
    verify(&MemoryLog::new(), &identity, None).unwrap();
}

#[test]
fn an_edited_removed_or_moved_op_is_found_and_named() {
    let (log, identity) = filled(20);
    let edited = tampered(&log, |entries| {
        let text = String::from_utf8(entries[7].clone()).unwrap().replace("flag-7", "flag-8");
        entries[7] = text.into_bytes();
    });
    assert_eq!(verify(&edited, &identity, None), Err(AuditError::Entry { sequence: 7 }));
    let removed = tampered(&log, |entries| drop(entries.remove(4)));
    assert_eq!(verify(&removed, &identity, None), Err(AuditError::Entry { sequence: 4 }));
    let moved = tampered(&log, |entries| entries.swap(11, 12));
    assert_eq!(verify(&moved, &identity, None), Err(AuditError::Entry { sequence: 11 }));
    let cut = tampered(&log, |entries| entries.truncate(15));
    let shorter = Err(AuditError::Shorter { found: 15, signed: 20 });
    assert_eq!(verify(&cut, &identity, None), shorter);
    let longer = tampered(&log, |entries| entries.push(entries[0].clone()));
    assert_eq!(verify(&longer, &identity, None), Err(AuditError::Unsigned { length: 21 }));
}

#[test]
fn a_log_that_was_rewritten_whole_is_found_by_a_checkpoint_kept_elsewhere() {
    let (log, identity) = filled(9);
    let (_, earlier) = log.checkpoint(None).unwrap().unwrap();
    let (other, same) = filled_with("other", 12);
    assert_eq!(identity, same);
    verify(&*other, &identity, None).unwrap();
    let told = verify(&*other, &identity, Some(&earlier));
    assert_eq!(told, Err(AuditError::Forked { length: 9 }));
    let (short, _) = filled(3);
    let told = verify(&*short, &identity, Some(&earlier));
    assert_eq!(told, Err(AuditError::Shorter { found: 3, signed: 9 }));
    let stranger = SigningKey::from_seed(&[2; 32], Origin::Release);
    let told = verify(&*log, &LogIdentity::of(&stranger.public()), None);
    assert!(matches!(told, Err(AuditError::Checkpoint { length: 1, .. })), "{told:?}");
}

#[test]
fn a_proof_proves_its_entry_offline_and_no_other() {
    let (log, identity) = filled(13);
    for sequence in 0..13 {
        let proof = prove(&*log, sequence).unwrap();
        let text = serde_json::to_string(&proof).unwrap();
        let proof: Proof = serde_json::from_str(&text).unwrap();
        assert_eq!(proof.verify(&identity).unwrap().sequence, sequence);
        let other = Proof { entry: proof.entry.replace("flag-", "flab-"), ..proof.clone() };
        assert_eq!(other.verify(&identity), Err(AuditError::Path { sequence }));
        let elsewhere = Proof { sequence: (sequence + 1) % 13, ..proof };
        assert!(elsewhere.verify(&identity).is_err());
    }
    let none = prove(&*log, 13);
    assert_eq!(none, Err(AuditError::NoEntry { sequence: 13, length: 13 }));
}

/// The same in a real file, whose owner can drop the triggers and do as they like.
#[cfg(feature = "sqlite")]
#[test]
fn whoever_edits_the_file_is_found() {
    use crate::store::SqliteLog;

    let folder = std::env::temp_dir().join(format!("engraft-audit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("log.sqlite");
    let edits: [(&str, &str, Option<AuditError>); 5] = [
        ("nothing", "", None),
        (
            "edited",
            "UPDATE op SET record = CAST(replace(CAST(record AS TEXT), 'flag-7', 'flag-8') AS BLOB)
             WHERE sequence = 7",
            Some(AuditError::Entry { sequence: 7 }),
        ),
        (
            "removed",
            "DELETE FROM op WHERE sequence = 4",
            Some(AuditError::Missing { sequence: 4, next: 5 }),
        ),
        (
            "moved",
            "UPDATE op SET sequence = 99 WHERE sequence = 11;
             UPDATE op SET sequence = 11 WHERE sequence = 12;
             UPDATE op SET sequence = 12 WHERE sequence = 99",
            Some(AuditError::Entry { sequence: 11 }),
        ),
        (
            "cut off",
            "DELETE FROM op WHERE sequence >= 15",
            Some(AuditError::Shorter { found: 15, signed: 20 }),
        ),
    ];
    for (what, edit, expected) in edits {
        drop(std::fs::remove_file(&path));
        let log: Arc<dyn OpLog> = Arc::new(SqliteLog::open(&path).unwrap());
        let journal = Journal::open(log, key(), Arc::new(SystemClock)).unwrap();
        for number in 0..20 {
            let op = Op::FlagSet { flag: format!("flag-{number}"), on: true };
            journal.record(Actor::person("test"), "", op).unwrap();
        }
        let identity = journal.identity().clone();
        drop(journal);
        let file = rusqlite::Connection::open(&path).unwrap();
        let drops = "DROP TRIGGER op_is_never_changed; DROP TRIGGER op_is_never_deleted;";
        file.execute_batch(&format!("{drops} {edit}")).unwrap();
        drop(file);
        let found = verify(&SqliteLog::open(&path).unwrap(), &identity, None);
        assert_eq!(found.err(), expected, "{what}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
