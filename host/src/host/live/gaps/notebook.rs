//! Gaps as they are kept: what is known, what is new, and the drawer beside the log.
//!
//! Several programs may note at once. What is new is kept with the version of the drawer that it was
//! made on; where somebody else was faster, it is noted anew on top of what they kept, so that no
//! count is lost and none counts twice.
//!
//! *Never:* what was kept by another program is undone by this one.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use super::Failure;
use crate::model::GapId;
use crate::store::{Cabinet, Drawer, Kept, LogError, OpLog, Paper};
use crate::synth::{Gap, Gaps, TeachError, Teacher, Wish};

/// The drawer of the gaps.
pub(super) const DRAWER: &str = "gaps";
/// What is new waits at most a second to be kept. Of more than this only the latest is noted again
/// where another program was faster; the counts of the others are lost then.
const NEWS_MAX: usize = 1_024;
/// Another program was faster so many times in a row that something else is wrong.
const TRIES_MAX: usize = 16;

/// The gaps, and what is new of them.
#[derive(Default)]
pub(super) struct Notebook {
    gaps: Gaps,
    cabinet: Option<Arc<dyn Cabinet>>,
    version: u64,
    /// How often anything was noted here or taken in from others.
    notes: u64,
    news: VecDeque<News>,
    /// What persons said is no gap, as far as the log was read.
    dismissed: BTreeSet<GapId>,
}

/// One thing that is new since the gaps were kept.
enum News {
    Failed(Failure, u64, SystemTime),
    Taught(Failure, Wish, Teacher, u64, SystemTime),
    TaughtMore(GapId, Wish, Teacher),
}

impl Notebook {
    /// What is kept beside a log. Where that cannot be read, gaps live as long as the process.
    pub(super) fn open(log: &dyn OpLog) -> Self {
        Self::read(log).unwrap_or_else(|error| {
            tracing::warn!(target: "engraft::gaps", %error, "gaps are noted in memory alone");
            Self::default()
        })
    }

    /// The same for whoever needs what is there.
    pub(super) fn read(log: &dyn OpLog) -> Result<Self, LogError> {
        let Some(cabinet) = log.cabinet()? else { return Ok(Self::default()) };
        let mut notebook = Self { cabinet: Some(cabinet), ..Self::default() };
        notebook.reread()?;
        Ok(notebook)
    }

    pub(super) const fn gaps(&self) -> &Gaps {
        &self.gaps
    }

    pub(super) fn into_gaps(self) -> Gaps {
        self.gaps
    }

    /// Leaves alone what persons said is no gap.
    pub(super) fn dismiss_only<'a>(&mut self, dismissed: impl Iterator<Item = &'a GapId>) {
        self.dismissed = dismissed.copied().collect();
        self.gaps.dismiss_only(|gap| self.dismissed.contains(&gap));
    }

    /// How often anything was noted, from 1 on.
    #[cfg(feature = "grow")]
    pub(super) const fn notes(&self) -> u64 {
        self.notes + 1
    }

    /// Keeps what is new; where nothing is, takes in what others kept. Blocks for as long as the disk
    /// takes.
    pub(super) fn keep_or_follow(&mut self) -> Result<(), LogError> {
        if self.gaps.has_changed() {
            return self.keep();
        }
        match &self.cabinet {
            Some(cabinet) if cabinet.version(DRAWER)? != self.version => self.reread(),
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn note(&mut self, failure: Failure, who: u64, at: SystemTime) -> GapId {
        let gap = self.gaps.note(failure.failed(who, at));
        self.add(News::Failed(failure, who, at));
        gap
    }

    pub(super) fn teach(
        &mut self,
        failure: Failure,
        wish: Wish,
        by: Teacher,
        who: u64,
        at: SystemTime,
    ) -> Result<GapId, TeachError> {
        let gap = self.gaps.teach(&wish, by, failure.failed(who, at))?;
        self.add(News::Taught(failure, wish, by, who, at));
        Ok(gap)
    }

    pub(super) fn teach_more(
        &mut self,
        gap: GapId,
        wish: Wish,
        by: Teacher,
    ) -> Result<(), TeachError> {
        self.gaps.teach_more(gap, &wish, by)?;
        self.add(News::TaughtMore(gap, wish, by));
        Ok(())
    }

    fn keep(&mut self) -> Result<(), LogError> {
        let Some(cabinet) = self.cabinet.clone() else { return Ok(()) };
        for _ in 0..TRIES_MAX {
            let changed = self.gaps.take_changed();
            let papers: Vec<Paper> = changed.into_iter().map(paper).collect();
            let kept = cabinet.keep(DRAWER, self.version, &papers);
            match kept {
                Ok(Kept::Here) => {
                    self.version += 1;
                    self.news.clear();
                    return Ok(());
                }
                Ok(Kept::Changed) => self.note_again()?,
                Err(error) => {
                    let all = papers.iter().map(|paper| GapId::new(paper.number));
                    self.gaps.has_to_be_kept(all);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Notes what is new on top of what others have kept meanwhile.
    fn note_again(&mut self) -> Result<(), LogError> {
        self.reread()?;
        for news in &self.news {
            match news {
                News::Failed(failure, who, at) => {
                    self.gaps.note(failure.failed(*who, *at));
                }
                // It was taken a moment ago; where others taught too much since, it is one too many.
                News::Taught(failure, wish, by, who, at) => {
                    drop(self.gaps.teach(wish, *by, failure.failed(*who, *at)));
                }
                News::TaughtMore(gap, wish, by) => drop(self.gaps.teach_more(*gap, wish, *by)),
            }
        }
        Ok(())
    }

    fn reread(&mut self) -> Result<(), LogError> {
        let Some(cabinet) = &self.cabinet else { return Ok(()) };
        let Drawer { version, papers } = cabinet.open(DRAWER)?;
        (self.version, self.notes) = (version, self.notes + 1);
        self.gaps = Gaps::default();
        for (number, text) in papers {
            // What a later version wrote is left where it is.
            match serde_json::from_slice::<Gap>(&text) {
                Ok(gap) => self.gaps.put(gap),
                Err(error) => {
                    let gap = GapId::new(number);
                    tracing::warn!(target: "engraft::gaps", %gap, %error, "a gap cannot be read");
                }
            }
        }
        self.gaps.dismiss_only(|gap| self.dismissed.contains(&gap));
        Ok(())
    }

    fn add(&mut self, news: News) {
        self.notes += 1;
        if self.cabinet.is_none() {
            return;
        }
        if self.news.len() >= NEWS_MAX {
            self.news.pop_front();
        }
        self.news.push_back(news);
    }
}

fn paper((id, gap): (GapId, Option<&Gap>)) -> Paper {
    let text = gap.map(|gap| serde_json::to_vec(gap).unwrap_or_default());
    Paper { number: id.value(), text }
}

// === impl Notebook ===

impl std::fmt::Debug for Notebook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let gaps = self.gaps.iter().count();
        f.debug_struct("Notebook").field("gaps", &gaps).finish_non_exhaustive()
    }
}
