//! The one thread that waits for the log's disk, so that no task of the program does. Ops that come
//! while it is busy go into the log together, with one wait for all of them.
//!
//! *Never:* two jobs change places; what was asked for first is done first.

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::journal::{Draft, Journal, JournalError};
use super::op::Record;

/// Ops that go into the log together. More would let the first of them wait for the last, and one
/// wait for the disk is shared out well enough among so many.
const TOGETHER_MAX: usize = 128;

/// Whoever asks the journal without waiting for its disk.
pub(super) struct Scribe {
    journal: Arc<Journal>,
    /// None where the log never waits: then everything is done at once, where it is asked for.
    desk: Option<Desk>,
}

struct Desk {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

enum Job {
    Record(Box<Draft>, oneshot::Sender<Result<Record, JournalError>>),
    Ask(Box<dyn FnOnce(&Journal) + Send>),
}

impl Scribe {
    /// A scribe of a journal.
    pub(super) fn new(journal: Journal) -> Result<Self, JournalError> {
        let journal = Arc::new(journal);
        let desk = journal.log().waits().then(|| Desk::open(Arc::clone(&journal)));
        Ok(Self { desk: desk.transpose()?, journal })
    }

    /// The journal, for what does not wait.
    pub(super) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Records an op; durable when it returns. Dropping the future does not take the op back.
    pub(super) async fn record(&self, draft: Draft) -> Result<Record, JournalError> {
        let Some(desk) = &self.desk else {
            let told = self.journal.record_all(&[draft]).pop();
            return told.unwrap_or(Err(JournalError::Gone));
        };
        let (answer, answered) = oneshot::channel();
        desk.send(Job::Record(Box::new(draft), answer))?;
        answered.await.map_err(|_| JournalError::Gone)?
    }

    /// Asks something of the journal that may wait.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Journal) -> T + Send + 'static,
    ) -> Result<T, JournalError> {
        let Some(desk) = &self.desk else { return Ok(question(&self.journal)) };
        let (answer, answered) = oneshot::channel();
        desk.send(Job::Ask(Box::new(move |journal| drop(answer.send(question(journal))))))?;
        answered.await.map_err(|_| JournalError::Gone)
    }

    /// Leaves something to be done, after all that was asked for before it. It is done before the
    /// scribe is gone.
    pub(super) fn leave(&self, errand: impl FnOnce(&Journal) + Send + 'static) {
        match &self.desk {
            Some(desk) => drop(desk.send(Job::Ask(Box::new(errand)))),
            None => errand(&self.journal),
        }
    }
}

impl Desk {
    fn open(journal: Arc<Journal>) -> Result<Self, JournalError> {
        let (jobs, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("engraft-log".to_owned())
            .spawn(move || work(&journal, &inbox))
            .map_err(|error| JournalError::Thread { why: error.to_string() })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    fn send(&self, job: Job) -> Result<(), JournalError> {
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        if sent { Ok(()) } else { Err(JournalError::Gone) }
    }
}

fn work(journal: &Journal, inbox: &mpsc::Receiver<Job>) {
    while let Ok(job) = inbox.recv() {
        let mut next = Some(job);
        while let Some(job) = next.take() {
            match job {
                Job::Ask(question) => question(journal),
                Job::Record(draft, answer) => {
                    next = together(journal, (draft, answer), inbox);
                }
            }
        }
    }
}

/// Records an op and all that stand behind it, up to the first job of another kind, which is given
/// back.
fn together(
    journal: &Journal,
    first: (Box<Draft>, oneshot::Sender<Result<Record, JournalError>>),
    inbox: &mpsc::Receiver<Job>,
) -> Option<Job> {
    let (mut drafts, mut answers) = (vec![*first.0], vec![first.1]);
    let mut other = None;
    while drafts.len() < TOGETHER_MAX && other.is_none() {
        match inbox.try_recv() {
            Ok(Job::Record(draft, answer)) => {
                drafts.push(*draft);
                answers.push(answer);
            }
            Ok(job) => other = Some(job),
            Err(_) => break,
        }
    }
    for (answer, told) in answers.into_iter().zip(journal.record_all(&drafts)) {
        drop(answer.send(told));
    }
    other
}

// === impl Drop ===

impl Drop for Desk {
    /// What was asked for is done, and the log closed, before this returns.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
