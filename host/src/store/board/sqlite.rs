//! A board in the SQLite file of a log, over a connection of its own: what is shown each second must
//! not wait for the log, nor force the disk as the log does.
//!
//! *Never:* a write to the board is synced to the disk (`synchronous=NORMAL`).

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, params};

use super::{Board, Note, Shown, Taken};
use crate::store::LogError;
use crate::store::log::{signed, trouble};

/// Figures come again in a second, so nobody waits long for a place to write them.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);
/// What a program showed a day ago tells of a program that is gone.
const SHOWN_MS_MAX: u64 = 24 * 60 * 60 * 1_000;
/// Programs that share one store are a handful; more rows than this are of programs that are gone.
const PROGRAMS_MAX: i64 = 64;
/// Notes are taken within a second; so many more than anybody leaves by hand.
const NOTES_MAX: i64 = 4_096;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS board_figures
        (program TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, figures BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS board_note
        (number INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, text BLOB NOT NULL);
";

/// A board in a file.
#[derive(Debug)]
pub struct SqliteBoard {
    path: PathBuf,
    connection: Mutex<Connection>,
}

/// A connection to what is kept beside a log in its file; its tables are made where one is missing.
/// The file is the log's, which has made it what it is.
pub(in crate::store) fn beside(
    path: &Path,
    patience: Duration,
    table: &str,
    schema: &str,
) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(patience)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    let has_table = "SELECT count(*) FROM sqlite_schema WHERE name = ?1";
    let count: i64 = connection.query_row(has_table, [table], |row| row.get(0))?;
    if count == 0 {
        connection.execute_batch(&format!("BEGIN IMMEDIATE; {schema} COMMIT;"))?;
    }
    Ok(connection)
}

impl SqliteBoard {
    /// Opens the board in the file of a log, or makes it there.
    ///
    /// # Errors
    /// Where the file cannot be opened or written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LogError> {
        let path = path.as_ref();
        let connection = beside(path, BUSY_TIMEOUT, "board_note", SCHEMA);
        let connection = connection.map_err(|error| trouble(path, &error))?;
        Ok(Self { path: path.to_owned(), connection: Mutex::new(connection) })
    }

    fn with<T>(
        &self,
        step: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LogError> {
        // A transaction that a panic interrupted has been rolled back when it was dropped.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        step(&mut connection).map_err(|error| trouble(&self.path, &error))
    }
}

// === impl Board ===

impl Board for SqliteBoard {
    fn show(&self, program: &str, at_ms: u64, figures: &[u8]) -> Result<(), LogError> {
        self.with(|connection| {
            let sql = connection.transaction()?;
            sql.prepare_cached("INSERT OR REPLACE INTO board_figures VALUES (?1, ?2, ?3)")?
                .execute(params![program, signed(at_ms), figures])?;
            sql.prepare_cached(
                "DELETE FROM board_figures WHERE at_ms < ?1 OR program NOT IN
                 (SELECT program FROM board_figures ORDER BY at_ms DESC LIMIT ?2)",
            )?
            .execute(params![signed(at_ms.saturating_sub(SHOWN_MS_MAX)), PROGRAMS_MAX])?;
            sql.commit()
        })
    }

    fn shown(&self) -> Result<Vec<Shown>, LogError> {
        self.with(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT program, at_ms, figures FROM board_figures ORDER BY at_ms DESC, program",
            )?;
            let rows = query.query_map([], |row| {
                let at_ms = row.get::<_, i64>(1)?.unsigned_abs();
                Ok(Shown { program: row.get(0)?, at_ms, figures: row.get(2)? })
            })?;
            rows.collect()
        })
    }

    fn leave(&self, at_ms: u64, note: &[u8]) -> Result<u64, LogError> {
        self.with(|connection| {
            let sql = connection.transaction()?;
            sql.execute(
                "INSERT INTO board_note (at_ms, text) VALUES (?1, ?2)",
                params![signed(at_ms), note],
            )?;
            let number = sql.last_insert_rowid().unsigned_abs();
            sql.execute(
                "DELETE FROM board_note WHERE number NOT IN
                 (SELECT number FROM board_note ORDER BY number DESC LIMIT ?1)",
                [NOTES_MAX],
            )?;
            sql.commit()?;
            Ok(number)
        })
    }

    fn notes(&self) -> Result<Vec<Note>, LogError> {
        self.with(|connection| {
            let mut query = connection
                .prepare_cached("SELECT number, at_ms, text FROM board_note ORDER BY number")?;
            let rows = query.query_map([], |row| {
                let number = row.get::<_, i64>(0)?.unsigned_abs();
                let at_ms = row.get::<_, i64>(1)?.unsigned_abs();
                Ok(Note { number, at_ms, text: row.get(2)? })
            })?;
            rows.collect()
        })
    }

    fn take(&self, number: u64) -> Result<Taken, LogError> {
        self.with(|connection| {
            let gone = connection
                .prepare_cached("DELETE FROM board_note WHERE number = ?1")?
                .execute([signed(number)])?;
            Ok(if gone == 0 { Taken::Gone } else { Taken::Here })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{OpLog, SqliteLog};

    #[test]
    fn figures_are_replaced_and_old_ones_go() {
        let path = std::env::temp_dir().join(format!("engraft-board-{}", std::process::id()));
        let log = SqliteLog::open(&path).unwrap();
        let (one, two) = (log.board().unwrap().unwrap(), SqliteBoard::open(&path).unwrap());
        one.show("a", 1_000, b"first").unwrap();
        one.show("a", 2_000, b"second").unwrap();
        two.show("b", 1_500, b"other").unwrap();
        let shown = |board: &dyn Board| -> Vec<(String, Vec<u8>)> {
            board.shown().unwrap().into_iter().map(|s| (s.program, s.figures)).collect()
        };
        let expected = [("a".to_owned(), b"second".to_vec()), ("b".to_owned(), b"other".to_vec())];
        assert_eq!(shown(&two), expected);
        two.show("b", 1_500 + SHOWN_MS_MAX + 1_000, b"later").unwrap();
        assert_eq!(shown(&*one), [("b".to_owned(), b"later".to_vec())]);
        for program in 0..PROGRAMS_MAX * 2 {
            two.show(&program.to_string(), 3 * SHOWN_MS_MAX, b"").unwrap();
        }
        assert_eq!(two.shown().unwrap().len() as i64, PROGRAMS_MAX);

        let number = one.leave(5, b"hello").unwrap();
        let notes = two.notes().unwrap();
        assert_eq!(notes, [Note { number, at_ms: 5, text: b"hello".to_vec() }]);
        assert_eq!(two.take(number), Ok(Taken::Here));
        assert_eq!(one.take(number), Ok(Taken::Gone));
        assert_ne!(one.leave(6, b"again").unwrap(), number, "numbers are not used again");
        assert_eq!(log.length(), Ok(0), "nothing of it is in the log");
        drop((log, one, two));
        for end in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(format!("{}{end}", path.display())));
        }
    }
}
