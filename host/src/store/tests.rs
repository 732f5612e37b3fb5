//! The same cases for every backend.

use super::MemoryStore;
use crate::model::{
    Answer, Applied, CapabilityName, Change, Expectation, KeyRange, KeyValue, KvError, KvQuota,
    Transaction,
};

const ROOMY: KvQuota = KvQuota { bytes: 1 << 20, keys: 1000 };

fn name(text: &str) -> CapabilityName {
    text.parse().unwrap()
}

fn set(key: &str, value: &str) -> Change {
    Change::Set(key.to_owned(), value.as_bytes().to_vec())
}

fn expect(key: &str, value: Option<&str>) -> Expectation {
    Expectation { key: key.to_owned(), value: value.map(|value| value.as_bytes().to_vec()) }
}

async fn change(
    store: &dyn KeyValue,
    space: &CapabilityName,
    quota: KvQuota,
    changes: Vec<Change>,
) -> Result<Applied, KvError> {
    store.apply(space, Transaction { expectations: vec![], changes, quota }).await
}

async fn read(store: &dyn KeyValue, space: &CapabilityName, key: &str) -> Option<String> {
    let value = store.read(space, key).await.unwrap();
    value.map(|value| String::from_utf8(value).unwrap())
}

async fn keys(store: &dyn KeyValue, prefix: &str, after: Option<&str>, limit: u32) -> Vec<String> {
    let range = KeyRange { prefix: prefix.to_owned(), after: after.map(str::to_owned), limit };
    store.list(&name("a.b"), range).await.unwrap()
}

async fn conforms(store: &dyn KeyValue) {
    values_come_and_go(store).await;
    spaces_do_not_mix(store).await;
    keys_are_listed_in_byte_order(store).await;
    numbers_add_up(store).await;
    a_transaction_is_whole(store).await;
    quotas_hold_inside_the_transaction(store).await;
}

async fn values_come_and_go(store: &dyn KeyValue) {
    let space = name("come.go");
    assert_eq!(read(store, &space, "k").await, None);
    let done = change(store, &space, ROOMY, vec![set("k", "one"), set("k", "two")]).await;
    assert_eq!(done, Ok(Applied::Done(vec![Answer::Set, Answer::Set])));
    assert_eq!(read(store, &space, "k").await.as_deref(), Some("two"));
    let delete = || vec![Change::Delete("k".to_owned())];
    for existed in [true, false] {
        let done = change(store, &space, ROOMY, delete()).await;
        assert_eq!(done, Ok(Applied::Done(vec![Answer::Deleted(existed)])));
    }
    assert_eq!(read(store, &space, "k").await, None);
}

async fn spaces_do_not_mix(store: &dyn KeyValue) {
    let (mine, theirs) = (name("mine"), name("theirs"));
    change(store, &mine, ROOMY, vec![set("k", "mine")]).await.unwrap();
    assert_eq!(read(store, &theirs, "k").await, None);
    change(store, &theirs, ROOMY, vec![Change::Delete("k".to_owned())]).await.unwrap();
    assert_eq!(read(store, &mine, "k").await.as_deref(), Some("mine"));
}

async fn keys_are_listed_in_byte_order(store: &dyn KeyValue) {
    let odd = ["", "a", "a%", "a_", "a\0b", "aa", "ab", "b", "é", "\u{10ffff}"];
    let changes = odd.iter().rev().map(|key| set(key, "x")).collect();
    change(store, &name("a.b"), ROOMY, changes).await.unwrap();
    let mut sorted: Vec<_> = odd.iter().map(|key| (*key).to_owned()).collect();
    sorted.sort();
    assert_eq!(keys(store, "", None, 100).await, sorted);
    assert_eq!(keys(store, "a", None, 100).await, ["a", "a\0b", "a%", "a_", "aa", "ab"]);
    assert_eq!(keys(store, "a", Some("a%"), 2).await, ["a_", "aa"]);
    assert_eq!(keys(store, "a", Some(""), 1).await, ["a"], "after what comes before the prefix");
    assert_eq!(keys(store, "a", Some("b"), 9).await, [""; 0]);
    assert_eq!(keys(store, "é", None, 9).await, ["é"]);
    assert_eq!(keys(store, "", None, 0).await, [""; 0]);
}

async fn numbers_add_up(store: &dyn KeyValue) {
    let space = name("num");
    let add = |delta| vec![Change::Add("n".to_owned(), delta)];
    assert_eq!(
        change(store, &space, ROOMY, add(-3)).await,
        Ok(Applied::Done(vec![Answer::Sum(-3)]))
    );
    change(store, &space, ROOMY, add(i64::MAX)).await.unwrap();
    let over = change(store, &space, ROOMY, add(4)).await;
    assert_eq!(over, Err(KvError::Overflow { key: "n".to_owned() }));
    assert_eq!(read(store, &space, "n").await, Some((i64::MAX - 3).to_string()));
    change(store, &space, ROOMY, vec![set("n", "1.5")]).await.unwrap();
    let broken = change(store, &space, ROOMY, add(1)).await;
    assert_eq!(broken, Err(KvError::NotANumber { key: "n".to_owned() }));
}

