//! What releases failed at, as it is kept beside the log: a paper for each release.
//!
//! *Never:* what another program has kept is undone by this one, but where a repair has it.

use serde::{Deserialize, Serialize};

use super::{COUNTEREXAMPLES_MAX, Failures, Inner, Release};
use crate::model::{CapabilityName, Counterexample, Digest};
use crate::registry::State;
use crate::store::{Cabinet, Drawer, Kept, LogError, OpLog, Paper};

/// The drawer of what releases failed at.
const DRAWER: &str = "failures";
/// Another program was faster so many times in a row that something else is wrong.
const TRIES_MAX: usize = 16;

/// One paper.
#[derive(Serialize, Deserialize)]
struct Written {
    name: CapabilityName,
    version: semver::Version,
    failed: Vec<Counterexample>,
}

impl Failures {
    /// Whether the drawer was not read yet, or something here is not in it.
    pub(crate) fn has_to_be_kept(&self) -> bool {
        let inner = self.lock();
        inner.version.is_none() || !inner.changed.is_empty()
    }

    /// Lets go of what repairs have: it stands in the log from then on.
    pub(crate) fn forget_repaired(&self, state: &State) {
        let mut inner = self.lock();
        let is_repaired = |(name, version): &Release| {
            let mut works = state.growth.works.values();
            works.any(|work| work.repaired_by.is_some() && work.makes(name, version))
        };
        let (gone, kept) =
            std::mem::take(&mut inner.releases)
                .into_iter()
                .partition::<std::collections::VecDeque<_>, _>(|(release, _)| is_repaired(release));
        inner.releases = kept;
        inner.changed.extend(gone.into_iter().map(|(release, _)| release));
    }

    /// Reads what was kept before, where that was not done yet, and keeps what is new. Blocks for as long
    /// as the disk takes.
    pub(crate) fn keep(&self, log: &dyn OpLog) -> Result<(), LogError> {
        let Some(cabinet) = log.cabinet()? else {
            // A log without one lives as long as the process, and so does this.
            let mut inner = self.lock();
            inner.version.get_or_insert_default();
            inner.changed.clear();
            return Ok(());
        };
        for _ in 0..TRIES_MAX {
            let version = self.read(&*cabinet)?;
            let (changed, papers) = self.lock().news();
            if papers.is_empty() {
                return Ok(());
            }
            let kept = cabinet.keep(DRAWER, version, &papers);
            let mut inner = self.lock();
            match kept {
                Ok(Kept::Here) => {
                    inner.version = Some(version + 1);
                    return Ok(());
                }
                Ok(Kept::Changed) => {
                    inner.changed.extend(changed);
                    inner.version = None;
                }
                Err(error) => {
                    inner.changed.extend(changed);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The version of the drawer that what is here was read from.
    fn read(&self, cabinet: &dyn Cabinet) -> Result<u64, LogError> {
        if let Some(version) = self.lock().version {
            return Ok(version);
        }
        let Drawer { version, papers } = cabinet.open(DRAWER)?;
        let mut inner = self.lock();
        for (_, text) in papers {
            match serde_json::from_slice::<Written>(&text) {
                Ok(written) => inner.join(written),
                // What a later version wrote is left where it is.
                Err(error) => {
                    tracing::warn!(target: "engraft::healer", %error, "failures cannot be read");
                }
            }
        }
        inner.bound();
        inner.version = Some(version);
        Ok(version)
    }
}

impl Inner {
    /// What is new, taken as kept.
    fn news(&mut self) -> (Vec<Release>, Vec<Paper>) {
        let changed: Vec<Release> = std::mem::take(&mut self.changed).into_iter().collect();
        let papers = changed.iter().map(|release| {
            let known = self.releases.iter().find(|(known, _)| known == release);
            let text = known.map(|((name, version), failed)| {
                let (name, version) = (name.clone(), version.clone());
                let written = Written { name, version, failed: failed.clone() };
                // Plain data always becomes JSON.
                serde_json::to_vec(&written).unwrap_or_default()
            });
            Paper { number: number(release), text }
        });
        let papers = papers.collect();
        (changed, papers)
    }

    /// Joins what was kept with what came since, which counts more.
    fn join(&mut self, written: Written) {
        let Written { name, version, mut failed } = written;
        let release = (name, version);
        if let Some((_, known)) = self.releases.iter_mut().find(|(known, _)| *known == release) {
            failed.retain(|old| {
                known.iter().all(|new| new.input != old.input || new.wanted != old.wanted)
            });
            failed.append(known);
            let surplus = failed.len().saturating_sub(COUNTEREXAMPLES_MAX);
            failed.drain(..surplus);
            *known = failed;
        } else if !self.changed.contains(&release) {
            failed.truncate(COUNTEREXAMPLES_MAX);
            self.releases.push_front((release, failed));
        }
    }
}

/// The number of the paper of a release.
fn number((name, version): &Release) -> u64 {
    let digest = Digest::of(format!("{name}@{version}").as_bytes());
    digest.as_bytes().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::MemoryLog;

    fn release() -> Release {
        ("a.b".parse().unwrap(), semver::Version::new(1, 0, 0))
    }

    fn failed(input: i32) -> Counterexample {
        Counterexample { input: json!(input), wanted: None, found: None, how: "trapped".to_owned() }
    }

    fn of(failures: &Failures) -> Vec<Counterexample> {
        let (name, version) = release();
        failures.of(&name, &version)
    }

    #[test]
    fn what_was_kept_is_there_after_a_restart_and_two_programs_lose_nothing() {
        let log = MemoryLog::new();
        let (one, other) = (Failures::default(), Failures::default());
        for failures in [&one, &other] {
            assert!(failures.has_to_be_kept(), "it has read nothing yet");
            failures.keep(&log).unwrap();
            assert!(!failures.has_to_be_kept());
        }
        one.lock().add(release(), failed(1));
        other.lock().add(release(), failed(2));
        one.keep(&log).unwrap();
        other.keep(&log).unwrap();
        let restarted = Failures::default();
        restarted.keep(&log).unwrap();
        assert_eq!(of(&restarted), [failed(1), failed(2)]);
        assert_eq!(of(&other), [failed(1), failed(2)]);
        // What goes is gone from the drawer as well, though another program still has it.
        let mut inner = other.lock();
        inner.releases.clear();
        inner.changed.insert(release());
        drop(inner);
        other.keep(&log).unwrap();
        let restarted = Failures::default();
        restarted.keep(&log).unwrap();
        assert!(of(&restarted).is_empty());
    }
}
