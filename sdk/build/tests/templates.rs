//! The templates as they are checked in: current bindings, pinned versions, and what `new` makes of
//! them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect must fail at once"
)]

use std::path::{Path, PathBuf};

use engraft_build::{Language, Project, Registry, Tool, Variant, Wanted, bindings, create};

fn template(language: Language) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guest-templates").join(language.word())
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("engraft-build-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// `ENGRAFT_GOLDEN=write` writes them anew.
#[test]
fn the_bindings_of_templates_are_current() {
    let is_writing = std::env::var_os("ENGRAFT_GOLDEN").is_some_and(|value| value == "write");
    for language in Language::ALL {
        let folder = template(language);
        let project = Project::open(&folder).unwrap();
        assert_eq!(project.language, language);
        for (name, bytes) in bindings(&project).unwrap() {
            let path = folder.join(&name);
            if is_writing {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, &bytes).unwrap();
            }
            let present = std::fs::read(&path).unwrap_or_default();
            assert!(
                present == bytes,
                "{}: stale; run this with ENGRAFT_GOLDEN=write",
                path.display()
            );
        }
    }
}

#[test]
fn every_template_names_the_versions_of_its_tools() {
    for language in Language::ALL {
        let mut readme = std::fs::read_to_string(template(language).join("README.md")).unwrap();
        if language.has_files() {
            let variant = template(language).join("../wasi").join(language.word());
            let wasi = std::fs::read_to_string(variant.join("README.md")).unwrap();
            // What the one names the other does, or it would hide what is missing.
            for line in readme.lines().filter(|line| line.contains("from PyPI")) {
                let named = line.split(" from PyPI").next().unwrap();
                assert!(wasi.contains(named), "{language}: its variant does not name {named}");
            }
            readme.push_str(&wasi);
        }
        for tool in Tool::ALL.into_iter().filter(|tool| tool.serves(language)) {
            for package in tool.packages().iter().filter(|_| tool.registry() != Registry::Rustup) {
                let (name, version) = (package.name, package.version);
                assert!(readme.contains(name), "{language}: its README does not name {name}");
                assert!(
                    readme.contains(version),
                    "{language}: its README names another {name} than {version}"
                );
            }
        }
    }
}

#[test]
fn new_makes_a_project_of_the_given_name_in_every_language() {
    let scratch = scratch("new");
    for language in Language::ALL {
        let folder = scratch.join(language.word());
        create(language, "text.hello", Variant::Sealed, &folder, &Wanted::Example).unwrap();
        let project = Project::open(&folder).unwrap();
        assert_eq!(project.language, language);
        let file = if language == Language::Rust { "src/lib.rs" } else { "capability.yaml" };
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        assert!(
            text.contains("text.hello") && !text.contains("example.greet"),
            "{language}: {text}"
        );
        for (name, bytes) in bindings(&project).unwrap() {
            assert_eq!(std::fs::read(folder.join(name)).unwrap(), bytes);
        }
    }
    std::fs::remove_dir_all(scratch).unwrap();
}

#[test]
fn a_folder_that_exists_is_left_as_it_is() {
    let scratch = scratch("exists");
    let folder = scratch.join("mine");
    std::fs::create_dir(&folder).unwrap();
    let error = create(Language::C, "text.hello", Variant::Sealed, &folder, &Wanted::Example)
        .unwrap_err()
        .to_string();
    assert!(error.contains("is there already; nothing was changed"), "{error}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    std::fs::remove_dir_all(scratch).unwrap();
}

#[test]
fn what_cannot_be_made_leaves_nothing_behind() {
    let scratch = scratch("nothing");
    let file = |text: &str| {
        let path = scratch.join(format!("{}.yaml", text.len()));
        std::fs::write(&path, text).unwrap();
        Wanted::Described(path)
    };
    let twice = ["read".to_owned(), "read".to_owned()];
    for (wanted, says) in [
        (Wanted::Operations(twice.to_vec()), "`read` is given twice"),
        (Wanted::Operations(vec!["Read".to_owned()]), "`Read` is no operation's name"),
        (file("operations: {read: {}, read: {}}"), "duplicate"),
        (file("operations: {read: {input: 3}}"), "no JSON Schema"),
        (file("operations: {}"), "lists no operation"),
        (file("operations: ["), "line"),
        (Wanted::Described(scratch.join("absent.yaml")), "absent.yaml"),
    ] {
        for language in [Language::Rust, Language::C] {
            let folder = scratch.join("made");
            let error = create(language, "text.hello", Variant::Sealed, &folder, &wanted)
                .unwrap_err()
                .to_string();
            assert!(error.contains(says), "{error}");
            let left: Vec<_> = std::fs::read_dir(&scratch)
                .unwrap()
                .map(|entry| entry.unwrap().file_name())
                .filter(|name| !name.to_string_lossy().ends_with(".yaml"))
                .collect();
            assert!(left.is_empty(), "{left:?}");
        }
    }
    std::fs::remove_dir_all(scratch).unwrap();
}
