//! Whether a recipe looks at objects of its input as wholes, or only at fields that it knows: then the
//! others need not be kept.
//!
//! *Never:* a field is left out that some expression could come by.

use super::plan::{Action, Body, Fetch, Pairs, Part, Plan, PlannedStep, Request};
use crate::cel::{Node, Op, Type};

/// Whether any expression could come by a field that the schema of the input does not name.
pub(super) fn looks_at_wholes(plan: &Plan) -> bool {
    let mut found = false;
    let mut look = |node: &Node| found = found || is_whole(node, true);
    plan.input_rules.iter().chain(&plan.output_rules).for_each(|rule| look(&rule.condition));
    plan.steps.iter().for_each(|step| in_step(step, &mut look));
    look(&plan.result);
    // What a name stands for is looked at where the name is.
    let kept = |node: &Node| is_whole(node, !has_record(&node.ty));
    found || plan.bindings.iter().any(|(_, value)| kept(value))
}

type Look<'a> = dyn FnMut(&Node) + 'a;

fn in_step(step: &PlannedStep, look: &mut Look<'_>) {
    step.when.iter().chain(&step.otherwise).for_each(&mut *look);
    match &step.action {
        Action::Send(request) => in_request(request, look),
        Action::Each(list, _, request) => {
            look(list);
            in_request(request, look);
        }
        Action::Parallel(steps) => steps.iter().for_each(|step| in_step(step, look)),
        Action::Put(key, value) => {
            look(key);
            look(value);
        }
        Action::Progress(text, fraction) => {
            look(text);
            fraction.iter().for_each(look);
        }
        Action::Get(node)
        | Action::Log(node, _)
        | Action::Config(node)
        | Action::Set(node)
        | Action::Return(node) => look(node),
        Action::Now | Action::Random => {}
    }
}

fn in_request(request: &Request, look: &mut Look<'_>) {
    match request {
        Request::Fetch(fetch) => in_fetch(fetch, look),
        Request::Call { input, .. } => input.iter().for_each(look),
    }
}

fn in_fetch(fetch: &Fetch, look: &mut Look<'_>) {
    for part in &fetch.url {
        match part {
            Part::Text(_) => {}
            Part::Segment(node) | Part::Value(node) => look(node),
        }
    }
    in_pairs(&fetch.query, look);
    for header in &fetch.headers {
        look(&header.value);
        header.when.iter().for_each(&mut *look);
    }
    match &fetch.body {
        Body::None => {}
        Body::Json(node) | Body::Plain(node) => look(node),
        Body::Form(pairs) => in_pairs(pairs, look),
    }
}

fn in_pairs(pairs: &Pairs, look: &mut Look<'_>) {
    match pairs {
        Pairs::Fixed(pairs) => pairs.iter().for_each(|(_, node)| look(node)),
        Pairs::Joined(node) => look(node),
    }
}

/// Whether values of this type are, or hold, objects with known fields.
fn has_record(ty: &Type) -> bool {
    match ty {
        Type::Record(_) => true,
        Type::List(inner) | Type::Map(_, inner) | Type::Optional(inner) => has_record(inner),
        _ => false,
    }
}

