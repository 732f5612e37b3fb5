//! What an SQLite file is, before anything is done to it; and the first thing that is.
//!
//! *Never:* read in steps between which another process may make the file.

use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

/// How long others are waited for who open a new file in the same moment: five seconds, as for
/// anything else that they do to it.
const TRIES: u32 = 500;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// What a file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nature {
    /// Which program's it is; 0 where nobody has said.
    application: i32,
    /// The version of its layout; 0 for a new file.
    pub(super) layout: i32,
    tables: i64,
}

/// Turns the write-ahead log on. SQLite itself gives up at once here where another process does the
/// same, however long it was told to wait.
pub(super) fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    for _ in 0..TRIES {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                std::thread::sleep(BETWEEN_TRIES);
            }
            ended => return ended,
        }
    }
    connection.pragma_update(None, "journal_mode", "WAL")
}

impl Nature {
    /// Reads it, all of one moment.
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = connection.unchecked_transaction()?;
        // The first look at the file begins the moment.
        let tables = sql.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let application = sql.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        let layout = sql.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        Ok(Self { application, layout, tables })
    }

    /// Whether it is neither of this program nor new.
    pub(super) const fn is_foreign_to(self, application: i32) -> bool {
        self.application != application && (self.application != 0 || self.tables != 0)
    }
}
