//! A look at a running host from another process, through the log that both have open.
//!
//! *Never:* the running host is needed to be asked, or waits for who looks.

use std::sync::Arc;
use std::time::Duration;

use crate::model::Clock;
use crate::store::{Board, LogError, OpLog, Taken};
use crate::traffic::{Feedback, Figures};

/// A running host shows figures once a second; one that has not for so long is gone, or stands
/// still.
const FRESH: Duration = Duration::from_secs(5);
/// A running host takes feedback within a quarter of a second; where none has after so long, none
/// knows the request.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often it is looked whether feedback was taken.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// A look at the hosts that have a log open.
///
/// ```no_run
/// use engraft::Bystander;
/// use engraft::model::SystemClock;
/// use engraft::store::SqliteLog;
///
/// let log = SqliteLog::open("registry.sqlite")?;
/// if let Some(bystander) = Bystander::of(&log)? {
///     for program in bystander.programs(&SystemClock)? {
///         let calls: u64 = program.figures.releases.iter().map(|r| r.counts.begun).sum();
///         # drop((program.name, calls));
///     }
/// }
/// # Ok::<(), engraft::store::LogError>(())
/// ```
pub struct Bystander {
    board: Arc<dyn Board>,
}

/// A host as it showed itself last.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Program {
    /// What it calls itself: its process and a number.
    pub name: String,
    /// How long ago that was.
    pub age: Duration,
    /// What it showed.
    pub figures: Figures,
}

/// Why feedback found no taker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FeedbackTrouble {
    /// Nobody is there.
    #[error("no running program has this log open, so nobody knows the request `{request}`")]
    Nobody {
        /// Which request.
        request: String,
    },
    /// Somebody is there and does not know the request.
    #[error(
        "no running program knows the request `{request}`: it took part in no rollout, or is too \
         long ago"
    )]
    Unknown {
        /// Which request.
        request: String,
    },
    /// The board cannot be used.
    #[error(transparent)]
    Board(#[from] LogError),
}

impl Bystander {
    /// A look at the hosts of a log; none where the log is one that others cannot see.
    ///
    /// # Errors
    /// Where the log cannot be used.
    pub fn of(log: &dyn OpLog) -> Result<Option<Self>, LogError> {
        Ok(log.board()?.map(|board| Self { board }))
    }

    /// The hosts that showed themselves, the latest first. What cannot be read, such as that of a
    /// later version, is left out.
    ///
    /// # Errors
    /// Where the board cannot be read.
    pub fn programs(&self, clock: &dyn Clock) -> Result<Vec<Program>, LogError> {
        let now = milliseconds(clock);
        let read = |shown: crate::store::Shown| {
            let age = Duration::from_millis(now.saturating_sub(shown.at_ms));
            let figures = serde_json::from_slice(&shown.figures).ok()?;
            Some(Program { name: shown.program, age, figures })
        };
        Ok(self.board.shown()?.into_iter().filter_map(read).collect())
    }

    /// Leaves feedback for whichever host knows the request, and waits until it is taken. Blocks for
    /// as long, three seconds at most.
    ///
    /// # Errors
    /// Where no host is there, or none knows the request; then the feedback is taken back.
    pub fn feedback(&self, feedback: &Feedback, clock: &dyn Clock) -> Result<(), FeedbackTrouble> {
        let request = || feedback.request.clone();
        if !self.programs(clock)?.iter().any(Program::is_live) {
            return Err(FeedbackTrouble::Nobody { request: request() });
        }
        let text = serde_json::to_vec(feedback).unwrap_or_default();
        let number = self.board.leave(milliseconds(clock), &text)?;
        let begun = clock.monotonic();
        while self.board.notes()?.iter().any(|note| note.number == number) {
            if clock.monotonic().saturating_duration_since(begun) < PATIENCE {
                std::thread::sleep(BETWEEN_LOOKS);
            } else if self.board.take(number)? == Taken::Here {
                return Err(FeedbackTrouble::Unknown { request: request() });
            }
        }
        Ok(())
    }
}

impl Program {
    /// Whether it runs, as far as can be seen.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.age < FRESH
    }
}

fn milliseconds(clock: &dyn Clock) -> u64 {
    u64::try_from(clock.wall().as_millis()).unwrap_or(u64::MAX)
}

// === impl Bystander ===

impl std::fmt::Debug for Bystander {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bystander").finish_non_exhaustive()
    }
}
