//! What others see of a running host beside its log, and what they leave there for it: figures once
//! a second, feedback within a quarter of one.
//!
//! *Never:* a call waits for it. It is no loss where it fails; the next look tries again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::LiveHost;
use crate::model::Clock;
use crate::store::{Board, LogError, Taken};
use crate::traffic::Feedback;

/// People look at figures about as often.
const SHOW_EVERY: Duration = Duration::from_secs(1);
/// Whoever leaves feedback waits until it is taken, and should not notice.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Feedback that no program knows the request of is thrown away after so long.
const NOTE_LIVES: Duration = Duration::from_secs(60);
/// Releases whose figures are shown one by one: as many as a person looks through, some 100 KB. The
/// others are summed up.
const RELEASES_SHOWN_MAX: usize = 256;

/// Tells several hosts of one process apart.
static HOSTS: AtomicU64 = AtomicU64::new(1);

/// The window of one host.
pub(super) struct Window {
    board: Option<Arc<dyn Board>>,
    program: String,
    clock: Arc<dyn Clock>,
    shown_at: Option<Instant>,
    looked_at: Option<Instant>,
    /// A look that is under way. Nobody waits for it: the disk may take its time, and rollouts are
    /// judged meanwhile.
    glance: Option<JoinHandle<Result<(), LogError>>>,
}

impl Window {
    /// The window beside the log of a host; blind where the log has no board.
    pub(super) fn of(live: &LiveHost, clock: Arc<dyn Clock>) -> Self {
        let board = live.registry().journal().log().board().unwrap_or_else(|error| {
            tracing::warn!(target: "engraft::window", %error, "figures will not be shown");
            None
        });
        let number = HOSTS.fetch_add(1, Ordering::Relaxed);
        let program = format!("{}-{number}", std::process::id());
        Self { board, program, clock, shown_at: None, looked_at: None, glance: None }
    }

    /// Shows figures and takes feedback, where it is time to.
    pub(super) async fn tick(&mut self, live: &LiveHost) {
        let Some(board) = &self.board else { return };
        match self.glance.take() {
            Some(under_way) if !under_way.is_finished() => {
                self.glance = Some(under_way);
                return;
            }
            Some(done) => {
                if let Ok(Err(error)) = done.await {
                    tracing::warn!(target: "engraft::window", %error, "the board cannot be used");
                }
            }
            None => {}
        }
        let now = self.clock.monotonic();
        let is_due = |last: Option<Instant>, every| {
            last.is_none_or(|last| now.saturating_duration_since(last) >= every)
        };
        let shows = is_due(self.shown_at, SHOW_EVERY);
        if !shows && !is_due(self.looked_at, LOOK_EVERY) {
            return;
        }
        self.looked_at = Some(now);
        let glance = Glance {
            board: Arc::clone(board),
            live: live.clone(),
            at_ms: u64::try_from(self.clock.wall().as_millis()).unwrap_or(u64::MAX),
            shows: shows.then(|| self.program.clone()),
        };
        if shows {
            self.shown_at = Some(now);
        }
        self.glance = Some(tokio::task::spawn_blocking(move || glance.take()));
    }
}

/// One look at the board.
struct Glance {
    board: Arc<dyn Board>,
    live: LiveHost,
    at_ms: u64,
    /// As whom figures are shown this time, if at all.
    shows: Option<String>,
}

impl Glance {
    fn take(self) -> Result<(), LogError> {
        let Self { board, live, at_ms, shows } = &self;
        if let Some(program) = shows {
            let figures = serde_json::to_vec(&live.figures(RELEASES_SHOWN_MAX));
            board.show(program, *at_ms, &figures.unwrap_or_default())?;
        }
        for note in board.notes()? {
            let lived = Duration::from_millis(at_ms.saturating_sub(note.at_ms));
            let feedback: Option<Feedback> = serde_json::from_slice(&note.text).ok();
            let known = feedback.filter(|feedback| live.knows(&feedback.request));
            if known.is_none() && lived < NOTE_LIVES {
                // Another program on this log may know it.
                continue;
            }
            if let (Taken::Here, Some(feedback)) = (board.take(note.number)?, known) {
                // It was known a moment ago; where it was forgotten since, it is too late for it.
                drop(live.take(&feedback));
            }
        }
        Ok(())
    }
}
