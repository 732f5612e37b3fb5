//! A log in one SQLite file, which several processes may share.
//!
//! Triggers refuse to change or delete an entry, and to add one anywhere but at the end; who goes
//! around them by editing the file is found by the signed checkpoints.
//!
//! *Never:* an append returns before it is on the disk (`synchronous=FULL` over a write-ahead log).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior, params};

use super::super::nature::{Nature, write_ahead};
use super::{Append, Entry, Evidence, KeptEvidence, LogError, OpLog};
use crate::model::Digest;
use crate::store::{Board, Cabinet, SqliteBoard, SqliteCabinet};

/// Another process holds the file for one small transaction; much longer means that something is
/// wrong.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// What this file is, so that no other program's database is mistaken for it ("EGlg").
const APPLICATION_ID: i32 = 0x4547_6c67;
/// The layout that this version reads and writes. The second keeps evidence; the first is made into
/// it when it is opened.
const LAYOUT: i32 = 2;
/// Older snapshots are of use only where the newest is damaged.
const SNAPSHOTS_KEPT: i64 = 2;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS op (sequence INTEGER PRIMARY KEY, record BLOB NOT NULL);
    CREATE TRIGGER IF NOT EXISTS op_is_never_changed BEFORE UPDATE ON op
        BEGIN SELECT RAISE(ABORT, 'an op is never changed'); END;
    CREATE TRIGGER IF NOT EXISTS op_is_never_deleted BEFORE DELETE ON op
        BEGIN SELECT RAISE(ABORT, 'an op is never deleted'); END;
    CREATE TRIGGER IF NOT EXISTS op_goes_to_the_end BEFORE INSERT ON op
        WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), -1) + 1 FROM op)
        BEGIN SELECT RAISE(ABORT, 'an op goes to the end'); END;
    CREATE TABLE IF NOT EXISTS checkpoint (length INTEGER PRIMARY KEY, note TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS snapshot (length INTEGER PRIMARY KEY, state BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS blob (digest BLOB PRIMARY KEY, bytes BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS evidence (
        stage TEXT PRIMARY KEY, times INTEGER NOT NULL, judge BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS counted (
        stage TEXT NOT NULL, part INTEGER NOT NULL, users BLOB NOT NULL, PRIMARY KEY (stage, part)
    ) WITHOUT ROWID;
";

/// A log in a file.
#[derive(Debug)]
pub struct SqliteLog {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl SqliteLog {
    /// Opens the file, or makes it. Not for a network file system, whose locks do not hold.
    ///
    /// # Errors
    /// Where it is no log, a later version's, or cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LogError> {
        let path = path.as_ref();
        let told = |error| trouble(path, &error);
        let connection = Connection::open(path).map_err(told)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(told)?;
        let nature = Nature::of(&connection).map_err(told)?;
        let shown = || path.display().to_string();
        if nature.is_foreign_to(APPLICATION_ID) {
            return Err(LogError::Foreign { path: shown() });
        }
        if nature.layout > LAYOUT {
            return Err(LogError::Newer { path: shown(), found: nature.layout, known: LAYOUT });
        }
        prepare(&connection, nature.layout).map_err(told)?;
        Ok(Self { path: path.to_owned(), connection: Mutex::new(connection) })
    }

    /// A log that may not grow beyond so many pages of 4 KiB: how a full disk is tried out.
    ///
    /// # Errors
    /// Where the file cannot be asked.
    pub fn limit_pages(&self, pages: u32) -> Result<(), LogError> {
        let connection = self.lock();
        let told = |error| trouble(&self.path, &error);
        connection.pragma_update(None, "max_page_count", pages).map_err(told)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic interrupted has been rolled back when it was dropped.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(
        &self,
        step: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LogError> {
        step(&mut self.lock()).map_err(|error| trouble(&self.path, &error))
    }
}

/// Several processes may come here at once on a new file; one of them makes it, the others wait.
fn prepare(connection: &Connection, layout: i32) -> rusqlite::Result<()> {
    write_ahead(connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    if layout == LAYOUT {
        return Ok(());
    }
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {SCHEMA} PRAGMA application_id = {APPLICATION_ID};
         PRAGMA user_version = {LAYOUT}; COMMIT;"
    ))
}

// === impl OpLog ===

impl OpLog for SqliteLog {
    fn append(&self, append: Append<'_>) -> Result<(), LogError> {
        let expected = append.expected;
        let found = self.with(|connection| {
            // Taken at once, so that nobody appends between the look and the write.
            let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let found = length(&sql)?;
            if found != expected {
                return Ok(Some(found));
            }
            for (entry, sequence) in append.entries.iter().zip(expected..) {
                sql.prepare_cached("INSERT INTO op VALUES (?1, ?2)")?
                    .execute(params![signed(sequence), entry])?;
            }
            for (note, length) in append.checkpoints.iter().zip(expected + 1..) {
                sql.prepare_cached("INSERT INTO checkpoint VALUES (?1, ?2)")?
                    .execute(params![signed(length), note])?;
            }
            for (digest, bytes) in append.blobs {
                sql.prepare_cached("INSERT OR IGNORE INTO blob VALUES (?1, ?2)")?
                    .execute(params![digest.as_bytes(), bytes])?;
            }
            sql.commit()?;
            Ok(None)
        })?;
        found.map_or(Ok(()), |found| Err(LogError::Conflict { expected, found }))
    }

    fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LogError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.with(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT sequence, record FROM op WHERE sequence >= ?1 ORDER BY sequence LIMIT ?2",
            )?;
            let rows = query.query_map(params![signed(from), limit], |row| {
                let sequence = row.get::<_, i64>(0)?.unsigned_abs();
                Ok(Entry { sequence, bytes: row.get(1)? })
            })?;
            rows.collect()
        })
    }

    fn length(&self) -> Result<u64, LogError> {
        self.with(|connection| length(connection))
    }

    fn checkpoint(&self, length: Option<u64>) -> Result<Option<(u64, String)>, LogError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT length, note FROM checkpoint WHERE ?1 IS NULL OR length = ?1
                     ORDER BY length DESC LIMIT 1",
                )?
                .query_row([length.map(signed)], |row| {
                    Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
                })
                .optional()
        })
    }

    fn keep_snapshot(&self, length: u64, state: &[u8]) -> Result<(), LogError> {
        self.with(|connection| {
            let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            sql.execute(
                "INSERT OR REPLACE INTO snapshot VALUES (?1, ?2)",
                params![signed(length), state],
            )?;
            sql.execute(
                "DELETE FROM snapshot WHERE length NOT IN
                 (SELECT length FROM snapshot ORDER BY length DESC LIMIT ?1)",
                [SNAPSHOTS_KEPT],
            )?;
            sql.commit()
        })
    }

    fn snapshot(&self) -> Result<Option<(u64, Vec<u8>)>, LogError> {
        self.with(|connection| {
            let latest = "SELECT length, state FROM snapshot ORDER BY length DESC LIMIT 1";
            connection
                .query_row(latest, [], |row| {
                    Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
                })
                .optional()
        })
    }

    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, LogError> {
        self.with(|connection| {
            connection
                .query_row("SELECT bytes FROM blob WHERE digest = ?1", [digest.as_bytes()], |row| {
                    row.get(0)
                })
                .optional()
        })
    }

    fn keep_evidence(&self, evidence: Evidence<'_>) -> Result<(), LogError> {
        let Evidence { stage, times, judge, users } = evidence;
        let is_ours = self.with(|connection| {
            let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if kept_times(&sql, stage)? != times {
                return Ok(false);
            }
            sql.prepare_cached("INSERT OR REPLACE INTO evidence VALUES (?1, ?2, ?3)")?
                .execute(params![stage, signed(times + 1), judge])?;
            sql.prepare_cached("INSERT INTO counted VALUES (?1, ?2, ?3)")?.execute(params![
                stage,
                signed(times),
                users
            ])?;
            sql.commit()?;
            Ok(true)
        })?;
        let path = || self.path.display().to_string();
        let others = || LogError::KeptByOthers { path: path(), stage: stage.to_owned() };
        if is_ours { Ok(()) } else { Err(others()) }
    }

    fn evidence(&self, stage: &str) -> Result<Option<KeptEvidence>, LogError> {
        self.with(|connection| {
            let sql = connection.unchecked_transaction()?;
            let found = sql
                .query_row("SELECT times, judge FROM evidence WHERE stage = ?1", [stage], |row| {
                    Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, Vec<u8>>(1)?))
                })
                .optional()?;
            let Some((times, judge)) = found else { return Ok(None) };
            let mut query =
                sql.prepare("SELECT users FROM counted WHERE stage = ?1 ORDER BY part")?;
            let parts = query.query_map([stage], |row| row.get::<_, Vec<u8>>(0))?;
            let users = parts.collect::<rusqlite::Result<Vec<_>>>()?.concat();
            Ok(Some(KeptEvidence { times, judge, users }))
        })
    }

    fn forget_evidence(&self, but: &[String]) -> Result<(), LogError> {
        self.with(|connection| {
            let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let kept = sql
                .prepare_cached("SELECT stage FROM evidence")?
                .query_map([], |row| row.get::<_, String>(0))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            for stage in kept.iter().filter(|stage| !but.contains(stage)) {
                sql.execute("DELETE FROM evidence WHERE stage = ?1", [stage])?;
                sql.execute("DELETE FROM counted WHERE stage = ?1", [stage])?;
            }
            sql.commit()
        })
    }

    fn board(&self) -> Result<Option<Arc<dyn Board>>, LogError> {
        Ok(Some(Arc::new(SqliteBoard::open(&self.path)?)))
    }

    fn cabinet(&self) -> Result<Option<Arc<dyn Cabinet>>, LogError> {
        Ok(Some(Arc::new(SqliteCabinet::open(&self.path)?)))
    }
}

fn kept_times(connection: &Connection, stage: &str) -> rusqlite::Result<u64> {
    let times: Option<i64> = connection
        .prepare_cached("SELECT times FROM evidence WHERE stage = ?1")?
        .query_row([stage], |row| row.get(0))
        .optional()?;
    Ok(times.map_or(0, i64::unsigned_abs))
}

fn length(connection: &Connection) -> rusqlite::Result<u64> {
    // The last number, not a count: it costs the same however long the log is. The check of the
    // whole log finds what is missing in between.
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(sequence) FROM op")?
        .query_row([], |row| row.get(0))?;
    Ok(last.map_or(0, |last| last.unsigned_abs() + 1))
}

/// SQLite's numbers are signed; no log gets to 2⁶³ entries.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn trouble(path: &Path, error: &rusqlite::Error) -> LogError {
    let path = path.display().to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => LogError::Full { path },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            LogError::Damaged { path, why: error.to_string() }
        }
        _ => LogError::Unavailable { path, why: error.to_string() },
    }
}
