use super::*;
use crate::examine::sandbox::Script;
use crate::model::KvQuota;

#[test]
fn a_tape_is_read_back_as_it_was_written_and_nothing_else_is_one() {
    let exchange = |asked, answer| Exchange { asked, answer };
    let url = "https://a.example/x".to_owned();
    let (method, body) = ("GET".to_owned(), String::new());
    let response = Answer::Response { status: 200, headers: vec![], body: Bytes::of(b"\xff") };
    let tape = Tape {
        format: TAPE_FORMAT,
        capability: "a.b".parse().unwrap(),
        component: Digest::of(b"x"),
        moment: Moment::from_unix(1_790_000_000),
        seed: 7,
        calls: vec![TapedCall {
            operation: "c".to_owned(),
            input: "{}".to_owned(),
            outcome: "returned".to_owned(),
            output: Some("1".to_owned()),
            exchanges: vec![
                exchange(Asked::Http { method, url, body }, response),
                exchange(Asked::Config { key: "k".to_owned() }, Answer::Text(None)),
                exchange(Asked::KvRead { key: "k".to_owned() }, Answer::Value(None)),
            ],
            is_cut: false,
        }],
        calls_dropped: 0,
    };
    let text = tape.to_json();
    assert_eq!(Tape::from_json(text.as_bytes()).unwrap(), tape);
    let other = text.replace("\"seed\"", "\"sede\"");
    assert!(Tape::from_json(other.as_bytes()).is_err());
    assert_eq!(Bytes::of(b"\xff\x00").to_vec(), b"\xff\x00");
    // A script without a tape plays nothing.
    assert!(Script::default().playing.is_none());
}

#[test]
fn changes_are_told_in_words_that_differ_where_they_do() {
    use crate::model::{Change, Expectation, Transaction};
    let quota = KvQuota { bytes: 1, keys: 1 };
    let set = |value: &[u8]| Transaction {
        expectations: vec![Expectation { key: "e".to_owned(), value: None }],
        changes: vec![Change::Set("k".to_owned(), value.to_vec())],
        quota,
    };
    assert_ne!(Asked::write(&set(b"1")), Asked::write(&set(b"2")));
    let Asked::KvWrite { changes } = Asked::write(&set(b"1")) else { panic!() };
    assert_eq!(changes, "expect e=nothing\nset k=1");
}