/// Whether an object is looked at as a whole in this expression; `passes_on` where whoever takes its
/// value may do so, which matters as long as the type tells that there is an object.
fn is_whole(node: &Node, passes_on: bool) -> bool {
    // Whatever is done behind `dyn` is done without its fields being known.
    if node.hidden.as_ref().is_some_and(has_record) || (passes_on && has_record(&node.ty)) {
        return true;
    }
    // A value whose type is less than what it is known to be here is out of sight from there on.
    let as_this = |inner: &Node| is_whole(inner, passes_on || inner.ty != node.ty);
    let for_its_type = |inner: &Node| is_whole(inner, !has_record(&inner.ty));
    match &node.op {
        Op::Select(whole, _, _) | Op::Has(whole, _) => for_its_type(whole),
        Op::Index(whole, index, _) => {
            let is_object = matches!(whole.ty, Type::Record(_));
            is_whole(whole, is_object || !has_record(&whole.ty)) || is_whole(index, true)
        }
        Op::Call(name, _, args) => match args.as_slice() {
            [list] if name == "size" && matches!(list.ty, Type::List(_)) => for_its_type(list),
            args => args.iter().any(|arg| is_whole(arg, true)),
        },
        Op::If(condition, yes, no) => is_whole(condition, true) || as_this(yes) || as_this(no),
        Op::Bind(_, value, body) => for_its_type(value) || as_this(body),
        Op::Loop(inner) => {
            let is_list = matches!(inner.range.ty, Type::List(_));
            let range =
                if is_list { for_its_type(&inner.range) } else { is_whole(&inner.range, true) };
            let mut rest = inner.filter.iter().chain([&inner.step]);
            range || rest.any(|node| is_whole(node, true))
        }
        _ => {
            let mut found = false;
            node.each(&mut |inner| found = found || is_whole(inner, true));
            found
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{check, document};
    use super::*;

    /// None where a recipe is refused, which comes by nothing.
    fn looks(input: &str, result: &str) -> Option<bool> {
        let text = format!(
            "name: a.b\nversion: 1.0.0\nsummary: Is looked at.\ninput: {input}\nreturn: |-\n  \
             {result}\n"
        );
        let recipe = document::read(&text).unwrap();
        check::plan(&recipe, &text).ok().map(|plan| looks_at_wholes(&plan))
    }

    #[test]
    fn objects_are_wholes_where_a_field_without_a_name_could_be_seen() {
        let input = "{type: object, required: [a, b], properties: {a: {type: object, properties: \
                     {x: {type: integer}}, required: [x]}, b: {type: array, items: {type: object, \
                     properties: {y: {type: string}}, required: [y]}}}}";
        for known in [
            "input.a.x",
            "input.b.size()",
            "input.b[0].y",
            "input.b.map(i, i.y)",
            "input.b.filter(i, i.y != '').size()",
            "input.b.filter(i, i.y != '').map(i, i.y + i.y)",
            "has(input.a) && input.b.exists(i, i.y == 'a')",
            "cel.bind(a, input.a, a.x + a.x)",
            "(input.a.x > 1 ? input.a : input.a).x",
        ] {
            assert_eq!(looks(input, known), Some(false), "{known}");
        }
        let mut taken = 0;
        for whole in [
            "input",
            "input.a",
            "dyn(input).c",
            "input.b",
            "input.b[0]",
            "input.b.map(i, i)",
            "input.b.filter(i, i.y != '')",
            "input.b.sortBy(i, i.y)",
            "input.b[0] == input.a",
            "{'a': input.a}.a.x",
            "[input.a][0].x",
            "(input.a.x > 1 ? input.a : {}).c",
            "cel.bind(a, input.a, dyn(a).c)",
            "input.map(k, k).size()",
            "'c' in input",
            "json.encode(input)",
            "input.?a.orValue({}).size()",
        ] {
            let found = looks(input, whole);
            assert_ne!(found, Some(false), "{whole}");
            taken += usize::from(found.is_some());
        }
        assert!(taken > 8, "{taken}");
    }

    #[test]
    fn rules_look_at_wholes_where_they_ask_for_all_fields() {
        let object = "{type: object, properties: {a: {type: integer, minimum: 1}}";
        assert_eq!(looks(&format!("{object}}}"), "1"), Some(false));
        assert_eq!(looks(&format!("{object}, additionalProperties: false}}"), "1"), Some(false));
        for all in [
            "maxProperties: 3",
            "minProperties: 1",
            "additionalProperties: {type: integer}",
            "enum: [{a: 1, b: 2}]",
        ] {
            assert_eq!(looks(&format!("{object}, {all}}}"), "1"), Some(true), "{all}");
        }
    }
}
