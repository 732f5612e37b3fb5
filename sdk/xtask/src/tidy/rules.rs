//! The rules. Where one names files, the reason stands beside them.
//!
//! *Never:* a rule looks at anything but its arguments.

use super::Finding;
use super::source::Source;

/// The floors of the host crate: a module, and what of ours it may import.
const FLOORS: [(&str, &[&str]); 10] = [
    ("model", &[]),
    // One request to what the embedding program named.
    ("wire", &[]),
    ("artifact", &["model"]),
    ("engine", &["model"]),
    ("store", &["model"]),
    ("examine", &["model", "artifact", "engine"]),
    ("synth", &["model", "artifact", "wire"]),
    ("registry", &["model", "artifact", "engine", "store", "examine"]),
    ("traffic", &["model", "engine", "registry"]),
    ("export", &["model", "registry", "traffic", "wire"]),
];

/// The drivers, and what they may import; apart from the table only for its shape's sake.
const LOOPS: (&str, &[&str]) = ("loops", &["model", "artifact", "examine", "synth", "registry"]);

/// The top floor: the wiring, and what it alone uses.
const TOP: [&str; 4] = ["lib", "host", "error", "blocking"];

/// 250 lines are the aim; beyond 400 nobody reads a file whole.
const LINES_MAX: usize = 400;

/// Words that say nothing of what a thing is.
const EMPTY_WORDS: [&str; 7] = ["manager", "util", "utils", "helper", "helpers", "common", "misc"];

/// What reaches outside, and the files of the host crate where it may.
const HOMES: [(&str, &[&str]); 6] = [
    // The one clock that is real; a wait for a real socket has to be real time as well.
    ("Instant::now", &["host/src/model/clock.rs", "host/src/engine/http/wasi.rs"]),
    ("SystemTime::now", &["host/src/model/clock.rs"]),
    ("env::var", &[]),
    // Tokio's tasks belong to the embedding program; a task here would outlive its call.
    ("tokio::spawn", &[]),
    // The epoch ticker, the blocking façade and the database each have a thread of their own, since
    // an embedding program's executor may stand still.
    ("thread::spawn", &[]),
    (
        "thread::Builder",
        &[
            "host/src/engine/ticker.rs",
            "host/src/engine/blocking.rs",
            // Waits for the disk, so that the executor does not.
            "host/src/registry/scribe.rs",
            "host/src/store/sqlite.rs",
        ],
    ),
];

/// What may stand at the top of the repository, beside Markdown and dotfiles. `target` is cargo's.
const TOP_LEVEL: [&str; 9] = [
    "Cargo.toml",
    "Cargo.lock",
    "host",
    "wit",
    "guest-templates",
    "sdk",
    "examples",
    "benches",
    "target",
];

/// Who may name wasmtime: the engine, the bindings, what measures it and what shows the raw seam.
/// Tests may look at the engine from outside.
const WASMTIME: [&str; 8] = [
    "host/src/engine.rs",
    "host/src/engine/",
    "host/tests/",
    "wit/",
    "benches/",
    "examples/own-world/",
    "sdk/xtask/src/tidy/",
    // Measures single functions of the recipes' runtime, which are no component.
    "sdk/recipe/src/bound/costs/tests.rs",
];

/// No floor of the host crate imports one that is not below it.
pub(super) fn floors(file: &Source) -> Vec<Finding> {
    let Some(inside) = file.path.strip_prefix("host/src/") else { return Vec::new() };
    let floor = inside.split(['/', '.']).next().unwrap_or_default();
    if TOP.contains(&floor) {
        return Vec::new();
    }
    let tables = FLOORS.iter().chain(std::iter::once(&LOOPS));
    let Some((_, below)) = tables.clone().find(|(name, _)| *name == floor) else {
        let message = format!("`{floor}` has no floor; give it one in the tidy rules");
        return vec![file.finding(1, message)];
    };
    // Tests keep to the floors too: a test that needs a higher one belongs into `host/tests`.
    let code = file.code.lines().enumerate();
    code.flat_map(|(index, line)| {
        let above = move |name: &&str| *name != floor && !below.contains(name);
        let named = tables.clone().map(|(name, _)| *name).chain(TOP);
        named
            .filter(above)
            .filter(move |name| imports(line, name))
            .map(move |name| file.finding(index + 1, format!("`{floor}` may not import `{name}`")))
            .collect::<Vec<_>>()
    })
    .collect()
}

