//! Inputs that an examination found, as tests: a manifest file whose operations have them as examples.
//!
//! *Never:* an answer is kept as the right one that came by chance, by the clock or from outside; those
//! cases have no output, and only say that the input is taken.

use engraft::examine::{Coverage, Examined, KeptCase};
use engraft::model::{Example, Operation};

use crate::trouble::{Result, Trouble};

/// The manifest file.
pub(super) fn text(examined: &Examined) -> Result<String> {
    let report = examined.report();
    let (Some(manifest), Some(coverage)) = (examined.manifest(), &report.coverage) else {
        let message = format!("`{}` was not run so far that cases were kept", report.subject.name);
        return Err(Trouble::usage(message).hint("they are from `--level comprehensive` on"));
    };
    let asked = manifest.permissions();
    let is_alone = !asked.clock
        && !asked.random
        && asked.kv.is_none()
        && asked.http.is_empty()
        && asked.call.is_empty()
        && asked.config.is_empty();
    let operations = manifest.description.operations.iter();
    let operations: Vec<Operation> =
        operations.map(|operation| with_cases(operation, coverage, is_alone)).collect();
    let file = serde_json::json!({ "operations": operations });
    serde_json::to_string_pretty(&file).map_err(|error| Trouble::fault(error.to_string()))
}

fn with_cases(operation: &Operation, coverage: &Coverage, is_alone: bool) -> Operation {
    let mut operation = operation.clone();
    let is_new = |case: &&KeptCase| {
        case.operation == operation.name
            && case.output.is_some()
            && operation.examples.iter().all(|known| known.input != case.input)
    };
    let new = coverage.kept.iter().filter(is_new).map(|case| Example {
        input: case.input.clone(),
        output: case.output.clone().filter(|_| is_alone),
    });
    let new: Vec<Example> = new.collect();
    operation.examples.extend(new);
    operation
}
