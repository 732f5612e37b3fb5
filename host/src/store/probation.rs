//! Values of a capability while a release of it is on probation: the release writes to where all
//! releases keep their values, and how each value was before is noted beside them. Where the release
//! is taken back, what it wrote is undone; where others have written over it since, theirs stays.
//!
//! The notes stand in the same store, in a space that no capability can name, so that they survive a
//! restart with the values, and several programs see the same.
//!
//! *Never:* a value is written before it is noted how it was.

mod note;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{
    Applied, CapabilityName, Change, Expectation, KeyRange, KeyValue, KvError, KvFuture, KvQuota,
    Transaction,
};
use note::Note;

/// The key that says which release is on probation. Notes on values begin otherwise.
const MARK: &str = "on-probation";
/// What notes on values begin with.
const NOTE: &str = "=";
/// Notes that are read at once.
const PAGE: u32 = 256;
/// Notes are the host's own and are bounded by the values that they are about.
const NO_QUOTA: KvQuota = KvQuota { bytes: u64::MAX, keys: u32::MAX };

/// The values of one release. Whether it is on probation is asked of the store before each write,
/// since any program on it may end that: one read by its key more, and nothing for those who read.
pub(crate) struct Probation {
    values: Arc<dyn KeyValue>,
    release: String,
}

/// Which releases of a capability are on probation, by whatever their host calls them, a space
/// between two: one as a rule, and several where variants are tried at once. Those share one
/// probation, since they write to the same values: what they wrote is undone for all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark(String);

/// Another joined in the same moment; so often in a row that is nobody's chance.
const JOINS_MAX: usize = 64;

impl Probation {
    /// The values of a release.
    pub(crate) const fn new(values: Arc<dyn KeyValue>, release: String) -> Self {
        Self { values, release }
    }

    /// Begins a probation. Gives back the mark that is there already, whosever it is; then nothing has
    /// changed.
    pub(crate) async fn begin(&self, space: &CapabilityName) -> Result<Option<Mark>, KvError> {
        let notes = space.notes();
        let expected = vec![Expectation { key: MARK.to_owned(), value: None }];
        let mark = Change::Set(MARK.to_owned(), self.release.clone().into_bytes());
        match write(&*self.values, &notes, expected, vec![mark]).await? {
            Applied::Done(_) => Ok(None),
            Applied::NotExpected => mark_of(&*self.values, space).await,
        }
    }

    /// Joins the releases that are on probation, or begins one.
    pub(crate) async fn join(&self, space: &CapabilityName) -> Result<(), KvError> {
        for _ in 0..JOINS_MAX {
            let Some(mark) = self.begin(space).await? else { return Ok(()) };
            if mark.names(&self.release) {
                return Ok(());
            }
            let joined = format!("{} {}", mark.0, self.release).into_bytes();
            let expected = Expectation { key: MARK.to_owned(), value: Some(mark.0.into_bytes()) };
            let change = Change::Set(MARK.to_owned(), joined);
            let written =
                write(&*self.values, &space.notes(), vec![expected], vec![change]).await?;
            if matches!(written, Applied::Done(_)) {
                return Ok(());
            }
        }
        Err(KvError::Unavailable("others change who is on probation all the time".to_owned()))
    }

    async fn apply_noted(
        &self,
        space: &CapabilityName,
        transaction: Transaction,
    ) -> Result<Applied, KvError> {
        let keys: BTreeSet<String> = transaction.changes.iter().map(key).cloned().collect();
        let fresh = self.note_before(space, &keys).await?;
        let applied = self.values.apply(space, transaction).await;
        let noted = match &applied {
            Ok(Applied::Done(_)) => self.note_after(space, &keys).await,
            // Nothing was written, so there is nothing to be undone.
            Ok(Applied::NotExpected) | Err(_) => self.forget(space, &fresh).await,
        };
        if let Err(error) = noted {
            // The value is written, and would be undone whatever is written over it.
            tracing::warn!(target: "engraft::state", %space, %error, "a note is not up to date");
        }
        applied
    }

    /// Notes how values are, where that is not noted yet; gives back for which that was new.
    async fn note_before(
        &self,
        space: &CapabilityName,
        keys: &BTreeSet<String>,
    ) -> Result<Vec<String>, KvError> {
        let notes = space.notes();
        let mut fresh = Vec::new();
        for key in keys {
            let place = format!("{NOTE}{key}");
            if self.values.read(&notes, &place).await?.is_none() {
                let note = Note::before(self.values.read(space, key).await?);
                let set = Change::Set(place, note.to_bytes());
                write(&*self.values, &notes, Vec::new(), vec![set]).await?;
                fresh.push(key.clone());
            }
        }
        Ok(fresh)
    }

