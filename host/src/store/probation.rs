//! Values of a capability while a release of it is on probation: the release writes to where all
//! releases keep their values, and how each value was before is noted beside them. Where the release
//! is taken back, what it wrote is undone; where others have written over it since, theirs stays.
//!
//! Several may be on probation at once, the variants of an A/B/n test. Each has notes of its own, so
//! that one is taken back and the others go on. How a value was is how it was before *any* of them
//! wrote it: what one wrote that was taken back never comes up again because another had noted it.
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
/// between two: one as a rule, and several where variants are tried at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark(String);

/// Another changed the mark in the same moment; so often in a row that is nobody's chance.
const TRIES_MAX: usize = 64;

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
        mark(&*self.values, space, |mark| match mark {
            Some(mark) if mark.names(&self.release) => Some(mark.0.clone()),
            Some(mark) => Some(format!("{} {}", mark.0, self.release)),
            None => Some(self.release.clone()),
        })
        .await
    }

    async fn apply_noted(
        &self,
        space: &CapabilityName,
        transaction: Transaction,
        mark: &Mark,
    ) -> Result<Applied, KvError> {
        let keys: BTreeSet<String> = transaction.changes.iter().map(key).cloned().collect();
        let mut fresh = Vec::new();
        for key in &keys {
            fresh.extend(self.note_before(space, key, mark).await?);
        }
        let applied = self.values.apply(space, transaction).await;
        let noted = match &applied {
            Ok(Applied::Done(_)) => self.note_after(space, &keys).await,
            // Nothing was written, so there is nothing more to be undone than before.
            Ok(Applied::NotExpected) | Err(_) => {
                write(&*self.values, &space.notes(), Vec::new(), fresh).await.map(drop)
            }
        };
        if let Err(error) = noted {
            // The value is written, and would be undone whatever is written over it.
            tracing::warn!(target: "engraft::state", %space, %error, "a note is not up to date");
        }
        applied
    }

    /// Notes how a value is, where that is not noted yet or others have written it since; gives back
    /// how the note is taken back.
    async fn note_before(
        &self,
        space: &CapabilityName,
        key: &str,
        mark: &Mark,
    ) -> Result<Option<Change>, KvError> {
        let (notes, place) = (space.notes(), place(&self.release, key));
        let now = self.values.read(space, key).await?;
        let noted = self.values.read(&notes, &place).await?;
        let note = noted.as_deref().and_then(Note::from_bytes);
        if note.is_some_and(|note| note.is_last(now.as_deref())) {
            return Ok(None);
        }
        let before = self.before(space, key, now, mark).await?;
        let set = Change::Set(place.clone(), Note::before(before).to_bytes());
        write(&*self.values, &notes, Vec::new(), vec![set]).await?;
        Ok(Some(match noted {
            Some(noted) => Change::Set(place, noted),
            None => Change::Delete(place),
        }))
    }

    /// How a value was before any release on probation wrote it.
    async fn before(
        &self,
        space: &CapabilityName,
        key: &str,
        now: Option<Vec<u8>>,
        mark: &Mark,
    ) -> Result<Option<Vec<u8>>, KvError> {
        for other in mark.releases().filter(|other| *other != self.release) {
            let noted = self.values.read(&space.notes(), &place(other, key)).await?;
            let note = noted.as_deref().and_then(Note::from_bytes);
            if let Some(note) = note.filter(|note| note.is_last(now.as_deref())) {
                return Ok(note.into_before());
            }
        }
        Ok(now)
    }

    async fn note_after(
        &self,
        space: &CapabilityName,
        keys: &BTreeSet<String>,
    ) -> Result<(), KvError> {
        let notes = space.notes();
        for key in keys {
            let place = place(&self.release, key);
            let noted = self.values.read(&notes, &place).await?;
            let Some(mut note) = noted.as_deref().and_then(Note::from_bytes) else { continue };
            note.wrote(self.values.read(space, key).await?.as_deref());
            let set = Change::Set(place, note.to_bytes());
            write(&*self.values, &notes, Vec::new(), vec![set]).await?;
        }
        Ok(())
    }

    /// The mark, where it names this release.
    async fn on(&self, space: &CapabilityName) -> Result<Option<Mark>, KvError> {
        let mark = mark_of(&*self.values, space).await?;
        Ok(mark.filter(|mark| mark.names(&self.release)))
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

/// Undoes what a release on probation has written, and ends its probation. One that is interrupted
/// goes on from where it was.
pub(crate) async fn undo(
    values: &dyn KeyValue,
    space: &CapabilityName,
    release: &str,
) -> Result<(), KvError> {
    let prefix = place(release, "");
    while let Some(places) = page(values, space, &prefix).await? {
        for place in places {
            let bytes = values.read(&space.notes(), &place).await?;
            if let Some(note) = bytes.as_deref().and_then(Note::from_bytes) {
                let key = place.strip_prefix(&prefix).unwrap_or_default();
                put_back(values, space, key, note).await?;
            }
            remove(values, space, place).await?;
        }
    }
    strike(values, space, release).await
}

/// Ends the probation of a release and keeps what it has written.
pub(crate) async fn accept(
    values: &dyn KeyValue,
    space: &CapabilityName,
    release: &str,
) -> Result<(), KvError> {
    while let Some(places) = page(values, space, &place(release, "")).await? {
        for place in places {
            remove(values, space, place).await?;
        }
    }
    strike(values, space, release).await
}

/// Takes a release out of those that are on probation.
async fn strike(
    values: &dyn KeyValue,
    space: &CapabilityName,
    release: &str,
) -> Result<(), KvError> {
    mark(values, space, |mark| {
        let left: Vec<&str> = mark?.releases().filter(|named| *named != release).collect();
        (!left.is_empty()).then(|| left.join(" "))
    })
    .await
}

/// Changes who is on probation, over what it is at that moment.
async fn mark(
    values: &dyn KeyValue,
    space: &CapabilityName,
    change: impl Fn(Option<&Mark>) -> Option<String>,
) -> Result<(), KvError> {
    for _ in 0..TRIES_MAX {
        let before = mark_of(values, space).await?;
        let after = change(before.as_ref());
        let before = before.map(|mark| mark.0);
        if before == after {
            return Ok(());
        }
        let changes = vec![match after {
            Some(after) => Change::Set(MARK.to_owned(), after.into_bytes()),
            None => Change::Delete(MARK.to_owned()),
        }];
        let value = before.map(String::into_bytes);
        let expected = vec![Expectation { key: MARK.to_owned(), value }];
        let written = write(values, &space.notes(), expected, changes).await?;
        if matches!(written, Applied::Done(_)) {
            return Ok(());
        }
    }
    Err(KvError::Unavailable("others change who is on probation all the time".to_owned()))
}

/// Where a release notes how a value was. No version has a space in it.
fn place(release: &str, key: &str) -> String {
    format!("={release} {key}")
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

/// Some of the notes of a release that are left; none where there are none.
async fn page(
    values: &dyn KeyValue,
    space: &CapabilityName,
    prefix: &str,
) -> Result<Option<Vec<String>>, KvError> {
    let range = KeyRange { prefix: prefix.to_owned(), after: None, limit: PAGE };
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
            match self.on(space).await? {
                Some(mark) => self.apply_noted(space, transaction, &mark).await,
                None => self.values.apply(space, transaction).await,
            }
        })
    }
}
