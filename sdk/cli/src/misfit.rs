//! What of an input is not as an operation says it is to be, and what is wanted there.
//!
//! *Never:* a call is refused here; whoever was called has done that, and may have said less.

use engraft::model::{Failure, Outcome};
use serde_json::Value;

/// What of the input does not fit the schema of an operation that refused it as wrong.
pub(crate) fn misfit(schema: &Value, input: &Value, outcome: &Outcome) -> Option<String> {
    if !matches!(outcome, Outcome::Refused(Failure::InvalidInput(_))) {
        return None;
    }
    told(schema, input)
}

fn told(schema: &Value, input: &Value) -> Option<String> {
    let fault = engraft_build::mismatch(schema, input)?;
    // It speaks of the whole as `it`, and of a field as `it.field`.
    let (name, fault) = match (fault.strip_prefix("it."), fault.strip_prefix("it lacks ")) {
        (Some(fault), _) => (fault.split([' ', '.', '[']).next()?, fault.to_owned()),
        (None, Some(name)) => {
            let name = name.trim_matches('"');
            (name, format!("{name} is missing"))
        }
        (None, None) => return Some(fault.replacen("it ", "the input ", 1)),
    };
    let wanted = schema.get("properties").and_then(|all| all.get(name));
    Some(match wanted {
        Some(wanted) => format!("{fault}; what is wanted of `{name}` is {wanted}"),
        None => fault,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_fault_and_what_is_wanted_are_told() {
        let schema = json!({
            "type": "object",
            "properties": {"total": {"type": "number", "minimum": 0}},
            "required": ["total"],
        });
        let told = |input: Value| told(&schema, &input).unwrap();
        let wanted = r#"what is wanted of `total` is {"minimum":0,"type":"number"}"#;
        assert_eq!(told(json!({"total": "9"})), format!("total is no number; {wanted}"));
        assert_eq!(told(json!({})), format!("total is missing; {wanted}"));
        assert!(told(json!({"total": -1})).starts_with("total is against `minimum: 0`; what"));
        assert_eq!(told(json!([])), "the input is no object");
    }
}
