//! Values in one SQLite file, behind one thread that owns the connection.
//!
//! *Never:* a caller's thread touches the file; it sends a job and waits without blocking.

use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction as Sql, TransactionBehavior, params};
use tokio::sync::oneshot;

use super::nature::{Nature, write_ahead};
use super::plan::{SpaceUsage, plan};
use crate::model::{Applied, CapabilityName, KeyRange, KeyValue, KvError, KvFuture, Transaction};

/// Another process may hold the file for the length of one small transaction; much longer than that
/// means that something is wrong, and a person should hear of it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What this file is, so that no other program's database is mistaken for it ("EGkv").
const APPLICATION_ID: i32 = 0x4547_6b76;

/// The layout that this version reads and writes.
const LAYOUT: i32 = 1;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS kv (
        space TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,
        PRIMARY KEY (space, key)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS space_usage (
        space TEXT PRIMARY KEY, bytes INTEGER NOT NULL, keys INTEGER NOT NULL
    ) WITHOUT ROWID;
";

/// Values that survive a restart, in one file that other processes may share. What was answered
/// survives the death of the process; the last moments may be lost when the machine loses power
/// (`synchronous=NORMAL` over a write-ahead log), and the file stays whole in either case.
#[derive(Debug)]
pub struct SqliteStore {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// Why a file of values could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// SQLite would not open it or set it up.
    #[error("the store of values `{path}` cannot be opened: {source}")]
    Open {
        /// The file.
        path: String,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// It is a database of something else.
    #[error("`{path}` is an SQLite database of another program; choose another file")]
    Foreign {
        /// The file.
        path: String,
    },
    /// It was written by a later version.
    #[error("the store of values `{path}` has layout {found}; this version knows {LAYOUT}")]
    Newer {
        /// The file.
        path: String,
        /// Its layout.
        found: i32,
    },
    /// The operating system gave no thread.
    #[error("the thread of the store of values cannot be started: {0}")]
    Thread(#[from] std::io::Error),
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

impl SqliteStore {
    /// Opens the file, or makes it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let mut connection = connect(path)?;
        let (jobs, inbox) = mpsc::channel::<Job>();
        let thread =
            std::thread::Builder::new().name("engraft-kv".to_owned()).spawn(move || {
                while let Ok(job) = inbox.recv() {
                    job(&mut connection);
                }
            })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Does a step on the connection's thread. The queue is as long as there are calls under way,
    /// since each waits for its answer.
    fn run<'a, T: Send + 'static>(
        &'a self,
        step: impl FnOnce(&mut Connection) -> Result<T, KvError> + Send + 'static,
    ) -> KvFuture<'a, T> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // A caller that went away before its turn has given up; its change is not made.
            if !answer.is_closed() {
                drop(answer.send(step(connection)));
            }
        });
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        Box::pin(async move {
            let gone = || KvError::Unavailable("its thread has ended".to_owned());
            if !sent {
                return Err(gone());
            }
            answered.await.map_err(|_| gone())?
        })
    }
}

// === impl KeyValue ===

impl KeyValue for SqliteStore {
    fn read<'a>(
        &'a self,
        space: &'a CapabilityName,
        key: &'a str,
    ) -> KvFuture<'a, Option<Vec<u8>>> {
        let (space, key) = (space.clone(), key.to_owned());
        self.run(move |connection| value(connection, space.as_str(), &key))
    }

    fn list<'a>(&'a self, space: &'a CapabilityName, range: KeyRange) -> KvFuture<'a, Vec<String>> {
        let space = space.clone();
        self.run(move |connection| list(connection, space.as_str(), &range).map_err(unavailable))
    }

    fn apply<'a>(
        &'a self,
        space: &'a CapabilityName,
        transaction: Transaction,
    ) -> KvFuture<'a, Applied> {
        let space = space.clone();
        self.run(move |connection| apply(connection, space.as_str(), transaction))
    }
}

// === impl Drop ===