    async fn note_after(
        &self,
        space: &CapabilityName,
        keys: &BTreeSet<String>,
    ) -> Result<(), KvError> {
        let notes = space.notes();
        for key in keys {
            let place = format!("{NOTE}{key}");
            let noted = self.values.read(&notes, &place).await?;
            let Some(mut note) = noted.as_deref().and_then(Note::from_bytes) else { continue };
            note.wrote(self.values.read(space, key).await?.as_deref());
            let set = Change::Set(place, note.to_bytes());
            write(&*self.values, &notes, Vec::new(), vec![set]).await?;
        }
        Ok(())
    }

    async fn forget(&self, space: &CapabilityName, keys: &[String]) -> Result<(), KvError> {
        let deleted = keys.iter().map(|key| Change::Delete(format!("{NOTE}{key}")));
        write(&*self.values, &space.notes(), Vec::new(), deleted.collect()).await.map(drop)
    }

    async fn is_on(&self, space: &CapabilityName) -> Result<bool, KvError> {
        let mark = mark_of(&*self.values, space).await?;
        Ok(mark.is_some_and(|mark| mark.names(&self.release)))
    }
}

impl Mark {
    /// The releases that are on probation.
    pub(crate) fn releases(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ')
    }

    /// Whether a release is among them.
    pub(crate) fn names(&self, release: &str) -> bool {
        self.releases().any(|named| named == release)
    }
}

/// Which releases of a capability are on probation.
pub(crate) async fn mark_of(
    values: &dyn KeyValue,
    space: &CapabilityName,
) -> Result<Option<Mark>, KvError> {
    let mark = values.read(&space.notes(), MARK).await?;
    Ok(mark.map(|mark| Mark(String::from_utf8_lossy(&mark).into_owned())))
}

/// Undoes what the release on probation has written, and ends its probation. One that is interrupted
/// goes on from where it was.
pub(crate) async fn undo(values: &dyn KeyValue, space: &CapabilityName) -> Result<(), KvError> {
    while let Some(places) = page(values, space).await? {
        for place in places {
            let bytes = values.read(&space.notes(), &place).await?;
            if let Some(note) = bytes.as_deref().and_then(Note::from_bytes) {
                put_back(values, space, place.strip_prefix(NOTE).unwrap_or_default(), note).await?;
            }
            remove(values, space, place).await?;
        }
    }
    remove(values, space, MARK.to_owned()).await
}

/// Ends the probation and keeps what the release has written.
pub(crate) async fn accept(values: &dyn KeyValue, space: &CapabilityName) -> Result<(), KvError> {
    while let Some(places) = page(values, space).await? {
        for place in places {
            remove(values, space, place).await?;
        }
    }
    remove(values, space, MARK.to_owned()).await
}

/// Puts a value back as it was, unless others have written over it since.
async fn put_back(
    values: &dyn KeyValue,
    space: &CapabilityName,
    key: &str,
    note: Note,
) -> Result<(), KvError> {
    let now = values.read(space, key).await?;
    if !note.is_last(now.as_deref()) {
        return Ok(());
    }
    let change = match note.into_before() {
        Some(before) => Change::Set(key.to_owned(), before),
        None => Change::Delete(key.to_owned()),
    };
    // Whoever writes at this moment is another, and theirs stays.
    let expected = vec![Expectation { key: key.to_owned(), value: now }];
    write(values, space, expected, vec![change]).await.map(drop)
}

/// Some of the notes that are left; none where there are none.
async fn page(
    values: &dyn KeyValue,
    space: &CapabilityName,
) -> Result<Option<Vec<String>>, KvError> {
    let range = KeyRange { prefix: NOTE.to_owned(), after: None, limit: PAGE };
    let places = values.list(&space.notes(), range).await?;
    Ok((!places.is_empty()).then_some(places))
}

async fn remove(
    values: &dyn KeyValue,
    space: &CapabilityName,
    place: String,
) -> Result<(), KvError> {
    write(values, &space.notes(), Vec::new(), vec![Change::Delete(place)]).await.map(drop)
}

async fn write(
    values: &dyn KeyValue,
    space: &CapabilityName,
    expectations: Vec<Expectation>,
    changes: Vec<Change>,
) -> Result<Applied, KvError> {
    values.apply(space, Transaction { expectations, changes, quota: NO_QUOTA }).await
}

const fn key(change: &Change) -> &String {
    match change {
        Change::Set(key, _) | Change::Delete(key) | Change::Add(key, _) => key,
    }
}

// === impl KeyValue ===

impl KeyValue for Probation {
    fn read<'a>(
        &'a self,
        space: &'a CapabilityName,
        key: &'a str,
    ) -> KvFuture<'a, Option<Vec<u8>>> {
        self.values.read(space, key)
    }

    fn list<'a>(&'a self, space: &'a CapabilityName, range: KeyRange) -> KvFuture<'a, Vec<String>> {
        self.values.list(space, range)
    }

    fn apply<'a>(
        &'a self,
        space: &'a CapabilityName,
        transaction: Transaction,
    ) -> KvFuture<'a, Applied> {
        Box::pin(async move {
            if self.is_on(space).await? {
                return self.apply_noted(space, transaction).await;
            }
            self.values.apply(space, transaction).await
        })
    }
}
