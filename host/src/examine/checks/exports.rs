//! Exports that nobody can reach, and operations that nothing stands behind.
//!
//! *Never:* an interface of the contract counts as strange.

use crate::examine::facts::{OuterExport, OuterKind};
use crate::examine::finding::{Draft, Severity};
use crate::examine::subject::Subject;

/// Interfaces that a component of the contract may export beside its functions.
const OF_CONTRACT: [&str; 3] =
    ["engraft:capability/self-test@", "engraft:capability/state@", "engraft:capability/types@"];
/// What toolchains export of their own accord, and nobody calls.
const OF_TOOLCHAINS: [&str; 2] = ["wasi:cli/run@", "wasi:http/incoming-handler@"];
/// By what interpreters were started when a component was built: the snapshot of their memory that was
/// taken then is what runs, and its makers leave the door in. Nobody goes through it any more, whatever
/// is behind it; the kind is told so that nothing else passes under the name.
const LEFT_BY_TOOLCHAINS: [(&str, OuterKind); 2] = [
    // componentize-qjs, of JavaScript and TypeScript.
    ("init", OuterKind::Function),
    // componentize-py.
    ("exports", OuterKind::Instance),
];

pub(super) fn exports(subject: &Subject<'_>) -> Vec<Draft> {
    let Some(manifest) = subject.manifest else { return Vec::new() };
    let exports = &subject.facts.exports;
    let has = |name: &str| {
        exports.iter().any(|export| export.name == name && export.kind == OuterKind::Function)
    };
    if has("describe") && has("invoke") {
        return strange(exports);
    }
    let operations = &manifest.description.operations;
    let mut found = Vec::new();
    for export in exports.iter().filter(|export| export.kind != OuterKind::Other) {
        let inside = format!("{}#", export.name);
        let is_named = operations
            .iter()
            .any(|operation| operation.name == export.name || operation.name.starts_with(&inside));
        // A program is called by what it is, not by a name in its manifest.
        if !is_named && !is_of_toolchain(&export.name) {
            let what = format!("no operation reaches its export `{}`", export.name);
            found.push(
                Draft::new(what).severity(Severity::Warning).seen("the exports", &export.name),
            );
        }
    }
    found
}

fn strange(exports: &[OuterExport]) -> Vec<Draft> {
    let known = |export: &OuterExport| {
        let name = export.name.as_str();
        export.kind == OuterKind::Other
            || matches!(name, "describe" | "invoke")
            || OF_CONTRACT.iter().any(|begin| name.starts_with(begin))
    };
    let strange = exports.iter().filter(|export| !known(export));
    strange
        .map(|export| {
            let what = format!("nothing of the contract reaches its export `{}`", export.name);
            let is_left = LEFT_BY_TOOLCHAINS.contains(&(export.name.as_str(), export.kind));
            let is_known = is_left || is_of_toolchain(&export.name);
            let severity = if is_known { Severity::Note } else { Severity::Error };
            Draft::new(what).severity(severity).seen("the exports", &export.name)
        })
        .collect()
}

fn is_of_toolchain(name: &str) -> bool {
    OF_TOOLCHAINS.iter().any(|begin| name.starts_with(begin))
}
