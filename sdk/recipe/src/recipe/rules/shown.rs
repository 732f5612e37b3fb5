//! What the types of a result show: what it is, that it fits its schema, that it cannot, or neither.
//!
//! *Never:* a result is taken for fitting that only may.

use crate::cel::{Field, Literal, Node, Op, Part, Presence, Type};
use crate::diagnostic::Diagnostic;
use serde_json::Value;
use std::sync::Arc;

/// Keywords that say nothing about a value.
const WORDS: [&str; 4] = ["title", "description", "default", "examples"];

/// Whether a value surely fits.
///
/// # Errors
///
/// Where it cannot fit.
pub(in crate::recipe) fn shown(node: &Node, schema: &Value) -> Result<bool, Diagnostic> {
    match schema {
        Value::Bool(true) => return Ok(true),
        Value::Object(rules) if rules.keys().all(|key| WORDS.contains(&key.as_str())) => {
            return Ok(true);
        }
        Value::Object(_) => {}
        _ => return Ok(false),
    }
    if let Op::If(_, yes, no) = &node.op {
        let (yes, no) = (shown(yes, schema)?, shown(no, schema)?);
        return Ok(yes && no);
    }
    if let Op::Bind(_, _, body) = &node.op {
        return shown(body, schema);
    }
    let wanted = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(false),
    };
    let Some(given) = json_type(&node.ty) else { return Ok(false) };
    // A double may be whole.
    let fits = |wanted: &&str| *wanted == given || *wanted == "number" && given == "integer";
    if !wanted.iter().any(fits) {
        if given == "number" && wanted.contains(&"integer") {
            return Ok(false);
        }
        let message =
            format!("the result is {} here, and `output` wants {}", node.ty, wanted.join(" or "));
        return Err(
            Diagnostic::new(node.span, message).mend("convert it, or say in `output` what it is")
        );
    }
    let only_type = schema.as_object().is_some_and(|rules| {
        rules.keys().all(|key| key == "type" || WORDS.contains(&key.as_str()))
    });
    match &node.op {
        Op::Map(parts) => fields(node, parts, schema),
        Op::List(parts) => items(parts, schema),
        _ => Ok(only_type || list_of_sure(&node.ty, schema)),
    }
}

/// What a value is in JSON; none where that is known only when it is there.
pub(super) fn json_type(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Null => "null",
        Type::Bool => "boolean",
        Type::Int | Type::Uint => "integer",
        Type::Double => "number",
        Type::Text | Type::Bytes | Type::Time | Type::Duration | Type::Ip | Type::Cidr => "string",
        Type::List(_) => "array",
        Type::Map(..) | Type::Record(_) => "object",
        _ => return None,
    })
}

/// The type of a result, with the fields of objects that are written out; `dyn` for what has no type in
/// JSON.
pub(in crate::recipe) fn type_shown(node: &Node) -> Type {
    match &node.op {
        Op::Map(parts) => record(parts).unwrap_or_else(|| plain(&node.ty)),
        Op::Bind(_, _, body) => type_shown(body),
        Op::If(_, yes, no) => {
            let (yes, no) = (type_shown(yes), type_shown(no));
            if yes == no { yes } else { Type::Dyn }
        }
        _ => plain(&node.ty),
    }
}

fn record(parts: &[Part]) -> Option<Type> {
    let field = |part: &Part| match (&part.key.as_ref()?.op, part.presence) {
        (Op::Literal(Literal::Text(name)), Presence::Required) => {
            Some(Field { name: name.clone(), ty: type_shown(&part.value), required: true })
        }
        (Op::Literal(Literal::Text(name)), Presence::Optional) => {
            Some(Field { name: name.clone(), ty: Type::Dyn, required: false })
        }
        _ => None,
    };
    Some(Type::Record(Arc::new(parts.iter().map(field).collect::<Option<_>>()?)))
}

/// A type as far as JSON has it.
fn plain(ty: &Type) -> Type {
    match ty {
        Type::List(item) => Type::list(plain(item)),
        Type::Map(key, value) if **key == Type::Text => Type::map(Type::Text, plain(value)),
        Type::Record(fields) => {
            let plain = |field: &Field| Field { ty: plain(&field.ty), ..field.clone() };
            Type::Record(Arc::new(fields.iter().map(plain).collect()))
        }
        Type::Map(..) => Type::Dyn,
        other if json_type(other).is_some() => other.clone(),
        _ => Type::Dyn,
    }
}

/// A list whose items' type alone shows that they fit.
fn list_of_sure(ty: &Type, schema: &Value) -> bool {
    let Type::List(item) = ty else { return false };
    let known = ["type", "items"];
    let plain = schema.as_object().is_some_and(|rules| {
        rules.keys().all(|key| known.contains(&key.as_str()) || WORDS.contains(&key.as_str()))
    });
    let node = Node {
        op: Op::Literal(Literal::Null),
        ty: Type::clone(item),
        span: Default::default(),
        hidden: None,
    };
    plain && schema.get("items").is_none_or(|items| shown(&node, items) == Ok(true))
}

fn items(parts: &[Part], schema: &Value) -> Result<bool, Diagnostic> {
    let mut sure = schema.as_object().is_some_and(|rules| {
        rules
            .keys()
            .all(|key| matches!(key.as_str(), "type" | "items") || WORDS.contains(&key.as_str()))
    });
    if let Some(schema) = schema.get("items") {
        for part in parts {
            sure &= shown(&part.value, schema)? && part.presence == Presence::Required;
        }
    }
    Ok(sure)
}

/// An object that is written out: its fields are known one by one.
fn fields(node: &Node, parts: &[Part], schema: &Value) -> Result<bool, Diagnostic> {
    let known = ["type", "properties", "required", "additionalProperties"];
    let mut sure = schema.as_object().is_some_and(|rules| {
        rules.keys().all(|key| known.contains(&key.as_str()) || WORDS.contains(&key.as_str()))
    });
    let mut names = Vec::new();
    let mut all_known = true;
    for part in parts {
        let Some(Op::Literal(Literal::Text(name))) = part.key.as_ref().map(|key| &key.op) else {
            (sure, all_known) = (false, false);
            continue;
        };
        names.push(name.as_str());
        sure &= part.presence == Presence::Required;
        let property = schema.get("properties").and_then(|all| all.get(name));
        match (property, schema.get("additionalProperties")) {
            (Some(property), _) => sure &= shown(&part.value, property)?,
            (None, Some(Value::Bool(false))) => {
                let span = part.key.as_ref().map_or(node.span, |key| key.span);
                let message = format!("`output` has no field `{name}`");
                return Err(Diagnostic::new(span, message)
                    .mend("add it to the `properties` of `output`, or leave it out"));
            }
            (None, Some(other)) => sure &= shown(&part.value, other)?,
            (None, None) => {}
        }
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if !names.contains(&name) && all_known {
            let message = format!("the result lacks `{name}`, which `output` requires");
            return Err(Diagnostic::new(node.span, message)
                .mend("add the field, or take it out of `required`"));
        }
        sure &= all_known;
    }
    Ok(sure)
}
