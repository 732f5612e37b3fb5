//! Functions that a component imports from the embedding program, by the types that it gives them itself.
//!
//! *Never:* a function of the contract or of WASI is among them; those have a host that knows them.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of what may be imported only functions, instances and resources matter here"
)]

use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType, ComponentFuncTypeId};
use wasmparser::types::TypesRef;

use super::functions::signature;
use super::types::Shapes;
use crate::engine::inspect::Facts;
use crate::engine::reflect::docs::Docs;
use crate::engine::reflect::stranger::Stranger;

/// Functions of all of them; WASI's largest package has about a hundred.
const FUNCTIONS_MAX: usize = 1_024;

/// What is imported from the embedding program: an interface, or a function of the root.
#[derive(Debug)]
pub(crate) struct Imported {
    /// As the component spells it.
    pub(crate) name: String,
    /// Whether it is an interface. One function has the import's own name.
    pub(crate) is_interface: bool,
    pub(crate) functions: Vec<Stranger>,
    /// Its resources by name.
    pub(crate) resources: Vec<String>,
}

/// Everything that a component imports from neither the contract nor WASI.
pub(crate) fn imported(facts: &Facts) -> Vec<Imported> {
    let docs = Docs::default();
    let mut shapes = Shapes::new(&facts.types, &docs);
    let types = facts.types.as_ref();
    let is_own =
        |name: &&String| !name.starts_with("engraft:capability/") && !name.starts_with("wasi:");
    let own: Vec<&String> = facts.needs.imports.iter().filter(is_own).collect();
    for name in &facts.needs.imports {
        match types.component_item_for_import(name).map(|item| item.ty) {
            Some(ComponentEntityType::Instance(id)) => shapes.note_import(name, id),
            Some(ComponentEntityType::Type {
                created: ComponentAnyTypeId::Resource(id), ..
            }) => shapes.note_imported_resource(name, id),
            _ => {}
        }
    }
    let mut left = FUNCTIONS_MAX;
    own.into_iter().filter_map(|name| one(types, &mut shapes, name, &mut left)).collect()
}

fn one(
    types: TypesRef<'_>,
    shapes: &mut Shapes<'_>,
    name: &str,
    left: &mut usize,
) -> Option<Imported> {
    let mut function = |full: String, plain: &str, id: ComponentFuncTypeId| {
        *left = left.checked_sub(1)?;
        Some(Stranger::new(full, plain, signature(types, shapes, id)))
    };
    let mut imported = Imported {
        name: name.to_owned(),
        is_interface: false,
        functions: vec![],
        resources: vec![],
    };
    match types.component_item_for_import(name)?.ty {
        ComponentEntityType::Func(id) => {
            imported.functions.extend(function(name.to_owned(), name, id))
        }
        ComponentEntityType::Instance(id) => {
            imported.is_interface = true;
            for (plain, item) in &types.get(id)?.exports {
                match item.ty {
                    ComponentEntityType::Func(id) => {
                        imported.functions.extend(function(format!("{name}#{plain}"), plain, id));
                    }
                    ComponentEntityType::Type {
                        created: ComponentAnyTypeId::Resource(_), ..
                    } => imported.resources.push(plain.clone()),
                    _ => {}
                }
            }
        }
        _ => return None,
    }
    Some(imported)
}
