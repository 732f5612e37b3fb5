//! The cabinet beside a log: papers in drawers, which several programs read and change.
//!
//! What is in it is no decision: it may be lost, and is made again. It is kept as the log is, with the
//! version that one expects, so that of two programs that change a drawer none undoes what the other
//! did. What a person decided about a paper is an op, not a paper.
//!
//! *Never:* the path of a request waits for it.

mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;

use super::LogError;

pub use memory::MemoryCabinet;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteCabinet;

/// Papers in drawers. Every method blocks for as long as its disk takes.
pub trait Cabinet: Send + Sync + 'static {
    /// How often a drawer was changed.
    ///
    /// # Errors
    /// Where the cabinet cannot be read.
    fn version(&self, drawer: &str) -> Result<u64, LogError>;

    /// Everything in a drawer, of one moment.
    ///
    /// # Errors
    /// Where the cabinet cannot be read.
    fn open(&self, drawer: &str) -> Result<Drawer, LogError>;

    /// Puts papers in place of those of their numbers, or takes them away: all of it or none, where
    /// the drawer was changed as often as expected. What is kept survives the death of the process.
    ///
    /// # Errors
    /// Where the cabinet cannot be written.
    fn keep(&self, drawer: &str, version: u64, papers: &[Paper]) -> Result<Kept, LogError>;
}

/// A drawer at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawer {
    /// How often it was changed.
    pub version: u64,
    /// Its papers, by their numbers.
    pub papers: Vec<(u64, Vec<u8>)>,
}

/// A change of one paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Its number.
    pub number: u64,
    /// What it says; none where it goes.
    pub text: Option<Vec<u8>>,
}

/// Whether papers were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// They were.
    Here,
    /// Somebody else changed the drawer meanwhile: open it and try again.
    Changed,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(number: u64, text: &[u8]) -> Paper {
        Paper { number, text: Some(text.to_vec()) }
    }

    /// What every cabinet does; `again` is another look at the same one.
    fn conforms(one: &dyn Cabinet, again: &dyn Cabinet) {
        assert_eq!(one.open("gaps").unwrap(), Drawer::default());
        let papers = [paper(7, b"seven"), paper(u64::MAX, b"most")];
        assert_eq!(one.keep("gaps", 0, &papers).unwrap(), Kept::Here);
        assert_eq!(one.keep("gaps", 0, &[paper(1, b"late")]).unwrap(), Kept::Changed);
        assert_eq!(again.version("gaps").unwrap(), 1);
        let gone = Paper { number: 7, text: None };
        assert_eq!(again.keep("gaps", 1, &[gone, paper(2, b"two")]).unwrap(), Kept::Here);
        let drawer = one.open("gaps").unwrap();
        assert_eq!(drawer.version, 2);
        let mut papers = drawer.papers;
        papers.sort();
        assert_eq!(papers, [(2, b"two".to_vec()), (u64::MAX, b"most".to_vec())]);
        assert_eq!(one.open("work").unwrap(), Drawer::default(), "each drawer is one of its own");
    }

    #[test]
    fn memory_conforms() {
        let cabinet = MemoryCabinet::default();
        conforms(&cabinet, &cabinet);
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn sqlite_conforms() {
        use crate::store::{OpLog, SqliteLog};

        let path = std::env::temp_dir().join(format!("engraft-cabinet-{}", std::process::id()));
        let log = SqliteLog::open(&path).unwrap();
        let one = log.cabinet().unwrap().unwrap();
        conforms(&*one, &SqliteCabinet::open(&path).unwrap());
        assert_eq!(log.length(), Ok(0), "nothing of it is in the log");
        drop((log, one));
        for end in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(format!("{}{end}", path.display())));
        }
    }
}
