//! The conversion and its schemas, on any types and values, and on the kept corpus of the fuzzer.

use proptest::prelude::*;

use super::probe;

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_come_back_and_fit_their_schemas(data in prop::collection::vec(any::<u8>(), 0..400)) {
        probe::check_value(&data);
    }

    #[test]
    fn whatever_is_read_is_json_and_fits(
        head in prop::collection::vec(any::<u8>(), 0..12),
        text in r#"([\[\]{},:" ]|null|true|-?[0-9]{1,3}|1e2|"[a-z0-9\\"]*"|n0|"some"|"ok"){0,24}"#,
    ) {
        let mut data = head;
        data.extend_from_slice(text.as_bytes());
        probe::check_text(&data);
    }
}

#[test]
fn the_corpus_of_the_fuzzer_holds() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/json_wit");
    let mut seen = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let data = std::fs::read(entry.unwrap().path()).unwrap();
        probe::check_text(&data);
        probe::check_value(&data);
        seen += 1;
    }
    assert!(seen >= 20, "the corpus has gone: {seen} files");
}
