//! The recipe document: from YAML or JSON text to a component.
//!
//! *Never:* a recipe becomes a component before everything in it has been checked.

mod check;
mod document;
mod emit;
mod explain;
mod expression;
mod fit;
mod format;
mod plan;
mod rules;
mod schema;
mod tree;
mod whole;

pub use crate::wasm::Mark;
pub use document::{
    Example, FORMAT_PAGE, HttpPermission, KvPermission, Permissions, Recipe, SCHEMA,
    SecretPermission,
};
pub use explain::{Explanation, explain};
pub use format::format;
pub use tree::{DOCUMENT_MAX, KEY_MAX, NESTING_MAX, SCALAR_MAX, VALUES_MAX};

use crate::bound::{Bound, FUEL_MAX, Growth, MEMORY_BYTES_MAX, Poly, Work};
use crate::cel::Span;
use crate::component::{
    Assembly, AssemblyError, Codec, Description, Finished, Operation, Permission,
};
use crate::diagnostic::{Diagnostic, Problem, problems};
use crate::place::Places;

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
    /// Where in the first core module of the component the code of each expression begins, so that
    /// whoever counts what ran can say which expressions did. Constants have no code.
    pub marks: Vec<Mark>,
}

/// A recipe to begin from, under this name: it checks, builds, and its examples hold.
#[must_use]
pub fn starter(name: &str, operation: &str) -> String {
    include_str!("recipe/starter.yaml").replace("NAME", name).replace("OPERATION", operation)
}

/// The text of a document's bytes.
///
/// # Errors
///
/// Where they are no UTF-8.
pub fn text(bytes: &[u8]) -> Result<&str, Vec<Problem>> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let before = bytes.get(..at).unwrap_or_default();
        let before = std::str::from_utf8(before).unwrap_or_default();
        let problem = Diagnostic::new(Span { start: at, end: at }, "the text is not UTF-8 here")
            .mend("save the file as UTF-8");
        problems(before, vec![problem])
    })
}

/// A document as JSON text, which is a recipe as well, with the same meaning and order.
///
/// # Errors
///
/// Where the text is no document that a recipe could be.
pub fn to_json(text: &str) -> Result<String, Vec<Problem>> {
    tree::read(text).map(|tree| tree.json_text()).map_err(|wrong| problems(text, wrong))
}

/// Reads a recipe and checks everything in it.
///
/// # Errors
///
/// Everything that is wrong, each with its place.
pub fn check(text: &str) -> Result<Recipe, Vec<Problem>> {
    let whole = checked(text).and_then(|(recipe, plan)| {
        operation(&recipe, &plan, &Places::new(text)).map_err(|problem| vec![problem])?;
        Ok(recipe)
    });
    whole.map_err(|wrong| problems(text, wrong))
}

fn checked(text: &str) -> Result<(Recipe, plan::Plan), Vec<Diagnostic>> {
    let recipe = document::read(text)?;
    let plan = check::plan(&recipe, text)?;
    Ok((recipe, plan))
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
    let wrong = |wrong| BuildError::Wrong(problems(text, wrong));
    let (recipe, plan) = checked(text).map_err(wrong)?;
    let assembly =
        operation(&recipe, &plan, &Places::new(text)).map_err(|problem| wrong(vec![problem]))?;
    Ok(assembled(recipe, assembly)?)
}

/// The code of a recipe's operation, unless it takes more than anybody has even for the smallest
/// input.
fn operation(recipe: &Recipe, plan: &plan::Plan, places: &Places) -> Result<Assembly, Diagnostic> {
    let mut assembly = Assembly::new();
    let (function, read, result) = emit::function(plan, places, &mut assembly.data);
    let work = function.work(&|_| Work::unknown());
    let least = |growth: &Poly| Growth::of(growth).at(0, 0);
    if least(&work.fuel) > FUEL_MAX || least(&work.bytes) > MEMORY_BYTES_MAX {
        let message = format!(
            "even for the smallest input this may take more than {FUEL_MAX} fuel, or more than \
             {MEMORY_BYTES_MAX} bytes"
        );
        return Err(Diagnostic::new(plan.heaviest, message).mend(
            "loop over fewer things within each other; where a number of the input says how many, \
             give it a `maximum`",
        ));
    }
    assembly.operation(&recipe.operation, function, read, result);
    Ok(assembly)
}

fn assembled(recipe: Recipe, assembly: Assembly) -> Result<Built, AssemblyError> {
    let description = describe(&recipe);
    let Finished { component, bounds, marks } = assembly.finish(&description, Codec::Json)?;
    let bound = bounds.into_iter().next().unwrap_or_default();
    Ok(Built { recipe, description, component, bound, marks })
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
            name: recipe.operation.clone(),
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