/// The guest side never knows the host crate, nor the host the guest's.
pub(super) fn sides(file: &Source) -> Vec<Finding> {
    let guest = ["sdk/guest/", "guest-templates/"];
    let stranger = if guest.iter().any(|side| file.path.starts_with(side)) {
        "engraft"
    } else if file.path.starts_with("host/src/") {
        "engraft_guest"
    } else {
        return Vec::new();
    };
    file.words(stranger)
        .map(|line| file.finding(line, format!("this side may not name `{stranger}`")))
        .collect()
}

/// A file can be read whole.
pub(super) fn size(file: &Source) -> Vec<Finding> {
    let lines = file.tests_begin();
    // Generated files are not read.
    if !file.is_rust() || file.is_test() || is_generated(file) || lines <= LINES_MAX {
        return Vec::new();
    }
    let message = format!("{lines} lines without tests, and {LINES_MAX} are the most; split it");
    vec![file.finding(lines, message)]
}

/// Names say what a thing is.
pub(super) fn names(file: &Source) -> Vec<Finding> {
    if !file.is_rust() || is_generated(file) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for part in file.path.trim_end_matches(".rs").split('/') {
        if part.split(['_', '-']).any(|word| EMPTY_WORDS.contains(&word)) {
            findings.push(file.finding(1, format!("`{part}` says nothing of what is inside")));
        }
    }
    if file.path.ends_with("/mod.rs") {
        findings.push(file.finding(1, "write `foo.rs` beside `foo/`, not `foo/mod.rs`".to_owned()));
    }
    for (number, line) in file.code_lines() {
        for (keyword, name) in definitions(line) {
            if keyword == "fn" && name.starts_with("get_") {
                findings.push(file.finding(number, format!("`{name}`: leave out `get_`")));
            }
            if words_of(name).iter().any(|word| EMPTY_WORDS.contains(&word.as_str())) {
                findings.push(file.finding(number, format!("`{name}` says nothing")));
            }
        }
    }
    findings
}

/// A file begins with its purpose, and with what never happens in it.
pub(super) fn head(file: &Source) -> Vec<Finding> {
    let ours = ["host/src/", "sdk/", "wit/"].iter().any(|folder| file.path.starts_with(folder));
    if !ours || !file.is_rust() || file.is_test() || is_generated(file) {
        return Vec::new();
    }
    if !file.text.starts_with("//! ") {
        return vec![file.finding(1, "begin with a `//!` paragraph on purpose".to_owned())];
    }
    let mut head = file.text.lines().take_while(|line| line.starts_with("//!"));
    if head.any(|line| line.starts_with("//! *Never:* ")) {
        return Vec::new();
    }
    vec![file.finding(1, "say in a `*Never:*` line what never happens here".to_owned())]
}

/// What reaches outside does so in its listed homes.
pub(super) fn homes(file: &Source) -> Vec<Finding> {
    if !file.path.starts_with("host/src/") || file.is_test() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (call, homes) in HOMES {
        if homes.contains(&file.path.as_str()) {
            continue;
        }
        for (number, line) in file.code_lines() {
            if line.contains(call) {
                findings.push(file.finding(number, format!("`{call}` has no home here")));
            }
        }
    }
    findings
}

/// wasmtime has one user.
pub(super) fn wasmtime(file: &Source) -> Vec<Finding> {
    if WASMTIME.iter().any(|home| file.path.starts_with(home)) {
        return Vec::new();
    }
    let families = ["wasmtime", "wasmtime_wasi", "wasmtime_wasi_http"];
    families
        .iter()
        .flat_map(|name| file.words(name))
        .map(|line| file.finding(line, "only the engine may name wasmtime".to_owned()))
        .collect()
}

