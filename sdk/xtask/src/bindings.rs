//! Makes the guest bindings under `wit/guest/` from the contract, and tells whether they are current.
//!
//! They are checked in as text so that a capability builds without the generator: seconds, not a
//! minute.
//!
//! *Never:* a generated file is edited by hand; the golden test would say so.

use std::path::Path;

use wit_bindgen_core::wit_parser::{Resolve, SourceMap};
use wit_bindgen_core::{Files, WorldGenerator};
use wit_bindgen_rust::{Opts, WithOption};

use crate::repository::Problem;

/// Worlds that hold one optional export each, so that a guest exports only what it has. They are
/// no part of the contract: a component does not remember by which world it was made.
const PARTS: &str = "\
world state-part { export state; }
world self-test-part { export self-test; }
";

/// One generated file.
struct Part {
    /// The file's stem under `wit/guest/`.
    stem: &'static str,
    world: &'static str,
    /// The macro that makes a type the exports of a component.
    export_macro: &'static str,
    /// Whether the types of the contract are taken from the first part instead of made again.
    shares_types: bool,
}

const ALL: [Part; 3] = [
    Part {
        stem: "capability",
        world: "capability",
        export_macro: "export_capability",
        shares_types: false,
    },
    Part { stem: "state", world: "state-part", export_macro: "export_state", shares_types: true },
    Part {
        stem: "self_test",
        world: "self-test-part",
        export_macro: "export_self_test",
        shares_types: false,
    },
];

/// Every generated file with the text that it should have, its path relative to the repository.
pub(crate) fn expected(root: &Path) -> Result<Vec<(String, String)>, Problem> {
    ALL.iter()
        .map(|part| Ok((format!("wit/guest/{}.rs", part.stem), generate(root, part)?)))
        .collect()
}

fn generate(root: &Path, part: &Part) -> Result<String, Problem> {
    let mut sources = SourceMap::new();
    for name in ["types", "imports", "world"] {
        let path = root.join(format!("wit/v1/{name}.wit"));
        let text = std::fs::read_to_string(&path).map_err(|error| Problem::file(&path, &error))?;
        // A relative name, so that no message or output holds a path of this machine.
        sources.push_str(&format!("wit/v1/{name}.wit"), text);
    }
    sources.push_str("parts.wit", format!("package engraft:capability@1.0.0;\n{PARTS}"));
    let mut resolve = Resolve::default();
    let group = sources.parse().map_err(|(_, error)| Problem::new(format!("{error:?}")))?;
    let package = resolve.push_group(group).map_err(|error| Problem::new(format!("{error:?}")))?;
    let world = resolve
        .select_world(&[package], Some(part.world))
        .map_err(|error| Problem::new(format!("{error:#}")))?;

    let mut files = Files::default();
    options(part)
        .build()
        .generate(&mut resolve, world, &mut files)
        .map_err(|error| Problem::new(format!("{error:#}")))?;
    let (_, text) =
        files.iter().next().ok_or_else(|| Problem::new("the generator gave no file".to_owned()))?;
    String::from_utf8(text.to_vec()).map_err(|error| Problem::new(error.to_string()))
}

fn options(part: &Part) -> Opts {
    let with = if part.shares_types {
        let types = "crate::guest::capability::engraft::capability::types".to_owned();
        vec![("engraft:capability/types@1.0.0".to_owned(), WithOption::Path(types))]
    } else {
        Vec::new()
    };
    Opts {
        format: true,
        generate_all: true,
        pub_export_macro: true,
        export_macro_name: Some(part.export_macro.to_owned()),
        runtime_path: Some("::wit_bindgen::rt".to_owned()),
        with,
        ..Opts::default()
    }
}