async fn a_transaction_is_whole(store: &dyn KeyValue) {
    let space = name("whole");
    change(store, &space, ROOMY, vec![set("a", "1"), set("word", "x")]).await.unwrap();
    let unexpected = Transaction {
        expectations: vec![expect("a", Some("1")), expect("b", Some("1"))],
        changes: vec![set("a", "2")],
        quota: ROOMY,
    };
    assert_eq!(store.apply(&space, unexpected).await, Ok(Applied::NotExpected));
    let broken = vec![set("a", "2"), Change::Add("word".to_owned(), 1)];
    assert!(change(store, &space, ROOMY, broken).await.is_err());
    assert_eq!(read(store, &space, "a").await.as_deref(), Some("1"), "nothing in part");
    let expected = Transaction {
        expectations: vec![expect("a", Some("1")), expect("b", None)],
        changes: vec![set("b", "1"), Change::Delete("a".to_owned()), Change::Add("b".into(), 1)],
        quota: ROOMY,
    };
    let answers = vec![Answer::Set, Answer::Deleted(true), Answer::Sum(2)];
    assert_eq!(store.apply(&space, expected).await, Ok(Applied::Done(answers)));
    assert_eq!(read(store, &space, "b").await.as_deref(), Some("2"));
}

async fn quotas_hold_inside_the_transaction(store: &dyn KeyValue) {
    let space = name("quota");
    let quota = KvQuota { bytes: 10, keys: 2 };
    change(store, &space, quota, vec![set("a", "1234"), set("b", "1234")]).await.unwrap();
    let over = change(store, &space, quota, vec![set("a", "12345")]).await;
    assert_eq!(over, Err(KvError::QuotaBytes { wanted: 11, allowed: 10 }));
    let many = change(store, &space, quota, vec![set("a", ""), set("b", ""), set("c", "")]).await;
    assert_eq!(many, Err(KvError::QuotaKeys { wanted: 3, allowed: 2 }));
    let swap = vec![Change::Delete("a".to_owned()), set("c", "1234")];
    change(store, &space, quota, swap).await.unwrap();
    let lowered = KvQuota { bytes: 1, keys: 1 };
    assert!(change(store, &space, lowered, vec![set("b", "12345")]).await.is_err());
    change(store, &space, lowered, vec![set("b", "1")]).await.unwrap();
    assert_eq!(read(store, &space, "b").await.as_deref(), Some("1"), "shrinking is always allowed");
}

/// Many at once, each adding one: no addition is lost.
async fn bears_many_at_once(store: std::sync::Arc<dyn KeyValue>) {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let store = std::sync::Arc::clone(&store);
        tasks.spawn(async move {
            let add = vec![Change::Add("n".to_owned(), 1)];
            change(&*store, &name("many"), ROOMY, add).await.unwrap();
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(read(&*store, &name("many"), "n").await.as_deref(), Some("50"));
}

#[tokio::test]
async fn memory_conforms() {
    conforms(&MemoryStore::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_bears_many_at_once() {
    bears_many_at_once(std::sync::Arc::new(MemoryStore::default())).await;
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::super::{SqliteStore, StoreError};
    use super::*;

    /// A directory of this test alone, removed when it ends well.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(topic: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("engraft-kv-{topic}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn file(&self) -> PathBuf {
            self.0.join("kv.sqlite")
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    #[tokio::test]
    async fn sqlite_conforms() {
        let scratch = Scratch::new("conforms");
        conforms(&SqliteStore::open(scratch.file()).unwrap()).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite_bears_many_at_once_and_two_connections() {
        let scratch = Scratch::new("many");
        bears_many_at_once(Arc::new(SqliteStore::open(scratch.file()).unwrap())).await;
        let first = SqliteStore::open(scratch.file()).unwrap();
        let second = SqliteStore::open(scratch.file()).unwrap();
        let add = || vec![Change::Add("n".to_owned(), 1)];
        let space = name("many");
        let (one, two) = tokio::join!(
            change(&first, &space, ROOMY, add()),
            change(&second, &space, ROOMY, add())
        );
        one.unwrap();
        two.unwrap();
        assert_eq!(read(&first, &space, "n").await.as_deref(), Some("52"));
    }

    #[tokio::test]
    async fn values_and_what_they_take_survive_a_reopen() {
        let scratch = Scratch::new("reopen");
        let quota = KvQuota { bytes: 10, keys: 2 };
        let space = name("keeps");
        {
            let store = SqliteStore::open(scratch.file()).unwrap();
            change(&store, &space, quota, vec![set("a", "12345678")]).await.unwrap();
        }
        let store = SqliteStore::open(scratch.file()).unwrap();
        assert_eq!(read(&store, &space, "a").await.as_deref(), Some("12345678"));
        let over = change(&store, &space, quota, vec![set("b", "1")]).await;
        assert_eq!(over, Err(KvError::QuotaBytes { wanted: 11, allowed: 10 }));
    }

    #[tokio::test]
    async fn a_file_of_something_else_is_left_alone() {
        let scratch = Scratch::new("foreign");
        let connection = rusqlite::Connection::open(scratch.file()).unwrap();
        connection.execute_batch("CREATE TABLE theirs (a)").unwrap();
        drop(connection);
        let refused = SqliteStore::open(scratch.file());
        assert!(matches!(refused, Err(StoreError::Foreign { .. })), "{refused:?}");
        std::fs::write(scratch.file(), b"not a database, but long enough to be looked at").unwrap();
        assert!(matches!(SqliteStore::open(scratch.file()), Err(StoreError::Open { .. })));
    }

    #[tokio::test]
    async fn a_newer_layout_is_left_alone() {
        let scratch = Scratch::new("newer");
        drop(SqliteStore::open(scratch.file()).unwrap());
        let connection = rusqlite::Connection::open(scratch.file()).unwrap();
        connection.pragma_update(None, "user_version", 9).unwrap();
        drop(connection);
        let refused = SqliteStore::open(scratch.file());
        assert!(matches!(refused, Err(StoreError::Newer { found: 9, .. })), "{refused:?}");
    }
}