/// No file remembers the machine that it was written on.
pub(super) fn machine_paths(file: &Source) -> Vec<Finding> {
    // Put together here, so that this file does not break its own rule.
    let homes = ["home", "root", "Users", "work"].map(|folder| format!("/{folder}/"));
    let begins = |line: &str, home: &String| {
        line.match_indices(home.as_str()).any(|(at, _)| {
            // In `a/home/b` it is a folder of ours, in a URL it is a page's.
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            !before.is_some_and(|letter| {
                letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | '}' | '/')
            })
        })
    };
    let lines = file.text.lines().enumerate();
    lines
        .filter(|(_, line)| homes.iter().any(|home| begins(line, home)))
        .map(|(index, _)| file.finding(index + 1, "this is a path of one machine".to_owned()))
        .collect()
}

/// A file of integration tests that the binary does not name never runs.
pub(super) fn orphaned_tests(files: &[Source]) -> Vec<Finding> {
    let main = files.iter().find(|file| file.path == "host/tests/it/main.rs");
    let named = |module: &str| {
        main.is_some_and(|main| {
            main.code.lines().any(|line| line.trim() == format!("mod {module};"))
        })
    };
    files
        .iter()
        .filter(|file| {
            let inside = file.path.strip_prefix("host/tests/it/");
            let module = inside.and_then(|inside| inside.strip_suffix(".rs"));
            module.is_some_and(|module| !module.contains('/') && module != "main" && !named(module))
        })
        .map(|file| file.finding(1, "`main.rs` does not name this, so it never runs".to_owned()))
        .collect()
}

/// The top of the repository shows what it is at one look.
pub(super) fn top_level(names: &[String]) -> Vec<Finding> {
    let visible = names.iter().filter(|name| !name.starts_with('.') && !name.ends_with(".md"));
    visible
        .filter(|name| !TOP_LEVEL.contains(&name.as_str()))
        .map(|name| Finding {
            path: name.clone(),
            line: 1,
            message: "the top level is fixed; put it into a room, or make it a dotfile".to_owned(),
        })
        .collect()
}

fn is_generated(file: &Source) -> bool {
    file.text.starts_with("// Generated by ")
}

fn imports(line: &str, module: &str) -> bool {
    let flat: String = line.chars().filter(|letter| !letter.is_whitespace()).collect();
    let path = format!("crate::{module}");
    flat.match_indices(&path).any(|(at, _)| {
        let after = flat.get(at + path.len()..).unwrap_or_default();
        after.starts_with(|letter: char| !is_word(letter)) || after.is_empty()
    })
}

/// What a line defines: the keyword and the name.
fn definitions(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let words: Vec<&str> =
        line.split(|letter| !is_word(letter)).filter(|word| !word.is_empty()).collect();
    let keywords = ["fn", "mod", "struct", "enum", "trait", "type"];
    let pairs: Vec<_> = words
        .windows(2)
        .filter_map(|pair| match pair {
            [keyword, name] if keywords.contains(keyword) => Some((*keyword, *name)),
            _ => None,
        })
        .collect();
    pairs.into_iter()
}

/// `CacheManager` and `cache_manager` are the words `cache` and `manager`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase().filter(|letter| *letter != '_'));
        }
    }
    words
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

// === impl Source ===

impl Source {
    fn finding(&self, line: usize, message: String) -> Finding {
        Finding { path: self.path.clone(), line, message }
    }

    /// The lines of code where this word is a path's beginning: `word::`, or a name in `use word`.
    fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.code.lines().enumerate().filter_map(move |(index, line)| {
            let found = line.match_indices(word).any(|(at, _)| {
                let before = line.get(..at).unwrap_or_default();
                // `::word` begins a path, `other::word` does not.
                let before = before.strip_suffix("::").unwrap_or(before).chars().next_back();
                let after = line.get(at + word.len()..).unwrap_or_default();
                let begins = !before.is_some_and(|letter| is_word(letter) || letter == '.');
                begins && (after.starts_with("::") || after.starts_with(';'))
            });
            found.then_some(index + 1)
        })
    }
}
