//! The recipe document: from YAML or JSON text to a component.
//!
//! *Never:* a recipe becomes a component before everything in it has been checked.

mod check;
mod document;
mod emit;
mod plan;
mod schema;
mod template;

pub use document::{
    Example, HttpPermission, KvPermission, Permissions, Recipe, SecretPermission, Step,
};

use crate::bound::Bound;
use crate::component::{Assembly, AssemblyError, Codec, Description, Operation, Permission};
use crate::diagnostic::Problem;

/// A recipe larger than this is refused: it is a program, not a store of data.
pub const DOCUMENT_MAX: usize = 262_144;

/// Why a recipe did not become a component.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// It is wrong, in these places.
    #[error("the recipe has {} problem(s)", .0.len())]
    Wrong(Vec<Problem>),
    /// A defect of this crate.
    #[error(transparent)]
    Assembly(#[from] AssemblyError),
}

/// What a recipe became.
#[derive(Debug, Clone)]
pub struct Built {
    /// The recipe, as it was read.
    pub recipe: Recipe,
    /// What the component says of itself.
    pub description: Description,
    /// The component for the contract's world `capability`.
    pub component: Vec<u8>,
    /// What one call uses at most.
    pub bound: Bound,
}

/// Reads a recipe and checks everything in it.
///
/// # Errors
///
/// Everything that is wrong, each with its place.
pub fn check(text: &str) -> Result<Recipe, Vec<Problem>> {
    let recipe = document::read(text).map_err(|problem| vec![problem])?;
    check::plan(&recipe, text)?;
    Ok(recipe)
}

/// Builds the component of a recipe. The same text gives the same bytes.
///
/// # Errors
///
/// [`BuildError`]: everything that is wrong with the recipe, or a defect of this crate.
///
/// ```
/// let built = engraft_recipe::recipe::build(
///     "
/// name: text.shout
/// version: 1.0.0
/// summary: Writes text in capitals.
/// input: {type: object, properties: {text: {type: string}}, required: [text]}
/// return: input.text.upperAscii() + '!'
/// ",
/// )?;
/// assert!(built.component.starts_with(b"\0asm"));
/// # Ok::<(), engraft_recipe::recipe::BuildError>(())
/// ```
pub fn build(text: &str) -> Result<Built, BuildError> {
    let recipe = document::read(text).map_err(|problem| BuildError::Wrong(vec![problem]))?;
    let plan = check::plan(&recipe, text).map_err(BuildError::Wrong)?;
    let mut assembly = Assembly::new();
    let (function, result) = emit::function(&plan, &mut assembly.data);
    assembly.operation(recipe.operation(), function, result);
    let description = describe(&recipe);
    let (component, bounds) = assembly.finish(&description, Codec::Json)?;
    let bound = bounds.into_iter().next().unwrap_or_default();
    Ok(Built { recipe, description, component, bound })
}

fn describe(recipe: &Recipe) -> Description {
    let json = |value: &serde_json::Value| value.to_string();
    let asks = &recipe.permissions;
    let mut permissions = Vec::new();
    let plain = [
        (asks.log, Permission::Log),
        (asks.clock, Permission::Clock),
        (asks.random, Permission::Random),
        (asks.progress, Permission::Progress),
    ];
    permissions.extend(plain.into_iter().filter(|(asked, _)| *asked).map(|(_, it)| it));
    permissions.extend(asks.kv.iter().map(|kv| Permission::Kv { bytes: kv.bytes, keys: kv.keys }));
    permissions.extend(asks.http.iter().map(|rule| Permission::Http {
        host: rule.host.clone(),
        methods: rule.methods.clone(),
        path_prefix: rule.path.clone(),
    }));
    permissions.extend(
        asks.secrets
            .iter()
            .map(|rule| Permission::Secret { name: rule.name.clone(), hosts: rule.hosts.clone() }),
    );
    permissions.extend(asks.call.iter().cloned().map(Permission::Call));
    permissions.extend(asks.config.iter().cloned().map(Permission::Config));
    Description {
        name: recipe.name.clone(),
        summary: recipe.summary.clone(),
        operations: vec![Operation {
            name: recipe.operation().to_owned(),
            summary: recipe.summary.clone(),
            input_schema: json(&recipe.input),
            output_schema: json(&recipe.output),
            intents: recipe.intents.clone(),
            examples: recipe
                .examples
                .iter()
                .map(|example| crate::component::Example {
                    input: json(&example.input),
                    output: example.output.as_ref().map(json),
                })
                .collect(),
        }],
        permissions,
    }
}
