//! Single expressions as the operations of a component: the language without the document around it.
//!
//! *Never:* an expression that does not check becomes an operation.

use crate::bound::Bound;
use crate::cel::{Checked, Environment, Mode, Type, check, parse};
use crate::component::{
    Assembly, AssemblyError, Codec, Description, Operation, load_inputs, operation_code,
};
use crate::diagnostic::Diagnostic;
use crate::emit::{Emitter, Given};
use crate::place::Places;
use std::collections::BTreeSet;

/// An expression with a name and what is declared around it.
#[derive(Debug, Clone)]
pub struct Formula {
    source: String,
    checked: Checked,
    /// Those that it names.
    inputs: Vec<(String, Type)>,
}

impl Formula {
    /// Reads and checks an expression.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    ///
    /// ```
    /// use engraft_recipe::cel::{Environment, Mode, Type};
    /// use engraft_recipe::formula::Formula;
    ///
    /// let mut around = Environment::default();
    /// around.names.insert("price".to_owned(), Type::Int);
    /// assert!(Formula::new("price * 2 > 10", &around, Mode::Strict).is_ok());
    /// assert!(Formula::new("price * 'two'", &around, Mode::Strict).is_err());
    /// ```
    pub fn new(
        source: &str,
        environment: &Environment,
        mode: Mode,
    ) -> Result<Self, Vec<Diagnostic>> {
        let expr = parse(source).map_err(|problem| vec![problem])?;
        let checked = check(&expr, environment, mode)?;
        let mut used = BTreeSet::new();
        checked.root.inputs(&mut used);
        let names = environment.names.iter().filter(|(name, _)| used.contains(name.as_str()));
        let inputs = names.map(|(name, ty)| (name.clone(), ty.clone())).collect();
        Ok(Self { source: source.to_owned(), checked, inputs })
    }
}

/// A component whose operations are these expressions, by name. Each takes an object with its inputs.
///
/// # Errors
///
/// A defect of this crate.
pub fn component(
    name: &str,
    formulas: &[(String, Formula)],
    codec: Codec,
) -> Result<Vec<u8>, AssemblyError> {
    bounded(name, formulas, codec).map(|(component, _)| component)
}

/// The same, with what a call of each operation uses at most, in their order. An operation's inputs
/// are to be of the types that were declared.
///
/// # Errors
///
/// A defect of this crate.
pub fn bounded(
    name: &str,
    formulas: &[(String, Formula)],
    codec: Codec,
) -> Result<(Vec<u8>, Vec<Bound>), AssemblyError> {
    let mut assembly = Assembly::new();
    let mut description = Description {
        name: name.to_owned(),
        summary: "Evaluates expressions.".to_owned(),
        ..Description::default()
    };
    for (operation, formula) in formulas {
        let places = Places::new(&formula.source);
        let mut emitter = Emitter::new(operation_code(), &mut assembly.data, &places);
        let read = load_inputs(&mut emitter, &formula.inputs, codec);
        let result = match codec {
            Codec::Json => emitter.result(&formula.checked.root),
            Codec::Typed => (emitter.value(&formula.checked.root), Given::Value),
        };
        let function = emitter.finish();
        assembly.operation(operation, function, read, result);
        description.operations.push(Operation {
            name: operation.clone(),
            summary: "Evaluates one expression.".to_owned(),
            input_schema: "{\"type\":\"object\"}".to_owned(),
            output_schema: "true".to_owned(),
            ..Operation::default()
        });
    }
    let finished = assembly.finish(&description, codec)?;
    Ok((finished.component, finished.bounds))
}
