//! Mistakes that an author can make: each is told where it was made, with what to do about it.

#[test]
fn each_mistake_is_told_where_it_was_made() {
    let cases = trybuild::TestCases::new();
    for case in std::fs::read_dir("tests/mistakes").unwrap() {
        let path = case.unwrap().path();
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        // With the feature on, this one is no mistake of this kind.
        let needs_feature_off = path.ends_with("schemars_without_the_feature.rs");
        if is_source && !(needs_feature_off && cfg!(feature = "schemars")) {
            cases.compile_fail(path);
        }
    }
}