impl Drop for SqliteStore {
    /// What is under way is finished and the file closed before this returns.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let shown = || path.display().to_string();
    let open = |source| StoreError::Open { path: shown(), source };
    let connection = Connection::open(path).map_err(open)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(open)?;
    let nature = Nature::of(&connection).map_err(open)?;
    if nature.is_foreign_to(APPLICATION_ID) {
        return Err(StoreError::Foreign { path: shown() });
    }
    if nature.layout > LAYOUT {
        return Err(StoreError::Newer { path: shown(), found: nature.layout });
    }
    prepare(&connection).map_err(open)?;
    Ok(connection)
}

/// Several processes may come here at once on a new file; one of them makes it, the others wait.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    write_ahead(connection)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {SCHEMA} PRAGMA application_id = {APPLICATION_ID};
         PRAGMA user_version = {LAYOUT}; COMMIT;"
    ))
}

/// Keys are kept as blobs, so that they sort by bytes and may hold NUL.
fn value(connection: &Connection, space: &str, key: &str) -> Result<Option<Vec<u8>>, KvError> {
    connection
        .prepare_cached("SELECT value FROM kv WHERE space = ?1 AND key = ?2")
        .and_then(|mut query| {
            query.query_row(params![space, key.as_bytes()], |row| row.get(0)).optional()
        })
        .map_err(unavailable)
}

fn list(connection: &Connection, space: &str, range: &KeyRange) -> rusqlite::Result<Vec<String>> {
    let after = range.after.as_deref().filter(|after| *after >= range.prefix.as_str());
    let from = after.unwrap_or(&range.prefix);
    let mut query = connection.prepare_cached(
        "SELECT key FROM kv WHERE space = ?1 AND key >= ?2 AND (?3 OR key > ?2)
         ORDER BY key LIMIT ?4",
    )?;
    let rows = query
        .query_map(params![space, from.as_bytes(), after.is_none(), range.limit], |row| {
            row.get::<_, Vec<u8>>(0)
        })?;
    let mut keys = Vec::new();
    for key in rows {
        let key = String::from_utf8_lossy(&key?).into_owned();
        // Keys with one prefix stand together, so the first that lacks it ends the list.
        if !key.starts_with(&range.prefix) {
            break;
        }
        keys.push(key);
    }
    Ok(keys)
}

fn apply(
    connection: &mut Connection,
    space: &str,
    transaction: Transaction,
) -> Result<Applied, KvError> {
    // Taken at once, so that nobody else writes between what is read here and what is written.
    let sql = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(unavailable)?;
    let usage = usage(&sql, space).map_err(unavailable)?;
    let Some(plan) = plan(transaction, usage, |key| value(&sql, space, key))? else {
        return Ok(Applied::NotExpected);
    };
    for (key, value) in &plan.writes {
        write(&sql, space, key, value.as_deref()).map_err(unavailable)?;
    }
    save_usage(&sql, space, plan.usage).map_err(unavailable)?;
    sql.commit().map_err(unavailable)?;
    Ok(Applied::Done(plan.answers))
}

fn usage(sql: &Sql<'_>, space: &str) -> rusqlite::Result<SpaceUsage> {
    sql.prepare_cached("SELECT bytes, keys FROM space_usage WHERE space = ?1")?
        .query_row([space], |row| {
            Ok(SpaceUsage {
                bytes: row.get::<_, i64>(0)?.unsigned_abs(),
                keys: row.get::<_, i64>(1)?.unsigned_abs(),
            })
        })
        .optional()
        .map(Option::unwrap_or_default)
}

fn save_usage(sql: &Sql<'_>, space: &str, usage: SpaceUsage) -> rusqlite::Result<usize> {
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    sql.prepare_cached("INSERT OR REPLACE INTO space_usage VALUES (?1, ?2, ?3)")?.execute(params![
        space,
        signed(usage.bytes),
        signed(usage.keys)
    ])
}

fn write(sql: &Sql<'_>, space: &str, key: &str, value: Option<&[u8]>) -> rusqlite::Result<usize> {
    match value {
        Some(value) => sql
            .prepare_cached("INSERT OR REPLACE INTO kv VALUES (?1, ?2, ?3)")?
            .execute(params![space, key.as_bytes(), value]),
        None => sql
            .prepare_cached("DELETE FROM kv WHERE space = ?1 AND key = ?2")?
            .execute(params![space, key.as_bytes()]),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn unavailable(error: rusqlite::Error) -> KvError {
    KvError::Unavailable(error.to_string())
}
