//! A cabinet in the SQLite file of a log, over a connection of its own: what is kept here each second
//! must not wait for the log.
//!
//! *Never:* a paper is synced to the disk one by one (`synchronous=NORMAL`): it survives the process,
//! and the last moments may be lost when the machine loses power.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{Cabinet, Drawer, Kept, Paper};
use crate::store::LogError;
use crate::store::board::beside;
use crate::store::log::{signed, trouble};

/// Another program holds the file for one small transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS cabinet_drawer
        (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS cabinet_paper
        (drawer TEXT NOT NULL, number BLOB NOT NULL, text BLOB NOT NULL,
        PRIMARY KEY (drawer, number)) WITHOUT ROWID;
";

/// A cabinet in a file.
#[derive(Debug)]
pub struct SqliteCabinet {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl SqliteCabinet {
    /// Opens the cabinet in the file of a log, or makes it there.
    ///
    /// # Errors
    /// Where the file cannot be opened or written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LogError> {
        let path = path.as_ref();
        let connection = beside(path, BUSY_TIMEOUT, "cabinet_paper", SCHEMA);
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

// === impl Cabinet ===

impl Cabinet for SqliteCabinet {
    fn version(&self, drawer: &str) -> Result<u64, LogError> {
        self.with(|connection| version(connection, drawer))
    }

    fn open(&self, drawer: &str) -> Result<Drawer, LogError> {
        self.with(|connection| {
            let sql = connection.transaction()?;
            let version = version(&sql, drawer)?;
            let mut query =
                sql.prepare_cached("SELECT number, text FROM cabinet_paper WHERE drawer = ?1")?;
            let rows = query.query_map([drawer], |row| {
                Ok((u64::from_be_bytes(row.get::<_, [u8; 8]>(0)?), row.get(1)?))
            })?;
            Ok(Drawer { version, papers: rows.collect::<rusqlite::Result<_>>()? })
        })
    }

    fn keep(&self, drawer: &str, expected: u64, papers: &[Paper]) -> Result<Kept, LogError> {
        self.with(|connection| {
            // Taken at once, so that nobody changes it between the look and the write.
            let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if version(&sql, drawer)? != expected {
                return Ok(Kept::Changed);
            }
            for Paper { number, text } in papers {
                // As bytes, since SQLite's own numbers are signed.
                let number = number.to_be_bytes();
                match text {
                    Some(text) => sql
                        .prepare_cached("INSERT OR REPLACE INTO cabinet_paper VALUES (?1, ?2, ?3)")?
                        .execute(params![drawer, number, text])?,
                    None => sql
                        .prepare_cached(
                            "DELETE FROM cabinet_paper WHERE drawer = ?1 AND number = ?2",
                        )?
                        .execute(params![drawer, number])?,
                };
            }
            sql.prepare_cached("INSERT OR REPLACE INTO cabinet_drawer VALUES (?1, ?2)")?
                .execute(params![drawer, signed(expected + 1)])?;
            sql.commit()?;
            Ok(Kept::Here)
        })
    }
}

fn version(connection: &Connection, drawer: &str) -> rusqlite::Result<u64> {
    let version: Option<i64> = connection
        .prepare_cached("SELECT version FROM cabinet_drawer WHERE name = ?1")?
        .query_row([drawer], |row| row.get(0))
        .optional()?;
    Ok(version.map_or(0, i64::unsigned_abs))
}
