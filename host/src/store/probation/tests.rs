//! What a release on probation wrote is undone, and nothing else is.

use super::*;
use crate::store::MemoryStore;

fn space() -> CapabilityName {
    "text.slugify".parse().unwrap()
}

async fn set(store: &dyn KeyValue, key: &str, value: &str) {
    let changes = vec![Change::Set(key.to_owned(), value.as_bytes().to_vec())];
    let done = write(store, &space(), Vec::new(), changes).await.unwrap();
    assert!(matches!(done, Applied::Done(_)));
}

async fn read(store: &dyn KeyValue, key: &str) -> Option<String> {
    let value = store.read(&space(), key).await.unwrap();
    value.map(|value| String::from_utf8(value).unwrap())
}

async fn all(store: &dyn KeyValue, space: &CapabilityName) -> Vec<String> {
    let range = KeyRange { prefix: String::new(), after: None, limit: 99 };
    store.list(space, range).await.unwrap()
}

struct Stage {
    values: Arc<MemoryStore>,
    new: Probation,
}

async fn stage() -> Stage {
    let values = Arc::new(MemoryStore::default());
    set(&*values, "kept", "old").await;
    set(&*values, "gone", "old").await;
    set(&*values, "shared", "old").await;
    let shared: Arc<dyn KeyValue> = Arc::<MemoryStore>::clone(&values);
    let new = Probation::new(shared, "1.1.0".to_owned());
    assert_eq!(new.begin(&space()).await.unwrap(), None);
    Stage { values, new }
}

#[tokio::test]
async fn what_it_wrote_is_undone_and_what_others_wrote_since_stays() {
    let Stage { values, new } = stage().await;
    set(&new, "kept", "new").await;
    set(&new, "kept", "newer").await;
    set(&new, "made", "new").await;
    set(&new, "shared", "new").await;
    let delete = vec![Change::Delete("gone".to_owned())];
    write(&new, &space(), Vec::new(), delete).await.unwrap();
    set(&*values, "shared", "theirs").await;
    assert_eq!(all(&*values, &space()).await, ["kept", "made", "shared"], "notes stand elsewhere");

    undo(&*values, &space(), "1.1.0").await.unwrap();
    assert_eq!(read(&*values, "kept").await.as_deref(), Some("old"));
    assert_eq!(read(&*values, "gone").await.as_deref(), Some("old"));
    assert_eq!(read(&*values, "made").await, None);
    assert_eq!(read(&*values, "shared").await.as_deref(), Some("theirs"));
    assert_eq!(all(&*values, &space().notes()).await, [""; 0]);
    // Its probation is over: what it writes now is written and not noted.
    set(&new, "late", "new").await;
    assert_eq!(all(&*values, &space().notes()).await, [""; 0]);
}

#[tokio::test]
async fn what_was_accepted_stays() {
    let Stage { values, new } = stage().await;
    set(&new, "kept", "new").await;
    accept(&*values, &space(), "1.1.0").await.unwrap();
    undo(&*values, &space(), "1.1.0").await.unwrap();
    assert_eq!(read(&*values, "kept").await.as_deref(), Some("new"));
}

#[tokio::test]
async fn a_write_that_did_not_happen_is_not_undone() {
    let Stage { values, new } = stage().await;
    let expected = vec![Expectation { key: "kept".to_owned(), value: None }];
    let change = vec![Change::Set("kept".to_owned(), b"new".to_vec())];
    let done = write(&new, &space(), expected, change).await.unwrap();
    assert_eq!(done, Applied::NotExpected);
    set(&*values, "kept", "theirs").await;
    undo(&*values, &space(), "1.1.0").await.unwrap();
    assert_eq!(read(&*values, "kept").await.as_deref(), Some("theirs"));
}

#[tokio::test]
async fn one_release_at_a_time_is_on_probation_and_a_restart_changes_nothing() {
    let Stage { values, new } = stage().await;
    set(&new, "kept", "new").await;
    let shared = || -> Arc<dyn KeyValue> { Arc::<MemoryStore>::clone(&values) };
    let other = Probation::new(shared(), "1.2.0".to_owned());
    assert_eq!(other.begin(&space()).await.unwrap(), Some(Mark("1.1.0".to_owned())));
    set(&other, "made", "other").await;
    let again = Probation::new(shared(), "1.1.0".to_owned());
    set(&again, "shared", "new").await;
    undo(&*values, &space(), "1.1.0").await.unwrap();
    assert_eq!(read(&*values, "kept").await.as_deref(), Some("old"));
    assert_eq!(read(&*values, "shared").await.as_deref(), Some("old"));
    assert_eq!(read(&*values, "made").await.as_deref(), Some("other"), "it was on no probation");
}

/// Two variants on probation at once, on the values of the first.
async fn variants() -> (Stage, Probation) {
    let stage = stage().await;
    let shared: Arc<dyn KeyValue> = Arc::<MemoryStore>::clone(&stage.values);
    let other = Probation::new(shared, "1.2.0".to_owned());
    other.join(&space()).await.unwrap();
    other.join(&space()).await.unwrap();
    let mark = mark_of(&*stage.values, &space()).await.unwrap().unwrap();
    assert_eq!(mark.releases().collect::<Vec<_>>(), ["1.1.0", "1.2.0"]);
    (stage, other)
}

#[tokio::test]
async fn what_one_variant_wrote_is_undone_and_the_other_goes_on() {
    let (Stage { values, new }, other) = variants().await;
    set(&new, "kept", "one").await;
    set(&other, "gone", "two").await;
    undo(&*values, &space(), "1.1.0").await.unwrap();
    assert_eq!(read(&*values, "kept").await.as_deref(), Some("old"));
    assert_eq!(read(&*values, "gone").await.as_deref(), Some("two"), "the other's stays");
    let mark = mark_of(&*values, &space()).await.unwrap().unwrap();
    assert_eq!(mark.releases().collect::<Vec<_>>(), ["1.2.0"]);
    set(&other, "made", "two").await;
    undo(&*values, &space(), "1.2.0").await.unwrap();
    assert_eq!(read(&*values, "gone").await.as_deref(), Some("old"));
    assert_eq!(read(&*values, "made").await, None);
    assert_eq!(all(&*values, &space().notes()).await, [""; 0]);
}

#[tokio::test]
async fn what_a_variant_wrote_that_was_taken_back_never_comes_up_again() {
    for first in ["1.1.0", "1.2.0"] {
        let (Stage { values, new }, other) = variants().await;
        set(&new, "kept", "one").await;
        set(&other, "kept", "two").await;
        set(&new, "kept", "three").await;
        undo(&*values, &space(), first).await.unwrap();
        let second = if first == "1.1.0" { "1.2.0" } else { "1.1.0" };
        undo(&*values, &space(), second).await.unwrap();
        assert_eq!(read(&*values, "kept").await.as_deref(), Some("old"), "{first} first");
        assert_eq!(mark_of(&*values, &space()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_others_wrote_between_is_what_comes_back() {
    let Stage { values, new } = stage().await;
    set(&new, "kept", "new").await;
    set(&*values, "kept", "theirs").await;
    set(&new, "kept", "newer").await;
    // One that is refused leaves the note as it was.
    set(&*values, "shared", "theirs").await;
    let expected = vec![Expectation { key: "kept".to_owned(), value: None }];
    let change = vec![Change::Set("kept".to_owned(), b"no".to_vec())];
    assert_eq!(write(&new, &space(), expected, change).await.unwrap(), Applied::NotExpected);
    undo(&*values, &space(), "1.1.0").await.unwrap();
    assert_eq!(read(&*values, "kept").await.as_deref(), Some("theirs"));
}
